"""The text that is typed, in the user's own editor."""

from __future__ import annotations

import os
import subprocess
import tempfile

from tcalc.repl.tty import echoed

#: Where neither `$VISUAL` nor `$EDITOR` names one, the first of these that is there.
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
    """Have a file edited by the user's editor, or by one that is there where none is named. Raises NotEdited."""
    named = [(name, os.environ[name]) for name in ("VISUAL", "EDITOR") if os.environ.get(name, "").strip()]
    for _, command in named:
        if _ran(command, path):
            return
    if named:
        raise NotEdited(" and ".join([f"${name} is {command}" for name, command in named]) + ", which does not run")
    if not any(_ran(command, path) for command in OTHERS):
        raise NotEdited("there is no editor: $EDITOR names one")


def _ran(command: str, path: str) -> bool:
    """Whether an editor could be run. Raises NotEdited where it failed."""
    import shlex

    try:
        status = subprocess.call([*shlex.split(command), path])
    except (OSError, ValueError):  # a quote that is not closed is a ValueError
        return False
    if status:
        ended = f"ended with {status}" if status > 0 else f"was ended by signal {-status}"
        raise NotEdited(f"the editor {ended}")
    return True
