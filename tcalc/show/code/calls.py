"""Operations as Python: operators, calls of torch's functions, and what of our own kernels torch has no name for.

A kernel of our own is written as torch code where that does the same for these operands, and else as a call of a
helper, which is the kernel itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tcalc.graph.graph import ABSENT, ALONE, Number
from tcalc.show.code import operands as operands_of
from tcalc.show.code.patterns import pattern, then
from tcalc.show.code.text import ATOM, INFIX, SIGN, Text, dtype_text, infix, option_text
from tcalc.types.dtypes import I64

if TYPE_CHECKING:
    from tcalc.graph.graph import Operation
    from tcalc.library.builtin import Form
    from tcalc.show.code.listing import Listing

#: Writes an operation whose operands are these; None where only the kernel itself will do.
Writer = Callable[["Listing", "Operation", list[Text]], "Text | None"]


def operation(listing: Listing, node: Operation) -> Text:
    """An operation."""
    row = node.row
    operands = [listing.operand(each) for each in node.inputs]
    function = node.form.torch or row.torch
    kernel = function.removeprefix("kernel:")
    if kernel == function and kernel not in INFIX:
        given, named = _grouped(node, operands), node.by_name
        places = len(node.slots) - len(named)
        by_name = [f"{name}={text}" for name, text in zip(named, given[places:], strict=False) if text != "None"]
        if not node.inputs:
            given = _made_from(listing, node)
            return Text(f"torch.{kernel}({', '.join(given)})")
        required = _required(node) if len(given) == len(node.slots) and not named else []
        rest = [*by_name, *_keywords(node, ("requires_grad", *required))]
        given = [*given[:places], *[option_text(node.options[name]) for name in required], *rest]
        return Text(f"torch.{kernel}({', '.join(given)})")
    if kernel in WRITERS:
        written = WRITERS[kernel](listing, node, operands)
        if written is not None:
            return written
    given = [*_grouped(node, operands), *_keywords(node, passed_over=())]
    return Text(f"{listing.context.helper(kernel)}({', '.join(given)})")


def _grouped(node: Operation, operands: Sequence[Text]) -> list[str]:
    """Operands as arguments: one, none, or a list of several."""
    rest = iter([operand.text for operand in operands])
    arguments = []
    for _, count in node.slots:
        if count == ALONE:
            arguments.append(next(rest))
        elif count == ABSENT:
            arguments.append("None")
        else:
            arguments.append(f"[{', '.join([next(rest) for _ in range(count)])}]")
    while arguments and arguments[-1] == "None":
        arguments.pop()
    return arguments


def _keywords(node: Operation, passed_over: Sequence[str] = ("requires_grad",)) -> list[str]:
    """Options as keyword arguments, but for those that say what the row takes anyway."""
    return [
        f"{name}={option_text(value)}"
        for name, value in node.options.items()
        if name not in passed_over and (not _is_default(node.form, name, value) or _is_norm_of_many(node))
    ]


def _is_norm_of_many(node: Operation) -> bool:
    """Whether it is the norm over more axes than a matrix has, which torch's own default order refuses."""
    dim = node.options.get("dim")
    return node.row.name == "norm" and isinstance(dim, tuple) and len(dim) > 2


#: Options that torch takes in their places too, and that one writes so.
PLACED = frozenset("shape dims dim0 dim1 source destination k shifts split_size_or_sections chunks".split())
#: Rows that make integers, whatever the default dtype is.
WHOLE = frozenset(["randperm", "tril_indices", "triu_indices"])


def _made_from(listing: Listing, node: Operation) -> list[str]:
    """The arguments of a call that makes a tensor: sizes and numbers in their places, a dtype only where it is told."""
    texts: list[str] = []
    options = dict(node.options)
    dtype = options.pop("dtype", None)
    options.pop("requires_grad", None)
    for parameter in node.form.signature.parameters:
        if parameter.name not in options or parameter.kind not in ("axes", "sizes", "int", "number"):
            break
        value = options.pop(parameter.name)
        if parameter.name == "size" and isinstance(value, tuple) and value:
            texts += map(str, value)
        else:
            texts.append(option_text(value))
    texts += [f"{key}={option_text(value)}" for key, value in options.items() if not _is_default(node.form, key, value)]
    integers = not any(isinstance(value, float) for value in node.options.values())
    whole = node.row.name in WHOLE or (node.row.name == "arange" and integers)
    usual = I64 if whole else listing.context.default_float
    return texts if dtype is None or dtype is usual else [*texts, f"dtype={option_text(dtype)}"]


