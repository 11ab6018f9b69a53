"""Commands between statements: which lines are run together."""

from __future__ import annotations

import pytest

from tcalc.repl.mixed import pieces, without_commands


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("x = 1\ny = 2", [(0, "x = 1\ny = 2")]),
        ("A = ones(2)\nA\n:type A\nsum(A)", [(0, "A = ones(2)\nA"), (2, ":type A"), (3, "sum(A)")]),
        (":vars\nx = 1", [(0, ":vars"), (1, "x = 1")]),
        (":set heat on\n  :vars", [(0, ":set heat on"), (1, "  :vars")]),
        (":plan A @\nA.T\n:vars", [(0, ":plan A @\nA.T"), (2, ":vars")]),
        ("x[\n:3]", [(0, "x[\n:3]")]),  # a slice is no command
        ("x = 2 +\n1\n?sum\ny", [(0, "x = 2 +\n1"), (2, "?sum"), (3, "y")]),
        ("\n:vars\n\n", [(1, ":vars")]),
        (":type A", [(0, ":type A")]),
        ("", [(0, "")]),
        ("\n", [(0, "\n")]),
    ],
)
def test_what_is_run_apart(text: str, apart: list[tuple[int, str]]) -> None:
    assert pieces(text) == apart
    statements = without_commands(text)
    assert [len(line) for line in statements.split("\n")] == [len(line) for line in text.split("\n")]
    assert ":vars" not in statements and ":type" not in statements
