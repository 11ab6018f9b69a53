"""Mutants: programs made by breaking the project's own (see mutants.py, which runs them)."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Sequence
from pathlib import Path

from tcalc import library
from tcalc.check.statements import introduced, poisoned
from tcalc.errors import TcalcError
from tcalc.source import Source
from tcalc.syntax import nodes
from tcalc.syntax.lexer import Tokens
from tcalc.syntax.parser import engine, parse_statements
from tcalc.syntax.walk import children

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("docs/language.md", "docs/reference.md")

#: How many statements are taken from a program with what they need, and how many a mutant may have.
MOST_TAKEN, MOST_NEEDED = 3, 8

NUMBERS = (
    "0",
    "1",
    "-1",
    "2",
    "3",
    "5",
    "2.5",
    "-0.5",
    "7",
    "64",
    "1e400",
    "1e-30",
    "3j",
    "2^63",
    "10^18",
    "99999999999",
)
SPLICED = (
    *NUMBERS,
    *("nan", "None", "True", "f64", "i64", '"ij->j"', '""', "args", "torch", "torch.linalg", "[1, 2, 3]", "ones(2, 3)"),
    *("[]", "[[]]", "()", "(1, 2)", "?", "...", ":", "::-1", "_", "ans", "x -> x", "let q = 1 in q", "zeros(0, 3)"),
    *("@", "**", "//", "|>", "=", "+=", "->", "if", "else", "not", "in", "*", ",", ";", ".", ".T", ".grad", ".shape"),
    *(
        "(",
        ")",
        "[",
        "]",
        "[0]",
        "[-1]",
        "[None]",
        "[:, None]",
        "# ",
        "#=> 1",
        "\\",
        "dim=",
        "keepdim",
        "requires_grad=True",
    ),
)
#: What an expression may become: `{0}`, with another one of the program, `{1}`.
AROUND = (
    *(
        "({0}).T",
        "({0})[0]",
        "({0})[:, None]",
        "({0})[..., 1:]",
        "({0})[{1}]",
        "sum({0})",
        "sum[0]({0})",
        "sum[1]({0})",
    ),
    *("({0}) @ ({1})", "({0}) + ({1})", "({0}) - ({1})", "({0}) ^ ({1})", "({0}) // ({1})", "({0}) & ({1})", "-({0})"),
    *("({0}).reshape({1})", "cat([{0}, {1}])", "[{0}, {1}]", "({0}, {1})", "({0}).shape", "zeros({0})", "i64({0})"),
    *("({0}) if ({1}) else 1", "vmap(x -> {0})({1})", "fold((s, x) -> {0}, 0, {1})", "({0}) < ({1}) < 2", "inv({0})"),
    *("let q = {0} in q * ({1})", "grad[x]({0})", "({0}) |> softmax[-1]", "{1}({0})", '"ij,jk->ik"({0}, {1})', "?"),
    *("where({0}, {1}, 0)", "iterate(x -> {0}, {1}, 3)", "({0}).{1}", "arange({0})", "randn({0})", "(x -> {0})({1})"),
)
CHARACTERS = (
    *"()[]{}\"'`#\\;,.:=+-*/@^?!$%&|~<>_ \t\n\r\v\f0179aeijxyzAπ",
    *(
        "\0",
        "\x07",
        "\x1b",
        "\x1b[31m",
        "\x7f",
        "\x85",
        "\xa0",
        "\xad",
        "é",
        "e\u0301",
        "\u0301",
        "ﬁ",
        "Ω",
        "中",
        "日本語",
    ),
    *(
        "א",
        "ש",
        "م",
        "\u200b",
        "\u200d",
        "\u202e",
        "\u2066",
        "\u2028",
        "\ufeff",
        "\ufffd",
        "\U0001f600",
        "👩\u200d👩\u200d👧",
    ),
    *("\ud800", "\udcff", "\U000e0001", "٣", "²", "½", "’", "“", "−", "×", "→", "…"),
)


class Statement:
    """A statement of a program: its text, and the statements before it that bind what it uses."""

    __slots__ = ("needs", "text")

    def __init__(self, text: str, needs: Sequence[int]) -> None:
        self.text, self.needs = text, needs


def programs() -> list[list[Statement]]:
    """The examples, the tcalc blocks of a page as one program, and the programs of the error corpus, as statements."""
    paths = [*sorted((ROOT / "examples").glob("*.tc")), *sorted((ROOT / "tests" / "errors").glob("*/*.tc"))]
    texts = [path.read_bytes().decode("utf-8", "surrogateescape") for path in paths]
    for page in PAGES:
        parts = (ROOT / page).read_text(encoding="utf-8").split("```")
        texts.append("".join(part.removeprefix("tcalc\n") for part in parts if part.startswith("tcalc\n")))
    return [found for found in map(statements, texts) if found]


def statements(text: str) -> list[Statement]:
    """The statements of a program; the lines of one that is not well-formed, each by itself, where it has no other."""
    source = Source(text)
    found: list[Statement] = []
    bound: dict[str, int] = {}
    for parsed in parse_statements(source):
        if isinstance(parsed, TcalcError):
            continue
        words = {str(token) for _, _, token in tokens(parsed.span.text)}
        found.append(Statement(parsed.span.text, sorted({bound[word] for word in words if word in bound})))
        bound.update(dict.fromkeys((*poisoned(parsed), *introduced(parsed)), len(found) - 1))
    return found or [Statement(line, ()) for line in text.splitlines() if not line.startswith("#")]


def tokens(text: str) -> list[tuple[int, int, str]]:
    """Where the tokens of a text begin and end; of one with a character that begins none, those before it."""
    words, found = Tokens(engine().words, Source(text)), []
    with contextlib.suppress(TcalcError):
        while (token := words.next()) is not None:
            found.append((token.start_pos or 0, token.end_pos or 0, str(token)))
    return found


def parts(text: str) -> list[tuple[int, int]]:
    """Where the expressions of a statement begin and end; none where it is not one well-formed statement."""
    parsed = list(parse_statements(Source(text)))
    found: list[tuple[int, int]] = []
    if len(parsed) == 1 and not isinstance(parsed[0], TcalcError):
        waiting: list[nodes.Node] = [parsed[0]]
        while waiting:
            node = waiting.pop()
            if isinstance(node, nodes.Expr):
                found.append((node.span.start, node.span.end))
            waiting.extend(children(node))
    return found


class Breeder:
    """Makes mutants of the programs that there are: the same one for the same seed and number."""

    def __init__(self) -> None:
        self.programs = programs()
        self.lengths = [len(program) for program in self.programs]
        #: The tokens of all programs by what they are (a name, a number, a sign), as often as they stand there.
        self.kinds: dict[str, list[str]] = {}
        for program in self.programs:
            for statement in program:
                for _, _, token in tokens(statement.text):
                    self.kinds.setdefault(kind(token), []).append(token)
        self.kinds["name"] = list(library.names())

    def mutant(self, seed: int, number: int) -> str:
        """A program, broken or not."""
        chance = random.Random(f"{seed} {number}")
        lines = self._taken(chance)
        for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 5))):
            chance.choice(CHANGES)(self, lines, chance)
        return "\n".join(lines)

    def _taken(self, chance: random.Random) -> list[str]:
        """A few statements of one program, with what they need."""
        (program,) = chance.choices(self.programs, self.lengths)
        taken: set[int] = set()
        for _ in range(chance.randint(1, MOST_TAKEN)):
            waiting = [chance.randrange(len(program))]
            while waiting and len(taken) < MOST_NEEDED:
                place = waiting.pop()
                if place not in taken:
                    taken.add(place)
                    waiting.extend(program[place].needs)
        return [program[place].text for place in sorted(taken)]

    def by_kind(self, lines: list[str], chance: random.Random) -> None:
        """A token replaced by another of its kind, of this program or any: the statement may well stay a statement."""
        place = chance.randrange(len(lines))
        there = [each for each in tokens(lines[place]) if kind(each[2]) in ("name", "number", "text", "sign")]
        if not there:
            return self.by_token(lines, chance)
        start, end, token = chance.choice(there)
        others = [each for _, _, each in tokens(chance.choice(lines)) if kind(each) == kind(token)]
        new = chance.choice(others if others and chance.random() < 0.7 else self.kinds[kind(token)])
        if kind(token) == "number" and chance.random() < 0.5:
            new = chance.choice(NUMBERS)
        lines[place] = f"{lines[place][:start]}{new}{lines[place][end:]}"

    def by_part(self, lines: list[str], chance: random.Random) -> None:
        """An expression replaced by another of the same program, or with something put around it."""
        place, other = chance.randrange(len(lines)), chance.choice(lines)
        there, others = parts(lines[place]), parts(other)
        if not there or not others:
            return self.by_kind(lines, chance)
        (start, end), (first, last) = chance.choice(there), chance.choice(others)
        form = chance.choice(AROUND) if chance.random() < 0.4 else "({1})"
        new = form.format(lines[place][start:end], other[first:last])
        lines[place] = f"{lines[place][:start]}{new}{lines[place][end:]}"

    def by_token(self, lines: list[str], chance: random.Random) -> None:
        """A token deleted, doubled, swapped with its neighbour, or another put in its place or before it."""
        place = chance.randrange(len(lines))
        line = lines[place]
        there = tokens(line)
        if not there:
            return self.by_character(lines, chance)
        start, end, token = there[number := chance.randrange(len(there))]
        what = chance.randrange(5)
        if what == 0:
            new = ""
        elif what == 1:
            new = f"{token} {token}"
        elif what == 2:
            _, end, following = there[min(number + 1, len(there) - 1)]
            new = f"{following} {token}"
        elif what == 3:
            new = chance.choice(self.kinds[chance.choice(list(self.kinds))])
        else:
            new = chance.choice(SPLICED) + (f" {token}" if chance.random() < 0.5 else "")
        lines[place] = f"{line[:start]}{new}{line[end:]}"

    def by_character(self, lines: list[str], chance: random.Random) -> None:
        """A character deleted, inserted, or many of them; two swapped."""
        place = chance.randrange(len(lines))
        line = lines[place]
        at = chance.randint(0, len(line))
        what = chance.randrange(8)
        if what < 2:
            lines[place] = line[:at] + line[at + 1 :]
        elif what < 6:
            lines[place] = line[:at] + chance.choice(CHARACTERS) + line[at:]
        elif what == 6:
            lines[place] = line[:at] + line[at : at + 2][::-1] + line[at + 2 :]
        else:
            lines[place] = line[:at] + chance.choice(CHARACTERS) * chance.choice((2, 30, 250, 5000)) + line[at:]

    def by_line(self, lines: list[str], chance: random.Random) -> None:
        """A statement deleted, doubled, swapped with another, joined with the next one, or broken in two."""
        place, other = chance.randrange(len(lines)), chance.randrange(len(lines))
        what = chance.randrange(6)
        if what == 0 and len(lines) > 1:
            del lines[place]
        elif what == 1:
            lines.insert(other, lines[place])
        elif what == 2:
            lines[place], lines[other] = lines[other], lines[place]
        elif what == 3 and place + 1 < len(lines):
            lines[place : place + 2] = [lines[place] + chance.choice(("", " ", ";", " \\\n")) + lines[place + 1]]
        elif what == 4 and (there := tokens(lines[place])):
            at = chance.choice(there)[0]
            lines[place] = f"{lines[place][:at]}\n{lines[place][at:]}"
        else:
            lines.append(chance.choice(chance.choice(self.programs)).text)


#: What is changed, as often as it stands here.
CHANGES = (
    *(Breeder.by_part,) * 8,
    *(Breeder.by_kind,) * 6,
    *(Breeder.by_token,) * 2,
    *(Breeder.by_character,) * 3,
    Breeder.by_line,
)


def kind(token: str) -> str:
    """What a token is."""
    first = token[0]
    if first.isdigit() or (first == "." and token[1:2].isdigit()):
        return "number"
    if first in "\"'":
        return "text"
    if first.isidentifier():
        return "name"
    return "bracket" if first in "()[]{}#\n" else "sign"
