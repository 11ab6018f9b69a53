"""How derivatives go through the losses of neural networks, and through layers that are one product."""

from __future__ import annotations

import math
from itertools import zip_longest

from tcalc.library.builtin import Vjp, VjpRule
from tcalc.library.vjps import Called, rank_of, shape_of


def averaged(text: str, negative: str = "") -> VjpRule:
    """The rule of a loss for each element: its cotangents are opposite, unless another text says so."""

    def rule(call: Called) -> Vjp:
        g = _each_share(call, _elements(call))
        return {"x": f"{g} * {text}", "target": f"{g} * {negative}" if negative else f"-{g} * {text}", "weight": None}

    return rule


def _each_share(call: Called, count: int) -> str:
    """The cotangent of each of so many losses."""
    return f"g / {count}" if call["reduction"] == "mean" else "g"


def _elements(call: Called) -> int:
    """How many losses there are: x and target broadcast."""
    one, other = shape_of(call)[::-1], shape_of(call, "target")[::-1]
    return math.prod([n if m == 1 else m for n, m in zip_longest(one, other, fillvalue=1)])


def of_two_classes(text: str, target: str) -> VjpRule:
    """Of a cross entropy of two classes, with or without weights of the elements."""

    def rule(call: Called) -> Vjp | None:
        if call.get("pos_weight") is not None:
            return None
        g = _each_share(call, _elements(call)) + (" * weight" if call.get("weight") is not None else "")
        return {"x": f"{g} * {text}", "target": f"{g} * ({target})", "weight": None}

    return rule


def of_classes(text: str) -> VjpRule:
    """Of a loss at target classes: `HOT` is 1 at the targets, and what is ignored gives 0."""

    def rule(call: Called) -> Vjp | None:
        rank, c = rank_of(call), shape_of(call)[rank_of(call) > 1]
        if call.get("weight") is not None or call.get("label_smoothing") or rank > 2:
            return None
        dim = rank - 1
        g = {"mean": "g / sum(target != ignore_index)", "sum": "g", "none": f"unsqueeze(g, {dim})"}[call["reduction"]]
        hot = f"one_hot(where(target != ignore_index, target, 0), {c})"
        there = f"unsqueeze(target != ignore_index, {dim})"
        return {"x": f"where({there}, {g} * {text}, 0)".replace("HOT", hot).replace("DIM", str(dim)), "weight": None}

    return rule


def of_probabilities(call: Called) -> Vjp | None:
    """Of a cross entropy with the targets' probabilities."""
    shape = shape_of(call)
    if call.get("weight") is not None or call.get("label_smoothing"):
        return None
    dim = 0 if len(shape) == 1 else 1
    g = "g" if call["reduction"] != "none" else f"unsqueeze(g, {dim})"
    if call["reduction"] == "mean":
        g = f"g / {math.prod(shape) // shape[dim] if shape[dim] else 0}"
    return {
        "x": f"{g} * (softmax(x, {dim}) * sum(target, {dim}, keepdim=True) - target)",
        "target": f"-{g} * log_softmax(x, {dim})",
    }


def diverged(call: Called) -> Vjp:
    """Of the mean over a batch, that of the first axis."""
    g = f"g / {shape_of(call)[0]}" if call["reduction"] == "batchmean" else _each_share(call, _elements(call))
    if call["log_target"]:
        return {"x": f"-{g} * exp(target)", "target": f"{g} * exp(target) * (target - x + 1)"}
    return {"x": f"-{g} * target", "target": f"{g} * (log(target) - x + 1)"}


def by_weights(call: Called) -> Vjp:
    """As a product's; of rows of rows the sum over all of them."""
    rank = rank_of(call)
    weight = {1: "outer(g, x)", 2: "g.T @ x"}.get(rank, 'einsum("...m,...n->mn", g, x)')
    return {"x": "g @ weight", "weight": weight, "bias": "g"}


def over_channels(call: Called) -> Vjp:
    """Of a layer that ends with a weight and a bias for each channel: the bias is added, the rest torch knows.

    (Of what torch has for the bias, the derivative by the cotangent is lost.)
    """
    others = [axis for axis in range(rank_of(call)) if axis != 1]
    return {"x": None, "weight": None, "running_mean": None, "running_var": None, "bias": f"sum(g, {others})"}


def rows_added(call: Called) -> Vjp | None:
    """Into each row that was named; of padding nothing comes."""
    if call.get("padding_idx") is not None:
        return None
    d = shape_of(call, "weight")[1]
    count = math.prod(shape_of(call))
    return {"weight": f"index_add(zeros(weight.shape), 0, flatten(x), reshape(g, ({count}, {d})))"}
