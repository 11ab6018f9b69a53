"""What `:help`, `?NAME` and `:apropos` answer."""

from __future__ import annotations

import pytest

from tcalc import library
from tcalc.asking import SCREEN
from tcalc.commands import COMMANDS, is_command, run_command
from tcalc.errors import TcalcError
from tcalc.library import reachable
from tcalc.outcomes import Bound, Failed
from tcalc.repl.completion import candidates
from tcalc.session import Session
from tcalc.show.help import WIDTH, row_page
from tcalc.show.search import Entry, ranked
from tcalc.show.topics import TOPICS, find, topic_page
from tcalc.source import Source


def answer(session: Session, command: str) -> str:
    """The answer's lines; a binding is its name and type."""
    lines = []
    for each in run_command(session, Source(command)):
        lines.append(f"{each.name}: {each.type}" if isinstance(each, Bound) else str(each))
    return "\n".join(lines)


def page(name: str, space: str | None = None) -> str:
    row = library.row(name, space)
    assert row is not None
    return "\n".join(row_page(row))


def topic(word: str) -> str:
    found = find(word)
    assert found is not None
    return "\n".join(topic_page(found))


# Help


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("matmul", "matmul"),
        ("@", "matmul"),
        ("torch.matmul", "matmul"),
        ("sum[0]", "sum"),
        ("sum[axis, keepdim](A)", "sum"),
        ("sum()", "sum"),
        ("A.sum()", "sum"),
        ("A.T", "T"),
        ("F.relu", "relu"),
        ("torch.linalg.svd", "svd"),
        ("torch.nn.functional.relu(x)", "relu"),
        ("^", "pow"),
        ("**", "pow"),
        ("A @ B", "matmul"),
        ("not", "logical_not"),
        ("and", "logical_and"),
        ("~", "bitwise_not"),
        ("concatenate", "cat"),
        ("shape", "shape"),
    ],
)
def test_however_a_function_is_written_help_has_its_page(session: Session, asked: str, name: str) -> None:
    assert answer(session, f":help {asked}").startswith(page(name))


def test_the_space_decides_which_norm(session: Session) -> None:
    assert answer(session, ":help norm") == page("norm", "")
    assert answer(session, ":help torch.linalg.norm") == page("norm", "linalg")


def test_an_operator_in_front_has_a_page_too(session: Session) -> None:
    assert answer(session, ":help -") == f"{page('sub')}\n\n{page('neg')}"


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ("let", "let"),
        ("x -> x^2", "->"),
        ("|>", "|>"),
        ("a if c else b", "if"),
        ("?", "?"),
        ("#=>", "#=>"),
        ("labels", "labels"),
        ('"ij,jk->ik"(A, B)', '"'),
        ("float32", "dtypes"),
        ("torch.float64", "dtypes"),
        ("pi", "constants"),
        ("torch.pi", "constants"),
        ("+=", "updates"),
        ("for", "loops"),
        ("z.backward()", "gradients"),
        ("torch", "prefixes"),
    ],
)
def test_forms_of_the_language_have_pages(session: Session, asked: str, word: str) -> None:
    assert answer(session, f":help {asked}") == topic(word)


def test_a_topic_as_it_is_read(session: Session) -> None:
    assert answer(session, ":help let").split("\n") == [
        "let   let a = 1, b = a + 1 in e names parts of one expression, each seeing",
        "    those before it.",
        "  let a = 2, b = a + 1 in a * b  #=> 6",
        "  more in docs/language.md: Functions",
    ]


def test_a_variable_shows_its_type_and_then_what_it_hides(session: Session) -> None:
    assert answer(session, ":help A") == "A: f32[2, 2]"
    list(session.run(Source("sin = ones(2)")))
    assert answer(session, ":help sin") == f"sin: f32[2]\ntorch.sin is the builtin:\n{page('sin')}"


