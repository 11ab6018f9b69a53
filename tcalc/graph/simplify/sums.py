"""Sums as terms with coefficients: where like terms meet."""

from __future__ import annotations

from fractions import Fraction

from tcalc.graph.graph import Node, Operation
from tcalc.graph.simplify import matrices
from tcalc.graph.simplify.algebra import TRANSPOSES, Algebra, is_real, number_of, row_of, tensor_type
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
        product = product.with_factors(lambda factor: matrices.columns(algebra, factor))
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
    common = _common_factors(algebra, terms)
    if common is not None:
        return multiplied(algebra, _taken_out(algebra, common, terms, like), like, spread)
    terms = _joined(algebra, _over_one(algebra, terms, like))
    # what is taken away stands behind what is there, a number by itself last, and `A.T` behind `A`
    order = sorted(terms.items(), key=lambda term: (term[1] < 0, term[0] is None, _is_turned(term[0], terms)))
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


def _is_turned(key: Node | None, terms: Terms) -> bool:
    return key is not None and row_of(key) in TRANSPOSES and key.inputs[0] in terms


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


def _taken_out(algebra: Algebra, common: Product, terms: Terms, like: Node) -> Product:
    """A sum whose terms have factors in common, as these times the sum of what is left of each."""
    rest: Terms = {}
    for key, value in terms.items():
        assert key is not None
        left = product_of(algebra, key).without(*common.factors)
        other = _unscaled(algebra, Product(left.coefficient, left.factors), key) if left.factors else None
        rest[other] = rest.get(other, Fraction(0)) + value * left.coefficient
    inner = added(algebra, _flat(algebra, rest), like, spread=False)
    return common * product_of(algebra, inner)


def _common_factors(algebra: Algebra, terms: Terms) -> Product | None:
    """The powers that all terms are multiplied by, with the same limits; None where there are none."""
    if len(terms) < 2 or None in terms:
        return None
    first, *others = [product_of(algebra, key) for key in terms if key is not None]
    factors = {
        each: exponent
        for each, exponent in first.factors.items()
        if all(other.factors.get(each) == exponent for other in others)
    }
    alike = all(each.limits == first.limits for each in others)
    return Product(Fraction(1), factors, first.limits) if factors and alike else None


def _over_one(algebra: Algebra, terms: Terms, like: Node) -> Terms:
    """A sum in which terms that are divided by the same are one: `a / n + b / n + c` as `(a + b) / n + c`."""
    groups: dict[object, tuple[Product, Terms]] = {}
    for key, value in terms.items():
        product = Product(Fraction(1), {}) if key is None else product_of(algebra, key)
        below = Product(Fraction(1), {each: power for each, power in product.factors.items() if power < 0})
        below.limits = product.limits
        _, group = groups.setdefault((frozenset(below.factors.items()), below.limits), (below, {}))
        group[key] = value
    found: Terms = {}
    for below, group in groups.values():
        if not below.factors or len(group) == 1:
            found |= group
            continue
        product = _taken_out(algebra, below, group, like)
        key = _unscaled(algebra, product, like) if product.factors else None
        found[key] = found.get(key, Fraction(0)) + product.coefficient
    return {key: value for key, value in found.items() if value != 0}


def _joined(algebra: Algebra, terms: Terms) -> Terms:
    """A sum in which matrices made of vectors in the same way are one: `diag(a) + diag(b)` as `diag(a + b)`."""
    for fixed in (None, 0, 1):
        groups: dict[Node | None, list[Node]] = {}
        for key in terms:
            if key is not None and fixed is None and matrices.diagonal_of(key) is not None:
                groups.setdefault(None, []).append(key)
            elif key is not None and fixed is not None and row_of(key) == "outer":
                groups.setdefault(key.inputs[fixed], []).append(key)
        for same, keys in groups.items():
            group: Terms = {key: terms[key] for key in keys if key in terms}  # what others were made of adds to some
            if len(group) > 1:
                found = {key: value for key, value in terms.items() if key not in group}
                for part, scale in terms_of(algebra, _made_of(algebra, group, same, fixed)).items():
                    found[part] = found.get(part, Fraction(0)) + scale
                terms = {key: value for key, value in found.items() if value != 0}
    return terms


def _made_of(algebra: Algebra, group: Terms, same: Node | None, fixed: int | None) -> Node:
    """Several `diag(x)`, or `outer(same, x)` and `outer(x, same)`, of the sum of their vectors."""
    like = next(each for each in group if each is not None)
    vectors = {key.inputs[1 if fixed == 0 else 0]: value for key, value in group.items() if key is not None}
    vector = added(algebra, _flat(algebra, dict(vectors.items())), next(iter(vectors)))
    if same is None:
        made = algebra.make("diag(x)", like.span, x=vector)
        return matrices.diagonal_rule(algebra, made) if isinstance(made, Operation) else made
    return matrices.outer(algebra, *((same, vector) if fixed == 0 else (vector, same)), like)


def _flat(algebra: Algebra, terms: Terms) -> Terms:
    """A sum of sums as one."""
    found: Terms = {}
    for key, value in terms.items():
        for part, scale in ({None: Fraction(1)} if key is None else terms_of(algebra, key)).items():
            found[part] = found.get(part, Fraction(0)) + value * scale
    return {key: value for key, value in found.items() if value != 0}


def _common(terms: Terms) -> Known:
    """What all coefficients have in common, where it is worth a bracket."""
    sizes: set[Known] = {-each if each < 0 else each for each in terms.values()}
    if len(terms) < 2 or len(sizes) != 1 or None in terms:
        return Fraction(1)
    (scale,) = sizes
    return -scale if scale != 1 and all(each < 0 for each in terms.values()) else scale
