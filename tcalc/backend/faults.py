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
    ("index out of range in self", "value", "an index names no row of the table"),
    ("only supports 1-d non-negative", "value", "integers from 0 on are counted, and here is a negative one"),
    ("or element < 0", "value", "weights are numbers from 0 on, and here is one below 0, nan or infinite"),
    ("class values must be smaller", "value", "a class is too large: they count from 0 up to num_classes - 1"),
    ("class values must be non-negative", "value", "a class is negative: they count from 0"),
    ("out of bounds", "value", "an index is out of range"),
    ("index out of range", "value", "an index is out of range"),
    ("out of data bounds", "value", "an index is out of range"),
    ("not implemented for", "dtype", "torch has no kernel for this dtype"),
    ("failed to converge", "value", "the decomposition did not converge"),
)


#: What torch calls dtypes in its messages.
DTYPES = {
    "Float": "f32",
    "Double": "f64",
    "Half": "f16",
    "BFloat16": "bf16",
    "Long": "i64",
    "Int": "i32",
    "Short": "i16",
    "Char": "i8",
    "Byte": "u8",
    "Bool": "bool",
    "ComplexFloat": "c64",
    "ComplexDouble": "c128",
}


def _closer(said: str) -> str:
    """What torch says of an index or a dtype in tcalc's words; nothing where it says it in another way.

    "index 3 is out of bounds for dimension 0 with size 3", "\"lshift_cpu\" not implemented for 'Float'"
    """
    words = said.replace(",", " ").split()
    before, _, dtype = said.partition("not implemented for ")
    if before != said:
        name = DTYPES.get(dtype.strip("'. "))
        return f"torch cannot compute this in {name}" if name else ""
    if words[0] == "Target" and "out of bounds" in said:
        return f"there is no class {words[1]}"
    if "out of bounds for dimension" not in said:
        return ""
    numbers = [word for word in words if word.lstrip("-").isdecimal()]
    if len(numbers) != 3:
        return ""
    index, axis, size = numbers
    has = "no elements" if size == "0" else f"{size} elements, 0 to {int(size) - 1}"
    return f"there is no index {index}: axis {axis} has {has}"


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
            message = _closer(first) or message
            return TcalcError(code, message, span, notes=[] if first == words else [f"torch says: {first}"])
    return TcalcError("value", "torch cannot compute this", span, notes=[f"torch says: {first}"])
