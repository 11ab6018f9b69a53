"""Arguments made from a row's signature: sizes for its names, axes for its packs, dtypes for its words.

What a signature cannot say stands in `hints.py`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import pytest
import torch

from tcalc import library
from tcalc.check.arguments import default_value
from tcalc.library.builtin import Builtin, Form
from tcalc.syntax import nodes
from tcalc.types import dtypes
from tcalc.types.dtypes import DType
from tcalc.types.match import size_of
from tcalc.types.signature import Parameter
from tcalc.types.tensor import Axis, TensorType, shaped
from tests.library.hints import (
    APART,
    COUNTS,
    DEFINITE,
    HINTS,
    PLACES,
    PROBABILITIES,
    SMALL,
    SORTED,
    SPREADS,
    VECTORS,
    emptied,
    pack_like,
    shapes,
)

REAL = (dtypes.U8, dtypes.I8, dtypes.I16, dtypes.I32, dtypes.I64, dtypes.F16, dtypes.BF16, dtypes.F32, dtypes.F64)
COMPLEX = (dtypes.C64, dtypes.C128)
PRIMES = (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97)
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

    def types(self) -> list[TensorType]:
        """The types of all tensors, in order."""
        several = [value if isinstance(value, tuple) else (value,) for value in self.arguments.values()]
        return [each for values in several for each in values if isinstance(each, TensorType)]


class Generator:
    """Cases of one form, of tensors of some dtypes.

    Every seventh case is of empty tensors, every seventh of scalars, as far as the form takes such; the first tensor
    takes each dtype of its word in turn, and every other time `favour`, if given. `special` puts NaN, infinities and -0
    among floats. With `primes` no two sizes are the same that need not be, so that a size tells which axis it is of.
    """

    def __init__(
        self,
        row: Builtin,
        form: Form,
        random: Random,
        *,
        among: Sequence[DType] = dtypes.DTYPES,
        special: bool = False,
        primes: bool = False,
        favour: DType | None = None,
    ) -> None:
        self.row, self.form, self.random, self.among, self.special = row, form, random, among, special
        self.primes, self.favour = primes, favour
        self.sizes: dict[str, int] = {}
        self.packs: dict[str, list[int]] = {}
        self.drawn: list[int] = []
        self.turn = -1

    @property
    def _empty(self) -> bool:
        return self.turn % 7 == 1  # a number that no word has as many dtypes as, lest some dtypes were always empty

    @property
    def _scalar(self) -> bool:
        return self.turn % 7 == 4

    def case(self) -> Case:
        """One call's arguments. Empty sizes and scalars are common."""
        self.turn += 1
        case = Case()
        self.sizes, self.packs, self.drawn = {}, {}, []
        parameters = self.form.signature.parameters
        for parameter in parameters:
            if parameter.kind == "tensors":
                made = shapes(self.random, self.row.name)
                if self._empty and any(made):
                    made = emptied(self.random, made)
                elif self._scalar:
                    made = [[] for _ in made]
                types = tuple([shaped(self.random.choice(self.among), *s) for s in made])
                case.arguments[parameter.name] = types
            if parameter.kind == "tensor" and not parameter.starred:
                if parameter.default is not None and self.random.random() < 0.4:
                    default = default_value(parameter.default)
                    if default is None:
                        case.arguments[parameter.name] = None
                        continue
                    type = TensorType(dtypes.F32, (), default)
                else:
                    first = not any(isinstance(value, TensorType) for value in case.arguments.values())
                    type = self._type(parameter, first)
                case.arguments[parameter.name] = type
        least = self._bound(case.arguments)
        for parameter in parameters:
            given_types: Any = case.arguments.get(parameter.name)
            if isinstance(given_types, tuple) and parameter.kind == "tensors":
                case.values[parameter.name] = [self._tensor(type, parameter, least) for type in given_types]
            elif isinstance(given_types, TensorType):
                case.values[parameter.name] = self._tensor(given_types, parameter, least)
        given = [value for value in case.arguments.values() if isinstance(value, TensorType)]
        if self.form.fold is not None and all(value.static is not None for value in given):
            return self.case()  # static numbers alone never reach torch
        if self.row.name in APART and {"float", "complex"} <= {each.dtype.kind for each in given}:
            return self.case()
        for parameter in parameters:
            if parameter.kind not in ("tensor", "tensors"):
                case.arguments[parameter.name] = self._static(parameter, case.arguments)
        return case

    def _bound(self, arguments: Mapping[str, Any]) -> int:
        """What indices are below, so that they are places of every axis of the tensor that they index."""
        if self.row.name == "embedding":
            return self.sizes["n"]
        indexed = next((each for each in arguments.values() if isinstance(each, TensorType)), None)
        if indexed is None or not indexed.shape:
            return 1
        shape = [size for size in indexed.shape if isinstance(size, int)]
        if self.row.name == "take":
            return math.prod(shape)
        if self.row.name in ("cross_entropy", "nll_loss"):
            return self.sizes.get("c", 1)
        return min(shape)

    def _type(self, parameter: Parameter, first: bool) -> TensorType:
        random = self.random
        every_one = (parameter.dtype,) if parameter.dtype and parameter.word not in WORDS else WORDS[parameter.word]
        usable = [each for each in every_one if each in self.among] or every_one
        every, turn = divmod(self.turn, 2) if self.favour in usable else (self.turn, 0)
        dtype = self.favour if turn else usable[every % len(usable)] if first else random.choice(usable)
        assert dtype is not None
        sizes: list[int] = []
        for pattern in parameter.axes:
            if isinstance(pattern, nodes.PackExpr):
                sizes.extend(self._pack(pattern.name, len(parameter.axes) == 1))
            else:
                sizes.append(size_of(pattern.size, self._size))  # type: ignore[arg-type]  # sizes here are integers
        if not sizes and random.random() < (0.1 if first else 0.3) and parameter.dtype is None:
            number = random.choice((2, 0.5, True))
            kind = {int: dtypes.I64, float: dtypes.F32, bool: dtypes.BOOL}[type(number)]
            if kind in WORDS[parameter.word]:
                return TensorType(kind, (), number)
        return shaped(dtype, *sizes)

    def _size(self, name: str) -> int:
        if name not in self.sizes:
            self.sizes[name] = self._fresh((0, 0, 1, 2) if self._empty else (1, 2, 3, 3, 4))
        return self.sizes[name]

    def _fresh(self, choices: Sequence[int]) -> int:
        """One of these sizes, or the next prime."""
        if not self.primes:
            return self.random.choice(choices)
        taken = {*self.sizes.values(), *[size for sizes in self.packs.values() for size in sizes], *self.drawn}
        self.drawn.append(next(prime for prime in PRIMES if prime not in taken))
        return self.drawn[-1]

    def _pack(self, name: str, alone: bool) -> list[int]:
        """The pack's own axes, or what broadcasts to them."""
        random = self.random
        if self._scalar and name not in self.packs and (alone or name != "c"):
            self.packs[name] = []
            return []
        if self.row.name in VECTORS and name == "c":
            leading = [1 if random.random() < 0.2 else size for size in self.packs["a"]]
            rows = self.form.signature.parameters[0].axes[1]
            assert isinstance(rows, nodes.AxisExpr)
            return leading if not alone else [*self.packs["a"], int(str(size_of(rows.size, self._size)))]
        like = (
            None
            if self._empty and self.row.name == "item"
            else pack_like(self.row.name, name, self.packs, self.sizes, random)
        )
        if like is not None:
            self.packs.setdefault(name, like)
            return like
        if name not in self.packs:
            rank = 0 if self._scalar else random.choice((1, 1, 2, 3) if self._empty else (0, 1, 1, 2, 3))
            self.packs[name] = [self._fresh((0, 1, 2) if self._empty else (1, 2, 3, 3)) for _ in range(rank)]
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
            axes = tuple(axis - rank if random.random() < 0.3 else axis for axis in chosen)
            return axes or (None if parameter.default is None else default_value(parameter.default))
        if kind == "sizes" and not isinstance(hint, tuple):
            return random.choice((0, 1, 2, (1, 2)))
        if parameter.starred or (kind == "axes" and not isinstance(hint, tuple)):
            return tuple(random.choice((0, 1, 2, 3)) for _ in range(random.randint(0, 3)))
        if kind == "flag":
            return random.random() < 0.5 and parameter.name != "requires_grad"
        if kind == "dtype":
            return self._dtype()
        usual: dict[str, tuple[Any, ...]] = {"int": (0, 1, 2, 3), "number": (0, 1, 2, 0.5, -1.5)}
        wanted: Any = {
            "int": int,
            "number": (int, float, type(None)),
            "text": str,
            "sizes": (int, tuple),
            "axes": (int, tuple),
            "axis": int,
        }[kind]
        choices = [each for each in hint or usual.get(kind, ()) if isinstance(each, wanted)]
        assert choices, f"what can {parameter.name} of {self.row.name} be? Add it to HINTS in tests/library/hints.py"
        return random.choice(choices)

    def _dtype(self) -> DType | None:
        """A dtype that the result may be asked for in."""
        if self.row.name == "to":
            return self.random.choice(self.among)
        word = self.form.signature.result.word or "any"
        least = 2 if word in ("F", "R", "float", "real") else 0
        usable = [each for each in WORDS.get(word, WORDS["any"]) if each.rank >= least and each is not dtypes.BOOL]
        return self.random.choice([None, *[each for each in usable if each in self.among]])

    def _tensor(self, type: TensorType, parameter: Parameter, least: int) -> torch.Tensor:
        """Random numbers: of matrices that are to be square, such as have an inverse; of places, such as there are."""
        shape: tuple[Any, ...] = tuple([axis.size for axis in type.axes if isinstance(axis, Axis)])
        kind = torch_dtype(type.dtype)
        if type.static is not None:
            return torch.tensor(type.static, dtype=kind)
        seed = torch.Generator().manual_seed(self.random.randrange(2**31))
        numbers = torch.rand(shape, generator=seed, dtype=torch.float64)
        if len(shape) > 1 and self.random.random() < 0.25:  # as a transposed tensor lies in memory
            numbers = numbers.transpose(0, -1).contiguous().transpose(0, -1)
        if (parameter.name in PLACES or (self.row.name, parameter.name) == ("embedding", "x")) and parameter.dtype:
            return (numbers * least).to(kind)
        if parameter.name in SORTED:
            return (numbers * 6).sort(-1).values.to(kind)
        if self.row.name in SMALL:
            return (numbers * 5).to(kind)
        if self.row.name in PROBABILITIES:
            return numbers.to(kind)
        if SPREADS.get(self.row.name) == parameter.name:
            return (numbers + 0.5).to(kind)
        signed = type.dtype.kind in ("int", "float", "complex") and self.row.name not in COUNTS
        numbers = numbers * 6 - 3 if signed else numbers * 3
        if len(shape) >= 2 and shape[-1] == shape[-2] and parameter.word in ("L", "num"):
            if self.row.name in DEFINITE:
                numbers = numbers @ numbers.mT
            numbers = numbers + 12 * torch.eye(shape[-1], dtype=torch.float64)
            return numbers.to(kind) if kind is not torch.bool else torch.eye(shape[-1], dtype=kind).expand(shape)
        if self.row.name == "lstsq" and parameter.name == "A":  # of full rank
            numbers = numbers + 12 * torch.eye(*shape[-2:], dtype=torch.float64)
        if type.dtype is dtypes.BOOL:
            return numbers > (8 if self.row.name == "lstsq" else 1.5)
        if type.dtype.rank == 3 and shape:
            return torch.complex(numbers, numbers.flip(0)).to(kind)
        if self.special and type.dtype.rank == 2:
            chosen = torch.rand(shape, generator=seed, dtype=torch.float64)
            for i, each in enumerate((math.nan, math.inf, -math.inf, -0.0, 0.0)):
                numbers = torch.where((chosen >= 0.08 * i) & (chosen < 0.08 * (i + 1)), each, numbers)
        return numbers.to(kind)


