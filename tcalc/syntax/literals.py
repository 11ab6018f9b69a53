"""Numbers, text and names as the source spells them."""

from __future__ import annotations

from unicodedata import normalize

from tcalc.source import Source, Span
from tcalc.syntax.errors import MOST_DIGITS, shown, stray_character, syntax, too_many_digits

ESCAPES = {
    "n": "\n",
    "t": "\t",
    "r": "\r",
    "\\": "\\",
    "'": "'",
    '"': '"',
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "v": "\v",
}
#: Escapes with a number, and how many hexadecimal digits it has.
NUMBERED = {"x": 2, "u": 4, "U": 8}


def number(text: str, span: Span) -> int | float | complex:
    """The value of a number's token."""
    if text.isdigit() or text.replace("_", "").isdigit():
        if len(text) > MOST_DIGITS:
            digits = len(text) - text.count("_")
            if digits > MOST_DIGITS:
                raise too_many_digits(span, digits)
        return int(text)
    if text[-1] in "jJ":
        return complex(0.0, float(text[:-1]))
    return float(text)


def name(text: str, source: Source, start: int) -> str:
    """A name in normal form C. Raises at the first character that cannot stand in a name."""
    if text.isascii():
        return text
    composed = normalize("NFC", text)
    if composed.isidentifier():
        return composed
    for offset, character in enumerate(text):
        if not ("a" + character).isidentifier() or (offset == 0 and not character.isidentifier()):
            raise stray_character(source, start + offset)
    raise stray_character(source, start)


def text(literal: str, source: Source, start: int) -> str:
    """A quoted literal's text, escapes decoded. Raises at an unknown escape or an unprintable character."""
    body = literal[1:-1]
    if "\\" not in body and body.isprintable():
        return body
    parts: list[str] = []
    place = 0
    while place < len(body):
        character = body[place]
        offset = start + 1 + place
        if character != "\\":
            if (character < " " and character != "\t") or "\ud800" <= character <= "\udfff":
                message = f"a text cannot hold {shown(character)}"
                raise syntax(message, Span(source, offset, offset + 1))
            parts.append(character)
            place += 1
            continue
        code = body[place + 1]
        if code in ESCAPES:
            parts.append(ESCAPES[code])
            place += 2
            continue
        width = NUMBERED.get(code, 0)
        digits = body[place + 2 : place + 2 + width]
        if not width or len(digits) < width or any(digit not in "0123456789abcdefABCDEF" for digit in digits):
            raise syntax(f"\\{code} is no escape; a backslash itself is \\\\", Span(source, offset, offset + 2))
        point = int(digits, 16)
        if point > 0x10FFFF or 0xD800 <= point <= 0xDFFF:
            raise syntax(f"\\{code}{digits} is no character", Span(source, offset, offset + 2 + width))
        parts.append(chr(point))
        place += 2 + width
    return "".join(parts)
