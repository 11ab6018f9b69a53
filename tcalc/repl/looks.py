"""How the line that is typed looks: prompt-toolkit's names of the roles that `show.palette` draws in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prompt_toolkit.styles import BaseStyle
from prompt_toolkit.styles import Style as Looks

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
}


def looks(style: Style) -> BaseStyle:
    """The roles' looks, in colour where the style has any."""
    return Looks.from_dict({name: coloured if style.colour else plain for name, (coloured, plain) in ROLES.items()})
