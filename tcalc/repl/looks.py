"""How the line that is typed looks: prompt-toolkit's names of the roles that `show.palette` draws in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_toolkit.styles import BaseStyle
from prompt_toolkit.styles import Style as Looks

from tcalc.show.palette import CODE, COLOURS

if TYPE_CHECKING:
    from tcalc.show.palette import Style

#: By the name of a role here its look with colours, and without.
ROLES = {
    "bottom-toolbar": ("noreverse", "noreverse"),
    "wrong": ("underline ansired", "underline"),
    "live.type": ("ansicyan", ""),
    "live.note": ("ansiyellow", ""),
    "live.error": ("ansired", ""),
    "live.dim": ("ansibrightblack", ""),
    "live.current": ("bold underline", "bold underline"),
    "auto-suggestion": ("ansibrightblack", ""),
    "bracket.pair": ("bold ansigreen", "bold"),
    "bracket.alone": ("bold ansired", "underline"),
    "prompt.normal": ("bold", "bold"),
    # On white and black both are read in every palette; grey is the background of some.
    "completion-menu.completion": ("bg:ansiblack ansiwhite", ""),
    "completion-menu.completion.current": ("noreverse bg:ansiwhite ansiblack", ""),
    "completion-menu.meta.completion": ("bg:ansiblack ansicyan", ""),
    "completion-menu.meta.completion.current": ("bg:ansiwhite ansiblack", ""),
}

#: prompt-toolkit's words for the numbers in which the palette is written: no others are read well on dark and on light.
WORDS = {
    "1": "bold",
    "2": "dim",
    "4": "underline",
    "31": "ansired",
    "32": "ansigreen",
    "33": "ansiyellow",
    "35": "ansimagenta",
    "36": "ansicyan",
}


def _coded() -> dict[str, tuple[str, str]]:
    """The looks of the parts of a text: see `show.palette.CODE`. Without colours it is plain."""
    return {
        f"code.{part}": (" ".join(map(WORDS.__getitem__, COLOURS[role].split(";"))), "") for part, role in CODE.items()
    }


def looks(style: Style) -> BaseStyle:
    """The roles' looks, in colour where the style has any."""
    return Looks.from_dict(
        {name: coloured if style.colour else plain for name, (coloured, plain) in (ROLES | _coded()).items()}
    )
