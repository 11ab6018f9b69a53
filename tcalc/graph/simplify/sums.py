"""Sums as terms with coefficients: where like terms meet."""

from __future__ import annotations

from fractions import Fraction

from tcalc.graph.graph import Node, Operation
from tcalc.graph.simplify import matrices
from tcalc.graph.simplify.algebra import Algebra, is_real, number_of, row_of, tensor_type
from tcalc.graph.simplify.products import Known, Product, in_type, multiplied, plain_number, product_of

#: Sums of more terms are not taken apart.
MOST_TERMS = 16
#: Sums of more terms are not multiplied out.
MOST_OPENED = 8
#: The product that each term is without its coefficient, and that; numbers by themselves stand under None.
Terms = dict[Node | None, Known]


def terms_of(algebra: Algebra, node: Node, times: Known = Fraction(1)) -> Terms:
    """A node as a sum."""
    found: Terms = {}
    stack: list[tuple[Node, Known]] = [(node, times)]
    while stack:
        if len(found) + len(stack) > MOST_TERMS:  # a long sum is one term in others
            return _shallow(algebra, node, times)
        each, scale = stack.pop()
        name = row_of(each)
        if isinstance(each, Operation) and is_real(each) and name in ("add", "sub") and not each.options:
            one, other = each.inputs
            stack += [(other, -scale if name == "sub" else scale), (one, scale)]
            continue
        if not is_real(each) and number_of(each) is None and tensor_type(each).dtype.kind in ("int", "uint"):
            found[each] = found.get(each, Fraction(0)) + scale
            continue
        product = product_of(algebra, each)
        factors = {matrices.columns(algebra, factor): power for factor, power in product.factors.items()}
        product = Product(product.coefficient, factors, product.limits)
        coefficient = scale * product.coefficient
        key: Node | None = None
        if product.limits and not product.factors:
            key, coefficient = each, scale
        elif product.factors:
            key = _unscaled(algebra, product, each)
            opened = abs(coefficient) == 1 and row_of(key) in ("add", "sub") and key is not each
            if opened:  # -(a - b) is b - a
                stack.append((key, coefficient))
                continue
        found[key] = found.get(key, Fraction(0)) + coefficient
    return {key: coefficient for key, coefficient in found.items() if coefficient != 0}


def _shallow(algebra: Algebra, node: Node, times: Known) -> Terms:
    """A sum by its two operands alone."""
    if not isinstance(node, Operation) or row_of(node) not in ("add", "sub") or node.options:
        return {node: times}
    one, other = node.inputs
    if one is other or number_of(one) is not None or number_of(other) is not None:
        return {node: times}
    return {one: times, other: -times if row_of(node) == "sub" else times}


def _unscaled(algebra: Algebra, product: Product, like: Node) -> Node:
    """The node of a product without its coefficient; that of `x * y` is that of `y * x`."""
    key = (frozenset(product.factors.items()), product.limits, tensor_type(like).dtype)
    found = algebra.products.get(key)
    if found is None:
        alone = Product(Fraction(1), product.factors, product.limits)
        found = algebra.products[key] = multiplied(algebra, alone, like, spread=False)
    return found


def added(algebra: Algebra, terms: Terms, like: Node, spread: bool = True) -> Node:
    """The node of a sum, in the dtype of another node, and in its shape if it is to be spread. Raises Unformulated."""
    type, span = tensor_type(like), like.span
    terms = _opened(algebra, terms)
    scale = _common(terms)
    if scale != 1:
        inner = added(algebra, {key: value / scale for key, value in terms.items()}, like, spread=False)
        return multiplied(algebra, Product(scale, {inner: Fraction(1)}), like, spread)
    factors = _common_factors(algebra, terms)
    if factors:
        rest: Terms = {}
        for key, value in terms.items():
            assert key is not None
            left = product_of(algebra, key).without(*factors)
            other = _unscaled(algebra, left, key) if left.factors else None
            rest[other] = rest.get(other, Fraction(0)) + value * left.coefficient
        inner = added(algebra, rest, like, spread=False)
        product = Product(Fraction(1), factors) * product_of(algebra, inner)
        return multiplied(algebra, product, like, spread)
    # what is taken away stands behind what is there, and a number by itself last
    order = sorted(terms.items(), key=lambda term: (term[1] < 0, term[0] is None))
    if not order or order == [(None, terms.get(None))]:
        return multiplied(algebra, Product(terms.get(None, Fraction(0)), {}), like, spread)
    found: Node | int | float | None = None
    for key, coefficient in order:
        negative = coefficient < 0 and found is not None
        term = _term(algebra, key, -coefficient if negative else coefficient)
        if found is None and isinstance(term, Node):  # whole numbers are not added to each other as such
            term = in_type(algebra, term, type, spread=False)
        text = "x - y" if negative else "x + y"
        found = term if found is None else algebra.make(text, span, x=found, y=term)
    assert isinstance(found, Node)
    return in_type(algebra, found, type, spread)


def _term(algebra: Algebra, key: Node | None, coefficient: Known) -> Node | int | float:
    if key is None:
        return plain_number(coefficient)
    if not is_real(key):  # whole numbers beside floating ones
        return key if coefficient == 1 else algebra.make("c * x", key.span, c=plain_number(coefficient), x=key)
    inner = product_of(algebra, key)
    return multiplied(algebra, Product(coefficient * inner.coefficient, inner.factors, inner.limits), key, spread=False)


def _opened(algebra: Algebra, terms: Terms) -> Terms:
    """With sums multiplied out, where terms then cancel: `(1 - y) * s - y * (1 - s)` is `s - y`."""
    if len(terms) < 2 or len(terms) > MOST_OPENED:
        return terms
    found: Terms = {}
    before = 0
    for key, coefficient in terms.items():
        product = Product(Fraction(1), {}) if key is None else product_of(algebra, key)
        sums = [each for each, power in product.factors.items() if power == 1 and row_of(each) in ("add", "sub")]
        if key is None or product.limits or not sums:
            found[key] = found.get(key, Fraction(0)) + coefficient
            before += 1
            continue
        rest = product.without(sums[0])
        inner = terms_of(algebra, sums[0])
        before += len(inner) + len(rest.factors)
        for part, scale in inner.items():
            whole = rest if part is None else rest * product_of(algebra, part)
            value = scale * whole.coefficient * coefficient
            term = _unscaled(algebra, whole, key) if whole.factors else None
            found[term] = found.get(term, Fraction(0)) + value
    left = {key: value for key, value in found.items() if value != 0}
    return left if len(left) < len(terms) or 2 * len(left) < before else terms


def _common_factors(algebra: Algebra, terms: Terms) -> dict[Node, Known]:
    """The powers that all terms are multiplied by."""
    if len(terms) < 2 or None in terms:
        return {}
    products = [product_of(algebra, key) for key in terms if key is not None]
    if any(each.limits for each in products):
        return {}
    first, *others = products
    return {
        each: exponent
        for each, exponent in first.factors.items()
        if all(other.factors.get(each) == exponent for other in others)
    }


def _common(terms: Terms) -> Known:
    """What all coefficients have in common, where it is worth a bracket."""
    sizes: set[Known] = {-each if each < 0 else each for each in terms.values()}
    if len(terms) < 2 or len(sizes) != 1 or None in terms:
        return Fraction(1)
    (scale,) = sizes
    return -scale if scale != 1 and all(each < 0 for each in terms.values()) else scale
