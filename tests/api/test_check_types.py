"""`tcalc.check`: types of expressions from types of names, for given sizes and for all, in a process without torch."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import tcalc


@pytest.mark.parametrize(
    ("text", "types", "type"),
    [
        ("A @ B", {"A": "f32[2, 3]", "B": "f32[n=3, m]"}, "f32[2, m]"),
        ("A.T", {"A": "f32[n=2, m]"}, "f32[m, n=2]"),
        ("x[1:] - x[:-1]", {"x": "f32[n]"}, "f32[n - 1]"),
        ("sum[batch](x)", {"x": "f64[batch=8, feat]"}, "f64[feat]"),
        ("sum[feat](x)", {"x": "f64[batch=8, feat]"}, "f64[batch=8]"),
        ("sum[-1](softmax[-1](x.mT))", {"x": "f32[*b, n, d]"}, "f32[*b, d]"),
        ("cat([a, b])", {"a": "f32[n, 3]", "b": "f32[m, 3]"}, "f32[m + n, 3]"),
        ("zeros(n, 2) @ ones(2, k)", {"n": "int", "k": 5}, "f32[n, 5]"),
        ("x", {"x": "i64[2*n]", "n": 3}, "i64[6]"),
        ("x * n", {"x": "f32[n]"}, "f32[n]"),
        ("x[x > 0]", {"x": "f32[n]"}, "f32[?]"),
        ("x + 1", {"x": "f32[?, 3]"}, "f32[?, 3]"),
        ("t[0] @ t[1]", {"t": "(f32[2, n], f32[n, 4])"}, "f32[2, 4]"),
        ("max[0](x)", {"x": "bf16[3, 4]"}, "(bf16[4], i64[4])"),
        ("x", {"x": "[n]"}, "[n]"),
        ("x + 1.5", {"x": "int64[3]"}, "f32[3]"),
        ("x", {"x": "torch.float64[3]"}, "f64[3]"),
        ("x", {"x": "c64"}, "c64"),
        ("n * 2", {"n": 3}, "i64"),
        ("x -> x", {}, "function"),
        ("'a'", {}, "text"),
        ("x", {"x": [[1, 2], [3.5, 4]]}, "f32[2, 2]"),
        ("x @ y", {"x": np.ones((2, 3)), "y": torch.ones(3, dtype=torch.float64)}, "f64[2]"),
        ("vmap(x -> x + b)(xs)", {"xs": "f32[n, d]", "b": "f32[d]"}, "f32[n, d]"),
        ("grad[x](sum(x^2))", {"x": "f32[n]"}, "f32[n]"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_types(text: str, types: dict[str, object], type: str) -> None:
    assert tcalc.check(text, **types) == type


@pytest.mark.parametrize(
    ("text", "types", "code", "place", "says"),
    [
        ("A @ B", {"A": "f32[2, 3]", "B": "f32[n=4, m]"}, "shape", (1, 1), "A's last axis is 3, B's first is 4"),
        ("1 +\n  x + y", {"x": "f32[n]", "y": "f32[m]"}, "shape", (1, 1), "n meets m"),
        ("x", {"x": "f99[2]"}, "dtype", (1, 1), "there is no dtype f99"),
        ("x", {"x": "f32[2"}, "syntax", (1, 4), "never closed"),
        ("x", {"x": "f32[n / 2]"}, "type", (1, 5), "n / 2 is no size"),
        ("x", {"x": "f32[n]", "n": 0.5}, "type", (None, None), "n stands for a size, and is no integer"),
        ("x", {"x": "f32[n]", "n": "f32"}, "type", (None, None), "n stands for a size, and is no integer"),
        ("x", {"x": "f32[n]", "n": -2}, "type", (1, 5), "n is no size: it is -2"),
        ("x", {"x": ""}, "syntax", (1, 1), ""),
        ("y", {"x": "f32"}, "name", (1, 1), "there is no y"),
        ("a = 1", {}, "syntax", (1, 1), "takes one expression"),
        ("x", {"x": {1}}, "type", (None, None), "x is a set"),
        ("x", {"torch": "f32"}, "name", (None, None), "torch cannot be rebound"),
        ("ones(2) + ?", {}, "type", (1, 11), "?"),
    ],
)
def test_errors(
    text: str, types: dict[str, object], code: str, place: tuple[int | None, int | None], says: str
) -> None:
    with pytest.raises(tcalc.Error) as caught:
        tcalc.check(text, **types)
    assert (caught.value.code, (caught.value.line, caught.value.column)) == (code, place)
    assert says in caught.value.message


def test_an_error_in_a_type_shows_that_type() -> None:
    with pytest.raises(tcalc.Error) as caught:
        tcalc.check("x", x="f32[2")
    assert str(caught.value).splitlines()[1] == "  <type of x>:1  f32[2"


@given(st.lists(st.integers(0, 5), max_size=4), st.sampled_from(["f32", "f64", "i64", "bool", "c128", "u8", "bf16"]))
def test_the_type_of_a_tensor_is_its_type_as_text(shape: list[int], dtype: str) -> None:
    types = {"f32": torch.float32, "f64": torch.float64, "i64": torch.int64, "bool": torch.bool}
    types |= {"c128": torch.complex128, "u8": torch.uint8, "bf16": torch.bfloat16}
    x = torch.zeros(shape, dtype=types[dtype])
    text = f"{dtype}[{', '.join(map(str, shape))}]"
    assert tcalc.check("x", x=x) == tcalc.check("x", x=text) == (text if shape else dtype)
    assert tcalc.Session().check(f"zeros({shape}, dtype={dtype})") == tcalc.check("x", x=x)


ALONE = """
import sys
before = set(sys.modules)
import tcalc
assert sys.modules.keys() - before <= {"tcalc", "__future__"}, sys.modules.keys() - before
assert tcalc.check("softmax[-1](A @ B)", A="f32[2, 3]", B="f32[n=3, m]") == "f32[2, m]"
try:
    tcalc.check("A @ A", A="f32[2, 3]")
except tcalc.Error as error:
    assert error.code == "shape"
session = tcalc.Session()
assert session.check("ones(2, 3) @ ones(3)") == "f32[2]"
assert session.run("n = 2^10 + 1")[0].type == "i64"
print(sorted({"torch", "numpy", "rich", "prompt_toolkit", "argparse"} & sys.modules.keys()))
"""


def test_neither_importing_nor_checking_loads_torch() -> None:
    run = subprocess.run([sys.executable, "-c", ALONE], capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("[]\n", "")


def test_the_function_is_not_hidden_by_the_room_of_its_name() -> None:
    import tcalc.check.checker
    from tcalc.check import calls

    assert calls.__name__ == "tcalc.check.calls"
    assert tcalc.check("1") == "i64"
    assert set(tcalc.__all__) <= set(dir(tcalc))
    for name in tcalc.__all__:
        assert getattr(tcalc, name) is not None
    with pytest.raises(AttributeError, match="module 'tcalc' has no attribute 'nothing'"):
        _ = tcalc.nothing  # type: ignore[attr-defined]  # there is none
