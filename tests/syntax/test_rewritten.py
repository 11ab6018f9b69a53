"""Python's definitions in tcalc's own form."""

from __future__ import annotations

import pytest

from tcalc.errors import TcalcError
from tcalc.source import Source
from tcalc.syntax.parser import parse_statements
from tcalc.syntax.rewritten import definition

CASES = {
    "def f(x): return x + 1": "f(x) = x + 1",
    "def f(): return 3": "f() = 3",
    "def f(x, p=2):\n    return x ** p\ny = 3": "f(x, p=2) = x ** p",
    "def f(x: Tensor, p: float = 0.5) -> Tensor:\n    return x * p": "f(x, p=0.5) = x * p",
    "def f(x):\n    a = x + 1\n    b = a * 2\n    return a @ b": "f(x) = let a = x + 1, b = a * 2 in a @ b",
    "def f(x):\n    x = relu(x)\n    x = x + 1\n    return x": "f(x) = let x = relu(x) in let x = x + 1 in x",
    "def f(x):\n    return x, -x": "f(x) = (x, -x)",
    'def f(x):\n    """Doubles."""\n    # twice\n    return (x +\n        x)': "f(x) = (x + x)",
    "def f(x, s=(2, 3)): return x": "f(x, s=(2, 3)) = x",
}


@pytest.mark.parametrize(("text", "written"), CASES.items())
def test_a_definition(text: str, written: str) -> None:
    assert definition(text) == written
    (parsed,) = parse_statements(Source(written))
    assert not isinstance(parsed, TcalcError)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "def",
        "def f",
        "def f(x",
        "def f(x)",
        "def f(x):",
        "def f(x):\n    pass",
        "def f(x):\n    return",
        "def f(x):\n    for i in x:\n        y = i\n    return y",
        "def f(x):\n    if x > 0: return 1\n    return 2",
        "def f(x):\n    x[0] = 1\n    return x",
        "def f(x):\n    a, b = x\n    return a",
        "def f(x):\n    x += 1\n    return x",
        "x = 3",
    ],
)
def test_what_has_no_such_form(text: str) -> None:
    assert definition(text) == ""
