"""Every form of every row as Python, on generated arguments: what the code gives is what the row's kernel gives."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
import torch

from tcalc.backend.sources import Sources
from tcalc.graph.graph import ABSENT, ALONE, Graph, Input, Node, Number, Operation
from tcalc.library.builtin import Builtin, Form
from tcalc.show.code import code_text
from tcalc.show.code.blocks import UNBATCHED
from tcalc.source import Source, Span
from tcalc.types import dtypes
from tcalc.types.match import Match
from tcalc.types.mismatch import Mismatch, Undetermined
from tcalc.types.tensor import TensorType, Type, shaped
from tests.library.generated import Case, Generator, torch_dtype
from tests.library.test_declared_types import REFUSALS, called, form_result, forms

LEAST, TRIES = 6, 100
NOWHERE = Span(Source("", "<test>"), 0, 0)


def type_of(value: torch.Tensor) -> TensorType:
    dtype = dtypes.lookup(str(value.dtype))
    assert dtype is not None
    return shaped(dtype, *value.shape)


class Call:
    """A case as an operation of a graph, and the values that its inputs have."""

    def __init__(self, row: Builtin, form: Form, match: Match, case: Case, type: Type) -> None:
        self.inputs: list[Node] = []
        self.slots: list[tuple[str, int]] = []
        self.values: dict[str, Any] = {}
        options: dict[str, object] = {}
        makes = not any(parameter.kind == "tensor" for parameter in match.signature.parameters)
        for parameter in match.signature.parameters:
            value = case.arguments[parameter.name]
            if parameter.kind == "tensors":
                dtype = torch_dtype(match.promoted("T"))
                for held in case.values[parameter.name]:
                    self.give(held.to(dtype))
                self.slots.append((parameter.name, len(case.values[parameter.name])))
            elif parameter.kind != "tensor":
                if value is not None:
                    options[parameter.name] = value
            elif value is None:
                self.slots.append((parameter.name, ABSENT))
            else:
                self.slots.append((parameter.name, ALONE))
                wanted = match.conversion(parameter)
                if value.static is not None and wanted is None and row.scalars:
                    self.inputs.append(Number(NOWHERE, value, value.static))
                    continue
                if value.static is not None:
                    wanted = wanted or match.promoted(*match.groups)
                held = case.values[parameter.name] if value.static is None else torch.tensor(value.static)
                self.give(held if wanted is None else held.to(torch_dtype(wanted)))
        if makes and "dtype" in match.signature.names:
            result = form_result(match)
            if result is not None:
                options["dtype"] = dtypes.lookup(str(result))
        self.graph = Graph((Operation(NOWHERE, type, row, form, tuple(self.inputs), tuple(self.slots), options),))

    def give(self, value: torch.Tensor) -> None:
        """One more tensor."""
        name = f"v{len(self.values)}"
        self.values[name] = value
        self.inputs.append(Input(NOWHERE, type_of(value), name))


def computed(code: str, values: dict[str, Any]) -> Any:
    """What the last line of some code gives."""
    lines = code.split("\n")
    last = next(place for place in range(len(lines) - 1, -1, -1) if lines[place][:1] not in (" ", ")", "]"))
    names = {"torch": torch, **values}
    # The code is meant to be pasted into Python, and this is what Python makes of it.
    exec("\n".join([*lines[:last], f"result = {lines[last]}", *lines[last + 1 :]]), names)
    return names["result"]


def flat(value: Any) -> list[torch.Tensor]:
    if isinstance(value, tuple | list):
        return [each for item in value for each in flat(item)]
    return [torch.as_tensor(value)]


@pytest.mark.parametrize(("row", "form"), forms())
def test_the_code_of_a_call_gives_what_the_call_gives(row: Builtin, form: Form) -> None:
    generator = Generator(row, form, Random(f"code {row.name} {form.text}"))
    tried = 0
    for _ in range(TRIES):
        case = generator.case()
        match = Match(form.signature, case.arguments, dtypes.F32)
        try:
            match.fit()
            type = form.rule(match) if form.rule is not None else match.result(form.signature.result)
            torch.manual_seed(1)
            expected = called(row, match, case)
        except (Mismatch, Undetermined, *REFUSALS):
            continue
        call = Call(row, form, match, case, type)
        if not call.inputs and any(slot != ABSENT for _, slot in call.slots):
            continue
        code = code_text(call.graph, (), tuple(call.values), Sources({*call.values}), dtypes.F32)
        torch.manual_seed(1)
        found = computed(code, call.values)
        for one, other in zip(flat(found), flat(expected), strict=True):
            assert (one.dtype, one.shape) == (other.dtype, other.shape), f"{row.name}({case})\n{code}"
            told = f"{row.name}({case})\n{code}\n{one}\nis not\n{other}"
            assert torch.allclose(one.double(), other.double(), rtol=1e-5, atol=1e-6, equal_nan=True), told
        tried += 1
        if tried == LEAST:
            break
    assert tried >= LEAST, f"only {tried} inputs"


@pytest.mark.parametrize(("row", "form"), [each for each in forms() if each.values[0].name not in {*UNBATCHED, "pow"}])
@pytest.mark.filterwarnings("ignore:There is a performance drop")
def test_torch_batches_what_is_not_said_to_be_beyond_it(row: Builtin, form: Form) -> None:
    if row.name == "where" and len(form.signature.parameters) == 1:
        return  # it looks for elements
    generator = Generator(row, form, Random(f"batched {row.name} {form.text}"))
    for _ in range(LEAST):
        case = generator.case()
        match = Match(form.signature, case.arguments, dtypes.F32)
        try:
            match.fit()
            called(row, match, case)
        except (Mismatch, Undetermined, *REFUSALS):
            continue
        values = dict(case.values)
        given = [name for name, value in values.items() if isinstance(value, torch.Tensor)]
        given = [name for name in given if case.arguments[name].static is None]

        def one(*elements: torch.Tensor, case: Case = case, match: Match = match, given: list[str] = given) -> Any:
            case.values.update(zip(given, elements, strict=True))
            return called(row, match, case)

        if given:
            try:
                torch.vmap(one, randomness="different")(*[torch.stack([values[name]] * 2) for name in given])
            except RuntimeError as error:
                pytest.fail(f"{row.name}({case}): {error}")
