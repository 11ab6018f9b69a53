"""What a graph will hold at once is known before torch is asked."""

from __future__ import annotations

import pytest
from torch.profiler import ProfilerActivity, profile

from tcalc.check.statements import check_statement
from tcalc.check.surroundings import Surroundings
from tcalc.graph.cost import peak_bytes
from tcalc.graph.lower import lower
from tcalc.graph.rewrite import rewrite
from tcalc.memory import parse, readable
from tcalc.outcomes import Failed
from tcalc.session import Session
from tcalc.settings import Settings
from tcalc.source import Source
from tcalc.syntax.parser import parse_statements
from tcalc.types import dtypes
from tests.contract.driver import Calculator

KB = 1000 * 4  # bytes of ones(1000)


def peak(text: str) -> int:
    """The predicted peak of an expression over x and y of 1000 numbers each."""
    session = Session()
    for _ in session.run(Source("x = ones(1000)\ny = ones(1000)")):
        pass
    (statement,) = parse_statements(Source(text))
    return peak_bytes(rewrite(lower(check_statement(statement, session, Surroundings(dtypes.F32)).values)))


@pytest.mark.parametrize(
    ("text", "arrays"),
    [
        ("x", 0),  # nothing new
        ("x + y", 1),
        ("x + y + x", 2),  # the sum so far, and the next
        ("x + y + x + y", 2),  # the first sum is gone by then
        ("x * y + x / y", 3),  # both sides and the result
        ("x.reshape(10, 100)", 0),  # a view
        ("(x + y).reshape(10, 100)", 1),  # a view of something new
        ("x[None, :].expand(50, -1)", 0),  # large, but a view
        ("x[None, :].expand(50, -1) + 1", 50),
        ("outer(x, y)", 1000),
        ("outer(x, y) @ x", 1001),
        ("f64(x)", 2),
        ("(x + y, x - y)", 2),
    ],
)
def test_the_peak_counts_results_and_temporaries(text: str, arrays: int) -> None:
    assert peak(text) == arrays * KB


def failure(text: str, limit: int) -> Failed:
    """The one outcome of a program that must fail."""
    (outcome,) = Session(Settings(memory=limit)).run(Source(text))
    assert isinstance(outcome, Failed)
    return outcome


def test_a_result_over_the_limit_is_refused() -> None:
    error = failure("zeros(1000, 1000)", 10**6).error
    assert error.code == "memory"
    assert error.message == "this needs 3.8 MiB, and 977 KiB are free"


def test_a_temporary_over_the_limit_is_refused() -> None:
    assert failure("sum(ones(1000, 1000))", 10**6).error.code == "memory"


def test_variables_count_towards_the_limit() -> None:
    session = Session(Settings(memory=10**6))
    assert not [o for o in session.run(Source("x = ones(200000)")) if isinstance(o, Failed)]
    (outcome,) = session.run(Source("y = ones(200000)"))
    assert isinstance(outcome, Failed)
    assert outcome.error.code == "memory"
    assert session.lookup("y") is None


def test_no_tensor_is_made_before_the_refusal() -> None:
    session = Session()
    (outcome,) = session.run(Source("zeros(10^6, 10^6) @ zeros(10^6, 10^6)"))
    assert isinstance(outcome, Failed)
    assert outcome.error.code == "memory"
    assert "TiB" in outcome.error.message


@pytest.mark.parametrize(
    ("text", "bytes"), [("512", 512), ("1k", 1024), ("2M", 2 * 2**20), ("1.5GiB", 3 * 2**29), ("4 gb", 4 * 2**30)]
)
def test_sizes_are_read(text: str, bytes: int) -> None:
    assert parse(text) == bytes


@pytest.mark.parametrize("text", ["", "x", "-1", "0", "1q", "nan", "1e400"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises((ValueError, OverflowError)):
        parse(text)


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (2**40, "1.0 TiB"), (2**62, "4096 PiB")]
)
def test_sizes_are_written(count: int, text: str) -> None:
    assert readable(count) == text


#: Loops over Z of 200 rows of 300, A of 300 by 300, b of 1000 numbers.
LOOPS = [
    "vmap(v -> b * v)(b[:300])",
    "vmap(z -> A @ z)(Z)",
    "vmap(z -> A @ A @ z)(Z)",
    "vmap(z -> z @ A @ z)(Z)",
    "vmap(z -> exp(A * z))(Z[:20])",
    "vmap(z -> (b[:300] * sum(z))[0])(Z)",
    "vmap(z -> outer(z, z))(Z[:50])",
    "vmap(z -> sum(exp(outer(z, z))))(Z[:50])",
    "vmap(z -> vmap(v -> z * v)(Z))(Z[:9])",
    "vmap(z -> (z if sum(z) > 0 else -z))(Z)",
    "vmap(z -> fold((s, w) -> s * w + z, z, Z[:9]))(Z)",
    "vmap(z -> cat([z, z]))(Z)",
    "vmap(z -> (z + 1, z * 2))(Z)",
    "vmap(z -> z + randn(300))(Z)",
    "vmap(z -> A @ diag(z) @ A)(Z[:20])",
    "vmap(z -> solve(A + 9 * eye(300), z))(Z)",
    "vmap(z -> z[:9] @ ones(20, 9, 50))(Z)",
    "vmap(i -> A[i])(arange(300))",
    "scan((h, v) -> (h * v, exp(outer(h, v))), Z[0], Z[:9])",
    "fold((h, v) -> sum[0](outer(h, v)), Z[0], Z[:9])",
    "iterate(h -> A @ h + 1, Z[0], 9)",
    "(A + A if sum(A) > 0 else A)",
    "A[[1, 2, 3]]",
]


@pytest.mark.parametrize("text", LOOPS)
def test_loops_hold_what_is_predicted(text: str) -> None:
    """Against what torch's profiler sees: not less but for kernels' own workspace, and not much more."""
    calculator = Calculator(rewrites=False, notes=False)
    calculator.run("A = rand(300, 300)\nZ = rand(200, 300)\nb = ones(1000)")
    predicted = peak_bytes(calculator.session.planned(Source(text)).run)
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
        assert not [o for o in calculator.session.run(Source(text)) if isinstance(o, Failed)]
    assert profiled.profiler is not None and profiled.profiler.kineto_results is not None
    held = most = 0
    for event in profiled.profiler.kineto_results.events():
        if event.name() == "[memory]":
            held += event.nbytes()
            most = max(most, held)
    assert 0.95 * most - 1000 <= predicted <= 1.1 * most + 1000


def test_a_map_that_fits_is_not_refused() -> None:
    """Its result is held once."""
    session = Session(Settings(memory=6 * 2**20))
    assert not [o for o in session.run(Source("x = ones(1000)\ny = vmap(z -> x * z)(x)")) if isinstance(o, Failed)]
