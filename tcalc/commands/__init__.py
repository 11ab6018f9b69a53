"""The shell's `:commands`: one table that help, completion and the tests read, and a file for each family of them.

The table is read when the first command is given, not when this package is imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tcalc.errors import TcalcError
from tcalc.source import Source, Span

if TYPE_CHECKING:
    from tcalc.commands.command import Answer, Command
    from tcalc.commands.desk import Desk
    from tcalc.commands.table import COMMANDS
    from tcalc.session import Session

__all__ = ["COMMANDS", "Answer", "Command", "is_command", "meant", "run_command"]


def __getattr__(name: str) -> Any:
    if name == "COMMANDS":
        from tcalc.commands.table import COMMANDS

        return COMMANDS
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def is_command(text: str) -> bool:
    """Whether a text is a command and not a statement."""
    return text.lstrip().startswith(":") or bool(_question(text))


#: What people type in other shells, and the command that it is here where no name is that.
WORDS = {"help": ":help", "exit": ":quit", "quit": ":quit"}


def meant(session: Session, text: str) -> str:
    """What a text is in the shell: a word like `exit` alone is a command there."""
    command = WORDS.get(text.strip())
    return text if command is None or session.lookup(text.strip()) is not None else command


def _question(text: str) -> str:
    """The name in `?sum`, `sum?` and the like, which no expression can be: a hole stands alone, or by an operator."""
    text = text.strip()
    name = text.strip("?")
    if name == text or not all(map(str.isidentifier, name.split("."))):
        return ""
    if not text.startswith("?"):
        from tcalc.syntax.parser import keywords

        return "" if name in keywords() else name  # `not?` is `not ?`
    return name


def run_command(session: Session, source: Source, desk: Desk | None = None) -> Answer:
    """Run the command that a text is. Raises TcalcError.

    `desk` is what the shell has for it, where there is a shell.
    """
    from tcalc.commands.command import article, unknown
    from tcalc.commands.desk import Desk
    from tcalc.commands.table import COMMANDS

    desk = desk or Desk()
    text = source.text
    question = _question(text)
    if question:
        return COMMANDS["help"].run(session, Source(question, ":help", source.first_line), desk)
    start = text.index(":")
    words = text[start + 1 :].split(None, 1)
    name, argument = (*words, "", "")[:2]
    place = Span(source, start, start + 1 + len(name))
    command = COMMANDS.get(name or "help")
    if command is None:
        known = [f":{each}" for each in COMMANDS]
        begun = [each for each in known if each.startswith(f":{name}")]
        begin = "begin with it" if begun[1:] else "begins with it"
        else_ = f"{', '.join(begun)} {begin}" if begun else ":help lists the commands"
        raise unknown(session, f":{name}", place, known, else_)
    if not argument and command.argument and not command.may_be_alone:
        raise TcalcError("type", f":{name} needs {article(command.argument)}", place)
    if argument and not command.argument:
        raise TcalcError("type", f":{name} takes nothing", Span(source, place.end + 1, len(text.rstrip())))
    return command.run(session, Source(argument.rstrip(), f":{name}", source.first_line), desk)
