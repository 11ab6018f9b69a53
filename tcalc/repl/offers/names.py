"""What an expression may go on with: names, those first with which the line checks; functions; keywords."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import TYPE_CHECKING

from tcalc.repl.offers.arguments import WORDS_OF_TYPES, axes, is_of_type, keywords_of, labels
from tcalc.repl.offers.candidate import Candidate
from tcalc.repl.offers.place import CLOSERS, OPENERS, Place
from tcalc.source import Source
from tcalc.syntax.nodes import LATEST
from tcalc.syntax.parser import engine
from tcalc.types import dtypes
from tcalc.types.tensor import PoisonType, TensorType, Type, static_integer

if TYPE_CHECKING:
    from lark import Token

    from tcalc.check.spots import Spot
    from tcalc.session import Session

#: The dtypes, those first that are wanted most.
BY_USE = [*dict.fromkeys(["f32", "f64", "i64", "bool", *(each.name for each in dtypes.DTYPES)])]
#: What is tried where no tensor may stand.
TRIED = ("True", "False", *BY_USE, "None")


class Offers:
    """Candidates in groups; those of an earlier group are offered first."""

    def __init__(self, word: str) -> None:
        self._word = word
        self._groups: dict[str, tuple[int, str]] = {}

    def add(self, group: int, name: str, remark: str) -> None:
        """Offer a name that goes on from the word, unless it is offered already."""
        if name.startswith(self._word):
            self._groups.setdefault(name, (group, remark))

    def sorted(self) -> list[Candidate]:
        """All of them; within a group as they came."""
        found = sorted(self._groups.items(), key=lambda each: each[1][0])
        return [Candidate(name, len(self._word), remark) for name, (_, remark) in found]


FIT, ARGUMENT, BOUND, KNOWN, WORD = range(5)


def named(session: Session, place: Place, seconds: float) -> list[Candidate]:
    """What may be written where a name may; without a single letter of it, only what is known to fit."""
    offers = Offers(place.word)
    if not place.takes("NAME"):
        _add_words(offers, place)
        return offers.sorted() if place.word else []
    if not place.takes("HOLE"):
        if place.takes("LSQB"):
            _add_types(session, offers)
        return offers.sorted() if place.word or place.tokens else []
    if not place.word and not place.tokens:
        return []
    until = perf_counter() + seconds
    bracket = place.bracket()
    if bracket is not None and is_of_type(place.tokens, bracket):
        for label, remark in labels(session).items():
            offers.add(FIT, label, remark)
        for name, type in session.words.in_sight().items():
            if static_integer(type) is not None and name not in LATEST:
                offers.add(ARGUMENT, name, session.words.told(name, type))
        return offers.sorted()
    if bracket is not None:
        add = axes if bracket.kind == "LSQB" else keywords_of
        for first, name, remark in add(session, place, bracket):
            offers.add(FIT if first else ARGUMENT, name, remark)
    spot = session.spot(Source(f"{place.head}?{place.after}"), len(place.head))
    bound = list(_bound(session, place, spot, until))
    for name, remark, fits in bound:
        if place.word or fits:
            offers.add(FIT if fits else BOUND, name, remark)
    for name, remark in _transposed(session, spot, [name for name, _, fits in bound if not fits], until):
        offers.add(FIT, name, remark)
    if spot is not None and spot.kind and not spot.in_index:
        for axis in spot.axes() if bracket is None or bracket.kind == "LPAR" else ():
            offers.add(FIT, str(axis), "an axis")
        wanted = TRIED if spot.kind != "a function" else session.words.starts() if place.word else ()
        for name in wanted:
            if name.startswith(place.word) and perf_counter() < until and spot.fits(name):
                offers.add(FIT, name, session.words.signature(name))
    if place.word:
        for name in session.words.starts():
            if name.startswith(place.word):
                offers.add(KNOWN, name, session.words.signature(name))
        _add_words(offers, place)
    return offers.sorted()


def _bound(session: Session, place: Place, spot: Spot | None, until: float) -> Iterator[tuple[str, str, bool]]:
    """The names in sight, sorted: each with what it is, and whether the line checks with it."""
    words = session.words
    types: dict[str, Type | None] = dict.fromkeys(introduced(place.tokens))
    if spot is None or not spot.is_reached:
        types = {**words.in_sight(), **types}
    types |= {} if spot is None else spot.in_sight()
    if place.word.startswith("_"):
        types = {**types, **session.results()}
    fitting: dict[str, bool] = {}
    for name, type in types.items():  # the nearest first, as there may not be time for all
        if not name.startswith(place.word) or name in LATEST:
            continue
        can_be_tried = spot is not None and spot.is_reached and type is not None and not isinstance(type, PoisonType)
        fitting[name] = can_be_tried and perf_counter() < until and spot is not None and spot.fits(name, type)
    for name in sorted(fitting):
        of_name = types[name]
        unsure = (spot is None or not spot.is_reached) and of_name is None
        yield name, "" if of_name is None else words.told(name, of_name), fitting[name] or unsure


def _transposed(session: Session, spot: Spot | None, names: list[str], until: float) -> Iterator[tuple[str, str]]:
    """Those matrices with which the line does not check, but does with their transposes."""
    types = {} if spot is None else spot.in_sight()
    for name in names:
        type = types.get(name)
        if spot is None or not isinstance(type, TensorType) or (type.rank or 0) < 2 or perf_counter() > until:
            continue
        part = "T" if type.rank == 2 else "mT"
        if spot.fits_part(name, part):
            yield f"{name}.{part}", f"{type}, transposed"


def _add_words(offers: Offers, place: Place) -> None:
    """The words of the language that may stand there."""
    for word, kind in sorted(engine().words.keywords.items()):
        if place.takes(kind):
            offers.add(WORD, word, "")


def _add_types(session: Session, offers: Offers) -> None:
    for name in BY_USE:
        offers.add(FIT, name, session.words.signature(name))
    for word, remark in WORDS_OF_TYPES.items():
        offers.add(ARGUMENT, word, remark)


def introduced(tokens: Sequence[Token]) -> list[str]:
    """The local names that a statement brings: parameters of a definition or a lambda, names of a `let`."""
    found: list[str] = []
    lets: list[int] = []
    opened: list[int] = []
    depth, header = 0, _header(tokens)
    for place, token in enumerate(tokens):
        kind = token.type
        before = tokens[place - 1].type if place else ""
        behind = tokens[place + 1].type if place + 1 < len(tokens) else ""
        depth += (kind in OPENERS) - (kind in CLOSERS)
        if kind in OPENERS:
            opened.append(place)
        elif kind in CLOSERS and opened:
            first = opened.pop()
            if behind == "ARROW":  # `(x, y) ->`
                found += [str(each) for each in tokens[first:place] if each.type == "NAME"]
        elif kind == "LET":
            lets.append(depth)
        elif kind == "IN" and lets:
            lets.pop()
        elif kind == "NAME":
            is_parameter = place < header and depth == 1 and before in ("LPAR", "COMMA")
            is_let = lets[-1:] == [depth] and before in ("LET", "COMMA") and behind == "ASSIGN"
            if is_parameter or is_let or behind == "ARROW" or before == "LAMBDA":
                found.append(str(token))
    return found


def _header(tokens: Sequence[Token]) -> int:
    """The index of the `=` of a definition; 0 of what is none."""
    depth = 0
    if [each.type for each in tokens[:2]] != ["NAME", "LPAR"]:
        return 0
    for place, token in enumerate(tokens):
        depth += (token.type in OPENERS) - (token.type in CLOSERS)
        if token.type == "ASSIGN" and not depth:
            return place
    return 0
