"""A row of the tables of speed, and how it is written."""

from __future__ import annotations


class Row:
    """One line of a table, in seconds or bytes; one without a goal only informs.

    `written` is what torch takes for the expression as it is written, where the row is beside something better.
    """

    def __init__(
        self,
        what: str,
        goal: str,
        measured: float,
        beside: float,
        against: str,
        met: bool,
        written: float = 0,
        unit: str = "s",
    ) -> None:
        self.what, self.goal, self.measured, self.beside, self.against, self.met = (
            what, goal, measured, beside, against, met
        )  # fmt: skip
        self.written, self.unit = written, unit

    def line(self, wide: bool = False) -> str:
        """The row in Markdown; a `wide` one has a column for what is written."""
        beside = amount(self.beside, self.unit) if self.beside else ""
        ratio = f"{self.measured / self.beside:.3g}" if self.beside else ""
        verdict = "" if not self.goal else "met" if self.met else "**missed**"
        measured = amount(self.measured, self.unit) if self.measured < float("inf") else "failed"
        written = [f"{self.written / self.beside:.3g}" if self.written else ""] if wide else []
        cells = [self.what, measured, self.against, beside, ratio, *written, self.goal, verdict]
        return f"| {' | '.join(cells)} |"


UNITS = {
    "s": {"s": 1.0, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9},
    "B": {"GB": 1e9, "MB": 1e6, "kB": 1e3, "B": 1.0},
}


def amount(number: float, unit: str) -> str:
    """Seconds or bytes with three digits and the unit that fits."""
    units = UNITS[unit]
    name = next((each for each, scale in units.items() if number >= scale), [*units][-1])
    return f"{number / units[name]:.3g} {name}"
