"""What hands used to Python, C, MATLAB or JavaScript write, and how tcalc writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.syntax.errors import syntax
from tcalc.syntax.nearby import ENDS, STARTS, Nearby, shortened

if TYPE_CHECKING:
    from tcalc.errors import TcalcError

LOOPS = "tcalc has no loops: use vmap, scan, fold or iterate"
#: torch's blocks that turn its recording off or on.
RECORDING = ("no_grad", "inference_mode", "enable_grad", "set_grad_enabled")
RECORDED = (
    "tcalc has no with, and needs none: nothing is recorded, and detach(e) cuts a gradient; "
    "write the block's lines alone"
)
CHOICE = "a choice is an expression: a if c else b"

#: Words that begin a statement elsewhere.
STATEMENTS = {
    "for": LOOPS,
    "while": LOOPS,
    "def": "a function is written f(x) = …",
    "function": "a function is written f(x) = …",
    "func": "a function is written f(x) = …",
    "fn": "a function is written f(x) = …",
    "return": "a function's value is what stands after its =: f(x) = …",
    "with": "tcalc has no with: detach(e) cuts a gradient, load and save read and write whole files",
    "class": "tcalc has no classes: functions and tuples hold what belongs together",
    "if": CHOICE,
    "else": CHOICE,
    "elif": CHOICE,
    "switch": CHOICE,
    "try": "tcalc has no try: a statement that fails changes nothing",
    "except": "tcalc has no try: a statement that fails changes nothing",
    "raise": "tcalc has no exceptions",
    "assert": "tcalc has no assert: an annotation checks a type, x: f32[2] = …",
    "del": "tcalc has no del: names are rebound; the shell forgets one with :del NAME",
    "pass": "tcalc has no pass: leave the line empty",
    "global": "tcalc has no global: a function sees the names outside it",
    "yield": "tcalc has no generators: use scan",
    "async": "tcalc has no async",
    "await": "tcalc has no async",
    "var": "a name is bound by = alone: x = 1",
    "const": "a name is bound by = alone: x = 1",
}
#: So much of what a definition returns is repeated.
MOST_OF_A_BODY = 48
KEYWORDS = frozenset(
    "LET IN IF ELSE LAMBDA AND OR NOT TRUE YES FALSE NO NONE IMPORT FROM AS FOR DEF WHILE WITH CLASS RETURN".split()
)


def habit(near: Nearby) -> TcalcError | None:
    """The error for a foreign habit, or None if none is recognised."""
    for look in (
        prompt,
        foreign_statement,
        comprehension,
        foreign_operator,
        choice,
        text,
        second_statement,
        number,
        keyword,
        equals,
        semicolon,
        call,
    ):
        sentence = look(near)
        if sentence:
            token = near.token
            if token.type == "$END" and near.before is not None:
                token = near.before
            return syntax(sentence, near.span(token))
    return None


def prompt(near: Nearby) -> str:
    """`>>> x = 1`"""
    if near.index == 0 and near.source.text.startswith(">>>", near.token.start_pos or 0):
        return "leave out Python's prompt, >>>"
    return ""


def foreign_statement(near: Nearby) -> str:
    """`for x in xs: …`, `def f(x): return x`, `if c: x = 1`, `@decorator`"""
    first = near.tokens[0] if near.tokens else None
    if first is None or (near.index > 2 and first.type not in ("DEF", "IF")):
        return ""
    word = str(first.value)
    if word == "@":
        return "tcalc has no decorators"
    if first.type in ("FOR", "DEF", "WHILE", "WITH", "CLASS", "RETURN"):
        following = near.tokens[1].type if len(near.tokens) > 1 else ""
        if following in ("ASSIGN", "UPDATE"):
            return reserved(word)
        if word == "with" and any(str(token.value) in RECORDING for token in near.tokens):
            return RECORDED
        return definition(near) if word == "def" else STATEMENTS[word]
    if first.type in ("IF", "ELSE") and near.index == 0:
        following = near.tokens[1].type if len(near.tokens) > 1 else ""
        return reserved(word) if following in ("ASSIGN", "UPDATE", "COMMA") else STATEMENTS[word]
    if first.type == "NAME" and word in STATEMENTS and near.token.type != "$END" and near.index == 1:
        return STATEMENTS[word]
    if first.type == "NAME" and word in STATEMENTS and near.kind(-1) == "COLON" and near.index == 2:
        return STATEMENTS[word]  # `try:`
    return ""


def definition(near: Nearby) -> str:
    """`def f(x, y): return x + y` in tcalc's own form, as far as it can be read."""
    tokens = near.tokens
    kinds = [token.type for token in tokens]
    if kinds[1:3] != ["NAME", "LPAR"] or "RPAR" not in kinds:
        return STATEMENTS["def"]
    close = kinds.index("RPAR")
    head = near.text(tokens[1], tokens[close])
    body = block(near.source.text[tokens[-1].end_pos or 0 :]) or "…"
    if "RETURN" in kinds[close:-1]:
        body = near.text(tokens[kinds.index("RETURN") + 1], tokens[-1]).rstrip(".")
    return f"a function is written {head} = {body}"


