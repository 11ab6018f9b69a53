"""Sums, views and other linear functions: scalars are taken out, and what is constant is counted."""

from __future__ import annotations

from fractions import Fraction

from tcalc.graph.graph import Node, Operation
from tcalc.graph.simplify.algebra import TRANSPOSES, Algebra, rank, row_of, shape
from tcalc.graph.simplify.matrices import ONE, diagonal_of, matmul, split, total
from tcalc.graph.simplify.products import Known, Product, multiplied, product_of


def view(algebra: Algebra, node: Operation) -> Node:
    """The rule of rows that show their operand another way: the scalars in it stand outside."""
    if len(node.inputs) != 1:
        return node
    product = product_of(algebra, node)  # of its operand, where it but broadcasts
    if product.factors.get(node) is None:
        return multiplied(algebra, product, node)
    inner = product_of(algebra, node.inputs[0])
    if not inner.factors:
        return multiplied(algebra, inner, node)
    scale, rest = split(algebra, node.inputs[0])
    if shape(rest) == shape(node) and row_of(node) == "reshape":
        return node.inputs[0]
    unkept = _unkept(algebra, rest, node)
    if unkept is not None:
        return multiplied(algebra, scale * Product(ONE, {unkept: ONE}), node)
    if rest is node.inputs[0]:
        return node
    made = algebra.one(node.with_inputs((rest,)))
    return multiplied(algebra, scale * Product(ONE, {made: ONE}), node)


def _unkept(algebra: Algebra, node: Node, like: Operation) -> Node | None:
    """A sum that kept its axes, in the shape that another node takes them out for; None where it is no such thing."""
    if row_of(like) not in ("squeeze", "reshape") or row_of(node) != "sum" or not isinstance(node, Operation):
        return None
    if not node.options.get("keepdim") or node.options.get("dtype") is not None:
        return None
    made = algebra.make("sum(x, d)", like.span, x=node.inputs[0], d=node.options["dim"])
    return made if shape(made) == shape(like) else None


def narrowed(algebra: Algebra, node: Operation) -> Node:
    """The rule of `narrow`: a part of what was joined is what it was joined from."""
    scale, x = split(algebra, node.inputs[0])
    dim, start, length = [node.options[each] for each in ("dim", "start", "length")]
    if row_of(x) == "cat" and isinstance(x, Operation) and x.options["dim"] == dim:
        assert isinstance(dim, int) and isinstance(start, int)
        for part in x.inputs:
            size = (shape(part) or (-1,))[dim]
            if start == 0 and size == length:
                return multiplied(algebra, scale * product_of(algebra, part), node)
            start -= size
    return last_operand(algebra, node)


def last_operand(algebra: Algebra, node: Operation) -> Node:
    """The rule of rows that are linear in their last operand."""
    scale, rest = split(algebra, node.inputs[-1])
    once = row_of(node) in ("tril", "triu") and rest.signature() == node.signature()  # what is left out stays out
    if rest is node.inputs[-1] and not once:
        return node
    made = rest if once else algebra.one(node.with_inputs((*node.inputs[:-1], rest)))
    return multiplied(algebra, scale * Product(ONE, {made: ONE}), node)


def chosen(algebra: Algebra, node: Operation) -> Node:
    """`where(c, x, 0)`: a coefficient of x stands outside, and of a number alone the condition is left."""
    if len(node.inputs) != 3:
        return node
    condition, then, otherwise = node.inputs
    product = product_of(algebra, node)
    if product.factors.get(node) is None:
        return multiplied(algebra, product, node)
    inner = product_of(algebra, then)
    if _is_zero(algebra, otherwise):
        if not inner.factors and not inner.limits:
            return multiplied(algebra, Product(inner.coefficient, {condition: ONE}), node)
        place = 1
    elif _is_zero(algebra, then):
        other = product_of(algebra, otherwise)
        if not other.factors and not other.limits:
            opposite = algebra.make("not c", node.span, c=condition)
            return multiplied(algebra, Product(other.coefficient, {opposite: ONE}), node)
        place = 2
    else:
        return node
    chosen_one = product_of(algebra, node.inputs[place])
    if chosen_one.coefficient == 1:
        return node
    # its factors stay: one that is infinite where it is not chosen would make 0 * inf
    left = multiplied(algebra, Product(ONE, chosen_one.factors, chosen_one.limits), node.inputs[place])
    inputs = (condition, left, otherwise) if place == 1 else (condition, then, left)
    made = algebra.one(node.with_inputs(inputs))
    return multiplied(algebra, Product(chosen_one.coefficient, {made: ONE}), node)


def _is_zero(algebra: Algebra, node: Node) -> bool:
    return product_of(algebra, node).coefficient == 0


