"""What a row of the table of commands is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from tcalc.commands.options import parted
from tcalc.errors import TcalcError
from tcalc.outcomes import Outcome
from tcalc.source import Span

if TYPE_CHECKING:
    from tcalc.commands.desk import Desk
    from tcalc.session import Session
    from tcalc.source import Source

#: What a command gives: lines of text, and outcomes, which are shown as a statement's are.
Answer = Iterable["Outcome | str"]


class Command:
    """A row of the table.

    `argument` is a hint at what stands after the name, empty where nothing does; in brackets where it may be left out.
    `takes` says what completes there: "names" (the session's), "words" (all that help knows), "expression", "codes",
    "settings", "files" or "".
    `run` may raise TcalcError.
    `page` is what help says besides the sentence `doc`, line by line; empty where that is all.
    `option` may stand behind an expression with the name of a file, as `--out`. `part` gives where in a text the
    expression begins and how it reads, for what is no expression as it stands.
    """

    __slots__ = ("_part", "argument", "doc", "name", "option", "page", "run", "takes")

    def __init__(
        self,
        name: str,
        argument: str,
        takes: str,
        doc: str,
        run: Callable[[Session, Source, Desk], Answer],
        page: str = "",
        *,
        option: str = "",
        part: Callable[[str], tuple[int, str]] = lambda text: (0, text),
    ) -> None:
        self.name, self.argument, self.takes, self.doc, self.run = name, argument, takes, doc, run
        self.page = page.strip("\n")
        self.option, self._part = option, part

    def expression(self, argument: str) -> tuple[int, str]:
        """Where in what stands behind the name the expression begins, and its text, which may be half typed."""
        return self._part(parted(argument, self.option)[0])

    @property
    def may_be_alone(self) -> bool:
        """Whether nothing need stand after the name."""
        return not self.argument or (self.argument.startswith("[") and self.argument.endswith("]"))

    @property
    def usage(self) -> str:
        """`:type EXPR`"""
        return f":{self.name} {self.argument}".rstrip()


def unknown(session: Session, name: str, span: Span, known: Iterable[str], else_: str) -> TcalcError:
    """The error of a name that a table lacks: a near one is offered, or else where to look."""
    error = session.words.unknown(name, span, list(known))
    if "?" not in error.message:
        error.message += f"; {else_}"
    return error


def article(argument: str) -> str:
    """What an argument is, in a sentence."""
    return {"EXPR": "an expression", "NAME...": "a name", "WORD": "a word", "FILE": "the name of a file"}[
        argument.split()[-1]
    ]
