"""Generated cases as calls: the text that a user writes, and the arguments that an oracle takes, from one source."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

import torch

from tcalc.check.arguments import default_value
from tcalc.library.builtin import Builtin, Form
from tcalc.outcomes import Failed, Shown
from tcalc.session import Session
from tcalc.settings import Settings
from tcalc.source import Source
from tcalc.types import dtypes
from tcalc.types import size as sizes
from tcalc.types.dtypes import DType
from tcalc.types.match import Match
from tcalc.types.mismatch import Mismatch, Undetermined
from tcalc.types.signature import Parameter
from tcalc.types.tensor import Axis, TensorType, TupleType, Type, shaped
from tests.contract.driver import torch_left_alone, value_of
from tests.library.generated import Case, torch_dtype

HALF = (torch.float16, torch.bfloat16)
PLACED = ("tensor", "tensors")
TCALC = {torch_dtype(dtype): dtype for dtype in dtypes.DTYPES}


class Call:
    """One call.

    `text` is the expression and `tensors` the session variables in it. `raw` are the arguments by parameter as torch
    takes them: tensors, lists of those, Python numbers where the text has literals, torch's dtypes; what the call
    leaves out is not there. `positional` are the parameters that stand without a name.
    """

    __slots__ = ("positional", "raw", "tensors", "text")

    def __init__(self, text: str, tensors: dict[str, torch.Tensor], raw: dict[str, Any], positional: list[str]) -> None:
        self.text, self.tensors, self.raw, self.positional = text, tensors, raw, positional

    def __repr__(self) -> str:
        bound = ", ".join(f"{name}: {TCALC[each.dtype]}{list(each.shape)}" for name, each in self.tensors.items())
        return f"{self.text} where {bound}"

    def given_to(self, function: Any, arguments: Mapping[str, Any] | None = None) -> Any:
        """What a function makes of the same call."""
        arguments = self.raw if arguments is None else arguments
        keywords = {name: value for name, value in arguments.items() if name not in self.positional}
        return function(*[arguments[name] for name in self.positional], **keywords)


def literal(value: object) -> str:
    """A static value as it is written."""
    if isinstance(value, tuple):
        return f"({', '.join(map(literal, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, float) and not math.isfinite(value):
        return {math.inf: "inf", -math.inf: "-inf"}.get(value, "nan")
    return str(value) if isinstance(value, DType) else repr(value)


def called(row: Builtin, form: Form, case: Case, random: Random) -> Call:
    """The call that a case is. What comes before the last tensor stands in its place, what comes after has its name."""
    parameters = form.signature.parameters
    last = max([i for i, each in enumerate(parameters) if each.kind in PLACED or each.starred], default=-1)
    tensors: dict[str, torch.Tensor] = {}
    raw: dict[str, Any] = {}
    words: list[str] = []
    positional: list[str] = []
    for i, parameter in enumerate(parameters):
        value = case.arguments[parameter.name]
        if value is None and parameter.default is not None and default_value(parameter.default) is None:
            continue
        word, raw[parameter.name] = _word(parameter, value, case, tensors, random)
        if i > last or len(positional) < i:
            words.append(f"{parameter.name}={word}")
        else:
            positional.append(parameter.name)
            words.append(word)
    name = row.name if "." not in row.name else f"torch.{row.name}"
    if row.attribute:
        return Call(f"({words[0]}).{name}", tensors, raw, positional)
    return Call(f"{name}({', '.join(words)})", tensors, raw, positional)


def _word(
    parameter: Parameter, value: Any, case: Case, tensors: dict[str, torch.Tensor], random: Random
) -> tuple[str, Any]:
    """An argument as text, and as torch takes it."""
    if parameter.kind == "tensor":
        assert isinstance(value, TensorType)
        if value.static is not None:
            return literal(value.static), value.static
        name = "abcdefgh"[len(tensors)]
        tensors[name] = case.values[parameter.name]
        return name, tensors[name]
    if parameter.kind == "tensors":
        names = []
        for held in case.values[parameter.name]:
            names.append("abcdefgh"[len(tensors)])
            tensors[names[-1]] = held
        shown = f"[{', '.join(names)}]" if random.random() < 0.5 else f"({', '.join(names)},)"
        return shown, list(case.values[parameter.name])
    if parameter.kind == "lists":
        return f"({list(value[0])}, {list(value[1])})", value
    if isinstance(value, DType):
        return literal(value), torch_dtype(value)
    if parameter.starred and value and random.random() < 0.5:
        return ", ".join(map(literal, value)), value
    return literal(value), value


def fitted(row: Builtin, case: Case, default_float: DType = dtypes.F32) -> Match | None:
    """The first form that takes such arguments, as the checker finds it."""
    for form in row.forms:
        kinds = {each.name: each.kind for each in form.signature.parameters}
        tensors = {name for name, value in case.arguments.items() if isinstance(value, TensorType)}
        if kinds.keys() == case.arguments.keys() and all(kinds[name] == "tensor" for name in tensors):
            match = Match(form.signature, case.arguments, default_float)
            try:
                match.fit()
                if form.rule is not None:
                    form.rule(match)
            except (Mismatch, Undetermined, AssertionError):  # a rule of numbers, given a size's default
                continue
            return match
    return None


def prepared(match: Match, call: Call) -> dict[str, Any]:
    """The arguments as tensors throughout, of the dtypes that the signature converts them to."""
    found: dict[str, Any] = dict(call.raw)
    halves = [name for name, each in found.items() if getattr(each, "dtype", None) in HALF]
    for parameter in match.signature.parameters:
        value = found.get(parameter.name)
        if value is None:
            continue
        if parameter.kind == "tensors":
            found[parameter.name] = [held.to(torch_dtype(match.promoted("T"))) for held in value]
        elif parameter.kind == "tensor":
            wanted = match.conversion(parameter)
            if match.promoted(*match.groups).kind == "complex" and parameter.name in halves:
                wanted = wanted or match.promoted(*match.groups)
            if not isinstance(value, torch.Tensor):
                value, wanted = torch.tensor(value), wanted or match.promoted(*match.groups)
            found[parameter.name] = value if wanted is None else value.to(torch_dtype(wanted))
    return found


class Road:
    """A session that calls are run in, from text to value."""

    def __init__(self, default_float: DType = dtypes.F32) -> None:
        self.session = Session(Settings(default_float))
        torch.set_num_threads(1)  # for tensors as small as these, several only wait for each other

    def bind(
        self, tensors: Mapping[str, torch.Tensor], labels: Mapping[str, Sequence[str | None]] | None = None
    ) -> None:
        """Make tensors session variables, with labels on their axes if given."""
        for name, held in tensors.items():
            type = shaped(TCALC[held.dtype], *held.shape)
            for axis, label in zip(type.axes, (labels or {}).get(name, ()), strict=False):
                axis.label = label  # type: ignore[union-attr]  # axes just made
            self.session.bind(name, type, held)

    def type_of(self, text: str) -> Type:
        """The type that is declared before anything runs."""
        return self.session.type_of(Source(text))[0]

    def run(self, text: str) -> Any:
        """The last value that a program shows, as torch's; an error is raised, and none is an internal one."""
        shown: Shown | None = None
        with torch_left_alone():
            engine = self.session.engine
            engine.configure(self.session.settings.default_float, "cpu", None)
            engine.enter_thread()
            for outcome in self.session.run(Source(text)):
                if isinstance(outcome, Failed):
                    assert outcome.error.code != "internal", outcome.error
                    raise outcome.error
                if isinstance(outcome, Shown):
                    shown = outcome
        assert shown is not None
        value = value_of(shown.data)
        assert told(shown.type, value) == ""
        return value


def told(type: Type, value: Any) -> str:
    """How a value is not of a type that was told of it; what data decide agrees with anything."""
    if isinstance(type, TupleType):
        return "; ".join(filter(None, map(told, type.items, value)))
    if not isinstance(type, TensorType) or isinstance(value, str):
        return ""
    shape = [axis.size for axis in type.axes if isinstance(axis, Axis)]
    alike = torch_dtype(type.dtype) is value.dtype and len(shape) == value.ndim
    if alike and all(sizes.agree(size, n) for size, n in zip(shape, value.shape, strict=True)):
        return ""
    return f"{value.dtype}{list(value.shape)} is not {type}"
