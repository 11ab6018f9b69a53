"""torch's errors in tcalc's form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tcalc.backend import diagnoses
from tcalc.backend.diagnoses import Diagnosis, Failed
from tcalc.errors import TcalcError, internal_error
from tcalc.graph.graph import Node, Operation

#: What a kernel may raise for reasons of the data.
CAUGHT = (RuntimeError, IndexError, ValueError, ZeroDivisionError, NotImplementedError, MemoryError)

#: What our own kernels raise, which are copied as they are into programs for torch alone: see `sources`. And what
#: says no more than its translation. Nobody is told that torch says so.
NOT_FINITE = "not all numbers are finite"
NEGATIVE_POWER = "negative integer powers of integers"
LEAST_INTEGER = "least common multiple of the least integer"
DIFFERENT_SHAPES = "turns of different shapes"
OWN_WORDS = (NOT_FINITE, NEGATIVE_POWER, LEAST_INTEGER, DIFFERENT_SHAPES, "ZeroDivisionError")


class Known:
    """Words in torch's message, and what is said instead.

    `look` finds the place in the data and may find nothing: then it is `message`. `kind` is for repairs.
    """

    __slots__ = ("code", "kind", "look", "message", "words")

    def __init__(
        self, words: str, message: str, look: Diagnosis | None = None, *, code: str = "value", kind: str = ""
    ) -> None:
        self.words, self.message, self.look, self.code, self.kind = words, message, look, code, kind


#: Where torch goes on to ask for reports.
ASKED = "(Could this error message be improved?"

NO_MEMORY = "there is not enough memory"
OUT_OF_RANGE = "an index is out of range"
NO_CLASS = "a target names no class"

#: The first that fits is taken.
KNOWN = (
    Known("can't allocate memory", NO_MEMORY, code="memory"),
    Known("not enough memory", NO_MEMORY, code="memory"),
    Known("out of memory", NO_MEMORY, code="memory"),
    Known("bad_alloc", NO_MEMORY, code="memory"),
    # Matrices
    Known("non-finite", "only finite numbers can be decomposed", diagnoses.finite),
    Known(NOT_FINITE, "only finite numbers can be computed with here", diagnoses.finite),
    Known("internal assert failed", "torch cannot compute this", diagnoses.finite),
    Known("failed to converge", "the decomposition did not converge", diagnoses.finite),
    Known("positive-definite", "the matrix is not positive definite", diagnoses.definite),
    Known("is singular", "the matrix is singular", diagnoses.singular, kind="singular"),
    Known("u[", "the matrix is singular", diagnoses.singular),
    # Integers
    Known(
        NEGATIVE_POWER, "an integer has no negative power: convert to a float first", diagnoses.exponent, kind="power"
    ),
    Known("zerodivisionerror", "division by zero", diagnoses.divisor),
    Known(LEAST_INTEGER, "the least common multiple of the smallest integer does not fit its dtype"),
    # Indices
    Known("valid range [", "an index names no row of the table", diagnoses.index_of_rows),
    Known("index out of range in self", OUT_OF_RANGE, diagnoses.index_of_rows_or_axis),
    Known(DIFFERENT_SHAPES, "the turns of a loop give tensors of different shapes", code="shape"),
    Known("axis dim should be positive", OUT_OF_RANGE, diagnoses.index_of_axis),
    Known("out of data bounds", OUT_OF_RANGE, diagnoses.index_of_axis),
    Known("tried to access index", OUT_OF_RANGE, diagnoses.index_of_axis),
    Known("cannot be broadcast to indexing result", "the value does not fit the places that the index picks"),
    Known("invalid max index", "an index is out of range of the output"),
    Known("target out of range", NO_CLASS, diagnoses.classes_of_scores),
    Known("'target' is out of range", NO_CLASS, diagnoses.classes_of_scores),
    Known("class values must be", "a class is none from 0 up to num_classes - 1", diagnoses.classes_of_numbers),
    Known(
        "number of classes from empty", "how many classes there are cannot be told from no elements: say num_classes"
    ),
    # Probabilities and weights
    Known("p_in >= 0", "a probability must lie between 0 and 1", diagnoses.between("p", "input")),
    Known("probability has to be between", "p must lie between 0 and 1", diagnoses.between("p")),
    Known("q values must be in the range", "q must lie between 0 and 1", diagnoses.between("q")),
    Known(
        "elements of input should be between",
        "the input must lie between 0 and 1",
        diagnoses.between("x", hint=": apply sigmoid first"),
        kind="logits",
    ),
    Known("elements of target should be between", "the target must lie between 0 and 1", diagnoses.between("target")),
    Known("element < 0", "a weight is a number from 0 on", diagnoses.weights),
    Known("sum of probabilities <= 0", "all weights are 0, so nothing can be drawn"),
    Known(
        "cannot sample n_sample", "more draws than classes take replacement=True", diagnoses.draws, kind="replacement"
    ),
    Known("std >= 0", "a standard deviation must be at least 0", diagnoses.at_least_0("std")),
    Known("invalid poisson rate", "a rate must be at least 0", diagnoses.at_least_0("input")),
    Known("var has negative", "a variance must be at least 0", diagnoses.at_least_0("var")),
    Known("fweights cannot be negative", "weights must be at least 0", diagnoses.at_least_0("fweights")),
    Known("aweights cannot be negative", "weights must be at least 0", diagnoses.at_least_0("aweights")),
    Known("weights sum to zero", "the weights sum to 0"),
    # Counts
    Known("repeats can not be negative", "repeats must be at least 0", diagnoses.at_least_0("repeats")),
    Known("minlength should be", "minlength must be at least 0", diagnoses.at_least_0("minlength")),
    Known("non-positive values for", "delta must be above 0", diagnoses.above_0("delta")),
    Known("negative values for", "beta must be at least 0", diagnoses.at_least_0("beta")),
    Known("offsets[0] has to be 0", "the first of the offsets must be 0"),
    Known("only supports 1-d non-negative", "only integers from 0 on are counted", diagnoses.at_least_0("x")),
    Known("is not finite", "a histogram is of finite numbers", diagnoses.finite),
    Known("unsigned type with negative limits", "an unsigned dtype has no numbers below 0", code="dtype"),
    Known("window overlap add min", "the windows leave a gap, so the signal cannot be put together again"),
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


def explained(error: Exception, node: Node, operands: Sequence[Any]) -> TcalcError:
    """An error of a kernel, at the operands in the program that led to it; torch's own words stand below.

    What torch does not raise for reasons of the data is a bug of tcalc's.
    """
    if isinstance(error, TcalcError):
        return error if error.span is not None else located(error, node)
    if not isinstance(error, CAUGHT):
        return internal_error(error, node.span)
    said = str(error).strip().splitlines()
    first = said[0].partition(ASKED)[0].rstrip() if said else error.__class__.__name__
    if isinstance(error, MemoryError):
        return TcalcError("memory", NO_MEMORY, node.span)
    failed = Failed(node, operands, first.lower())
    found = _known(failed) or _dtype(first) or _index(failed, first) or _count(first)
    translated = found or TcalcError("value", "torch cannot compute this")
    translated.notes = [] if first in OWN_WORDS else [f"torch says: {first}"]
    return located(translated, node, failed.option)


def located(error: TcalcError, node: Node, option: str = "") -> TcalcError:
    """The error at an operation: its operands underlined with their types, and the calls that led there.

    Where an option is wrong, that is underlined instead.
    """
    error.span = node.span
    written = node.written if isinstance(node, Operation) else None
    if written is not None:
        assert isinstance(node, Operation)
        error.marks = error.marks or written.marks(node.span, [option] if option else [name for name, _ in node.slots])
        error.notes += written.calls(node.span)
    return error


def _known(failed: Failed) -> TcalcError | None:
    for known in KNOWN:
        if known.words in failed.said:
            try:
                closer = known.look(failed) if known.look is not None else ""
            except CAUGHT:  # a look at the data takes memory, too
                closer = ""
            error = TcalcError(known.code, closer or known.message)
            error.kind = known.kind
            return error
    return None


def _dtype(said: str) -> TcalcError | None:
    """A dtype that torch has no kernel for: "\"lshift_cpu\" not implemented for 'Float'"."""
    for words in ("not implemented for", "Low precision dtypes not supported. Got"):
        before, _, dtype = said.partition(words)
        if before != said:
            name = DTYPES.get(dtype.strip("'. "))
            message = f"torch cannot compute this in {name}" if name else "torch has no kernel for this dtype"
            return TcalcError("dtype", message)
    return None


def _index(failed: Failed, said: str) -> TcalcError | None:
    """An index that names nothing, by the data, and else by what torch says of it.

    "index 3 is out of bounds for dimension 0 with size 3", "Target 5 is out of bounds."
    """
    lower = failed.said
    if "out of bounds" not in lower and "out of range" not in lower:
        return None
    words = said.replace(",", " ").split()
    if words[0] == "Target":
        return TcalcError("value", diagnoses.classes_of_scores(failed) or f"there is no class {words[1]}")
    closer = diagnoses.index_of_items(failed) or diagnoses.index_of_axis(failed)
    numbers = [word for word in words if word.lstrip("-").isdecimal()]
    if not closer and "out of bounds for dimension" in said and len(numbers) == 3:
        index, axis, size = numbers
        has = "no elements" if size == "0" else f"{size} elements, 0 to {int(size) - 1}"
        closer = f"there is no index {index}: axis {axis} has {has}"
    return TcalcError("value", closer or OUT_OF_RANGE)


def _count(said: str) -> TcalcError | None:
    """A number that is too small or too large: "Expected n to have value at least 1, but got value 0 (while …)"."""
    before, _, after = said.partition(" to have value at ")
    bound, _, got = after.partition(", but got value ")
    if not got:
        return None
    return TcalcError("value", f"{before.removeprefix('Expected ')} holds {got.split()[0]}, and must be at {bound}")
