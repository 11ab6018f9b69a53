"""How text is drawn: colour or none, Unicode marks or ASCII. The caller knows the terminal and decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.show.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    "keyword": "1;35",
    "number": "35",
    "text": "32",
    "builtin": "36",
    "hole": "1;36",
}

#: What the parts of a program look like that are not plain: see `show.highlight`.
CODE = {
    "keyword": "keyword",
    "command": "keyword",
    "constant": "number",
    "number": "number",
    "text": "text",
    "expected": "text",
    "builtin": "builtin",
    "type": "type",
    "axis": "builtin",
    "definition": "name",
    "hole": "hole",
    "comment": "dim",
    "unclosed": "mark",
    "stray": "error",
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
        "µ": "u",
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
    """Colour on or off, Unicode or ASCII, and the few marks that depend on it.

    `colours` are how many the terminal has: 8, 256, all (1 << 24), or 0 where colour is off. `escaped` says that
    nothing but ASCII can be shown, be it the program's own; `terminal` that somebody looks on, so that no line is wider
    than that; `reorders` that the terminal turns text from right to left round itself.
    """

    __slots__ = (
        *("arrow", "bar", "colour", "colours", "ellipsis", "escaped", "line", "minus", "reorders", "sparks"),
        "terminal",
        "unicode",
    )

    def __init__(
        self,
        colour: bool = False,
        unicode: bool = False,
        *,
        escaped: bool = False,
        terminal: bool = False,
        reorders: bool = False,
        colours: int = 8,
    ) -> None:
        self.colour, self.unicode = colour, unicode
        self.colours = colours if colour else 0
        self.escaped, self.terminal, self.reorders = escaped, terminal, reorders
        self.line, self.bar, self.arrow, self.ellipsis, self.minus = (
            "─│→…−" if unicode else ("-", "|", "->", "...", "-")
        )
        self.sparks = "▁▂▃▄▅▆▇█" if unicode else "_.-:=+*#"

    def paint(self, role: str, text: str) -> str:
        """The text in the colour of its role."""
        return f"\x1b[{COLOURS[role]}m{text}\x1b[0m" if self.colour and text else text

    def prose(self, text: str) -> str:
        """Words and types: safe to print, and without Unicode's marks where only ASCII is wanted."""
        return visible(text if self.unicode else text.translate(_ASCII), self.escaped)

    def safe(self, text: str) -> str:
        """A text of the program's, safe to print."""
        return visible(text, self.escaped)


def style_of(stream: object, colour: str, environment: Mapping[str, str]) -> Style:
    """How to draw on a stream: `colour` is "always", "never" or "auto", which asks the terminal and its environment."""
    terminal = is_terminal(stream)
    encoding = (getattr(stream, "encoding", "") or "utf-8").lower().replace("-", "").replace("_", "")
    escaped = encoding != "utf8" or _wants_ascii(environment)
    unicode = terminal and not escaped
    coloured = colour == "always" or (colour == "auto" and _wants_colour(terminal, environment))
    reorders = unicode and any(environment.get(name, "-").startswith(value) for name, value in _REORDERING)
    colours = _colours(environment)
    return Style(coloured, unicode, escaped=escaped, terminal=terminal, reorders=reorders, colours=colours)


def is_terminal(stream: object) -> bool:
    """Whether somebody sits at a stream; it may be closed, or none at all."""
    try:
        return stream is not None and bool(stream.isatty())  # type: ignore[attr-defined]  # a text stream
    except ValueError:
        return False


#: How terminals give themselves away that turn text from right to left round; versions are numbers.
_REORDERING = (
    *(("VTE_VERSION", digit) for digit in "6789"),  # from 0.60 on
    *(("KONSOLE_VERSION", digit) for digit in "123456789"),
    ("TERM_PROGRAM", "Apple_Terminal"),
    ("TERM", "mlterm"),
)


def _wants_colour(terminal: bool, environment: Mapping[str, str]) -> bool:
    """no-color.org, force-color.org and bixense.com/clicolors; who wants none is heard first."""
    if environment.get("NO_COLOR"):
        return False
    forced = environment.get("FORCE_COLOR") or environment.get("CLICOLOR_FORCE")
    if forced:
        # As supports-color reads it: 0 is none at all, 1, 2 and 3 say how many.
        if forced not in _NO:
            return True
        if environment.get("FORCE_COLOR"):
            return False
    return terminal and environment.get("TERM") not in ("dumb", "unknown") and environment.get("CLICOLOR") != "0"


_NO = ("0", "false")


def _colours(environment: Mapping[str, str]) -> int:
    """How many colours a terminal says that it has: 8, 256 or all."""
    forced = environment.get("FORCE_COLOR", "")
    if forced in _FORCED:
        return _FORCED[forced]
    term = environment.get("TERM", "")
    if environment.get("COLORTERM") in ("truecolor", "24bit") or "direct" in term or term in _ALL_COLOURS:
        return 1 << 24
    return 256 if "256" in term or "WT_SESSION" in environment else 8


_FORCED = {"1": 8, "2": 256, "3": 1 << 24}
#: Terminals of all colours, whose names do not tell.
_ALL_COLOURS = ("alacritty", "foot", "xterm-ghostty", "xterm-kitty", "wezterm")


def _wants_ascii(environment: Mapping[str, str]) -> bool:
    """Whether the locale is C by name; Python writes UTF-8 there all the same, and sets LC_CTYPE itself."""
    locale = environment.get("LC_ALL") or environment.get("LANG") or environment.get("LC_CTYPE") or ""
    return locale in ("C", "POSIX")


#: Neither colour nor Unicode marks: what files and pipes get.
PLAIN = Style()
