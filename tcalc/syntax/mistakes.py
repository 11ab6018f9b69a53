"""What an unexpected token most likely means, in a sentence that shows tcalc's way.

Three sources, the surest first: what other languages write (`habits.py`), examples of bad input that leave the parser
in the same state at the same kind of token, and the two tokens that do not go together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.source import Source, Span
from tcalc.syntax import literals
from tcalc.syntax.errors import syntax
from tcalc.syntax.habits import habit
from tcalc.syntax.nearby import ENDS, OPERATORS, STARTS, Nearby

if TYPE_CHECKING:
    from lark import Token, UnexpectedToken

    from tcalc.errors import TcalcError
    from tcalc.syntax.parser import Engine

#: A sentence, and bad inputs that it explains. The parser's state and the kind of the token it stopped at are what
#: counts, so `f(x = 1; …` is recognised by `f(x; 1)`.
EXAMPLES: dict[str, list[str]] = {
    "a choice needs its else: a if c else b": ["a if b", "(a if b)", "[a if b, c]", "f(a if b)", "x = a if b; c"],
    "let names values and ends in in: let a = 1, b = 2 in a + b": [
        "let a in b",
        "let in a",
    ],
    "let binds one name at a time: let p = e, a = p[0], b = p[1] in a + b": ["let a, b = c in d"],
    "a type needs its value: x: f32[2] = …": ["x: f32", "x: f32[2]", "x: [n]", "f(x): f32", "x: a.b", "x: (f32, i64)"],
    "after : stands a type: f32[2, 3], [n, m], int": [
        "x: = 1",
        "x: 2",
        "f(x: 2) = x",
        "f(x: , y) = x",
        "f(x:) = x",
        "x:",
        "x: -1",
        'f(x: "a")',
    ],
    "between a type's brackets stand sizes: f32[2, n, batch=32, *b, ?]": [
        "x: f32[,] = 1",
        "x: f32[:] = 1",
        "x: f32[2, , 3] = 1",
        "x: f32[2:3] = 1",
        "x: f32[a=] = 1",
        "x: f32[*2] = 1",
        "x: f32[*] = 1",
        "x: [:] = 1",
    ],
    "a module is a name: import torch": [
        "import",
        "import 2",
        "from",
        "from 2",
        "from a",
        "from a import",
        "import a as",
    ],
    "an index has one : for a range and a second for its step: x[1:10:2]": ["x[1:2:3:4]", "x[:::]", "x[a:b:c:]"],
    "between the brackets stands an index or an axis: x[0], x[:, 1], sum[0](x)": ["x[]", "x[](y)", "x[,]", "x[1, , 2]"],
    "an argument is missing before the comma": ["f(,)", "f(1, , 2)", "f(,1)"],
    "an element is missing before the comma": ["[,]", "[1, , 2]", "(,)", "(1, , 2)", "1, , 2", "[,1]"],
    "lambda's parameters are names, then comes a colon: lambda x, y: x + y": [
        "lambda (x): x",
        "lambda x",
        "lambda 1: 2",
        "lambda x=2: x",
        "lambda x, : x",
    ],
    "a tuple is not spread over arguments: write them one by one": ["f(*x)", "f(1, *x)", "f(**x)", "f(1, **x)"],
    "an argument by name is given with =: f(dim=1)": ["f(x: 1)", 'f("x": 1)'],
    "a definition gives its body after =: f(x) = x + 1": ["f(x): f32 x", "f(x): x + 1", "f(x): return x"],
    "a type stands behind the parameters of a definition: f(x: [n]) = …": ["(x: int) -> x", "(x, y: f32) -> x"],
}

_known: dict[tuple[int, str], str] = {}


def explain(engine: Engine, fault: UnexpectedToken, tokens: list[Token], source: Source) -> TcalcError:
    """The error for a token that does not fit, found when the parser had read all before it."""
    near = Nearby(source, tokens, fault.token)
    if near.token.type == "NAME":
        literals.name(near.token.value, source, near.token.start_pos or 0)  # raises at a stray character in it
    beside = near.kind(-1) in ENDS and near.token.type in STARTS  # `a b`: a state that tells nothing more
    sentence = "" if beside else by_example(engine, fault)
    return habit(near) or syntax(sentence or by_neighbours(near), place(near))


def by_example(engine: Engine, fault: UnexpectedToken) -> str:
    """The sentence of the example that stops in the same state at the same kind of token, or nothing."""
    if not _known:
        found: dict[tuple[int, str], str] = {}
        for sentence, examples in EXAMPLES.items():
            for example in examples:
                stopped = engine.stop(example)
                if stopped is not None:
                    found.setdefault(stopped, sentence)
        _known.update(found)  # at once: an interrupt leaves all or none
    return _known.get((fault.state.position, fault.token.type), "")


def by_neighbours(near: Nearby) -> str:
    """A sentence from the token and the one before it."""
    before, token = near.before, near.token
    if before is None and token.type == "COLON":
        return "what begins with : is a command of the shell, and no statement"
    if before is None:
        return f"{near.name(token)} cannot begin a statement" if token.type != "$END" else "there is no expression"
    missing = "name" if before.type == "DOT" else "expression"
    if token.type == "$END":
        if before.type in OPERATORS:
            return f"after {near.name(before)} {article(missing)} {missing} is missing"
        return f"after {near.name(before)} something is missing"
    if before.type in ENDS and token.type in STARTS:
        what = "an operator or a comma" if near.in_brackets() else "an operator"
        return f"between {near.name(before)} and {near.name(token)} {what} is missing"
    if before.type in OPERATORS and token.type not in STARTS:
        return f"between {near.name(before)} and {near.name(token)} {article(missing)} {missing} is missing"
    return f"after {near.name(before)}, {near.name(token)} does not fit"


def article(word: str) -> str:
    """`a` or `an`."""
    return "an" if word[0] in "aeiou" else "a"


def place(near: Nearby) -> Span:
    """Where to point: at the token, or at the last one where the text ends too early."""
    if near.token.type == "$END" and near.before is not None:
        return near.span(near.before)
    return near.span(near.token)
