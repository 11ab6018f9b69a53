"""torch's functions that have no row: found by every name they go by, typed by torch, in a program like any other."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tcalc.commands import run_command
from tcalc.source import Source
from tests.contract.driver import Calculator, assert_fails, assert_gives, check, rows, run, step, tcalc, value

X = torch.tensor([0.5, 1.5])
A = torch.tensor([[2.0, 1.0], [1.0, 3.0]])


def code(calculator: Calculator, text: str) -> str:
    """The code of a statement, as `:code` shows it."""
    (answer,) = run_command(calculator.session, Source(f":code {text}"))
    assert isinstance(answer, str)
    return answer.splitlines()[-1]


def numbers(text: str) -> list[float]:
    """The numbers of a printed vector."""
    return [float(each) for each in text.strip().strip("[]").split(",")]


# Names


@pytest.mark.parametrize(
    "call",
    ["torch.special.bessel_j0(x)", "special.bessel_j0(x)", "bessel_j0(x)", "x |> special.bessel_j0", "x |> bessel_j0",
     "let f = torch.special.bessel_j0 in f(x)", "torch.special.bessel_j0(input=x)"],
)  # fmt: skip
def test_every_spelling_means_it(call: str) -> None:
    assert_gives(f"x = [0.5, 1.5]\n{call}", "f32[2]", torch.special.bessel_j0(X))


def test_a_method_is_called_on_its_tensor() -> None:
    assert_gives("[[1., 2.]].fliplr()", "f32[1, 2]", torch.tensor([[2.0, 1.0]]))
    assert_gives("[1., 2.].dist([4., 6.])", "f32", torch.tensor(5.0))
    assert_gives("[1., 2.].expand_as(zeros(3, 2))", "f32[3, 2]", torch.tensor([[1.0, 2.0]] * 3))
    assert_gives("torch.Tensor.view_as([1, 2, 3, 4], zeros(2, 2))", "i64[2, 2]", torch.tensor([[1, 2], [3, 4]]))


def test_what_the_program_binds_comes_first() -> None:
    assert_gives("bessel_j0(x) = 2 * x\nbessel_j0(4)", "i64", torch.tensor(8))
    assert_gives("bessel_j0 = 3\ntorch.special.bessel_j0(0.)", "f32", torch.tensor(1.0))


def test_a_prefix_means_that_module_of_torch_alone() -> None:
    assert_fails("torch.bessel_j0(1)", "name", "there is no torch.bessel_j0")
    assert_fails("F.bessel_j0(1)", "name", "there is no F.bessel_j0")


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("besel_j0(1)", "bessel_j0"),
        ("special.besel_j0(1)", "special.bessel_j0"),
        ("torch.linalg.ldl_factr(1)", "torch.linalg.ldl_factor"),
        ("[1.].flipllr()", "fliplr"),
    ],
)
def test_a_wrong_name_meets_those_near_it(text: str, near: str) -> None:
    assert_fails(text, "name", f"did you mean {near}")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("torch.compile(1)", "compiled as it is"),
        ("torch.set_default_dtype(f64)", "--dtype"),
        ("torch.set_num_threads(2)", "--threads"),
        ("torch.get_rng_state()", "torch.manual_seed(n)"),
        ("torch.as_strided([1.], (2,), (1,))", "in memory"),
        ("[1.].abs_()", "values never change"),
    ],
)
def test_what_is_no_function_of_tensors_is_refused_with_a_reason(text: str, why: str) -> None:
    assert_fails(text, "name", why)


# Types and values


@pytest.mark.parametrize(
    ("program", "type", "want"),
    rows(
        ("special.i1([1, 2])", "f32[2]", torch.special.i1(torch.tensor([1, 2]))),
        ("special.i1(f64([1, 2]))", "f64[2]", torch.special.i1(torch.tensor([1.0, 2.0]).double())),
        ("special.zeta([2., 3.], 1)", "f32[2]", torch.special.zeta(torch.tensor([2.0, 3.0]), 1)),
        ("special.bessel_j1(1.)", "f32", torch.special.bessel_j1(torch.tensor(1.0))),
        ("special.entr(zeros(0, 3))", "f32[0, 3]", torch.zeros(0, 3)),
        ("rot90([[1, 2], [3, 4]])", "i64[2, 2]", torch.tensor([[2, 4], [1, 3]])),
        ("rot90([[1, 2], [3, 4]], 2, dims=[0, 1])", "i64[2, 2]", torch.tensor([[4, 3], [2, 1]])),
        ("isin([1, 2, 3], [3, 1])", "bool[3]", torch.tensor([True, False, True])),
        ("fft.rfft2(ones(2, 2))", "c64[2, 2]", torch.fft.rfft2(torch.ones(2, 2))),
        ("view_as_real([1 + 2j])", "f32[1, 2]", torch.tensor([[1.0, 2.0]])),
        ("polygamma(1, [1., 2.])", "f32[2]", torch.polygamma(1, torch.tensor([1.0, 2.0]))),
        ("polygamma(n=1, input=[1., 2.])", "f32[2]", torch.polygamma(1, torch.tensor([1.0, 2.0]))),
        ("index_copy(zeros(3), 0, [2], [7.])", "f32[3]", torch.tensor([0.0, 0.0, 7.0])),
        ("F.pixel_shuffle(ones(1, 4, 1, 1), 2)", "f32[1, 1, 2, 2]", torch.ones(1, 1, 2, 2)),
        ("F.glu([1., 2., 3., 4.])", "f32[2]", torch.nn.functional.glu(torch.tensor([1.0, 2, 3, 4]))),
        ("glu[0](ones(2, 3))", "f32[1, 3]", torch.nn.functional.glu(torch.ones(2, 3), 0)),
        ("broadcast_tensors([1, 2], 3)", "(i64[2], i64[2])", (torch.tensor([1, 2]), torch.tensor([3, 3]))),
        ("row_stack([[1, 2], [3, 4]])", "i64[2, 2]", torch.tensor([[1, 2], [3, 4]])),
        ("repeat_interleave([1, 2], [2, 1])", "i64[3]", torch.tensor([1, 1, 2])),
    ),
)
def test_types_and_values_are_torchs(program: str, type: str, want: object) -> None:
    assert_gives(program, type, want)


def test_several_results_have_torchs_names() -> None:
    ran = run("p = linalg.ldl_factor([[2., 1.], [1., 3.]])\np.pivots\np.LD\np")
    wanted = torch.linalg.ldl_factor(A)
    assert not ran.errors, ran.said
    assert torch.equal(ran.values[0], wanted.pivots) and torch.equal(ran.values[1], wanted.LD)
    assert tuple(ran.results[2].names) == ("LD", "pivots")
    assert ran.types == ["i32[2]", "f32[2, 2]", "(f32[2, 2], i32[2])"]


def test_several_results_are_taken_apart() -> None:
    program = "LD, pivots = linalg.ldl_factor([[2., 1.], [1., 3.]])\nlinalg.ldl_solve(LD, pivots, [[1.], [2.]])"
    assert_gives(program, "f32[2, 1]", torch.linalg.solve(A, torch.tensor([[1.0], [2.0]])))


def test_labels_are_dropped() -> None:
    ran = run("x: f32[batch=2] = [0.5, 1.5]\nspecial.i1(x)\nspecial.i1(x) + x")
    assert ran.types == ["f32[2]", "f32[batch=2]"]


def test_a_label_names_an_axis_in_brackets() -> None:
    areas = torch.tensor([[1.0, 2.0, 3.0]] * 2)
    assert_gives("x: f32[row=2, col=4] = ones(2, 4)\ncumulative_trapezoid[col](x)", "f32[2, 3]", areas)


def test_a_static_number_is_a_size_and_an_option() -> None:
    assert_gives("n = 2\nrepeat_interleave([1, 2], n)", "i64[4]", torch.tensor([1, 1, 2, 2]))
    assert_gives("n = 2\nrot90([[1, 2]], n - 1)", "i64[2, 1]", torch.tensor([[2], [1]]))
    assert_gives("kaiser_window(len([1, 2, 3]))", "f32[3]", torch.kaiser_window(3))
    assert_gives("kaiser_window(3)", "f64[3]", torch.kaiser_window(3, dtype=torch.float64), dtype="f64")
    assert_gives("kaiser_window(3, dtype=f64)", "f64[3]", torch.kaiser_window(3, dtype=torch.float64))


# In functions, loops and choices


def test_inside_of_functions() -> None:
    assert_gives("f(x) = special.i1(x) * 2\nf([0.5, 1.5])", "f32[2]", torch.special.i1(X) * 2)
    assert_gives("f(x: [n]): [n] = special.i1(x) * 2\nf([0.5, 1.5])", "f32[2]", torch.special.i1(X) * 2)


def test_inside_of_loops() -> None:
    assert_gives("vmap(x -> special.i1(x) + 1)([0.5, 1.5])", "f32[2]", torch.special.i1(X) + 1)
    assert_gives("vmap(m -> linalg.inv_ex(m)[0])(ones(3, 1, 1) * 2)", "f32[3, 1, 1]", torch.full((3, 1, 1), 0.5))
    assert_gives("fold((s, x) -> s + special.i1(x), 0., [0.5, 1.5])", "f32", torch.special.i1(X).sum())
    assert_gives("iterate(x -> special.i1(x), 1.5, 2)", "f32", torch.special.i1(torch.special.i1(X))[1])
    want = torch.special.i1(X)
    assert_gives("scan((s, x) -> (s + special.i1(x), s), 0., [0.5, 1.5])[0]", "f32", want.sum())


def test_inside_of_a_choice() -> None:
    assert_gives("c = sum(rand(2)) < 9\nspecial.i1([0.5, 1.5]) if c else zeros(2)", "f32[2]", torch.special.i1(X))


def test_where_only_data_tell_the_shape_the_rest_is_checked_with_it() -> None:
    assert_gives("argwhere([0, 1, 1]) + [[10], [20]]", "i64[2, 1]", torch.tensor([[11], [22]]))
    assert_fails("argwhere([0, 1, 1]) + zeros(3, 1)", "shape", "2", "3")
    assert_fails("vmap(x -> argwhere(x))([[0, 1]])", "type", "only computing torch.argwhere tells its type", "loop")


def test_random_numbers_are_drawn_each_time_and_put_back_after_an_error() -> None:
    torch.manual_seed(3)
    one, two = [torch.nn.functional.gumbel_softmax(torch.tensor([1.0, 2.0])) for _ in range(2)]
    assert_gives("torch.manual_seed(3)\nF.gumbel_softmax([1., 2.]) + F.gumbel_softmax([1., 2.])", None, one + two)
    ran = step(
        "torch.manual_seed(3)\n"
        "F.gumbel_softmax([1., 2.])\n"
        "F.gumbel_softmax([1., 2.]) @ ones(3)\n"
        "x = poisson([1., 2.]) + cholesky([[0., 1.], [1., 0.]])\n"
        "F.gumbel_softmax([1., 2.])"
    )
    assert ran.codes == ["shape", "value"]
    torch.testing.assert_close(ran.values, [one, two])


def test_equal_calls_are_computed_once() -> None:
    calculator = Calculator()
    calculator.run("x = [0.5, 1.5]")
    _, graph = calculator.session.compiled(Source("special.i1(x) * special.i1(x)"))
    assert [node.row.name for node in graph.nodes if hasattr(node, "row")] == ["i1", "mul"]


def test_its_memory_is_predicted_from_what_torch_says_of_its_size() -> None:
    assert_fails("repeat_interleave(ones(10^6), 10^6)", "memory", "this needs 3.6")


# Errors


@pytest.mark.parametrize(
    ("program", "code", "says"),
    rows(
        ("linalg.ldl_factor([1., 2.])", "type", "torch.linalg.ldl_factor does not take f32[2]"),
        ("F.prelu([1., 2.], [1., 2., 3.])", "type", "does not take f32[2] and f32[3]"),
        ("special.bessel_j0()", "type", "bessel_j0 takes 1 argument, and 0 are given"),
        ("special.bessel_j0(1, 2)", "type", "bessel_j0 takes 1 argument, and 2 are given"),
        ("special.bessel_j0(x=1, y=2)", "type", "bessel_j0 has no option"),
        ("special.bessel_j0([1.], out=3)", "type", "no option out: values never change"),
        ('special.bessel_j0("a")', "type", "is text, not a tensor"),
        ("special.bessel_j0(None)", "type", "not a tensor"),
        ("special.bessel_j0((1, 2))", "type", "is a tuple"),
        ("special.bessel_j0(sin)", "type", "is a function, not a tensor"),
        ("rot90([[1, 2]], 1.5)", "type", "k must be an integer, and 1.5 is f32"),
        ("cumulative_trapezoid[7](ones(4))", "type", "Dimension out of range"),
        ('F.soft_margin_loss([1.], [1.], reduction="nonsense")', "type", "nonsense is not a valid value for reduction"),
        ("special.bessel_j0(nosuch)", "name", "there is no nosuch"),
    ),
)
def test_wrong_arguments_are_errors_before_anything_runs(program: str, code: str, says: str) -> None:
    assert_fails(program, code, says)


def test_torchs_words_stand_below_the_sentence() -> None:
    said = run("linalg.ldl_factor([1., 2.])").said
    assert said.index("does not take f32[2]") < said.index("torch says: ")


def test_a_kernel_that_fails_is_a_value_error() -> None:
    assert_fails("cholesky([[0., 1.], [1., 0.]])", "value", "not positive")


# Doors


def test_a_check_leaves_the_type_open_and_finds_what_it_can() -> None:
    assert not check("x = special.i1([1., 2.])\ny = x @ x\nz: f32[7] = x\nlinalg.ldl_factor([1.])").errors
    assert check("special.i1(1, 2)").codes == ["type"]
    assert check("special.i1(nosuch)\nspecial.nosuch(1)").codes == ["name", "name"]
    assert run("z: f32[7] = special.i1([1., 2.])").codes == ["shape"]


def test_a_type_that_is_asked_for_is_told() -> None:
    assert Calculator().type_of("special.i1([1., 2.])") == "f32[2]"
    assert Calculator().type_of("argwhere([1, 0])") == "?"


def test_the_code_is_a_call_of_torchs() -> None:
    calculator = Calculator()
    calculator.run("x = [0.5, 1.5]")
    assert code(calculator, "special.bessel_j0(x)") == "torch.special.bessel_j0(x)"
    assert code(calculator, "index_copy(x, 0, [1], [2.])") == (
        "torch.index_copy(x, index=torch.tensor([1]), source=torch.tensor([2.0]), dim=0)"
    )
    assert code(calculator, "x.masked_scatter([True, False], [3.])") == (
        "torch.Tensor.masked_scatter(x, torch.tensor([True, False]), torch.tensor([3.0]))"
    )


def test_the_command_line(tmp_path: Path) -> None:
    text = "special.bessel_j0([1., 2.])\n"
    script = tmp_path / "bessel.tc"
    script.write_text(text)
    wanted = torch.special.bessel_j0(torch.tensor([1.0, 2.0])).tolist()
    assert tcalc("--check", str(script)).returncode == 0
    for done in (tcalc("-e", text.strip()), tcalc(stdin=text), tcalc(str(script))):
        assert (done.returncode, done.stderr) == (0, "")
        assert numbers(done.stdout) == pytest.approx(wanted, abs=1e-6)


def test_it_reads_back_what_it_shows_as_code() -> None:
    program = "torch.Tensor.expand_as([1., 2.], torch.zeros(3, 2))"
    assert torch.equal(value(program), torch.tensor([[1.0, 2.0]] * 3))
