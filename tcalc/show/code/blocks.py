"""Choices and loops as Python: `if`, `for`, and torch's vmap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tcalc.graph.graph import Branch, Number, Operation, Repeat
from tcalc.show.code.text import ATOM, CHOICE, COMPARISON, WIDEST, Text, dtype_text, tuple_of
from tcalc.types.tensor import TensorType, TupleType, Type

if TYPE_CHECKING:
    from tcalc.graph.graph import Graph
    from tcalc.show.code.listing import Listing

#: Rows that torch cannot batch, for some operands at least, and the kernels that look at their data.
UNBATCHED = frozenset(
    "lcm one_hot median nanmedian lstsq eig eigvals column_stack nonzero masked_select unique embedding cov nll_loss "
    "setitem conv1d conv2d conv3d conv_transpose1d conv_transpose2d".split()
)
#: What runs a loop whose elements torch may not be able to take all at once.
BATCHED = '''\
def {name}(function, in_dims, *sequences):
    """All elements at once; one after the other where torch cannot batch that."""

    def stacked(parts):
        return tuple(map(stacked, zip(*parts))) if isinstance(parts[0], tuple) else torch.stack(parts)

    try:
        return torch.vmap(function, in_dims, randomness="different")(*sequences)
    except (RuntimeError, IndexError, ValueError, NotImplementedError):
        elements = zip(*[each.unbind(dim) for each, dim in zip(sequences, in_dims)])
        return stacked([function(*each) for each in elements])'''


def branch(listing: Listing, node: Branch) -> Text:
    """A choice; under vmap both branches, and for each element its own."""
    condition, *outside = [listing.named(listing.operand(each)) for each in node.inputs]
    if listing.mapped:
        then, otherwise = [_within(listing, outside, graph) for graph in (node.then, node.otherwise)]
        dtype = node.inputs[0].type.dtype if isinstance(node.inputs[0].type, TensorType) else None
        asked = condition.text if dtype is not None and dtype.kind == "bool" else f"{condition.text}.bool()"
        return _where(asked, then, otherwise)
    blocks = []
    for graph in (node.then, node.otherwise):
        inner = listing.inner(outside)
        blocks.append((inner, inner.block(graph)[0]))
    (then_block, then), (otherwise_block, otherwise) = blocks
    if not then_block.lines and not otherwise_block.lines and len(then.text) + len(otherwise.text) < WIDEST:
        return Text(f"{then.within(COMPARISON)} if {condition.text} else {otherwise.text}", CHOICE)
    name = listing.target() or listing.fresh("t")
    listing.emit(f"if {condition.text}:")
    listing.lines += then_block.lines
    listing.emit(f"    {name} = {then.text}")
    listing.emit("else:")
    listing.lines += otherwise_block.lines
    listing.emit(f"    {name} = {otherwise.text}")
    return Text(name)


def _within(listing: Listing, outside: Sequence[Text], graph: Graph) -> Text:
    """A block's result, its lines in those of the listing."""
    inner = listing.inner(outside, indent=False)
    result = inner.block(graph)[0]
    listing.lines += inner.lines
    return result


def _where(condition: str, then: Text, otherwise: Text) -> Text:
    if then.parts:
        return tuple_of([_where(condition, a, b) for a, b in zip(then.parts, otherwise.parts, strict=True)])
    return Text(f"torch.where({condition}, {then.text}, {otherwise.text})")


def repeat(listing: Listing, node: Repeat) -> Text:
    """A loop."""
    given = [listing.operand(each) for each in node.inputs]
    both = node.states + node.sequences
    outside = [listing.named(each) for each in given[both:]]
    if node.kind == "vmap":
        return _vmap(listing, node, given[:both], outside)
    own = listing.target() if node.states == 1 and node.kind != "scan" else None
    states = [Text(own or listing.fresh("s")) for _ in range(node.states)]
    for state, start in zip(states, given, strict=False):
        listing.emit(f"{state.text} = {start.text}")
    last = states[0] if len(states) == 1 and not _several(node) else tuple_of(states)
    outs: list[Text] = []
    if node.kind == "scan":
        assert isinstance(node.type, TupleType)
        if not node.count:
            return tuple_of([last, _empty(node.type.items[1])])
        outs = [Text(listing.fresh("outs")) for _ in _leaves(node.type.items[1])]
        for out in outs:
            listing.emit(f"{out.text} = []")
    if not node.count:
        return last
    elements = [Text(listing.fresh("x")) for _ in range(node.sequences)]
    listing.emit(f"for {_walked(node, given[node.states : both], elements)}:")
    inner = listing.inner([*states, *elements, *outside])
    after = inner.block(node.body)[0]
    if outs:
        after, out = _halves(inner, after)
        found = _parts(inner, out, node.type.items[1])  # type: ignore[attr-defined]  # a scan gives a pair
        for name, text in zip(outs, found, strict=True):
            inner.emit(f"{name.text}.append({text.text})")
    left = ", ".join([each.text for each in states])
    right = ", ".join([each.text for each in after.parts]) if after.parts else after.text
    if left != right:
        inner.emit(f"{left}{',' * (len(states) == 1 and bool(_several(node)))} = {right}")
    elif not inner.lines:
        inner.emit("pass")
    listing.lines += inner.lines
    if not outs:
        return last
    stacked = iter([f"torch.stack({name.text})" for name in outs])
    return tuple_of([last, _like(node.type.items[1], stacked)])  # type: ignore[attr-defined]  # likewise


