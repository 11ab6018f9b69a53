"""Programs made by breaking the examples: a result or an error with a place, never a bug of ours."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tcalc.errors import EXIT_STATUS
from tcalc.outcomes import Failed
from tcalc.session import Session
from tcalc.settings import Settings
from tcalc.source import Source
from tcalc.syntax.lexer import Tokens
from tcalc.syntax.parser import engine

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.tc"))
#: Statements of each mutated program; whole examples would take long to run.
LENGTH = 12
MUTANTS = 100
#: What a token may become.
OTHERS = ["0", "1", "-1", "2.5", "nan", "None", "True", "3j", "7", '"ij->j"', "[]", "(1, 2)"]


def lines_of(path: Path) -> list[str]:
    """An example's statements, those that go on over several lines left out."""
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip() and line[0] not in " #)]"]


def words_of(line: str) -> list[str]:
    """A line's tokens, comments dropped."""
    tokens = Tokens(engine().words, Source(line))
    words = []
    while (token := tokens.next()) is not None:
        if token.type not in ("COMMENT", "NEWLINE"):
            words.append(str(token))
    return words


def broken(line: str, others: list[str], chance: random.Random) -> str:
    """A line with a token deleted, doubled, swapped with its neighbour, or replaced by another's."""
    words = words_of(line)
    if len(words) < 2:
        return line
    place = chance.randrange(len(words) - 1)
    what = chance.choice(("delete", "double", "swap", "replace", "number"))
    if what == "delete":
        del words[place]
    elif what == "double":
        words.insert(place, words[place])
    elif what == "swap":
        words[place], words[place + 1] = words[place + 1], words[place]
    elif what == "replace":
        words[place] = chance.choice(words_of(chance.choice(others)) or ["x"])
    else:
        words[place] = chance.choice(
            ["0", "1", "-1", "2.5", "nan", "None", "True", "3j", "7", '"ij->j"', "[]", "(1, 2)"]
        )
    return " ".join(words)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_broken_example_is_never_an_internal_error(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    chance = random.Random(path.stem)
    lines = lines_of(path)
    for _ in range(MUTANTS):
        program = lines[:LENGTH] if len(lines) <= LENGTH else sorted(chance.sample(range(len(lines)), LENGTH))
        chosen = [line if isinstance(line, str) else lines[line] for line in program]
        place = chance.randrange(len(chosen))
        chosen[place] = broken(chosen[place], lines, chance)
        text = "\n".join(chosen)
        source = Source(text)
        session = Session(Settings(memory=2**28, seed=1))
        _, checked = session.check(source)
        for outcome in [*checked, *session.run(source)]:
            if isinstance(outcome, Failed):
                error = outcome.error
                assert error.code in EXIT_STATUS, text
                assert error.code != "internal", f"{error.message} {error.notes}\n{text}"
                assert error.span is not None, f"{error.message}\n{text}"
                assert 0 <= error.span.start <= error.span.end <= len(error.span.source.text), text
