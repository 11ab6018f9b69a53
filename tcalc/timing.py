"""How long something takes: run again and again until that is known, or time is up."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter_ns

from tcalc.interrupt import Abandoned, Ticket

#: Nanoseconds that all runs may take together, and that one sample takes at least: the clock itself takes some 50.
LONGEST, SAMPLE = 1_000_000_000, 100_000
#: So many samples at least, however long they take; and at most.
FEWEST, MOST = 3, 10_000


class Timing:
    """Seconds that a run takes: the median, and the quartiles around it; how many runs that is of.

    `own` is what the smallest call of torch takes by itself.
    """

    __slots__ = ("high", "low", "median", "own", "runs")

    def __init__(self, median: float, low: float, high: float, runs: int, own: float = 0.0) -> None:
        self.median, self.low, self.high, self.runs, self.own = median, low, high, runs, own


def timed(run: Callable[[], object], ticket: Ticket, number: int | None = None) -> Timing | None:
    """How long a run takes, by so many runs where a number is told; None where it was given up before the first ended.

    It has run once before, so that what happens once has happened.
    """
    samples: list[float] = []
    try:
        each = 1
        if number is None:
            each = max(1, SAMPLE // max(1, _taken(run, 1)))
        wanted = MOST if number is None else number
        deadline = perf_counter_ns() + LONGEST
        while len(samples) < wanted and not ticket.abandoned:
            samples.append(_taken(run, each) / each / 1e9)
            if number is None and len(samples) >= FEWEST and perf_counter_ns() > deadline:
                break
    except Abandoned:
        if not samples:
            raise
    if not samples:
        return None
    samples.sort()
    return Timing(_quantile(samples, 0.5), _quantile(samples, 0.25), _quantile(samples, 0.75), len(samples) * each)


def _taken(run: Callable[[], object], times: int) -> int:
    begin = perf_counter_ns()
    for _ in range(times):
        run()
    return perf_counter_ns() - begin


def _quantile(samples: list[float], part: float) -> float:
    """A quantile of sorted numbers, between two of them where it lies there."""
    place = part * (len(samples) - 1)
    below = int(place)
    above = min(below + 1, len(samples) - 1)
    return samples[below] + (place - below) * (samples[above] - samples[below])
