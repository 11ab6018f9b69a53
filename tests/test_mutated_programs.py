"""Programs made by breaking the project's own: a result or an error with a place, never a bug of ours (mutants.py)."""

from __future__ import annotations

import pytest
from breeding import Breeder
from error_corpus import torch_left_alone
from mutants import described, fault, workplace

SEED, COUNT, PARTS = 2026, 2000, 8


@pytest.fixture(scope="module")
def breeder() -> Breeder:
    return Breeder()


@pytest.mark.parametrize("part", range(PARTS))
def test_a_mutant_gives_a_result_or_an_error_with_a_place(part: int, breeder: Breeder) -> None:
    wrong = []
    with torch_left_alone(), workplace():
        for number in range(part, COUNT, PARTS):
            text = breeder.mutant(SEED, number)
            found = fault(text)
            if found:
                wrong.append(described(SEED, number, text, found))
    assert not wrong, "\n".join(wrong)


def test_the_same_seed_makes_the_same_mutant(breeder: Breeder) -> None:
    again = Breeder()
    assert [again.mutant(1, number) for number in range(20)] == [breeder.mutant(1, number) for number in range(20)]


def test_most_mutants_are_not_what_they_were_made_of(breeder: Breeder) -> None:
    assert len({breeder.mutant(1, number) for number in range(200)}) > 150
