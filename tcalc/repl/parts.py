"""What the parts of a line are that is typed at the prompt, be it a program or a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tcalc.show.highlight import Highlighted


def parts(text: str, kind: Callable[[str], str]) -> Highlighted:
    """The parts of what is typed: of a command its name, then the expression that it is about."""
    from tcalc.commands import is_command
    from tcalc.show.highlight import Highlighted, highlighted

    if not is_command(text):
        return highlighted(text, kind)
    first = len(text) - len(text.lstrip())
    if text[first] != ":":
        mark = first if text[first] == "?" else len(text.rstrip()) - 1
        return Highlighted([("command", mark, mark + 1)], {})
    name = text[first + 1 :].split(None, 1)[:1]
    end = first + 1 + (len(name[0]) if name and text[first + 1 : first + 2].strip() else 0)
    from tcalc.commands import COMMANDS  # not before there is a command

    command = COMMANDS.get(text[first + 1 : end])
    if command is None:
        return Highlighted([], {})
    found = highlighted(text, kind, end) if command.takes == "expression" else Highlighted([], {})
    return Highlighted([("command", first, end), *found.parts], found.partner)
