"""Pasted text. What was copied from a shell's screen, ours or Python's, is pasted as what was typed there."""

from __future__ import annotations

PROMPT = "tcalc> "
CONTINUATION = "   ... "
#: Where a line is wrapped that is longer than the terminal is wide: no new line begins.
WRAPPED = "    .. "
#: The prompt while vi's keys move about and write nothing; it is never left on the screen.
NORMAL = "tcalc: "


#: What pages and our own figures write for a blank and for a minus sign. A tab, which indents, is four blanks.
PLAIN = str.maketrans(
    {"\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " ", "\N{MINUS SIGN}": "-", "\t": "    "}
)


def pasted(text: str) -> str:
    """A pasted text as it goes on the line: without prompts and results, if it shows any prompt."""
    lines = text.translate(PLAIN).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if any(_prompt(line) for line in lines):
        lines = _typed(lines)
    return "\n".join(lines).rstrip("\n")


def _prompt(line: str) -> tuple[str, str] | None:
    """The prompt that a line begins with, and what the lines begin with that go on below it."""
    if line.startswith(PROMPT):
        return PROMPT, CONTINUATION
    if line.startswith(">>> "):
        return ">>> ", "... "
    if line.startswith("In ["):
        number, closed, _ = line.removeprefix("In [").partition("]: ")
        if closed and number.isdecimal():
            prompt = f"In [{number}]: "
            return prompt, "...: ".rjust(len(prompt))
    return None


def _typed(lines: list[str]) -> list[str]:
    kept: list[str] = []
    below = ""  # output has no continuation: what looks like one after other lines is none
    for line in lines:
        prompt = _prompt(line)
        if prompt is not None:
            kept.append(line.removeprefix(prompt[0]))
            below = prompt[1]
        elif below == CONTINUATION and line.startswith(WRAPPED):
            kept[-1] += line.removeprefix(WRAPPED)
        elif below and line.startswith(below):
            kept.append(line.removeprefix(below))
        elif not below or line != below.rstrip():  # a continuation with nothing in it
            below = ""
    return [line for line in kept if line.strip()]
