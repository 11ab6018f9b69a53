"""Programs run as the doors run them: in this process by a fresh session, or by a tcalc of their own.

`run` is a script (checked whole, then run up to its first error), `step` a pipe (statement by statement, going on after
errors), `tcalc` the command line in a child process. A result is its type as text, its value as a torch tensor (a tuple
of them; text for what has no numbers) and the plain text that a pipe would show.
"""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch

from tcalc.doors import guarded
from tcalc.errors import TcalcError
from tcalc.outcomes import Bound, Failed, Left, Noted, Outcome, Shown
from tcalc.session import Session
from tcalc.settings import Settings
from tcalc.show.diagnostics import error_text, note_text
from tcalc.show.palette import PLAIN
from tcalc.show.plain import plain_text
from tcalc.source import Source
from tcalc.types import dtypes
from tcalc.types.data import ConstantData, Data, TupleData
from tcalc.types.dtypes import DType


class Result:
    """One shown result."""

    def __init__(self, shown: Shown, default_float: DType) -> None:
        self.type = str(shown.type)
        self.names: Sequence[str] = getattr(shown.data, "names", ())
        self.text = plain_text(shown.data, default_float)
        self.value = value_of(shown.data)

    def __repr__(self) -> str:
        return f"{self.type} {self.text}"


class Ran:
    """What a program gave: results, names bound, notes and errors, each in order."""

    def __init__(self, outcomes: Sequence[Outcome], default_float: DType) -> None:
        self.results = [Result(each, default_float) for each in outcomes if isinstance(each, Shown)]
        self.bound = {each.name: str(each.type) for each in outcomes if isinstance(each, Bound)}
        self.notes = [note_text(each.note, PLAIN, located=True) for each in outcomes if isinstance(each, Noted)]
        self.errors: list[TcalcError] = [each.error for each in outcomes if isinstance(each, Failed)]

    @property
    def codes(self) -> list[str]:
        """The codes of the errors."""
        return [error.code for error in self.errors]

    @property
    def said(self) -> str:
        """The errors as they are printed where no terminal is."""
        return "\n".join(error_text(error, PLAIN, located=True) for error in self.errors)

    @property
    def types(self) -> list[str]:
        return [result.type for result in self.results]

    @property
    def values(self) -> list[Any]:
        return [result.value for result in self.results]

    @property
    def texts(self) -> list[str]:
        return [result.text for result in self.results]


@contextmanager
def torch_left_alone() -> Iterator[None]:
    """A session sets torch's default dtype and turns its recording off; tests want both as they were."""
    dtype, recording = torch.get_default_dtype(), torch.is_grad_enabled()
    try:
        yield
    finally:
        torch.set_default_dtype(dtype)
        torch.set_grad_enabled(recording)


class Calculator:
    """A session that several programs are run in, one after the other."""

    def __init__(self, *, dtype: str = "f32", **settings: Any) -> None:
        found = dtypes.lookup(dtype)
        assert found is not None
        self.default_float = found
        self.session = Session(Settings(found, **settings))

    def step(self, text: str) -> Ran:
        """Run statement by statement, as a pipe does, going on after an error."""
        with torch_left_alone():
            if self.session.has_torch:
                self.session.engine.configure(self.default_float, "cpu", None)
                self.session.engine.enter_thread()
            source, found = Source(text), []
            for outcome in guarded(self.session.run(source)):
                found.append(outcome)
                if isinstance(outcome, Left):
                    break
            return Ran(found, self.default_float)

    def run(self, text: str, *, keep_going: bool = False) -> Ran:
        """Run as a script: checked whole first, and up to the first error."""
        with torch_left_alone():
            statements, outcomes = self.session.check(Source(text))
            failed = [each for each in outcomes if isinstance(each, Failed)]
            found: list[Outcome] = [*failed]
            if failed and not keep_going:
                return Ran(found, self.default_float)
            for statement in statements:
                for outcome in guarded(self.session.execute(statement)):
                    found.append(outcome)
                    if isinstance(outcome, Failed | Left):
                        return Ran(found, self.default_float)
            return Ran(found, self.default_float)

    def check(self, text: str) -> Ran:
        """Errors and notes without running anything, as `--check`."""
        return Ran(self.session.check(Source(text))[1], self.default_float)

    def type_of(self, expression: str) -> str:
        """The type of an expression, without running it."""
        return str(self.session.type_of(Source(expression))[0])


