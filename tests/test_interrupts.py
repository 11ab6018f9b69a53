"""Ctrl-C while a statement runs: the prompt comes back, torch goes on alone, and nothing that was there is touched."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from tcalc.evaluator import Evaluator, Interrupted
from tcalc.interrupt import Abandoned, Ticket
from tcalc.outcomes import Bound, Failed, Outcome, Shown
from tcalc.session import Session
from tcalc.settings import Settings
from tcalc.source import Source

#: One operation of torch's that takes seconds, and a loop of small ones that takes minutes.
LONG = "u = svd(big)"
LOOP = "r = iterate(s -> s + rand(3), zeros(3), 10000000)"


@pytest.fixture(scope="module", autouse=True)
def _own_threads() -> Iterator[None]:
    """One thread for torch, so that other work on the machine makes its long operations no longer."""
    import torch

    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture
def session() -> Session:
    return Session(Settings(seed=7, threads=1))


def run(evaluator: Evaluator, session: Session, text: str) -> list[Outcome]:
    return list(evaluator.stream(lambda ticket: session.run(Source(text), ticket)))


def numbers(session: Session, text: str) -> list[object]:
    """The numbers of an expression's result."""
    (shown,) = list(session.run(Source(text)))
    assert isinstance(shown, Shown), shown
    data = shown.data
    assert data is not None
    return list(data.numbers(0, 1000))  # type: ignore[union-attr]  # no tuple is asked for