def summed(algebra: Algebra, node: Operation) -> Node:
    """The rule of `sum`: what is the same along its axes stands outside."""
    (x,) = node.inputs
    sizes = shape(x)
    if sizes is None or node.options.get("dtype") is not None:
        return node
    axes = _axes(node.options.get("dim"), len(sizes))
    kept = bool(node.options.get("keepdim"))
    if len(axes) == len(sizes) and node.options.get("dim") is not None:
        whole = algebra.make("sum(x)", node.span, x=x)
        assert isinstance(whole, Operation)
        return multiplied(algebra, Product(ONE, {summed(algebra, whole): ONE}), node)
    if row_of(x) in TRANSPOSES and len(axes) == 1 and len(sizes) == 2 and not kept:
        other = total(algebra, x, axes[0], node.span)
        return summed(algebra, other) if isinstance(other, Operation) else other
    diagonal = diagonal_of(x)
    if diagonal is not None and len(axes) == 1 and not kept:
        return diagonal
    product = product_of(algebra, x)
    outside: dict[Node, Known] = {}
    inside: dict[Node, Known] = {}
    for each, exponent in product.factors.items():
        target = outside if _is_same_along(each, axes, len(sizes), kept) else inside
        target[each] = exponent
    limits = tuple([each for each in product.limits if each in outside or rank(each) == 0])
    scale = Product(product.coefficient, outside, limits)
    left = Product(ONE, inside, tuple([each for each in product.limits if each not in limits]))
    if not inside:
        count = 1
        for axis in axes:
            count *= sizes[axis]
        return multiplied(algebra, Product(scale.coefficient * Fraction(count), scale.factors, scale.limits), node)
    if not left.limits:
        found = _known(algebra, left, axes, kept, node, len(sizes))
        if found is not None:
            return multiplied(algebra, scale * found, node)
    if scale.coefficient == 1 and not outside and not limits:
        return node
    rest = multiplied(algebra, left, x)
    made = algebra.one(node.with_inputs((rest,)))
    return multiplied(algebra, scale * Product(ONE, {made: ONE}), node)


def averaged(algebra: Algebra, node: Operation) -> Node:
    """The rule of `mean`: over all axes it is one number."""
    sizes = shape(node.inputs[0])
    if sizes is None or not node.options.get("keepdim") or node.options.get("dtype") is not None:
        return node
    if len(_axes(node.options.get("dim"), len(sizes))) < len(sizes):
        return node
    whole = algebra.make("mean(x)", node.span, x=node.inputs[0])
    return multiplied(algebra, Product(ONE, {whole: ONE}), node)


def softmax_of_log(algebra: Algebra, node: Operation) -> Node:
    """The rule of `exp`: of a log_softmax it is the softmax."""
    (x,) = node.inputs
    if isinstance(x, Operation) and row_of(x) == "log_softmax" and x.options.get("dtype") is None:
        return algebra.make("softmax(x, dim=d)", node.span, x=x.inputs[0], d=x.options["dim"])
    return node


def _known(
    algebra: Algebra, product: Product, axes: tuple[int, ...], kept: bool, node: Operation, count: int
) -> Product | None:
    """The sum of a product of one or two factors, where it has a name."""
    factors = list(product.factors.items())
    if any(exponent != 1 for _, exponent in factors):
        return None
    if len(factors) == 1:
        ((only, _),) = factors
        over = only.options.get("dim") if isinstance(only, Operation) and row_of(only) == "softmax" else None
        if isinstance(over, int) and (over % count,) == axes and rank(only) == count:
            return Product(ONE, {})
    if len(factors) == 2 and not kept:
        (one, _), (other, _) = factors
        if count == 1 and axes == (0,) and rank(one) == 1 and shape(one) == shape(other):
            return Product(ONE, {matmul(algebra, one, other, node): ONE})
        if count == 2 and axes == (1,) and {rank(one), rank(other)} == {1, 2}:
            matrix, vector = (one, other) if rank(one) == 2 else (other, one)
            if (shape(matrix) or ())[1:] == shape(vector):
                return Product(ONE, {matmul(algebra, matrix, vector, node): ONE})
    return None


def is_over_all(node: Operation) -> bool:
    """Whether a reduction is over all axes of its operand, which leaves one number."""
    sizes = shape(node.inputs[0])
    return sizes is not None and len(_axes(node.options.get("dim"), len(sizes))) == len(sizes)


def _axes(dim: object, count: int) -> tuple[int, ...]:
    chosen = range(count) if dim is None or dim == () else dim if isinstance(dim, tuple) else (dim,)
    return tuple(sorted([int(each) % count for each in chosen])) if count else ()


def _is_same_along(factor: Node, axes: tuple[int, ...], count: int, kept: bool) -> bool:
    """Whether a factor of what is summed has one value along the axes, and fits the sum as it stands."""
    sizes = shape(factor)
    if sizes is None:
        return False
    first = count - len(sizes)
    if kept:
        return all(axis < first or sizes[axis - first] == 1 for axis in axes)
    return all(axis < first for axis in axes)
