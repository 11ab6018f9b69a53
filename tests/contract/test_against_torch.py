"""Generated shapes held against torch: the type before running, the value after it, and an error exactly where torch
errs; and plain output read back to the same tensor."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from driver import Calculator, torch_left_alone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SIZES = st.integers(0, 4)
SHAPES = st.lists(SIZES, max_size=4).map(tuple)
QUICK = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])


def arange(shape: tuple[int, ...]) -> torch.Tensor:
    return torch.arange(math.prod(shape)).reshape(shape)


def made(name: str, shape: tuple[int, ...]) -> str:
    """The statement that makes `arange(shape)` of floats."""
    sizes = ", ".join(map(str, shape))
    return f"{name} = arange({math.prod(shape)}.).reshape(({sizes}{',' if len(shape) == 1 else ''}))\n"


def type_text(tensor: torch.Tensor) -> str:
    names = {torch.int64: "i64", torch.float32: "f32", torch.float64: "f64", torch.bool: "bool"}
    return names[tensor.dtype] + (f"{list(tensor.shape)}" if tensor.ndim else "")


def hold(program: str, expression: str, want: torch.Tensor | Exception, *, data: bool = False) -> None:
    """The type is told before anything runs and is the value's; an error where torch errs, before anything runs."""
    calculator = Calculator()
    made = calculator.step(program)
    assert not made.errors, made.said
    checked = calculator.check(expression)
    ran = calculator.step(expression)
    assert "internal" not in ran.codes, f"{program}{expression}\n{ran.said}"
    if isinstance(want, Exception):
        assert ran.codes, f"{program}{expression}\ntorch: {want}\ntcalc: {ran.results}"
        if not (data and ran.codes == ["value"]):  # what an index tensor holds is data
            assert checked.codes == ran.codes, f"{program}{expression}\nfound only by running: {ran.said}"
        return
    assert not ran.errors, f"{program}{expression}\n{ran.said}\ntorch: {tuple(want.shape)}"
    assert not checked.errors, f"{program}{expression}\n{checked.said}"
    told = calculator.type_of(expression)
    if "?" not in told:
        assert told == type_text(want), f"{program}{expression}\ntold {told}, torch {type_text(want)}"
    (result,) = ran.results
    assert result.type == type_text(want), f"{program}{expression}: {result.type}, torch {type_text(want)}"
    torch.testing.assert_close(result.value, want, equal_nan=True, msg=lambda m: f"{program}{expression}\n{m}")


def tried(compute: Any) -> torch.Tensor | Exception:
    try:
        found: torch.Tensor = compute()
    except (RuntimeError, IndexError, ValueError) as error:
        return error
    return found


