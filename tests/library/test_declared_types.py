"""The declared type is torch's: every form of every row, tried on generated arguments."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any

import pytest
import torch

from tcalc.backend.kernels import find
from tcalc.errors import TcalcError
from tcalc.library.builtin import Builtin, Form
from tcalc.types import dtypes
from tcalc.types import size as sizes
from tcalc.types.match import Match
from tcalc.types.mismatch import Mismatch, Undetermined
from tcalc.types.tensor import Axis, Pack, TensorType, TupleType, Type, shaped
from tests.library.generated import Case, Generator, forms, torch_dtype
from tests.library.seen import Seen

LEAST, TRIES = 24, 400


#: Rows whose data, or half-width dtypes, can make torch refuse, and what it says then.
DATA_DECIDE = {
    "cholesky": "positive-definite",
    "fmod": "ZeroDivisionError",
    "div": "ZeroDivisionError",
    "floor_divide": "ZeroDivisionError",
    "remainder": "ZeroDivisionError",
    "one_hot": "empty tensor",
    "bernoulli": "p_in",
    "linspace": "without overflow",
    "logspace": "without overflow",
    "linalg.norm": "Low precision",
    "matrix_norm": "Low precision",
    "norm": "",
    "take": "empty tensor",
    "take_along_dim": "",
    "gather": "out of bounds",
    "scatter": "out of bounds",
    "scatter_add": "out of bounds",
    "index_select": "",
    "index_add": "out of range",
    "binary_cross_entropy": "between 0 and 1",
    "cross_entropy": "",
    "nll_loss": "",
    "embedding": "",
    "cov": "weights",
    "pow": "negative integer powers",
    "hardtanh": "unsigned type with negative limits",
    "scatter_reduce": "",
}


#: What we refuse and torch does not: an axis of a scalar (`sum(1., 0)`), and what it lets pass only of empty tensors.
STRICTER = (
    "there is no axis",
    "Hermitian matrix is square",
    "square matrix has a condition",
    "is not one matrix for",
    "the result is real",
    "needs an axis",
    "must have as many axes",
    "are both given, or neither",
    "is needed where training is False",
    "which has no channels",
    "value is for mode",
    "weights are real",
    "give that or attn_mask",
    "have no order",  # torch lets it pass where there is nothing to compare
    "bools have no mean",
    "too short for",  # cut off at one end, mirrored at the other: torch takes elements that were cut off
    "which leaves a size of",  # some of torch's algorithms give an empty tensor, and some refuse it
)


#: How torch, and we, refuse a call.
REFUSALS = (RuntimeError, IndexError, TypeError, ValueError, AssertionError, ArithmeticError, TcalcError)


def stricter(row: Builtin, refusal: Mismatch) -> bool:
    """Refusals that torch does not share, and those where another form of the row is meant."""
    return refusal.depth <= 1 or any(words in refusal.sentence for words in STRICTER)


def declared(form: Form, arguments: dict[str, Any]) -> Type:
    """The type that a form declares for these arguments."""
    match = Match(form.signature, arguments, dtypes.F32)
    match.fit()
    return form.rule(match) if form.rule is not None else match.result(form.signature.result)


def called(row: Builtin, match: Match, case: Case) -> Any:
    """What torch makes of the operands, prepared as the checker prepares them."""
    operands: list[Any] = []
    options: dict[str, Any] = {}
    makes = not any(parameter.kind == "tensor" for parameter in match.signature.parameters)
    for parameter in match.signature.parameters:
        value = case.arguments[parameter.name]
        if parameter.kind == "tensors":
            dtype = torch_dtype(match.promoted("T"))
            operands.append([held.to(dtype) for held in case.values[parameter.name]])
        elif parameter.kind != "tensor":
            if isinstance(value, dtypes.DType):
                value = torch_dtype(value)
            if value is not None:
                options[parameter.name] = value
        elif value is None:
            operands.append(None)
        else:
            wanted = match.conversion(parameter)
            if value.static is not None and wanted is None and row.scalars:
                operands.append(value.static)
                continue
            if value.static is not None:
                wanted = wanted or match.promoted(*match.groups)
            held = case.values[parameter.name] if value.static is None else torch.tensor(value.static)
            operands.append(held if wanted is None else held.to(torch_dtype(wanted)))
    while operands and operands[-1] is None:
        operands.pop()
    if makes and "dtype" in match.signature.names:
        result = form_result(match)
        if result is not None:
            options["dtype"] = result
    form = next(each for each in row.forms if each.signature is match.signature)
    return find(form.torch or row.torch)(*operands, **options)


def form_result(match: Match) -> torch.dtype | None:
    """The dtype that a row without operands is told to make."""
    word = match.signature.result.word
    return torch_dtype(match.result_dtype(word)) if word and word != "tuple" else None


def agrees(type: Type, value: Any) -> bool:
    """Whether a value has the declared dtype, shape and names."""
    if isinstance(type, TupleType):
        named = all(getattr(value, name) is value[i] for i, name in enumerate(type.names)) or type.names == ()
        return len(type.items) == len(value) and named and all(map(agrees, type.items, value))
    assert isinstance(type, TensorType)
    if not isinstance(value, torch.Tensor):
        value = torch.tensor(value)
    return (
        torch_dtype(type.dtype) is value.dtype
        and len(type.axes) == value.ndim
        and all(
            isinstance(axis, Axis) and sizes.agree(axis.size, n) for axis, n in zip(type.axes, value.shape, strict=True)
        )
    )


def of_value(value: Any) -> str:
    """A value's own type, for a message."""
    return str([(each.dtype, tuple(each.shape)) for each in (value if isinstance(value, tuple) else (value,))])


