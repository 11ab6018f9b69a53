"""Which of the names that there are was meant by one that there is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

#: How alike two names must be, from 0 to 1; of three letters one may be wrong, missing or too many.
ALIKE, ALIKE_IF_SHORT = 0.72, 0.6
#: A second name that is so much less alike than the first was hardly meant.
FARTHER = 0.1
#: Not more names than this are compared letter by letter.
MOST_COMPARED = 1000


def nearest(name: str, known: Iterable[str]) -> list[str]:
    """At most two names that look like `name`, the likelier first."""
    unique = dict.fromkeys(known)
    cutoff = ALIKE_IF_SHORT if len(name) == 3 else ALIKE
    likely = list(islice(_likely(name, unique, cutoff), MOST_COMPARED))
    lowered = name.lower()
    same = [each for each in likely if each.lower() == lowered]
    if same or not likely:
        return same[:2]
    import difflib  # 4 ms, and only on an error

    close = difflib.get_close_matches(name, likely, n=2, cutoff=cutoff)
    likeness = [difflib.SequenceMatcher(None, each, name).ratio() for each in close]
    return [each for each, like in zip(close, likeness, strict=True) if like > likeness[0] - FARTHER]


def _likely(name: str, known: Iterable[str], cutoff: float) -> Iterator[str]:
    """Those whose letters alone do not rule them out: two names match in `cutoff` of all their letters, or more."""
    letters, length = _letters(name), len(name)
    for each in known:
        if length <= 3 and abs(len(each) - length) > 1:
            continue
        other = _letters(each)
        least = cutoff * (length + len(each)) / 2
        if length - (letters & ~other).bit_count() >= least and len(each) - (other & ~letters).bit_count() >= least:
            yield each


@lru_cache(maxsize=1 << 14)
def _letters(name: str) -> int:
    """The letters of a name, whatever their case, a bit each; letters that share a bit count as one."""
    bits = 0
    for letter in name.lower():
        bits |= 1 << (ord(letter) & 63)
    return bits