@st.composite
def alike(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Two shapes that often broadcast."""
    base = draw(st.lists(SIZES, max_size=4))
    pair = []
    for _ in range(2):
        shape = [draw(st.sampled_from([size, size, 1])) for size in base][draw(st.integers(0, len(base))) :]
        if shape and draw(st.integers(0, 5)) == 0:
            shape[draw(st.integers(0, len(shape) - 1))] = draw(SIZES)
        pair.append(tuple(shape))
    return pair[0], pair[1]


@QUICK
@given(alike(), st.sampled_from("+ - * == < //".split()))
def test_broadcasting(shapes: tuple[tuple[int, ...], tuple[int, ...]], operator: str) -> None:
    a, b = (arange(shape).float() for shape in shapes)
    functions: dict[str, Callable[..., torch.Tensor]] = {
        "+": torch.add,
        "-": torch.sub,
        "*": torch.mul,
        "==": torch.eq,
        "<": torch.lt,
        "//": torch.floor_divide,
    }
    want = tried(lambda: functions[operator](a, b))
    hold(made("a", shapes[0]) + made("b", shapes[1]), f"a {operator} b", want)


@QUICK
@given(alike(), SIZES)
def test_where_and_lists_broadcast_or_stack(shapes: tuple[tuple[int, ...], tuple[int, ...]], size: int) -> None:
    a, b = (arange(shape).float() for shape in shapes)
    program = made("a", shapes[0]) + made("b", shapes[1])
    hold(program, "where(a > 1, a, b)", tried(lambda: torch.where(a > 1, a, b)))
    hold(program, "[a, b]", tried(lambda: torch.stack([a, b])))
    if (0,) not in shapes:  # torch leaves out empty tensors of one axis, whatever the others' shapes
        hold(program, "cat([a, b])", tried(lambda: torch.cat([a, b])))


@st.composite
def factors(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Two shapes for `@`, ranks 0 to 4, that often fit."""
    n, k, m = draw(SIZES), draw(SIZES), draw(SIZES)
    other = draw(st.sampled_from([k, k, k, k, 1, 2]))
    lead = draw(st.lists(SIZES, max_size=2))
    parts: list[tuple[int, ...]] = []
    for core in ([n, k], [other, m]):
        mine = [draw(st.sampled_from([size, size, 1])) for size in lead][draw(st.integers(0, len(lead))) :]
        if draw(st.integers(0, 3)) == 0:
            core = [core[1] if len(parts) == 0 else core[0]]
            mine = []
        if draw(st.integers(0, 15)) == 0:
            core, mine = [], []
        parts.append(tuple(mine + core))
    return parts[0], parts[1]


@QUICK
@given(factors())
def test_matrix_products(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    a, b = (arange(shape).float() for shape in shapes)
    program = made("a", shapes[0]) + made("b", shapes[1])
    want = tried(lambda: a @ b)
    hold(program, "a @ b", want)
    hold(program, "matmul(a, b)", want)


@st.composite
def einsums(draw: st.DrawFn) -> tuple[str, list[tuple[int, ...]]]:
    sizes = {letter: draw(SIZES) for letter in "ijkl"}
    operands, shapes = [], []
    for _ in range(draw(st.integers(1, 3))):
        letters = draw(st.lists(st.sampled_from("ijkl"), max_size=3))
        shape = [sizes[letter] for letter in letters]
        lead: list[int] = []
        dots = ""
        if draw(st.integers(0, 4)) == 0:
            lead, dots = [draw(st.sampled_from([1, 2])) for _ in range(draw(st.integers(0, 2)))], "..."
        if shape and draw(st.integers(0, 9)) == 0:
            shape[draw(st.integers(0, len(shape) - 1))] = draw(SIZES)
        operands.append(dots + "".join(letters))
        shapes.append(tuple(lead + shape))
    spec = ",".join(operands)
    if draw(st.booleans()):
        used = [letter for letter in "ijkl" if letter in spec]
        out = draw(st.lists(st.sampled_from(used), unique=True, max_size=4)) if used else []
        if draw(st.integers(0, 19)) == 0:
            out.append(draw(st.sampled_from("ijklz")))
        spec += "->" + ("..." if "..." in spec or draw(st.integers(0, 9)) == 0 else "") + "".join(out)
    return spec, shapes


@QUICK
@given(einsums())
def test_einsum(case: tuple[str, list[tuple[int, ...]]]) -> None:
    spec, shapes = case
    tensors = [arange(shape).float() for shape in shapes]
    program = "".join(made("abc"[place], shape) for place, shape in enumerate(shapes))
    names = ", ".join("abc"[: len(shapes)])
    hold(program, f'"{spec}"({names})', tried(lambda: torch.einsum(spec, *tensors)))


@st.composite
def indices(draw: st.DrawFn) -> tuple[tuple[int, ...], str, Any]:
    shape = tuple(draw(st.lists(st.integers(1, 4), min_size=1, max_size=4)))
    texts: list[str] = []
    items: list[Any] = []
    axis, dots = 0, False
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["int", "slice", "slice", "none", "dots", "list", "mask"]))
        size = shape[min(axis, len(shape) - 1)]
        if kind == "int":
            number = draw(st.integers(-size, size - 1) if draw(st.integers(0, 9)) else st.integers(-5, 5))
            texts.append(str(number))
            items.append(number)
            axis += 1
        elif kind == "slice":
            start, stop = (draw(st.none() | st.integers(-5, 5)) for _ in range(2))
            step = draw(st.none() | st.integers(1, 3))
            texts.append(
                f"{'' if start is None else start}:{'' if stop is None else stop}" + (f":{step}" if step else "")
            )
            items.append(slice(start, stop, step))
            axis += 1
        elif kind == "none":
            texts.append("None")
            items.append(None)
        elif kind == "dots":
            if dots:
                continue
            dots = True
            texts.append("...")
            items.append(...)
            axis = max(axis, len(shape) - 1)
        elif kind == "list":
            numbers = draw(st.lists(st.integers(-size, size - 1), min_size=1, max_size=3))
            nested = draw(st.booleans())
            value = [[number] for number in numbers] if nested else numbers
            texts.append(str(value))
            items.append(torch.tensor(value))
            axis += 1
        else:
            bits = draw(st.lists(st.booleans(), min_size=size, max_size=size))
            texts.append(str(bits))
            items.append(torch.tensor(bits))
            axis += 1
    return shape, ", ".join(texts), tuple(items)


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(indices())
def test_indexing(case: tuple[tuple[int, ...], str, Any]) -> None:
    shape, text, items = case
    if not items:
        return
    x = arange(shape).float()
    hold(made("x", shape), f"x[{text}]", tried(lambda: x[items]), data="[" in text)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(indices())
