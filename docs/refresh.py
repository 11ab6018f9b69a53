"""Runs the commands that the pages show and writes what they print back into the pages: `python docs/refresh.py`.

A page shows commands in ```console blocks: a line that begins with `$ ` is one, what follows it is what it prints, on
standard output and standard error alike. Between `<!-- speed -->` and `<!-- /speed -->` stands the table of
benchmarks/README.md. tests/test_readme.py does the same, and compares.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "examples").glob("*.md"))]

FENCE, PROMPT = "```", "$ "


def blocks(page: str) -> list[tuple[int, int]]:
    """Where the console blocks of a page are: the line behind the fence that opens each, and that of the closing one."""
    found = []
    start = None
    for number, line in enumerate(page.split("\n")):
        if start is None and line.strip() == f"{FENCE}console":
            start = number + 1
        elif start is not None and line.strip() == FENCE:
            found.append((start, number))
            start = None
    return found


def speed_quoted(page: str) -> str:
    """A page with the table of the benchmarks where it quotes it."""
    before, begin, rest = page.partition("<!-- speed -->\n")
    _, end, after = rest.partition("<!-- /speed -->")
    if not end:
        return page
    measured = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8").splitlines(keepends=True)
    return before + begin + "".join(line for line in measured if line.startswith("|")) + end + after


def performed(block: list[str]) -> list[str]:
    """A block with what its commands print now."""
    lines = []
    for line in block:
        if line.startswith(PROMPT):
            lines += [line, *output(line.removeprefix(PROMPT)).splitlines()]
    return lines


def output(command: str) -> str:
    """What a command prints in the root of the checkout, with the tcalc of this environment."""
    with tempfile.TemporaryDirectory() as cache:
        environment = os.environ | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "XDG_CACHE_HOME": cache,
            "LC_ALL": "C.UTF-8",
        }
        run = subprocess.run(
            ["sh", "-c", command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env=environment,
        )
    return run.stdout.decode()


def refreshed(page: str) -> str:
    """A page with what its commands print now."""
    lines = page.split("\n")
    places = blocks(page)
    # Mostly waiting for torch to be loaded: two at a time are twice as fast.
    with ThreadPoolExecutor(2) as pool:
        news = list(pool.map(performed, [lines[start:end] for start, end in places]))
    for (start, end), new in reversed(list(zip(places, news, strict=True))):
        lines[start:end] = new
    return "\n".join(lines)


if __name__ == "__main__":
    for path in PAGES:
        before = path.read_text(encoding="utf-8")
        after = speed_quoted(refreshed(before))
        if after != before:
            path.write_text(after, encoding="utf-8")
            print(f"{path.relative_to(ROOT)} has changed")