def _required(node: Operation) -> list[str]:
    """Options that one writes in their places, where they stand right behind the operands."""
    names: list[str] = []
    for parameter in node.form.signature.parameters[len(node.slots) :]:
        if parameter.name not in PLACED or parameter.name not in node.options:
            break
        names.append(parameter.name)
    return names if all(name not in names for name, _ in node.slots) else []


def _is_default(form: Form, key: str, value: object) -> bool:
    """Whether an option says what the form takes anyway."""
    for parameter in form.signature.parameters:
        if parameter.name == key and parameter.default is not None:
            default = getattr(parameter.default, "value", form)
            return default == value and default.__class__ is value.__class__
    return False


# Writers


def _call(listing: Listing, node: Operation, operands: list[Text]) -> Text:
    """torch's function of the row's name. What stands behind an option in the signature is given by its name."""
    row = node.row
    space = next((each for each in row.spaces if each), "")
    name = f"torch.{space}.{row.name}" if space and "." not in row.name else f"torch.{row.name}"
    slots = dict(zip([slot for slot, _ in node.slots], _grouped(node, operands), strict=False))
    texts: list[str] = []
    named = False
    for parameter in node.form.signature.parameters:
        if parameter.kind in ("tensor", "tensors"):
            text = slots.get(parameter.name, "None")
            if text != "None":
                texts.append(f"{parameter.name}={text}" if named else text)
            named = named or text == "None"
        else:
            named = True
    return Text(f"{name}({', '.join([*texts, *_keywords(node)])})")


def _plain(condition: Callable[[Operation], bool]) -> Writer:
    """torch's function of the row's name, where that does the same."""
    return lambda listing, node, operands: _call(listing, node, operands) if condition(node) else None


def _infix(symbol: str, strength: int) -> Writer:
    return lambda listing, node, operands: infix(symbol, strength, operands[0], operands[1])


def _power(listing: Listing, node: Operation, operands: list[Text]) -> Text | None:
    base, exponent = node.inputs
    first, second = operands
    if operands_of.is_exact(base) and operands_of.is_exact(exponent):
        known = exponent.value if isinstance(exponent, Number) else None
        if isinstance(known, int) and known < 0 and listing.is_weak(exponent):
            first = Text(f"{first.within(ATOM)}.to({dtype_text(listing.context.default_float)})")
        elif not (isinstance(known, int) and known >= 0) and operands_of.kind(exponent) != "uint":
            return None  # a negative exponent among the data is refused
    return infix(*INFIX["pow"], first, second)


def _negative(listing: Listing, node: Operation, operands: list[Text]) -> Text:
    return Text(f"-{operands[0].within(SIGN)}", SIGN)


def index_text(items: object, tensors: Sequence[str]) -> str:
    """What stands between an index's brackets; the tensors in it come one after the other."""
    assert isinstance(items, tuple)
    rest = iter(tensors)
    texts = []
    for item in items:
        kind = item.__class__.__name__
        if kind == "TensorItem":
            texts.append(next(rest))
        elif kind == "SliceItem":
            ends = [item.start, item.stop] if item.step is None else [item.start, item.stop, item.step]
            texts.append(":".join(["" if end is None else str(end) for end in ends]))
        else:
            texts.append("..." if item is Ellipsis else option_text(item))
    return ", ".join(texts) or "()"


def _getitem(listing: Listing, node: Operation, operands: list[Text]) -> Text:
    rest = [each.text for each in operands[1:]]
    return Text(f"{operands[0].within(ATOM)}[{index_text(node.options['items'], rest)}]")


def _setitem(listing: Listing, node: Operation, operands: list[Text]) -> Text:
    name = listing.target(operands[0]) or listing.fresh("t")
    listing.emit(f"{name} = {operands[0].within(ATOM)}.clone()")
    rest = [each.text for each in operands[2:]]
    listing.emit(f"{name}[{index_text(node.options['items'], rest)}] = {operands[1].text}")
    return Text(name)


def _einsum(listing: Listing, node: Operation, operands: list[Text]) -> Text:
    given = [option_text(node.options["equation"]), *[each.text for each in operands]]
    return Text(f"torch.einsum({', '.join(given)})")


def _to(listing: Listing, node: Operation, operands: list[Text]) -> Text:
    if len(operands) == 1 and node.options.get("dtype") is None:  # to where it lives anyway
        return operands[0]
    dtype = f"{operands[1].within(ATOM)}.dtype" if len(operands) > 1 else option_text(node.options.get("dtype"))
    return Text(f"{operands[0].within(ATOM)}.to({dtype})")


