"""What Tab offers before the cursor."""

from __future__ import annotations

import pytest

from tcalc.commands import COMMANDS
from tcalc.repl.completion import candidates
from tcalc.session import Session
from tcalc.source import Source


def offered(session: Session, before: str) -> list[str]:
    return [each.text for each in candidates(session, before)]


@pytest.mark.parametrize(
    ("before", "some", "length"),
    [
        ("soft", ["softmax", "softplus"], 4),
        ("1 + relu(x) @ matm", ["matmul"], 4),
        ("linalg.no", ["norm"], 2),
        ("torch.nn.functional.rel", ["relu"], 3),
        ("torch.lin", ["linalg"], 3),
        ("A.sha", ["shape"], 3),
        ("A.su", ["sum"], 2),
        ("[f3", ["f32"], 2),
        ("l", ["let", "log"], 1),
        (":t", ["type"], 1),
        (":help matm", ["matmul"], 4),
        (":help co", ["code", "cos"], 2),
        (":del ", ["A", "f", "n", "x"], 0),
        (":type A @ o", ["ones"], 1),
    ],
)
def test_offers(session: Session, before: str, some: list[str], length: int) -> None:
    found = candidates(session, before)
    assert set(some) <= {each.text for each in found}
    assert {each.length for each in found} == {length}


@pytest.mark.parametrize("before", ["", "1 + ", "A @ (", "12", "1.5e", ":vars ", ":nothing x", "zzzz", ":del x, zz"])
def test_offers_nothing(session: Session, before: str) -> None:
    assert offered(session, before) == []


def test_bound_names_come_first_with_their_types(session: Session) -> None:
    list(session.run(Source("soft = ones(2, 3)")))
    found = candidates(session, "so")
    assert (found[0].text, found[0].remark) == ("soft", "f32[2, 3]")
    remarks = {each.text: each.remark for each in found}
    assert remarks["softmax"].endswith(".")


def test_a_name_that_hides_a_space_has_a_tensors_attributes(session: Session) -> None:
    list(session.run(Source("F = ones(2)")))
    assert "sum" in offered(session, "F.su")


def test_all_commands_are_offered(session: Session) -> None:
    assert offered(session, ":") == list(COMMANDS)


def test_nothing_is_offered_twice(session: Session) -> None:
    list(session.run(Source("sin = ones(2)")))
    for before in ("s", "torch.s", ":help s"):
        found = offered(session, before)
        assert len(found) == len(set(found))