def interrupted(evaluator: Evaluator, session: Session, text: str, after: float = 0.2) -> tuple[str, list[Outcome]]:
    """Run a text and press Ctrl-C so many seconds after it began; the message, and what had come by then."""
    began = threading.Event()
    main = threading.main_thread().ident
    assert main is not None

    def work(ticket: Ticket) -> Iterator[Outcome]:
        began.set()
        yield from session.run(Source(text), ticket)

    def press() -> None:
        began.wait()
        time.sleep(after)
        signal.pthread_kill(main, signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    outcomes: list[Outcome] = []
    message = ""
    try:
        for outcome in evaluator.stream(work):
            outcomes.append(outcome)
    except Interrupted as error:
        message = error.message
    try:
        thread.join()
        time.sleep(0)
    except KeyboardInterrupt:
        pass  # it came after the end
    return message, outcomes


def wait_until_idle(session: Session) -> None:
    while session.allowance.left_behind:
        time.sleep(0.01)


def test_the_answer_comes_while_torch_is_still_busy(session: Session) -> None:
    evaluator = Evaluator(session)
    run(evaluator, session, "big = randn(2000, 2000); x = [1., 2., 3.]")
    message, outcomes = interrupted(evaluator, session, LONG)
    assert message == "interrupted; torch is still busy with `svd(big)` in the background"
    assert outcomes == []
    # The statement after it is answered by another thread, before the operation left behind has ended.
    (shown,) = run(evaluator, session, "x * 2")
    assert isinstance(shown, Shown) and shown.data is not None
    assert list(shown.data.numbers(0, 3)) == [2.0, 4.0, 6.0]  # type: ignore[union-attr]  # a tensor
    assert session.allowance.left_behind, "the operation ended too early to prove anything"
    assert sum(session.allowance.left_behind) >= 2000 * 2000 * 4
    wait_until_idle(session)
    assert sorted(session.names()) == ["_", "ans", "big", "x"]


def test_a_loop_stops_by_itself_and_gives_its_draws_back(session: Session) -> None:
    evaluator = Evaluator(session)
    before = numbers(Session(Settings(seed=7)), "rand(4)")
    assert interrupted(evaluator, session, LOOP)[0].startswith("interrupted")
    wait_until_idle(session)
    assert session.lookup("r") is None
    assert run(evaluator, session, "torch.manual_seed(7)") == []
    assert interrupted(evaluator, session, LOOP)[0].startswith("interrupted")
    assert numbers(session, "rand(4)") == before


def test_draws_of_a_statement_left_behind_are_given_back_at_once(session: Session) -> None:
    expected = numbers(Session(Settings(seed=7)), "rand(4)")
    evaluator = Evaluator(session)
    run(evaluator, session, "torch.manual_seed(7)")
    message, _ = interrupted(evaluator, session, "u = svd(randn(2000, 2000))", after=0.25)
    assert message == "interrupted; torch is still busy with `svd(randn(2000, 2000))` in the background"
    assert numbers(session, "rand(4)") == expected
    assert session.allowance.left_behind, "the operation ended too early to prove anything"
    after = numbers(session, "rand(4)")
    wait_until_idle(session)
    # Its end changes nothing any more.
    assert numbers(session, "rand(4)") != after
    run(evaluator, session, "torch.manual_seed(7)")
    assert [numbers(session, "rand(4)") for _ in range(3)][:2] == [expected, after]


def test_a_statement_that_fails_gives_its_draws_back(session: Session) -> None:
    expected = numbers(Session(Settings(seed=7)), "rand(4)")
    (failed,) = session.run(Source("linalg.cholesky(-eye(2) - rand(2, 2)*0)"))
    assert isinstance(failed, Failed) and failed.error.code == "value"
    assert numbers(session, "rand(4)") == expected


def test_an_interrupt_at_any_moment_commits_wholly_or_not_at_all(session: Session) -> None:
    evaluator = Evaluator(session)
    run(evaluator, session, "x = zeros(3)")
    chance = random.Random(1)
    value, seen = 0.0, set()
    for _ in range(150):
        message, outcomes = interrupted(evaluator, session, "x = x + 1", after=chance.random() * 0.002)
        bound = [outcome for outcome in outcomes if isinstance(outcome, Bound)]
        value += len(bound)
        assert numbers(session, "x") == [value] * 3
        seen.add((bool(message), bool(bound)))
    assert (False, True) in seen
    assert seen <= {(False, True), (True, False), (True, True)}


def test_a_given_up_ticket_commits_nothing(session: Session) -> None:
    ticket = Ticket()
    session.abandon(ticket)
    with pytest.raises(Abandoned):
        list(session.run(Source("x = ones(2)"), ticket))
    assert session.lookup("x") is None


def test_whoever_stops_reading_gives_the_work_up(session: Session) -> None:
    evaluator = Evaluator(session)
    tickets: list[Ticket] = []

    def work(ticket: Ticket) -> Iterator[int]:
        tickets.append(ticket)
        for number in range(10**9):
            yield number
            time.sleep(0.001)

    stream = evaluator.stream(work)
    assert next(stream) == 0
    stream.close()
    assert tickets[0].abandoned
    assert evaluator.run(lambda ticket: 5) == 5
    wait_until_idle(session)


def test_results_and_exceptions_come_through(session: Session) -> None:
    evaluator = Evaluator(session)
    assert evaluator.run(lambda ticket: threading.current_thread().name) == "evaluator"
    with pytest.raises(ZeroDivisionError, match="by zero"):
        evaluator.run(lambda ticket: 1 // 0)
    assert evaluator.run(lambda ticket: 3) == 3


def test_ctrl_c_is_as_it_was_afterwards(session: Session) -> None:
    before = signal.getsignal(signal.SIGINT)
    Evaluator(session).run(lambda ticket: 1)
    assert signal.getsignal(signal.SIGINT) is before


def test_new_threads_record_no_gradients(session: Session) -> None:
    import torch

    evaluator = Evaluator(session)
    run(evaluator, session, "x = ones(2)")
    assert evaluator.run(lambda ticket: torch.is_grad_enabled()) is False
    interrupted(evaluator, session, LOOP, after=0.05)
    run(evaluator, session, "x + 1")
    assert evaluator.run(lambda ticket: torch.is_grad_enabled()) is False
    wait_until_idle(session)
