"""The `:commands`: each does what its row says. What help answers is in test_asking.py."""

from __future__ import annotations

import pytest

from tcalc.asking import KEYS
from tcalc.commands import COMMANDS, is_command, run_command
from tcalc.errors import TcalcError
from tcalc.outcomes import Bound, Failed, Fitted, Left, Noted, Outcome, Plotted
from tcalc.session import Session
from tcalc.settings import SWITCHES
from tcalc.show.palette import Style
from tcalc.source import Source


def text_of(session: Session, command: str) -> str:
    """The answer's lines; a binding is its name and type."""
    lines = []
    for each in run_command(session, Source(command)):
        lines.append(f"{each.name}: {each.type}" if isinstance(each, Bound) else str(each))
    return "\n".join(lines)


def test_every_command_is_described_and_in_the_help(session: Session) -> None:
    overview, listed = text_of(session, ":help"), text_of(session, ":help commands")
    for name, command in COMMANDS.items():
        assert command.name == name
        assert command.doc.endswith(".") and len(command.doc) < 64
        assert f"{command.usage} " in listed and command.doc in listed
        page = "\n".join([f"{command.usage}   {command.doc}", *command.page.splitlines()])
        assert text_of(session, f":help {name}").endswith(page)
        assert text_of(session, f":help :{name}") == page
        assert f":{name}" in overview.split()
    assert overview.endswith(KEYS)


@pytest.mark.parametrize("name", [name for name, command in COMMANDS.items() if "\n    " in command.page])
def test_the_examples_of_a_page_say_what_it_says(session: Session, name: str) -> None:
    """A line that begins with the command is followed by its answer, further in; those before it are statements."""
    told: list[str] = []
    said: list[str] = []
    for line in COMMANDS[name].page.splitlines():
        text = line.strip()
        if line.startswith("    "):
            told.append(line.removeprefix("    "))
        elif text.startswith(f":{name} "):
            said += [line for each in run_command(session, Source(text)) for line in shown(each).split("\n")]
        elif " = " in text:
            assert not any(isinstance(each, Failed) for each in session.run(Source(text)))
    assert told and said == told


def shown(answer: Outcome | str) -> str:
    """A text as it stands on a terminal of 80 columns."""
    if isinstance(answer, Plotted):
        return "\n".join(answer.drawn(Style(unicode=True), 80, 24))
    return answer.laid(80) if isinstance(answer, Fitted) else str(answer)


def test_a_setting_has_a_page(session: Session) -> None:
    for name, switch in SWITCHES.items():
        text = text_of(session, f":help {name}")
        assert (
            f":set {name} {'|'.join(switch.values)}" in text
            and switch.doc in " ".join(text.split())
            and switch.page in text
        )
    assert "docs/compiler.md" in text_of(session, ":help rewrites")


def test_type_runs_nothing(session: Session) -> None:
    assert text_of(session, ":type A @ x") == "f32[2]"
    assert text_of(session, ":type max[1](A)") == "(f32[2], i64[2])"
    assert text_of(session, ":type zeros(1000000, 1000000)") == "f32[1000000, 1000000]"
    assert text_of(session, ":type f") == "function"
    assert text_of(session, ":type y = A @ x") == "f32[2]"
    assert text_of(session, ":type y, z = x, 1") == "(f32[2], i64)"
    assert session.lookup("z") is None


def test_type_gives_notes_too(session: Session) -> None:
    answer = run_command(session, Source(":type x[:, None] - ones(2, 1) + x"))
    assert [isinstance(each, Noted) for each in answer[1:]] == [True] * (len(answer) - 1)


def test_vars_del_and_reset(session: Session) -> None:
    assert text_of(session, ":vars") == "A: f32[2, 2]\nx: f32[2]\nn: i64\nf: function"
    assert text_of(session, ":del A, n") == ""
    assert text_of(session, ":vars") == "x: f32[2]\nf: function"
    assert text_of(session, ":reset") == ""
    assert text_of(session, ":vars") == "no names are bound"


def test_del_forgets_all_or_none(session: Session) -> None:
    with pytest.raises(TcalcError, match="there is no y"):
        text_of(session, ":del A y")
    assert session.lookup("A") is not None


def test_code_shows_torch_calls(session: Session) -> None:
    assert text_of(session, ":code A @ x + 1") == "A @ x + 1"
    assert text_of(session, ":code y = f(x)") == "y = x ** 2"
    assert text_of(session, ":code f") == "a function runs where it is called: :code f(x)"
    assert text_of(session, ":code g(x) = x") == "nothing runs here"


def test_quit_leaves(session: Session) -> None:
    (answer,) = run_command(session, Source(":quit"))
    assert isinstance(answer, Left)


@pytest.mark.parametrize(
    ("command", "code", "message", "place"),
    [
        (":vasr", "name", "there is no :vasr; did you mean :vars?", ":vasr"),
        (":qqqq", "name", "there is no :qqqq; :help lists the commands", ":qqqq"),
        (":h", "name", "there is no :h; :help, :hist, :heat, :history begin with it", ":h"),
        (":ti", "name", "there is no :ti; :time begins with it", ":ti"),
        (":type", "type", ":type needs an expression", ":type"),
        (":del", "type", ":del needs a name", ":del"),
        (":vars x y", "type", ":vars takes nothing", "x y"),
        (":apropos", "type", ":apropos needs a word", ":apropos"),
        (":del A yy", "name", "there is no yy", "yy"),
        (":type A @ yy", "name", "there is no yy", "yy"),
        (":code 1 +", "syntax", None, None),
        (":code x[x > 0] + 1", "type", "data decides a shape here: what runs is settled while it runs", None),
        (":code ones(2, 3) @ x", "shape", None, None),
    ],
)
def test_mistakes(session: Session, command: str, code: str, message: str | None, place: str | None) -> None:
    with pytest.raises(TcalcError) as caught:
        run_command(session, Source(command))
    error = caught.value
    assert error.code == code
    assert message is None or error.message == message
    assert error.span is not None
    assert place is None or error.span.text == place


def test_what_is_a_command() -> None:
    assert is_command("  :vars") and is_command(":")
    assert not is_command("x[:, 0]") and not is_command("")
