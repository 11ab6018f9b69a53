"""torch's errors in tcalc's form."""

from __future__ import annotations

from tcalc.errors import TcalcError, internal_error
from tcalc.source import Span

#: What a kernel may raise for reasons of the data.
CAUGHT = (RuntimeError, IndexError, ValueError, ZeroDivisionError, NotImplementedError, MemoryError)

#: Words in torch's message, the code, and what to say; the first that fits.
KNOWN = (
    ("singular", "value", "the matrix is singular"),
    ("not positive-definite", "value", "the matrix is not positive definite"),
    ("positive-definite", "value", "the matrix is not positive definite"),
    ("can't allocate memory", "memory", "there is not enough memory"),
    ("not enough memory", "memory", "there is not enough memory"),
    ("out of memory", "memory", "there is not enough memory"),
    ("bad_alloc", "memory", "there is not enough memory"),
    ("different shapes", "shape", "the turns of a loop give tensors of different shapes"),
    ("negative integer powers", "value", "an integer has no negative power: convert to a float first"),
    ("ZeroDivisionError", "value", "division by zero"),
    ("out of bounds", "value", "an index is out of range"),
    ("index out of range", "value", "an index is out of range"),
    ("out of data bounds", "value", "an index is out of range"),
    ("not implemented for", "dtype", "torch has no kernel for this dtype"),
    ("failed to converge", "value", "the decomposition did not converge"),
)


def explained(error: Exception, span: Span) -> TcalcError:
    """An error of a kernel at the place in the program that led to it; torch's own words stand below.

    What torch does not raise for reasons of the data is a bug of tcalc's.
    """
    if isinstance(error, TcalcError):
        error.span = error.span or span
        return error
    if not isinstance(error, CAUGHT):
        return internal_error(error, span)
    said = str(error).strip().splitlines()
    first = said[0] if said else error.__class__.__name__
    if isinstance(error, MemoryError):
        return TcalcError("memory", "there is not enough memory", span)
    for words, code, message in KNOWN:
        if words.lower() in first.lower():
            return TcalcError(code, message, span, notes=[] if first == words else [f"torch says: {first}"])
    return TcalcError("value", "torch cannot compute this", span, notes=[f"torch says: {first}"])
