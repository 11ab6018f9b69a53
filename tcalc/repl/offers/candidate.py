"""What is offered."""

from __future__ import annotations

from collections.abc import Iterable


class Candidate:
    """A text that may stand instead of the last `length` characters, and what it is."""

    __slots__ = ("length", "remark", "text")

    def __init__(self, text: str, length: int, remark: str) -> None:
        self.text, self.length, self.remark = text, length, remark


def fitting(word: str, offers: Iterable[tuple[str, str]]) -> list[Candidate]:
    """Those of some texts, each with a remark, that go on from a word; each of them once."""
    found: dict[str, Candidate] = {}
    for text, remark in offers:
        if text.startswith(word) and text not in found:
            found[text] = Candidate(text, len(word), remark)
    return list(found.values())
