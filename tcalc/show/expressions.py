"""Expressions of the language, made part by part: few brackets, and names that mean what they say."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from fractions import Fraction
from math import copysign, inf, pi, ulp
from typing import TYPE_CHECKING

from tcalc.source import Source, Span
from tcalc.syntax import nodes as n
from tcalc.types.dtypes import DType

if TYPE_CHECKING:
    from tcalc.library.builtin import Builtin

NOWHERE = Span(Source("", "<formula>"), 0, 0)
#: As a multiple of pi a number is recognised up to this.
MOST_TURNS = 16
#: Whole numbers below this are written without a point.
MOST_WHOLE = 1e6
#: A number with so many characters is written as a quotient, where it is one of a number up to this.
ROUNDED, MOST_PARTS = 12, 64
#: Operators that group with each other from the left.
PRODUCTS = ("*", "/", "@")


class NoFormula(Exception):
    """There is no closed form; why, in a few words."""


class Words:
    """How builtins and numbers are written where the user's own names hide some, beside tensors of the usual dtype.

    `exact` where brackets stand as it is computed: what else would be read more easily is another order of the same.
    """

    def __init__(self, hidden: Collection[str], default_float: DType, exact: bool = False) -> None:
        self.hidden, self.float, self.exact = hidden, default_float, exact

    def builtin(self, row: Builtin) -> n.Expr:
        """The name of a row: `inv`, or `torch.linalg.inv` where inv is something else by now. Raises NoFormula."""
        return self.function(row.name, row.full_name())

    def function(self, bare: str, full: str) -> n.Expr:
        """A builtin by its bare name, or by its full one. Raises NoFormula."""
        if bare.partition(".")[0] not in self.hidden:
            return name(bare)
        if not full:
            raise NoFormula(f"{bare} means something else by now")
        return name(full)

    def number(self, value: object) -> n.Expr:
        """A number; what is whole is written so, for beside a tensor both mean the same."""
        if isinstance(value, bool) or value is None:
            return n.Constant(NOWHERE, value)
        assert isinstance(value, int | float | complex)
        if isinstance(value, float):
            if value != value:
                return self._constant("nan")
            if abs(value) == inf:
                return self._constant("inf") if value > 0 else n.Unary(NOWHERE, "-", self._constant("inf"))
            turns = value / pi
            if turns.is_integer() and 0 < turns <= MOST_TURNS:
                return self._constant("pi") if turns == 1 else binary("*", self.number(turns), self._constant("pi"))
            if value.is_integer() and abs(value) < MOST_WHOLE:
                return plain(value if value == 0 and copysign(1, value) < 0 else int(value))
            if len(repr(value)) >= ROUNDED:
                parts = Fraction(value).limit_denominator(MOST_PARTS)
                if parts.denominator > 1 and abs(float(parts) - value) <= ulp(value):
                    return binary("/", plain(parts.numerator), plain(parts.denominator))
        return plain(value)

    def literal(self, value: object, whole: bool = False) -> n.Expr:
        """A plain value, as an option or in a list of numbers, which may be `whole`: without a point where they are.

        Raises NoFormula.
        """
        if isinstance(value, tuple):
            return n.ListOf(NOWHERE, tuple([self.literal(each, whole) for each in value]))
        if whole:
            return self.number(value)
        if isinstance(value, str):
            return n.Text(NOWHERE, value)
        if isinstance(value, DType):
            return name(value.name)
        if isinstance(value, float) and value.is_integer():
            return plain(value)
        if value is None or isinstance(value, bool | int | float | complex):
            return self.number(value)
        raise NoFormula("an option of it cannot be written")

    def _constant(self, text: str) -> n.Expr:
        return self.function(text, f"torch.{text}")


def plain(value: complex) -> n.Expr:
    """A number as it is, a minus before it."""
    if not isinstance(value, complex) and copysign(1, value) < 0:
        return n.Unary(NOWHERE, "-", n.Number(NOWHERE, -value))
    return n.Number(NOWHERE, value)


def name(text: str) -> n.Expr:
    """A name, or several with dots between them."""
    first, *rest = text.split(".")
    found: n.Expr = n.Name(NOWHERE, first)
    for each in rest:
        found = n.Attribute(NOWHERE, found, each, NOWHERE)
    return found


def call(function: n.Expr, inputs: Iterable[n.Expr]) -> n.Expr:
    """A call with arguments by place."""
    return n.Call(NOWHERE, function, tuple([argument(None, each) for each in inputs]))


def argument(key: str | None, value: n.Expr) -> n.Argument:
    """An argument, by its name or by its place."""
    return n.Argument(NOWHERE, key, value)


def binary(operator: str, one: n.Expr, other: n.Expr) -> n.Expr:
    """A binary operation."""
    return n.Binary(NOWHERE, operator, NOWHERE, one, other, max(one.depth, other.depth) + 1)


def chained(one: n.Expr, other: n.Expr) -> n.Expr:
    """A product of matrices without brackets: in which order it is computed makes no difference."""
    if isinstance(other, n.Binary) and other.operator == "@":
        return binary("@", chained(one, other.left), other.right)
    return binary("@", one, other)


def scaled(scalar: n.Expr, tensor: n.Expr) -> n.Expr:
    """A scalar times a tensor: before the first factor of a product, `2 * A @ x`."""
    if isinstance(tensor, n.Binary) and tensor.operator in PRODUCTS:
        return binary(tensor.operator, scaled(scalar, tensor.left), tensor.right)
    return binary("*", scalar, tensor)


def added(one: n.Expr, other: n.Expr) -> n.Expr:
    """A sum without brackets and without `+ -`."""
    if isinstance(other, n.Binary) and other.operator in ("+", "-"):
        return binary(other.operator, added(one, other.left), other.right)
    positive = _without_sign(other)
    return binary("+", one, other) if positive is None else binary("-", one, positive)


def _without_sign(tree: n.Expr) -> n.Expr | None:
    """`x * y` of `-x * y`; None where no minus is before it."""
    if isinstance(tree, n.Unary) and tree.operator == "-":
        return tree.operand
    if not isinstance(tree, n.Binary) or tree.operator not in PRODUCTS:
        return None
    first = _without_sign(tree.left)
    return None if first is None else binary(tree.operator, first, tree.right)


def negated(inner: n.Expr) -> n.Expr:
    """`-x`; of a product before its first factor."""
    if isinstance(inner, n.Binary) and inner.operator in PRODUCTS:
        return binary(inner.operator, negated(inner.left), inner.right)
    return n.Unary(NOWHERE, "-", inner)
