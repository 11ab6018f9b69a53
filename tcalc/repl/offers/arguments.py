"""What may stand in the brackets of a call besides expressions: parameters by their names, the axes of `f[over](x)`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tcalc.repl.offers.place import CLOSERS, OPENERS
from tcalc.repl.offers.receiver import LOCAL, RECEIVED
from tcalc.source import Source
from tcalc.syntax.mended import tokens_of
from tcalc.syntax.nodes import LATEST
from tcalc.types import dtypes
from tcalc.types.tensor import Axis, TensorType, Type

if TYPE_CHECKING:
    from lark import Token

    from tcalc.repl.offers.place import Bracket, Place
    from tcalc.session import Session

#: What may stand for a size or a dtype in a type, besides dtypes.
WORDS_OF_TYPES = {
    "int": "an integer that is known while checking",
    "num": "numbers of any dtype",
    "float": "floating numbers of any dtype",
    "any": "any dtype",
}

#: Whether it comes before all others, what is offered, and a remark.
Offer = tuple[bool, str, str]


def keywords_of(session: Session, place: Place, bracket: Bracket) -> Iterator[Offer]:
    """The parameters of a call that are not given yet: `eps=`."""
    if not bracket.begins or not bracket.callee:
        return
    name = _called(session, bracket)
    options = session.words.options(name)
    for parameter, remark in options.items():
        if parameter not in bracket.keywords:
            yield False, f"{parameter}=", remark


def axes(session: Session, place: Place, bracket: Bracket) -> Iterator[Offer]:
    """What `f[…]` may work over: labels and numbers of its operand's axes, and options that are switched on."""
    name = _called(session, bracket)
    if not bracket.callee or not bracket.begins:
        return
    if session.words.by_variables(name) and not _first_argument(place.after):  # else it is tried
        for variable, type in session.words.in_sight().items():
            if isinstance(type, TensorType) and type.dtype.kind == "float" and variable not in LATEST:
                yield True, variable, str(type)
    if not session.words.over(name):
        return
    used = set(map(str, place.tokens[bracket.index :]))
    for first, text, remark in _axes(session, place, bracket, name):
        if text not in used:
            yield first, text, remark


def _axes(session: Session, place: Place, bracket: Bracket, name: str) -> Iterator[Offer]:
    operand = _operand(session, place, bracket)
    if operand is None:
        for label, remark in labels(session).items():
            yield True, label, remark
        for number, remark in (("0", "the first axis"), ("1", "the second axis"), ("-1", "the last axis")):
            yield True, number, remark
    elif isinstance(operand, TensorType):
        for position, axis in enumerate(operand.axes):
            if isinstance(axis, Axis) and axis.label:
                yield True, axis.label, f"axis {position}, {axis}"
        for position, axis in enumerate(operand.axes):
            yield True, str(position), f"axis {position}, {axis}"
    for option, remark in session.words.options(name).items():
        if remark.startswith("flag"):
            yield False, option, remark


def _called(session: Session, bracket: Bracket) -> str:
    """The function before a bracket by a name that `Words` knows: a method is one of some value."""
    if not bracket.receiver:
        return bracket.callee
    head = bracket.receiver if session.words.is_module(bracket.receiver) else RECEIVED
    return f"{head}.{bracket.callee}"


def _operand(session: Session, place: Place, bracket: Bracket) -> Type | None:
    """The type of what `f[…]` is called on: what stands before the dot, or the first argument where there is one."""
    text = "" if session.words.is_module(bracket.receiver) else bracket.receiver
    text = text or _first_argument(place.after)
    if not text:
        return None
    head = place.head[: bracket.start]
    spot = session.spot(Source(f"{head}(let {LOCAL} = ({text}) in ?)"), len(head) + len(f"(let {LOCAL} = ({text}) in "))
    return None if spot is None else spot.in_sight().get(LOCAL)


def _first_argument(after: str) -> str:
    """The text of the first argument in `…](x, …)`, where the cursor stands before all that."""
    depth, start = 0, -1
    tokens = list(tokens_of(Source(after)))
    for index, token in enumerate(tokens):
        kind = token.type
        if start >= 0 and ((kind in ("RPAR", "COMMA") and depth == 1) or kind == "NEWLINE"):
            return after[start : token.start_pos].strip()
        depth += (kind in OPENERS) - (kind in CLOSERS)
        if kind == "RSQB" and depth == -1:
            if index + 1 == len(tokens) or tokens[index + 1].type != "LPAR":
                return ""
            depth, start = 0, int(tokens[index + 1].end_pos or 0)
    return after[start:].strip() if start >= 0 else ""


def is_of_type(tokens: Sequence[Token], bracket: Bracket) -> bool:
    """Whether a bracket holds the axes of an annotation: `x: f32[`, `f(x: [`."""
    before = bracket.index - 1 - (dtypes.lookup(bracket.callee) is not None or bracket.callee in (*WORDS_OF_TYPES, "T"))
    return bracket.kind == "LSQB" and before > 0 and tokens[before].type == "COLON"


def labels(session: Session) -> dict[str, str]:
    """The labels of the tensors in sight, each with whose it is."""
    found: dict[str, list[str]] = {}
    for name, type in session.words.in_sight().items():
        for axis in type.axes if isinstance(type, TensorType) and name not in LATEST else ():
            if isinstance(axis, Axis) and axis.label and name not in found.setdefault(axis.label, []):
                found[axis.label].append(name)
    return {label: f"an axis of {', '.join(names[:3])}" for label, names in found.items()}
