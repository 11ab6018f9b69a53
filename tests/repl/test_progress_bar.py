"""A loop that lasts over a second shows how far it is, and leaves nothing behind."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from terminal import Terminal

from tcalc.evaluator import Evaluator
from tcalc.interrupt import Ticket
from tcalc.outcomes import Failed, Shown
from tcalc.session import Session
from tcalc.source import Source

LONG = "iterate(x -> x.sin(), ones(3), 10000000)"


class Onlooker:
    """Notes what a progress bar would be told."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, int]] = []
        self.done: list[int] = []
        self.cleared = 0

    def look(self, ticket: Ticket) -> None:
        """See `evaluator.Watcher`."""
        if ticket.turns is not None:
            self.seen.append((ticket.turns.kind, ticket.turns.count))
            self.done.append(ticket.turns.done)

    def clear(self) -> None:
        """See `evaluator.Watcher`."""
        self.cleared += 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("iterate(x -> x.sin(), ones(3), 100000)", ("iterate", 100000)),
        ("fold((s, x) -> s + x, 0., ones(100000));", ("fold", 100000)),
        ("scan((s, x) -> (s + x, s), 0., ones(60000))[0]", ("scan", 60000)),
        # Of loops within loops the outermost that has more than one turn is shown.
        ("iterate(x -> iterate(y -> y.sin(), x, 1000), ones(3), 100)", ("iterate", 100)),
        ("iterate(x -> iterate(y -> y.sin(), x, 100000), ones(3), 1)", ("iterate", 100000)),
        # What torch cannot map at once is done element by element.
        ("vmap(x -> iterate(y -> y.sin(), x, 100) if sum(x).item() > -1 else x)(ones(2000, 3))[0]", ("vmap", 2000)),
    ],
)
def test_whoever_waits_is_told_how_far_the_outermost_loop_is(text: str, told: tuple[str, int]) -> None:
    session, onlooker = Session(), Onlooker()
    session.engine  # noqa: B018  # loaded now: this times nothing, but waits shorter
    ticket = Ticket()

    def work(given: Ticket) -> list[object]:
        nonlocal ticket
        ticket = given
        return list(session.run(Source(text), given))

    outcomes = Evaluator(session, onlooker).run(work)
    assert not [each for each in outcomes if isinstance(each, Failed)]
    assert set(onlooker.seen) <= {told}
    assert onlooker.done == sorted(onlooker.done)
    assert ticket.turns is None
    assert onlooker.cleared >= 1


def test_after_an_error_in_a_loop_nothing_is_told() -> None:
    session, ticket = Session(), Ticket()
    failing = "fold((s, i) -> s + [1., 2.][i], 0., arange(5))"
    (failed,) = session.run(Source(failing), ticket)
    assert isinstance(failed, Failed)
    (shown,) = session.run(Source("1 + 1"), ticket)
    assert isinstance(shown, Shown)
    assert ticket.turns is None


def test_the_bar_is_drawn_and_taken_away(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "--color", "never")
    try:
        terminal.wait_for_prompt(1)
        terminal.send(f"{LONG}\r")
        lines = terminal.wait(lambda lines: lines[-1].startswith("iterate ") and lines[-1].endswith("left"))
        assert "/10000000" in lines[-1]
        terminal.send("\x03")
        lines = terminal.wait_for_prompt(2)
        assert lines[-2:] == ["interrupted", "tcalc>"]
    finally:
        terminal.child.close(force=True)


def test_ctrl_c_in_a_program_takes_the_bar_away_and_ends_with_130(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "-e", "1 + 1", "-e", LONG)
    try:
        terminal.wait(lambda lines: lines[-1].startswith("iterate ") and lines[-1].endswith("left"))
        terminal.send("\x03")
        terminal.wait(lambda lines: lines == ["2"])
        assert terminal.child.wait() == 130
    finally:
        terminal.child.close(force=True)
