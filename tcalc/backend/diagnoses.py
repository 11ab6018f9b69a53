"""What was wrong with the data of an operation that torch refused: a look at its operands, once it has failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from tcalc.errors import counted
from tcalc.graph.graph import ABSENT, ALONE, Node, Operation
from tcalc.library.indexing import TensorItem

#: Larger matrices are not decomposed to say more of them, and longer texts are no names.
LARGEST_MATRIX, LONGEST_NAME = 512, 20

#: What torch refused, and the sentence for it; an empty one where nothing was found in the data.
Diagnosis = Callable[["Failed"], str]


class Failed:
    """An operation that failed, the values it was given, and torch's message in lower case."""

    def __init__(self, node: Node, operands: Sequence[Any], said: str) -> None:
        self.node, self.said = node, said
        self.options: dict[str, object] = node.options if isinstance(node, Operation) else {}
        #: The option that was found to be wrong, where it is one.
        self.option = ""
        #: What each parameter was given: several where it is a starred one, or takes a list.
        self.values: dict[str, list[Any]] = {}
        rest = iter(operands)
        for parameter, count in node.slots if isinstance(node, Operation) else ():
            if count != ABSENT:
                given = [next(rest) for _ in range(1 if count == ALONE else count)]
                self.values.setdefault(parameter, []).extend(given)

    @property
    def row(self) -> str:
        """The name of the function."""
        return self.node.row.name.rpartition(".")[2] if isinstance(self.node, Operation) else "this"

    def parameter(self, *candidates: str) -> str:
        """The first of some parameters that has a value; else the first of all."""
        return next((each for each in (*candidates, *self.values) if each in self.values or each in self.options), "")

    def tensor(self, parameter: str) -> Tensor | None:
        """A parameter's value, an option's too where it is a number; None where it has none, or several."""
        given = self.values.get(parameter, [self.options.get(parameter)])
        value = given[0] if len(given) == 1 else None
        return torch.tensor(value) if isinstance(value, bool | int | float) else value

    def called(self, parameter: str) -> str:
        """What to call an argument: as it is written where that is short, else by its place."""
        node = self.node
        if parameter in self.options or not isinstance(node, Operation):
            return parameter
        for name, span, _ in node.written.arguments if node.written is not None else ():
            if name == parameter and len(span.text) <= LONGEST_NAME and "\n" not in span.text:
                return span.text
        if parameter == "A" or "items" in self.options:
            return "the matrix" if parameter == "A" else "the tensor"
        place = [each.name for each in node.form.signature.parameters].index(parameter)
        if node.row.operator:
            return ("the left side", "the right side")[place]
        return f"the {('first', 'second', 'third', 'fourth', 'fifth')[min(place, 4)]} argument"

    def holding(self, parameter: str, bad: Callable[[Tensor], Tensor], rule: str) -> str:
        """The first element of an argument that is bad: "q holds 95 at [1], and must lie between 0 and 1"."""
        tensor = self.tensor(parameter)
        found = None if tensor is None else first(bad(tensor), tensor)
        if found is None:
            return ""
        element, place = found
        self.option = parameter if parameter in self.options else ""
        return f"{self.called(parameter)} {f'holds {element} at {place}' if place else f'is {element}'}, {rule}"


def first(bad: Tensor, tensor: Tensor) -> tuple[str, str] | None:
    """The first bad element of a tensor and its place, which is empty for a scalar's; None where none is bad."""
    places = bad.flatten().nonzero()
    if not len(places):
        return None
    flat = places[0]
    index = torch.unravel_index(flat.squeeze(), tensor.shape) if tensor.dim() else ()
    return number(tensor.flatten()[flat].item()), f"[{', '.join(str(int(each)) for each in index)}]" if index else ""


def number(value: Any) -> str:
    """A number in a sentence."""
    return str(value) if isinstance(value, int) else f"{value:.6g}"


# Elements


def _not_finite(x: Tensor) -> Tensor:
    return ~torch.isfinite(x)


def _outside(x: Tensor) -> Tensor:
    return ~((x >= 0) & (x <= 1))


def _negative(x: Tensor) -> Tensor:
    return ~(x >= 0)


