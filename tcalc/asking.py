"""What `:help` and `:apropos` answer: on functions, operators, variables, commands, and the language itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.errors import TcalcError
from tcalc.outcomes import Bound, Outcome
from tcalc.settings import SWITCHES
from tcalc.show.help import INDENT, columns, prefixed, row_page, wrapped
from tcalc.show.search import Entry, ranked, vocabulary
from tcalc.show.topics import TOPICS, find, topic_page
from tcalc.source import Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tcalc.commands import Answer, Command
    from tcalc.session import Session

EXAMPLES = """\
A = [[1., 2.], [3., 4.]]      a tensor; its type is f32[2, 2]
A @ A.T + 1                   matrix product, broadcast
sum[0](A)   softmax[-1](A)    over which axis, in brackets
f(x, p=2) = x^p + 1           a function; x -> x^2 is one without a name
grad[x](sum(x^2))             the derivative by x
"""

KEYS = """\
Enter runs, Alt-Enter begins a new line, Tab completes, Up recalls;
Ctrl-C drops the line or interrupts what runs, Ctrl-D leaves"""

MORE = """\
`:help commands` says what each does, `:help sum` explains a function, and
`:help topics` lists what else there is to ask for: loops, labels, holes …"""

#: Lines that :apropos fills at most.
SCREEN = 20
#: How many names a family's page, or a module's, lists at most.
MOST_NAMES = 120


def overview(commands: Mapping[str, Command]) -> list[str]:
    """How to get on: a few expressions, the commands by name, the keys."""
    names = wrapped("  ".join([f":{name}" for name in commands]))
    return [*EXAMPLES.splitlines(), "", *names, *MORE.splitlines(), "", *KEYS.splitlines()]


def explained(session: Session, source: Source, commands: Mapping[str, Command]) -> Answer:
    """All that there is to say on what was asked. Raises TcalcError."""
    answer: list[Outcome | str] = []
    sign = _sign(session, source.text)
    name = sign or asked(source.text)
    pages = _pages(session, name, commands)
    variable = None if sign else session.lookup(name)
    if variable is not None:
        answer.append(Bound(name, variable.type, session.data(name)))
        answer += [f"  {line}" for line in session.words.definition(name).splitlines()]
        if session.words.meant(name):
            answer.append(f"torch.{name} is the builtin:")
    if pages:
        answer.append("\n\n".join(["\n".join(page) for page in pages]))
    if not answer:
        raise _unknown(session, name, source, commands)
    return answer


def asked(text: str) -> str:
    """The name in what was asked: `sum[0]`, `sum(A)` and `sum?` ask for `sum`, and any text for what a text is."""
    if text[0] in "\"'":
        return '"'
    end = next((place for place, character in enumerate(text) if character in " [("), len(text))
    name = text[:end].rstrip("?")
    return name if name and (name[0].isalpha() or name[0] == "_") else text


def _sign(session: Session, text: str) -> str:
    """The first operator or word of the language in an expression, which asks for that and not for its first name."""
    words = text.split()
    if len(words) > 1:
        for word in words:
            if find(word) is not None or (not word.isidentifier() and session.words.meant(word)):
                return word
    return ""


def subjects(session: Session, commands: Mapping[str, Command]) -> list[tuple[str, str]]:
    """What one may ask for by name, with a sentence each, for completion."""
    words = session.words
    named = [(name, words.remark(name)) for name in [*words.bound(), *words.rows()]]
    named += [(name, sentence) for name, sentence, _ in words.families()]
    named += [(topic.words[0], topic.doc) for topic in TOPICS if topic.words[0].isalpha()]
    return [*named, *[(command.name, command.doc) for command in commands.values()]]


def about(session: Session, source: Source, commands: Mapping[str, Command]) -> Answer:
    """The names whose own letters, other names or sentences have the words asked for. Raises TcalcError."""
    entries = list(_entries(session, commands))
    found = ranked(entries, source.text)
    if not found:
        words = source.text.split()
        missing = next((word for word in words if not ranked(entries, word)), None)
        if missing is None:
            raise TcalcError("name", f"nothing is about all of {', '.join(words)}", Span(source, 0, len(source.text)))
        start = source.text.index(missing)
        near = session.words.near(missing.lower(), vocabulary(entries))
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise TcalcError("name", f"nothing is about {missing}{hint}", Span(source, start, start + len(missing)))
    shown = found if len(found) <= SCREEN else found[: SCREEN - 1]
    lines = columns([(entry.name, entry.doc) for entry in shown])
    if len(shown) < len(found):
        lines.append(f"{len(found) - len(shown)} more; a second word says which")
    return ["\n".join(lines)]


def _pages(session: Session, name: str, commands: Mapping[str, Command]) -> list[list[str]]:
    """The pages on a name, leaving aside what the session has bound to it."""
    words = session.words
    pages = [row_page(row) for row in words.meant(name)]
    topic = find(name) or find(name.rpartition(".")[2])
    if topic is not None and (name in topic.words or not pages):
        pages.append(topic_page(topic))
    inside = words.in_space(name)
    if inside:
        pages.append(_listed(name, inside))
    pages += [
        [*wrapped(f"{family}   {sentence}"), *_listed("", [row.name for row in rows])]
        for family, sentence, rows in words.families()
        if family == name
    ]
    if name.removeprefix(":") == "commands":
        pages.append(columns([(command.usage, command.doc) for command in commands.values()]))
    if name == "topics":
        pages.append(_topics(session))
    switch = SWITCHES.get(name)
    if switch is not None:
        usage = f":set {switch.name} {'|'.join(switch.values)}"
        pages.append([*wrapped(f"{usage}   {switch.doc}"), *switch.page.splitlines()])
    command = commands.get(name.removeprefix(":"))
    if command is not None:
        pages.append([f"{command.usage}   {command.doc}", *command.page.splitlines()])
    return pages


def _listed(heading: str, names: Iterable[str]) -> list[str]:
    listed = list(names)
    more = f", and {len(listed) - MOST_NAMES} more" if len(listed) > MOST_NAMES else ""
    return wrapped(f"{INDENT}{heading + ': ' if heading else ''}{', '.join(listed[:MOST_NAMES])}{more}")


def _topics(session: Session) -> list[str]:
    """What there is to ask for besides functions."""
    language = [topic.words[0] for topic in TOPICS]
    families = [family for family, _, _ in session.words.families()]
    lines = wrapped("topics   What :help explains besides functions, operators, commands and your own names.")
    return [*lines, *_listed("the language", language), *_listed("families of functions", families)]


def _entries(session: Session, commands: Mapping[str, Command]) -> Iterable[Entry]:
    """Everything that can be looked for: functions first, those without a row last."""
    for family, sentence, rows in session.words.families():
        for row in rows:
            operator = prefixed(row.operator) or row.operator
            yield Entry(row.name, row.doc, [*row.aliases, *([operator] if operator else [])])
        yield Entry(f":help {family}", sentence, [family])
    for topic in TOPICS:
        yield Entry(f":help {topic.words[0]}", topic.doc, topic.words)
    for command in commands.values():
        yield Entry(command.usage, command.doc, [command.name])
    for row in session.words.without_row():
        yield Entry(row.torch, row.forms[0].text, [row.name], silent=True)


def _unknown(session: Session, name: str, source: Source, commands: Mapping[str, Command]) -> TcalcError:
    """The error for what nothing is known about: what it may have been, and how to look for it."""
    known = [f":{command}" for command in commands]
    if not name.startswith(":"):
        known = [*(each for each, _ in subjects(session, commands)), *(row.name for row in session.words.without_row())]
    error = session.words.unknown(name, Span(source, 0, min(len(name), len(source.text))), known)
    if error.message == f"there is no {name}" and name.isidentifier():
        error.message += f"; :apropos {name} looks for the word"
    return error
