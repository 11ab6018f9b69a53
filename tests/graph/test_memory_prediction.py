"""What a graph will hold at once is known before torch is asked."""

from __future__ import annotations

import pytest

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
