"""Which values were rounded on their way: what `==` does not say of floats."""

from __future__ import annotations

from math import frexp, inf
from typing import TYPE_CHECKING

from tcalc.check.typed import Apply, Bound, Choice, Convert, Derivative, Item, Local, Loop, Reference, Typed, Use
from tcalc.types.tensor import TensorType, Type, static_value

if TYPE_CHECKING:
    from tcalc.check.scope import Scope

#: How far a value may be from what mathematics says. Sums and products of whole numbers are whole, and exact.
EXACT, SUMMED, ROUNDED = range(3)

#: Rows that add and multiply.
SUMS = frozenset(
    "add sub mul matmul mm mv bmm addmm addmv baddbmm dot outer einsum sum prod cumsum cumprod square kron tensordot"
    " multi_dot vecdot cross linear trace matrix_power lerp diff nansum conv1d conv2d".split()
)
#: Rows whose results are rounded whatever they are given.
ROUNDING = frozenset(
    "reciprocal rsqrt sqrt exp exp2 expm1 log log2 log10 log1p logaddexp sin cos tan asin acos atan atan2 sinh cosh"
    " tanh asinh acosh atanh sigmoid softmax log_softmax softmin softplus gelu silu logsumexp mean var std norm"
    " vector_norm matrix_norm normalize layer_norm rms_norm cosine_similarity cdist hypot erf det slogdet logdet inv"
    " pinv solve solve_triangular lstsq qr svd svdvals eig eigvals eigh eigvalsh cholesky matrix_exp cond angle"
    " float_power cov corrcoef rad2deg deg2rad".split()
)
#: Rows that give whole numbers.
WHOLE = frozenset("round floor ceil trunc sign sgn floor_divide heaviside".split())
#: Rows that pass on numbers that they were given: whether these are the same is a good question.
CHOOSING = frozenset("max min amax amin maximum minimum median kthvalue mode sort topk quantile clamp relu abs".split())
#: Rows that are zero where mathematics says so only by luck.
HARDLY_ZERO = frozenset(["det", "sin", "cos", "tan"])


class Roundings:
    """How values were rounded, for a checker: what names and local names stand for is known."""

    __slots__ = ("_found", "known", "scope")

    def __init__(self, scope: Scope, known: dict[Local, Typed]) -> None:
        self.scope, self.known = scope, known
        self._found: dict[Local, int] = {}  # a name may be used by many that are used by many

    def of(self, typed: Typed) -> int:
        """EXACT, SUMMED or ROUNDED."""
        if not is_float(typed.type):
            return EXACT
        if isinstance(typed, Reference):
            variable = self.scope.lookup(typed.name)
            return EXACT if variable is None else variable.rounding
        if isinstance(typed, Use):
            if typed.local not in self._found:
                value = self.known.get(typed.local)
                self._found[typed.local] = EXACT if value is None else self.of(value)
            return self._found[typed.local]
        if isinstance(typed, Convert | Item):
            return self.of(typed.operand) if isinstance(typed, Convert) else self._inside(typed.operand)
        if isinstance(typed, Bound):
            self.known.update(typed.bindings)
            return self.of(typed.body)
        if isinstance(typed, Choice):
            return max(self.of(typed.then), self.of(typed.otherwise))
        if isinstance(typed, Loop | Derivative):
            return max(self.of(typed.body), SUMMED if isinstance(typed, Derivative) else EXACT)
        return self._inside(typed)

    def _inside(self, typed: Typed) -> int:
        """The same of a call, whatever its type: a tuple's parts are all as its call rounds."""
        if not isinstance(typed, Apply):
            return EXACT
        row = typed.row.name
        if row in WHOLE:
            return EXACT
        parts = [each for part in typed.operands for each in (part if isinstance(part, tuple) else (part,))]
        if row in ROUNDING or (row == "pow" and not _is_whole(parts[-1])):
            return SUMMED if row == "mean" and self._are_counts(parts) else ROUNDED
        inner = max(map(self.of, parts), default=EXACT)
        if row == "div":
            return max(inner, SUMMED) if self._are_counts(parts) or _is_power_of_two(parts[-1]) else ROUNDED
        return max(inner, SUMMED) if row in SUMS or row == "pow" else inner

    def _are_counts(self, parts: list[Typed]) -> bool:
        """Whether all are whole numbers by their types: one division of these is as near as it can be."""
        return all(_is_count(part) for part in parts)

    def row(self, typed: Typed) -> str:
        """The name of the row that a value comes from, behind conversions, parts and what only moves axes."""
        while True:
            if isinstance(typed, Use) and typed.local in self.known:
                typed = self.known[typed.local]
            elif isinstance(typed, Convert | Item):
                typed = typed.operand
            elif isinstance(typed, Bound):
                self.known.update(typed.bindings)
                typed = typed.body
            elif isinstance(typed, Apply) and typed.row.name in ("unsqueeze", "squeeze", "getitem", "reshape"):
                first = typed.operands[0]
                if isinstance(first, tuple):
                    return typed.row.name
                typed = first
            else:
                return typed.row.name if isinstance(typed, Apply) else ""


def is_float(type: Type) -> bool:
    """Whether a value may hold floats."""
    return not isinstance(type, TensorType) or type.dtype.kind in ("float", "complex")


def _is_count(typed: Typed) -> bool:
    if isinstance(typed, Convert):
        return _is_count(typed.operand)
    return not is_float(typed.type)


def _is_whole(typed: Typed) -> bool:
    """Whether a power's exponent is a natural number."""
    return is_whole(typed.operand if isinstance(typed, Convert) else typed, least=0)


def is_whole(typed: Typed, least: float = -inf) -> bool:
    """Whether a value is a whole number that is known while checking."""
    static = static_value(typed.type)
    return isinstance(static, int | float) and static == static // 1 and static >= least


def _is_power_of_two(typed: Typed) -> bool:
    """Whether a division by it only shifts the exponent."""
    static = static_value(typed.type)
    return isinstance(static, int | float) and 0 < static < 2**53 and frexp(static)[0] == 0.5
