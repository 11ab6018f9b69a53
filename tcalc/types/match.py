"""Fitting a signature to argument types: which sizes its names take, what is converted, and what comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tcalc.syntax import nodes
from tcalc.types import dtypes
from tcalc.types import size as sizes
from tcalc.types.broadcast import Spread, meet
from tcalc.types.dtypes import ANY, DType
from tcalc.types.facts import Facts
from tcalc.types.mismatch import Mismatch, Place, Undetermined, WrongRank, missing_axis, sizes_meet
from tcalc.types.signature import Parameter, Signature
from tcalc.types.size import Size
from tcalc.types.tensor import Axis, Pack, TensorType, TupleType, Type

#: What a bound argument is to the matcher: a type for tensors, a tuple of types for `tensors`, else a Python value.
Argument = object


#: Words whose operands become floating before torch sees them.
FLOATING = ("float", "F", "R", "L")
#: Words whose operands torch promotes itself.
PROMOTING = ("any", "num", "real", "order", "bits", "int", "float")


class Brought:
    """A size name's axis, with the argument that brought it first (for blame)."""

    __slots__ = ("axis", "parameter", "position", "rank")

    def __init__(self, axis: Axis, parameter: str, position: int, rank: int) -> None:
        self.axis, self.parameter, self.position, self.rank = axis, parameter, position, rank


