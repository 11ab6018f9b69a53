"""torch's functions that work without a row: the list is what torch's schemas say; each is pure and safe to call."""

from __future__ import annotations

import importlib.util
import os
import random
import resource
import signal
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from tcalc import library
from tcalc.backend.guards import guarded
from tcalc.backend.values import TCALC
from tcalc.library import reachable
from tcalc.library.builtin import Builtin
from tests.contract.driver import Calculator, assert_value
from tests.library.reachable_calls import Call, integers, ordinary, torch_function, written

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = reachable.functions()
each_function = pytest.mark.parametrize("row", FUNCTIONS, ids=lambda row: row.torch)


def tool() -> ModuleType:
    """The program that writes the list."""
    spec = importlib.util.spec_from_file_location("torch_functions", ROOT / "tools" / "torch_functions.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# The list


def test_the_list_is_what_the_tool_writes() -> None:
    writer = tool()
    assert writer.TARGET.read_text(encoding="utf-8") == writer.listing(), "make torch-functions"


def test_nothing_on_it_has_a_row() -> None:
    assert not [row.torch for row in FUNCTIONS if row.spaces[0] != "Tensor" and library.row(row.name, row.spaces[0])]


@pytest.mark.parametrize(
    "name",
    "save load compile set_default_dtype set_num_threads manual_seed add_ relu_ from_file from_numpy frombuffer"
    " empty as_strided quantize_per_tensor set_grad_enabled jit fork wait cond while_loop from_dlpack to_sparse"
    " resize_ set_ backward register_hook data_ptr apply_ map_ handle_torch_function".split(),
)
def test_what_writes_loads_or_compiles_is_not_on_it(name: str) -> None:
    assert reachable.find(name) is None


@each_function
def test_it_takes_no_function_and_nothing_to_write_to(row: Builtin) -> None:
    for form in row.forms:
        for parameter in form.signature.parameters:
            assert parameter.kind not in ("function", "value", "keywords")
            assert parameter.name not in ("out", "inplace", "generator", "running_mean", "device")


# Each function


def tensors(call: Call) -> list[torch.Tensor]:
    """The tensors of a call."""
    found: list[torch.Tensor] = []
    for value in [*call.places, *call.named.values()]:
        found += [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, torch.Tensor)]
    return found


def parts(result: Any) -> list[torch.Tensor]:
    """The tensors of a result, whatever it is made of."""
    if isinstance(result, torch.Tensor):
        return [result]
    return [part for each in result for part in parts(each)]


def state() -> tuple[object, ...]:
    """What a function could change that nobody sees."""
    kept = torch.get_default_dtype(), torch.is_grad_enabled(), torch.get_num_threads(), torch.get_default_device()
    return *kept, torch.are_deterministic_algorithms_enabled(), dict(os.environ), os.getcwd()


@each_function
def test_it_changes_nothing_and_draws_only_if_it_says_so(row: Builtin) -> None:
    call = ordinary(row)
    before = [each.clone() for each in tensors(call)]
    around, drawn = state(), torch.get_rng_state()
    result = torch_function(row)(*call.places, **call.named)
    assert state() == around
    assert torch.equal(torch.get_rng_state(), drawn) is not row.random
    for now, then in zip(tensors(call), before, strict=True):
        assert torch.equal(now, then)
    for each in parts(result):
        assert each.dtype in TCALC and not each.is_sparse


@each_function
def test_it_gives_what_torch_gives(row: Builtin) -> None:
    call = ordinary(row)
    text = f"torch.{row.torch}({written(call)})"
    calculator = Calculator()
    torch.manual_seed(7)
    wanted = torch_function(row)(*call.places, **call.named)
    wanted = tuple(wanted) if isinstance(wanted, tuple | list) else wanted
    promised = calculator.type_of(text)
    ran = calculator.run(f"torch.manual_seed(7)\n{text}")
    assert not ran.errors, ran.said
    assert_value(ran.values[0], wanted)
    assert promised in (ran.types[0], "?")


