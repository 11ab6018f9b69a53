"""What is said of how a `minimize` went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.errors import Note, counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tcalc.interrupt import Minimum


def told(minima: Sequence[Minimum]) -> list[Note]:
    """A note on the last of some minima, as a sentence and as facts; none where there are none."""
    if not minima:
        return []
    last = minima[-1]
    steps = counted(last.steps, "step")
    how = f"stopped after {steps} of {last.method}" if last.stopped else f"took {steps} of {last.method}"
    others = f"; the last of {len(minima)}" if minima[1:] else ""
    note = Note(
        f"minimize {how}: loss {last.loss:.4g}, gradient norm {last.gradient:.2g}{others}",
        last.span,
        kind="minimum",
    )
    note.facts = {
        "method": last.method,
        "steps": last.steps,
        "loss": last.loss,
        "gradient_norm": last.gradient,
        "converged": not last.stopped,
    }
    return [note]
