"""What stands beside a value: of a derivative its closed form."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tcalc.graph.compiled import Closed

#: A formula that is longer than this does not stand beside a value.
LONGEST = 240


def remarks(closed: Closed | None, now: bool = False) -> tuple[str, ...]:
    """The formula of a derivative, or of each of several; an empty text where there is none to be read.

    `now` asks for it as far as it concerns what the names are bound to now.
    """
    if closed is None:
        return ()
    from tcalc.graph.compiled import Closed
    from tcalc.show.expressions import NoFormula
    from tcalc.show.formulas import formula_now, formula_text  # not before there is a derivative

    results = closed.result if isinstance(closed.result, tuple) else (closed.result,)
    found = []
    for each in results:
        try:
            text = (formula_now if now else formula_text)(
                Closed(each, closed.default_float, closed.names, closed.differs)
            )
        except NoFormula:
            text = ""
        found.append(text if len(text) <= LONGEST else "")
    return tuple(found)
