"""What a new line costs before it runs: parse, check and lower every statement of the examples.

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
from tcalc.check.statements import check_statement
from tcalc.check.surroundings import Surroundings
from tcalc.errors import TcalcError
from tcalc.graph.lower import lower
from tcalc.graph.rewrite import rewrite
from tcalc.session import Session
from tcalc.source import Source
from tcalc.syntax.parser import parse_statements
from tcalc.types.tensor import is_known

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples"


def durations(path: Path) -> list[int]:
    """Nanoseconds for each statement of a program that fits."""
    session = Session()
    surroundings = Surroundings(session.settings.default_float, header=session.header)
    times = []
    for statement in parse_statements(Source(path.read_text(encoding="utf-8"), path.name)):
        if isinstance(statement, TcalcError):
            continue
        text = statement.span.text
        try:
            begin = time.perf_counter_ns()
            for parsed in parse_statements(Source(text)):
                assert not isinstance(parsed, TcalcError)
                checked = check_statement(parsed, session, surroundings)
                computed = [value for value in checked.values if not is_known(value.type)]
                if computed and checked.action in ("show", "bind") and not checked.pending:
                    rewrite(lower(computed))
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
