"""The shell's `:commands`: one table that help, completion and the tests read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tcalc.errors import TcalcError
from tcalc.outcomes import Bound, Left, Noted, Outcome
from tcalc.source import Source, Span

if TYPE_CHECKING:
    from tcalc.session import Session

#: What a command gives: lines of text, and outcomes, which are shown as a statement's are.
Answer = list["Outcome | str"]


class Command:
    """A row of the table.

    `argument` is a hint at what stands after the name, empty where nothing does; in brackets where it may be left out.
    `takes` says what completes there: "names" (the session's), "words" (all that help knows), "expression" or "".
    `run` may raise TcalcError.
    """

    __slots__ = ("argument", "doc", "name", "run", "takes")

    def __init__(
        self, name: str, argument: str, takes: str, doc: str, run: Callable[[Session, Source], Answer]
    ) -> None:
        self.name, self.argument, self.takes, self.doc, self.run = name, argument, takes, doc, run

    @property
    def usage(self) -> str:
        """`:type EXPR`"""
        return f":{self.name} {self.argument}".rstrip()


def is_command(text: str) -> bool:
    """Whether a text is a command and not a statement."""
    return text.lstrip().startswith(":") or bool(_question(text))


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


def run_command(session: Session, source: Source) -> Answer:
    """Run the command that a text is. Raises TcalcError."""
    text = source.text
    question = _question(text)
    if question:
        return COMMANDS["help"].run(session, Source(question, ":help", source.first_line))
    start = text.index(":")
    words = text[start + 1 :].split(None, 1)
    name, argument = (*words, "", "")[:2]
    place = Span(source, start, start + 1 + len(name))
    command = COMMANDS.get(name or "help")
    if command is None:
        error = session.words.unknown(f":{name}", place, [f":{each}" for each in COMMANDS])
        if "?" not in error.message:
            error.message += "; :help lists the commands"
        raise error
    if not argument and command.argument and not command.argument.startswith("["):
        raise TcalcError("type", f":{name} needs {_article(command.argument)}", place)
    if argument and not command.argument:
        raise TcalcError("type", f":{name} takes nothing", Span(source, place.end + 1, len(text.rstrip())))
    return command.run(session, Source(argument.rstrip(), f":{name}", source.first_line))


def _article(argument: str) -> str:
    return {"EXPR": "an expression", "NAME...": "a name", "WORD": "a word"}[argument]


# The commands


def help_(session: Session, source: Source) -> Answer:
    """What a name, an operator, a command or a form of the language is, or how to get on."""
    from tcalc import asking  # not before somebody asks

    if not source.text:
        return ["\n".join(asking.overview(COMMANDS))]
    return asking.explained(session, source, COMMANDS)


def apropos(session: Session, source: Source) -> Answer:
    """What has to do with some words."""
    from tcalc import asking

    return asking.about(session, source, COMMANDS)


def type_(session: Session, source: Source) -> Answer:
    """The type of an expression."""
    type, notes = session.type_of(source)
    return [str(type), *map(Noted, notes)]


def vars_(session: Session, source: Source) -> Answer:
    """All names that are bound."""
    answer: Answer = [
        Bound(name, binding.variable.type, session.data(name))
        for name, binding in session.bindings.items()
        if name not in ("_", "ans")
    ]
    return answer or ["no names are bound"]


def code(session: Session, source: Source) -> Answer:
    """The torch calls that a statement runs."""
    from tcalc.show.code import code_text

    checked, graph = session.compiled(source)
    if not graph.nodes:
        return ["nothing runs here"]
    names = session.names()
    helpers = session.kernel_sources({*names})
    return [code_text(graph, checked.targets, names, helpers, session.settings.default_float)]


def del_(session: Session, source: Source) -> Answer:
    """Forget some names; none of them where one is unknown."""
    words = source.text.replace(",", " ").split()
    for word in words:
        if session.lookup(word) is None:
            start = source.text.index(word)
            raise session.words.unknown(word, Span(source, start, start + len(word)), session.names())
    for word in words:
        session.forget(word)
    return []


def reset(session: Session, source: Source) -> Answer:
    """Forget all names."""
    session.reset()
    return []


def quit_(session: Session, source: Source) -> Answer:
    """Leave."""
    return [Left()]


COMMANDS: dict[str, Command] = {
    command.name: command
    for command in (
        Command("help", "[NAME]", "words", "A page on a name or an operator, as ?NAME; alone, this one.", help_),
        Command("apropos", "WORD", "words", "The functions and pages that a word has to do with.", apropos),
        Command("type", "EXPR", "expression", "The dtype and shape of an expression, without running it.", type_),
        Command("vars", "", "", "The names that are bound, with their types.", vars_),
        Command("code", "EXPR", "expression", "The torch calls that a statement runs, without running them.", code),
        Command("del", "NAME...", "names", "Forget names.", del_),
        Command("reset", "", "", "Forget all names.", reset),
        Command("quit", "", "", "Leave, as Ctrl-D and exit() do.", quit_),
    )
}
