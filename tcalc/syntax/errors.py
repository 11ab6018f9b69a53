"""How the parser words its errors: every function returns the error, none raises it."""

from __future__ import annotations

from tcalc.errors import Mark, TcalcError
from tcalc.source import Source, Span

#: Brackets, unary chains, powers, calls on calls: anything that holds something, this often and no deeper.
DEEPEST = 200

#: Operators in one run without brackets.
LONGEST_RUN = 10_000

#: Python's own limit on reading whole numbers.
MOST_DIGITS = 4300

#: Characters that look like another one, or like nothing at all.
LOOKALIKES = {
    "−": "-",
    "–": "-",
    "—": "-",
    "×": "*",
    "·": "*",
    "⋅": "*",
    "∗": "*",
    "÷": "/",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "→": "->",
    "⊤": ".T",
    "ᵀ": ".T",
    "“": '"',
    "”": '"',
    "„": '"',
    "‘": "'",
    "’": "'",
    "，": ",",
    "（": "(",
    "）": ")",
    "⊙": "*",
    "…": "...",
    "∧": "and",
    "∨": "or",
    "¬": "not",
    "⁻": "^-",
}


def syntax(message: str, span: Span) -> TcalcError:
    """A plain syntax error; what the message repeats of the text is made printable."""
    return TcalcError("syntax", printable(message), span)


def printable(text: str) -> str:
    """A text with escapes for what cannot be shown."""
    if text.isprintable():
        return text
    return "".join([letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text])


def too_deep(span: Span) -> TcalcError:
    """Nesting above `DEEPEST`; the place is kept short, for the text may be huge."""
    start = span.start
    return TcalcError("limit", f"nesting deeper than {DEEPEST}", Span(span.source, start, min(span.end, start + 1)))


def too_long_a_run(span: Span) -> TcalcError:
    """More operators in one run than `LONGEST_RUN`."""
    return TcalcError("limit", f"a run of more than {LONGEST_RUN:,} operators", span)


def too_many_digits(span: Span, digits: int) -> TcalcError:
    """A whole number that Python would refuse to read."""
    return TcalcError("value", f"a number of {digits:,} digits; at most {MOST_DIGITS:,} are read", span)


def never_closed(opener: Span) -> TcalcError:
    """A bracket that is still open at the end of the text."""
    return syntax(f"this {opener.text} is never closed", opener)


def never_opened(closer: Span) -> TcalcError:
    """A closing bracket where none is open."""
    return syntax(f"this {closer.text} closes nothing", closer)


def closed_by_another(opener: Span, closer: Span) -> TcalcError:
    """`(]`: the pair does not match."""
    message = f"this {opener.text} is closed by a {closer.text}"
    return TcalcError("syntax", message, opener, marks=[Mark(opener), Mark(closer)])


def let_without_in(let: Span) -> TcalcError:
    """A `let` that the text ends before its `in`."""
    return syntax("this let never gets its in: write let a = 1 in a + 1, or without let to bind for good", let)


def unclosed_text(span: Span, before: str) -> TcalcError:
    """A quote that the line ends before; `before` is the token that it stands right behind, if any."""
    quote = span.text[0]
    message = f"this {quote} opens a text that its line never closes"
    if quote == "'" and before:
        message = f"the transpose is written {before}.T"
    return syntax(message, Span(span.source, span.start, span.start + 1))


def stray_backslash(span: Span) -> TcalcError:
    r"""A `\` that is not the last on its line, or has no line below."""
    message = "a \\ stands only at the end of a line; the solution of A x = b is solve(A, b)"
    if span.end >= len(span.source.text):
        message = "the text ends in \\ but no line follows"
    return syntax(message, Span(span.source, span.start, span.start + 1))


def stray_character(source: Source, offset: int) -> TcalcError:
    """A character that begins nothing."""
    character = source.text[offset]
    message = f"{shown(character)} means nothing here"
    if character in LOOKALIKES:
        # its number too: without Unicode it is drawn as what it looks like
        message = f"{shown(character)} (U+{ord(character):04X}) is not read: write {LOOKALIKES[character]}"
    elif superscript(character):
        message = f"{shown(character)} is not read: write ^{superscript(character)}"
    elif character == "!":
        before = source.text[:offset].rstrip(" ")[-1:]
        message = "! is not an operator: write not"
        if before.isalnum() or before in ("_", ")", "]"):
            message = "! is not an operator: a factorial is prod(arange(1, n + 1))"
    elif character in "{}":
        message = "tcalc has no { }: [ ] makes a list, ( ) a tuple"
    return syntax(message, Span(source, offset, offset + 1))


def superscript(character: str) -> str:
    """The digit that a superscript stands for, or nothing."""
    place = "⁰¹²³⁴⁵⁶⁷⁸⁹".find(character)
    return str(place) if place >= 0 else ""


def shown(character: str) -> str:
    """A character as itself where it can be seen, else by its name and number."""
    import unicodedata

    if character.isprintable() and not character.isspace() and not unicodedata.combining(character):
        return character
    names = {"\0": "NUL", "\r": "carriage return", "\f": "form feed", "\v": "vertical tab", "\x1b": "escape"}
    name = names.get(character) or unicodedata.name(character, "").lower()
    if not name:
        name = "half of a character" if "\ud800" <= character <= "\udfff" else "control character"
    return f"{name} (U+{ord(character):04X})"