def _several(node: Repeat) -> bool:
    """Whether the state is a tuple."""
    type = node.type.items[0] if node.kind == "scan" and isinstance(node.type, TupleType) else node.type
    return isinstance(type, TupleType)


def _walked(node: Repeat, sequences: Sequence[Text], elements: Sequence[Text]) -> str:
    """What stands behind `for`."""
    if not sequences:
        return f"_ in range({node.count})"
    walked = [
        f"{each.within(ATOM)}.unbind({axis})" if axis else each.text
        for each, axis in zip(sequences, node.axes, strict=True)
    ]
    names = ", ".join([each.text for each in elements])
    return f"{names} in {walked[0]}" if len(walked) == 1 else f"{names} in zip({', '.join(walked)})"


def _halves(listing: Listing, pair: Text) -> tuple[Text, Text]:
    """State and output of a turn."""
    if pair.parts:
        return pair.parts[0], pair.parts[1]
    name = listing.named(pair)
    return Text(f"{name.text}[0]"), Text(f"{name.text}[1]")


def _leaves(type: Type) -> list[Type]:
    """The tensors of a result."""
    return [leaf for item in type.items for leaf in _leaves(item)] if isinstance(type, TupleType) else [type]


def _parts(listing: Listing, text: Text, type: Type) -> list[Text]:
    """A result's tensors, one by one."""
    if not isinstance(type, TupleType):
        return [text]
    if not text.parts:
        text = listing.named(text)
    items = text.parts or [Text(f"{text.text}[{place}]") for place in range(len(type.items))]
    return [leaf for item, each in zip(items, type.items, strict=True) for leaf in _parts(listing, item, each)]


def _like(type: Type, texts: Iterator[str]) -> Text:
    """Tensors in the shape of a result."""
    if isinstance(type, TupleType):
        return tuple_of([_like(item, texts) for item in type.items])
    return Text(next(texts))


def _empty(type: Type) -> Text:
    """What no turn gave: no elements of the shape that each would have had."""
    if isinstance(type, TupleType):
        return tuple_of([_empty(item) for item in type.items])
    assert isinstance(type, TensorType)
    sizes = ", ".join([str(size) if isinstance(size, int) else "0" for size in type.shape])
    return Text(f"torch.zeros({sizes}, dtype={dtype_text(type.dtype)})")


def _vmap(listing: Listing, node: Repeat, sequences: Sequence[Text], outside: list[Text]) -> Text:
    """torch's vmap; with a fallback where torch may not be able to batch the body."""
    if not node.count:
        return _empty(node.type)
    elements = [Text(listing.fresh("x")) for _ in sequences]
    inner = listing.inner([*elements, *outside], mapped=True)
    body = inner.block(node.body)[0]
    parameters = ", ".join([each.text for each in elements])
    axes = "" if not any(node.axes) else f"{node.axes if len(node.axes) > 1 else node.axes[0]}"
    mapped = f"lambda {parameters}: {body.text}"
    if inner.lines or len(mapped) > WIDEST:
        mapped = listing.fresh("f")
        listing.emit(f"def {mapped}({parameters}):")
        listing.lines += inner.lines
        listing.emit(f"    return {body.text}")
        listing.lines.append("")
    given = ", ".join([each.text for each in sequences])
    if _may_not_batch(node.body):
        batched = listing.context.function("batched", BATCHED)
        text = Text(f"{batched}({mapped}, {tuple(node.axes)}, {given})")
    else:
        options = [mapped, *[f"in_dims={axes}"] * bool(axes), *['randomness="different"'] * node.effect]
        text = Text(f"torch.vmap({', '.join(options)})({given})")
    return listing.named(text) if isinstance(node.type, TupleType) else text


def _may_not_batch(graph: Graph) -> bool:
    """Whether torch's vmap refuses some of what a body does."""
    for node in graph.nodes:
        if isinstance(node, Operation) and (node.row.name in UNBATCHED or _looks_at_data(node)):
            return True
        if isinstance(node, Branch) and (_may_not_batch(node.then) or _may_not_batch(node.otherwise)):
            return True
        if isinstance(node, Repeat) and _may_not_batch(node.body):
            return True
    return False


def _looks_at_data(node: Operation) -> bool:
    """Whether it looks for elements, chooses by a mask, or refuses negative powers of integers."""
    kinds = [each.type.dtype.kind for each in node.inputs if isinstance(each.type, TensorType)]
    if node.row.name == "getitem":
        return "bool" in kinds[1:]
    if node.row.name == "where":
        return len(kinds) == 1
    known = isinstance(node.inputs[-1], Number) if node.inputs else True
    return node.row.name == "pow" and not known and all(kind in ("bool", "uint", "int") for kind in kinds)
