"""How text is drawn: colour or none, Unicode marks or ASCII. The caller knows the terminal and decides."""

from __future__ import annotations

from tcalc.show.visible import visible

#: What the roles look like, as the numbers of a terminal's "select graphic rendition" sequence.
COLOURS = {
    "error": "1;31",
    "note": "1;36",
    "mark": "31",
    "name": "1",
    "type": "36",
    "dim": "2",
    "repair": "32",
    "odd": "1;33",
}

_ASCII = str.maketrans(
    {
        "…": "...",
        "→": "->",
        "←": "<-",
        "−": "-",
        "–": "-",
        "—": "-",
        "×": "x",
        "·": "*",
        "≤": "<=",
        "≥": ">=",
        "≠": "!=",
        "≈": "~",
        "∂": "d",
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
    }
)


class Style:
    """Colour on or off, Unicode or ASCII, and the few marks that depend on it."""

    __slots__ = ("arrow", "bar", "colour", "ellipsis", "line", "minus", "sparks", "unicode")

    def __init__(self, colour: bool = False, unicode: bool = False) -> None:
        self.colour, self.unicode = colour, unicode
        self.line, self.bar, self.arrow, self.ellipsis, self.minus = (
            "─│→…−" if unicode else ("-", "|", "->", "...", "-")
        )
        self.sparks = "▁▂▃▄▅▆▇█" if unicode else "_.-:=+*#"

    def paint(self, role: str, text: str) -> str:
        """The text in the colour of its role."""
        return f"\x1b[{COLOURS[role]}m{text}\x1b[0m" if self.colour and text else text

    def prose(self, text: str) -> str:
        """Words and types: safe to print, and without Unicode's marks where only ASCII is wanted."""
        return visible(text if self.unicode else text.translate(_ASCII))


#: Neither colour nor Unicode marks: what files and pipes get.
PLAIN = Style()
