"""Sorting, choosing and accumulating along one axis."""

from __future__ import annotations

from tcalc.library.builtin import STEP, Builtin, ByAutograd, Flat, Form, Rule, VjpRule
from tcalc.library.flops import EACH, MULTIPLIED, Flops, ordered
from tcalc.library.rules import by_axes, chosen_axes, new_size, refuse_empty, tensor, without
from tcalc.library.vjps import along, picked
from tcalc.types import size as sizes
from tcalc.types.broadcast import Axes
from tcalc.types.match import Match
from tcalc.types.mismatch import Mismatch, Place, which_axis
from tcalc.types.tensor import Axis


def _along(match: Match) -> Axes:
    """All axes as they are; a scalar is taken for a vector of one."""
    x = tensor(match)
    if x.axes or match.arguments["dim"] not in (0, -1):
        chosen_axes(match)
    return x.axes


ALONG = by_axes(_along)


def _place(match: Match) -> int:
    """The axis that `dim` names."""
    positions = chosen_axes(match)
    assert positions is not None
    return positions[0]


def _largest(match: Match) -> Axes:
    """k elements along the axis, which keeps its label."""
    axes, position = tensor(match).axes, _place(match)
    axis, k = axes[position], new_size(match, match["k"], "k")
    assert isinstance(axis, Axis)
    if isinstance(k, int) and isinstance(axis.size, int) and k > axis.size:
        where = which_axis(position, len(axes))
        raise Mismatch("shape", f"k is {k}, and {{0s}} {where} is {axis.size}", Place("x", axis), depth=4)
    return (*axes[:position], Axis(k, axis.label), *axes[position + 1 :])


def _kth(match: Match) -> Axes:
    """The axis is reduced; k counts from 1."""
    position, k = _place(match), match["k"]
    axis = tensor(match).axes[position]
    assert isinstance(axis, Axis)
    if isinstance(k, int) and (k < 1 or (isinstance(axis.size, int) and k > axis.size)):
        where = which_axis(position, len(tensor(match).axes))
        raise Mismatch("shape", f"k is {k}, and {{0s}} {where} is {sizes.text(axis.size)}", Place("x", axis), depth=4)
    return without(match, (position,))


def _commonest(match: Match) -> Axes:
    positions = chosen_axes(match)
    refuse_empty(match, positions, "commonest element")
    return without(match, positions)


def _scan(
    name: str,
    signature: str,
    doc: str,
    example: str,
    rule: Rule | None = None,
    vjp: VjpRule | ByAutograd | Flat = picked,
    flops: Flops = EACH,
) -> Builtin:
    return Builtin(name, [Form(signature, rule, vjp=vjp)], flops=flops, doc=doc, example=example)


_SCANNED = "(x: {}[*l, n, *r], dim: axis(n), dtype: dtype = None) -> {}[*l, n, *r]"
_SCANNED_PAIR = "(x: order[*l, n, *r], dim: axis(n)) -> (values: order[*l, n, *r], indices: i64[*l, n, *r])"

ROWS = [
    _scan(
        "cumsum",
        _SCANNED.format("any", "wide"),
        "Sums so far along an axis.",
        "cumsum[0]([1, 2, 3])  #=> [1, 3, 6]",
        vjp=along("flip(cumsum(flip(g, D), D), D)"),
    ),
    _scan(
        "cumprod",
        _SCANNED.format("any", "wide"),
        "Products so far along an axis.",
        "cumprod[0]([1, 2, 3])  #=> [1, 2, 6]",
        vjp=ByAutograd("what divides by x is wrong where x is 0"),
        flops=MULTIPLIED,
    ),
    _scan(
        "logcumsumexp",
        "(x: F[*l, n, *r], dim: axis(n)) -> F[*l, n, *r]",
        "logsumexp of the elements so far along an axis.",
        "logcumsumexp[0]([0., 0.])  #=> [0.0, 0.6931472]",
        vjp=ByAutograd("sums of exponentials would overflow"),
    ),
    _scan(
        "cummax",
        _SCANNED_PAIR,
        "The largest so far along an axis, and its index, the last of equals; nan from the first one on.",
        "cummax[0]([1, 3, 2])  #=> ([1, 3, 3], [0, 1, 1])",
    ),
    _scan(
        "cummin",
        _SCANNED_PAIR,
        "The smallest so far along an axis, and its index, the last of equals; nan from the first one on.",
        "cummin[0]([3, 1, 2])  #=> ([3, 1, 1], [0, 1, 1])",
    ),
    _scan(
        "sort",
        "(x: order[*s], dim: axis(n) = -1, descending: flag = False, stable: flag = False)"
        " -> (values: order[...], indices: i64[...])",
        "The elements in ascending order along an axis (-1), and the index that each had; nan counts as largest.",
        "sort([3, 1, 2])  #=> ([1, 2, 3], [1, 2, 0])",
        ALONG,
        flops=ordered,
    ),
    _scan(
        "argsort",
        "(x: order[*s], dim: axis(n) = -1, descending: flag = False, stable: flag = False) -> i64[...]",
        "The indices that sort the elements along an axis (-1) in ascending order; nan counts as largest.",
        "argsort([3, 1, 2])  #=> [1, 2, 0]",
        ALONG,
        vjp=STEP,
        flops=ordered,
    ),
    _scan(
        "topk",
        "(x: real[*s], k: int, dim: axis(n) = -1, largest: flag = True, sorted: flag = True)"
        " -> (values: real[...], indices: i64[...])",
        "The k largest elements along an axis (-1), in order, and their indices, of equals any; nan counts as largest.",
        "topk([3, 1, 2], 2)  #=> ([3, 2], [0, 2])",
        by_axes(_largest),
    ),
    _scan(
        "kthvalue",
        "(x: real[*s], k: int, dim: axis(n) = -1, keepdim: flag = False) -> (values: real[...], indices: i64[...])",
        "The k-th smallest element along an axis (-1), counted from 1, and its index; nan counts as largest.",
        "kthvalue([3, 1, 2], 1)  #=> (1, 1)",
        by_axes(_kth),
    ),
    _scan(
        "mode",
        "(x: order[*s], dim: axis(n) = -1, keepdim: flag = False) -> (values: order[...], indices: i64[...])",
        "The commonest element along an axis (-1), the smallest of equally common ones, and an index of it.",
        "mode([2, 1, 2])  #=> (2, 2)",
        by_axes(_commonest),
        flops=ordered,
    ),
]
