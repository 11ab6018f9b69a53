"""Norms of vectors and matrices."""

from __future__ import annotations

from tcalc.library.builtin import Builtin, Form, Vjp, VjpRule
from tcalc.library.factorings import normed
from tcalc.library.rules import by_axes, chosen_axes, refuse_empty, tensor, without
from tcalc.library.vjps import Called, axes_of, kept
from tcalc.types.broadcast import Axes
from tcalc.types.match import Match
from tcalc.types.mismatch import Mismatch, Place, Undetermined

#: Orders that a norm of a matrix can have; the first two by name.
MATRIX_ORDERS = ("fro", "nuc", 1, -1, 2, -2, float("inf"), float("-inf"))


def _of_vectors(match: Match, order: object, positions: tuple[int, ...] | None, name: str) -> Axes:
    """The elements are read as one vector. Of no elements there is no largest, and no norm of a negative order."""
    if isinstance(order, int | float) and (order < 0 or order == float("inf")):
        refuse_empty(match, positions, f"norm of order {order}", name)
    return without(match, positions, name)


def _of_matrices(match: Match, order: object, positions: tuple[int, ...], name: str) -> Axes:
    if order not in MATRIX_ORDERS:
        shown = ", ".join(map(str, MATRIX_ORDERS))
        raise Mismatch("value", f"a matrix norm's order is one of {shown}, and not {order}", depth=5)
    # An infinite order sums along one axis and takes the extreme along the other; 2 that of the singular values.
    if isinstance(order, int | float) and order < 0:
        among = {-1: positions[1:], float("-inf"): positions[:1]}.get(order, positions)
        refuse_empty(match, among, f"norm of order {order}", name)
    return without(match, positions, name)


def _norm(match: Match) -> Axes:
    """torch.norm: a number is the order of a vector norm, over all elements or some axes; text a matrix norm."""
    p, positions = match["p"], chosen_axes(match)
    if p == "nuc":
        rank = tensor(match).rank
        if rank is None:
            raise Undetermined
        count = rank if positions is None else len(positions)
        if count != 2:
            raise Mismatch("shape", f"{{0}} is {tensor(match)}: the nuclear norm is over two axes", Place("x"), depth=5)
    elif p == "fro" and positions is not None and len(positions) > 2:
        raise Mismatch("shape", "the Frobenius norm is over one axis or two, or all", Place("x"), depth=5)
    elif isinstance(p, str) and p != "fro":
        raise Mismatch("value", f'p is a number, "fro" or "nuc", and not "{p}"', depth=5)
    return _of_vectors(match, p, positions, "x")


def _linalg_norm(match: Match) -> Axes:
    """torch.linalg.norm: an order without axes asks for a vector or a matrix, two axes for a matrix."""
    order, positions, x = match.arguments.get("ord"), chosen_axes(match, "x"), tensor(match)
    if positions is not None and len(positions) > 2:
        raise Mismatch(
            "shape", "this norm is over one axis or two, or all; vector_norm is over any", Place("x"), depth=5
        )
    if order is None:
        return without(match, positions)
    if positions is None:
        if x.rank is None:
            raise Undetermined
        if x.rank not in (1, 2):
            sentence = f"{{0}} is {x}: a norm of order {order} is of a vector or a matrix, or over axes"
            raise Mismatch("shape", sentence, Place("x"), depth=5)
        positions = tuple(range(x.rank))
    if len(positions) == 2:
        return _of_matrices(match, order, positions, "x")
    if isinstance(order, str):
        raise Mismatch("value", f'a vector norm\'s order is a number, and not "{order}"', depth=5)
    return _of_vectors(match, order, positions, "x")


def _vector_norm(match: Match) -> Axes:
    return _of_vectors(match, match["ord"], chosen_axes(match), "x")


def _matrix_norm(match: Match) -> Axes:
    positions = chosen_axes(match)
    if positions is None:
        rank = tensor(match).rank
        if rank is None:
            raise Undetermined
        positions = (rank - 2, rank - 1)
    if len(positions) != 2 or positions[0] < 0:
        raise Mismatch("shape", f"{{0}} is {tensor(match)}: a matrix norm is over two axes", Place("x"), depth=5)
    return _of_matrices(match, match["ord"], positions, "x")


def _of_order(option: str, of_matrices: bool = False) -> VjpRule:
    """Of a norm whose order is that option. At the origin the derivative of the 2-norm is 0, as torch has it."""

    def rule(call: Called) -> Vjp | None:
        order = call.get(option)
        if of_matrices and order not in (None, "fro") and len(axes_of(call)) == 2:
            return None
        g, out = kept(call), kept(call, "out")
        if order == 1:
            return {"x": f"{g} * sign(x)"}
        if order == float("inf"):
            most = f"(abs(x) == {out})"
            return {"x": f"{g} * sign(x) * {most} / sum({most}, {axes_of(call) or None}, keepdim=True)"}
        if order in (None, 2, "fro"):
            return {"x": f"{g} * where({out} == 0, 0, x / {out})"}
        if isinstance(order, int | float) and order > 2:
            return {"x": f"{g} * where({out} == 0, 0, x / {out} * (abs(x) / {out})^{order - 2})"}
        return None

    return rule


AXES = "dim: axes = None, keepdim: flag = False, dtype: dtype = None) -> real[...]"

ROWS = [
    Builtin(
        "norm",
        [
            Form(f"(x: F[*s], p: number = 2, {AXES}", by_axes(_norm), vjp=_of_order("p")),
            Form(f"(x: F[*s], p: text, {AXES}", by_axes(_norm), vjp=_of_order("p")),
        ],
        flops=normed("p", False),
        doc="Norm of order p (2) of the elements as one vector, over all axes or those given.",
        example="norm([3., 4.])  #=> 5.0",
    ),
    Builtin(
        "linalg.norm",
        [
            Form(f"(x: F[*s], ord: number = None, {AXES}", by_axes(_linalg_norm), vjp=_of_order("ord", True)),
            Form(f"(x: F[*s], ord: text, {AXES}", by_axes(_linalg_norm), vjp=_of_order("ord", True)),
        ],
        torch="linalg.norm",
        spaces=("linalg",),
        flops=normed("ord", True),
        doc="Norm of order ord of a vector or a matrix; without an order, the 2-norm of all elements.",
        example="linalg.norm([[3., 0.], [0., 4.]], 2)  #=> 4.0",
    ),
    Builtin(
        "vector_norm",
        [Form(f"(x: F[*s], ord: number = 2, {AXES}", by_axes(_vector_norm), vjp=_of_order("ord"))],
        torch="linalg.vector_norm",
        spaces=("linalg",),
        doc="Norm of order ord (2) of the elements as one vector, over all axes or those given.",
        example="vector_norm([3., -4.], 1)  #=> 7.0",
    ),
    Builtin(
        "matrix_norm",
        [
            Form(
                f"(x: F[*s], ord: {kind}, dim: axes = (-2, -1), {AXES.partition(', ')[2]}",
                by_axes(_matrix_norm),
                vjp=_of_order("ord", True),
            )
            for kind in ('text = "fro"', "number")
        ],
        torch="linalg.matrix_norm",
        spaces=("linalg",),
        flops=normed("ord", True),
        doc='Norm of the matrices in the last two axes: "fro", "nuc", or of order 1, 2, inf or their negatives.',
        example="matrix_norm([[3., 0.], [0., 4.]])  #=> 5.0",
    ),
]
