"""Commands that keep a session in a file, and take one up again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tcalc import __version__
from tcalc.errors import TcalcError, counted
from tcalc.journal import Line, Story
from tcalc.outcomes import Bound, Failed, Left, Outcome
from tcalc.settings import Settings
from tcalc.source import Source, Span
from tcalc.types.tensor import Axis, FunctionType, TensorType, TupleType, Type

if TYPE_CHECKING:
    from tcalc.bindings import Binding
    from tcalc.commands.command import Answer
    from tcalc.commands.desk import Desk
    from tcalc.session import Session

SAVE = """
  The statements that made the names that there are, in order; what was deleted
  or bound anew since is left out, where nothing that stays needs it. `tcalc FILE`
  and :load FILE give the same names. A seed begins it where random numbers were
  drawn. What no statement of the present settings makes is written as a value,
  a large one to a .safetensors file beside the script; a comment says which.
"""
LOAD = """
  The script is checked whole before its first line runs, and stops at its first
  error; its names are the session's then. What its expressions give is shown.
"""

#: A value of more numbers stands in a file of its own.
MOST_WRITTEN = 64
#: The ending of scripts, and of the file beside one.
ENDING, BESIDE = ".tc", ".safetensors"


def load(session: Session, source: Source, desk: Desk) -> Answer:
    """Run a script into the session."""
    from tcalc.doors import decoded, read_script

    path, place = _path(source)
    if session.settings.safe:
        raise TcalcError("io", "this reads a file, which --safe forbids", place)
    try:
        script = Source(decoded(read_script(path)), path)
    except (OSError, ValueError) as reason:
        raise TcalcError("io", f"{path} cannot be read: {getattr(reason, 'strerror', None) or reason}", place) from None
    return _loaded(session, script, desk)


def _loaded(session: Session, script: Source, desk: Desk) -> Iterator[Outcome | str]:
    """What a script shows, as it runs."""
    statements, outcomes = session.check(script, desk.ticket)
    failed = [each for each in outcomes if isinstance(each, Failed)]
    if failed:
        yield from failed[:1]
        return
    names: dict[str, None] = {}
    for statement in statements:
        for outcome in session.execute(statement, desk.ticket):
            if isinstance(outcome, Left):
                yield _bound([*names])
                return
            if isinstance(outcome, Bound):
                names[outcome.name] = None
            else:
                yield outcome
            if isinstance(outcome, Failed):
                return
    yield _bound([*names])


def _bound(names: list[str]) -> str:
    """What a script bound."""
    if not names:
        return "it binds no names"
    *others, last = names
    return f"{', '.join(others)} and {last} are bound" if others else f"{last} is bound"


def save(session: Session, source: Source, desk: Desk) -> Answer:
    """Write the session as a script."""
    path, place = _path(source)
    stem, ending = os.path.splitext(path)
    if not ending:
        path += ENDING
    elif ending != ENDING:
        own, tensor = os.path.basename(stem) + ENDING, os.path.basename(path)
        told = f'a session is saved as a script, {own}; save(x, "{tensor}") saves a tensor'
        raise TcalcError("io", told, place)
    if session.settings.safe:
        raise TcalcError("io", "this writes a file, which --safe forbids", place)
    if session.journal is None or not session.names():
        return ["there is nothing to save: no names are bound"]
    script = Script(session, stem + BESIDE)
    try:
        if script.apart:
            session.save_names(script.beside, script.apart, desk.ticket)
        session.save_bytes(path, script.text.encode("utf-8", "backslashreplace"), desk.ticket)
    except TcalcError as error:
        error.span = error.span or place
        raise
    answer: list[Outcome | str] = [f"saved {counted(script.statements, 'statement')} to {path}"]
    if script.apart:
        answer.append(
            f"saved the {'values' if script.apart[1:] else 'value'} of {', '.join(script.apart)} to {script.beside}"
        )
    if script.missing:
        answer.append(f"not saved: {', '.join(script.missing)}; its definition does not stand alone")
    return answer


def _path(source: Source) -> tuple[str, Span]:
    path, place = source.text.strip().strip("\"'"), Span(source, 0, len(source.text))
    if not path:
        raise TcalcError("type", "this names no file", place)
    return path, place


class Script:
    """A session as a script: its text, how many statements it has, and the names whose values stand `beside` it.

    `missing` are names that no script can make: functions of what is gone.
    """

    def __init__(self, session: Session, beside: str) -> None:
        assert session.journal is not None
        self._session, self.beside = session, beside
        self._story = Story(session.journal, session.bindings, session.settings)
        self.apart: list[str] = []
        self.missing: list[str] = []
        self.statements = 0
        self.text = self._written()
        while self._refuse(self.text):
            self.text = self._written()

    def _written(self) -> str:
        self.apart, self.missing = [], []
        lines = self._story.lines()
        self.statements = len([line for line in lines if line.text])
        #: By the line that something begins on, its place in the story.
        self._places: dict[int, int] = {}
        texts = [*self._head(lines)]
        number = len(texts) + 1
        for line in lines:
            self._places[number] = line.place
            text = line.text + ";" * line.silent if line.text else "\n".join(self._value_lines(line))
            texts.append(text)
            number += text.count("\n") + 1
        return "\n".join([*texts, ""])

    def _head(self, lines: list[Line]) -> Iterator[str]:
        settings, usual = self._session.settings, Settings()
        yield f"# A session of tcalc {__version__}"
        options = [] if settings.default_float is usual.default_float else [f"--dtype {settings.default_float.name}"]
        options += [] if settings.device == usual.device else [f"--device {settings.device}"]
        if options:
            yield f"# to be run with {' '.join(options)}"
        seed = self._story.seed(lines)
        if seed is not None:
            yield f"torch.manual_seed({seed})"

    def _value_lines(self, line: Line) -> Iterator[str]:
        """Names by their values."""
        from tcalc.show.plain import plain_chunks

        session = self._session
        for name in line.names:
            binding = session.bindings[name]
            type = binding.variable.type
            if isinstance(type, FunctionType):
                self.missing.append(name)
                yield f"# {name} is a function whose definition does not stand alone"
                continue
            labelled = isinstance(type, TensorType) and any(isinstance(axis, Axis) and axis.label for axis in type.axes)
            begin, end = f"{name}{f': {type}' if labelled else ''} = ", ""
            if binding.marked:
                begin, end = f"{begin}tensor(", ", requires_grad=True)"
            if isinstance(type, TensorType) and _count(type) > MOST_WRITTEN:
                self.apart.append(name)
                value = f'load("{_quoted(self.beside)}", "{name}")'
            else:
                value = "".join(plain_chunks(session.data(name), session.settings.default_float, len(begin)))
            yield f"{begin}{value}{end}  # {_why(binding)}"

    def _refuse(self, text: str) -> bool:
        """Whether a statement does not check as it stands there: it is left out then."""
        from tcalc.session import Session

        _, outcomes = Session(self._session.settings).check(Source(text))
        spans = [each.error.span for each in outcomes if isinstance(each, Failed)]
        lines = [span.line for span in spans if span is not None]
        wrong = {max([place for place in self._places if place <= line], default=0) for line in lines}
        refused = {self._places[each] for each in wrong if each} - self._story.refused
        self._story.refused |= refused
        return bool(refused)


def _why(binding: Binding) -> str:
    return "a value that no statement made" if binding.span is None else "its value alone"


def _count(type: Type) -> int:
    if isinstance(type, TupleType):
        return sum(map(_count, type.items))
    count = type.numel if isinstance(type, TensorType) else 0
    return count if isinstance(count, int) else 0


def _quoted(path: str) -> str:
    return path.replace("\\", "\\\\").replace('"', '\\"')
