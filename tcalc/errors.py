"""The base of all errors and notes: facts and spans. Layout and colour are the show room's work.

Each stage keeps the functions that word its own errors beside the stage (`syntax/errors.py`, `check/errors.py` …).
"""

from __future__ import annotations

from collections.abc import Sequence

from tcalc.source import Source, Span

#: Every error code, with the exit status of a program that stops at it.
EXIT_STATUS = {
    "syntax": 3,
    "name": 3,
    "type": 3,
    "shape": 3,
    "dtype": 3,
    "label": 3,
    "grad": 3,
    "value": 1,
    "io": 1,
    "internal": 1,
    "memory": 4,
    "limit": 4,
}


#: A sentence longer than this has its long words (a name, a path, a text of the program's) cut to so many characters.
LONGEST_SENTENCE, LONGEST_WORD = 300, 60


class Mark:
    """An underlined place in the source: what stands there, and where its size was fixed.

    `type` is the operand's type as text ("f32[4, 3]"), `fixed` the origin of the size in question
    ("4: B = ones(4, 3), line 2"); either may be empty.
    """

    __slots__ = ("fixed", "span", "type")

    def __init__(self, span: Span, type: str = "", fixed: str = "") -> None:
        self.span = span
        self.type = type
        self.fixed = fixed


class Repair:
    """A program text that was itself checked, with the type it has. `condition` is what must hold for it.

    `whole` is the whole statement, where `text` is only the part of it that is shown.
    """

    __slots__ = ("condition", "text", "type", "whole")

    def __init__(self, text: str, type: str, condition: str = "", whole: str = "") -> None:
        self.text = text
        self.type = type
        self.condition = condition
        self.whole = whole or text


class TcalcError(Exception):
    """Something the user can act on.

    `message` is one sentence in the user's own names, without a full stop. `span` is the place to report (None only
    where no text is at fault); `marks` are the operands to underline, `notes` further lines below them.
    """

    def __init__(
        self,
        code: str,
        message: str,
        span: Span | None = None,
        *,
        marks: Sequence[Mark] = (),
        notes: Sequence[str] = (),
        repairs: Sequence[Repair] = (),
    ) -> None:
        self.message = readable(message)
        super().__init__(self.message)
        self.code = code
        self.span = span
        self.marks = list(marks)
        self.notes = list(notes)
        self.repairs = list(repairs)
        #: What kind of error it is, where that decides what may have been meant. "count": more arguments
        #: may mend it, "row": more items.
        self.kind = ""
        #: Names that an ill-formed statement would have bound: what uses them is not at fault.
        self.unbound: list[str] = []

    def move(self, old: Source, new: Source) -> None:
        """Have what lies in one source lie in another one of the same text."""
        marked: list[TcalcError | Mark] = [self, *self.marks]
        for each in marked:
            if each.span is not None and each.span.source is old:
                each.span = Span(new, each.span.start, each.span.end)


class Note:
    """A remark on a statement that succeeds: nothing is wrong, but something is odd.

    `kind` says what kind of remark it is, where that decides what may have been meant. `facts` are numbers that it
    tells of, by name, for programs that read it.
    """

    __slots__ = ("facts", "kind", "message", "repairs", "span")

    def __init__(self, message: str, span: Span, repairs: Sequence[Repair] = (), kind: str = "") -> None:
        self.message = readable(message)
        self.span = span
        self.repairs = list(repairs)
        self.kind = kind
        self.facts: dict[str, object] = {}


def readable(sentence: str) -> str:
    """A sentence in one line, its long words cut in their middle where they make it long."""
    if "\n" in sentence:
        sentence = " ".join(sentence.split())
    if len(sentence) <= LONGEST_SENTENCE:
        return sentence
    ends = LONGEST_WORD // 2
    words = [word if len(word) <= LONGEST_WORD else f"{word[:ends]}…{word[-ends:]}" for word in sentence.split(" ")]
    brief = " ".join(words)
    return brief if len(brief) <= 2 * LONGEST_SENTENCE else f"{brief[:LONGEST_SENTENCE]} … {brief[-LONGEST_WORD:]}"


#: Program text quoted in a sentence is at most this long.
LONGEST_QUOTED = 40


def shortened(text: str) -> str:
    """Program text in one line that is not long."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_QUOTED else line[: LONGEST_QUOTED - 2].rstrip() + " …"


def counted(number: int, one: str, many: str = "") -> str:
    """A number and what it counts: "1 axis", "2 axes"."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def internal_error(bug: Exception, span: Span | None = None) -> TcalcError:
    """A bug in tcalc, without a traceback: what it is and where it was raised."""
    trace = bug.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = ""
    if trace is not None:
        path = trace.tb_frame.f_code.co_filename.replace("\\", "/").rpartition("/")[2]
        where = f" at {path}:{trace.tb_lineno}"
    return TcalcError(
        "internal",
        f"a bug in tcalc: {bug.__class__.__name__}{where}; please report it with the program that led to it",
        span,
        notes=[f"{bug}"[:200]] if str(bug) else [],
    )