def test_updates(case: tuple[tuple[int, ...], str, Any]) -> None:
    shape, text, items = case
    if not items:
        return
    x = arange(shape).float()
    calculator = Calculator()
    calculator.step(made("x", shape))

    def update() -> torch.Tensor:
        copy = x.clone()
        copy[items] = -1.0
        return copy

    want = tried(update)
    ran = calculator.step(f"x[{text}] = -1\nx")
    assert "internal" not in ran.codes, ran.said
    if isinstance(want, Exception):
        assert ran.codes, f"{shape} x[{text}] = -1, torch: {want}"
        want = x
    else:
        assert not ran.codes, f"{shape} x[{text}] = -1\n{ran.said}"
    assert torch.equal(ran.values[-1], want), f"{shape} x[{text}] = -1"


@QUICK
@given(
    SHAPES,
    st.sampled_from("sum mean amax prod any std argmax cumsum softmax logsumexp norm".split()),
    st.lists(st.integers(-5, 4), max_size=3),
    st.booleans(),
)
def test_reductions(shape: tuple[int, ...], name: str, axes: list[int], keepdim: bool) -> None:
    if not shape:
        return  # torch lets a scalar have an axis 0
    x = arange(shape).float()
    single = name in ("argmax", "cumsum", "softmax", "prod")
    if single:
        axes = axes[:1]
    if name == "norm":
        axes = axes[:2]  # torch has no norm over three axes
    if not axes and (name in ("cumsum", "softmax", "logsumexp") or keepdim):
        return
    function = getattr(torch, name)
    keywords: dict[str, Any] = {}
    if axes:
        keywords["dim"] = axes[0] if len(axes) == 1 else tuple(axes)
        if keepdim and name not in ("cumsum", "softmax"):
            keywords["keepdim"] = True
    want = tried(lambda: function(x, **keywords))
    over = ", ".join([*map(str, axes), *(["keepdim"] if "keepdim" in keywords else [])])
    hold(made("x", shape), f"{name}[{over}](x)" if over else f"{name}(x)", want)


@QUICK
@given(SHAPES, st.lists(st.integers(-1, 6), max_size=4))
def test_reshape(shape: tuple[int, ...], sizes: list[int]) -> None:
    x = arange(shape).float()
    text = ", ".join(map(str, sizes)) + ("," if len(sizes) == 1 else "")
    hold(made("x", shape), f"reshape(x, ({text}))", tried(lambda: x.reshape(sizes)))


@QUICK
@given(SHAPES, st.data())
def test_axes_moved(shape: tuple[int, ...], data: st.DataObject) -> None:
    x = arange(shape).float()
    one, other = data.draw(st.integers(-5, 4)), data.draw(st.integers(-5, 4))
    program = made("x", shape)
    hold(program, f"x.unsqueeze({one})", tried(lambda: x.unsqueeze(one)))
    hold(program, "x.squeeze()", tried(x.squeeze))
    if shape:
        hold(program, f"transpose[{one}, {other}](x)", tried(lambda: x.transpose(one, other)))
        hold(program, f"x.movedim({one}, {other})", tried(lambda: x.movedim(one, other)))
        hold(program, f"x.squeeze({one})", tried(lambda: x.squeeze(one)))
        hold(program, f"x.flatten({one}, {other})", tried(lambda: x.flatten(one, other)))
    order = data.draw(st.permutations(range(len(shape))))
    if order:
        hold(program, f"x.permute({', '.join(map(str, order))})", tried(lambda: x.permute(order)))
    if shape:
        hold(program, "x.mT", tried(lambda: x.mT))


