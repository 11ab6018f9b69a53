"""Runs the commands that the pages show and writes what they print back into the pages: `python tools/refresh.py`.

A page shows commands in ```console blocks: a line that begins with `$ ` is one, what follows it is what it prints, on
standard output and standard error alike; after the command `tcalc` alone, lines that begin with `tcalc> ` are typed
into the shell, in a pseudo-terminal, and entered unless what stands below begins with one blank: the bottom line. The
```pycon blocks of a page are one conversation with Python. Between `<!-- speed -->` and `<!-- /speed -->` stands the
first table of benchmarks/README.md. tests/test_readme.py does the same, and compares.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "examples").glob("*.md"))]

FENCE, PROMPT, TYPED = "```", "$ ", "tcalc> "
COLUMNS = 100
PATIENCE = 30


def blocks(page: str, kind: str = "console") -> list[tuple[int, int]]:
    """Where the blocks of a kind are on a page: the line behind each opening fence, and that of the closing one."""
    found = []
    start = None
    for number, line in enumerate(page.split("\n")):
        if start is None and line.strip() == f"{FENCE}{kind}":
            start = number + 1
        elif start is not None and line.strip() == FENCE:
            found.append((start, number))
            start = None
    return found


def speed_quoted(page: str) -> str:
    """A page with the first table of the benchmarks where it quotes it."""
    before, begin, rest = page.partition("<!-- speed -->\n")
    _, end, after = rest.partition("<!-- /speed -->")
    if not end:
        return page
    first = (ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8").partition("\n## ")[0]
    measured = first.splitlines(keepends=True)
    return before + begin + "".join(line for line in measured if line.startswith("|")) + end + after


def performed(block: list[str]) -> list[str]:
    """A block with what its commands print now."""
    lines = []
    for line in block:
        if line == f"{PROMPT}tcalc":
            lines += [line, *conversation(block)]
        elif line.startswith(PROMPT):
            lines += [line, *output(line.removeprefix(PROMPT)).splitlines()]
    return lines


def surroundings(folder: str) -> Mapping[str, str]:
    """The environment that commands run in: the tcalc beside this Python, and nothing of the user's own."""
    mine = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm-256color",
        "HOME": folder,
    }
    return {name: value for name, value in os.environ.items() if not name.startswith("XDG_")} | mine


def output(command: str) -> str:
    """What a command prints in the root of the checkout."""
    with tempfile.TemporaryDirectory() as home:
        run = subprocess.run(
            ["sh", "-c", command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env=surroundings(home),
        )
    return run.stdout.decode()


def conversation(block: list[str]) -> list[str]:
    """What stands on the shell's screen around lines that are typed one after another, each when the prompt is there.

    A line that is shown with one that begins with a single blank below it is not entered: that is the bottom line.
    """
    import pexpect  # type: ignore[import-untyped]  # it has no types
    import pyte

    screen = pyte.Screen(COLUMNS, 300)
    stream = pyte.ByteStream(screen)

    def rows() -> list[str]:
        return "\n".join(row.rstrip() for row in screen.display).rstrip().split("\n")

    with tempfile.TemporaryDirectory() as home:
        shell = pexpect.spawn("tcalc", [], dimensions=(300, COLUMNS), cwd=ROOT, env=surroundings(home))

        def settled(is_there: Callable[[list[str]], bool]) -> list[str]:
            """The screen, once it shows something and nothing more comes."""
            end = time.monotonic() + PATIENCE
            while time.monotonic() < end:
                try:
                    data = shell.read_nonblocking(65536, timeout=0.3)
                except pexpect.TIMEOUT:
                    if is_there(rows()):
                        return rows()
                    continue
                stream.feed(data)
                if b"\x1b[6n" in data:  # where is the cursor?
                    shell.send(f"\x1b[{screen.cursor.y + 1};{screen.cursor.x + 1}R")
            raise TimeoutError("\n".join(rows()))

        shown = settled(_is_prompt)[:-1]
        for line, below in zip(block, [*block[1:], ""], strict=True):
            if not line.startswith(TYPED):
                continue
            begun = len(rows()) - 1
            shell.send(line.removeprefix(TYPED))
            if below.startswith(" ") and not below.startswith("  "):
                shown += [line, settled(_is_told(line, begun))[-1]]
                shell.send("\x15")  # Ctrl-U
                settled(_is_prompt)
            else:
                shell.send("\r")
                shown += settled(_is_answered(begun))[begun:-1]
        shell.close(force=True)
    return shown


def _is_prompt(now: list[str]) -> bool:
    return now[-1] == TYPED.rstrip()


def _is_told(line: str, row: int) -> Callable[[list[str]], bool]:
    """Whether a line stands in a row, and something below it."""
    return lambda now: now[row : row + 1] == [line] and now[-1] != line


def _is_answered(row: int) -> Callable[[list[str]], bool]:
    """Whether the prompt is there again below a row."""
    return lambda now: len(now) > row + 1 and _is_prompt(now)


#: Reads what is typed with its prompts, line by line; gives what Python says after each, of a traceback only its end.
CONVERSATION = """
import code, contextlib, io, json, sys, traceback

class Console(code.InteractiveConsole):
    def showtraceback(self):
        kind, fault, _ = sys.exc_info()
        print("Traceback (most recent call last):", "  ...", sep="\\n")
        print(*traceback.format_exception_only(kind, fault), sep="", end="")

console, answers = Console({"__name__": "__main__"}), []
typed = json.load(sys.stdin)
for line, following in zip(typed, [*typed[1:], ">>> "]):
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        if console.push(line[4:]) and following.startswith(">>>"):
            console.push("")
    answers.append(printed.getvalue())
json.dump(answers, sys.stdout)
"""


def talked(page: list[list[str]]) -> list[list[str]]:
    """The ```pycon blocks of a page with what Python answers now."""
    typed = [[line for line in block if line[:4].rstrip() in (">>>", "...")] for block in page]
    with tempfile.TemporaryDirectory() as home:
        run = subprocess.run(
            [sys.executable, "-c", CONVERSATION],
            input=json.dumps([line for block in typed for line in block]),
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=surroundings(home),
            check=True,
        )
    answers = iter(json.loads(run.stdout))
    return [[each for line in block for each in (line, *next(answers).splitlines())] for block in typed]


def refreshed(page: str) -> str:
    """A page with what its commands print now."""
    lines = page.split("\n")
    places = blocks(page)
    # Mostly waiting for torch to be loaded: two at a time are twice as fast.
    with ThreadPoolExecutor(2) as pool:
        news = list(pool.map(performed, [lines[start:end] for start, end in places]))
    talks = blocks(page, "pycon")
    if talks:
        places, news = places + talks, news + talked([lines[start:end] for start, end in talks])
    for (start, end), new in sorted(zip(places, news, strict=True), reverse=True):
        lines[start:end] = new
    return "\n".join(lines)


if __name__ == "__main__":
    for path in PAGES:
        before = path.read_text(encoding="utf-8")
        after = speed_quoted(refreshed(before))
        if after != before:
            path.write_text(after, encoding="utf-8")
            print(f"{path.relative_to(ROOT)} has changed")