def block(text: str) -> str:
    """The lines of a definition's block as one expression: its steps' names, and what it returns."""
    steps: list[str] = []
    for line in text.splitlines()[1:]:
        bare = line.strip()
        name, equals, _ = bare.partition(" = ")
        if bare.startswith("return ") and bare.isprintable():
            body = shortened(bare.removeprefix("return ").partition("#")[0].strip(), MOST_OF_A_BODY)
            return f"let {', '.join([f'{step} = …' for step in steps])} in {body}" if steps else body
        if not line.startswith((" ", "\t")) or not equals or not name.isidentifier():
            break
        steps.append(name)
    return ""


def comprehension(near: Nearby) -> str:
    """`[x for x in y]`"""
    if near.kind(0) != "FOR":
        return ""
    if near.in_brackets():
        return "tcalc has no comprehensions: write vmap(x -> …)(xs)"
    return LOOPS


def foreign_operator(near: Nearby) -> str:
    """`x++`, `&&`, `||`, `=>`, `===`, `:=`, `<>`, `<<`, `.*`"""
    token, before = near.token, near.before
    if before is None:
        return ""
    kinds = (before.type, token.type)
    if kinds[0] == "SIGN" and near.kind(-2) == "SIGN" and token.type not in STARTS:
        sign, earlier = str(before.value), near.at(-2)
        if earlier is not None and earlier.end_pos == before.start_pos and earlier.value == sign:
            target = near.at(-3)
            name = str(target.value) if target is not None and target.type == "NAME" else "x"
            return f"tcalc has no {sign}{sign}: write {name} {sign}= 1"
    if token.type == "COLON" and near.kind(1) == "ASSIGN" and near.in_brackets():
        return "write = to bind a name, as a statement of its own"
    if not near.glued():
        return ""
    pair = f"{before.value}{token.value}"
    if (kinds == ("DOT", token.type) and token.type in ("STAR", "OPERATOR", "SIGN")) or pair == "./":
        return f"{token.value} already works element by element: write it without the dot"
    if kinds[1] == "ASSIGN" and str(before.value) in ("==", "!="):
        return f"write {before.value}"
    return {
        "&&": "write and",
        "||": "write or",
        "=>": "write >= to compare, -> for a function",
        ":=": "write = to bind a name",
        "<>": "write !=",
        "=<": "write <=",
        "<-": "write = to bind a name",
        "<<": "write bitwise_left_shift(a, b)",
        ">>": "write bitwise_right_shift(a, b)",
        "^^^": "write ^ for power, ^^ for exclusive or",
    }.get(pair, "")


def choice(near: Nearby) -> str:
    """`a ? b : c`, and `sum?` for help"""
    if near.kind(0) != "HOLE" or near.kind(-1) not in ENDS:
        return ""
    name = near.before
    if near.at(1) is None and name is not None and name.type == "NAME":
        return f"? stands for an expression to be found; for help, write :help {name.value}"
    return "a choice is written b if a else c"


def text(near: Nearby) -> str:
    """`f"…"`, `r"…"`, `A'`, and two texts in a row"""
    token, before = near.token, near.before
    if token.type != "TEXT" or before is None:
        return ""
    if before.type == "TEXT":
        return "two texts stand side by side: a text has one pair of quotes"
    if not near.glued():
        return ""
    word = str(before.value)
    if before.type == "NAME" and word.lower() in ("f", "rf", "fr"):
        return "tcalc has no f-strings: print(a, b) shows values"
    if before.type == "NAME" and word.lower() in ("r", "b", "u", "br", "rb"):
        return f"a text has no {word} before it"
    if token.startswith("'") and before.type in ("NAME", "RPAR", "RSQB"):
        return f"the transpose is written {word if before.type == 'NAME' else '(…)'}.T"
    return ""


