"""A glance as one line: a type and what it takes, what must come next, or what is wrong in a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.show.columns import scalar_text
from tcalc.show.constants import constant_text
from tcalc.show.plans import scaled
from tcalc.types.tensor import ConstantType, TensorType, TupleType, Type, UnknownType

if TYPE_CHECKING:
    from tcalc.glances import Glance

#: Of several names so many are told.
MOST_NAMES = 4


class Glimpse:
    """A line of text, the role that it is drawn in, and where on the typed text something is wrong."""

    __slots__ = ("role", "text", "wrong")

    def __init__(self, text: str = "", role: str = "", wrong: tuple[int, int] | None = None) -> None:
        self.text, self.role, self.wrong = text, role, wrong


def glimpse(found: Glance | None) -> Glimpse:
    """What to say of a text that is being typed; an empty line where there is nothing to say."""
    if found is None:
        return Glimpse()
    if found.error is not None:
        span = found.span
        wrong = None if span is None else (span.start, max(span.end, span.start + 1))
        return Glimpse(f"{found.error.code}: {found.error.message}", "error", wrong)
    if found.wanted:
        return Glimpse(found.wanted, "note")
    if all(isinstance(type, UnknownType) for _, type in found.types):  # as of a file that is not there yet
        return Glimpse()
    told = [f"{name}: {_type(type)}" if name else _type(type) for name, type in found.types[:MOST_NAMES]]
    more = [] if len(told) == len(found.types) else ["…"]
    counts = [scaled(found.flops, "FLOP")] if found.flops else []
    counts += [scaled(found.bytes, "B")] if found.bytes else []
    counts += [f"there is no {' and no '.join(found.missing[:MOST_NAMES])} yet"] if found.missing else []
    return Glimpse(" · ".join([", ".join([*told, *more]), *counts]), "type") if told else Glimpse()


def _type(type: Type) -> str:
    """A type, with the value where that is one number, text, or the like."""
    if isinstance(type, ConstantType):
        return constant_text(type.value)
    if isinstance(type, TensorType) and type.is_static_number and not type.axes:
        value = type.static
        assert isinstance(value, bool | int | float | complex)
        return f"{type.dtype} = {scalar_text(value, type.dtype)}"
    if isinstance(type, TupleType) and type.names:
        return ", ".join([f"{name}: {_type(item)}" for name, item in zip(type.names, type.items, strict=True)])
    return str(type)
