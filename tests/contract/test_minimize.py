"""`minimize`: where it ends, by torch's own optimizers; what it tells of; what stops it; what it leaves alone."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest
import torch

from tcalc.evaluator import Evaluator, Interrupted
from tcalc.interrupt import Ticket
from tcalc.outcomes import Noted
from tcalc.show.jsonlines import note_json
from tcalc.source import Source
from tests.contract.driver import Calculator, assert_fails, assert_gives, run, step, tcalc

W = "A = [[1., 0.], [0.5, 2.]]\nw = [0., 0.]\n"
LOSS = "sum((A @ w - [3., 4.])^4) + 0.1 * norm(w)^2"


def by_torch(make: Any, steps: int) -> torch.Tensor:
    """The same loss by an optimizer of torch's, as many steps."""
    matrix, w = torch.tensor([[1.0, 0.0], [0.5, 2.0]]), torch.zeros(2, requires_grad=True)
    optimizer = make([w])
    with torch.enable_grad():
        for _ in range(steps):
            optimizer.zero_grad()
            (((matrix @ w - torch.tensor([3.0, 4.0])) ** 4).sum() + 0.1 * w.norm() ** 2).backward()
            optimizer.step()
    return w.detach()


@pytest.mark.parametrize(
    ("options", "make"),
    [
        ('method="adam"', lambda at: torch.optim.Adam(at, lr=0.05)),
        ('method="Adam", lr=0.3, betas=(0.5, 0.9)', lambda at: torch.optim.Adam(at, lr=0.3, betas=(0.5, 0.9))),
        ('method="adam", eps=0.1, weight_decay=1', lambda at: torch.optim.Adam(at, lr=0.05, eps=0.1, weight_decay=1)),
        ('method="sgd", lr=0.001', lambda at: torch.optim.SGD(at, lr=0.001)),
        (
            'method="SGD", lr=0.001, momentum=0.5, nesterov=True',
            lambda at: torch.optim.SGD(at, lr=0.001, momentum=0.5, nesterov=True),
        ),
    ],
)
def test_steps_are_those_of_torchs_optimizers(options: str, make: Any) -> None:
    ran = run(W + f"minimize[w]({LOSS}, steps=7, {options})\nw")
    torch.testing.assert_close(ran.values[0], by_torch(make, 7))
    assert ran.values[1].tolist() == [0, 0]
    assert "minimize stopped after 7 steps of" in ran.notes[0]


def test_lbfgs_is_the_default_and_ends_where_the_gradient_is_zero() -> None:
    """Rosenbrock's valley, whose lowest point is (1, 1)."""
    program = "p: f64[xy=2] = [-1.2, 1]\nminimize[p]((1 - p[0])^2 + 100 * (p[1] - p[0]^2)^2)"
    assert_gives(program, "f64[xy=2]", torch.ones(2, dtype=torch.float64))
    assert "steps of lbfgs: loss" in run(program).notes[0]


@pytest.mark.parametrize(
    ("program", "type", "want"),
    [
        ("a = 1.\nb = [2., 3.]\nminimize[a, b]((a - 5)^2 + sum((b - a)^2))", "(f32, f32[2])", (5, [5, 5])),
        ("f(c) = let w = 0. in minimize[w]((w - c)^2)\nf(3.)", "f32", 3),
        ("f(x: [n], y: [n]) = let k = 0. in minimize[k](sum((k * x - y)^2))\nf([1., 2.], [3., 6.])", "f32", 3),
        ("w = 0.\nvmap(t -> minimize[w]((w - t)^2))([1., 2.])", "f32[2]", [1, 2]),
        ("w = 0.\niterate(s -> minimize[w]((w - s)^2) + 1, 0., 3)", "f32", 3),
        ("w = zeros(0)\nminimize[w](sum(w^2))", "f32[0]", []),
        ("w: f32[feat=2] = [5, 6]\nminimize[w](sum((w - [1, 2])^2))", "f32[feat=2]", [1, 2]),
        ("w = 2.\ny = (w - 1)^2\nminimize[w](y)", "f32", 1),
        ("w = 1.\nx = 2.\nminimize[w](x^2)", "f32", 1),
    ],
)
def test_where_it_ends(program: str, type: str, want: Any) -> None:
    ran = run(program)
    assert not ran.errors, ran.said
    (result,) = ran.results
    assert result.type == type
    for got, each in zip(*((result.value, want) if isinstance(want, tuple) else ([result.value], [want])), strict=True):
        torch.testing.assert_close(got, torch.tensor(each, dtype=got.dtype), atol=2e-3, rtol=0)