def between(*parameters: str, hint: str = "") -> Diagnosis:
    """An element that is no number from 0 to 1."""
    return lambda failed: failed.holding(failed.parameter(*parameters), _outside, f"and must lie between 0 and 1{hint}")


def at_least_0(*parameters: str) -> Diagnosis:
    """A negative element, or one that is no number."""
    return lambda failed: failed.holding(failed.parameter(*parameters), _negative, "and must be at least 0")


def above_0(*parameters: str) -> Diagnosis:
    """An element that is not positive."""
    return lambda failed: failed.holding(failed.parameter(*parameters), lambda x: ~(x > 0), "and must be above 0")


def finite(failed: Failed) -> str:
    """An element that is NaN or infinite, in any operand."""
    for parameter in failed.values:
        tensor = failed.tensor(parameter)
        found = None if tensor is None else first(_not_finite(tensor), tensor)
        if found is not None:
            at = f"holds {found[0]} at {found[1]}" if found[1] else f"is {found[0]}"
            return f"{failed.row} needs finite numbers, and {failed.called(parameter)} {at}"
    return ""


def weights(failed: Failed) -> str:
    """A weight that is negative or not finite."""
    return failed.holding(
        failed.parameter("input"), lambda x: _negative(x) | _not_finite(x), "and a weight is a number from 0 on"
    )


def draws(failed: Failed) -> str:
    """More draws than there are classes."""
    classes = failed.tensor(failed.parameter("input"))
    if classes is None or not classes.dim():
        return ""
    count = f"{failed.options.get('num_samples')} draws from {counted(classes.shape[-1], 'class', 'classes')}"
    return f"{count} are too many without replacement"


def divisor(failed: Failed) -> str:
    """Where the zero is that was divided by."""
    tensor = failed.tensor("b")
    found = None if tensor is None else first(tensor == 0, tensor)
    return f"division by zero: {failed.called('b')} holds 0 at {found[1]}" if found and found[1] else ""


def exponent(failed: Failed) -> str:
    """A negative exponent among integers."""
    return failed.holding("b", lambda x: x < 0, "and an integer has no negative power: convert to a float first")


# Indices


def missing(index: Tensor, size: int, lowest: int, what: str, whose: str) -> str:
    """The first index that names nothing: "there is no index 5: x's axis 0 has 3 elements, 0 to 2"."""
    found = first((index < lowest) | (index >= size), index)
    one = {"class": ("class", "classes")}.get(what, ("row", "rows") if what == "row" else ("element", "elements"))
    has = f"{counted(size, *one)}, {f'0 to {size - 1}' if size > 1 else '0'}" if size else f"no {one[1]}"
    return f"there is no {what} {found[0]}: {whose} has {has}" if found is not None else ""


def index_of_axis(failed: Failed) -> str:
    """An index into one axis: `gather`, `scatter`, `index_select` and their kin."""
    holder, parameter = failed.parameter("x", "input", "self"), failed.parameter("index", "indices")
    x, index, dim = failed.tensor(holder), failed.tensor(parameter), failed.options.get("dim")
    if x is None or index is None:
        return ""
    if not isinstance(dim, int):
        return missing(index, x.numel(), -x.numel(), "index", failed.called(holder))
    axis = dim % max(x.dim(), 1)
    return missing(index, x.shape[axis] if x.dim() else 1, 0, "index", f"{failed.called(holder)}'s axis {axis}")


def index_of_items(failed: Failed) -> str:
    """An index tensor in `x[…]`."""
    x, items = failed.tensor("x"), failed.options.get("items")
    if x is None or not isinstance(items, tuple):
        return ""
    rest = iter(failed.values.get("index", []))
    taken = [next(rest) if item.__class__ is TensorItem else None for item in items]
    consumed = [_consumed(item, each) for item, each in zip(items, taken, strict=True)]
    axis = 0
    for item, each, count in zip(items, taken, consumed, strict=True):
        if item is Ellipsis:
            axis += x.dim() - sum(consumed)
        elif each is not None and each.dtype is not torch.bool:
            size = x.shape[axis]
            told = missing(each, size, -size, "index", f"{failed.called('x')}'s axis {axis}")
            if told:
                return told
        axis += count
    return ""