def run(program: str, **settings: Any) -> Ran:
    """A script in a fresh session; one leading newline is no line of it."""
    return Calculator(**settings).run(program.removeprefix("\n"))


def step(program: str, **settings: Any) -> Ran:
    """A program statement by statement in a fresh session."""
    return Calculator(**settings).step(program.removeprefix("\n"))


def check(program: str, **settings: Any) -> Ran:
    """A program's errors and notes in a fresh session, nothing run."""
    return Calculator(**settings).check(program.removeprefix("\n"))


def value(program: str, **settings: Any) -> Any:
    """The value of a program's only result."""
    ran = run(program, **settings)
    assert not ran.errors, ran.said
    (result,) = ran.results
    return result.value


def value_of(data: Data) -> Any:
    """A value as torch's, a tuple of them, or what has no numbers as its text."""
    if isinstance(data, TupleData):
        return tuple(value_of(item) for item in data.items)
    if isinstance(data, ConstantData):
        return plain_text(data, dtypes.F32)
    shape = [axis.size for axis in data.type.axes]  # type: ignore[union-attr]  # a value has no packs
    dtype = getattr(torch, data.type.dtype.torch_name)
    return torch.tensor(list(data.numbers(0, math.prod(shape))), dtype=dtype).reshape(shape)  # type: ignore[arg-type]  # whole numbers


def assert_value(got: Any, want: Any) -> None:
    """Equal shapes and numbers; equal dtypes too where a tensor is wanted. Floats within 1e-5, NaN equals NaN."""
    if isinstance(want, tuple):
        assert isinstance(got, tuple) and len(got) == len(want), (got, want)
        for one, other in zip(got, want, strict=True):
            assert_value(one, other)
        return
    if isinstance(want, str) or want is None:
        assert got == want
        return
    assert isinstance(got, torch.Tensor), (got, want)
    if isinstance(want, torch.Tensor):
        assert got.dtype == want.dtype, f"{got.dtype}, not {want.dtype}"
    else:
        want = torch.tensor(want, dtype=got.dtype)
    torch.testing.assert_close(got, want, rtol=1e-5, atol=1e-6, equal_nan=True)


def assert_gives(program: str, type: str | None, want: Any, **settings: Any) -> None:
    """A program without errors, whose last result has this type and value; its notes are no matter."""
    ran = run(program, **settings)
    assert not ran.errors, ran.said
    assert ran.results, "no result"
    if type is not None:
        assert ran.results[-1].type == type
    assert_value(ran.results[-1].value, want)


def assert_fails(program: str, code: str, *says: str, **settings: Any) -> Ran:
    """A script that stops with one error of this code, whose text holds these words."""
    ran = run(program, **settings)
    assert ran.codes == [code], (ran.codes, ran.said, ran.results)
    for word in says:
        assert word.lower() in ran.said.lower(), f"{word!r} is not in\n{ran.said}"
    return ran


def rows(*cases: tuple[Any, ...]) -> list[Any]:
    """Parameters whose ids are the programs, shortened."""
    return [pytest.param(*case, id=" ".join(case[0].split())[:60] or "empty") for case in cases]


def tcalc(
    *arguments: str, stdin: str | bytes = b"", folder: Path | str | None = None, timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    """The command line; no call takes longer than a minute, and no standard error holds a traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "tcalc", *arguments],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        cwd=folder,
        timeout=timeout,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    out, err = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in err, err
    return subprocess.CompletedProcess(done.args, done.returncode, out, err)