def test_a_functions_definition_is_shown_as_it_was_written() -> None:
    session = Session()
    for text in ("f(x: [n],\n  k=[1,\n  2]) = x", "g = x -> x + 1", "h = sum[0]"):
        assert not any(isinstance(each, Failed) for each in session.run(Source(text)))

    def answer(name: str) -> list[str]:
        return [each for each in run_command(session, Source(f":help {name}")) if isinstance(each, str)]

    assert answer("f") == ["  f(x: [n],", "    k=[1,", "    2]) = x"]
    assert answer("g") == ["  x -> x + 1"]
    assert answer("h") == []
    assert session.words.parameters("f") == ("f", ["x: [n]", "k=[1, 2]"], "")


def test_families_and_modules_list_their_names(session: Session) -> None:
    for family, sentence, rows in library.families():
        text = " ".join(answer(session, f":help {family}").split())
        assert sentence in text
        assert ", ".join(row.name for row in rows) in text
    listed = answer(session, ":help torch.linalg")
    assert listed.startswith(topic("prefixes")) and "  torch.linalg: " in listed and " svd," in listed


def test_topics_lists_what_there_is(session: Session) -> None:
    text = answer(session, ":help topics")
    for each in TOPICS:
        assert each.words[0] in text
    assert all(family in text for family, _, _ in library.families())


def test_the_notation_is_explained(session: Session) -> None:
    text = answer(session, ":help signatures")
    assert "\n  R         one floating dtype" in text and "\n  [*s]      any number of axes" in text


def test_a_function_without_a_row_has_its_forms(session: Session) -> None:
    row = next(row for row in reachable.functions() if library.row(row.name) is None)
    assert (
        answer(session, f":help torch.{row.torch}") == answer(session, f":help {row.name}") == "\n".join(row_page(row))
    )


def test_every_page_fits_the_screen(session: Session) -> None:
    asked = ["", "commands", "topics", "signatures", "torch.linalg", *COMMANDS, *(topic.words[0] for topic in TOPICS)]
    for name in asked:
        lines = answer(session, f":help {name}").split("\n")
        assert len(lines) <= (40 if name == "commands" else 23), name  # that is a list to look through
        assert [line for line in lines if len(line) > WIDTH + 6] == [], name


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("matmull", "there is no matmull; did you mean matmul?"),
        ("zzzz", "there is no zzzz; :apropos zzzz looks for the word"),
        (":vasr", "there is no :vasr; did you mean :vars?"),
        ("$", "there is no $"),
        ("no_grad", "there is no no_grad: nothing is recorded unless a gradient is asked for"),
    ],
)
def test_what_nobody_knows(session: Session, asked: str, message: str) -> None:
    with pytest.raises(TcalcError) as caught:
        answer(session, f":help {asked}")
    assert (caught.value.code, caught.value.message) == ("name", message)
    assert caught.value.span is not None and caught.value.span.text == asked


# Question marks


@pytest.mark.parametrize("text", ["?sum", "sum?", "??sum", "sum??", "  ?sum  ", "?torch.sum", "A.sum?", "?if", "?A"])
def test_a_name_beside_a_question_mark_asks_for_help(session: Session, text: str) -> None:
    assert is_command(text)
    assert answer(session, text) == answer(session, f":help {text.strip(' ?')}")


@pytest.mark.parametrize(
    "text",
    [
        "?",
        "??",
        "A @ ?",
        "? + A",
        "?.shape",
        "?[0]",
        "not?",
        "not ?",
        "? if A else x",
        "-?",
        "?(A)",
        "...?",
        "? and x",
        "",
    ],
)
def test_a_hole_is_none(text: str) -> None:
    assert not is_command(text)


def test_no_program_can_mean_what_asks_for_help() -> None:
    """All that is taken for a question is a syntax error as a statement."""
    from tcalc.syntax.parser import keywords, parse_statements

    for word in ["x", "x.y", "_", "größe", *keywords()]:
        for text in (f"?{word}", f"{word}?", f"??{word}", f"{word}??"):
            if is_command(text):
                (parsed,) = parse_statements(Source(text))
                assert isinstance(parsed, TcalcError), text


