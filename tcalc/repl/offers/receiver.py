"""What may stand after a dot."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from tcalc.repl.offers.candidate import Candidate, fitting
from tcalc.source import Source
from tcalc.types.tensor import TensorType, TupleType, Type

if TYPE_CHECKING:
    from tcalc.check.spots import Spot
    from tcalc.repl.offers.place import Operand, Place
    from tcalc.session import Session

#: The name by which the checker is asked for the type of an expression in a statement.
LOCAL = "it_"
#: What stands before the dot of a method, for `Words`, which asks for a name there.
RECEIVED = "x"


def after_dot(session: Session, place: Place, seconds: float) -> list[Candidate]:
    """The functions of a module, the parts of a tuple, or what a tensor has; first that with which the line checks."""
    operand = place.operand(len(place.tokens) - 2)
    if operand is None:
        return []
    words = session.words
    if words.is_module(operand.text):
        inside = sorted(words.after_dot(operand.text), key=words.order)
        wanted = session.spot(Source(f"{place.head[: operand.start]}?{place.after}"), operand.start)
        if wanted is not None and wanted.wants_dtype:
            inside.sort(key=lambda name: words.kind(f"{operand.text}.{name}") != "dtype")
        return fitting(place.word, [(name, words.signature(f"{operand.text}.{name}")) for name in inside])
    spot, type = receiver(session, place, operand)
    if isinstance(type, TupleType):
        return fitting(place.word, [(name, str(item)) for name, item in zip(type.names, type.items, strict=False)])
    names = [name for name in words.on(type) if name.startswith(place.word)]
    if spot is not None and isinstance(type, TensorType) and (operand.first or place.after.strip()):
        names = _tried(names, session, spot, perf_counter() + seconds)
    return fitting(place.word, [(name, words.signature(f"{RECEIVED}.{name}")) for name in names])


def receiver(session: Session, place: Place, operand: Operand) -> tuple[Spot | None, Type | None]:
    """The type of an operand where it stands, and the place as if it were a name, `LOCAL`."""
    before = f"{place.head[: operand.start]}(let {LOCAL} = ({operand.text}) in "
    spot = session.spot(Source(f"{before}?){place.after}"), len(before))
    if spot is None or not spot.is_reached:
        return None, None
    return spot, spot.in_sight().get(LOCAL)


def _tried(names: list[str], session: Session, spot: Spot, until: float) -> list[str]:
    """Those first with which the line checks, read as attributes or called without arguments."""
    found = {name: perf_counter() < until and _fits(session, spot, name) for name in names}
    return sorted(names, key=lambda name: not found[name])


def _fits(session: Session, spot: Spot, name: str) -> bool:
    rows = session.words.meant(f"{RECEIVED}.{name}")
    if not rows:
        return False
    if rows[0].attribute:
        return spot.fits_part(LOCAL, name)
    alone = any(form.text.count(":") == 1 + form.text.count(" = ") for form in rows[0].forms)
    return alone and spot.fits_part(LOCAL, name, called=True)
