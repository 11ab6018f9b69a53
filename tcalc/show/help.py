"""A row of the library as a page of help, and the notation of its signatures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.types.signature import DTYPE_WORDS, STATIC_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tcalc.library.builtin import Builtin

#: Pages are for a terminal of 80 columns.
WIDTH = 79
INDENT = "  "
#: A blank at which no line is broken.
_GLUE = "\xa0"
#: A longer name pushes its own sentence to the right, and not everybody's.
_WIDEST = 24

#: What the words of a signature stand for: the dtype before a bracket, or what is no tensor.
NOTATION = {
    "any": "every dtype",
    "num": "numbers, not bool",
    "real": "numbers, not complex",
    "order": "bool and numbers, not complex",
    "bits": "bool and integers",
    "int": "integers; without brackets a number that is known while checking",
    "float": "floating, to which integers are converted",
    "complex": "complex",
    "T": "one dtype throughout",
    "N": "one dtype throughout, bool being i64",
    "F": "one floating or complex dtype, to which integers are converted",
    "R": "one floating dtype, to which integers are converted",
    "L": "one floating or complex dtype of 32 bits or more, to which all else is converted",
    "wide": "the operand's dtype, and i64 for bool and integers",
    "default": "the default float, f32",
    "flag": "True or False",
    "number": "a number that is known while checking",
    "text": "a text",
    "dtype": "a dtype",
    "axis": "an axis: a position from 0, from the end with -1, or a label",
    "axes": "one axis or several",
    "sizes": "a size or several",
    "lists": "two lists of axes",
    "function": "a function",
    "tensors": "tensors in a list or a tuple, or the rows of one",
    "value": "any expression",
    "keywords": "sizes by name",
}
SHAPES = {
    "[n, m]": "sizes: what has one name has one size",
    "[*s]": "any number of axes; one name on several parameters is their broadcast",
    "[...]": "axes that the sentence tells of",
    "[]": "a scalar",
}

assert set(NOTATION) == DTYPE_WORDS | STATIC_KINDS

#: Those that nobody can guess: a page says what they mean.
EXPLAINED = ("order", "bits", "T", "N", "F", "R", "L", "wide", "default")
#: Those that say themselves what they are.
EVIDENT = frozenset("int float complex flag number text dtype axes lists function value keywords".split())

RANDOM = "draws random numbers anew at each evaluation"
SEQUENCE = "takes tensors of different shapes, in a list or a tuple"


def row_page(row: Builtin) -> list[str]:
    """A row's sentence, how it is called, an example, its other names, and what its signature's words mean."""
    lines = wrapped(f"{row.name}   {row.doc}")
    if row.written:
        lines += wrapped(INDENT + "   ".join([_whole(call) for call in row.written]))
    else:
        for call in calls(row):
            lines += wrapped(INDENT + _whole(call))
    if row.example:
        lines.append(INDENT + row.example)
    also = other_names(row)
    if also:
        lines += wrapped(f"{INDENT}also: {', '.join(also)}")
    lines += [INDENT + remark for remark in remarks(row)]
    meant = [f"{word}: {NOTATION[word]}" for word in words_of(row) if word in EXPLAINED]
    if meant:
        lines += wrapped(f"{INDENT}with {'; '.join(meant)}")
    return lines


def calls(row: Builtin) -> list[str]:
    """How a row is called: as it is written, or its forms under its name; an attribute is read from its operand."""
    if row.written:
        return list(row.written)
    if row.attribute:
        found = []
        for form in row.forms:
            parameter, _, result = form.text.removeprefix("(").partition(") -> ")
            found.append(f"{parameter.partition(':')[0]}.{row.name} -> {result} for {parameter}")
        return found
    return [row.name + form.text for form in row.forms]


def other_names(row: Builtin) -> list[str]:
    """The other ways to write a row: its operator, axes in brackets, aliases, torch's longer names."""
    names = [operator_text(row.operator)] if row.operator else []
    names += over_text(row)
    names += row.aliases
    names += [f"torch.{space}.{row.name}" for space in row.spaces if space and "." not in row.name]
    if "." in row.name:
        names.append(f"torch.{row.name}")
    return names


def operator_text(operator: str) -> str:
    """`a @ b`, `-x`, `not x`"""
    symbol = prefixed(operator)
    if not symbol:
        return f"a {operator} b"
    return f"{symbol} x" if symbol.isalpha() else f"{symbol}x"


def prefixed(operator: str) -> str:
    """The symbol of an operator that stands before its operand, which the table writes `-x`; nothing for others."""
    return operator[:-1] if len(operator) > 1 and operator.endswith("x") else ""


def over_text(row: Builtin) -> list[str]:
    """`softmax[dim](x)`, where a form has what stands in the brackets."""
    if row.written or row.attribute or row.special:
        return []
    for form in row.forms:
        names = [parameter.name for parameter in form.signature.parameters]
        if row.over and set(row.over) <= set(names) and names[0] not in row.over:
            return [f"{row.name}[{', '.join(row.over)}]({names[0]})"]
    return []


def remarks(row: Builtin) -> list[str]:
    """What is special about a row."""
    marks = ((RANDOM, row.random), (SEQUENCE, row.sequence))
    return [text for text, holds in marks if holds]


def words_of(row: Builtin) -> list[str]:
    """The words of a row's signatures that the notation explains, each once."""
    if row.written:
        return []
    text = "".join([character if character.isalnum() else " " for form in row.forms for character in f"{form.text} "])
    return [word for word in dict.fromkeys(text.split()) if word in NOTATION]


def wrapped(text: str, further: str | None = None) -> list[str]:
    """A text in lines that fit; those after the first stand four further in, or behind `further`."""
    import textwrap  # not before somebody asks for help

    if further is None:
        further = " " * (len(text) - len(text.lstrip()) + 4)
    lines = textwrap.wrap(text, WIDTH, subsequent_indent=further, break_long_words=False, break_on_hyphens=False)
    return [line.replace(_GLUE, " ") for line in lines]


def _whole(call: str) -> str:
    """A call that is broken into lines only between its parameters, and before what it gives."""
    return call.replace(" ", _GLUE).replace(f",{_GLUE}", ", ").replace(f"{_GLUE}->", " ->")


def columns(pairs: Iterable[tuple[str, str]], width: int = WIDTH) -> list[str]:
    """Names with a sentence each, the sentences under each other and cut where the screen ends."""
    listed = list(pairs)
    room = min(max((len(name) for name, _ in listed), default=0), _WIDEST)
    lines = []
    for name, sentence in listed:
        line = f"{name:{room}}   {sentence}"
        if len(line) > width:  # the mark may come to be written with three dots
            line = line[: width - 3].rpartition(" ")[0].rstrip(",;:") + " …"
        lines.append(line)
    return lines
