"""The error corpus: every program stops with the error that it is named for, and says what it must, short and plain.

`tests/error_corpus.py` tells what a program of it looks like; `make snapshots` writes the `.out` files.
"""

from __future__ import annotations

from statistics import median
from unicodedata import category

import pytest
from error_corpus import FOLDER, Case, cases

from tcalc.check.repairs import search
from tcalc.check.repairs.families import FAMILIES
from tcalc.errors import EXIT_STATUS

CASES = cases()
#: A bug of ours is the one error that no program can ask for.
UNPROVOKED = {"internal"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.removesuffix(".tc"))
def test_says_what_it_must(case: Case) -> None:
    said, status = case.run()
    for words in case.says:
        assert words in said
    assert said == case.snapshot.read_text(encoding="utf-8")
    assert said.startswith(f"error[{case.code}]: ")
    assert said.count("\nerror[") == 0, "one mistake, one error"
    assert status == EXIT_STATUS[case.code]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name.removesuffix(".tc"))
def test_is_plain_and_short(case: Case) -> None:
    said = case.snapshot.read_text(encoding="utf-8")
    assert "Traceback" not in said and str(FOLDER) not in said
    assert not [letter for letter in said if category(letter) in ("Cc", "Cf", "Cs") and letter != "\n"]
    assert said.isascii() or not case.text.isascii(), "what is not ASCII stands in the program"
    assert len(said.splitlines()) <= 14
    sentence = said.splitlines()[0]
    assert len(sentence) <= 150 and not sentence.removesuffix("...").endswith(".")


def test_errors_are_short() -> None:
    lengths = [len(case.snapshot.read_text(encoding="utf-8").splitlines()) for case in CASES]
    assert median(lengths) <= 8


def test_every_code_is_there() -> None:
    assert {case.code for case in CASES} == set(EXIT_STATUS) - UNPROVOKED
    assert len(CASES) >= 150


def test_every_snapshot_has_its_program() -> None:
    assert {case.snapshot for case in CASES} == set(FOLDER.glob("*/*.out"))


def test_every_family_of_repairs_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program for each family whose own change is among the repairs that are printed."""
    families = {family for each in FAMILIES.values() for family in each}
    for family in sorted(families, key=lambda each: each.__name__):
        only = {code: tuple([each for each in found if each is family]) for code, found in FAMILIES.items()}
        monkeypatch.setattr(search, "FAMILIES", only)
        codes = {code for code, found in only.items() if found}
        assert any(_shared_repair(case) for case in CASES if case.code in codes), family.__name__


def _shared_repair(case: Case) -> bool:
    """Whether a repair that is found now is one that the snapshot shows."""
    shown = _repairs(case.snapshot.read_text(encoding="utf-8"))
    return bool(shown) and bool(shown & _repairs(case.run()[0]))


def _repairs(said: str) -> set[str]:
    return {line[5:] for line in said.splitlines() if line[:2] == "  " and line[2:3].isdigit() and line[3:5] == "  "}
