"""The shell's `:commands`: one table that help, completion and the tests read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tcalc.errors import TcalcError
from tcalc.outcomes import Bound, Left, Noted, Outcome
from tcalc.source import Source, Span

if TYPE_CHECKING:
    from tcalc.library.builtin import Builtin
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
    return text.lstrip().startswith(":")


def run_command(session: Session, source: Source) -> Answer:
    """Run the command that a text is. Raises TcalcError."""
    text = source.text
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
    return {"EXPR": "an expression", "NAME...": "a name"}[argument]


# The commands


def help_(session: Session, source: Source) -> Answer:
    """What a function or a command does, or how to get on."""
    name = source.text
    if not name:
        return ["\n".join(_overview())]
    pages: Answer = []
    command = COMMANDS.get(name.removeprefix(":"))
    if not name.startswith(":"):
        row, variable = session.words.row(name), session.lookup(name)
        if variable is not None:
            pages.append(Bound(name, variable.type, session.data(name)))
        if row is not None:
            if variable is not None:
                pages.append(f"torch.{name} is the builtin:")
            pages.append(row_help(row))
    if command is not None:
        pages.append(f"{command.usage}   {command.doc}")
    if pages:
        return pages
    known = [*session.words.bound(), *session.words.rows(), *COMMANDS, *(f":{each}" for each in COMMANDS)]
    raise session.words.unknown(name, Span(source, 0, len(name)), known)


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
    return [code_text(graph, checked.targets, session.names())]


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
        Command("help", "[NAME]", "words", "What a function or an operator does; without a name, this page.", help_),
        Command("type", "EXPR", "expression", "The dtype and shape of an expression, without running it.", type_),
        Command("vars", "", "", "The names that are bound, with their types.", vars_),
        Command("code", "EXPR", "expression", "The torch calls that a statement runs, without running them.", code),
        Command("del", "NAME...", "names", "Forget names.", del_),
        Command("reset", "", "", "Forget all names.", reset),
        Command("quit", "", "", "Leave, as Ctrl-D and exit() do.", quit_),
    )
}


# Help

OVERVIEW = """\
A = [[1., 2.], [3., 4.]]      a tensor; its type is f32[2, 2]
A @ A.T + 1                   matrix product, broadcast
sum[0](A)   softmax[-1](A)    over which axis, in brackets
f(x, p=2) = x^p + 1           a function; x -> x^2 is one without a name
grad[x](sum(x^2))             the derivative by x
"""

KEYS = """\
Enter runs, Alt-Enter begins a new line, Tab completes, Up recalls;
Ctrl-C drops the line or interrupts what runs, Ctrl-D leaves"""


def _overview() -> list[str]:
    width = max(len(command.usage) for command in COMMANDS.values())
    commands = [f"{command.usage:{width}}   {command.doc}" for command in COMMANDS.values()]
    return [*OVERVIEW.splitlines(), "", *commands, "", KEYS]


def row_help(row: Builtin) -> str:
    """A row as a page: its sentence, how it may be called, an example, its other names."""
    lines = [f"{row.name}   {row.doc}"]
    lines += [f"  {_call(row, form.text)}" for form in row.forms]
    lines.append(f"  {row.example}")
    also = [row.operator] if row.operator else []
    also += [*row.aliases, *[f"torch.{space}.{row.name}" for space in row.spaces if space and "." not in row.name]]
    if also:
        lines.append(f"  also: {', '.join(also)}")
    return "\n".join(lines)


def _call(row: Builtin, text: str) -> str:
    """A form under the row's name; an attribute is read from its operand."""
    if row.attribute:
        parameter, _, result = text.removeprefix("(").partition(") -> ")
        return f"{parameter.partition(':')[0]}.{row.name} -> {result}"
    return row.name + text
