"""Statements run on a thread of their own that the main thread waits for, so that Ctrl-C is answered at once.

Python hears of Ctrl-C only in the main thread and between bytecodes: while the main thread computes an SVD it would
hear nothing for as long as that takes. So a worker computes, and the main thread waits in a queue's lock, which a
signal does interrupt. torch's operation cannot be stopped: its worker is left behind, the next statement gets a new
one, and what the old one still gives is dropped.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from tcalc.interrupt import Abandoned, Ticket

if TYPE_CHECKING:
    from tcalc.session import Session

T = TypeVar("T")

#: How long, in seconds, an interrupted statement may take to end before it counts as left behind.
PATIENCE = 0.03
#: Where a signal does not interrupt the wait for a lock (Windows), the wait is cut into pieces, in seconds.
PIECE = 0.05
#: How often, in seconds, a watcher looks at what runs.
LOOK = 0.1
#: How much of an expression a message repeats.
WIDEST = 48

#: What an answer is: an item, the end, an exception, or the word that somebody pressed Ctrl-C.
ITEM, END, FAILED, INTERRUPT = "item", "end", "failed", "interrupt"


class Interrupted(KeyboardInterrupt):
    """Ctrl-C while a statement ran. `busy` is the expression that goes on in the background, or nothing."""

    def __init__(self, busy: str = "") -> None:
        super().__init__(busy)
        self.busy = busy

    @property
    def message(self) -> str:
        """One sentence without a full stop."""
        if not self.busy:
            return "interrupted"
        return f"interrupted; torch is still busy with `{self.busy}` in the background"


class Watcher(Protocol):
    """Somebody who looks on while a statement runs: a progress bar."""

    def look(self, ticket: Ticket) -> None:
        """Called now and then, from the thread that waits."""

    def clear(self) -> None:
        """Called when the wait is over."""


class _Job:
    """Work for a worker, and its answers in the order in which they were given.

    `left_behind` are the bytes that it was counted with as left behind, None where it is not.
    """

    __slots__ = ("answers", "ended", "left_behind", "ticket", "work")

    def __init__(self, work: Callable[[Ticket], Iterable[Any]]) -> None:
        self.work = work
        self.ticket = Ticket()
        self.answers: SimpleQueue[tuple[str, Any]] = SimpleQueue()
        self.ended = False
        self.left_behind: int | None = None


class Evaluator:
    """Runs work for a session on a worker thread, one piece at a time, and gives it up at Ctrl-C."""

    def __init__(self, session: Session, watcher: Watcher | None = None) -> None:
        self._session = session
        #: Looks at what runs, now and then, from the thread that waits.
        self._watcher = watcher
        self._jobs: SimpleQueue[_Job | None] | None = None
        self._lock = threading.Lock()

    def run(self, work: Callable[[Ticket], T]) -> T:
        """What `work` returns, or raises. Raises Interrupted."""
        (result,) = self.stream(lambda ticket: (work(ticket),))
        return result

    def stream(self, work: Callable[[Ticket], Iterable[T]]) -> Iterator[T]:
        """What `work` yields, item by item; it goes on meanwhile. Raises what it raises, and Interrupted.

        Whoever stops reading gives the work up.
        """
        job = _Job(work)
        answers = job.answers
        before = _listen(lambda *_: answers.put((INTERRUPT, None)))
        try:
            if self._jobs is None:
                self._jobs = self._worker()
            self._jobs.put(job)
            while True:
                kind, value = _next(answers) if self._watcher is None else self._watched(job)
                if kind is ITEM:
                    yield value
                elif kind is END:
                    return
                elif kind is FAILED:
                    raise value
                else:
                    yield from self._given_up(job, PATIENCE)
                    raise Interrupted(self._leave_behind(job))
        finally:
            if before is not None:
                signal.signal(signal.SIGINT, before)
            if not job.ended:
                for _ in self._given_up(job, 0):
                    pass
                self._leave_behind(job)

    def _watched(self, job: _Job) -> tuple[str, Any]:
        """The next answer, with somebody looking on while it is waited for."""
        watcher = self._watcher
        assert watcher is not None
        try:
            while True:
                try:
                    return job.answers.get(timeout=LOOK)
                except Empty:
                    watcher.look(job.ticket)
        finally:
            watcher.clear()

    def _given_up(self, job: _Job, patience: float) -> Iterator[Any]:
        """Give a job up; what it had committed by then is still told."""
        self._session.abandon(job.ticket)
        if self._jobs is not None:
            self._jobs.put(None)  # a worker that had just ended its job waits for no other
        self._jobs = None
        deadline = monotonic() + patience
        while True:
            try:
                kind, value = job.answers.get(timeout=max(0.0, deadline - monotonic()))
            except Empty:
                return
            if kind is ITEM:
                yield value
            elif kind is not INTERRUPT:
                return

    def _leave_behind(self, job: _Job) -> str:
        """Count what still runs as left behind, and say what that is."""
        with self._lock:
            if job.ended:
                return ""
            if job.left_behind is None:
                job.left_behind = job.ticket.peak  # which may yet change, before it finds that nobody waits
                self._session.allowance.left_behind.append(job.left_behind)
        # While torch is being loaded it is busy with nothing of the user's.
        return _busy_with(job.ticket) if self._session.has_torch else ""

    # The worker's side

    def _worker(self) -> SimpleQueue[_Job | None]:
        jobs: SimpleQueue[_Job | None] = SimpleQueue()
        threading.Thread(target=self._serve, args=(jobs,), name="evaluator", daemon=True).start()
        return jobs

    def _serve(self, jobs: SimpleQueue[_Job | None]) -> None:
        while (job := jobs.get()) is not None and self._serve_one(job):
            del job  # nothing of it outlives its end

    def _serve_one(self, job: _Job) -> bool:
        """Do one job; whether this worker is to wait for another. Nothing of the job outlives this call."""
        put, ticket = job.answers.put, job.ticket
        last: tuple[str, Any] = (END, None)
        try:
            for item in job.work(ticket):
                put((ITEM, item))
                if ticket.abandoned:
                    break
        except Abandoned:
            pass
        except BaseException as failure:
            last = (FAILED, failure)
        with self._lock:
            job.ended = True
            if job.left_behind is not None:
                self._session.allowance.left_behind.remove(job.left_behind)
        put(last)
        return not ticket.abandoned


def _next(answers: SimpleQueue[tuple[str, Any]]) -> tuple[str, Any]:
    if os.name == "posix":
        return answers.get()
    while True:
        try:
            return answers.get(timeout=PIECE)
        except Empty:
            continue


def _listen(handler: Callable[..., None]) -> Any:
    """Have `handler` called at Ctrl-C; what was called before, None where somebody else sees to Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        return None
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:
        return None
    signal.signal(signal.SIGINT, handler)
    return before


def _busy_with(ticket: Ticket) -> str:
    """The expression of the statement at hand, on one line and shortened."""
    statement = ticket.statement
    if statement is None:
        return "it"
    node = getattr(statement, "value", None) or statement
    line = " ".join(node.span.text.split())
    return line if len(line) <= WIDEST else line[: WIDEST - 2].rstrip() + " …"
