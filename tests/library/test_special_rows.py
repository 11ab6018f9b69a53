"""Rows whose arguments no signature describes: indexing, einsum, einops' patterns, files, dtypes.

Each on generated shapes and dtypes, from text to value, against torch and against NumPy or a plain loop.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from random import Random
from typing import Any

import einops
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tcalc import library
from tcalc.errors import TcalcError
from tcalc.types import dtypes
from tests.library import test_einops_patterns
from tests.library.calls import Road, told
from tests.library.generated import ELSEWHERE, forms, torch_dtype
from tests.library.numbers_made import EVERY, made, same, some_shape

SEEDS = range(12)


@pytest.fixture(scope="module")
def road() -> Road:
    return Road()


ROAD = Road()  # hypothesis wants no fixture of a function's scope


def test_no_row_is_exempt() -> None:
    """Every form of every row is generated from its signature, or its row is held here."""
    generated = {(each.values[0].name, each.values[1].text) for each in forms()}
    for row in library.rows():
        for form in row.forms:
            assert (row.name, form.text) in generated or row.name in ELSEWHERE, (
                f"{row.name}: no arguments can be made from {form.text}; write a test of its own,"
                " and add the row to ELSEWHERE in generated.py and to HOLDS in the test's file"
            )
    for name, file in ELSEWHERE.items():
        assert name in import_module(f"tests.library.{file.removesuffix('.py')}").HOLDS


# Indexing


class Index:
    """An index as text and as Python's, of tensors bound to names."""

    def __init__(self, random: Random, shape: tuple[int, ...]) -> None:
        self.texts: list[str] = []
        self.items: list[Any] = []
        self.tensors: dict[str, torch.Tensor] = {}
        axes = list(shape)
        lists = None if random.random() < 0.6 else tuple([3] if random.random() < 0.7 else [2, 2])
        while axes and random.random() < 0.8:
            self._item(random, axes, lists)
        if random.random() < 0.25:
            self._add("...", ...)
            rest = len(axes)
            if rest and random.random() < 0.5:
                self._single(random, axes[-1])
        elif random.random() < 0.2:
            self._add("None", None)
        if not self.items:
            self._add("...", ...)

    def _add(self, text: str, item: Any) -> None:
        self.texts.append(text)
        self.items.append(item)

    def _single(self, random: Random, size: int) -> None:
        """An integer where there is one, a slice else."""
        if size and random.random() < 0.5:
            place = random.randrange(-size, size)
            self._add(str(place), place)
            return
        start, stop = (random.choice((None, 0, 1, -1, 2, size)) for _ in range(2))
        step = random.choice((None, None, 1, 2, 3))
        words = ["" if each is None else str(each) for each in (start, stop, step)]
        self._add(":".join(words if step is not None else words[:2]), slice(start, stop, step))

    def _item(self, random: Random, axes: list[int], lists: tuple[int, ...] | None) -> None:
        if random.random() < 0.15:
            self._add("None", None)
            return
        size = axes.pop(0)
        generator = torch.Generator().manual_seed(random.randrange(2**31))
        if lists is not None and size and random.random() < 0.6:
            places = torch.randint(-size, size, lists, generator=generator)
            name = f"i{len(self.tensors)}"
            self.tensors[name] = places
            self._add(name, places)
        elif lists is None and not self.tensors and random.random() < 0.15:
            mask = torch.rand(size, generator=generator) > 0.4
            self.tensors["m"] = mask
            self._add("m", mask)
        else:
            self._single(random, size)

    @property
    def text(self) -> str:
        return ", ".join(self.texts)

    @property
    def mixed(self) -> bool:
        """Whether integers stand beside index tensors: NumPy then takes them for index tensors too."""
        return bool(self.tensors) and any(isinstance(each, int) for each in self.items)

    @property
    def torchs(self) -> Any:
        return tuple(self.items)

    @property
    def numpys(self) -> Any:
        return tuple([each.numpy() if isinstance(each, torch.Tensor) else each for each in self.items])


def indexed(seed: int) -> list[tuple[torch.Tensor, Index]]:
    random = Random(seed)
    found = []
    for turn in range(25):
        x = made(random, some_shape(random), EVERY[(seed + turn) % len(EVERY)])
        found.append((x, Index(random, tuple(x.shape))))
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_getitem_is_torchs_and_numpys(road: Road, seed: int) -> None:
    for x, index in indexed(seed):
        road.bind({"x": x, **index.tensors})
        text = f"x[{index.text}]"
        got = road.run(text)
        assert told(road.type_of(text), got) == "", text
        same(got, x[index.torchs], text)
        if x.dtype is not torch.bfloat16 and not index.mixed:
            same(got, np.asarray(x.numpy()[index.numpys]), text)


