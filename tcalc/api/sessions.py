"""`tcalc.Session`: a session as Python programs use it. The one that the doors share, `tcalc.session`, is inside."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from tcalc.api.errors import NAME, Error, missing_name, public
from tcalc.api.expressions import expression_of, one, require_name, require_text, value_of
from tcalc.api.options import settings_of
from tcalc.api.results import Result
from tcalc.api.types import type_of
from tcalc.errors import TcalcError
from tcalc.interrupt import Ticket
from tcalc.late import GuestEngine
from tcalc.outcomes import Bound, Failed, Left, Noted, Shown
from tcalc.programs import Program
from tcalc.session import Session as Inside
from tcalc.source import Source
from tcalc.syntax.nodes import LATEST
from tcalc.types.tensor import FunctionType

if TYPE_CHECKING:
    from types import TracebackType

    import torch

    from tcalc.api.results import Value
    from tcalc.backend.quick import Quick
    from tcalc.syntax import nodes

#: Bytes below which what a run allocates is not held against what is free each time.
SMALL = 1 << 24


class Session:
    """Names and their values, and programs that use them.

    A statement that fails changes nothing, not even the random numbers. Values never change: what goes into a session
    is copied, and so is what comes out of it. Tensors carry no derivatives in either direction; those are written in
    the program.

    `dtype` is the default float: f32, f64, f16 or bf16, or torch's own name for it. With a `seed` the session has
    random numbers of its own; without one they are torch's, so that `torch.manual_seed` counts. `device` is where its
    tensors live. `threads` is how many threads torch may use while the session runs. `memory` refuses what is
    predicted to need more, in bytes or as "2G". `safe` forbids to read and write files; under `strict` a result
    that holds NaN is an error, at the step that made it. `rewrites` are "on" (algebra saves work), "off", or
    "fast" (also where digits may be lost).

    A session may be used from several threads, one of them at a time; sessions do not know of each other. torch's own
    settings are left as they were. Raises Error, here and in every method.
    """

    __module__ = "tcalc"

    def __init__(
        self,
        *,
        dtype: str | torch.dtype = "f32",
        seed: int | None = None,
        device: str | torch.device = "cpu",
        threads: int | None = None,
        memory: int | str | None = None,
        safe: bool = False,
        strict: bool = False,
        rewrites: str = "on",
    ) -> None:
        try:
            settings = settings_of(dtype, seed, str(device), threads, memory, safe, strict, rewrites)
        except TcalcError as error:
            raise public(error) from None
        engine = GuestEngine(settings)
        self._inside = Inside(settings, engine)
        self._turn = Turn(self._inside, engine)

    def run(self, text: str, /) -> list[Result]:
        """Run a program, statement by statement, and give what it shows: its expressions, and the names that it binds.

        Stops at the first error and raises it; what stood before it is done, and its results are the error's
        `results`. A statement that ends in `;` shows nothing. `exit()` ends the program.
        """
        results: list[Result] = []
        notes: list[str] = []
        ticket = Ticket()
        statement = None
        default_float = self._inside.settings.default_float
        with self._turn:
            for outcome in self._inside.run(Source(require_text(text), NAME), ticket):
                if ticket.statement is not statement:
                    statement, notes = ticket.statement, []
                if isinstance(outcome, Noted):
                    notes.append(outcome.note.message)
                elif isinstance(outcome, Shown):
                    results.append(Result(None, outcome.type, outcome.data, notes, default_float))
                elif isinstance(outcome, Bound):
                    results.append(Result(outcome.name, outcome.type, outcome.data, notes, default_float))
                elif isinstance(outcome, Failed):
                    error = public(outcome.error)
                    if isinstance(error, Error):
                        error.results = results
                    raise error
                elif isinstance(outcome, Left):
                    break
        return results

    def compile(self, text: str, /) -> Formula:
        """A callable that gives the value of an expression under the names as they stand at each call.

        It is checked here, and again where the type of a name that it uses has changed.
        """
        with self._turn:
            return Formula(self._inside, self._turn, expression_of(require_text(text)))

    def check(self, text: str, /) -> str:
        """The type of an expression under the session's names. Nothing is run.

        torch is loaded only for a function that tcalc itself has no rule for.
        """
        with self._turn:
            return str(self._inside.type_of_statement(expression_of(require_text(text)))[0])

    # Names

    def bind(self, name: str, value: Any, /) -> None:
        """Bind a name to a copy of a value: a tensor, an array, a number, nested lists of those, a tuple, text."""
        with self._turn:
            require_name(name)
            from tcalc.backend import given

            given.refuse_transformed([value])
            settings = self._inside.settings
            type = type_of(name, value, settings.default_float)
            self._inside.bind(name, type, given.owned(given.tensor_of(name, value, type), settings.device))

    def names(self) -> list[str]:
        """The names that are bound, in the order in which they were first."""
        with self._turn:
            return [name for name in self._inside.names() if name not in LATEST]

    def get(self, name: str, default: Any = None, /) -> Value:
        """A name's value, or `default`."""
        with self._turn:
            return self._value(name) if name in self._inside.bindings else default

    def reset(self) -> None:
        """Forget all names."""
        with self._turn:
            self._inside.reset()

    def __getitem__(self, name: str, /) -> Value:
        with self._turn:
            return self._value(name)

    def __setitem__(self, name: str, value: Any, /) -> None:
        self.bind(name, value)

    def __delitem__(self, name: str, /) -> None:
        with self._turn:
            if not self._inside.forget(name):
                raise missing_name(name)

    def __contains__(self, name: object, /) -> bool:
        return isinstance(name, str) and name in self._inside.bindings

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def __len__(self) -> int:
        return len(self.names())

    def __repr__(self) -> str:
        with self._turn:
            names = [name for name in self._inside.names() if name not in LATEST]
            return f"<Session {', '.join(f'{name}: {self._inside.bindings[name].variable.type}' for name in names)}>"

    def _value(self, name: str) -> Any:
        binding = self._inside.bindings.get(name)
        if binding is None:
            raise missing_name(name)
        if isinstance(binding.variable.type, FunctionType):
            raise TcalcError("type", f"{name} is a function, which has no value outside of tcalc")
        from tcalc.backend.given import python_value

        return python_value(binding.value, binding.variable.type)