def _tensor(listing: Listing, node: Operation, operands: list[Text]) -> Text:
    """The numbers are a tensor already."""
    return operands[0] if node.options.get("dtype") is None else _to(listing, node, operands)


def _method(name: str) -> Writer:
    """A method of the first operand, with the options as its arguments."""

    def write(listing: Listing, node: Operation, operands: list[Text]) -> Text:
        given = [*[each.text for each in operands[1:]], *map(option_text, node.options.values())]
        return Text(f"{operands[0].within(ATOM)}.{name}({', '.join(given)})")

    return write


def _attribute(name: str) -> Writer:
    return lambda listing, node, operands: Text(f"{operands[0].within(ATOM)}.{name}")


def _one_by_one(listing: Listing, node: Operation, operands: list[Text]) -> Text:
    """torch takes the tensors one by one."""
    return Text(f"torch.{node.row.name}({', '.join([each.text for each in operands])})")


def _reduction(listing: Listing, node: Operation, operands: list[Text]) -> Text:
    """torch wants dim=None spelled out beside keepdim."""
    options = _keywords(node)
    if node.options.get("keepdim") and node.options.get("dim") is None:
        options.insert(0, "dim=None")
    return Text(f"torch.{node.row.name}({', '.join([operands[0].text, *options])})")


def _gather(listing: Listing, node: Operation, operands: list[Text]) -> Text:
    """torch has the axis between the operands."""
    first, *rest = [each.text for each in operands]
    return Text(f"torch.{node.row.name}({', '.join([first, option_text(node.options['dim']), *rest])})")


def _scatter(listing: Listing, node: Operation, operands: list[Text]) -> Text:
    """One number goes everywhere."""
    x, index, source = operands
    if not operands_of.shape(node.inputs[2]):
        index = listing.named(index)
        source = Text(f"{source.within(ATOM)}.expand({index.text}.shape)")
    return _gather(listing, node, [x, index, source])


def _masked_fill(listing: Listing, node: Operation, operands: list[Text]) -> Text:
    x, mask, value = operands
    return Text(f"torch.where({mask.text}, {value.text}, {x.text})")


def _randint(listing: Listing, node: Operation, operands: list[Text]) -> Text:
    size = node.options["size"]
    sizes = size if isinstance(size, tuple) else (size,)
    bounds = [str(node.options[name]) for name in ("low", "high") if name in node.options]
    dtype = [f"dtype={option_text(node.options['dtype'])}"] if node.options.get("dtype") else []
    return Text(f"torch.randint({', '.join([*bounds, option_text(sizes), *dtype])})")


def _full(listing: Listing, node: Operation, operands: list[Text]) -> Text | None:
    """torch's own wants a plain number."""
    (value,) = node.inputs
    if not isinstance(value, Number) or node.options.get("dtype") is not None:
        return None
    size = node.options["size"]
    sizes = size if isinstance(size, tuple) else (size,)
    return Text(f"torch.full({option_text(sizes)}, {listing.number(value).text})")


def _of_shape(what: str) -> Writer:
    """A tensor of something that torch gives as Python's numbers."""

    def write(listing: Listing, node: Operation, operands: list[Text]) -> Text:
        axis = node.options.get("dim")
        found = f"{what}[{axis}]" if axis is not None else what
        dtype = ", dtype=torch.int64" if found == "shape" else ""  # there may be no axes
        return Text(f"torch.tensor({operands[0].within(ATOM)}.{found}{dtype})")

    return write


def _allclose(listing: Listing, node: Operation, operands: list[Text]) -> Text:
    given = [*[each.text for each in operands], *_keywords(node)]
    return Text(f"torch.isclose({', '.join(given)}).all()")


def _equal(listing: Listing, node: Operation, operands: list[Text]) -> Text | None:
    first, second = [operands_of.sizes(each) for each in node.inputs]
    if first is None or first != second:
        return None
    return Text(f"({infix(*INFIX['eq'], operands[0], operands[1]).text}).all()")


def _transform_is_plain(node: Operation) -> bool:
    """Whether there are elements: MKL refuses to make no transforms."""
    sizes = operands_of.sizes(node.inputs[0])
    return sizes is not None and 0 not in sizes


