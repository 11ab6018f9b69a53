"""Checking a long program leaves nothing behind for the garbage collector, and tells less where much is wrong."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from tcalc.check.checker import Checker
from tcalc.checking import MOST_REPAIRED
from tcalc.outcomes import Failed
from tcalc.session import Session
from tcalc.source import Source

LINES = {
    "products": "a{} = ones({}, 4) @ ones(4, 3) + 1",
    "definitions": "f{}(x: [n, m], y: [m]): [n] = x @ y + {}",
    "shape errors": "b{} = ones({}, 4) @ ones(3, 2)",
    "unknown names": "c{} = lenght + {}",
    "holes": "h{}: f32[{}, 3] = ones({}, 4) @ ?",
}


def program(line: str, count: int) -> Source:
    return Source("".join(f"{line.format(i, i + 1, i + 1)}\n" for i in range(count)))


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_no_rings(line: str) -> None:
    """Errors that hold their own frames would wait for the collector, which then costs a third of the time."""
    session = Session()
    session.check(program(line, 3))
    gc.collect()
    gc.disable()
    try:
        session.check(program(line, 40))
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_many_holes_are_told_briefly() -> None:
    _, outcomes = Session().check(program(LINES["holes"], MOST_REPAIRED + 5))
    said = [each.error.message for each in outcomes if isinstance(each, Failed)]
    assert said == ["? must be f32[4, 3]"] * MOST_REPAIRED + ["? must be filled in"] * 5


def test_a_hole_in_a_statement_of_many_calls_is_soon_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A statement of thousands of calls is not checked with hundreds of things in the place of its hole."""
    session = Session()
    for line in ("a(x) = x + 1", "b(x) = a(a(a(a(a(x)))))", "c(x) = b(b(b(b(b(x)))))", "d(x) = c(c(c(c(c(x)))))"):
        assert not any(isinstance(each, Failed) for each in session.run(Source(line)))
    made: list[Checker] = []
    begin = Checker.__init__

    def counted(self: Checker, *arguments: Any) -> None:
        made.append(self)
        begin(self, *arguments)

    monkeypatch.setattr(Checker, "__init__", counted)
    (failed,) = session.run(Source("d(d(d(d(d(d(d(d(d(d(?))))))))))"))
    assert isinstance(failed, Failed) and failed.error.message == "? must be filled in"
    assert len(made) < 40
