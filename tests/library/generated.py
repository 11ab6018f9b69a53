"""Arguments made from a row's signature: sizes for its names, axes for its packs, dtypes for its words.

What a signature cannot say stands in `hints.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import torch

from tcalc.check.arguments import default_value
from tcalc.library.builtin import Builtin, Form
from tcalc.syntax import nodes
from tcalc.types import dtypes
from tcalc.types.dtypes import DType
from tcalc.types.match import size_of
from tcalc.types.signature import Parameter
from tcalc.types.tensor import Axis, TensorType, shaped
from tests.library.hints import DEFINITE, HINTS, PLACES, PROBABILITIES, SMALL, SPREADS, VECTORS, pack_like, shapes

REAL = (dtypes.U8, dtypes.I8, dtypes.I16, dtypes.I32, dtypes.I64, dtypes.F16, dtypes.BF16, dtypes.F32, dtypes.F64)
COMPLEX = (dtypes.C64, dtypes.C128)
WORDS: dict[str, tuple[DType, ...]] = {
    "any": dtypes.DTYPES,
    "T": dtypes.DTYPES,
    "F": dtypes.DTYPES,
    "L": dtypes.DTYPES,
    "float": dtypes.DTYPES,
    "num": REAL + COMPLEX,
    "N": REAL + COMPLEX,
    "real": REAL,
    "order": (dtypes.BOOL, *REAL),
    "R": (dtypes.BOOL, *REAL),
    "bits": (dtypes.BOOL, *REAL[:5]),
    "int": REAL[:5],
    "i64": (dtypes.I64, dtypes.I32),
    "bool": (dtypes.BOOL,),
}


class Case:
    """Arguments of one call: for the matcher (types and plain values), and for torch."""

    __slots__ = ("arguments", "values")

    def __init__(self) -> None:
        self.arguments: dict[str, Any] = {}
        self.values: dict[str, Any] = {}

    def __repr__(self) -> str:
        return ", ".join(f"{name}={value}" for name, value in self.arguments.items())


class Generator:
    """Cases of one form."""

    def __init__(self, row: Builtin, form: Form, random: Random) -> None:
        self.row, self.form, self.random = row, form, random
        self.sizes: dict[str, int] = {}
        self.packs: dict[str, list[int]] = {}

    def case(self) -> Case:
        """One call's arguments. Empty sizes and scalars are common."""
        case = Case()
        self.sizes, self.packs = {}, {}
        parameters = self.form.signature.parameters
        for parameter in parameters:
            if parameter.kind == "tensors":
                types = tuple(
                    [shaped(self.random.choice(dtypes.DTYPES), *s) for s in shapes(self.random, self.row.name)]
                )
                case.arguments[parameter.name] = types
                case.values[parameter.name] = [self._tensor(type, parameter) for type in types]
            if parameter.kind == "tensor" and not parameter.starred:
                if parameter.default is not None and self.random.random() < 0.4:
                    default = default_value(parameter.default)
                    if default is None:
                        case.arguments[parameter.name] = None
                        continue
                    type = TensorType(dtypes.F32, (), default)
                else:
                    type = self._type(parameter)
                case.arguments[parameter.name] = type
                case.values[parameter.name] = self._tensor(type, parameter)
        given = [value for value in case.arguments.values() if isinstance(value, TensorType)]
        if self.form.fold is not None and all(value.static is not None for value in given):
            return self.case()  # static numbers alone never reach torch
        for parameter in parameters:
            if parameter.kind not in ("tensor", "tensors"):
                case.arguments[parameter.name] = self._static(parameter, case.arguments)
        return case

    def _type(self, parameter: Parameter) -> TensorType:
        random = self.random
        dtype = random.choice(
            (parameter.dtype,) if parameter.dtype and parameter.word not in WORDS else WORDS[parameter.word]
        )
        assert dtype is not None
        sizes: list[int] = []
        for pattern in parameter.axes:
            if isinstance(pattern, nodes.PackExpr):
                sizes.extend(self._pack(pattern.name, len(parameter.axes) == 1))
            else:
                sizes.append(size_of(pattern.size, self._size))  # type: ignore[arg-type]  # sizes here are integers
        if not sizes and random.random() < 0.3 and parameter.dtype is None:
            number = random.choice((2, 0.5, True))
            kind = {int: dtypes.I64, float: dtypes.F32, bool: dtypes.BOOL}[type(number)]
            if kind in WORDS[parameter.word]:
                return TensorType(kind, (), number)
        return shaped(dtype, *sizes)

    def _size(self, name: str) -> int:
        if name not in self.sizes:
            self.sizes[name] = self.random.choice((0, 1, 2, 3, 3, 4))
        return self.sizes[name]

    def _pack(self, name: str, alone: bool) -> list[int]:
        """The pack's own axes, or what broadcasts to them."""
        random = self.random
        if self.row.name in VECTORS and name == "c":
            leading = [1 if random.random() < 0.2 else size for size in self.packs["a"]]
            rows = self.form.signature.parameters[0].axes[1]
            assert isinstance(rows, nodes.AxisExpr)
            return leading if not alone else [*self.packs["a"], int(str(size_of(rows.size, self._size)))]
        like = pack_like(self.row.name, name, self.packs, self.sizes, random)
        if like is not None:
            self.packs.setdefault(name, like)
            return like
        if name not in self.packs:
            self.packs[name] = [random.choice((0, 1, 2, 3)) for _ in range(random.choice((0, 1, 1, 2, 3)))]
            return self.packs[name]
        whole = self.packs[name]
        if random.random() < 0.4:
            return whole
        return [1 if random.random() < 0.3 else size for size in whole[random.randint(0, len(whole)) :]]

    def _static(self, parameter: Parameter, arguments: Mapping[str, Any]) -> Any:
        random, kind = self.random, parameter.kind
        if parameter.default is not None and random.random() < 0.4:
            return default_value(parameter.default)
        hint = HINTS.get(f"{self.row.name}.{parameter.name}", HINTS.get(parameter.name))
        types = [each for value in arguments.values() for each in (value if isinstance(value, tuple) else (value,))]
        shape = next((each.shape for each in types if isinstance(each, TensorType)), ())
        rank = len(shape)
        if callable(hint):
            return hint(random, shape)
        if kind == "axis":
            if not rank:
                return default_value(parameter.default) if parameter.default is not None else 0
            return random.choice(hint) if isinstance(hint, tuple) else random.randrange(-rank, rank)
        if kind == "axes" and parameter.name != "size" and not isinstance(hint, tuple):
            if parameter.default is None and not rank:
                return None
            chosen = random.sample(range(rank), random.randint(0, rank))
            if len(chosen) == 1 and random.random() < 0.7:
                return chosen[0]
            return tuple(axis - rank if random.random() < 0.3 else axis for axis in chosen) or None
        if kind == "sizes" and not isinstance(hint, tuple):
            return random.choice((0, 1, 2, (1, 2)))
        if parameter.starred or (kind == "axes" and not isinstance(hint, tuple)):
            return tuple(random.choice((0, 1, 2, 3)) for _ in range(random.randint(0, 3)))
        if kind == "flag":
            return random.random() < 0.5 and parameter.name != "requires_grad"
        if kind == "dtype":
            return self._dtype()
        usual: dict[str, tuple[Any, ...]] = {"int": (0, 1, 2, 3), "number": (0, 1, 2, 0.5, -1.5)}
        wanted = {
            "int": int,
            "number": (int, float, type(None)),
            "text": str,
            "sizes": (int, tuple),
            "axes": (int, tuple),
            "axis": int,
        }[kind]
        return random.choice([each for each in hint or usual[kind] if isinstance(each, wanted)])

    def _dtype(self) -> DType | None:
        """A dtype that the result may be asked for in."""
        word = self.form.signature.result.word or "any"
        least = 2 if word in ("F", "R", "float", "real") else 0
        usable = [each for each in WORDS.get(word, WORDS["any"]) if each.rank >= least and each is not dtypes.BOOL]
        return self.random.choice([None, *usable])

    def _tensor(self, type: TensorType, parameter: Parameter) -> torch.Tensor:
        """Random numbers: of matrices that are to be square, such as have an inverse."""
        shape = tuple(axis.size for axis in type.axes if isinstance(axis, Axis))
        kind = torch_dtype(type.dtype)
        if type.static is not None:
            return torch.tensor(type.static, dtype=kind)
        seed = torch.Generator().manual_seed(self.random.randrange(2**31))
        numbers = torch.rand(shape, generator=seed, dtype=torch.float64)  # type: ignore[arg-type]  # integers, as made
        if parameter.name in PLACES and parameter.dtype is not None:
            return torch.zeros(shape, dtype=kind)  # type: ignore[arg-type]  # integers, as made
        if self.row.name in SMALL:
            return (numbers * 5).to(kind)
        if self.row.name in PROBABILITIES:
            return numbers.to(kind)
        if SPREADS.get(self.row.name) == parameter.name:
            return (numbers + 0.5).to(kind)
        numbers = numbers * 3
        if len(shape) >= 2 and shape[-1] == shape[-2] and parameter.word in ("L", "num"):
            if self.row.name in DEFINITE:
                numbers = numbers @ numbers.mT
            numbers = numbers + 4 * torch.eye(shape[-1], dtype=torch.float64)
            return numbers.to(kind) if kind is not torch.bool else torch.eye(shape[-1], dtype=kind).expand(shape)
        return numbers.to(kind)


def torch_dtype(dtype: DType) -> torch.dtype:
    """torch's object for a dtype."""
    found: torch.dtype = getattr(torch, dtype.torch_name)
    return found
