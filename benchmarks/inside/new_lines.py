"""What a new line costs before it runs: parse, check, lower and rewrite every statement of the examples.

Each stands in its program: those before it have run. A first pass, unmeasured, imports and reads signatures. Prints
two lines, a description and the median seconds, separated by a tab.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from pathlib import Path

import tcalc
from tcalc.errors import TcalcError
from tcalc.session import Session
from tcalc.source import Source
from tcalc.syntax.parser import parse_statements

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples"


def durations(path: Path) -> list[int]:
    """Nanoseconds for each statement of a program that fits."""
    session = Session()
    times = []
    for statement in parse_statements(Source(path.read_text(encoding="utf-8"), path.name)):
        if isinstance(statement, TcalcError):
            continue
        text = statement.span.text
        try:
            begin = time.perf_counter_ns()
            session.compiled(Source(text))
            times.append(time.perf_counter_ns() - begin)
        except TcalcError:
            pass  # an error takes another road; what it costs is in the start-up rows
        for _ in session.execute(statement):
            pass
    return times


if __name__ == "__main__":
    assert tcalc.__file__.startswith(sys.prefix), "this measures the installed wheel"
    gc.disable()
    files = sorted(EXAMPLES.glob("*.tc"))
    for path in files:
        durations(path)
    times = [each for _ in range(1 if "--quick" in sys.argv else 5) for path in files for each in durations(path)]
    count = len(times)
    print(f"a new line: the median of {count}", statistics.median(times) / 1e9, sep="\t")
    print("the slowest tenth of them begins at", statistics.quantiles(times, n=10)[-1] / 1e9, sep="\t")
