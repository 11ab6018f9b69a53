"""Commands between statements, as in a transcript that was pasted."""

from __future__ import annotations

from tcalc.commands import is_command


def pieces(text: str) -> list[tuple[int, str]]:
    """What of a text is run apart, each with the number of its first line, from 0: a command, or statements together.

    A command begins a line before which nothing is open, and goes on below while its own expression is open.
    """
    lines = text.split("\n")
    if len(lines) == 1 or not any(map(is_command, lines)):
        return [(0, text)]
    found: list[tuple[int, str]] = []
    begun = 0
    for place, line in enumerate(lines[1:], 1):
        piece = "\n".join(lines[begun:place])
        if (is_command(piece) or is_command(line)) and _is_whole(piece):
            found.append((begun, piece))
            begun = place
    found.append((begun, "\n".join(lines[begun:])))
    return [(line, piece) for line, piece in found if piece.strip()] or [(0, text)]


def without_commands(text: str) -> str:
    """The statements of a text, blanks in the place of its commands."""
    lines = text.split("\n")
    for first, piece in pieces(text):
        if is_command(piece):
            for place in range(first, first + piece.count("\n") + 1):
                lines[place] = " " * len(lines[place])
    return "\n".join(lines)


def _is_whole(piece: str) -> bool:
    from tcalc.syntax.parser import is_complete

    if piece.lstrip().startswith(":"):
        piece = piece.lstrip()[1:].partition(" ")[2]
    return is_command(piece) or is_complete(piece)
