"""Products, element by element, as a coefficient and powers: where factors meet and cancel."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction

from tcalc.graph.graph import Conversion, Guarded, Node, Number, Operation
from tcalc.graph.simplify.algebra import Algebra, is_real, number_of, rank, row_of, shape, sizes, tensor_type, truth
from tcalc.source import Span
from tcalc.types.tensor import TensorType

#: A number that is known, exact where it can be.
Known = Fraction | float


#: A product of more factors is one factor in others.
MOST_FACTORS = 12
#: A power of a product is the product of its powers up to this.
MOST_POWER = 64


class Product:
    """`coefficient` times each factor to its exponent. Shapes broadcast.

    Where one of `limits` is zero, the product is 0, though it be divided by that: the 2-norm's derivative.
    """

    __slots__ = ("coefficient", "factors", "limits")

    def __init__(self, coefficient: Known, factors: Mapping[Node, Known], limits: tuple[Node, ...] = ()) -> None:
        self.coefficient, self.limits = coefficient, limits
        self.factors = {each: exponent for each, exponent in factors.items() if exponent != 0}

    def __mul__(self, other: Product) -> Product:
        factors = dict(self.factors)
        for each, exponent in other.factors.items():
            # a mask is 0 or 1, and so is its square
            factors[each] = exponent if _is_mask(each) else factors.get(each, Fraction(0)) + exponent
        limits = [*self.limits, *[each for each in other.limits if each not in self.limits]]
        divided = [each for each in limits if min(self.factors.get(each, 0), other.factors.get(each, 0)) < 0]
        left = [
            each for each in limits if each not in divided or factors[each] < 0
        ]  # what is not divided by it is 0 there
        return Product(bounded(self.coefficient * other.coefficient), factors, tuple(left))

    def to(self, exponent: Known) -> Product:
        """A whole power of it."""
        factors = {each: before if _is_mask(each) else before * exponent for each, before in self.factors.items()}
        return Product(_power_of(self.coefficient, exponent), factors, self.limits)

    def with_factors(self, change: Callable[[Node], Node]) -> Product:
        """The product of what each factor becomes; two may become the same one."""
        factors: dict[Node, Known] = {}
        for each, exponent in self.factors.items():
            made = change(each)
            factors[made] = exponent if _is_mask(made) else factors.get(made, Fraction(0)) + exponent
        return Product(self.coefficient, factors, self.limits)

    def without(self, *parts: Node) -> Product:
        """The product of the other factors."""
        factors = {each: exponent for each, exponent in self.factors.items() if each not in parts}
        return Product(self.coefficient, factors, self.limits)


def _power_of(number: Known, exponent: Known) -> Known:
    try:
        return exact(number**exponent)
    except OverflowError:
        return math.inf if number > 0 or exponent % 2 == 0 else -math.inf


def exact(number: complex) -> Known:
    """A number as a fraction, where it is one: whole, of halves, or what a quotient of small numbers rounds to."""
    assert not isinstance(number, complex)
    if isinstance(number, float):
        found = Fraction(number).limit_denominator(MOST_PARTS if abs(number) < MOST_ROUNDED else 1)
        plain = found.denominator not in HALVES and len(repr(number)) < ROUNDED
        return number if plain or float(found) != number else bounded(found)
    return bounded(Fraction(number))


def bounded(number: Known) -> Known:
    """A number, rounded where it is a fraction of larger ones than a float holds."""
    if isinstance(number, float) or max(abs(number.numerator), number.denominator) <= MOST_WHOLE:
        return number
    try:
        return float(number)
    except OverflowError:
        return math.copysign(math.inf, number)


#: Whole numbers that a float holds all of.
MOST_WHOLE = 2**53
#: Denominators that a fraction is told by: of any number of parts up to the first; of a short decimal only halves.
MOST_PARTS, HALVES = 10_000, (1, 2, 4, 8)
#: A number with more characters is taken for a rounded quotient, if it is not large: fractions come near those anyway.
ROUNDED, MOST_ROUNDED = 12, 1000


def _is_mask(node: Node) -> bool:
    return isinstance(node.type, TensorType) and node.type.dtype.kind == "bool"


# From nodes


def product_of(algebra: Algebra, node: Node) -> Product:
    """A node as a product: what it is multiplied from, where that can be told, and it is not too much."""
    found = algebra.factored.get(node)
    if not isinstance(found, Product):
        found = _read(algebra, node)
        if len(found.factors) > MOST_FACTORS:
            found = Product(Fraction(1), {node: Fraction(1)})
        algebra.factored[node] = found
    return found


def _read(algebra: Algebra, node: Node) -> Product:
    known = number_of(node)
    if known is not None and known == known and abs(known) != float("inf"):
        return Product(exact(known), {})
    if isinstance(node, Conversion) and is_real(node):
        inner = node.inputs[0]
        alone = product_of(algebra, inner)
        same = tensor_type(inner).dtype is node.dtype  # a number by a name, in a dtype of its own
        if same or _is_mask(inner) or not (alone.factors or alone.limits):
            return alone
    if row_of(node) == "sum" and rank(node) == 0:
        known_mask = truth(node.inputs[0])
        if known_mask is not None:
            return Product(Fraction(known_mask * math.prod(shape(node.inputs[0]) or ())), {})
    if isinstance(node, Operation) and is_real(node):
        reader = READERS.get(node.row.name)
        found = reader(algebra, node) if reader is not None else None
        if found is not None:
            return found
    return Product(Fraction(1), {node: Fraction(1)})


def _times(algebra: Algebra, node: Operation) -> Product:
    one, other = node.inputs
    return product_of(algebra, one) * product_of(algebra, other)


def _divided(algebra: Algebra, node: Operation) -> Product | None:
    one, other = node.inputs
    below = product_of(algebra, other)
    if len(node.options) or below.coefficient == 0 or below.limits:
        return None
    return product_of(algebra, one) * _inverse(below)


def _inverse(product: Product) -> Product:
    coefficient = 1 / product.coefficient
    return Product(coefficient, {each: -exponent for each, exponent in product.factors.items()})


def _negated(algebra: Algebra, node: Operation) -> Product:
    return Product(Fraction(-1), {}) * product_of(algebra, node.inputs[0])


def _power(algebra: Algebra, node: Operation) -> Product | None:
    base, exponent = node.inputs
    known = number_of(exponent)
    if known is None or not math.isfinite(known) or not is_real(base):
        return None
    return _raised(algebra, base, exact(known))


def _raised(algebra: Algebra, base: Node, exponent: Known) -> Product | None:
    inner = product_of(algebra, base)
    whole = isinstance(exponent, Fraction) and exponent.denominator == 1
    if (
        whole
        and not inner.limits
        and (inner.coefficient != 0 or exponent > 0)
        and -MOST_POWER <= exponent <= MOST_POWER
    ):
        return inner.to(exponent) if not any(map(_is_mask, inner.factors)) or exponent > 0 else None
    return Product(Fraction(1), {base: exponent})


def _to(exponent: Known) -> Callable[[Algebra, Operation], Product | None]:
    return lambda algebra, node: _raised(algebra, node.inputs[0], exponent) if is_real(node.inputs[0]) else None


def _spread(algebra: Algebra, node: Operation) -> Product | None:
    """Of a tensor that broadcasts to what it is made: of itself."""
    (inner,) = node.inputs
    own, wider = shape(inner), shape(node)
    if own is None or wider is None or len(own) > len(wider):
        return None
    fits = all(a in (1, b) for a, b in zip(own[::-1], wider[::-1], strict=False))
    leading = row_of(node) in ("expand", "broadcast_to") or all(size == 1 for size in wider[: len(wider) - len(own)])
    same = row_of(node) in ("expand", "broadcast_to") or own == wider[len(wider) - len(own) :]
    return product_of(algebra, inner) if fits and leading and same else None


def _constant(value: int) -> Callable[[Algebra, Operation], Product]:
    return lambda algebra, node: Product(Fraction(value), {})


def _chosen(algebra: Algebra, node: Operation) -> Product | None:
    """`where` with a condition that is known, or around a quotient with a limit."""
    if id(node) in algebra.written or len(node.inputs) != 3:
        return None
    condition, then, otherwise = node.inputs
    known = truth(condition)
    if known is not None:
        return product_of(algebra, then if known else otherwise)
    return _direction(algebra, node, condition, then, otherwise)


def _direction(algebra: Algebra, node: Operation, condition: Node, then: Node, otherwise: Node) -> Product | None:
    """`where(out == 0, 0, x / out)`, where out is a norm of x or its deviation: that quotient, and 0 at 0."""
    if row_of(condition) != "eq" or number_of(then) != 0 or number_of(condition.inputs[1]) != 0:
        return None
    zero, quotient = product_of(algebra, condition.inputs[0]), product_of(algebra, otherwise)
    if len(zero.factors) != 1:
        return None
    ((limit, _),) = zero.factors.items()
    is_spread = isinstance(limit, Operation) and "keepdim" in limit.options
    if not isinstance(node, Guarded) and not (is_spread and quotient.factors.get(limit) == -1):
        return None
    return Product(quotient.coefficient, quotient.factors, (*quotient.limits, limit))


READERS: Mapping[str, Callable[[Algebra, Operation], Product | None]] = {
    "mul": _times,
    "div": _divided,
    "neg": _negated,
    "pow": _power,
    "square": _to(Fraction(2)),
    "sqrt": _to(Fraction(1, 2)),
    "rsqrt": _to(Fraction(-1, 2)),
    "reciprocal": _to(Fraction(-1)),
    "expand": _spread,
    "broadcast_to": _spread,
    "unsqueeze": _spread,
    "reshape": _spread,
    "ones": _constant(1),
    "zeros": _constant(0),
    "ones_like": _constant(1),
    "zeros_like": _constant(0),
    "where": _chosen,
}


# To nodes


def multiplied(algebra: Algebra, product: Product, like: Node, spread: bool = True) -> Node:
    """The node of a product, in the dtype of another node, and in its shape if it is to be spread.

    Raises Unformulated.
    """
    type = tensor_type(like)
    span = like.span
    product = _met(product)
    wanted = sizes(type)
    if product.coefficient == 0:
        return in_type(algebra, algebra.make("zeros(shape)", span, shape=wanted), type)
    factors = product.factors
    if not any(is_real(each) or exponent < 0 for each, exponent in factors.items()):  # become floating first
        for each in factors:
            if shape(each) is not None:
                dtype = type.dtype
                plain = TensorType(dtype, tensor_type(each).axes)
                factors = {
                    algebra.one(Conversion(span, plain, each, dtype)) if other is each else other: exponent
                    for other, exponent in factors.items()
                }
                break
    made = _built(algebra, product.coefficient, factors, span) or _filled(algebra, product.coefficient, type, span)
    for limit in product.limits:
        guard = algebra.make("where(limit == 0, 0, x)", span, limit=limit, x=made)
        assert isinstance(guard, Operation)
        made = algebra.guarded(guard)
    return in_type(algebra, made, type, spread)


def _met(product: Product) -> Product:
    """With what two factors make together: `abs(x) * sign(x)` is x, and `sign(x) / abs(x)` is 1 / x."""
    for each, exponent in product.factors.items():
        if row_of(each) != "abs":
            continue
        x = each.inputs[0]
        for other, power in product.factors.items():
            if row_of(other) == "sign" and power == 1 and other.inputs[0] is x:
                step = Fraction(1 if exponent > 0 else -1)
                rest = {one: p for one, p in product.factors.items() if one is not other}
                rest[each] = exponent - step
                rest[x] = rest.get(x, Fraction(0)) + step
                return Product(product.coefficient, rest, product.limits)
    return product


def in_type(algebra: Algebra, node: Node, type: TensorType, spread: bool = True) -> Node:
    """A node in the dtype of a type, and in its shape if it is to be spread. Raises Unformulated."""
    wanted = sizes(type)
    if spread and wanted is not None and shape(node) != wanted:
        node = algebra.make("expand(x, shape)", node.span, x=node, shape=wanted)
    own = tensor_type(node)
    if own.dtype is not type.dtype:
        node = algebra.one(Conversion(node.span, TensorType(type.dtype, own.axes), node, type.dtype))
    return node


def plain_number(known: Known) -> int | float:
    """A known number as Python's: an int where it is whole."""
    if isinstance(known, Fraction):
        return int(known) if known.denominator == 1 else float(known)
    return known


