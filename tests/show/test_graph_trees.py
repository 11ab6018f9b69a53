"""`:graph`: what an expression is computed by, with the value and the gradient at every step, as text and as SVG.

Gradients are held against torch's autograd, which retains them at the same steps.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from tcalc.commands import run_command
from tcalc.errors import TcalcError
from tcalc.outcomes import Drawn
from tcalc.show.graphs import Drawing, Vertex, svg_text, tree_text
from tcalc.show.graphs.graphviz import dot_text
from tcalc.show.palette import PLAIN, Style
from tcalc.show.visible import cells
from tcalc.source import Source
from tests.contract.driver import Calculator, torch_left_alone, value_of

UNICODE = Style(unicode=True)
SVG = "{http://www.w3.org/2000/svg}"


def drawn(program: str, expression: str, calculator: Calculator | None = None) -> Drawing:
    """The drawing of an expression after a program."""
    calculator = calculator or Calculator()
    ran = calculator.step(program)
    assert not ran.errors, ran.said
    with torch_left_alone():
        if calculator.session.has_torch:
            calculator.session.engine.configure(calculator.default_float, "cpu", None)
            calculator.session.engine.enter_thread()
        (answer,) = run_command(calculator.session, Source(f":graph {expression}"))
    assert isinstance(answer, Drawn)
    return answer.drawing


def by_name(drawing: Drawing) -> dict[str, Vertex]:
    return {vertex.name: vertex for vertex in drawing.vertices if vertex.name}


def tree(program: str, expression: str, style: Style = UNICODE, width: int = 100) -> str:
    return tree_text(drawn(program, expression), style, width=width)


def test_a_scalar_as_the_page_of_the_design_has_it() -> None:
    assert tree("a = 2.; b = 3.; c = 1.\nz = (a + b) * (b - c)", "z").splitlines() == [
        "          value   ∂z",
        "z = *        10    1",
        "├─ +          5    2",
        "│  ├─ a       2    2   leaf",
        "│  └─ b       3    7   leaf, used twice",
        "└─ -          2    5",
        "   ├─ b                ↑",
        "   └─ c       1   -5   leaf",
    ]


def test_variables_that_were_computed_stand_by_name_with_what_they_were_computed_by() -> None:
    assert tree("x = [1., 2.]\ny = x^2\nz = sum(y)", "z").splitlines() == [
        "                      value    ∂z",
        "z = sum      f32      5        1",
        "└─ y = ^ 2   f32[2]   [1, 4]   [1, 1]",
        "   └─ x      f32[2]   [1, 2]   [2, 4]   leaf",
    ]


def _network(W: Any, b: Any, x: Any, t: Any) -> dict[str, Any]:
    h = torch.tanh(W @ x + b)
    p = torch.softmax(h, 0)
    loss = -(t * torch.log(p)).sum()
    return {"h": h, "p": p, "loss": loss}


def _shared(x: Any, y: Any) -> dict[str, Any]:
    u = x * y
    v = u + u.exp()
    w = v * u.detach() + x[0]
    return {"u": u, "v": v, "w": w, "z": w.norm() ** 2}


def _broadcast(A: Any, c: Any) -> dict[str, Any]:
    s = A - A.mean(0, keepdim=True)
    n = s / (s.std(0) + c)
    m = torch.where(n > 0, n, 0.1 * n)
    return {"s": s, "n": n, "m": m, "z": (m**2).sum()}


def _decomposed(A: Any, b: Any) -> dict[str, Any]:
    G = A @ A.T + torch.eye(3, dtype=torch.float64)
    y = torch.linalg.solve(G, b)
    return {"G": G, "y": y, "z": y.sum() + torch.logdet(G)}


Q = torch.float64
CASES: list[tuple[str, str, Callable[..., dict[str, Any]], dict[str, Any]]] = [
    (
        "h = tanh(W @ x + b)\np = softmax[0](h)\nloss = -sum(t * log(p))",
        "loss",
        _network,
        {
            "W": torch.linspace(-1, 1, 6, dtype=Q).reshape(3, 2),
            "b": torch.tensor([0.1, 0.2, 0.3], dtype=Q),
            "x": torch.tensor([1.0, -2.0], dtype=Q),
            "t": torch.tensor([0.0, 1.0, 0.0], dtype=Q),
        },
    ),
    (
        "u = x * y\nv = u + exp(u)\nw = v * u.detach() + x[0]\nz = norm(w)^2",
        "z",
        _shared,
        {"x": torch.tensor([0.5, 1.5], dtype=Q), "y": torch.tensor([2.0, -1.0], dtype=Q)},
    ),
    (
        "s = A - mean[0, keepdim](A)\nn = s / (std[0](s) + c)\nm = where(n > 0, n, 0.1 * n)\nz = sum(m^2)",
        "z",
        _broadcast,
        {"A": torch.tensor([[1.0, 5.0], [2.0, 3.0], [4.0, 4.0]], dtype=Q), "c": torch.tensor(0.1, dtype=Q)},
    ),
    (
        "G = A @ A.T + f64(eye(3))\ny = solve(G, b)\nz = sum(y) + logdet(G)",
        "z",
        _decomposed,
        {"A": torch.linspace(-1, 1, 6, dtype=Q).reshape(3, 2) ** 3, "b": torch.tensor([1.0, 2.0, 3.0], dtype=Q)},
    ),
]


@pytest.mark.parametrize(
    ("program", "result", "oracle", "leaves"), CASES, ids=[case[1] + str(len(case[0])) for case in CASES]
)
def test_gradients_at_every_name_are_those_that_autograd_retains(
    program: str, result: str, oracle: Callable[..., dict[str, Any]], leaves: dict[str, Any]
) -> None:
    with torch.enable_grad():
        held = {name: each.clone().requires_grad_() for name, each in leaves.items()}
        inner = oracle(**held)
        for each in inner.values():
            each.retain_grad()
        inner[result].backward()
    calculator = Calculator()
    for name, each in leaves.items():
        calculator.step("zeros(1);")
        calculator.session.bind(name, calculator.session.engine.type_of(each, None), each)
    found = by_name(drawn(program, result, calculator))
    assert set(found) == {*held, *inner}
    for name, each in {**held, **inner}.items():
        vertex = found[name]
        assert vertex.value is not None and vertex.gradient is not None
        torch.testing.assert_close(value_of(vertex.value), each.detach())
        torch.testing.assert_close(value_of(vertex.gradient), each.grad)
        assert vertex.is_leaf == (name in held)


def test_any_expression_and_one_that_is_no_scalar() -> None:
    drawing = drawn("x = [1., 2., 3.]", "x^2 * 3")
    assert drawing.of == "sum(x^2 * 3)"
    assert "gradient of the sum" in tree_text(drawing, UNICODE)
    assert value_of(by_name(drawing)["x"].gradient).tolist() == [6, 12, 18]  # type: ignore[arg-type]  # it has one
    assert drawn("x = [1., 2.]\ny = x * 2", "y").of == "sum(y)"
    assert "∂sum(y)" in tree("x = [1., 2.]\ny = x * 2", "y")


def test_where_detach_cuts_nothing_goes_through() -> None:
    drawing = drawn("x = 3.\nh = x^2", "h * detach(h)")
    cut = next(vertex for vertex in drawing.vertices if vertex.label == "detach")
    assert cut.remarks == ["cut"]
    assert value_of(by_name(drawing)["x"].gradient).item() == 54  # type: ignore[arg-type]  # 9 * 2 * 3
    assert by_name(drawing)["h"].uses == 2


def test_a_variable_that_was_cut_off_is_no_leaf() -> None:
    found = by_name(drawn("x = 3.\ny = detach(x)", "x * y"))
    assert found["x"].is_leaf and not found["y"].is_leaf
    assert value_of(found["x"].gradient).item() == 3  # type: ignore[arg-type]  # it has one


def test_leaves_are_the_marked_ones_where_some_are() -> None:
    found = by_name(drawn("w = tensor([1., 2.], requires_grad=True)\nx = [3., 4.]", "sum(w * x)"))
    assert found["w"].is_leaf and not found["x"].is_leaf
    assert found["x"].gradient is None


def test_a_variable_bound_anew_is_shown_as_it_was() -> None:
    drawing = drawn("x = 3.\ny = x^2\nx = 5.", "y")
    found = by_name(drawing)["x"]
    assert value_of(found.value).item() == 3 and value_of(found.gradient).item() == 6  # type: ignore[arg-type]
    assert "bound anew since" in found.remarks


def test_what_was_drawn_is_not_drawn_again_and_nothing_else_changes() -> None:
    calculator = Calculator()
    calculator.step("torch.manual_seed(1)\nx = [1., 2.]\nr = randn(2) * x\ny = sum(r)")
    before = calculator.step("r, y").values[0]
    for _ in range(2):
        found = by_name(drawn("", "y + sum(rand(2) * x)", calculator))
        torch.testing.assert_close(value_of(found["r"].value), before[0])  # type: ignore[arg-type]  # it has one
    assert (
        calculator.step("rand(1)").values[0].item()
        == Calculator().step("torch.manual_seed(1)\nrandn(2);\nrand(1)").values[0].item()
    )
    assert "y" in calculator.session.names() and len(calculator.session.names()) == 5


def test_functions_lets_loops_and_choices() -> None:
    program = "x = [1., 2.]\na = 3.\nf(t) = let u = t^2 in u * u + u"
    drawing = drawn(program, "sum(f(x))")
    assert by_name(drawing)["u"].uses == 3
    assert value_of(by_name(drawing)["u"].gradient).tolist() == [3, 9]  # type: ignore[arg-type]  # 2 u + 1
    text = tree(program, "iterate(s -> s * a, 1., 4) + (a if sum(x) > 1 else a^2) + sum(vmap(t -> t * a)(x))")
    for word in ("iterate(s -> s * a, 1., 4)", "a if sum(x) > 1 else a^2", "vmap(t -> t * a)"):
        assert word in text
    assert f" {4 * 27 + 1 + 3} " in text  # by a: 4 a^3, 1, sum(x)


def test_labels_are_what_a_person_would_write() -> None:
    program = "A = [[1., 2.], [3., 4.]]\nx = [1., 2.]"
    expressions = {
        "sum[0](A)": "sum[0]",
        "mean[1, keepdim](A)": "mean[1](keepdim=True)",
        "A.T": ".T",
        "x[1:]": "[1:]",
        "A[:, None, 0]": "[:, None, 0]",
        "x[[0, 1]]": "[_]",
        '"ij,j->i"(A, x)': '"ij,j->i"',
        "1 / x": "1 /",
        "x % 2": "% 2",
        "-x": "-",
        "clamp(x, 0, 1)": "clamp(min=0, max=1)",
        "norm(x, p=1)": "norm(p=1)",
        "A.reshape(4, 1)": "reshape(4, 1)",
        "softmax[-1](A)": "softmax[-1]",
        "[x, x]": "[_, _]",
        "f64(x)": "f64(_)",
        "transpose[0, 1](A)": "transpose[0, 1]",
        "max[1](A).values": ".values",
        "rearrange(A, 'a b -> b a')": 'rearrange("a b -> b a")',
    }
    calculator = Calculator()
    for expression, wanted in expressions.items():
        assert drawn(program, expression, calculator).roots[0].label == wanted, expression


def test_a_big_graph_is_cut_with_a_word() -> None:
    program = "x = [1., 2.]\ns = 0.\n" + "\n".join(f"s = s + x[0] * {number}" for number in range(40))
    drawing = drawn(program, "s")
    assert len(drawing.vertices) == 60
    text = tree_text(drawing, UNICODE)
    assert "further steps below these are not shown" in text and "…" in text
    assert value_of(by_name(drawing)["s"].gradient) is not None  # type: ignore[arg-type]  # it has one


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("argmax(x)", "it is not floating"),
        ("max[0](x)", "it is a tuple"),
        ("zeros(2) + 1", "it goes back to no leaf"),
        ("n + 1", "it is not floating"),
    ],
)
def test_where_there_is_no_gradient_it_says_why(expression: str, why: str) -> None:
    text = tree("x = [1., 2.]\nn = 3", expression)
    assert text.splitlines()[-1] == f"no gradient: {why}"
    assert "∂" not in text and "gradient of" not in text


def test_scalars_empty_tensors_and_labels() -> None:
    assert "empty" in tree("x = zeros(0)", "x * 2")
    assert "f32[time=3]" in tree("x: f32[time=3] = [1, 2, 3]", "sum(exp(x))")
    assert "1 NaN" in tree("x = rand(50)\nx[0] = nan", "x * 2")
    assert "3 of 8" in tree("x = arange(8)", "x < 3")


def test_ascii_where_asked_and_colours_by_the_palette() -> None:
    text = tree("a = 2.; b = 3.\nz = a * b - b", "z", PLAIN)
    assert text.isascii()
    assert "|- *" in text and "`- b" in text and "(above)" in text and "dz" in text
    coloured = tree("a = 2.; b = 3.\nz = a * b", "z", Style(colour=True, unicode=True))
    assert "\x1b[1ma\x1b[0m" in coloured
    assert "".join(part.split("m", 1)[-1] for part in coloured.split("\x1b[")) == tree("a = 2.; b = 3.\nz = a * b", "z")


def test_no_line_is_wider_than_the_terminal_for_the_sake_of_numbers() -> None:
    program, expression = "x = [1.2345, 2.3456, 3.4567, 4.5678]", "norm(sin(x) * exp(x) + 1)"
    assert max(map(len, tree(program, expression, width=120).splitlines())) > 80
    assert max(map(len, tree(program, expression, width=80).splitlines())) <= 80


def test_where_columns_do_not_fit_what_is_known_of_a_step_stands_below_it() -> None:
    program = "a = tensor([1., 2., 3., 4.], requires_grad=True)\nb = a * 100"
    assert tree(program, "b / (b - 0.5)", width=30).splitlines() == [
        "/",
        "│  f32[4]  ≈ 1.0  ∂ all 1.0",
        "├─ b = * 100",
        "│  │  f32[4]",
        "│  │  100 … 400",
        "│  │  ∂ −5.1e−5 … −3.1e−6",
        "│  │  used twice",
        "│  └─ a",
        "│        f32[4]",
        "│        1.0 … 4.0",
        "│        ∂ −0.0051 … −3.1e−4",
        "│        leaf",
        "└─ - 0.5",
        "   │  f32[4]",
        "   │  100 … 400",
        "   │  ∂ −0.010 … −0.0025",
        "   └─ b ↑",
        "∂ is the gradient of the sum",
    ]
    assert tree("x = 3.\nlonger_than_it = x * x", "longer_than_it", width=30).splitlines() == [
        "longer_than_it = *",
        "│  9  ∂ 1",
        "├─ x",
        "│     3  ∂ 6  leaf, used twice",
        "└─ x ↑",
        "∂ is the gradient of",
        "longer_than_it",
    ]


@pytest.mark.parametrize("width", [28, 32, 40, 60])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    program = (
        "manual_seed(0); A = randn(40, 3, requires_grad=True); B = (A * 1.).detach() @ randn(3, 5); y = exp(A.T @ B)"
    )
    expression = "softmax(y @ randn(5, 7), 1).sum(0) + norm(randn(7)) * (A * A).sum()"
    lines = tree(program, expression, width=width).splitlines()
    assert max(map(cells, lines)) <= width
    assert sum(line.count("f32[") for line in lines) >= 8


@pytest.mark.parametrize(
    ("command", "code", "says"),
    [
        (":graph", "type", ":graph needs an expression"),
        (":graph y", "name", "there is no y"),
        (":graph x = 3", "type", "no expression"),
        (":graph f32", "type", "only tensors are computed"),
        (":graph x @ ones(3)", "shape", "x's"),
        (":graph x --svg", "type", "--svg needs the name of a file"),
        (":graph x --svg /no/such/folder/x.svg", "io", "there is no folder"),
    ],
)
def test_mistakes(command: str, code: str, says: str) -> None:
    calculator = Calculator()
    calculator.step("x = [1., 2.]")
    with torch_left_alone(), pytest.raises(TcalcError) as caught:
        run_command(calculator.session, Source(command))
    assert caught.value.code == code and says in caught.value.message


def test_the_picture_is_xml_that_says_the_same(tmp_path: Path) -> None:
    calculator = Calculator()
    calculator.step('x = [1., 2.]\ny = x * 3\nz = sum(y[y < 4]) + "i,i->"(x, x)')
    with torch_left_alone():
        calculator.session.engine.enter_thread()
        (said,) = run_command(calculator.session, Source(f":graph z --svg {tmp_path}/z.svg"))
    assert said == f"saved to {tmp_path}/z.svg"
    root = ElementTree.fromstring((tmp_path / "z.svg").read_text(encoding="utf-8"))
    assert root.tag == f"{SVG}svg"
    texts = [each.text for each in root.iter(f"{SVG}text")]
    for text in ("z = +", "y = * 3", "< 4", '"i,i->"', "x", "[1, 2]", "leaf", "∂ [5, 4]"):
        assert text in texts, (text, texts)
    vertices = by_name(drawn("", "z", calculator))
    assert value_of(vertices["x"].gradient).tolist() == [5, 4]  # type: ignore[arg-type]  # it has one
    boxes = [each for each in root.iter(f"{SVG}rect") if "rx" in each.attrib]
    wide, high = float(root.attrib["width"]), float(root.attrib["height"])
    for box in boxes:
        assert float(box.attrib["x"]) >= 0 and float(box.attrib["x"]) + float(box.attrib["width"]) <= wide
        assert float(box.attrib["y"]) >= 0 and float(box.attrib["y"]) + float(box.attrib["height"]) <= high


def test_text_of_the_programs_is_harmless_in_both() -> None:
    calculator = Calculator()
    calculator.step("x = [[1., 2.]]")
    drawing = drawn("", "rearrange(x, 'a b -> b a')", calculator)
    drawing.asked = drawing.roots[0].label = '<b>"&\x1b[31m\u202e\ud800\ufffe'
    root = ElementTree.fromstring(svg_text(drawing))
    assert any("<b>" in (each.text or "") for each in root.iter(f"{SVG}text"))
    for text in (tree_text(drawing, UNICODE), svg_text(drawing), dot_text(drawing)):
        assert not {"\x1b", "\u202e", "\ud800"} & set(text)
    assert '\\"' in dot_text(drawing)


def test_graphviz_language_names_every_box_and_line() -> None:
    text = dot_text(drawn("a = 2.; b = 3.\nz = a * detach(a) + b", "z"))
    assert text.startswith("digraph {") and text.count(" -> ") == 5 and text.count("fillcolor") == 5
    assert "style=dashed" in text and '"a\\lf32\\l2\\l∂ 2\\lleaf\\l"' in text


def test_safe_writes_no_picture(tmp_path: Path) -> None:
    calculator = Calculator(safe=True)
    calculator.step("x = 2.")
    with torch_left_alone(), pytest.raises(TcalcError, match="--safe forbids"):
        run_command(calculator.session, Source(f":graph x --svg {tmp_path}/x.svg"))
    assert list(tmp_path.iterdir()) == []