# Plain output reads back


DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16"]
DTYPES += ["float32", "float64", "complex64", "complex128"]
SHORT = {"bool": "bool", "bfloat16": "bf16"}


@st.composite
def tensors(draw: st.DrawFn) -> torch.Tensor:
    dtype: torch.dtype = getattr(torch, draw(st.sampled_from(DTYPES)))
    shape = draw(st.lists(st.integers(0, 3), max_size=3))
    count = math.prod(shape)
    if dtype.is_complex:
        parts = torch.tensor(draw(st.lists(st.floats(), min_size=2 * count, max_size=2 * count)), dtype=torch.float64)
        return torch.view_as_complex(parts.reshape(*shape, 2)).to(dtype)
    if dtype.is_floating_point:
        return torch.tensor(draw(st.lists(st.floats(), min_size=count, max_size=count)), dtype=dtype).reshape(shape)
    if dtype is torch.bool:
        bits = draw(st.lists(st.booleans(), min_size=count, max_size=count))
        return torch.tensor(bits, dtype=dtype).reshape(shape)
    whole = st.integers(torch.iinfo(dtype).min, torch.iinfo(dtype).max)
    return torch.tensor(draw(st.lists(whole, min_size=count, max_size=count)), dtype=dtype).reshape(shape)


def same_bits(a: torch.Tensor, b: torch.Tensor) -> bool:
    """Equal dtype, shape and numbers, the sign of zero included; every NaN is the same."""
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    if a.is_complex():
        a, b = torch.view_as_real(a), torch.view_as_real(b)
    return repr(a.flatten().tolist()) == repr(b.flatten().tolist())


@settings(max_examples=300)
@given(tensors(), st.sampled_from(["f32", "f64", "bf16"]))
def test_what_is_printed_reads_back(tensor: torch.Tensor, default: str) -> None:
    """A tensor that the session holds (a call whose value is not known while checking), printed and typed in again."""
    with torch_left_alone():
        calculator = Calculator(dtype=default)
        calculator.step("zeros(1)")
        type = calculator.session.engine.type_of(tensor, None)
        calculator.session.bind("x", type, tensor)
        (shown,) = calculator.step("x").results
        assert same_bits(shown.value, tensor)
        again = calculator.step(shown.text)
        assert not again.errors, f"{shown.text}\n{again.said}"
        assert same_bits(again.values[0], tensor), f"{shown.text} reads back as {again.results[0]}"
        assert again.texts == [shown.text]


def test_methods_whose_tensor_is_the_second_argument() -> None:
    program, x = "x = [0.5, 1.5, 2.5]; b = [True, False]", torch.tensor([0.5, 1.5, 2.5])
    hold(program, "b.where([False, True], True)", torch.tensor([True, False]))
    hold(program, "x.where(x > 1, 0.)", x.where(x > 1, 0.0))
    hold(program, "x.where(x > 1, x[0])", x.where(x > 1, x[0]))
    hold(program, "x.where(condition=x > 1, b=0.)", x.where(x > 1, 0.0))
    hold(program, "x.polygamma(1)", x.polygamma(1))
    hold(program, "x.polygamma(n=1)", x.polygamma(1))


def test_pythons_types_are_dtypes() -> None:
    program, x = "x = [0.5, 1.5, 2.5]\n", torch.tensor([0.5, 1.5, 2.5])
    for kind in (float, int, bool):
        hold(program, f"x.to({kind.__name__})", x.to(kind))
        hold(program, f"zeros(2, dtype={kind.__name__})", torch.zeros(2, dtype=kind))  # type: ignore[call-overload]  # torch takes them
