"""Text from elsewhere made safe and measurable: what a terminal would obey is shown as an escape.

Program text, names, file names and messages may hold escape sequences, or characters that reverse the direction of
writing; none of them reaches the terminal. Widths are in cells, two for a wide East Asian character.
"""

from __future__ import annotations

#: Tabs in a source line go to the next multiple of this.
TAB = 4

#: Left-to-right mark: it takes no cell, and text on its two sides is not turned round together.
MARK = "\u200e"

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
#: Control, format (bidirectional overrides, joiners), surrogate, private, line and paragraph separators. Joiners too:
#: of emoji that are joined one terminal makes one picture and the next one several, so that no width would hold.
_HIDDEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
#: Letters and marks that show nothing, or change what the character before them looks like: fillers, variations.
_BLANK = ("\u034f", "\u115f", "\u1160", "\u17b4", "\u17b5", "\u3164", "\uffa0")
_VARIATIONS = (range(0x180B, 0x1810), range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))


def visible(text: str, ascii: bool = False) -> str:
    """The text with every character that does not simply print as an escape: `\\\\x1b`, `\\\\u202e`.

    With `ascii`, those beyond ASCII are escaped too.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join([visible_character(character, ascii) for character in text])


def visible_character(character: str, ascii: bool = False) -> str:
    """One character, or its escape."""
    if " " <= character <= "~":
        return character
    if not ascii and _prints(character):
        return character
    code = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _prints(character: str) -> bool:
    """Whether a terminal shows a character, each by itself."""
    import unicodedata

    if character in _BLANK or unicodedata.category(character) in _HIDDEN:
        return False
    return not any(ord(character) in variations for variations in _VARIATIONS)


def runs_leftwards(character: str) -> bool:
    """Whether it is a letter of a script that runs from right to left."""
    if character < "\u0590":
        return False
    import unicodedata

    return unicodedata.bidirectional(character) in ("R", "AL")


def cells(text: str) -> int:
    """How many cells a visible text takes on a terminal."""
    return len(text) if text.isascii() else sum(map(character_cells, text))


def character_cells(character: str) -> int:
    """0 for a combining character, 2 for a wide one, else 1."""
    if character < "\u0300":
        return 1
    import unicodedata

    category = unicodedata.category(character)
    if category in ("Mn", "Me") or "\u1160" <= character <= "\u11ff" or "\ud7b0" <= character <= "\ud7ff":
        return 0
    if character == MARK:
        return 0
    if unicodedata.east_asian_width(character) in "WF":
        return 0 if category == "Mc" else 2
    return 1


def clipped(text: str, room: int, ellipsis: str) -> str:
    """A visible text, cut to end in the ellipsis where it takes more than `room` cells."""
    if cells(text) <= room:
        return text
    room -= cells(ellipsis)
    if room < 0:
        return ellipsis[:room]
    kept = []
    for character in text:
        room -= character_cells(character)
        if room < 0:
            break
        kept.append(character)
    return "".join(kept) + ellipsis