def _consumed(item: object, index: Tensor | None) -> int:
    if item is None or item is Ellipsis:
        return 0
    return index.dim() if index is not None and index.dtype is torch.bool else 1


def index_of_rows(failed: Failed) -> str:
    """An index into the rows of a table of embeddings."""
    table, index = failed.tensor("weight"), failed.tensor(failed.parameter("x", "input"))
    if table is None or index is None:
        return ""
    return missing(index, table.shape[0], 0, "row", failed.called("weight"))


def index_of_rows_or_axis(failed: Failed) -> str:
    """An index in the words that torch has for both."""
    return index_of_rows(failed) or index_of_axis(failed)


def classes_of_scores(failed: Failed) -> str:
    """A target that is none of the classes that have scores."""
    holder = failed.parameter("x", "input")
    scores, target = failed.tensor(holder), failed.tensor("target")
    if scores is None or target is None or not scores.dim():
        return ""
    ignored = failed.options.get("ignore_index", -100)
    seen = target.masked_fill(target == ignored, 0) if isinstance(ignored, int) else target
    axis = 1 if scores.dim() > 1 else 0
    return missing(seen, scores.shape[axis], 0, "class", failed.called(holder))


def classes_of_numbers(failed: Failed) -> str:
    """A class that `one_hot` has no room for."""
    x, count = failed.tensor("x"), failed.options.get("num_classes", -1)
    if x is None:
        return ""
    below = failed.holding("x", lambda x: x < 0, "and classes count from 0")
    if below or not isinstance(count, int):
        return below
    found = first(x >= count, x)
    return f"there is no class {found[0]}: num_classes is {count}, so they are 0 to {count - 1}" if found else ""


# Matrices


def _matrix(failed: Failed) -> tuple[Tensor, str] | None:
    """The matrix that is at fault and its name, with its place where it is one of several: `A[1]`."""
    parameter = failed.parameter("A", "input", "x")
    A = failed.tensor(parameter)
    if A is None or A.dim() < 2 or A.shape[-1] != A.shape[-2]:
        return None
    name = failed.called(parameter)
    if A.dim() == 2:
        return A, name
    _, _, after = failed.said.partition("(batch element ")
    words = after.partition(")")[0]
    if not words.isdecimal() or int(words) >= A.shape[:-2].numel():
        return None
    index = torch.unravel_index(torch.tensor(int(words)), A.shape[:-2])
    place = f"[{', '.join(str(int(each)) for each in index)}]"
    return A.reshape(-1, *A.shape[-2:])[int(words)], f"{name}{place}" if name.isidentifier() else f"matrix {place}"


def singular(failed: Failed) -> str:
    """A matrix without an inverse, and its rank."""
    found = _matrix(failed)
    if found is None:
        return ""
    A, name = found
    if not bool(torch.isfinite(A).all()):
        return finite(failed)
    size = A.shape[-1]
    rank = int(torch.linalg.matrix_rank(A)) if size <= LARGEST_MATRIX else size
    return f"{name} is singular" + (f": its rank is {rank}, and it has {counted(size, 'row')}" if rank < size else "")


def definite(failed: Failed) -> str:
    """A matrix that is not positive definite, and why."""
    found = _matrix(failed)
    if found is None:
        return ""
    A, name = found
    if not bool(torch.isfinite(A).all()):
        return finite(failed)
    uneven = first(~torch.isclose(A, A.mH), A)
    if uneven is not None:
        row, column = uneven[1].strip("[]").split(", ")
        other = number(A[int(column), int(row)].item())
        return (
            f"{name} is not positive definite: it is not {'Hermitian' if A.is_complex() else 'symmetric'},"
            f" {uneven[0]} at [{row}, {column}] and {other} at [{column}, {row}]"
        )
    least = torch.linalg.eigvalsh(A)[0].item() if A.shape[-1] <= LARGEST_MATRIX else 0.1
    why = f": its smallest eigenvalue is {number(least)}" if least <= 0 else ""  # which rounding may hide
    return f"{name} is not positive definite{why}"
