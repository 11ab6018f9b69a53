"""Commands that tell what a statement runs, and what that takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.outcomes import Fitted, Verbatim
from tcalc.syntax import nodes
from tcalc.types.tensor import FunctionType

if TYPE_CHECKING:
    from tcalc.check.checked import Checked
    from tcalc.commands.command import Answer
    from tcalc.commands.desk import Desk
    from tcalc.session import Session
    from tcalc.source import Source


PLAN = """
  A = ones(100, 100); y = ones(100)
  :plan y^2 + trace(A @ A)
    as written   y^2 + trace(A @ A)    2.0 MFLOP   40.4 kB
      trace      sum(A * A.T)         20.0 kFLOP   40.0 kB
    as run       y^2 + sum(A * A.T)   20.2 kFLOP   40.4 kB   99 × fewer
    trace: sums in another order, the last digits may differ
  The columns: the name of a rewrite, what is computed after it, floating-point
  operations, the most bytes held at once (variables not counted), and how many
  times fewer operations than as written. A name further in is of a part: its
  row is of that part alone, in a loop of one turn. Below the table stands what
  the rewrites do to numbers. `tcalc --plan FILE` tells this of a program, with
  --json as data. :help rewrites says how to turn them off.
"""
COST = """
  A = ones(100, 100)
  :cost A @ A
    2.0 MFLOP   40.0 kB
  f(A: [n, m], B: [m, k]) = A @ B
  :cost f
    2*k*m*n FLOP   4*k*n B
  Floating-point operations as it is written, an addition or a multiplication
  each, and the most bytes held at once, results included and variables not; of
  a function whose parameters have sizes by these. k M G T P E Z Y R Q are the
  powers of 1000. :plan tells what it takes as it is run.
"""
CODE = """
  A = ones(100, 100); v = ones(100)
  :code A @ A @ v
    A @ (A @ v)
  After the rewrites (:plan); a kernel that is no single torch call stands first
  as a function. `tcalc --emit torch FILE` prints a program whole.
"""


def code(session: Session, source: Source, desk: Desk) -> Answer:
    """The torch calls that a statement runs."""
    from tcalc.show.code import code_text

    checked, graph = session.compiled(source)
    if not graph.nodes:
        return [_nothing(checked, "code")]
    names = session.names()
    helpers = session.kernel_sources({*names})
    return [Verbatim(code_text(graph, checked.targets, names, helpers, session.settings.default_float))]


def plan(session: Session, source: Source, desk: Desk) -> Answer:
    """What a statement costs as written and as run, and the rewrites between."""
    from tcalc.show.plans import Reader, plan_text

    planned = session.planned(source)
    if not planned.written.nodes:
        return [_nothing(session.compiled(source)[0], "plan")]
    reader = Reader(session.settings.default_float, session.names(), session.kernel_sources)
    return [Fitted(lambda width: plan_text(planned, reader, width))]


def cost(session: Session, source: Source, desk: Desk) -> Answer:
    """The floating-point operations of a statement as written, and the bytes it needs; of a function by its sizes."""
    from tcalc.show.plans import NOTHING, cost_text

    found = session.costs(source)
    return [NOTHING if found is None else cost_text(*found)]


def _nothing(checked: Checked, command: str) -> str:
    """Why there is no code or plan of a statement: of a function there is one where it is called."""
    from tcalc.show.plans import NOTHING
    from tcalc.show.visible import visible

    type = checked.values[0].type if len(checked.values) == 1 else None
    if not isinstance(checked.statement, nodes.Show) or not isinstance(type, FunctionType):
        return NOTHING
    text = visible(" ".join(checked.statement.value.span.text.split()))
    called = f"({text})" if isinstance(checked.statement.value, nodes.Lambda) else text
    given = ", ".join([each.name for each in getattr(type.function, "parameters", ())]) or "x"
    cost = command == "plan" and getattr(type.function, "is_annotated", False)
    told = f"; :cost {text} tells what it takes" if cost else ""
    return f"a function runs where it is called: :{command} {called}({given}){told}"
