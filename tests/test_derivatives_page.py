"""docs/derivatives.md is what the library says: written anew it is the same, and every reason is told."""

from __future__ import annotations

import runpy
from collections.abc import Mapping
from pathlib import Path

from tcalc import library
from tcalc.library.builtin import ByAutograd, Flat

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "derivatives.md").read_text(encoding="utf-8")
ROWS = [row for _, _, rows in library.families() for row in rows]


def test_it_is_up_to_date() -> None:
    written = runpy.run_path(str(ROOT / "tools" / "derivatives.py"))["written"]
    assert written() == PAGE, "the library has changed: make docs"


def test_many_rows_carry_formulas() -> None:
    carry = [
        row
        for row in ROWS
        if any(callable(form.vjp) or (isinstance(form.vjp, Mapping) and form.vjp) for form in row.forms)
    ]
    assert len(carry) >= 200


def test_every_form_says_how_derivatives_go_through_it() -> None:
    """By a formula, not at all or by autograd; where nothing is said, no derivative arrives."""
    silent = [(row, form) for row in ROWS for form in row.forms if form.vjp is None]
    for row, form in silent:
        takes = {each.kind for each in form.signature.parameters} & {"tensor", "tensors"}
        assert not takes or row.random or row.special, f"{row.name} {form.text} says nothing about derivatives"


def test_every_reason_is_told() -> None:
    for row in ROWS:
        for form in row.forms:
            if isinstance(form.vjp, Flat | ByAutograd):
                why = form.vjp.why if isinstance(form.vjp, Flat) else form.vjp
                (line,) = [line for line in PAGE.splitlines() if line.startswith(f"- {why}: ")]
                assert f"`{row.name}`" in line


def test_a_formula_is_told_as_it_stands_in_the_row() -> None:
    assert "| `mm` | a: `g @ b.T`, b: `a.T @ g` |" in PAGE
    assert "| `softmax[0]([0., 0.])` | x: `out * (g - sum(g * out, 0, keepdim=True))` |" in PAGE
    assert "| `layer_norm` | x: …, weight: …, bias: `g` |" in PAGE
