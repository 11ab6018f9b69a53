"""Checking a long program leaves nothing behind for the garbage collector, and tells less where much is wrong."""

from __future__ import annotations

import gc

import pytest

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