@pytest.mark.parametrize("seed", SEEDS)
def test_setitem_is_torchs_and_numpys(road: Road, seed: int) -> None:
    random = Random(f"set {seed}")
    for x, index in indexed(seed):
        part = x[index.torchs]
        shape = tuple(part.shape) if random.random() < 0.5 else tuple(part.shape)[1:] if random.random() < 0.5 else ()
        value = made(random, shape, x.dtype)
        road.bind({"x": x, "v": value, **index.tensors})
        if repeated(index):
            value = value.new_ones(())  # which of two values comes last is nobody's promise
            road.bind({"v": value})
        text = f"y = x\ny[{index.text}] = v\ny"
        got = road.run(text)
        want = x.clone()
        want[index.torchs] = value
        same(got, want, (text, x))
        same(road.run("x"), x, "values never change")
        if x.dtype is not torch.bfloat16 and not index.mixed:
            array = x.numpy().copy()
            array[index.numpys] = value.numpy()
            same(got, array, (text, x))


def repeated(index: Index) -> bool:
    """Whether index tensors may name a place twice."""
    return any(each.dtype is not torch.bool for each in index.tensors.values())


# einsum


def equation(random: Random) -> tuple[str, list[tuple[int, ...]]]:
    """An equation that fits, and the operands' shapes."""
    sizes = {letter: random.choice((0, 1, 2, 3)) for letter in "ijkl"}
    count, dots = random.randint(1, 3), random.random() < 0.2
    lead = tuple(random.choice((1, 2)) for _ in range(random.randint(0, 2)))
    parts, shapes = [], []
    for _ in range(count):
        letters = [random.choice("ijkl") for _ in range(random.randint(0, 3))]
        here = dots and random.random() < 0.7
        parts.append(("..." if here else "") + "".join(letters))
        shapes.append((*(lead if here else ()), *[sizes[each] for each in letters]))
    text = ",".join(parts)
    known = sorted({letter for part in parts for letter in part if letter.isalpha()})
    if random.random() < 0.7:
        kept = random.sample(known, random.randint(0, len(known)))
        text += "->" + ("..." if "..." in text else "") + "".join(kept)
    return text, shapes


@pytest.mark.parametrize("seed", SEEDS)
def test_einsum_is_torchs_and_numpys(road: Road, seed: int) -> None:
    random = Random(f"einsum {seed}")
    for turn in range(12):
        text, shapes = equation(random)
        dtype = EVERY[(seed + turn) % len(EVERY)]
        operands = [made(random, shape, dtype) for shape in shapes]
        names = dict(zip("abc", operands, strict=False))
        road.bind(names)
        call = f'"{text}"({", ".join(names)})'
        got = road.run(call)
        assert told(road.type_of(call), got) == "", call
        same(road.run(f'einsum("{text}", {", ".join(names)})'), got, call)
        if dtype.is_floating_point or dtype.is_complex or dtype is torch.int64:
            same(got, torch.einsum(text, *operands), call)
        else:  # torch's dtype depends on which sizes are 1, and it has no products of bools
            wide = torch.einsum(text, *[each.long() for each in operands])
            assert got.dtype in (dtype, torch.int64)
            same(got, wide.to(got.dtype), call)
        if dtype not in (torch.bfloat16, torch.float16):
            arrays = [each.long().numpy() if got.dtype is torch.int64 else each.numpy() for each in operands]
            want = np.asarray(np.einsum(text, *arrays))
            assert np.allclose(got.numpy(), want, rtol=1e-4, atol=1e-4, equal_nan=True), (call, got, want)


@pytest.mark.parametrize(
    ("equation", "operands", "type"),
    [
        ("i->", "u8([200, 100])", "i64"),
        ("ij->i", "[[True, True]]", "i64[1]"),
        ("ij,jk->ik", "[[True, True]], [[True], [True]]", "i64[1, 1]"),
        ("i,i->i", "[True, False], [True, True]", "bool[2]"),
        ("i,i->", "i8([100, 100]), i8([1, 1])", "i8"),
        ("ij,k->ik", "i8([[1, 2]]), i8([3])", "i64[1, 1]"),
        ("i,j->ij", "i16([1]), u8([2])", "i16[1, 1]"),
    ],
)
def test_the_dtype_of_an_einsum_of_integers_goes_by_its_letters(
    road: Road, equation: str, operands: str, type: str
) -> None:
    call = f'"{equation}"({operands})'
    assert str(road.type_of(call)) == type
    assert told(road.type_of(call), road.run(call)) == ""


