"""Text from elsewhere made safe and measurable: what a terminal would obey is shown as an escape.

Program text, names, file names and messages may hold escape sequences, or characters that reverse the direction of
writing; none of them reaches the terminal. Widths are in cells, two for a wide East Asian character.
"""

from __future__ import annotations

#: Tabs in a source line go to the next multiple of this.
TAB = 4

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
#: Control, format (bidirectional overrides, joiners), surrogate, private, line and paragraph separators.
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def visible(text: str) -> str:
    """The text with every character that does not simply print as an escape: `\\\\x1b`, `\\\\u202e`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(visible_character, text))


def visible_character(character: str) -> str:
    """One character, or its escape."""
    if " " <= character <= "~":
        return character
    import unicodedata

    if unicodedata.category(character) not in _HIDDEN:
        return character
    code = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def cells(text: str) -> int:
    """How many cells a visible text takes on a terminal."""
    return len(text) if text.isascii() else sum(map(character_cells, text))


def character_cells(character: str) -> int:
    """0 for a combining character, 2 for a wide one, else 1."""
    if character < "\u0300":
        return 1
    import unicodedata

    if unicodedata.category(character) in ("Mn", "Me") or "\u1160" <= character <= "\u11ff":
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def clipped(text: str, room: int, ellipsis: str) -> str:
    """A visible text, cut to end in the ellipsis where it takes more than `room` cells."""
    if cells(text) <= room:
        return text
    room -= cells(ellipsis)
    kept = []
    for character in text:
        room -= character_cells(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept) + ellipsis
