"""Pasted text. What was copied from a shell's screen is pasted as what was typed there."""

from __future__ import annotations

PROMPT = "tcalc> "
CONTINUATION = "   ... "


def pasted(text: str) -> str:
    """A pasted text as it goes on the line: without prompts and results, if it shows any prompt."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if any(line.startswith(PROMPT) for line in lines):
        lines = _typed(lines)
    return "\n".join(lines).rstrip("\n")


def _typed(lines: list[str]) -> list[str]:
    kept: list[str] = []
    inside = False  # of what was typed: output has no continuation
    for line in lines:
        if line.startswith(PROMPT):
            kept.append(line.removeprefix(PROMPT))
            inside = True
        elif inside and line.startswith(CONTINUATION):
            kept.append(line.removeprefix(CONTINUATION))
        else:
            inside = False
    return [line for line in kept if line.strip()]
