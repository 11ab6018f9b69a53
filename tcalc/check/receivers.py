"""What may be called on a value, `x.f()`: the functions one of whose parameters takes it, mostly the first."""

from __future__ import annotations

from functools import lru_cache

from tcalc import library
from tcalc.check.names import CONVERTING
from tcalc.library import reachable
from tcalc.library.builtin import Builtin
from tcalc.source import Source
from tcalc.syntax import nodes
from tcalc.types import dtypes
from tcalc.types.match import Match
from tcalc.types.mismatch import Mismatch, Undetermined
from tcalc.types.signature import Signature
from tcalc.types.tensor import TensorType

#: What a tensor has that is no row, with a sentence on each.
BESIDES = {
    "grad": "The gradient that backward left.",
    "requires_grad": "Whether backward leaves a gradient here.",
    "is_leaf": "Whether backward may leave a gradient here.",
    "device": "Where the tensor lives.",
    **{name: f"Converted to {dtype}." for name, dtype in CONVERTING.items()},
    "save": "Writes a file.",
}
#: The same of floating tensors alone.
OF_FLOATS = {"backward": "Adds its gradients to those of the leaves."}


def callable_on(type: TensorType | None) -> list[str]:
    """The functions and attributes that a tensor has; of one of which nothing is known, all."""
    rows = {name: library.row(name) for space in ("", "linalg") for name in library.names(space)}
    rows |= {
        name: reachable.find(name, reachable.METHODS) for name in reachable.names(reachable.METHODS) if name not in rows
    }
    found = [name for name, row in rows.items() if row is not None and _takes(row, type)]
    floating = type is None or type.dtype.rank >= 2
    return [*dict.fromkeys([*found, *BESIDES, *(OF_FLOATS if floating else ())])]


def _takes(row: Builtin, type: TensorType | None) -> bool:
    return not row.sequence and any(_fits(parameter_text(form.text, row.receiver), type) for form in row.forms)


def parameter_text(text: str, position: int) -> str:
    """One of the parameters in the text of a form: `x: F[*s, n, n]`; empty where there are not as many."""
    depth, start = 0, 1
    for place, character in enumerate(text):
        if character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        if (character == "," and depth == 1) or not depth:
            if not position:
                return text[start:place].strip()
            if not depth:
                break
            position, start = position - 1, place + 1
    return ""


def _fits(text: str, type: TensorType | None) -> bool:
    signature = _signature(text)
    if signature is None or type is None:
        return signature is not None
    # the one axis that a function is about may be any: it has one
    match = Match(signature, {signature.parameters[0].name: type, "dim": -1}, dtypes.F32)
    try:
        match.fit()
    except Mismatch:
        return False
    except Undetermined:
        return True
    return True


@lru_cache(maxsize=512)
def _signature(text: str) -> Signature | None:
    """A signature of nothing but one parameter, None where no single tensor goes there.

    There are a tenth as many of these as of whole signatures, which take a fifth of a second to read.
    """
    from tcalc.syntax.parser import parse_signature

    if not text or text.startswith("*") or "[" not in text:
        return None
    alone = Signature(text, parse_signature(Source(f"({text}) -> any[]")))
    (parameter,) = alone.parameters
    if parameter.packs < 2:
        return alone
    axis = parameter.axes[1]
    assert isinstance(axis, nodes.AxisExpr) and isinstance(axis.size, nodes.Name)
    return Signature(text, parse_signature(Source(f"({text}, dim: axis({axis.size.name})) -> any[]")))
