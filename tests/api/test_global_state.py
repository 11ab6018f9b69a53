"""What belongs to the program around tcalc stays as it is: torch's settings, random numbers, warnings, garbage
collection, the environment; in one thread, in several, and in a process where tcalc is what loads torch."""

from __future__ import annotations

import gc
import os
import random
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch

import tcalc

A = torch.arange(6.0).reshape(2, 3)


def state() -> dict[str, Any]:
    """All that a program could notice."""
    return {
        "dtype": torch.get_default_dtype(),
        "device": torch.get_default_device(),
        "recording": torch.is_grad_enabled(),
        "inference": torch.is_inference_mode_enabled(),
        "autocast": torch.is_autocast_enabled("cpu"),
        "threads": torch.get_num_threads(),
        "random": torch.get_rng_state().tolist(),
        "warnings": list(warnings.filters),
        "gc": (gc.isenabled(), gc.get_threshold()),
        "environment": dict(os.environ),
        "recursion": sys.getrecursionlimit(),
        "modes": torch._C._len_torch_function_stack(),
    }


def evaluates() -> None:
    assert tcalc.evaluate("A @ A.T / 3", A=A).dtype is torch.float32


def fails_to_evaluate() -> None:
    with pytest.raises(tcalc.Error):
        tcalc.evaluate("inverse(A @ A.T * 0)", A=A)
    with pytest.raises(tcalc.Error):
        tcalc.evaluate("(", A=A)


def uses_sessions() -> None:
    session = tcalc.Session(dtype="f64", threads=1, seed=3)
    session.bind("A", A)
    assert session.run("rand(3) / 2")[0].value.dtype is torch.float64
    assert session.compile("ones(2) / 3")().dtype is torch.float64
    with pytest.raises(tcalc.Error):
        session.run("rand(2) @ inverse(zeros(2, 2))")
    with pytest.raises(tcalc.Error):
        session.run("1 +")
    assert session["A"].dtype is torch.float32


def checks() -> None:
    tcalc.check("A @ A.T", A=A)
    tcalc.Session(dtype="f16").check("ones(3)")


@contextmanager
def default_dtype(dtype: torch.dtype) -> Iterator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


@pytest.mark.parametrize("use", [evaluates, fails_to_evaluate, uses_sessions, checks])
@pytest.mark.parametrize(
    "around",
    [
        torch.enable_grad,
        torch.no_grad,
        torch.inference_mode,
        lambda: default_dtype(torch.float64),
        lambda: torch.autocast("cpu", dtype=torch.bfloat16),
        lambda: torch.device("meta"),
        warnings.catch_warnings,
    ],
    ids=["grad", "no grad", "inference", "f64", "autocast", "meta", "warnings"],
)
def test_nothing_is_left_behind(use: Callable[[], None], around: Callable[[], Any]) -> None:
    with around():
        for _ in range(2):
            before = state()
            use()
            assert state() == before


def test_what_is_around_changes_no_result() -> None:
    session = tcalc.Session()
    session.bind("A", A)
    texts = ["A @ A.T", "ones(2) / 3", "3 / 7", "arange(3) / 2", "mean([1, 2])", "[1.5, 2]"]
    plain = [tcalc.evaluate(text, A=A) for text in texts]
    for around in (
        default_dtype(torch.float64),
        torch.autocast("cpu", dtype=torch.bfloat16),
        torch.device("meta"),
        torch.inference_mode(),
    ):
        with around:
            found = [tcalc.evaluate(text, A=A) for text in texts]
            found += [each.value for text in texts for each in session.run(text)]
            found += [session.compile(text)() for text in texts]
        for got, want in zip(found, plain * 3, strict=True):
            torch.testing.assert_close(got, want, rtol=0, atol=0)


def test_a_derivative_around_goes_on() -> None:
    w = torch.ones(3, requires_grad=True)
    y = (w * tcalc.evaluate("w * 2", w=w)).sum()
    y.backward()
    torch.testing.assert_close(w.grad, torch.full((3,), 2.0))


FRESH = """
import gc, os, sys, warnings, signal
gc.collect()
def seen():
    collecting = gc.isenabled(), gc.get_threshold(), gc.get_freeze_count()
    hooks = signal.getsignal(signal.SIGINT), sys.excepthook
    return list(warnings.filters), collecting, sorted(os.environ.items()), sys.getrecursionlimit(), hooks
if {first!r} == "torch":
    import torch
before = seen()
import tcalc
assert tcalc.evaluate("sum(A) + n", A=[[1, 2], [3, 4]], n=1).item() == 11
session = tcalc.Session(dtype="f64")
session.run("rearrange([[1, 2]], 'a b -> b a')")
session.compile("ones(3) @ ones(3)")()
now = seen()
import torch
assert torch.is_grad_enabled() and torch.get_default_dtype() is torch.float32
print(now[1:] == before[1:], [each for each in now[0] if each not in before[0]])
"""


def test_where_torch_was_there_before() -> None:
    run = subprocess.run([sys.executable, "-c", FRESH.format(first="torch")], capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("True []\n", "")


def test_where_tcalc_loads_torch() -> None:
    """torch itself adds to the filters of warnings and to the environment when it is imported; tcalc adds nothing."""
    alone = "import gc, os, warnings; before = list(warnings.filters), set(os.environ); import torch; "
    alone += "print(gc.get_freeze_count(), len(warnings.filters) - len(before[0]), sorted(set(os.environ) - before[1]))"
    with_tcalc = alone.replace("import torch;", "import tcalc; tcalc.evaluate('sum([1, 2])');")
    ran = [
        subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, env={**os.environ})
        for text in (alone, with_tcalc)
    ]
    assert ran[0].stdout == ran[1].stdout
    assert ran[0].stderr == ran[1].stderr == ""


