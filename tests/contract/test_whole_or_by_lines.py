"""Generated programs: checked whole they have the errors that running them line by line has, and the same types."""

from __future__ import annotations

from driver import Calculator, check, run, step
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ATOMS = [
    "ones(2, 3)",
    "ones(3)",
    "zeros(3, 2)",
    "arange(6.).reshape(2, 3)",
    "[1, 2, 3]",
    "[[1., 2.], [3., 4.]]",
    "eye(3)",
    "2",
    "2.5",
    "True",
    "(1, [2.5])",
    "ones(0, 3)",
]
SHAPED = [
    "{a} + {b}",
    "{a} @ {b}",
    "{a} * {b}",
    "sum[0]({a})",
    "sum[-1, keepdim]({a})",
    "{a}.T",
    "{a}[0]",
    "{a}[:, None]",
    "{a}[..., 1:]",
    "cat([{a}, {b}])",
    "[{a}, {b}]",
    "{a}.reshape(3, 2)",
    "{a}.reshape(-1)",
    "zeros(len({a}), {a}.shape[-1])",
    "{a}.shape",
    "max[0]({a})",
    "softmax[-1]({a})",
    '"ij,j->i"({a}, {b})',
    "vmap(r -> sum(r))({a})",
    "fold((s, x) -> s + x, 0., {a})",
    "{a} if {a}.ndim > 1 else {b}",
    "let t = {a} in t - {b}",
    "({a}, {b})",
    "f({a}, {b})",
    "g({a})",
    "-{a} ^ 2",
    "{a} == {b}",
    "where({a} > 1, {a}, {b})",
    "{a} |> sum[0]",
    "inv({a})",
    "{a}.sum().item()",
]
NAMES = "abcd"


@st.composite
def programs(draw: st.DrawFn) -> list[str]:
    lines = ["a = ones(2, 3)", "b = ones(3)"]
    if draw(st.booleans()):
        lines.append("f(x, y=2) = x + y")
    if draw(st.booleans()):
        lines.append("g(x: [n, m]): [m] = sum[0](x)")
    for _ in range(draw(st.integers(1, 7))):
        term = st.sampled_from(NAMES) | st.sampled_from(ATOMS)
        expression = draw(st.sampled_from(SHAPED)).format(a=draw(term), b=draw(term))
        target = draw(st.sampled_from(NAMES))
        form = draw(
            st.sampled_from(["{t} = {e}", "{t} = {e}", "{e}", "{t}: [p, q] = {e}", "{t} += {e}", "{t}[0] = {e}"])
        )
        lines.append(form.format(t=target, e=expression))
    return lines


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(programs())
def test_checked_whole_and_line_by_line(lines: list[str]) -> None:
    program = "\n".join(lines)
    checked, stepped = check(program), step(program)
    assert "internal" not in checked.codes + stepped.codes, program + "\n" + stepped.said
    early = [error for error in stepped.errors if error.code not in ("value", "memory", "io")]
    if checked.errors:
        assert stepped.errors, program + "\n" + checked.said
        first = stepped.errors[0]
        if first.code != "value":
            assert checked.errors[0].message == first.message, program + "\n" + checked.said + "\n---\n" + stepped.said
    else:
        assert not early, program + "\n" + stepped.said
    ran = run(program)
    if not checked.errors and not stepped.errors:
        assert ran.types == stepped.types and ran.texts == stepped.texts, program
        assert ran.notes == checked.notes == stepped.notes, program


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(programs())
def test_types_before_running_are_those_after(lines: list[str]) -> None:
    calculator = Calculator()
    for line in lines:
        told = None
        if "=" not in line.replace("==", "").replace("y=2", ""):
            checked = calculator.check(line)
            told = None if checked.errors else calculator.type_of(line)
        ran = calculator.step(line)
        if told is not None and not ran.errors:
            assert "?" not in told and ran.types == [told], "\n".join(lines) + "\n" + line
