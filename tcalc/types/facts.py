"""What the steps of a definition assume about its sizes, and what follows from it.

The slice `x[1:]` of n numbers has max(n - 1, 0) of them, and under the fact n ≥ 1 it has n - 1. A definition collects
such facts while its body is checked once for all sizes; every call asks whether they hold of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import gcd

from tcalc.source import Span
from tcalc.types.polynomial import (
    Monomial,
    Operation,
    Poly,
    Size,
    Unknown,
    add,
    constant_of,
    items_of,
    make,
    mul,
    names,
    reading_order,
    sub,
    symbol,
    text,
)
from tcalc.types.size import apply, common_factor, divide, floordiv, mod, nearest, operands_of, shrink, substitute

#: How many steps a proof of a bound may take.
STEPS = 3


class Fact:
    """`size` is at least `bound` (kind "at least"), or divisible by it (kind "divisible").

    `origin` is the place that needs it, where one was given; it is no part of the fact's identity.
    """

    __slots__ = ("bound", "kind", "origin", "size")

    def __init__(self, kind: str, size: Size, bound: Size, origin: Span | None = None) -> None:
        self.kind = kind
        self.size = size
        self.bound = bound
        self.origin = origin

    def holds(self, mapping: Mapping[str, Size]) -> bool | None:
        """Whether it is true of these sizes; None where they do not decide it."""
        try:
            size, bound = substitute(self.size, mapping), substitute(self.bound, mapping)
            difference = sub(size, bound) if self.kind == "at least" else mod(size, bound)
        except ZeroDivisionError:
            return False
        if not isinstance(difference, int):
            return None
        return difference >= 0 if self.kind == "at least" else difference == 0

    @property
    def text(self) -> str:
        """`n ≥ 1`, `n ≤ m + 3`, `d divisible by 8`."""
        if self.kind == "divisible":
            size = self.size
            if isinstance(self.bound, int):
                size = add(size, nearest(constant_of(size), self.bound) - constant_of(size))
            return f"{text(size)} divisible by {text(self.bound)}"
        difference = items_of(sub(self.size, self.bound))
        left = make({m: k for m, k in difference if m and k > 0})
        right = make({m: -k for m, k in difference if m and k < 0})
        constant = sum(k for m, k in difference if not m)
        if left == 0:
            return f"{text(right)} ≤ {constant}"
        if right == 0 or constant < 0:
            return f"{text(left)} ≥ {text(sub(right, constant))}"
        return f"{text(add(left, constant))} ≥ {text(right)}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fact) and (self.kind, self.size, self.bound) == (other.kind, other.size, other.bound)

    def __hash__(self) -> int:
        return hash((self.kind, self.size, self.bound))

    def __repr__(self) -> str:
        return f"Fact({self.text})"


class Facts:
    """The facts that one definition assumes, in the order they were needed; iterating gives them.

    A name is known to be at least 0, as sizes are, unless it is among `integers`: integer parameters may be negative.
    """

    __slots__ = ("_found", "_integers", "_least", "place")

    def __init__(self, integers: Iterable[str] = ()) -> None:
        self._integers = frozenset(integers)
        self._found: list[Fact] = []
        self._least: dict[str, int] = {}
        #: The step of the definition that is being checked: what a fact is needed for where nothing else is said.
        self.place: Span | None = None

    def __iter__(self) -> Iterator[Fact]:
        return iter(self._found)

    def assume_at_least(self, size: Size, bound: Size, origin: Span | None = None) -> bool:
        """Record size ≥ bound, unless it follows from what is known; False where it contradicts that."""
        difference = simplify(sub(size, bound), self)
        if not isinstance(difference, Poly):
            return isinstance(difference, Unknown) or difference >= 0
        # 2*n - 3 >= 0 is n >= 2.
        varying = sub(difference, constant_of(difference))
        k = gcd(*(factor for _, factor in items_of(varying)))
        varying, least = shrink(varying, (), k), -(constant_of(difference) // k)
        if at_least(varying, least, self):
            return True
        if at_least(least - 1, varying, self):
            return False
        self._found = [fact for fact in self._found if fact.kind != "at least" or fact.size != varying]
        self._found.append(Fact("at least", varying, least, origin or self.place))
        self._learn(varying, least)
        return True

    def assume_divisible(self, size: Size, by: Size, origin: Span | None = None) -> bool:
        """Record that `by` divides `size`, unless it follows from what is known; False where it never does."""
        if isinstance(size, Unknown) or isinstance(by, Unknown):
            return True
        if by == 0:
            return size == 0
        rest = simplify(mod(size, by), self)
        if not isinstance(rest, Poly):
            return rest == 0
        if isinstance(by, int):
            by = abs(by)
            size = make({m: nearest(factor, by) if m else factor % by for m, factor in items_of(size)})
        common, k, low = common_factor(size, by)
        if low:
            return False
        size, by = shrink(size, common, k), shrink(by, common, k)
        if common and isinstance(by, int):
            return self.assume_divisible(size, by, origin)
        size = _without_units(size, by)
        fact = Fact("divisible", size, by, origin or self.place)
        self._found = [old for old in self._found if old.kind == "at least" or not _implies(fact, old)]
        self._found.append(fact)
        return True

    def adopt(self, fact: Fact, mapping: Mapping[str, Size], origin: Span | None = None) -> bool:
        """Assume here what a called definition assumes of the sizes it is called with; False where it cannot hold."""
        assume = self.assume_at_least if fact.kind == "at least" else self.assume_divisible
        try:
            return assume(substitute(fact.size, mapping), substitute(fact.bound, mapping), origin)
        except ZeroDivisionError:
            return False

    def least(self, size: Size) -> int | None:
        """A number that the size is never below, None where none is known.

        With every atom written as its own least plus what it is above that, no coefficient may be negative but the
        constant: `n*m - n` with m ≥ 1 is n*(m' + 1) - n = n*m', at least 0.
        """
        if not isinstance(size, Poly):
            return size if isinstance(size, int) else None
        shifted: Size = 0
        for monomial, factor in size.terms.items():
            product: Size = factor
            for atom in monomial:
                least = self._atom_least(atom)
                if least is None:
                    return None
                product = mul(product, add(Poly({(atom,): 1}), least))
            shifted = add(shifted, product)
        if isinstance(shifted, Unknown) or any(factor < 0 for monomial, factor in items_of(shifted) if monomial):
            return None
        return constant_of(shifted)

    def _atom_least(self, atom: str) -> int | None:
        known = self._least.get(atom)
        follows = self._operation_least(atom) if isinstance(atom, Operation) else self._name_least(atom)
        return known if follows is None else follows if known is None else max(known, follows)

    def _name_least(self, name: str) -> int | None:
        return None if name in self._integers else 0

    def _operation_least(self, atom: Operation) -> int | None:
        """From the operands: a divisor other than 0 that is at least 0 is positive."""
        leasts = [self.least(operand) for operand in atom.operands]
        known = [least for least in leasts if least is not None]
        if atom.operator == "max":
            return max(known, default=None)
        if atom.operator == "min":
            return min(known) if len(known) == len(leasts) else None
        x, divisor = leasts
        if divisor is None or divisor < 0:
            return None
        if atom.operator == "%":
            return 0
        if isinstance(atom.operands[1], int) and x is not None:
            return x // divisor
        return 0 if x is not None and x >= 0 else None

    def _learn(self, size: Size, least: int) -> None:
        """Keep the bound of an atom; where a product is positive, so is each of its factors."""
        (monomial, factor), *others = items_of(size)
        if others or factor < 0:
            return
        if len(monomial) == 1:
            self._least[monomial[0]] = least
        elif least > 0:
            for atom in monomial:
                known = self._atom_least(atom)
                if known == 0:
                    self._least[atom] = 1


def at_least(size: Size, bound: Size, facts: Facts) -> bool:
    """Whether size ≥ bound can be proved; False says only that it was not."""
    return _proved(sub(size, bound), facts, STEPS)


def simplify(size: Size, facts: Facts) -> Size:
    """The same size under the facts: with n ≥ 1, `max(n - 1, 0)` is `n - 1`; with 8 dividing d, `d // 8 * 8` is `d`."""
    if not isinstance(size, Poly) or not any(isinstance(atom, Operation) for m in size.terms for atom in m):
        return size
    total: Size = 0
    for monomial, factor in size.terms.items():
        product: Size = factor
        for atom in monomial:
            product = mul(product, _simplified(atom, facts) if isinstance(atom, Operation) else symbol(atom))
        total = add(total, product)
    for quotient, fact in _quotients(facts):
        total = _restored(total, quotient, fact)
    return total


# Bounds


def _proved(size: Size, facts: Facts, steps: int) -> bool:
    """Whether size ≥ 0 can be proved."""
    least = facts.least(size)
    if least is not None and least >= 0:
        return True
    if steps == 0 or not isinstance(size, Poly):
        return False
    return any(all(_proved(case, facts, steps - 1) for case in cases) for cases in _reasons(size, facts, steps))


def _reasons(size: Poly, facts: Facts, steps: int) -> Iterator[tuple[Size, ...]]:
    """Sizes of which it is enough that all are at least 0: each is a lower bound, or one of the cases."""
    for monomial, factor in size.terms.items():
        atom = monomial[0] if len(monomial) == 1 else ""
        if not isinstance(atom, Operation):
            continue
        others = sub(size, Poly({monomial: factor}))
        if atom.operator in ("min", "max"):
            cases = tuple([add(others, mul(factor, operand)) for operand in atom.operands])
            # min and max are one of their operands; and min is at most, max at least, each of them.
            if (atom.operator == "max") == (factor > 0):
                yield from ((case,) for case in cases)
            else:
                yield cases
            continue
        x, divisor = atom.operands
        if isinstance(divisor, int):
            if atom.operator == "%":
                yield (add(others, min(factor * (divisor - 1), 0)),)
            else:
                # x - divisor + 1 <= divisor*(x // divisor) <= x
                bound = x if factor < 0 else sub(x, divisor - 1)
                yield (add(mul(divisor, others), mul(factor, bound)),)
        # Neither is above x, or below 0, where x and the divisor are not.
        if _proved(x, facts, steps - 1) and _proved(divisor, facts, steps - 1):
            yield (others if factor > 0 else add(others, mul(factor, x)),)
    for fact in facts:
        if fact.kind == "at least":
            above = items_of(sub(fact.size, fact.bound))
            multiples = {-(-size.terms[m] // k) for m, k in above if k < 0 and size.terms.get(m, 0) < 0}
            yield from ((sub(size, mul(multiple, sub(fact.size, fact.bound))),) for multiple in multiples)


# Divisibility


def _without_units(size: Size, by: Size) -> Size:
    """The size without factors that have no part in its being divisible: a sign; an integer coprime to `by`."""
    factors = [factor for _, factor in sorted(items_of(size), key=lambda item: reading_order(item[0]))]
    sign = 1 if factors[0] > 0 else -1
    if not isinstance(by, int):
        return mul(sign, size)
    size = shrink(size, (), sign * gcd(*factors))
    return sub(size, constant_of(size) // by * by)


def _implies(fact: Fact, other: Fact) -> bool:
    a, b = fact.bound, other.bound
    return fact.size == other.size and (a == b or (isinstance(a, int) and isinstance(b, int) and a % b == 0))


def _quotients(facts: Facts) -> Iterator[tuple[str, Fact]]:
    """The facts of divisibility, each with an atom for its quotient, which no name of the language can be."""
    for position, fact in enumerate(facts):
        if fact.kind == "divisible":
            yield f"/{position}", fact


def _simplified(atom: Operation, facts: Facts) -> Size:
    """The operation under the facts, with the quotients' atoms where they help."""
    operator = atom.operator
    operands = tuple([simplify(operand, facts) for operand in atom.operands])
    result = apply(operator, operands)
    if operator in ("min", "max"):
        return _undominated(operator, operands_of(operator, result), facts)
    x, divisor = operands
    if at_least(x, 0, facts) and at_least(divisor, add(x, 1), facts):
        return 0 if operator == "//" else x
    for quotient, fact in _quotients(facts):
        if isinstance(x, Unknown) or not isinstance(fact.size, Poly):
            continue
        # Constants aside: where 4 divides n + 3, n is 4*q - 3.
        constant = constant_of(fact.size)
        whole, rest = divide(sub(x, constant_of(x)), sub(fact.size, constant))
        multiple = sub(mul(fact.bound, symbol(quotient)), constant)
        replaced = add(mul(whole, multiple), add(rest, constant_of(x)))
        attempt = apply(operator, (replaced, divisor))
        if not isinstance(attempt, Unknown) and not _inside(quotient, attempt):
            x, result = replaced, attempt
    return result


def _inside(quotient: str, size: Size) -> bool:
    """Whether an operation holds the quotient's atom, so that it was of no help there."""
    operations = {atom for monomial, _ in items_of(size) for atom in monomial if isinstance(atom, Operation)}
    return any(quotient in names(Poly({(atom,): 1})) for atom in operations)


def _undominated(operator: str, operands: list[Size], facts: Facts) -> Size:
    kept: list[Size] = []
    for position, operand in enumerate(operands):
        rivals = (*kept, *operands[position + 1 :])
        loses = (at_least(r, operand, facts) if operator == "max" else at_least(operand, r, facts) for r in rivals)
        if not any(loses):
            kept.append(operand)
    return apply(operator, tuple(kept))


def _restored(size: Size, quotient: str, fact: Fact) -> Size:
    """The size without the quotient's atom: `8*q` is d, `4*q` is d // 2, `3*q` is 3*(d // 8)."""
    if not isinstance(size, Poly):
        return size
    total, coefficients = dict[Monomial, int](), dict[Monomial, int]()
    for monomial, factor in size.terms.items():
        if quotient in monomial:
            position = monomial.index(quotient)
            coefficients[monomial[:position] + monomial[position + 1 :]] = factor
        else:
            total[monomial] = factor
    if not coefficients:
        return size
    result = make(total)
    if isinstance(fact.bound, int):
        for monomial, factor in coefficients.items():
            result = add(result, mul(make({monomial: 1}), _multiple(factor, fact.size, fact.bound)))
    else:
        whole, rest = divide(make(coefficients), fact.bound)
        result = add(result, add(mul(whole, fact.size), mul(rest, floordiv(fact.size, fact.bound))))
    return _restored(result, quotient, fact)


def _multiple(factor: int, size: Size, by: int) -> Size:
    """factor * (size // by), written as briefly as may be where `by` divides the size."""
    whole, part = divmod(abs(factor), by)
    if part and by % part == 0:
        share = floordiv(size, by // part)
    else:
        share = mul(part, floordiv(size, by))
    return mul(1 if factor > 0 else -1, add(mul(whole, size), share))