class Match:
    """A signature fitted to the arguments of one call."""

    __slots__ = ("arguments", "default_float", "facts", "groups", "names", "packs", "parameters", "signature")

    def __init__(
        self,
        signature: Signature,
        arguments: Mapping[str, Argument],
        default_float: DType,
        facts: Facts | None = None,
    ) -> None:
        self.signature = signature
        self.arguments = arguments
        self.default_float = default_float
        #: In a definition that is checked for all sizes: what may be assumed of them, and added to.
        self.facts = facts
        self.names: dict[str, Brought] = {}
        self.packs: dict[str, Spread] = {}
        #: Operands of each dtype word, as (dtype, tier).
        self.groups: dict[str, list[tuple[DType, int]]] = {}

    def __getitem__(self, name: str) -> Argument:
        return self.arguments[name]

    # Shapes

    def fit(self) -> None:
        """Fit every argument, in order; raises Mismatch or Undetermined."""
        for parameter in self.signature.parameters:
            if parameter.kind not in ("tensor", "tensors") or parameter.name not in self.arguments:
                continue
            argument = self.arguments[parameter.name]
            if parameter.kind == "tensors":  # their shapes are a rule's affair, their dtype is one throughout
                assert isinstance(argument, tuple)
                self.groups.setdefault("T", []).extend([(type.dtype, tier(type)) for type in argument])
                continue
            if argument is None:  # an optional tensor left out
                continue
            if parameter.starred:
                assert isinstance(argument, tuple)
                for item, type in enumerate(argument):
                    self._fit_tensor(parameter, type, item)
            else:
                assert isinstance(argument, TensorType), argument
                self._fit_tensor(parameter, argument, None)

    def _fit_tensor(self, parameter: Parameter, type: TensorType, item: int | None) -> None:
        self._fit_dtype(parameter, type, item)
        patterns, axes = parameter.axes, type.axes
        if len(patterns) == 1 and parameter.packs:  # `[*s]`, by far the commonest
            pack = patterns[0]
            assert isinstance(pack, nodes.PackExpr)
            if pack.name != "...":  # those axes are a rule's affair
                self._fit_pack(pack.name, axes, parameter.name, item)
            return
        rank = type.rank
        fixed = len(patterns) - parameter.packs
        if rank is not None and (rank < fixed or (not parameter.packs and rank != fixed)):
            raise WrongRank(type, Place(parameter.name, None, item), frozenset([(fixed, bool(parameter.packs))]))
        if parameter.packs == 2:
            self._fit_split(parameter, type)
            return
        if rank is None and not parameter.packs:
            raise Undetermined
        before = next((i for i, pattern in enumerate(patterns) if isinstance(pattern, nodes.PackExpr)), len(patterns))
        after = fixed - before if parameter.packs else 0
        for position, pattern in enumerate(patterns[:before]):
            self._fit_axis(pattern, axes[position], parameter.name, position, len(axes), item)
        if parameter.packs:
            pack = patterns[before]
            assert isinstance(pack, nodes.PackExpr)
            for position, pattern in enumerate(patterns[before + 1 :], len(axes) - after):
                if position < before:
                    raise Undetermined  # a pack of the argument's stands where an axis is wanted
                self._fit_axis(pattern, axes[position], parameter.name, position, len(axes), item)
            behind = 0 if before else after
            self._fit_pack(pack.name, axes[before : len(axes) - after], parameter.name, item, behind)

    def _fit_split(self, parameter: Parameter, type: TensorType) -> None:
        """`[*l, n, *r]`, where an `axis(n)` parameter tells which axis n is."""
        left, pattern, right = parameter.axes
        assert isinstance(left, nodes.PackExpr) and isinstance(right, nodes.PackExpr)
        assert isinstance(pattern, nodes.AxisExpr) and isinstance(pattern.size, nodes.Name)
        picker = next(p for p in self.signature.parameters if p.picks == pattern.size.name)
        chosen = self.arguments[picker.name]
        if not isinstance(chosen, int):  # a size of a definition
            raise Undetermined
        position = normal_axis(chosen, type, parameter.name)
        axes = type.axes
        self._fit_axis(pattern, axes[position], parameter.name, position, len(axes), None)
        self._fit_pack(left.name, axes[:position], parameter.name, None)
        self._fit_pack(right.name, axes[position + 1 :], parameter.name, None)

    def _fit_pack(
        self, name: str, axes: tuple[Axis | Pack, ...], parameter: str, item: int | None, behind: int = 0
    ) -> None:
        spread = self.packs.get(name)
        if spread is None:
            self.packs[name] = Spread(axes, parameter, item, behind)
        else:
            spread.join(axes, parameter, item, behind)

    def _fit_axis(
        self, pattern: object, axis: Axis | Pack, parameter: str, position: int, rank: int, item: int | None
    ) -> None:
        if isinstance(axis, Pack):
            raise Undetermined
        assert isinstance(pattern, nodes.AxisExpr)
        wanted = pattern.size
        if isinstance(wanted, nodes.Name):
            known = self.names.get(wanted.name)
            if known is None:
                static = self.arguments.get(wanted.name)
                if not isinstance(static, int):
                    self.names[wanted.name] = Brought(axis, parameter, position, rank)
                    return
                known = Brought(Axis(static), parameter, position, rank)
            merged = meet(known.axis, axis)
            if merged is None and known.parameter == parameter and item is None:
                if sizes.agree(known.axis.size, axis.size):
                    return  # rows and columns may have labels of their own
                raise Mismatch(
                    "shape",
                    f"{{0}} is {self.arguments[parameter]}, and its axes {known.position} and {position} must be equal",
                    Place(parameter, axis),
                    depth=3,
                )
            if merged is None:
                raise sizes_meet(
                    Place(known.parameter, known.axis),
                    known.position,
                    known.rank,
                    Place(parameter, axis, item),
                    position,
                    rank,
                )
            known.axis = merged
            return
        needed = self.size(wanted)
        if not sizes.agree(needed, axis.size):
            raise Mismatch(
                "shape",
                f"{{0}} is {self.arguments[parameter]}: axis {position} must be {sizes.text(needed)}",
                Place(parameter, axis, item),
                depth=3,
            )

    # Dtypes

    def _fit_dtype(self, parameter: Parameter, type: TensorType, item: int | None) -> None:
        dtype, word = type.dtype, parameter.word
        if dtype is not ANY:
            wrong = None
            if word == "num" and dtype.rank == 0:
                wrong = "must be numbers"
            elif word == "real" and dtype.rank == 3:
                wrong = "must be real numbers"
            elif word in ("order", "R") and dtype.rank > 2:
                wrong = "must be real"
            elif word == "bits" and dtype.rank > 1:
                wrong = "must be integers or bool"
            elif word == "int" and dtype.rank != 1:
                wrong = "must be integers"
            elif parameter.dtype is not None and dtypes.promote(dtype, parameter.dtype) is not parameter.dtype:
                wrong = f"must be {parameter.dtype}"
            if wrong is not None:
                raise Mismatch("dtype", f"{{0}} is {type}, but {wrong}", Place(parameter.name, None, item), depth=5)
        self.groups.setdefault(word, []).append((dtype, tier(type)))

    def promoted(self, *words: str) -> DType:
        """What the operands of these dtype words promote to."""
        operands = [operand for word in words for operand in self.groups.get(word, ())]
        if not operands:
            return self.default_float
        return dtypes.result_type(operands, self.default_float)

    def conversion(self, parameter: Parameter) -> DType | None:
        """The dtype that an argument is converted to before torch sees it, None where torch takes it as it is."""
        word = parameter.word
        if word == "T":
            return self.promoted(word)
        if word == "N":
            return self._numbers()
        if word in PROMOTING and self._is_half_complex():
            return self.promoted(*PROMOTING)
        if word in FLOATING:
            requested = self.arguments.get("dtype")
            if isinstance(requested, DType) and requested.rank >= 2:
                return requested
            return self._floating(word, self.promoted(word))
        return parameter.dtype

    def _numbers(self) -> DType:
        """The dtype of operands of word `N`: bools are counted, as i64."""
        promoted = self.promoted("N")
        return dtypes.I64 if promoted is dtypes.BOOL else promoted

    def _is_half_complex(self) -> bool:
        """Whether torch would make of f16 and a complex number a complex dtype of half width, which we have not."""
        operands = [operand for word in PROMOTING for operand in self.groups.get(word, ())]
        half = any(dtype is dtypes.F16 for dtype, _ in operands)
        return half and any(dtype.kind == "complex" for dtype, _ in operands)

    def _floating(self, word: str, dtype: DType) -> DType:
        """What an operand of a floating word is converted to."""
        dtype = dtypes.float_of(dtype, self.default_float)
        return dtypes.F32 if word == "L" and dtype.bits == 16 else dtype

    def _all_promoted(self) -> DType:
        """What all operands promote to, after the conversions that their words ask for."""
        promoted = self.promoted(*self.groups)
        for word in FLOATING:
            if word in self.groups:
                promoted = self._floating(word, promoted)
        return promoted

    def result_dtype(self, word: str) -> DType:
        """The dtype that a result's word stands for."""
        requested = self.arguments.get("dtype")
        if isinstance(requested, DType):
            if word in FLOATING and (requested.rank < 2 or (word == "R" and requested.rank > 2)):
                least = "a real floating" if word == "R" else "a floating or complex"
                raise Mismatch("dtype", f"the result has {least} dtype, which {requested} is not", depth=5)
            return dtypes.real_of(requested) if word == "real" else requested
        if word == "default":
            return self.default_float
        if word == "T":
            return self.promoted(word)
        if word == "N":
            return self._numbers()
        if word in ("F", "R", "L"):
            return self._floating(word, self.promoted(word))
        if word == "float":
            return dtypes.float_of(self.promoted(*self.groups), self.default_float)
        if word == "wide":
            return dtypes.wide_of(self.promoted(*self.groups))
        if word == "real":
            return dtypes.real_of(self._all_promoted())
        if word in PROMOTING:
            return self.promoted(*PROMOTING)
        if word == "complex":
            return dtypes.complex_of(self._all_promoted(), self.default_float)
        dtype = dtypes.lookup(word)
        assert dtype is not None, word
        return dtype

    # Results

    def axis(self, name: str) -> Axis:
        """The axis that a size name stands for."""
        return self.names[name].axis

    def pack(self, name: str) -> tuple[Axis | Pack, ...]:
        """The axes that a pack stands for."""
        return self.packs[name].axes

    def size(self, expression: nodes.Expr) -> Size:
        """A size expression's value under the names bound so far."""
        return size_of(expression, self._lookup)

    def _lookup(self, name: str) -> Size | None:
        known = self.names.get(name)
        if known is not None:
            return known.axis.size
        static = self.arguments.get(name)
        return static if isinstance(static, int | sizes.Poly | sizes.Unknown) else None

    def result(self, expression: nodes.TypeExpr, dots: tuple[Axis | Pack, ...] = ()) -> Type:
        """The result's type, with the axes that a rule found where `...` stands."""
        if expression.word == "tuple":
            names = tuple([name for name, _ in expression.items if name is not None])
            return TupleType(tuple([self.result(item, dots) for _, item in expression.items]), names)
        axes: list[Axis | Pack] = []
        for part in expression.axes or ():
            if isinstance(part, nodes.PackExpr):
                axes.extend(dots if part.name == "..." else self.pack(part.name))
            elif isinstance(part.size, nodes.Name) and part.size.name in self.names:
                axes.append(self.names[part.size.name].axis)
            else:
                axes.append(Axis(self.size(part.size)))
        return TensorType(self.result_dtype(expression.word or "any"), tuple(axes))


