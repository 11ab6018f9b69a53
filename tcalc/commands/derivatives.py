"""Commands about derivatives: their formulas, what they go through, whether they are right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.commands.options import file_behind
from tcalc.outcomes import Drawn, Outcome, Verbatim

if TYPE_CHECKING:
    from tcalc.commands.command import Answer
    from tcalc.commands.desk import Desk
    from tcalc.session import Session
    from tcalc.source import Source


def formula(session: Session, source: Source, desk: Desk) -> Answer:
    """The closed form of a derivative."""
    from tcalc.show.expressions import NoFormula
    from tcalc.show.formulas import formula_now

    lines: list[Outcome | str] = []
    for name, closed in session.closed(source):
        try:
            text = formula_now(closed)
        except NoFormula as reason:
            text = f"no closed form: {reason}"
        lines.append(Verbatim(f"{name}: {text}" if name else text))
    return lines


def latex(session: Session, source: Source, desk: Desk) -> Answer:
    """The closed form of a derivative, in LaTeX."""
    from tcalc.show.expressions import NoFormula
    from tcalc.show.formulas import formula_of, under_data
    from tcalc.show.latex import latex_name, latex_text

    lines: list[Outcome | str] = []
    for name, closed in session.closed(source):
        try:
            known, lacks = under_data(closed)
            text = latex_text(formula_of(known))
            for lacking, number in lacks:
                text += rf" \quad\text{{where }}{latex_name(lacking)}\text{{ holds no }}{number}"
        except NoFormula as reason:
            text = f"no closed form: {reason}"
        lines.append(Verbatim(f"{latex_name(name)}: {text}" if name else text))
    return lines


def graph(session: Session, source: Source, desk: Desk) -> Answer:
    """What an expression is computed by, with the value and the gradient at each step; or a picture of it."""
    from tcalc.show.graphs import Drawing, picture

    expression, path = file_behind(source, "--svg")
    drawing = session.traced(expression, Drawing, desk.ticket)
    if not path:
        return [Drawn(drawing)]
    session.save_bytes(path, picture(drawing).encode("utf-8", "backslashreplace"), desk.ticket)
    return [f"saved to {path}"]


def gradcheck(session: Session, source: Source, desk: Desk) -> Answer:
    """Whether a gradient is what finite differences say."""
    from tcalc.show.gradchecks import verdict

    return [*verdict(session.gradchecked(source, desk.ticket))]