# einops


@pytest.mark.parametrize("function", ["rearrange", "reduce", "repeat"])
def test_patterns_are_einops_of_arrays(function: str) -> None:
    """Generated patterns as text, computed by einops on NumPy's arrays."""

    @settings(max_examples=60)
    @given(
        case=test_einops_patterns.cases(function),
        dtype=st.sampled_from([torch.float64, torch.float32, torch.int64, torch.bool, torch.complex128]),
        reduction=st.sampled_from(["sum", "mean", "max", "min", "prod", "any", "all"]),
    )
    def holds(case: Any, dtype: torch.dtype, reduction: str) -> None:
        x = made(Random(str(case)), tuple(case.shape), dtype)
        options = [f"'{reduction}'"] if function == "reduce" else []
        options += [f"{name}={size}" for name, size in case.lengths.items()]
        ROAD.bind({"x": x})
        text = f"{function}({', '.join(['x', repr(case.pattern), *options])})"
        try:
            got = ROAD.run(text)
        except TcalcError as refusal:
            assert function == "reduce" and refusal.code in ("dtype", "shape"), (text, refusal.message)
            return
        assert told(ROAD.type_of(text), got) == "", text
        array = x.numpy()
        if function == "reduce":
            exact = dtype in (torch.int64, torch.bool)
            array = array.astype(np.float64) if reduction == "mean" and exact else array
            array = array.astype(bool) if reduction in ("any", "all") else array
            function_of = getattr(np, reduction)
            want = einops.reduce(array, case.pattern, lambda part, axes: function_of(part, axis=axes), **case.lengths)
            assert np.allclose(got.numpy(), np.asarray(want), rtol=1e-5, atol=1e-5, equal_nan=True), (text, got, want)
        else:
            same(got, getattr(einops, function)(array, case.pattern, **case.lengths), text)

    holds()


# Files and dtypes


@pytest.mark.parametrize("dtype", [each for each in EVERY if each is not torch.bfloat16], ids=str)
def test_load_gives_the_array_that_numpy_saved(road: Road, dtype: torch.dtype, tmp_path: Path) -> None:
    random = Random(f"load {dtype}")
    for i, shape in enumerate([(), (0,), (0, 3), (1,), *[some_shape(random) for _ in range(4)]]):
        array = made(random, shape, dtype).numpy()
        path = tmp_path / f"{i}.npy"
        np.save(path, np.asarray(array, order="F") if i % 2 else array)
        text = f'load("{path}")'
        got = road.run(text)
        assert told(road.type_of(text), got) == ""
        same(got, array, shape)


@pytest.mark.parametrize("dtype", dtypes.DTYPES, ids=str)
def test_the_dtype_is_a_value(road: Road, dtype: dtypes.DType) -> None:
    random = Random(str(dtype))
    for shape in [(), (0,), some_shape(random)]:
        x = made(random, shape, torch_dtype(dtype))
        road.bind({"x": x})
        assert road.run("x.dtype") == str(dtype)
        assert road.run("zeros(2, dtype=x.dtype)").dtype is x.dtype


@pytest.mark.parametrize("dtype", dtypes.DTYPES, ids=str)
def test_dtypes_are_promoted_as_torch_does(road: Road, dtype: dtypes.DType) -> None:
    random = Random(f"promoted {dtype}")
    for other in dtypes.DTYPES:
        one, two = torch_dtype(dtype), torch_dtype(other)
        if torch.promote_types(one, two) not in EVERY:  # a complex dtype of half width
            continue
        found = road.run(f"zeros(1, dtype=promote_types({dtype}, {other}))").dtype
        assert found is torch.promote_types(one, two)
        x, y = made(random, some_shape(random), one), made(random, some_shape(random), two)
        road.bind({"x": x, "y": y})
        if torch.result_type(x, y) in EVERY:
            assert road.run("zeros(1, dtype=result_type(x, y))").dtype is torch.result_type(x, y), (x, y)


#: The rows that this file holds.
HOLDS = {"getitem", "setitem", "einsum", "rearrange", "reduce", "repeat"} | {
    *("load", "dtype", "result_type", "promote_types"),
}