def tier(type: TensorType) -> int:
    """How much say a tensor's dtype has in promotion: a static number least, a scalar less than one with axes."""
    if type.axes:
        return dtypes.DIMENSIONED
    return dtypes.WEAK if type.static is not None else dtypes.ZERO_DIM


def normal_axis(axis: int, type: TensorType, parameter: str = "x") -> int:
    """The axis counted from 0; a Mismatch where the type has none such."""
    rank = type.rank
    if rank is None:
        # a pack stands for some axes: only those on its far side can be told
        first = next(i for i, each in enumerate(type.axes) if isinstance(each, Pack))
        last = next(i for i, each in enumerate(reversed(type.axes)) if isinstance(each, Pack))
        if 0 <= axis < first or -last <= axis < 0:
            return axis if axis >= 0 else len(type.axes) + axis
        raise Undetermined
    if not -rank <= axis < rank:
        raise missing_axis(parameter, axis, type, rank)
    return axis % rank


def size_of(expression: nodes.Expr, lookup: Callable[[str], Size | None]) -> Size:
    """The size that an expression of a type annotation stands for.

    `lookup(name)` gives a size or None. Raises KeyError for a name it does not know, ValueError for what is no size.
    """
    if isinstance(expression, nodes.Number) and isinstance(expression.value, int):
        return expression.value
    if isinstance(expression, nodes.Hole):
        return sizes.UNKNOWN
    if isinstance(expression, nodes.Name):
        value: Size | None = lookup(expression.name)
        if value is None:
            raise KeyError(expression.name)
        return value
    if isinstance(expression, nodes.Unary) and expression.operator == "-":
        return sizes.neg(size_of(expression.operand, lookup))
    if isinstance(expression, nodes.Binary) and expression.operator in SIZE_OPERATIONS:
        left, right = size_of(expression.left, lookup), size_of(expression.right, lookup)
        return SIZE_OPERATIONS[expression.operator](left, right)
    if isinstance(expression, nodes.Call) and isinstance(expression.function, nodes.Name):
        operation = {"min": sizes.minimum, "max": sizes.maximum}.get(expression.function.name)
        if operation is not None and expression.arguments:
            operands = [size_of(argument.value, lookup) for argument in expression.arguments]
            total = operands[0]
            for operand in operands[1:]:
                total = operation(total, operand)
            return total
    raise ValueError(expression.span.text)


def _power(base: Size, exponent: Size) -> Size:
    if not isinstance(exponent, int) or exponent < 0:
        raise ValueError("a power in a size has a natural exponent")
    return sizes.power(base, exponent)


SIZE_OPERATIONS = {
    "+": sizes.add,
    "-": sizes.sub,
    "*": sizes.mul,
    "//": sizes.floordiv,
    "%": sizes.mod,
    "^": _power,
}
