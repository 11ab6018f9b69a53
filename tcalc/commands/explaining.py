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
#: A reason is told in so many cells or not at all.
LEAST = 12


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
    """Three columns; where they do not fit, reasons are cut first, then the beginnings of expressions."""
    from tcalc.show.visible import cells, clipped, visible

    rows = [(visible(step.text), visible(str(step.type)), style.prose(step.reason)) for step in steps]
    room = width - 1
    middle = min(max([cells(type) for _, type, _ in rows]), room // 2)
    left = min(
        max([cells(text) for text, _, _ in rows]), max(room - middle - len(GAP) - LEAST, room - middle - len(GAP))
    )
    if left + middle + 2 * len(GAP) + LEAST > room:
        left = min(left, max(room - middle - 2 * len(GAP) - LEAST, room // 3))
    lines = []
    for text, type, reason in rows:
        shown = _end(text, left, style.ellipsis)
        line = f"{shown}{' ' * (left - cells(shown))}{GAP}{clipped(type, middle, style.ellipsis)}"
        line += " " * (left + len(GAP) + middle - cells(line)) + GAP
        rest = room - cells(line)
        lines.append((line + clipped(reason, rest, style.ellipsis) if rest >= LEAST else line).rstrip())
    return lines


def _end(text: str, room: int, ellipsis: str) -> str:
    """The end of a text, which is where a longer step differs from those before it."""
    from tcalc.show.visible import cells

    if cells(text) <= room:
        return text
    while text and cells(text) > room - cells(ellipsis) - 1:
        text = text[1:]
    return f"{ellipsis} {text}"