class Formula:
    """An expression of a session, compiled: calling it gives its value under the session's present names.

    `text` is the expression's text. The value is computed anew at each call and shares no memory with the session.
    """

    #: What a call does is a slot, and changes: around a small product one more call would be felt.
    __slots__ = ("__call__", "_inside", "_program", "_quick", "_statement", "_turn", "text")

    text: str

    if TYPE_CHECKING:

        def __call__(self) -> Value:
            """The value under the session's present names."""

    def __init__(self, inside: Inside, turn: Turn, statement: nodes.Show) -> None:
        self.text = statement.span.source.text
        self._inside, self._turn, self._statement = inside, turn, statement
        inside.type_of_statement(statement)
        self._program: Program | None = None
        #: The plan as it is run while nothing has changed that its program depends on.
        self._quick: Quick | None = None
        self._becomes(self._anew)

    def _becomes(self, call: Callable[[], Value]) -> None:
        """Have the next call do this."""
        self.__call__ = call  # type: ignore[method-assign]  # a slot at run time

    def _anew(self) -> Value:
        """Check and run what is not known to be as it was."""
        inside = self._inside
        self._becomes(self._anew)
        with self._turn:
            program, values, types = inside.computed(self._statement, Ticket(), self._program)
            self._program = program
            value, type = one(self._statement, values), one(self._statement, types)
            self._quicken()
            if program is None or program.plan is None:
                return value_of(self._statement, value, type)
            others = [inside.bindings[str(name)].value for name in program.plan.names]
            return value_of(self._statement, value, type, others, program.plan.constants)

    def _first(self) -> Value:
        """Take the short way for the first time, which tells whether there is one shorter yet."""
        found, quick = self._again(), self._quick
        if quick is not None:
            self._becomes(quick.shortest(self._anew) or self._again)
        return found

    def _again(self) -> Value:
        """Take the short way."""
        quick = self._quick
        found = None if quick is None else quick.run()
        if found is None:
            self._quick = None
            return self._anew()
        return found

    def _quicken(self) -> None:
        """Have the next calls take the short way, where there is one."""
        program, settings = self._program, self._inside.settings
        if program is None or program.plan is None or program.peak > SMALL or program.types is None:
            return
        if settings.strict or settings.seed is not None or settings.threads is not None or settings.device != "cpu":
            return
        from tcalc.backend.quick import Quick, is_quick

        if is_quick(program.plan):
            bindings = self._inside.bindings
            self._quick = Quick(program.plan, bindings, program.checked.used, settings.default_float)
            self._becomes(self._first)

    def __repr__(self) -> str:
        return f"<Formula {self.text}>"


class Turn:
    """One thread's use of a session, as a context: others wait, torch is put back, errors become public."""

    __slots__ = ("_engine", "_inside", "_lock")

    def __init__(self, inside: Inside, engine: GuestEngine) -> None:
        self._inside, self._engine = inside, engine
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._inside.put_back()
        finally:
            try:
                self._engine.leave()
            finally:
                self._lock.release()
        if fault is not None:
            error = public(fault)
            if error is not fault:
                raise error from None