@pytest.mark.parametrize(("row", "form"), forms())
def test_the_declared_type_is_torchs(row: Builtin, form: Form) -> None:
    """What the signature refuses torch refuses, and what it accepts has the type that it declares."""
    generator = Generator(row, form, Random(f"{row.name} {form.text}"))
    tried = 0
    seen = Seen(form)
    for _ in range(TRIES):
        case = generator.case()
        seen.add(case)
        match = Match(form.signature, case.arguments, dtypes.F32)
        try:
            match.fit()
            type = form.rule(match) if form.rule is not None else match.result(form.signature.result)
        except Mismatch as refusal:
            if refusal.code == "dtype":
                seen.refuse(case)
            if stricter(row, refusal):
                continue
            with pytest.raises(REFUSALS):
                print(f"{row.name}({case}): {refusal.sentence}; torch gives {of_value(called(row, match, case))}")
            continue
        try:
            value = called(row, match, case)
        except (RuntimeError, IndexError, ValueError) as error:
            assert row.name in DATA_DECIDE and DATA_DECIDE[row.name] in str(error), f"{row.name}({case}): {error}"
            continue
        assert agrees(type, value), f"{row.name}({case}) is declared {type}, and torch gives {of_value(value)}"
        tried += 1
        seen.accept(case)
        if tried >= LEAST + 10 and not seen.missing():
            break
    assert tried >= LEAST, f"only {tried} inputs"
    assert not seen.missing(), seen.missing()


def replaced(arguments: dict[str, Any], change: Callable[[TensorType], TensorType]) -> dict[str, Any]:
    """The arguments with all tensors' types changed."""

    def new(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple([new(item) for item in value])
        return change(value) if isinstance(value, TensorType) else value

    return {name: new(value) for name, value in arguments.items()}


def symbolic(type: TensorType) -> TensorType:
    """Sizes above 1 become names, the same for the same size: what a definition for all sizes sees."""
    axes = [
        Axis(sizes.symbol(f"s{axis.size}")) if isinstance(axis, Axis) and axis.size not in (0, 1) else axis
        for axis in type.axes
    ]
    return TensorType(type.dtype, tuple(axes), type.static)


def substituted(type: Type, values: dict[str, sizes.Size]) -> Type:
    """The type with numbers for the names."""
    if isinstance(type, TupleType):
        return TupleType(tuple([substituted(item, values) for item in type.items]), type.names)
    assert isinstance(type, TensorType)
    return shaped(type.dtype, *[sizes.substitute(size, values) for size in type.shape])


@pytest.mark.parametrize(("row", "form"), forms())
def test_the_type_for_all_sizes_is_the_type_for_each(row: Builtin, form: Form) -> None:
    """A type declared once for names, with numbers put in their place, is the type declared for the numbers."""
    generator = Generator(row, form, Random(f"symbolic {row.name} {form.text}"))
    values: dict[str, sizes.Size] = {f"s{n}": n for n in range(2, 1000)}
    for _ in range(LEAST):
        case = generator.case()
        try:
            numeric = declared(form, case.arguments)
        except Mismatch:
            continue
        named = replaced(case.arguments, symbolic)
        try:
            general = declared(form, named)
        except Undetermined:
            continue
        except Mismatch as refusal:
            # A name is never taken to be 1, or another name, or a number that stands in the call.
            assert refusal.code == "shape", f"{row.name}({case}): {refusal.sentence}"
            continue
        assert str(substituted(general, values)) == str(substituted(numeric, values)), f"{row.name}({case})"


@pytest.mark.parametrize(("row", "form"), forms())
def test_a_pack_is_typed_or_undetermined(row: Builtin, form: Form) -> None:
    """Where a definition's pack stands for leading axes, the rule gives a type or says that it cannot tell."""
    generator = Generator(row, form, Random(f"packs {row.name} {form.text}"))
    for _ in range(LEAST):
        case = generator.case()
        named = replaced(case.arguments, lambda type: TensorType(type.dtype, (Pack("b"), *type.axes)))
        with suppress(Mismatch, Undetermined):
            assert isinstance(declared(form, named), Type)


@pytest.mark.parametrize(("row", "form"), forms())
def test_an_unknown_dtype_or_size_agrees_with_anything(row: Builtin, form: Form) -> None:
    """While a dtype is not known yet, or data decide a size, the rank is declared all the same."""
    generator = Generator(row, form, Random(f"unknown {row.name} {form.text}"))
    for _ in range(LEAST):
        case = generator.case()
        try:
            numeric = declared(form, case.arguments)
        except Mismatch:
            continue
        hidden = replaced(
            case.arguments, lambda type: TensorType(dtypes.ANY, tuple([Axis(sizes.UNKNOWN) for _ in type.axes]))
        )
        with suppress(Undetermined):
            assert ranks(declared(form, hidden)) == ranks(numeric), f"{row.name}({case})"


def ranks(type: Type) -> object:
    """How many axes each part has."""
    return [ranks(item) for item in type.items] if isinstance(type, TupleType) else len(getattr(type, "axes", ()))
