"""Entries found by words in their names and sentences, the likeliest first."""

from __future__ import annotations

from collections.abc import Iterable


class Entry:
    """What can be found: a name to show, all the names that it goes by, and a sentence."""

    __slots__ = ("doc", "name", "names", "searched")

    def __init__(self, name: str, doc: str, names: Iterable[str] = (), *, silent: bool = False) -> None:
        """`silent`: found by its names only, and behind what has a sentence."""
        self.name, self.doc = name, doc
        self.names = [each.lower() for each in (name, *names)]
        self.searched = "" if silent else doc.lower()


def ranked(entries: Iterable[Entry], wanted: str) -> list[Entry]:
    """The entries that have every wanted word: in a name before in a sentence, whole before in part."""
    words = wanted.lower().split()
    found = []
    for order, entry in enumerate(entries):
        ranks = [_rank(entry, word) for word in words]
        if None not in ranks:
            found.append((not entry.searched, sum(rank for rank in ranks if rank is not None), order, entry))
    found.sort(key=lambda each: each[:3])
    return [entry for _, _, _, entry in found]


def vocabulary(entries: Iterable[Entry]) -> list[str]:
    """All words of the names and sentences, without a plural beside its singular."""
    words = {word for entry in entries for text in (*entry.names, entry.searched) for word in _words(text)}
    return sorted(word for word in words if _stem(word) == word or _stem(word) not in words)


def _rank(entry: Entry, word: str) -> int | None:
    stem = _stem(word)
    said = [_stem(each) for each in _words(entry.searched)]
    for rank, holds in enumerate(
        (
            word in entry.names,
            any(name.startswith(word) for name in entry.names),
            any(stem in name for name in entry.names),
            stem in said,
            any(each.startswith(stem) for each in said),
            (len(word) > 2 or not word.isalnum()) and word in entry.searched,
        )
    ):
        if holds:
            return rank
    return None


def _words(text: str) -> list[str]:
    return "".join([character if character.isalnum() or character == "_" else " " for character in text]).split()


def _stem(word: str) -> str:
    """A word without the end that a plural has."""
    return word[:-1] if len(word) > 3 and word.endswith("s") else word
