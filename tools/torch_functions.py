"""Writes tcalc/library/reachable.txt: the functions of torch that work without a row. `make torch-functions`

The list is made from torch's own operator schemas, and for the functions of torch that are written in Python from
their annotations. A function is on it if torch documents it, it computes tensors from tensors and plain values, and
nothing it does can be seen afterwards: it writes to no argument, and has no option that would. What has a row is left
out. tests/library/test_reachable.py compares, and calls every function that is listed.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional

from tcalc import library
from tcalc.check.names import ELSEWHERE

TARGET = Path(__file__).resolve().parent.parent / "tcalc" / "library" / "reachable.txt"

HEAD = """\
# Functions of torch {version} that work without a row, a line for each way to call one: pure functions of tensors.
# torch itself says what comes out. Those after "random" draw numbers. Written by tools/torch_functions.py.
"""

#: Where torch keeps functions, and what their operators begin with.
PLACES = {
    "": (torch, ""),
    "linalg": (torch.linalg, "linalg_"),
    "nn.functional": (torch.nn.functional, ""),
    "special": (torch.special, "special_"),
    "fft": (torch.fft, "fft_"),
    "Tensor": (torch.Tensor, ""),
}
#: Modules of torch whose functions in Python are functions of tensors.
PYTHON = ("torch.nn.functional", "torch.functional", "torch._lowrank")

#: Parts of names that tell a function which is not for dense tensors, or for one make of hardware.
KINDS = (
    "sparse quant q_per_ fbgemm cudnn miopen mkldnn native_ nested padded coalesce crow_ col_indices row_indices"
).split()

#: Why a function that is pure by its schema is not on the list.
LEFT_OUT = {
    "reads or shows memory as it lies": "as_strided as_strided_scatter empty empty_like empty_permuted empty_strided"
    " new_empty new_empty_strided unsafe_chunk unsafe_split from_file pin_memory to_dense indices values slice_inverse",
    "trusts its offsets blindly": "segment_reduce",
    "needs a sparse tensor": "hspmm smm sspaddmm sparse_mask",
    "means something else here": "index resize resize_as new cond while_loop unflatten",
    "gives dtypes that tcalc has not": "hash_tensor chalf int_repr",
    "takes a function, or what is no tensor": "triplet_margin_with_distance_loss scaled_mm scaled_grouped_mm grouped_mm"
    " linear_cross_entropy multi_head_attention_forward",
    "is of torch's own wiring": "handle_torch_function boolean_dispatch has_torch_function fill conv_tbc",
    "is an old name": "upsample upsample_bilinear upsample_nearest range svd",
}

#: Options that tcalc settles elsewhere, that are past use, or that would write to an argument.
NOT_OFFERED = frozenset(
    "out device layout pin_memory memory_format requires_grad generator inplace size_average sparse names running_mean"
    " running_var use_input_stats momentum max_norm scale_grad_by_freq return_indices output_ratio out_dtype".split()
)
#: torch writes dtypes as integers in its schemas.
DTYPES = frozenset(["dtype"])
AXES = frozenset(["dim", "dims"])
#: Functions written in Python that draw random numbers; those of operators are marked by torch.
DRAWING = frozenset(
    "gumbel_softmax pca_lowrank svd_lowrank dropout1d dropout2d dropout3d fractional_max_pool2d fractional_max_pool3d"
    " fractional_max_pool2d_with_indices fractional_max_pool3d_with_indices".split()
)

RESULTS = {"Tensor": "any[...]", "List[Tensor]": "any[...]"}


class Unfit(Exception):
    """Why a way to call a function is not listed."""


def kind(name: str, type: str) -> str:
    """The word of tcalc's signatures for a type of torch's."""
    plain = type.removeprefix("Optional[").removesuffix("]") if type.startswith("Optional[") else type
    if plain == "int" and name in DTYPES:
        return "dtype"
    if plain == "List[int]":
        return "axes" if name in AXES else "sizes"
    words = {
        "Tensor": "any[...]",
        "List[Tensor]": "tensors",
        "int": "int",
        "bool": "flag",
        "number": "number",
        "float": "number",
        "str": "text",
        "dtype": "dtype",
    }
    if plain not in words:
        raise Unfit(type)
    return words[plain]


def default(value: object) -> str:
    """A default as tcalc writes it."""
    if isinstance(value, list | tuple):
        return f"({', '.join(map(default, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, complex | torch.dtype):
        raise Unfit("a default")
    return repr(value)


def parameter(name: str, type: str, *fallback: object, starred: bool = False) -> str | None:
    """One parameter of a signature, None for an option that is not offered; `fallback` is its default."""
    if name in NOT_OFFERED or name.startswith("_") or (name == "reduce" and "bool" in type):
        if not fallback:
            raise Unfit(name)
        return None
    try:
        word = kind(name, type)
    except Unfit:
        if fallback:
            return None
        raise
    written = f" = {default(None if word == 'dtype' else fallback[0])}" if fallback else ""
    return f"{'*' if starred else ''}{name}: {word}{written}"


def signature(parameters: list[str | None], results: int) -> str:
    """A signature in tcalc's notation."""
    offered = [each for each in parameters if each is not None]
    result = "any[...]" if results == 1 else f"({', '.join(['any[...]'] * results)})"
    return f"({', '.join(offered)}) -> {result}"


def of_schema(schema: Any, first: str, starred: bool) -> str:
    """The signature of an operator. `first` is what torch's Python calls the schema's `self`."""
    parameters = []
    for each in schema.arguments:
        if each.alias_info is not None and each.alias_info.is_write:
            raise Unfit("writes")
        fallback = (each.default_value,) if each.has_default_value() else ()
        name = first if each.name == "self" else each.name
        type = str(each.type)
        lists = starred and type == "List[Tensor]"
        parameters.append(parameter(name, "Tensor" if lists else type, *fallback, starred=lists))
    returns = [str(each.type) for each in schema.returns]
    if not returns or any(each not in RESULTS for each in returns):
        raise Unfit("no tensors")
    return signature(parameters, len(returns))


