"""Linear algebra through `Session.compile`, beside what torch can do by hand and what it does as it is written.

torch has the threads that it takes by itself. What is timed gives the right result, before and after. Prints a line of
JSON for each row of the table: see `row`.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import torch
from algebra_cases import AS_WRITTEN, PRODUCTS, Operands, draw
from algebra_einsums import LARGE, SEVERAL, TWO, Einsum
from algebra_memory import ELEMENTWISE, long_vectors
from algebra_planning import planned
from algebra_timing import Call, assert_same, compiled, fastest, named_in

import tcalc

Row = dict[str, object]

#: Over the hand's time; over torch's where there is nothing to gain.
BY_HAND, NOTHING_TO_GAIN = 1.3, 1.05
#: Where all peers are slow they are to be left so many times behind.
AHEAD, SLOW = 5, 6.5


def row(
    what: str, measured: float, beside: float, against: str, most: float, written: float = 0, unit: str = "s"
) -> Row:
    """A row: what is measured may be `most` times what it is beside; 0 sets no goal. `written` is torch as written."""
    return {
        "what": what,
        "goal": f"≤ {most:.3g}" if most else "",
        "measured": measured,
        "beside": beside,
        "against": against,
        "met": measured <= most * beside,
        "written": written,
        "unit": unit,
    }


def timed(calls: list[Call], operands: dict[str, torch.Tensor], seconds: float, most: float = 0) -> list[float]:
    """The fastest of each; the first one's results are those of the second, before and after the numbers change.

    Where the first takes more than `most` times the second, all of them are given as many turns once more: the machine
    has slow moments.
    """
    assert_same(calls[0](), calls[1]())
    times = fastest(calls, operands.values(), seconds)
    if most and times[0] > most * times[1]:
        times = [*map(min, times, fastest(calls, operands.values(), seconds))]
    next(iter(operands.values())).mul_(2)
    assert_same(calls[0](), calls[1]())
    return times


def products(n: int, seconds: float) -> Iterator[Row]:
    """The expressions of the yardstick."""
    drawn = draw(n)
    for case in PRODUCTS:
        operands = named_in(case.text, drawn)
        t = Operands(n=n, **operands)
        mine = compiled(case.text, operands, n)
        exact = case.written(torch, Operands(n=n, **{name: value.double() for name, value in operands.items()}))
        assert_same(mine(), exact)
        most = (min(BY_HAND, case.peers / AHEAD) if case.peers >= SLOW else BY_HAND) if case.safe else 0
        calls = [mine, partial(case.hand, t), partial(case.written, torch, t)]
        took, hand, written = timed(calls, operands, seconds, most)
        what = f"`{case.text}`, {case.note or f'n = {n}'}"
        yield row(what, took, hand, "by hand", most, written)


def as_written(n: int, seconds: float) -> Iterator[Row]:
    """Expressions with nothing to gain."""
    drawn = draw(n)
    for text, direct in AS_WRITTEN:
        operands = named_in(text, drawn)
        calls: list[Call] = [compiled(text, operands), partial(direct, Operands(**operands))]
        took, beside = timed(calls, operands, seconds, NOTHING_TO_GAIN)
        yield row(f"`{text}`, n = {n}", took, beside, "torch, as written", NOTHING_TO_GAIN)


def einsums(cases: list[Einsum], most: float, seconds: float) -> Iterator[Row]:
    """Einsums beside torch's, or beside the call that they come to."""
    for case in cases:
        operands = case.operands
        direct = partial(torch.einsum, case.equation, *operands.values())
        calls: list[Call] = [compiled(case.text, operands), direct]
        if case.call is not None:
            calls[1:] = [partial(case.call, *operands.values()), direct]
        took, beside, *rest = timed(calls, operands, seconds, most)
        against = f"`torch.{case.call.__name__}`" if case.call is not None else "`torch.einsum`"
        yield row(f"`{case.text}`, {case.sizes}", took, beside, against, most, rest[0] if rest else 0)


def elementwise(count: int, seconds: float) -> Iterator[Row]:
    """Long vectors: the time, and the memory beyond the operands."""
    for text, direct in ELEMENTWISE.items():
        operands = long_vectors(text, count)
        what = f"`{text}`, {count:,} elements"
        took, beside = timed([compiled(text, operands), partial(direct, operands)], {"a": operands["a"]}, seconds)
        yield row(what, took, beside, "torch, as written", 0.5)
        del operands
        command = [sys.executable, str(Path(__file__).with_name("algebra_memory.py"))]
        taken, torch_takes = (
            int(subprocess.check_output([*command, who, text, str(count)])) for who in ("tcalc", "torch")
        )
        yield row(f"{what}, beyond its operands", taken, 4 * count, "an operand", 2, torch_takes, unit="B")


def planning(turns: int) -> Iterator[Row]:
    """Rewriting, before anything runs."""
    for what, seconds, goal, most in planned(turns):
        yield row(what, seconds, 0, "", 0) | {"goal": goal, "met": seconds <= most}


def long() -> int:
    """How many elements a long vector has where memory is short, and where it is not."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    free = next(int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable"))
    return 10**8 if free > 6 * 10**9 else 3 * 10**7


def main(quick: bool) -> None:
    """Measure all."""
    n, seconds, count = (300, 0.1, 10**6) if quick else (1500, 0.7, long())
    gc.disable()
    for rows in (
        products(n, seconds),
        as_written(n, 2 * seconds),
        einsums(SEVERAL, 0.5, seconds),
        einsums(TWO, BY_HAND, seconds),
        einsums(LARGE, NOTHING_TO_GAIN, seconds),
        elementwise(count, seconds),
        planning(20 if quick else 200),
    ):
        for each in rows:
            print(json.dumps(each), flush=True)


if __name__ == "__main__":
    assert (tcalc.__file__ or "").startswith(sys.prefix), "this measures the installed wheel"
    main("--quick" in sys.argv)
