"""The command that tells an expression step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.outcomes import Failed, Outcome, Plotted

if TYPE_CHECKING:
    from tcalc.commands.command import Answer
    from tcalc.commands.desk import Desk
    from tcalc.session import Session
    from tcalc.show.palette import Style
    from tcalc.source import Source
    from tcalc.steps import Step

EXPLAIN = """
  A = ones(2, 3); b = ones(4)
  :explain A @ ones(3, 4) + b
    A                    f32[2, 3]   line 1: A = ones(2, 3)
    ones(3, 4)           f32[3, 4]   ones, of the sizes given
    A @ ones(3, 4)       f32[2, 4]   [n, k], [k, m] -> [n, m]   n=2 k=3 m=4
    b                    f32[4]      line 1: b = ones(4)
    A @ ones(3, 4) + b   f32[2, 4]   f32[4] broadcast to [2, 4]
  From the inside out, by the checker alone: nothing is run. Where an expression
  does not fit, the steps before that are told, and then the error.
"""

GAP = "   "
#: So far in stands what is told of a step below it.
INDENT = "    "


def explain(session: Session, source: Source, desk: Desk) -> Answer:
    """Each step of an expression with its type and the reason."""
    steps, error = session.steps(source)
    answer: list[Outcome | str] = []
    if steps:
        answer.append(Plotted(lambda style, width, height: table(steps, style, width)))
    elif error is None:
        answer.append("there is no step: this is known as it is written")
    if error is not None:
        answer.append(Failed(error))
    return answer


def table(steps: list[Step], style: Style, width: int) -> list[str]:
    """Three columns; where they do not fit, what is told of a step stands below it."""
    from tcalc.show.folded import folded, set_left
    from tcalc.show.visible import cells, visible

    rows = [(visible(step.text), visible(str(step.type)), style.prose(step.reason)) for step in steps]
    room = width - 1
    left, middle, right = [max([cells(row[place]) for row in rows]) for place in range(3)]
    if left + middle + right + 2 * len(GAP) <= room:
        return [
            GAP.join([set_left(text, left), set_left(type, middle), reason]).rstrip() for text, type, reason in rows
        ]
    lines = []
    for text, type, reason in rows:
        told = f"{type}{GAP}{reason}".rstrip()
        below = [told] if len(INDENT) + cells(told) <= room else [*folded(type, room), *folded(reason, room)]
        lines += [*folded(text, room), *[INDENT + each for part in below for each in folded(part, room - len(INDENT))]]
    return lines
