"""Every key of the table, in emacs' way and in vi's; indents, pasting, brackets that close themselves, the editor."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest

from tcalc.repl.history import HistoryFile
from tcalc.repl.keys import MODES
from tcalc.repl.lines import indent, open_text
from tcalc.repl.loading import Loading
from tcalc.repl.transcript import CONTINUATION, NORMAL, PROMPT
from tcalc.session import Session
from tcalc.settings import SWITCHES
from tcalc.show.keys import KEYS
from tcalc.show.palette import PLAIN

sys.path.insert(0, str(Path(__file__).parent))

from terminal import Terminal

Keyboard = Callable[..., list[str]]

ENTER, ALT_ENTER, ESCAPE, BACK = "\r", "\x1b\r", "\x1b", "\x7f"
UP, DOWN, LEFT, RIGHT, HOME, END = "\x1b[A", "\x1b[B", "\x1b[D", "\x1b[C", "\x1b[H", "\x1b[F"
CTRL_LEFT, CTRL_RIGHT = "\x1b[1;5D", "\x1b[1;5C"


def ctrl(letter: str) -> str:
    return chr(ord(letter) & 0x1F)


def paste(text: str) -> str:
    return f"\x1b[200~{text}\x1b[201~"


#: For each row of the table what is pressed, read after read, and what comes of it.
PRESSED: dict[str, list[tuple[list[str], list[str]]]] = {
    "Enter": [
        (["1" + ENTER], ["1"]),
        (["[1," + ENTER + "2]" + ENTER], ["[1,\n 2]"]),
        # Inside of a whole text it runs that.
        (["f(1)" + LEFT + ENTER], ["f(1)"]),
    ],
    "Alt-Enter": [
        (["1" + ALT_ENTER + "2" + ENTER], ["1\n2"]),
        (["f(1, 2)" + 2 * LEFT + ALT_ENTER + ENTER], ["f(1,\n  2)"]),
    ],
    "Up Down": [
        (["a" + ENTER, "b" + ENTER, UP + UP + ENTER], ["a", "b", "a"]),
        (["a" + ENTER, "b" + ENTER, UP + UP + DOWN + ENTER], ["a", "b", "b"]),
        (["first" + ENTER, "second" + ENTER, "fi" + UP + ENTER], ["first", "second", "first"]),
        (["x1" + ENTER, "x2" + ENTER, "y" + ENTER, "x" + UP + UP + DOWN + ENTER], ["x1", "x2", "y", "x2"]),
        # by line first
        (["a" + ENTER, "12" + ALT_ENTER + "34" + UP + BACK + "5" + ENTER], ["a", "15\n34"]),
        (["12" + ALT_ENTER + "34" + UP + DOWN + "5" + ENTER], ["12\n345"]),
    ],
    "Ctrl-R Ctrl-S": [
        (["sum1" + ENTER, "b" + ENTER, ctrl("r") + "su" + ENTER + ENTER], ["sum1", "b", "sum1"]),
        (["sum1" + ENTER, "sum2" + ENTER, ctrl("r") + "su" + ctrl("r") + ENTER + ENTER], ["sum1", "sum2", "sum1"]),
        (
            ["sum1" + ENTER, "sum2" + ENTER, ctrl("r") + "su" + ctrl("r") + ctrl("s") + ENTER + ENTER],
            ["sum1", "sum2", "sum2"],
        ),
        (["sum1" + ENTER, "x" + ctrl("r") + "su" + ctrl("g") + ENTER], ["sum1", "x"]),
    ],
    "Ctrl-A Ctrl-E": [
        (["23" + ctrl("a") + "1" + ENTER], ["123"]),
        (["12" + ctrl("a") + ctrl("e") + "3" + ENTER], ["123"]),
        (["2" + HOME + "1" + END + "3" + ENTER], ["123"]),
    ],
    "Alt-B Alt-F": [
        (["ab cd" + ESCAPE + "b" + "+" + ENTER], ["ab +cd"]),
        (["ab cd" + HOME + ESCAPE + "f" + "+" + ENTER], ["ab+ cd"]),
        (["ab cd" + CTRL_LEFT + CTRL_LEFT + CTRL_RIGHT + "+" + ENTER], ["ab+ cd"]),
    ],
    "Ctrl-W Alt-D": [
        (["a + bcd" + ctrl("w") + "e" + ENTER], ["a + e"]),
        (["ab cd" + HOME + ESCAPE + "d" + "1" + ENTER], ["1 cd"]),
        (["ab.cd" + ESCAPE + BACK + ENTER], ["ab."]),
    ],
    "Ctrl-U Ctrl-K": [
        (["12" + ctrl("u") + "3" + ENTER], ["3"]),
        (["12" + LEFT + ctrl("k") + "3" + ENTER], ["13"]),
    ],
    "Ctrl-Y Ctrl-_": [
        (["12" + ctrl("u") + ctrl("y") + ctrl("y") + ENTER], ["1212"]),
        (["12 ab" + ctrl("w") + ctrl("_") + ENTER], ["12 ab"]),
    ],
    "Ctrl-C Ctrl-D": [
        (["1" + ctrl("c"), "2" + ENTER, ctrl("d")], ["dropped", "2", "eof"]),
        (["12" + LEFT + ctrl("d") + ENTER], ["1"]),
    ],
}

#: Those that have tests of their own: below, in test_completion.py and in test_editor.py.
APART = {"Tab", "Right Ctrl-E", "Alt-1 … Alt-9", "Ctrl-X Ctrl-E", "Ctrl-L Ctrl-Z"}


def test_every_key_of_the_table_is_pressed() -> None:
    assert {name for name, _ in KEYS} == {*PRESSED, *APART}


@pytest.mark.parametrize(
    ("keys", "texts"),
    [
        pytest.param(keys, texts, id=f"{name}-{place}")
        for name in PRESSED
        for place, (keys, texts) in enumerate(PRESSED[name])
    ],
)
def test_keys(keyboard: Keyboard, keys: list[str], texts: list[str]) -> None:
    assert keyboard(*keys) == texts


# vi


@pytest.mark.parametrize(
    ("keys", "texts"),
    [
        (["ab" + ENTER], ["ab"]),
        (["abc" + ESCAPE + "x" + ENTER], ["ab"]),
        (["bc" + ESCAPE + "0ia" + ENTER], ["abc"]),
        (["ab" + ESCAPE + "ddi1" + ENTER], ["1"]),
        (["ab cd" + ESCAPE + "bcwx" + ENTER], ["ab x"]),
        (["ab" + ESCAPE + "xuA1" + ENTER], ["ab1"]),
        (["a" + ENTER, "b" + ENTER, ESCAPE + "kk" + ENTER], ["a", "b", "a"]),
        (["sum1" + ENTER, "b" + ENTER, ESCAPE + "/su" + ENTER + ENTER], ["sum1", "b", "sum1"]),
        (["1" + ESCAPE + "o2" + ENTER], ["1\n2"]),
        # both bytes at once are Alt-Enter; in normal mode Enter goes on at the end of what is open
        (["1" + ALT_ENTER + "2" + ENTER], ["1\n2"]),
        (["[1," + ESCAPE + "0" + ENTER + "2]" + ENTER], ["[1,\n 2]"]),
        (["1" + ctrl("c"), ctrl("d")], ["dropped", "eof"]),
        ([paste("tcalc> 1\n1   i64") + ENTER], ["1"]),
    ],
)
def test_vi_keys(session: Session, keyboard: Keyboard, keys: list[str], texts: list[str]) -> None:
    session.settings.keys = "vi"
    # Escape and Enter in one burst are Alt-Enter: the tests press something between them.
    assert keyboard(*keys) == texts


def test_the_setting_knows_the_same_words() -> None:
    assert set(SWITCHES["keys"].values) == set(MODES)
    assert Session().settings.keys == "emacs" and Session().settings.autoclose is False
    assert len(NORMAL) == len(PROMPT) == len(CONTINUATION)


# Where a line begins


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("", ""),
        ("x = 1", ""),
        ("f(", "  "),
        ("f(a,", "  "),
        ("sum(a,\n    b,", "    "),
        ("y = f(a,", "      "),
        ("y = f(  # why", "  "),
        ("y = f(\n  g(a,", "    "),
        ("y = f(\n  g(", "    "),
        ("f([1, 2],", "  "),
        ("[[1, 2],", " "),
        ("x =", "  "),
        ("x = 1\ny = a +", "  "),
        ("x = 1; y = (", "  "),
        ("y = let a = 1,", "    "),
        ("let a = 1 in", "  "),
        ("let a = 1 in a", ""),
        ("a + \\", "  "),
        ("a)", ""),
        ('f(")",', "  "),
        ("# f(", ""),
        ("f" * 50 + "(a,", "  "),
    ],
)
def test_indents(before: str, expected: str) -> None:
    assert indent(before + "\n") == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [("", ""), ("a", ""), ('"a', '"'), ("'a\"", "'"), ('"a"', ""), ("a # b", "#"), ('"#"', ""), ("f('a', \"", '"')],
)
def test_what_is_open_on_a_line(line: str, expected: str) -> None:
    assert open_text(line) == expected


# Brackets that close themselves


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("f(1", "f(1)"),
        ("f(1)", "f(1)"),
        ("f([1, 2])+1", "f([1, 2])+1"),
        ("(" + BACK + "1", "1"),
        ("f([" + BACK + BACK + "1", "f1"),
        ("(1" + BACK + BACK + "2", "2"),
        ("a" + LEFT + "(", "(a"),
        ("a b" + LEFT + LEFT + "(", "a() b"),
        ('load("a', 'load("a")'),
        ('load("a")', 'load("a")'),
        ('f("(', 'f("(")'),
        ('f("a)")', 'f("a)")'),
        ("f('" + BACK + "1", "f(1)"),
        ("x'", "x'"),
        ('"a\\"b"', '"a\\"b"'),
        ('"a" "b"', '"a" "b"'),
        ("1 # it's (", "1 # it's ("),
        ("(1" + END + BACK + "2", "(12"),
    ],
)
def test_autoclose(session: Session, keyboard: Keyboard, keys: str, text: str) -> None:
    session.settings.autoclose = True
    assert keyboard(keys + ESCAPE + ENTER + ctrl("c")) == ["dropped"]
    assert keyboard(keys + END + ALT_ENTER + ")]" + ENTER)[0].partition("\n")[0] == text


def test_nothing_closes_itself_unless_that_is_set(keyboard: Keyboard) -> None:
    assert keyboard("f([1, 'a'])" + ENTER) == ["f([1, 'a'])"]


# Pasting


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (paste("a = 1\nb = [a,\n     2]\n# done\n"), "a = 1\nb = [a,\n     2]\n# done"),
        ("x + " + paste("1") + " + 2", "x + 1 + 2"),
        (paste("tcalc> a = [1,\n   ... 2]\na: i64[2]\ntcalc> a\n"), "a = [1,\n2]\na"),
        (
            paste(">>> x = torch.tensor([1,\n...     2])\n>>> x\ntensor([1, 2])\n>>>"),
            "x = torch.tensor([1,\n    2])\nx",
        ),
        (paste("In [1]: x = [1,\n   ...:      2]\n\nIn [12]: x\nOut[12]: [1, 2]\n"), "x = [1,\n     2]\nx"),
        (paste("In [x]: a"), "In [x]: a"),
        (paste("y = '>>> '"), "y = '>>> '"),
    ],
)
def test_pasting(keyboard: Keyboard, keys: str, text: str) -> None:
    assert keyboard(keys + ENTER) == [text]


def test_a_paste_is_undone_at_once(keyboard: Keyboard) -> None:
    assert keyboard("1" + paste("2\n3\n4") + ctrl("_") + ENTER) == ["1"]


# What needs more than a keyboard


class Reading:
    """An editor whose buffer and screen a test looks at."""

    def __init__(self, session: Session, loaded: Loading, path: Path) -> None:
        from prompt_toolkit.output import DummyOutput

        class Screen(DummyOutput):
            erased = 0

            def erase_screen(self) -> None:
                Screen.erased += 1

        self.session, self.loaded, self.path, self.screen = session, loaded, path, Screen()

    def read(self, keys: str, then: Callable[[str], bool]) -> str:
        """What is read when `keys` are pressed, and Enter once the text is such."""
        from prompt_toolkit.application import create_app_session
        from prompt_toolkit.input import create_pipe_input

        from tcalc.repl.editor import Editor

        with create_pipe_input() as pipe, create_app_session(input=pipe, output=self.screen):
            editor = Editor(self.session, PLAIN, HistoryFile(str(self.path / "history")), self.loaded, lambda: None)
            buffer = editor._prompt.default_buffer
            buffer.on_text_changed += lambda _: pipe.send_text(ENTER) if then(buffer.text) else None
            pipe.send_text(keys)
            return editor.read()


@pytest.fixture
def reading(session: Session, loaded: Loading, tmp_path: Path) -> Reading:
    return Reading(session, loaded, tmp_path)


def test_ctrl_l_clears_the_screen(reading: Reading) -> None:
    assert reading.read("1" + ctrl("l") + "2", lambda text: text == "12") == "12"
    assert type(reading.screen).erased == 1


@pytest.mark.parametrize(("mode", "keys"), [("emacs", ctrl("x") + ctrl("e")), ("vi", ESCAPE + "v")])
@pytest.mark.parametrize("variable", ["VISUAL", "EDITOR"])
def test_the_text_in_an_editor(
    reading: Reading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, keys: str, variable: str
) -> None:
    program = tmp_path / "edit.py"
    program.write_text(
        "import sys\n"
        "path = sys.argv[1]\n"
        "text = open(path).read()\n"
        "open(path, 'w').write(text.replace('1', '2') + '\\n# ' + path[-3:] + '\\n')\n"
    )
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", "false")
    monkeypatch.setenv(variable, f"{sys.executable} {program}")
    reading.session.settings.keys = mode
    # It is put on the line, and is not run by itself: Enter is pressed once it stands there.
    assert reading.read("1 + 1" + keys, lambda text: "#" in text) == "2 + 2\n# .tc"


def test_what_is_seen_of_colours_and_of_vi(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, NO_COLOR="")
    try:
        terminal.wait_for_prompt(1)
        terminal.send("sum([1, 2])")
        row = terminal.wait(lambda lines: "tcalc> sum([1, 2])" in lines).index("tcalc> sum([1, 2])")
        cells = terminal.screen.buffer[row]
        terminal.wait(lambda _: cells[7].fg == "cyan" and cells[12].fg == "magenta")
        # The bracket before the cursor and its other are marked.
        assert [place for place in range(20) if cells[place].bold] == [10, 17]
        terminal.send(ctrl("c"))
        terminal.wait_for_prompt(2)
        terminal.run(":set keys vi")
        terminal.send("4 + 4" + ESCAPE)
        terminal.wait(lambda lines: "tcalc: 4 + 4" in lines)
        terminal.send("xa5")
        terminal.wait(lambda lines: "tcalc> 4 + 5" in lines)
        terminal.send(ESCAPE)
        terminal.wait(lambda lines: "tcalc: 4 + 5" in lines)
        terminal.send(ENTER)
        lines = terminal.wait(lambda lines: "9   i64" in lines)
        assert "tcalc> 4 + 5" in lines and not any(line.startswith("tcalc:") for line in lines[:-1])
    finally:
        terminal.child.close(force=True)


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash, whose job the shell would be")
def test_ctrl_z_suspends_the_shell_which_goes_on_where_it_was(tmp_path: Path) -> None:
    environment = {"PS1": "job$ ", "TERM": "xterm", "XDG_STATE_HOME": str(tmp_path), "NO_COLOR": "1"}
    child = pexpect.spawn("bash", ["--norc", "--noprofile", "-i"], env={**os.environ, **environment}, timeout=60)
    try:
        child.expect_exact("job$ ")
        child.send(f"{sys.executable} -m tcalc\r")
        child.expect_exact("tcalc> ")
        child.send("40 + ")
        child.expect_exact("40 +")
        child.send(ctrl("z"))
        child.expect_exact("Stopped")
        child.expect_exact("job$ ")
        child.send("fg\r")
        child.expect_exact("40 +")
        child.send("2\r")
        child.expect_exact("42   i64")
    finally:
        child.close(force=True)
