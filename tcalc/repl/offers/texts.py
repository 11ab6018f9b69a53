"""What may stand in a string: files to load and to save to, and the letters of an einsum."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tcalc.errors import TcalcError
from tcalc.repl.offers.candidate import Candidate
from tcalc.repl.offers.receiver import receiver
from tcalc.show.visible import visible
from tcalc.types.tensor import TupleType, Type

if TYPE_CHECKING:
    from collections.abc import Collection

    from tcalc.repl.offers.place import Bracket, Place
    from tcalc.session import Session

#: Not more of a folder is looked at.
MOST_ENTRIES = 2000
#: A file of these tells its type in its first bytes.
TELLING = (".npy", ".safetensors")
#: So many files are asked for it.
MOST_ASKED = 20
LETTERS = "ijklmnopqrstuvwxyzabcdefgh"


def in_text(session: Session, place: Place) -> list[Candidate]:
    """What goes on from the string that the cursor stands in."""
    typed = place.text or ""
    bracket = place.bracket()
    callee = bracket.callee if bracket is not None and bracket.kind == "LPAR" else ""
    if callee in ("load", "save"):
        if session.settings.safe:
            return []
        path = _first_text(place) if callee == "load" and bracket is not None and bracket.given else None
        return files(session, typed, session.words.endings()) if path is None else _parts(session, path, typed)
    if bracket is not None and bracket.kind == "LSQB" and bracket.begins:
        return _names_of_parts(session, place, bracket, typed)
    other = callee in ("rearrange", "reduce", "repeat")
    if callee == "einsum" or ("->" in typed and not other) or ("," in typed and not callee):
        return letters(typed)
    return []


def _names_of_parts(session: Session, place: Place, bracket: Bracket, typed: str) -> list[Candidate]:
    """The parts of the tuple that is looked into by name: `file["w`."""
    operand = place.operand(bracket.index - 1)
    return [] if operand is None else _named(receiver(session, place, operand)[1], typed)


def _named(type: Type | None, typed: str) -> list[Candidate]:
    """The names of a tuple's parts, each with its type."""
    named = zip(type.names, type.items, strict=False) if isinstance(type, TupleType) else ()
    return [
        Candidate(name, len(typed), str(item)) for name, item in named if name.startswith(typed) and _can_stand(name)
    ]


def files(session: Session, typed: str, endings: Collection[str], first: str = "") -> list[Candidate]:
    """The folders and files whose paths begin as what is typed; of files those with one of some endings, if any.

    Files that end in `first` come first, folders last.
    """
    folder, name = os.path.split(typed)
    found: list[tuple[bool, str]] = []
    try:
        with os.scandir(folder or ".") as entries:
            for entry, _ in zip(entries, range(MOST_ENTRIES), strict=False):
                if not entry.name.startswith(name) or (entry.name.startswith(".") and not name):
                    continue
                if not _can_stand(entry.name):
                    continue
                if entry.is_dir():
                    found.append((True, entry.name))
                elif not endings or os.path.splitext(entry.name)[1].lower() in endings:
                    found.append((False, entry.name))
    except (OSError, ValueError):
        return []
    found.sort(key=lambda each: (not each[1].endswith(first), *each))
    asked = [each for is_folder, each in found if not is_folder][:MOST_ASKED] if endings else []
    return [
        Candidate(
            f"{each}/" if is_folder else each,
            len(name),
            "folder" if is_folder else _type(session, os.path.join(folder, each)) if each in asked else "",
        )
        for is_folder, each in found
    ]


def _can_stand(name: str) -> bool:
    """Whether a name from elsewhere can stand between quotes as it is."""
    return visible(name) == name and not set(name) & set("\"'\\")


def _type(session: Session, path: str) -> str:
    """What is in a file, where it costs little to know."""
    if not path.lower().endswith(TELLING):
        return ""
    try:
        return str(session.layout(path).type)
    except TcalcError:
        return ""


def _first_text(place: Place) -> str | None:
    """The string that an open call has for its first argument."""
    bracket = place.bracket()
    tokens = place.tokens[bracket.index + 1 :] if bracket is not None else []
    return str(tokens[0])[1:-1] if tokens and tokens[0].type == "TEXT" else None


def _parts(session: Session, path: str, typed: str) -> list[Candidate]:
    """The names of the tensors in a file."""
    if not path.lower().endswith(TELLING):
        return []
    try:
        return _named(session.layout(path).type, typed)
    except TcalcError:
        return []


def letters(typed: str) -> list[Candidate]:
    """How an einsum's letters may go on, from those that it has so far."""
    left, arrow, right = typed.partition("->")
    parts = [each.strip() for each in left.split(",")]
    used = list(dict.fromkeys(each for each in left if each.isalpha()))
    if not used:
        return []
    dots = "..." if "..." in left else ""
    once = sorted(each for each in used if left.count(each) == 1)
    outputs = [dots + "".join(once), dots + "".join(used)]
    if not arrow:
        if not parts[-1]:
            return _next_operand(parts, used)
        return [Candidate(f"->{outputs[0]}", 0, _summed(used, outputs[0]))]
    written = right.lstrip()
    outputs += [written + each for each in used if each not in written]
    return [
        Candidate(each, len(written), _summed(used, each))
        for each in dict.fromkeys(outputs)
        if each.startswith(written) and each != written
    ]


def _next_operand(parts: list[str], used: list[str]) -> list[Candidate]:
    """What may follow `ij,`: a matrix to multiply by, a vector, the same shape again."""
    before = next((each for each in reversed(parts) if each), "")
    if not before[-1:].isalpha():
        return []
    fresh = next((each for each in LETTERS if each not in used), "")
    last = before[-1]
    offers = {last + fresh: "a matrix", last: "a vector", before: "the same shape"}
    return [Candidate(text, 0, remark) for text, remark in offers.items()]


def _summed(used: list[str], output: str) -> str:
    summed = [each for each in used if each not in output]
    return f"sums over {', '.join(summed)}" if summed else "sums nothing"