#: Rows whose arguments no signature describes, and the test file that holds them.
ELSEWHERE = {
    "getitem": "test_special_rows.py",
    "setitem": "test_special_rows.py",
    "einsum": "test_special_rows.py",
    "rearrange": "test_special_rows.py",
    "reduce": "test_special_rows.py",
    "repeat": "test_special_rows.py",  # the form with a pattern
    "vmap": "test_function_rows.py",
    "scan": "test_function_rows.py",
    "fold": "test_function_rows.py",
    "iterate": "test_function_rows.py",
    "load": "test_special_rows.py",
    "dtype": "test_special_rows.py",  # the value is no tensor
    "result_type": "test_special_rows.py",
    "promote_types": "test_special_rows.py",
    "grad": "test_function_rows.py",
    "jacobian": "test_function_rows.py",
    "hessian": "test_function_rows.py",
    "vjp": "test_function_rows.py",
    "jvp": "test_function_rows.py",
    "minimize": "test_function_rows.py",
    "gradcheck": "test_function_rows.py",
}


def forms() -> list[Any]:
    """Each form of each row that is a call on tensors and static values; the others stand in `ELSEWHERE`."""
    return [
        pytest.param(row, form, id=f"{row.name}-{i}")
        for row in library.rows()
        for i, form in enumerate(row.forms)
        if not (row.name in ELSEWHERE and (form.signature.keywords or not SPECIAL.isdisjoint(kinds(form))))
        and row.name not in ("getitem", "setitem", "einsum", "load", "dtype", "result_type", "promote_types")
    ]


def kinds(form: Form) -> set[str]:
    """The kinds of a form's parameters."""
    return {parameter.kind for parameter in form.signature.parameters}


SPECIAL = {"function", "value"}


def torch_dtype(dtype: DType) -> torch.dtype:
    """torch's object for a dtype."""
    found: torch.dtype = getattr(torch, dtype.torch_name)
    return found
