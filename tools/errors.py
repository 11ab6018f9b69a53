"""Writes docs/errors.md from the table of error codes: `python tools/errors.py`.

tests/test_error_codes.py does the same, and compares; it also runs the programs.
"""

from __future__ import annotations

from pathlib import Path

from tcalc.show.codes import CODES, Code

PAGE = Path(__file__).resolve().parent.parent / "docs" / "errors.md"

INTRODUCTION = """\
# Errors

Every error has one of these codes. `make docs` writes this page from the table that `:error CODE` in the shell and
`tcalc --error CODE` show; the tests run its programs, and hold that the first of each leads to its code and that the
second runs. What an error looks like is told [with the language](language.md#errors).\
"""


def written() -> str:
    """The whole page."""
    rows = [f"| [`{code.name}`](#{code.name}) | {code.heading} | {code.status} |" for code in CODES.values()]
    index = "\n".join(["| code | what | exit status |", "| --- | --- | --- |", *rows])
    return "\n\n".join([INTRODUCTION, index, *map(section, CODES.values())]) + "\n"


def section(code: Code) -> str:
    """A code's section."""
    parts = [f"## {code.name}", f"{code.heading[0].upper()}{code.heading[1:]}. {code.cause}"]
    for heading, program in (("This leads there:", code.example), ("and this runs:", code.repair)):
        if program:
            parts += [heading, f"```\n{program}\n```"]
    return "\n\n".join(parts)


if __name__ == "__main__":
    before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    after = written()
    if after != before:
        PAGE.write_text(after, encoding="utf-8")
        print(f"docs/{PAGE.name} has changed")
