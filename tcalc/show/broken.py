"""Lines of words that are broken where the terminal ends."""

from __future__ import annotations

from tcalc.show.visible import cells

#: So many blanks stand between columns, and a line that goes on stands so much further in.
GAP, FURTHER = "   ", 2


def broken(line: str, width: int) -> list[str]:
    """A line in lines so wide, broken between words.

    What follows stands under the line's last column; a column that begins far right has a line of its own if it fits.
    """
    if cells(line) <= width:
        return [line]
    margin = len(line) - len(line.lstrip(" "))
    place = line.rfind(GAP, margin)
    further = margin + FURTHER
    if place > 0:
        column = place + len(GAP)
        if cells(line[:column]) <= width // 2:
            further = cells(line[:column])
        elif cells(line[:place].rstrip()) <= width and further + cells(line[column:]) <= width:
            return [line[:place].rstrip(), " " * further + line[column:]]
    lines: list[str] = []
    current = line[:margin]
    for number, word in enumerate(line[margin:].split(" ")):
        longer = f"{current} {word}" if number else current + word
        if cells(longer) <= width or not current.strip():
            current = longer if current.strip() or not number else current + word
        elif word:
            lines.append(current.rstrip())
            current = " " * further + word
    return [*lines, current.rstrip()]