# Apropos


def found(session: Session, words: str) -> list[str]:
    return [line.split("  ")[0] for line in answer(session, f":apropos {words}").split("\n")]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("softmax", ["softmax", "log_softmax"]),
        ("eigenvalue", ["eig", "eigvals", "eigh", "eigvalsh"]),
        ("EIGENVALUES", ["eig", "eigvals", "eigh", "eigvalsh"]),
        ("average", ["mean"]),
        ("multiply", ["mul"]),
        ("@", ["matmul"]),
        ("matrix product", ["matmul", "mv", "bmm"]),
        ("inverse matrix", ["inv"]),
        ("least squares", ["lstsq"]),
        ("loops", [":help loops", ":help functions"]),
        ("hole", [":help holes"]),
        ("forget", [":del NAME...", ":reset"]),
        ("bessel_j1", ["special.bessel_j1"]),
    ],
)
def test_the_likeliest_come_first(session: Session, words: str, first: list[str]) -> None:
    assert found(session, words)[: len(first)] == first


def test_lines_are_aligned_and_a_screen_at_most(session: Session) -> None:
    lines = answer(session, ":apropos element").split("\n")
    assert len(lines) == SCREEN
    *entries, last = lines
    assert last.partition(" ")[0].isdigit() and last.endswith(" more; a second word says which")
    starts = {len(line) - len(line.partition("   ")[2].lstrip()) for line in entries}
    assert len(starts) == 1
    assert max(map(len, lines)) <= WIDTH


def test_every_row_is_found_by_its_names(session: Session) -> None:
    for row in library.rows():
        if row.spaces != ("hidden",):
            for name in (row.name, *row.aliases):
                assert row.name in found(session, name)[:3], name


@pytest.mark.parametrize(
    ("words", "message", "place"),
    [
        ("convolutoin", "nothing is about convolutoin; did you mean convolution?", "convolutoin"),
        ("matrix qqqq", "nothing is about qqqq", "qqqq"),
        ("softmax cholesky", "nothing is about all of softmax, cholesky", "softmax cholesky"),
    ],
)
def test_no_such_word(session: Session, words: str, message: str, place: str) -> None:
    with pytest.raises(TcalcError) as caught:
        answer(session, f":apropos {words}")
    assert (caught.value.code, caught.value.message) == ("name", message)
    assert caught.value.span is not None and caught.value.span.text == place


def test_ranks() -> None:
    """A whole name, its beginning, a part of it, a word of the sentence; what has no sentence comes last."""
    entries = [
        Entry("x", "A tensor's norms."),
        Entry("renorm", "Something."),
        Entry("norm_of", "Something."),
        Entry("norm", "", silent=True),
        Entry("length", "Something.", ["norm"]),
        Entry("y", "Nothing."),
    ]
    assert [entry.name for entry in ranked(entries, "norm")] == ["length", "norm_of", "renorm", "x", "norm"]


# Completion


@pytest.mark.parametrize(
    ("before", "some", "length"),
    [
        (":help soft", ["softmax", "softplus"], 4),
        (":help hol", ["holes"], 3),
        (":help redu", ["reduce", "reductions"], 4),
        (":help torch.linalg.sv", ["svd", "svdvals"], 2),
        (":apropos soft", ["softmax"], 4),
        ("?soft", ["softmax"], 4),
        ("?ho", ["holes"], 2),
        (":help apr", ["apropos"], 3),
        ("?F.rel", ["relu"], 3),
    ],
)
def test_what_help_knows_is_completed(session: Session, before: str, some: list[str], length: int) -> None:
    offered = candidates(session, before)
    assert set(some) <= {each.text for each in offered}
    assert {each.length for each in offered} == {length}
    assert all(each.remark for each in offered)