def test_it_is_the_same_every_time() -> None:
    program = W + f"minimize[w]({LOSS})"
    assert run(program).texts == run(program).texts == step(program).texts


@pytest.mark.parametrize(
    ("call", "code", "says"),
    [
        ("minimize[x](sqrt(x - 1))", "value", "the loss is nan after 1 step"),
        ("minimize[x](log(x - 2))", "value", "the loss is nan at the start"),
        ("minimize[x](-x)", "value", "the loss has no minimum: it is -inf after 1 step"),
        ('minimize[x](x^4, method="sgd", lr=10)', "value", "the loss is inf after"),
        ('minimize[x](log(x), method="sgd", lr=0.3)', "value", "the loss is nan after 3 steps"),
        ("minimize[n](n^2)", "dtype", "n = float(n)"),
        ("minimize[x](x^2, momentum=0.5)", "type", 'momentum is an option of "sgd", not of "lbfgs"'),
        ('minimize[x](x^2, method="adam", betas=2)', "value", "betas are two numbers"),
        ('minimize[x](x^2, method="sgd", nesterov=True)', "value", "nesterov needs a momentum"),
        ("minimize[x](x^2, tol=1)", "type", "minimize has no option tol"),
        ("minimize[x](x * (1 + rand(1)[0]))", "value", "the loss"),
    ],
)
def test_what_stops_it(call: str, code: str, says: str) -> None:
    assert_fails("x = 1.\nn = 3\n" + call, code, says)


def test_a_note_says_how_it_went_and_json_has_it_as_keys() -> None:
    calculator = Calculator()
    calculator.step("w = [0., 0.]")
    outcomes = list(calculator.session.run(Source("minimize[w](norm(w - [3., 4.])^2)")))
    (note,) = [each.note for each in outcomes if isinstance(each, Noted)]
    facts = json.loads(note_json(note))["note"]
    assert facts["method"] == "lbfgs" and facts["converged"] is True
    assert facts["loss"] < 1e-8 and facts["gradient_norm"] < 1e-4 and 0 < facts["steps"] < 20
    assert f"minimize took {facts['steps']} step" in note.message
    assert run("w = 1.\nminimize[w](w^2);").notes == []
    assert run("w = 1.\nminimize[w](w^2)", notes=False).notes == []
    assert "; the last of 2" in run("w = 1.\nvmap(t -> minimize[w]((w - t)^2))([1., 2.])").notes[0]


def test_a_script_has_the_value_on_one_stream_and_the_note_on_the_other() -> None:
    done = tcalc("-e", "w = [0., 0.]", "-e", "minimize[w](sum((w - 2)^2))")
    assert done.stdout == "[2.0, 2.0]\n"
    assert done.stderr.startswith("note: minimize took ") and done.returncode == 0


def test_ctrl_c_ends_it_and_leaves_the_variables() -> None:
    calculator = Calculator()
    calculator.step("w = [5., 5.]")
    session = calculator.session

    class Impatient:
        """Presses Ctrl-C as soon as steps are being taken."""

        def __init__(self) -> None:
            self.kind = ""

        def look(self, ticket: Ticket) -> None:
            """See `evaluator.Watcher`."""
            if ticket.turns is not None and ticket.turns.done:
                self.kind = ticket.turns.kind
                raise KeyboardInterrupt

        def clear(self) -> None:
            """See `evaluator.Watcher`."""

    impatient = Impatient()
    text = 'v = minimize[w](sum(cos(w)), steps=10^9, method="sgd", lr=1e-9)'
    with pytest.raises((KeyboardInterrupt, Interrupted)):
        list(Evaluator(session, impatient).stream(lambda ticket: session.run(Source(text), ticket)))
    assert impatient.kind == "minimize"
    deadline = time.monotonic() + 10
    while session.allowance.left_behind and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not session.allowance.left_behind, threading.enumerate()
    assert session.names() == ["w"]
    assert calculator.step("w").values[0].tolist() == [5, 5]