def of_annotations(function: Any) -> str:
    """The signature of a function that is written in Python."""
    found = inspect.signature(function)
    parameters = []
    for each in found.parameters.values():
        if each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD):
            raise Unfit("any arguments")
        fallback = () if each.default is each.empty else (each.default,)
        parameters.append(parameter(each.name, annotated(each), *fallback))
    returns = str(found.return_annotation).removeprefix("<class '").removesuffix("'>")
    if returns.replace("torch.Tensor", "").strip("tuple[,. ]"):
        raise Unfit("no tensors")
    return signature(parameters, returns.count("torch.Tensor"))


def annotated(parameter: inspect.Parameter) -> str:
    """A parameter's type in the words of schemas."""
    annotation = parameter.annotation
    words = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    words = words.removesuffix(" | None").replace("torch.", "")
    several = ("None", "NoneType", "list[int]", "int | collections.abc.Sequence[int] | Size")
    if words in several or (parameter.name == "size" and words == "int"):
        return "List[int]"  # torch's "one integer or several" is None to Python
    return {"Tensor | float": "Tensor", "int | float": "number", "list[float]": "number"}.get(words, words)


def ways(place: str, name: str, function: Any) -> Iterator[tuple[str, bool]]:
    """The signatures of a function, and whether it draws random numbers."""
    module, prefix = PLACES[place]
    python = inspect.isfunction(function)
    schemas = torch._C._jit_get_schemas_for_operator(f"aten::{prefix}{name}")
    if python and place == "nn.functional":
        inner = getattr(module, f"_{name}", function) if is_dispatch(function) else function
        yield of_annotations(inner), name in DRAWING or any(map(draws, schemas))
        return
    if python and not schemas and function.__module__ in PYTHON:
        yield of_annotations(function), name in DRAWING
        return
    starred = python and any(
        each.kind is each.VAR_POSITIONAL for each in inspect.signature(function).parameters.values()
    )
    for schema in schemas:
        try:
            yield of_schema(schema, "x" if place == "Tensor" else "input", starred), draws(schema)
        except Unfit:
            continue


def is_dispatch(function: Any) -> bool:
    """Whether a function chooses between two by `return_indices`."""
    return list(inspect.signature(function).parameters) == ["args", "kwargs"]


def draws(schema: Any) -> bool:
    """Whether torch marks an operator as drawing random numbers."""
    packet = getattr(torch.ops.aten, schema.name.removeprefix("aten::"))
    overload = getattr(packet, schema.overload_name or "default")
    return torch.Tag.nondeterministic_seeded in overload.tags


def copies_a_view(place: str, name: str) -> bool:
    """Whether a function only copies what a view would show: `unsqueeze_copy`."""
    packet = getattr(torch.ops.aten, PLACES[place][1] + name, None)
    return packet is not None and any(torch.Tag.view_copy in getattr(packet, each).tags for each in packet.overloads())


def offered(place: str, name: str) -> bool:
    """Whether a name of torch's could be on the list, by what it is called and where it stands."""
    module, _ = PLACES[place]
    if name.startswith("_") or name.endswith("_") or any(part in name for part in KINDS) or name in ELSEWHERE:
        return False
    if any(name in names.split() for names in LEFT_OUT.values()):
        return False
    function = getattr(module, name)
    if not callable(function) or inspect.isclass(function) or not function.__doc__:
        return False
    if library.row(name, "" if place == "Tensor" else place) is not None:
        return False
    if place == "Tensor" and listed_by_torch(name):
        return False
    return not copies_a_view(place, name)


def listed_by_torch(name: str) -> bool:
    """Whether torch itself has and documents what is also a method."""
    return bool(getattr(getattr(torch, name, None), "__doc__", None))


def lines() -> Iterator[str]:
    """The list, line by line."""
    for place, (module, _) in PLACES.items():
        for name in sorted(dir(module)):
            if not offered(place, name):
                continue
            try:
                found = list(dict.fromkeys(ways(place, name, getattr(module, name))))
            except Unfit:
                continue
            random = any(drawn for _, drawn in found)
            for text in sorted(narrowed([text for text, _ in found]), key=eagerness):
                yield f"{'random ' if random else ''}{place + '.' if place else ''}{name}{text}"


def narrowed(texts: list[str]) -> list[str]:
    """The signatures without those that only take a number where another takes a tensor."""

    def as_tensors(text: str) -> str:
        return text.replace(": number,", ": any[...],").replace(": number)", ": any[...])")

    unique = dict.fromkeys(texts)
    return [each for each in unique if as_tensors(each) == each or as_tensors(each) not in unique]


def eagerness(text: str) -> tuple[int, list[int]]:
    """A signature's place among those of one function: what needs more arguments first, then what takes fewer kinds."""
    parameters = text[1:].partition(") ->")[0].split(", ")
    kinds = [each.partition(": ")[2].partition(" = ")[0] for each in parameters]
    needed = [each for each in parameters if " = " not in each]
    order = ("flag", "int", "number", "text", "dtype", "axes", "sizes", "tensors", "any[...]")
    return -len(needed), [order.index(each) for each in kinds if each in order]


def listing() -> str:
    """The file's text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        version = ".".join(torch.__version__.split(".")[:2])
        return HEAD.format(version=version) + "".join(f"{line}\n" for line in lines())


if __name__ == "__main__":
    TARGET.write_text(listing(), encoding="utf-8")