def _filled(algebra: Algebra, value: Known, type: TensorType, span: Span) -> Node:
    """A tensor of one number."""
    wanted = sizes(type)
    if wanted == ():
        number = float(value)
        return algebra.one(Number(span, TensorType(type.dtype, (), number), number))
    ones = algebra.make("ones(shape)", span, shape=wanted)
    return in_type(algebra, _built(algebra, value, {ones: Fraction(1)}, span) or ones, type)


def _built(algebra: Algebra, coefficient: Known, factors: Mapping[Node, Known], span: Span) -> Node | None:
    """Numbers first, then scalars, then the others in their order, over those with negative exponents."""
    above = [(each, exponent) for each, exponent in factors.items() if exponent > 0]
    below = [(each, -exponent) for each, exponent in factors.items() if exponent < 0]
    tops = _powers(algebra, above, span)
    bottoms = _powers(algebra, below, span)
    if not tops and not bottoms:
        return None
    ratio = coefficient if isinstance(coefficient, Fraction) else None
    number = ratio.numerator if ratio is not None else coefficient
    divisor = ratio.denominator if ratio is not None else 1
    top = _chain(algebra, tops, span)
    bottom = _chain(algebra, bottoms, span)
    if divisor != 1:
        bottom = algebra.make("d * x", span, d=divisor, x=bottom) if bottom is not None else None
    if top is None:
        given = {"c": number, "y": bottom}
        return algebra.make("c / y", span, **given)
    if number == -1 and tensor_type(top).dtype.rank:  # there is no minus of bools
        top = algebra.make("-x", span, x=top)
    elif number != 1:
        top = algebra.make("c * x", span, c=number, x=top)
    if bottom is not None:
        return algebra.make("x / y", span, x=top, y=bottom)
    return algebra.make("x / d", span, x=top, d=divisor) if divisor != 1 else top


def _powers(algebra: Algebra, factors: list[tuple[Node, Known]], span: Span) -> list[Node]:
    found = []
    for each, exponent in sorted(factors, key=lambda pair: min(rank(pair[0]), 1)):
        if exponent == 1:
            found.append(each)
        elif exponent == Fraction(1, 2):
            found.append(algebra.make("sqrt(x)", span, x=each))
        else:
            found.append(algebra.make("x^p", span, x=each, p=plain_number(exponent)))
    return found


def _chain(algebra: Algebra, parts: list[Node], span: Span) -> Node | None:
    found: Node | None = None
    for each in parts:
        found = each if found is None else algebra.make("x * y", span, x=found, y=each)
    return found
