"""Pasted text, and what is left of it when it was copied from a shell's screen."""

from __future__ import annotations

import pytest

from tcalc.repl.transcript import CONTINUATION, PROMPT, WRAPPED, pasted


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 1", "a = 1"),
        ("a = 1\r\nb = 2\r\n", "a = 1\nb = 2"),
        ("a = 1\rb = 2", "a = 1\nb = 2"),
        ("  a\n\n  b\n\n", "  a\n\n  b"),
        ("tcalc> a = 1", "a = 1"),
        ("tcalc> a = [1,\n   ... 2]\na: i64[2]\ntcalc> a\ni64[2]\n  1  2\ntcalc> ", "a = [1,\n2]\na"),
        # The terminal was too narrow for a line.
        ("tcalc> softmax[-1](A @ on\n    .. es(3, 4)\n    .. )\nf32[2, 4]\n", "softmax[-1](A @ ones(3, 4))"),
        ("tcalc> a = [1,\n   ... 22\n    .. 3]\na: i64[2]\n", "a = [1,\n223]"),
        # A result that looks like a continuation is none: results follow other lines.
        ("tcalc> a\nf32[2]\n   ... 3\n", "a"),
        ("$ tcalc\ntcalc 0.1.0\ntcalc> 1\n1   i64", "1"),
        # As pages and our own figures write them.
        ("a\u00a0= 1\u202f+ 2", "a = 1 + 2"),
        ("mean \u22125.72e\u22125", "mean -5.72e-5"),
        ("f(x) = let\n\ta = x\n\tin a", "f(x) = let\n    a = x\n    in a"),
        ("", ""),
    ],
)
def test_pasted(text: str, expected: str) -> None:
    assert pasted(text) == expected


def test_all_prompts_are_equally_wide() -> None:
    assert len(PROMPT) == len(CONTINUATION) == len(WRAPPED)
