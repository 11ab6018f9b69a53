"""The text that is typed, in the user's own editor."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator

from tcalc.repl.tty import echoed

#: Where neither `$VISUAL` nor `$EDITOR` is there, the first of these that is.
OTHERS = ("/usr/bin/editor", "nano", "vi", "emacs")


class NotEdited(Exception):
    """The line stays as it is; the reason is a sentence without a full stop."""


def edited(text: str) -> str:
    """A text as the editor leaves it. Raises NotEdited."""
    try:
        with tempfile.TemporaryDirectory(prefix="tcalc", ignore_cleanup_errors=True) as folder:
            path = os.path.join(folder, "line.tc")
            with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
                file.write(text)
            with echoed():
                _edit(path)
            with open(path, encoding="utf-8") as file:
                return file.read().rstrip("\n")
    except UnicodeDecodeError:
        raise NotEdited("what the editor wrote is no UTF-8") from None
    except OSError as reason:
        raise NotEdited(f"there is no file to edit: {reason.strerror or reason}") from None


def _edit(path: str) -> None:
    for command in _commands():
        try:
            status = subprocess.call([*command, path])
        except (OSError, ValueError):
            continue
        if status:
            ended = f"ended with {status}" if status > 0 else f"was ended by signal {-status}"
            raise NotEdited(f"the editor {ended}")
        return
    raise NotEdited("there is no editor: $EDITOR names one")


def _commands() -> Iterator[list[str]]:
    import shlex

    for name in ("VISUAL", "EDITOR"):
        try:
            command = shlex.split(os.environ.get(name, ""))
        except ValueError:  # a quote that is not closed
            continue
        if command:
            yield command
    for each in OTHERS:
        yield [each]
