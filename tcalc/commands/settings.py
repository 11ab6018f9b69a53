"""Commands that change settings, and where random numbers start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.commands.command import unknown
from tcalc.errors import TcalcError, counted
from tcalc.settings import SWITCHES, Switch
from tcalc.source import Source, Span
from tcalc.syntax.nodes import LATEST
from tcalc.types.tensor import TensorType

if TYPE_CHECKING:
    from tcalc.commands.command import Answer
    from tcalc.commands.desk import Desk
    from tcalc.session import Session

DTYPE = """
  a = [0.5]
  :dtype f64
    A, x and a stay f32; what follows is f64
"""
DEVICE = """
  Names stay where they are; what follows is made on the device.
"""
SEED = """
  As torch.manual_seed(N) does; what failed or was only looked at (:time, :graph)
  has drawn nothing.
"""

#: So many names are told of one by one.
FEW = 4


def set_(session: Session, source: Source, desk: Desk) -> Answer:
    """The settings and their values, one of them, or a new value for one."""
    words = source.text.replace("=", " ").split()
    if words and words[0] not in SWITCHES:
        raise unknown(session, words[0], Span(source, 0, len(words[0])), SWITCHES, ":set lists the settings")
    if len(words) > 1:
        start = len(source.text) - len(source.text[len(words[0]) :].lstrip(" ="))
        return _changed(session, SWITCHES[words[0]], Span(source, start, len(source.text)))
    return _told(session, [SWITCHES[words[0]]] if words else list(SWITCHES.values()))


def dtype(session: Session, source: Source, desk: Desk) -> Answer:
    """The default float, or another one from now on."""
    return _one(session, source, SWITCHES["dtype"])


def device(session: Session, source: Source, desk: Desk) -> Answer:
    """Where tensors are made, or another place from now on."""
    return _one(session, source, SWITCHES["device"])


def _one(session: Session, source: Source, switch: Switch) -> Answer:
    if source.text:
        return _changed(session, switch, Span(source, 0, len(source.text)))
    return _told(session, [switch])


#: Few lines, which the terminal breaks where it ends: none is cut.
UNCUT = 1000


def _told(session: Session, switches: list[Switch]) -> Answer:
    from tcalc.show.help import columns

    listed = [(f"{each.name} {each.word(_now(session, each))}", each.doc) for each in switches]
    return ["\n".join(columns(listed, UNCUT))]


def _now(session: Session, switch: Switch) -> bool | str:
    value: bool | str = getattr(session.settings, switch.slot)
    return value


def _changed(session: Session, switch: Switch, word: Span) -> Answer:
    """What is to be said of a setting that was changed."""
    value = switch.value(word.text)
    if value is None:
        *others, last = switch.values
        raise TcalcError("value", f"{switch.name} is {', '.join(others)} or {last}", word)
    before = switch.word(_now(session, switch))
    try:
        session.change(switch.name, value)
    except TcalcError as error:
        error.span = error.span or word
        raise
    return _staying(session, switch.name, before, switch.word(value))


def _staying(session: Session, setting: str, before: str, now: str) -> Answer:
    """What a change leaves as it was: names that are bound."""
    if before == now or setting not in ("dtype", "device"):
        return []
    names = []
    for name in session.names():
        type = session.bindings[name].variable.type
        if name in LATEST or not isinstance(type, TensorType):
            continue
        if setting == "device" or type.dtype.name == before:
            names.append(name)
    if not names:
        return []
    *others, last = [*names[:FEW], *([counted(len(names) - FEW, "other name")] if names[FEW:] else [])]
    which = f"{', '.join(others)} and {last} stay" if others else f"{last} stays"
    there = "" if setting == "dtype" else "on "
    return [f"{which} {there}{before}; what follows is {there}{now}"]


def seed(session: Session, source: Source, desk: Desk) -> Answer:
    """Where the random numbers started, or a start anew."""
    if not source.text:
        number = session.seed()
        return [f"the random numbers started at {number}; :seed {number} starts them there again"]
    try:
        number = int(source.text)
    except ValueError:
        number = 2**64
    if not -(2**63) <= number < 2**63:
        raise TcalcError("value", "a seed is an integer of 64 bits", Span(source, 0, len(source.text)))
    return list(session.run(Source(f"torch.manual_seed({number})"), desk.ticket))
