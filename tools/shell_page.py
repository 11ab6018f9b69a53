"""Writes the tables of docs/shell.md from those of the shell: `python tools/shell_page.py`.

Each stands between `<!-- NAME -->` and `<!-- /NAME -->`; the rest of the page is written by hand.
tests/test_shell_page.py does the same, and compares.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tcalc.commands import COMMANDS
from tcalc.settings import SWITCHES
from tcalc.show.keys import KEYS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "shell.md"


def table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(f"| {' | '.join([cell.replace('|', chr(92) + '|') for cell in line])} |" for line in lines)


def tables() -> dict[str, str]:
    """The tables by their names."""
    return {
        "keys": table(("keys", "what they do"), [(_coded(names), does) for names, does in KEYS]),
        "commands": table(("command", "what it does"), [(f"`{each.usage}`", each.doc) for each in COMMANDS.values()]),
        "settings": table(
            ("setting", "values", "what it does"),
            [
                (f"`{each.name}`", ", ".join([f"`{word}`" for word in each.values]), each.doc)
                for each in SWITCHES.values()
            ],
        ),
    }


def _coded(names: str) -> str:
    """Keys as code, each by itself."""
    return " ".join([name if name == "…" else f"`{name}`" for name in names.split()])


def written(page: str) -> str:
    """The page with its tables as they are now."""
    for name, text in tables().items():
        before, begin, rest = page.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        assert end, name
        page = f"{before}{begin}{text}\n{end}{after}"
    return page


if __name__ == "__main__":
    before = PAGE.read_text(encoding="utf-8")
    after = written(before)
    if after != before:
        PAGE.write_text(after, encoding="utf-8")
        print(f"docs/{PAGE.name} has changed")
