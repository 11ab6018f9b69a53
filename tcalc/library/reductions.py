"""Reductions: over all axes, or over those that `dim` names."""

from __future__ import annotations

from tcalc.library.builtin import Builtin, Form
from tcalc.library.rules import by_axes, chosen_axes, reduced, refuse_empty, tensor, without
from tcalc.types import dtypes
from tcalc.types.broadcast import Axes
from tcalc.types.match import Match
from tcalc.types.mismatch import Mismatch, Place, missing_axis
from tcalc.types.tensor import TensorType, Type

REDUCED = by_axes(reduced)


def _nonempty(what: str) -> Form | object:
    """The axes a reduction leaves that has no answer for no elements."""

    def axes(match: Match) -> Axes:
        positions = chosen_axes(match)
        refuse_empty(match, positions, what)
        return without(match, positions)

    return axes


def _truth(match: Match) -> Type:
    """`all` and `any` of u8 are u8, as torch has it."""
    x = tensor(match)
    if match.arguments.get("dim") == ():
        raise Mismatch("shape", "dim names no axis", depth=3)
    return TensorType(dtypes.U8 if x.dtype is dtypes.U8 else dtypes.BOOL, reduced(match))


def _named_axes(match: Match) -> Axes:
    """As `reduced`, where torch wants at least one axis named."""
    if match.arguments.get("dim") == ():
        raise Mismatch("shape", "dim names no axis", depth=3)
    return reduced(match)


def _elementwise(match: Match) -> Type:
    """`max(A, 5)` asks for axis 5, as in torch; only of two static numbers is the second a number."""
    a, b = tensor(match, "a"), tensor(match, "b")
    if a.static is None and isinstance(b.static, int) and not isinstance(b.static, bool):
        rank = a.rank
        assert rank is not None  # the form with an axis would have been undetermined
        raise missing_axis("a", b.static, a, rank)
    return match.result(match.signature.result)


def _several_quantiles(match: Match) -> Axes:
    """The axis of q stands first."""
    return (match.axis("m"), *_quantile(match))


def _quantile(match: Match) -> Axes:
    positions = chosen_axes(match)
    refuse_empty(match, None, "quantile")
    q = match["q"]
    if isinstance(q, int | float) and not 0 <= q <= 1:
        raise Mismatch("value", f"q is {q}, and must lie between 0 and 1", Place("q"), depth=5)
    return without(match, positions)
