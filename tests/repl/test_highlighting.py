"""The colours of a text: what each part is, how it looks at the prompt, and what Pygments makes of it."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.styles import Attrs
from pygments.token import Token

from tcalc.pygments import TOKENS, TcalcLexer, TcalcSessionLexer
from tcalc.repl.lexing import LINES, MOST, Brackets, Colouring
from tcalc.repl.loading import Loading
from tcalc.repl.looks import looks
from tcalc.repl.parts import parts
from tcalc.session import Session
from tcalc.show.highlight import KINDS, ROLES, highlighted
from tcalc.show.palette import CODE, COLOURS, PLAIN, Style
from tcalc.source import Source
from tcalc.syntax.parser import engine

ROOT = Path(__file__).resolve().parents[2]

#: All roles that a part may have.
EVERY = {*ROLES.values(), *KINDS.values(), "axis", "stray", "definition", "argument", "expected", "command"} - {""}


def told(session: Session, text: str) -> str:
    """The parts as `role:text`, without the plainest."""
    found = parts(text, session.words.kind).parts
    plain = ("operator", "punctuation", "bracket", "number", "variable")
    return " ".join(f"{role}:{text[first:end]}" for role, first, end in found if role not in plain)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # what is bound, and what the language knows
        ("y = sum(A)", "definition:y builtin:sum"),
        ("y: f32[2, 2] = A", "definition:y type:f32 axis:[ axis:]"),
        ("a, b = max[1](A)", "definition:a definition:b builtin:max axis:[ axis:]"),
        ("A[0] += 1", "definition:A"),
        ("y == sum", "builtin:sum"),
        ("g(u: [k], sum=2): [k] = u * sum", "definition:g argument:u argument:sum"),
        ("(u, e) -> u + e", "argument:u argument:e"),
        ("e -> e", "argument:e"),
        ("u + e", "constant:e"),
        ("let a = 1, exp = a in exp", "keyword:let definition:a definition:exp keyword:in"),
        ("softmax(A, dim=-1)", "builtin:softmax argument:dim"),
        ("zeros(2, dtype=torch.float64)", "builtin:zeros argument:dtype builtin:torch type:float64"),
        ("torch.linalg.inv(A).T.nothing", "builtin:torch builtin:linalg builtin:inv builtin:T"),
        ("f[0](x)", "function:f axis:[ axis:]"),
        ("A[0](x)", ""),
        ("A if not True else None", "keyword:if keyword:not constant:True keyword:else constant:None"),
        # what the text binds is no builtin from the next statement on
        ("sum = sum(A)\nsum", "definition:sum builtin:sum"),
        ("exp = 1; exp + 1", "definition:exp"),
        ("[1,\n exp = 2]; exp", "argument:exp builtin:exp"),
        # text, comments, holes
        ('"ij,jk->ik"(A, A)  # a product', 'text:"ij,jk->ik" comment:# a product'),
        ("1  #=> 1", "expected:#=> 1"),
        ("A @ ?", "hole:?"),
        ('sum("ab', 'builtin:sum unclosed:"ab'),
        # brackets that belong to none
        ("sum(A))", "builtin:sum stray:)"),
        ("(A]", "stray:( stray:]"),
        ("sum(A", "builtin:sum"),
        # what is no token is no part
        ("A $ ` sum", "builtin:sum"),
        # commands
        (":plan sum(A)", "command::plan builtin:sum"),
        ("  :type  A.T", "command::type builtin:T"),
        (":del sum", "command::del"),
        (":nothing sum", ""),
        (":", ""),
        ("?sum", "command:?"),
        ("sum?", "command:?"),
        ("", ""),
    ],
)
def test_parts(session: Session, text: str, expected: str) -> None:
    assert told(session, text) == expected


def test_what_the_session_binds_hides_the_builtin(session: Session) -> None:
    assert told(session, "sum + torch.sum + x.sum(x)") == "builtin:sum builtin:torch builtin:sum builtin:sum"
    list(session.run(Source("sum = 3")))
    assert told(session, "sum + torch.sum + x.sum(x)") == "builtin:torch builtin:sum builtin:sum"


def test_every_terminal_of_the_grammar_has_a_role_and_every_role_a_colour_or_none() -> None:
    assert {terminal.name for terminal in engine().lark.terminals} == set(ROLES)
    assert set(CODE) <= EVERY
    assert {"keyword", "number", "text", "comment", "hole", "builtin", "definition", "axis", "unclosed"} <= set(CODE)
    assert {*CODE.values()} <= set(COLOURS)
    assert set(TOKENS) == EVERY


@given(st.text(st.sampled_from("ab e1.\"'#=>()[]:,;\n\\ ?@+-π$let in sum"), max_size=60))
def test_parts_are_in_order_and_partners_are_mutual(text: str) -> None:
    found = highlighted(text)
    last = 0
    for role, first, end in found.parts:
        assert role in EVERY and last <= first < end <= len(text)
        last = end
    for one, other in found.partner.items():
        assert text[one] in "()[]"
        if other >= 0:
            assert found.partner[other] == one
            assert text[min(one, other)] + text[max(one, other)] in ("()", "[]")
    for at, role in [(first, role) for role, first, _ in found.parts]:
        assert role != "stray" or found.partner[at] == -1


# How it looks


def attributes(style: Style, name: str) -> Attrs:
    return looks(style).get_attrs_for_style_str(f"class:{name}")


@pytest.mark.parametrize("role", sorted(CODE))
def test_colours_are_of_the_eight_and_neither_too_light_nor_too_dark(role: str) -> None:
    found = attributes(Style(True, True), f"code.{role}")
    assert found.color in ("", "ansired", "ansigreen", "ansimagenta", "ansicyan") and found.bgcolor == ""
    assert found.color or found.bold or found.dim
    assert attributes(PLAIN, f"code.{role}") == attributes(PLAIN, "")


def test_without_colour_brackets_are_still_marked() -> None:
    assert attributes(PLAIN, "bracket.pair").bold and attributes(PLAIN, "bracket.alone").underline
    assert not attributes(PLAIN, "bracket.pair").color and not attributes(PLAIN, "bracket.alone").color


def text_of(line: StyleAndTextTuples) -> str:
    return "".join([fragment[1] for fragment in line])


@pytest.fixture
def colouring(session: Session, loaded: Loading) -> Colouring:
    return Colouring(session, loaded)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "f(x) =\n  x # é\n\n",
        'load("a b")\\\n + 1',
        ":plan e\nb",
        "\n" * 5,
        "x = [1,\n2]\n" * 3000,
        "1+" * 20_000,
    ],
    ids=lambda text: repr(text[:9]),
)
def test_the_lines_are_those_of_the_text(colouring: Colouring, text: str) -> None:
    document = Document(text)
    line = colouring.lex_document(document)
    assert [text_of(line(row)) for row in range(len(document.lines))] == document.lines
    assert line(len(document.lines)) == []


def test_long_texts_are_coloured_too(colouring: Colouring) -> None:
    text = "y = sum(A)  # of all\n" * 5000
    assert len(text) > MOST
    line = colouring.lex_document(Document(text))
    assert [style for style, *_ in line(LINES * 20 + 3)] == [style for style, *_ in line(0)]
    assert line(0)[0] == ("class:code.definition", "y")
    # A bracket that was opened further above is not called wrong.
    line = colouring.lex_document(Document("[" + "1,\n" * 5000 + "]"))
    assert line(5000) == [("class:code.bracket", "]")]


def test_nothing_is_coloured_before_the_language_is_there(session: Session) -> None:
    loading = Loading(session)
    colouring = Colouring(session, loading)
    assert colouring.lex_document(Document("sum(A)"))(0) == [("", "sum(A)")]
    before = colouring.invalidation_hash()
    loading.language.set()
    assert colouring.invalidation_hash() != before
    assert colouring.lex_document(Document("sum(A)"))(0)[0] == ("class:code.builtin", "sum")


def test_names_are_looked_up_again_on_the_next_line(session: Session, colouring: Colouring) -> None:
    assert colouring.lex_document(Document("sum"))(0) == [("class:code.builtin", "sum")]
    before = colouring.invalidation_hash()
    list(session.run(Source("sum = 3")))
    colouring.begin()
    assert colouring.invalidation_hash() != before
    assert colouring.lex_document(Document("sum"))(0) == [("class:code.variable", "sum")]


def fastest(work: Callable[[], object]) -> float:
    """Milliseconds, of the best of several runs."""
    best = 1e9
    for _ in range(7):
        begun = time.perf_counter()
        work()
        best = min(best, (time.perf_counter() - begun) * 1e3)
    return best


def test_a_key_on_a_line_of_200_characters_takes_less_than_2_ms(session: Session, colouring: Colouring) -> None:
    text = ('y: f32[3] = softmax[-1](A @ 2.5) if n > 0 else "ij->j"(x)  ' * 4)[:200]
    colouring.lex_document(Document(text))(0)
    assert fastest(lambda: (colouring.of(""), colouring.lex_document(Document(text))(0))) < 2


def test_a_key_in_10_000_lines_takes_little_time(colouring: Colouring) -> None:
    text = "y = sum(A) + 1  # of all\n" * 10_000
    document = Document(text, len(text))
    assert document.lines
    colouring.lex_document(document)(9000)

    def shown() -> object:
        line = colouring.lex_document(document)
        return [line(row) for row in range(9970, 10_000)]

    assert fastest(shown) < 25


# Brackets


@pytest.mark.parametrize(
    ("text", "marks"),
    [  # the cursor stands at |
        ("|(a)", {0: "pair", 2: "pair"}),
        ("(a|)", {0: "pair", 2: "pair"}),
        ("(a)|", {0: "pair", 2: "pair"}),
        ("f(|", {}),  # it is being filled
        ("f|(", {1: "alone"}),
        ("a)|", {1: "alone"}),
        ("(a|]", {2: "alone"}),
        ('("(|", a)', {}),  # no bracket
        ('|("(", a)', {0: "pair", 7: "pair"}),
        ("[1,\n 2]|", {0: "pair", 6: "pair"}),
        (":type (a)|", {6: "pair", 8: "pair"}),
        ("|ab", {}),
    ],
)
def test_brackets_at_the_cursor(colouring: Colouring, text: str, marks: dict[int, str]) -> None:
    cursor = text.index("|")
    found = Brackets(colouring).marks(text.replace("|", ""), cursor)
    assert found == {place: f"bracket.{look}" for place, look in marks.items()}


# Pygments


def test_pygments_finds_the_lexers_by_the_entry_points() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = {}
    for name, where in project["entry-points"]["pygments.lexers"].items():
        module, _, attribute = where.partition(":")
        found[name] = getattr(import_module(module), attribute)
    assert found == {"tcalc": TcalcLexer, "tcalc-session": TcalcSessionLexer}
    assert all(name in lexer.aliases for name, lexer in found.items())
    assert "*.tc" in TcalcLexer.filenames
    assert not any(each.lower().startswith("pygments") for each in project["dependencies"])


def test_a_program_in_pygments() -> None:
    found = [(kind, text) for kind, text in TcalcLexer().get_tokens("x: f32 = sum(2)  # $\n$") if text.strip()]
    assert found == [
        (Token.Name.Variable, "x"),
        (Token.Punctuation, ":"),
        (Token.Keyword.Type, "f32"),
        (Token.Operator, "="),
        (Token.Name.Builtin, "sum"),
        (Token.Punctuation, "("),
        (Token.Number, "2"),
        (Token.Punctuation, ")"),
        (Token.Comment, "# $"),
        (Token.Text, "\n$\n"),
    ]


def test_a_session_in_pygments() -> None:
    text = "tcalc> [1,\n   ... 2]\ni64[2]\n  1  2\ntcalc> :plan a\nerror[name]: there is no a\n   ... a\ntcalc>\n"
    found = [(kind, text) for _, kind, text in TcalcSessionLexer().get_tokens_unprocessed(text) if text.strip()]
    assert found == [
        (Token.Generic.Prompt, "tcalc> "),
        (Token.Punctuation, "["),
        (Token.Number, "1"),
        (Token.Punctuation, ","),
        (Token.Generic.Prompt, "   ... "),
        (Token.Number, "2"),
        (Token.Punctuation, "]"),
        (Token.Generic.Output, "i64[2]\n"),
        (Token.Generic.Output, "  1  2\n"),
        (Token.Generic.Prompt, "tcalc> "),
        (Token.Keyword.Pseudo, ":plan"),
        (Token.Name, "a"),
        (Token.Generic.Error, "error[name]: there is no a\n"),
        (Token.Generic.Output, "   ... a\n"),
        (Token.Generic.Prompt, "tcalc>"),
    ]


@pytest.mark.parametrize("lexer", [TcalcLexer(), TcalcSessionLexer()], ids=lambda lexer: lexer.name)
@given(
    text=st.text(st.sampled_from('ab1"#()[]:\n $\\é'))
    | st.lists(st.sampled_from(["tcalc> ", "   ... ", "1 + (", "\n"])).map("".join)
)
def test_pygments_loses_nothing(lexer: TcalcLexer | TcalcSessionLexer, text: str) -> None:
    place = 0
    for start, _, piece in lexer.get_tokens_unprocessed(text):
        assert start == place and piece
        place += len(piece)
        assert text[start:place] == piece
    assert place == len(text)


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.tc")), ids=lambda path: path.name)
def test_the_examples_are_read_whole(path: Path) -> None:
    kinds = {kind for kind, text in TcalcLexer().get_tokens(path.read_text(encoding="utf-8")) if text.strip()}
    assert Token.Error not in kinds and Token.Text not in kinds