def _pool_is_plain(node: Operation) -> bool:
    """torch has no mean of integers but i64, and the largest of integers only beside its place."""
    (x,) = node.inputs
    if node.row.name.startswith("max"):
        return not operands_of.is_exact(x)
    return not operands_of.is_exact(x) or (operands_of.kind(x) == "int" and str(getattr(x.type, "dtype", "")) == "i64")


# The table


def _repeat(listing: Listing, node: Operation, operands: list[Text]) -> Text | None:
    return (pattern if "pattern" in node.options else _method)("repeat")(listing, node, operands)


LOSSES = "mse_loss l1_loss smooth_l1_loss huber_loss binary_cross_entropy binary_cross_entropy_with_logits".split()
CONVOLUTIONS = "conv1d conv2d conv3d conv_transpose1d conv_transpose2d".split()
TRANSFORMS = "fft ifft rfft irfft fft2 ifft2 fftn ifftn".split()

WRITERS: dict[str, Writer] = {
    **{name: _infix(symbol, strength) for name, (symbol, strength) in INFIX.items()},
    "pow": _power,
    "neg": _negative,
    "getitem": _getitem,
    "setitem": _setitem,
    "einsum": _einsum,
    "to": _to,
    "tensor": _tensor,
    "same": lambda listing, node, operands: operands[0],
    "transposed": _attribute("mT"),
    "adjoint": _attribute("mH"),
    "item": lambda listing, node, operands: then(operands[0], "reshape(())"),
    "expand": _method("expand"),
    "tile": _method("tile"),
    "unfold": _method("unfold"),
    "unflatten": _method("unflatten"),
    "repeat": _repeat,
    "rearrange": pattern("rearrange"),
    "reduce": pattern("reduce"),
    "allclose": _allclose,
    "equal": _equal,
    "shape": _of_shape("shape"),
    "size": _of_shape("shape"),
    "length": _of_shape("shape[0]"),
    "numel": _of_shape("numel()"),
    "rank": _of_shape("ndim"),
    **dict.fromkeys(("sum", "nansum", "mean", "nanmean", "var", "std"), _reduction),
    **dict.fromkeys(("block_diag", "cartesian_prod"), _one_by_one),
    **dict.fromkeys(("gather", "index_select", "index_add"), _gather),
    **dict.fromkeys(("scatter", "scatter_add"), _scatter),
    "masked_fill": _masked_fill,
    "randint": _randint,
    "full": _full,
    "imag": _plain(lambda node: operands_of.kind(node.inputs[0]) == "complex"),
    "complex": _plain(lambda node: operands_of.alike(node) and not operands_of.is_half(node.inputs[0])),
    "polar": _plain(lambda node: operands_of.alike(node) and not operands_of.is_half(node.inputs[0])),
    "clamp": _plain(lambda node: len(node.inputs) > 1),
    "heaviside": _plain(operands_of.alike),
    "quantile": _plain(lambda node: not operands_of.is_half(node.inputs[0])),
    "cdist": _plain(lambda node: not operands_of.is_half(node.inputs[0])),
    "searchsorted": _plain(operands_of.alike),
    "bucketize": _plain(operands_of.alike),
    "layer_norm": _plain(lambda node: isinstance(node.options["normalized_shape"], tuple)),
    "batch_norm": _plain(lambda node: not node.options.get("training")),
    "scaled_dot_product_attention": _plain(
        lambda node: len(node.inputs) == 3 and len({operands_of.shape(each)[:-2] for each in node.inputs}) == 1
    ),
    "kl_div": _plain(
        lambda node: node.options["reduction"] != "mean" and len(set(map(operands_of.shape, node.inputs))) == 1
    ),
    "vecdot": _plain(
        lambda node: not operands_of.is_exact(node.inputs[0]) and len(set(map(operands_of.shape, node.inputs))) == 1
    ),
    "pad": _plain(lambda node: operands_of.kind(node.inputs[0]) != "bool"),
    "diff": _plain(lambda node: True),
    "trapezoid": _plain(lambda node: True),
    "cov": _plain(lambda node: operands_of.kind(node.inputs[0]) != "complex"),
    **dict.fromkeys(("avg_pool1d", "avg_pool2d", "max_pool1d"), _plain(_pool_is_plain)),
    **dict.fromkeys(LOSSES, _plain(lambda node: len({operands_of.shape(each) for each in node.inputs}) == 1)),
    **dict.fromkeys(CONVOLUTIONS, _plain(lambda node: not operands_of.is_exact(node.inputs[0]))),
    **dict.fromkeys(TRANSFORMS, _plain(_transform_is_plain)),
}