def second_statement(near: Nearby) -> str:
    """`x = 5 y = 6`"""
    follows = near.token.type == "NAME" and near.kind(1) == "ASSIGN" and near.kind(-1) in ENDS
    if not follows or near.glued() or near.in_brackets() or near.tokens[0] is near.before:
        return ""
    return f"before {near.name(near.token)} a ; or a new line is missing"


def number(near: Nearby) -> str:
    """`2x`, `2 x`, `2 (x)`, `1_`, `0x1F`"""
    token, before = near.token, near.before
    if before is None or before.type != "NUMBER" or token.type not in ("NAME", "NUMBER"):
        return ""
    figure, word = str(before.value), str(token.value)
    if token.type == "NUMBER":
        return f"{figure} and {word} make no number" if near.glued() else ""
    if near.glued() and figure == "0" and word[0] in "xXbBoO" and word[1:].isalnum():
        return "whole numbers are written in decimal"
    if near.glued() and word.startswith("_"):
        return "an _ stands only between two digits"
    if near.glued() and figure.endswith("."):
        return f"put brackets around the number: ({figure[:-1]}).{near.name(token)}"
    return f"write {near.name(before)}*{near.name(token)}"


def keyword(near: Nearby) -> str:
    """A reserved word where a name belongs: `in = 1`, `f(lambda)`, `x.from`"""
    token, before = near.token, near.before
    if token.type in KEYWORDS and before is not None and before.type == "DOT":
        return reserved(str(token.value))
    if token.type in KEYWORDS and near.kind(1) in ("ASSIGN", "UPDATE", "COLON"):
        return reserved(str(token.value))
    if token.type in ("ASSIGN", "UPDATE") and before is not None and before.type in KEYWORDS:
        return reserved(str(before.value))
    if token.type in ("LET", "LAMBDA") and before is not None and before.type not in ENDS and near.index:
        return f"put brackets around {token.value} …"
    if token.type == "IN" or (token.type == "NOT" and near.kind(1) == "IN"):
        if any(each.type == "LET" for each in near.tokens[: near.index]):
            return ""
        return "in only ends a let; whether an element is there says any(x == a)"
    if token.type in KEYWORDS and token.type not in STARTS | {"IF", "ELSE", "AND", "OR", "NOT"}:
        return STATEMENTS.get(str(token.value), reserved(str(token.value)))
    return ""


def reserved(word: str) -> str:
    """A keyword that was used as a name."""
    return f"{word} is a word of the language and cannot be a name"


def equals(near: Nearby) -> str:
    """`a = b = 1`, `[a = 1]`, `a if b = c else d`"""
    if near.kind(0) == "ASSIGN" and near.kind(-1) not in ("", "COLON"):
        if near.source.text[near.token.end_pos : (near.token.end_pos or 0) + 1] == ">":
            return "a function is written with ->: x -> x + 1"
        if near.kind(-1) == "ASSIGN":
            return "to compare, write == without a blank"
        if not near.in_brackets() and "ASSIGN" in [token.type for token in near.tokens[: near.index]]:
            return "one statement binds once; to compare, write =="
        return "= binds a name or an argument; to compare, write =="
    if near.kind(0) == "UPDATE":
        return f"{near.token.value} is a statement of its own: x {near.token.value} 1"
    return ""


def semicolon(near: Nearby) -> str:
    """`[1, 2; 3, 4]`"""
    if near.kind(0) == "SEMICOLON" and near.in_brackets():
        if near.in_brackets() == "LPAR":
            return "what stands in ( ) is separated by commas"
        return "rows stand in brackets of their own: [[1, 2], [3, 4]]"
    return ""


def call(near: Nearby) -> str:
    """`sin x`, `print x`, `x is None`"""
    token, before = near.token, near.before
    if before is None or before.type != "NAME" or token.type not in ("NAME", "NUMBER", "TEXT"):
        return ""
    if token.value == "is" or before.value == "is":
        return "to compare, write =="
    if near.glued() or near.in_brackets():
        return ""
    return f"an operator is missing, or brackets: {near.name(before)}({near.name(token)})"
