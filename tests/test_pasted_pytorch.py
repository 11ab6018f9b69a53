"""Code as PyTorch's tutorials have it, pasted: the same names, the same values, the same printed tensors.

Each file in `pasted/` runs as it stands under Python and in tcalc. `pasted/python_statements.txt` holds what is Python
and no computation with tensors: tcalc has an error of its own for each, which says how the same is written.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.contract.driver import Calculator, value_of

PASTED = Path(__file__).parent / "pasted"
SNIPPETS = sorted(PASTED.glob("*.py"))
NOTHING = object()


def statements() -> list[Any]:
    """Pieces of Python, each with the words that its error must hold."""
    found = []
    for piece in (PASTED / "python_statements.txt").read_text().split("\n\n")[1:]:
        code, _, words = piece.strip().rpartition("\n#! ")
        found.append(pytest.param(code, words.split(" | "), id=code.splitlines()[-1]))
    return found


def tensors(value: Any) -> Any:
    """A Python value as the tensors that tcalc has in its place, NOTHING for what holds none."""
    if isinstance(value, torch.Tensor):
        return value.detach().resolve_conj().resolve_neg()
    if isinstance(value, bool | int | float | complex | np.ndarray | np.generic | torch.Size | range):
        return torch.as_tensor(value)
    if isinstance(value, list | tuple):
        parts = tuple(map(tensors, value))
        if not all(isinstance(part, torch.Tensor) for part in parts):
            return NOTHING
        return torch.stack(parts) if isinstance(value, list) else parts
    return NOTHING


def under_torch(path: Path) -> tuple[dict[str, Any], list[Any]]:
    """The tensors that a snippet leaves behind, and all that it prints, as objects."""
    printed: list[Any] = []
    names: dict[str, Any] = {"print": lambda *values: printed.extend(values)}
    with torch.random.fork_rng(), torch.enable_grad():
        exec(compile(path.read_text(), str(path), "exec"), names)  # a file of our own
    held = {name: tensors(value) for name, value in names.items()}
    return {name: value for name, value in held.items() if value is not NOTHING}, printed


def assert_same(got: Any, want: Any) -> None:
    """One dtype, one shape, the same numbers; a solver may be told other strides than in torch, and round otherwise."""
    torch.testing.assert_close(got, want, rtol=1e-4, atol=1e-5, equal_nan=True)


@pytest.mark.parametrize("path", SNIPPETS, ids=lambda path: path.stem)
def test_a_pasted_snippet_gives_what_it_gives_under_torch(path: Path) -> None:
    wanted, printed = under_torch(path)
    calculator = Calculator()
    ran = calculator.run(path.read_text())
    assert not ran.errors, ran.said
    assert len(ran.values) == len(printed)
    for got, want in zip(ran.values, map(tensors, printed), strict=True):
        if want is not NOTHING:
            assert_same(got, want)
    session = calculator.session
    assert set(wanted) <= set(session.names())
    for name, want in wanted.items():
        got = value_of(session.data(name))
        assert_same(tuple(got) if isinstance(want, tuple) else got, want)


@pytest.mark.parametrize(("code", "words"), statements())
def test_python_that_has_no_place_here_is_told_how_to_write_it(code: str, words: list[str]) -> None:
    ran = Calculator().run(code)
    assert ran.errors
    assert ran.errors[0].code in ("syntax", "name", "type", "value")
    for word in words:
        assert word.lower() in ran.errors[0].message.lower()


def test_there_are_snippets_and_statements_of_all_kinds() -> None:
    assert len(SNIPPETS) >= 40
    assert len(statements()) >= 60


def test_a_device_is_read_and_changes_nothing() -> None:
    """What a program says of devices has no effect; where it asks for another than it gets, a note says so."""
    ran = Calculator().run("x = torch.ones(2, device='cpu')\nx.to('cpu') + torch.zeros(2, device=x.device)")
    assert (ran.texts, ran.notes) == (["[1.0, 1.0]"], [])
    ran = Calculator().run("device = torch.device('cuda:0')\ntorch.ones(2, device=device).to(device)")
    assert ran.texts == ["[1.0, 1.0]"]
    assert "tensors live where --device says: cpu, and not cuda:0" in "".join(ran.notes)
    ran = Calculator().run("torch.ones(2, device=[1, 2])")
    assert ran.codes == ["type"]
    ran = Calculator().run("torch.device(3)")
    assert ran.codes == ["type"] and 'torch.device("cpu")' in ran.said