def test_only_where_data_decide_is_a_type_unknown() -> None:
    """Those that torch cannot answer for on tensors without data."""
    calculator = Calculator()
    unknown = {
        row.torch for row in FUNCTIONS if calculator.type_of(f"torch.{row.torch}({written(ordinary(row))})") == "?"
    }
    assert unknown <= {
        "argwhere", "combinations", "unique_consecutive", "geqrf", "histogramdd", "istft", "nn.functional.ctc_loss",
        "nn.functional.gaussian_nll_loss",
    }  # fmt: skip


# Hostile arguments

WHOLE = [0, 1, -1, 2, -7, 100, 2**31, 2**62, -(2**63)]
FLOATS = [0.0, -1.0, 1e300, float("inf"), float("nan")]
SHAPES = [(), (0,), (3,), (0, 3), (3, 3), (2, 0, 2), (1, 1, 1, 1)]
MOST_BYTES = 8 << 30
PATIENCE = 120


def spoiled(value: Any, pick: random.Random) -> Any:
    """Another value of the same kind that no one would mean."""
    if isinstance(value, torch.Tensor):
        if pick.random() < 0.5:
            dtype = value.dtype if pick.random() < 0.7 else pick.choice([torch.float32, torch.int64, torch.bool])
            return torch.zeros(pick.choice(SHAPES), dtype=dtype)
        if value.numel() and value.dtype in (torch.int64, torch.int32):
            copy = value.clone()
            copy.view(-1)[pick.randrange(copy.numel())] = pick.choice([-1, 0, 3, -3, 1000, -(2**31), 2**31 - 1])
            return copy
        return value.unsqueeze(0) if pick.random() < 0.5 or not value.dim() else value.narrow(0, 0, 0)
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return pick.choice(WHOLE)
    if isinstance(value, float):
        return pick.choice(FLOATS)
    if isinstance(value, str):
        return pick.choice(["mean", "sum", "none", "nonsense", ""])
    if isinstance(value, tuple):
        return tuple(pick.choice(WHOLE) for _ in range(pick.randrange(4)))
    return [spoiled(each, pick) for each in value]


def attack(row: Builtin, tries: int) -> None:
    """A function with some of its arguments spoiled, again and again."""
    pick, kernel, call = random.Random(row.torch), guarded(row.torch), ordinary(row)
    for _ in range(tries):
        places = [spoiled(each, pick) if pick.random() < 0.4 else each for each in call.places]
        named = {name: spoiled(each, pick) if pick.random() < 0.4 else each for name, each in call.named.items()}
        try:
            kernel(*places, **named)
        except Exception:
            continue


def test_no_arguments_end_the_process() -> None:
    """In a process of its own; the pipe tells which function it was."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.alarm(PATIENCE)
        torch.set_num_threads(1)
        for row in FUNCTIONS:
            os.write(writer, f"{row.torch}\n".encode())
            attack(row, 50)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as lines:
        last = lines.read().split()[-1]
    _, status = os.waitpid(child, 0)
    assert status == 0, f"{last} ends the process by signal {os.WTERMSIG(status)}"


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("linalg.lu_solve", Call(torch.eye(2), torch.tensor([1, 7], dtype=torch.int32), torch.eye(2))),
        ("linalg.ldl_solve", Call(torch.eye(2), torch.tensor([1, -2], dtype=torch.int32), torch.eye(2))),
        ("lu_unpack", Call(torch.eye(2), torch.tensor([], dtype=torch.int32))),
        ("nn.functional.ctc_loss", Call(torch.zeros(6, 1, 4), integers([9, 9]), integers(6), integers(2))),
        ("pca_lowrank", Call(torch.eye(3), niter=10**9)),
        ("combinations", Call(torch.arange(10_000), 3)),
        ("repeat_interleave", Call(torch.ones(2), torch.tensor([10**12, 1]))),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_torch_would_not_survive_is_a_value_error(name: str, call: Call) -> None:
    if not any(row.torch == name for row in FUNCTIONS):
        pytest.skip("it has a row")
    ran = Calculator().run(f"torch.{name}({written(call)})")
    assert ran.codes == ["value"]
    assert "torch says" not in ran.said
