"""Integer polynomials in normal form: what sizes are made of.

A constant is a plain int, and every operation answers two ints first. All else is a `Poly`, whose terms are equal
exactly when the polynomials are. Division, remainder, minimum and maximum are atoms here, made by `size.py`.
"""

from __future__ import annotations

# A size that nobody could read is given up as unknown: these bound the work and the depth of any one size.
MAX_DEGREE = 128
MAX_PRODUCTS = 4096
MAX_TEXT = 400

#: A product of atoms, sorted, each as often as its power says; () is 1. An atom is a name or an `Operation`.
Monomial = tuple[str, ...]


class Unknown:
    """The size that data decides, written `?`; `UNKNOWN` is its only instance."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "?"


UNKNOWN = Unknown()


class Operation(str):
    """An atom that is no name: `n // 2`, `n % m`, `max(n, 1)`. Its text is its identity, as a name's is.

    `operator` is one of `// % min max`; the operands are in normal form, of min and max two or more.
    """

    __slots__ = ("operands", "operator")
    operator: str
    operands: tuple[Size, ...]


class Poly:
    """An integer polynomial that is not constant: coefficients by monomial, none zero. Never changed once made."""

    __slots__ = ("_hash", "terms")
    _hash: int

    def __init__(self, terms: dict[Monomial, int]) -> None:
        self.terms = terms

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Poly) and self.terms == other.terms

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            self._hash = hash(frozenset(self.terms.items()))
            return self._hash

    def __repr__(self) -> str:
        return text(self)


Size = int | Poly | Unknown


def symbol(name: str) -> Poly:
    """The size that `name` stands for; within one scope the name is the identity."""
    return Poly({(name,): 1})


def operations(size: Size, operator: str) -> list[Operation]:
    """The atoms of a size that are this operation."""
    if not isinstance(size, Poly):
        return []
    return [
        atom
        for monomial in size.terms
        for atom in monomial
        if isinstance(atom, Operation) and atom.operator == operator
    ]


def make(terms: dict[Monomial, int]) -> Size:
    """The size with these terms, which the caller gives up: an int where it is constant."""
    if 0 in terms.values():
        terms = {monomial: factor for monomial, factor in terms.items() if factor}
    if not terms:
        return 0
    if len(terms) == 1 and () in terms:
        return terms[()]
    return Poly(terms)


def terms_of(size: int | Poly) -> dict[Monomial, int]:
    """Coefficients by monomial, not to be changed; a constant is the coefficient of ()."""
    return size.terms if isinstance(size, Poly) else {(): size} if size else {}


def constant_of(size: Size) -> int:
    """The constant term."""
    return size.terms.get((), 0) if isinstance(size, Poly) else size if isinstance(size, int) else 0


# Arithmetic


def add(a: Size, b: Size) -> Size:
    """a + b"""
    if type(a) is int and type(b) is int:
        return a + b
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return UNKNOWN
    total = dict(terms_of(a))
    for monomial, factor in terms_of(b).items():
        total[monomial] = total.get(monomial, 0) + factor
    return make(total)


def sub(a: Size, b: Size) -> Size:
    """a - b"""
    if type(a) is int and type(b) is int:
        return a - b
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return UNKNOWN
    total = dict(terms_of(a))
    for monomial, factor in terms_of(b).items():
        total[monomial] = total.get(monomial, 0) - factor
    return make(total)


def neg(a: Size) -> Size:
    """-a"""
    if type(a) is int:
        return -a
    return sub(0, a)


def mul(a: Size, b: Size) -> Size:
    """a * b; zero times the unknown is zero."""
    if type(a) is int and type(b) is int:
        return a * b
    if a == 0 or b == 0:
        return 0
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return UNKNOWN
    left, right = terms_of(a), terms_of(b)
    if len(left) * len(right) > MAX_PRODUCTS:
        return UNKNOWN
    total: dict[Monomial, int] = {}
    for p, i in left.items():
        for q, j in right.items():
            monomial = tuple(sorted(p + q)) if p and q else p or q
            if len(monomial) > MAX_DEGREE:
                return UNKNOWN
            total[monomial] = total.get(monomial, 0) + i * j
    return make(total)


def power(a: Size, exponent: int) -> Size:
    """a to an exponent of at least 0."""
    if exponent < 0:
        raise ValueError("a size has no negative power")
    if type(a) is int:
        return int(a**exponent)
    result: Size = 1
    if exponent > MAX_DEGREE:
        return UNKNOWN
    for _ in range(exponent):
        result = mul(result, a)
    return result


def names(size: Size) -> frozenset[str]:
    """The names that occur in a size, inside operations too."""
    if not isinstance(size, Poly):
        return frozenset()
    found: set[str] = set()
    for monomial in size.terms:
        for atom in monomial:
            if isinstance(atom, Operation):
                for operand in atom.operands:
                    found |= names(operand)
            else:
                found.add(atom)
    return frozenset(found)


def lone_operation(size: Size) -> Operation | None:
    """The operation that the size is, but for an added constant: of `max(n, 1) + 3` that is `max(n, 1)`."""
    if isinstance(size, Poly) and len(size.terms) == 1 + (() in size.terms):
        monomial, factor = next((m, k) for m, k in size.terms.items() if m)
        if factor == 1 and len(monomial) == 1 and isinstance(monomial[0], Operation):
            return monomial[0]
    return None


def operation(operator: str, *operands: Size) -> Size:
    """An atom alone, as it stands."""
    word = _operation_text(operator, operands)
    if len(word) > MAX_TEXT:
        return UNKNOWN
    atom = Operation(word)
    atom.operator, atom.operands = operator, operands
    return Poly({(atom,): 1})


def items_of(size: Size) -> list[tuple[Monomial, int]]:
    """Monomials and coefficients of a size that is not unknown."""
    assert not isinstance(size, Unknown)
    return list(terms_of(size).items())


# Text


def text(size: Size) -> str:
    """A size as one would write it: `2*n + 1`, `3 - n`, `(n + 1) // 2`, `max(n - 1, 0)`; reads back to the same."""
    if not isinstance(size, Poly):
        return str(size)
    order = sorted(size.terms, key=reading_order)
    if size.terms[order[0]] < 0:
        # A leading minus is avoided where any term is positive.
        for position, monomial in enumerate(order):
            if size.terms[monomial] > 0:
                order.insert(0, order.pop(position))
                break
    parts: list[str] = []
    for monomial in order:
        factor = size.terms[monomial]
        if not parts:
            parts.append(_term_text(monomial, factor))
        else:
            parts.append(" - " if factor < 0 else " + ")
            parts.append(_term_text(monomial, abs(factor)))
    return "".join(parts)


def reading_order(monomial: Monomial) -> tuple[int, Monomial]:
    """Highest degree first, then by name."""
    return -len(monomial), monomial


def _term_text(monomial: Monomial, factor: int) -> str:
    if len(monomial) == 1 and factor == 1:
        return str(monomial[0])
    parts = [] if factor in (1, -1) and monomial else [str(factor)]
    for atom in sorted(set(monomial), key=lambda atom: (_binds_as_product(atom), atom)):
        # `//` and `%` stand on the level of `*`.
        word = f"({atom})" if _binds_as_product(atom) else str(atom)
        times = monomial.count(atom)
        parts.append(word if times == 1 else f"{word}^{times}")
    return ("-" if factor == -1 and monomial else "") + "*".join(parts)


def _binds_as_product(atom: str) -> bool:
    return isinstance(atom, Operation) and atom.operator in ("//", "%")


def _operation_text(operator: str, operands: tuple[Size, ...]) -> str:
    words = [text(operand) for operand in operands]
    if operator in ("min", "max"):
        # The language's min and max take two.
        result = words[0]
        for word in words[1:]:
            result = f"{operator}({result}, {word})"
        return result
    left, right = operands
    if isinstance(left, Poly) and len(left.terms) > 1:
        words[0] = f"({words[0]})"
    if isinstance(right, Poly):
        (monomial, factor), *others = right.terms.items()
        if others or factor != 1 or len(monomial) > 1 or _binds_as_product(monomial[0]):
            words[1] = f"({words[1]})"
    return f"{words[0]} {operator} {words[1]}"
