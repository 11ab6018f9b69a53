"""Errors in the words of what was written, where it was another graph that ran and failed.

`inv(S) @ b` runs as a solve, and what is singular is told of the inverse: the statement is run once more as it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tcalc.allowance import Allowance
from tcalc.check.typed import Typed
from tcalc.errors import TcalcError
from tcalc.graph.cost import total_flops, work
from tcalc.graph.lower import lower
from tcalc.graph.planned import planned
from tcalc.settings import Settings
from tcalc.source import Span

if TYPE_CHECKING:
    from tcalc.graph.graph import Graph

#: What takes more floating-point operations, or works through more numbers, is not run once more.
MOST_FLOPS = 10**9
#: What the words of an error do not depend on.
PLAIN = ("memory", "limit", "io", "internal")


def retold(
    error: TcalcError,
    values: Sequence[Typed],
    span: Span,
    settings: Settings,
    allowance: Allowance,
    run: Callable[[Graph], object],
) -> TcalcError:
    """The error that some values give as they are written, where they failed with another as they were rewritten.

    The same error where nothing was rewritten, where random numbers were drawn, where running them once more would take
    long or more memory than there is, and where that does not fail.
    """
    if error.code in PLAIN or not settings.rewrites:
        return error
    _, shared, now, fired = planned(lower(values), settings.default_float, settings.rewrites)
    flops = total_flops(shared)
    if not fired or now.effect or not isinstance(flops, int) or max(flops, work(shared)) >= MOST_FLOPS:
        return error
    try:
        allowance.refuse_too_large(shared, span)
    except TcalcError:
        return error
    try:
        run(shared)
    except TcalcError as told:
        return error if told.code in PLAIN else told
    return error