# Threads


def in_threads(*works: Callable[[], None]) -> None:
    """Run each in a thread of its own, beginning together; the first failure is raised."""
    failures: list[BaseException] = []
    start = threading.Barrier(len(works))

    def guarded(work: Callable[[], None]) -> None:
        start.wait()
        try:
            work()
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    if failures:
        raise failures[0]


def test_sessions_of_several_dtypes_side_by_side() -> None:
    dtypes = {"f32": torch.float32, "f64": torch.float64, "f16": torch.float16, "bf16": torch.bfloat16}

    def work(name: str) -> Callable[[], None]:
        def run() -> None:
            session = tcalc.Session(dtype=name, seed=7)
            drawn = []
            for turn in range(30):
                session.bind("n", turn + 1)
                (value,) = [each.value for each in session.run("ones(n) / 3")]
                assert value.dtype is dtypes[name] and value.shape == (turn + 1,)
                drawn.append(session.run("rand(2)")[0].value)
            alone = tcalc.Session(dtype=name, seed=7)
            for value in drawn:
                assert torch.equal(value, alone.run("rand(2)")[0].value)

        return run

    before = state()
    in_threads(*[work(name) for name in [*dtypes, *dtypes]])
    assert state() == before


def test_one_session_in_several_threads() -> None:
    session = tcalc.Session()
    session.run("total = 0")

    def add() -> None:
        for _ in range(50):
            session.run("total = total + 1")

    def read() -> None:
        last = -1
        formula = session.compile("total + 0 * sum(ones(9))")
        for _ in range(50):
            now = int(formula())
            assert now >= last
            last = now

    in_threads(add, add, read, read)
    assert session["total"].item() == 100


def test_the_same_text_in_several_threads_at_once() -> None:
    def work(seed: int) -> Callable[[], None]:
        def run() -> None:
            dice = random.Random(seed)
            for turn in range(60):
                size = dice.randrange(1, 6)
                x = torch.full((size, size), float(seed * 100 + turn))
                got = tcalc.evaluate(f"sum(x @ x) + {turn % 7}", x=x)
                torch.testing.assert_close(got, (x @ x).sum() + turn % 7)

        return run

    in_threads(*[work(seed) for seed in range(6)])


def test_the_first_use_may_be_by_several_threads() -> None:
    """The parser, the library and torch are loaded when first needed: here by eight threads at once."""
    program = """
import threading, tcalc
start, failures = threading.Barrier(8), []
texts = ["softmax[-1](ones(2, 3))", "'ij->ji'(ones(2, 3))", "qr(ones(2, 2))[0]", "rearrange(ones(2), 'a -> a 1')"]
def work(number):
    start.wait()
    try:
        for text in texts[number % 4:] + texts[:number % 4]:
            tcalc.evaluate(text)
            tcalc.check(text)
            tcalc.Session(dtype="f64").run(text)
    except BaseException as failure:
        failures.append(failure)
threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(failures)
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert (run.stdout, run.stderr) == ("[]\n", "")


def test_others_wait_for_another_default_dtype_and_the_caller_gets_its_own_back() -> None:
    long, short = tcalc.Session(dtype="f64"), tcalc.Session()
    order: list[str] = []

    def slow() -> None:
        long.run("x = iterate(x -> x + 1, 0., 30000)")
        order.append("slow")

    thread = threading.Thread(target=slow)
    thread.start()
    end = time.monotonic() + 20
    while torch.get_default_dtype() is not torch.float64 and time.monotonic() < end:
        time.sleep(0.001)
    assert short.run("ones(2) / 3")[0].value.dtype is torch.float32
    order.append("short")
    thread.join()
    assert order[-1] == "short" or order == ["slow", "short"]
    assert torch.get_default_dtype() is torch.float32


def test_names_are_read_while_another_dtype_is_set() -> None:
    session, other = tcalc.Session(dtype="f64"), tcalc.Session()
    other.run("x = [1.0, 2.0] * 2")
    thread = threading.Thread(target=lambda: session.run("iterate(x -> x + 1, 0., 200000)"))
    thread.start()
    while torch.get_default_dtype() is not torch.float64 and thread.is_alive():
        time.sleep(0.001)
    assert other.names() == ["x"] and len(other) == 1 and other["x"].tolist() == [2.0, 4.0]
    assert repr(other) == "<Session x: f32[2]>"
    other.bind("y", 2)
    assert thread.is_alive(), "nobody waited for the run"
    thread.join()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_process_forked_while_a_run_is_inside() -> None:
    program = """
import os, threading, time, torch, tcalc
session = tcalc.Session(dtype="f64")
# What is made once is made before: a child may find the lock of an import, or of torch's first tensor, held for ever.
tcalc.evaluate("ones(2) / 2")
# Most of the time it is in Python: a child of a process that is in the middle of torch may find torch's own locks held.
thread = threading.Thread(target=lambda: session.run("ones(1);" + "1 + 1;" * 3000), daemon=True)
thread.start()
while torch.get_default_dtype() is not torch.float64 and thread.is_alive():
    time.sleep(0.001)
child = os.fork()
if not child:
    print(tcalc.evaluate("ones(2) / 2").dtype, flush=True)
    os._exit(0)
os.waitpid(child, 0)
thread.join()
print(torch.get_default_dtype())
"""
    run = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, timeout=60)
    assert (run.stdout, run.stderr) == ("torch.float32\ntorch.float32\n", "")
