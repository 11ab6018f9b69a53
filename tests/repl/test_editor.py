"""Keys at the prompt: what they leave on the line and when it runs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

Keyboard = Callable[..., list[str]]

ENTER, ALT_ENTER, UP, CTRL_C, CTRL_D = "\r", "\x1b\r", "\x1b[A", "\x03", "\x04"


def paste(text: str) -> str:
    return f"\x1b[200~{text}\x1b[201~"


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ("1 + 1" + ENTER, "1 + 1"),
        # Enter goes on while something is open, as far in as fits that …
        ("[1," + ENTER + "2]" + ENTER, "[1,\n 2]"),
        ("x =" + ENTER + "3" + ENTER, "x =\n  3"),
        ("let a = 1" + ENTER + "in a" + ENTER, "let a = 1\nin a"),
        # … and Alt-Enter always.
        ("a = 1" + ALT_ENTER + "b = 2" + ENTER, "a = 1\nb = 2"),
        # What more lines would not mend runs, and gets its error.
        ("1 + )" + ENTER, "1 + )"),
        (":type [1," + ENTER, ":type [1,"),
        ("" + ENTER, ""),
        (paste("a = 1\r\nb = [2,\r\n3]\r\n") + ENTER, "a = 1\nb = [2,\n3]"),
        (paste("tcalc> a = 1\na: i64 = 1\ntcalc> [a,\n   ... 2]\ni64[2]\n  1  2\n") + ENTER, "a = 1\n[a,\n2]"),
    ],
)
def test_keys_make_a_text(keyboard: Keyboard, keys: str, text: str) -> None:
    assert keyboard(keys) == [text]


def test_ctrl_c_drops_the_line_and_ctrl_d_leaves_an_empty_one(keyboard: Keyboard) -> None:
    assert keyboard("half a li" + CTRL_C, "1" + ENTER, CTRL_D) == ["dropped", "1", "eof"]


def test_ctrl_d_on_a_line_deletes(keyboard: Keyboard) -> None:
    assert keyboard("12\x1b[D" + CTRL_D + ENTER) == ["1"]


def test_up_recalls_what_was_typed_also_by_an_earlier_shell(keyboard: Keyboard) -> None:
    assert keyboard("first" + ENTER, "[1,\r2]" + ENTER) == ["first", "[1,\n 2]"]
    # In an entry of two lines, up goes to its first line before it goes to the entry before.
    assert keyboard(UP + ENTER, UP + UP + UP + ENTER) == ["[1,\n 2]", "first"]


def test_alt_and_a_number_put_a_repair_on_the_line(keyboard: Keyboard) -> None:
    assert keyboard("A @ B\x1b2" + ENTER, repairs=("A @ B.T", "A.T @ B")) == ["A.T @ B"]
