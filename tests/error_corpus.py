"""The error corpus: programs with one mistake each, and what `tcalc FILE` says of them on standard error.

`tests/errors/<code>/<name>.tc` is a program that stops with an error of that code, `.out` beside it what is printed. A
program opens with the words that its error must have, put down before the error was looked at:

    # says: A's last axis is 3; B's first is 4; A @ B.T

and may go on with `# runs with: memory=1M safe`. `make snapshots` (this file, run) writes the `.out` files anew.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import torch

from tcalc import memory
from tcalc.doors import run_program
from tcalc.interrupt import Ticket
from tcalc.printer import Printer
from tcalc.session import Session
from tcalc.settings import Settings
from tcalc.source import Source

FOLDER = Path(__file__).resolve().parent / "errors"
SAYS, RUNS_WITH = "# says: ", "# runs with: "


class Case:
    """A program of the corpus. `says` are words of its error, `name` its path below the folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.code, self.name = path.parent.name, path.relative_to(FOLDER).as_posix()
        self.text = path.read_bytes().decode("utf-8", "surrogateescape")
        head = self.text.splitlines()[:2]
        if not head or not head[0].startswith(SAYS):
            raise ValueError(f"{self.name} does not open with {SAYS!r}")
        self.says = [words.strip() for words in head[0].removeprefix(SAYS).split("; ")]
        self.runs_with = head[1].removeprefix(RUNS_WITH).split() if head[1:] and head[1].startswith(RUNS_WITH) else []

    @property
    def snapshot(self) -> Path:
        """The file that holds what is printed."""
        return self.path.with_suffix(".out")

    def settings(self) -> Settings:
        """The settings that `# runs with:` names."""
        settings = Settings(arguments=[])
        for word in self.runs_with:
            if word in ("safe", "strict"):
                setattr(settings, word, True)
            elif word.startswith("memory="):
                settings.memory = memory.parse(word.removeprefix("memory="))
            else:
                raise ValueError(f"{self.name} cannot run with {word!r}")
        return settings

    def run(self) -> tuple[str, int]:
        """What the program prints on standard error, run from the corpus's folder, and its exit status."""
        settings, said = self.settings(), io.StringIO()
        printer = Printer(io.BytesIO(), settings.default_float)
        with torch_left_alone(), contextlib.chdir(FOLDER), contextlib.redirect_stderr(said):
            run_program(Session(settings), Source(self.text, self.name), printer, Ticket())
            printer.flush()
        return said.getvalue(), printer.status


def cases() -> list[Case]:
    """Every program of the corpus."""
    return [Case(path) for path in sorted(FOLDER.glob("*/*.tc"))]


@contextlib.contextmanager
def torch_left_alone() -> Iterator[None]:
    """A session sets torch's default dtype and turns its recording off."""
    dtype, recording = torch.get_default_dtype(), torch.is_grad_enabled()
    try:
        yield
    finally:
        torch.set_default_dtype(dtype)
        torch.set_grad_enabled(recording)


def update() -> int:
    """Write every snapshot; 1 where an error lacks words that it must have, or is of another code."""
    wrong = 0
    found = cases()
    for case in found:
        said, _ = case.run()
        case.snapshot.write_text(said, encoding="utf-8")
        lacking = [words for words in case.says if words not in said]
        if lacking or not said.startswith(f"error[{case.code}]"):
            wrong += 1
            print(f"{case.name}: {'; '.join(lacking) or f'no error[{case.code}]'} is not in\n{said or '(nothing)'}")
    kept = {case.snapshot for case in found}
    for stale in FOLDER.glob("*/*.out"):
        if stale not in kept:
            stale.unlink()
    print(f"{len(found)} programs, {wrong} of them without the words that they must have")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.stdout.flush()
    status = update()
    sys.stdout.flush()
    os._exit(status)
