"""A graph as the torch code that it runs: `torch.mv(A, x) + c`, line by line where a value is used twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tcalc.graph.graph import (
    ABSENT,
    ALONE,
    Branch,
    Conversion,
    Data,
    Input,
    Node,
    Number,
    Operation,
    Part,
    Repeat,
    nodes_of,
)
from tcalc.types.dtypes import DType

if TYPE_CHECKING:
    from tcalc.graph.graph import Graph
    from tcalc.library.builtin import Builtin

#: A line gets no longer by putting one more call into it than this.
WIDEST = 88
#: How much of a tensor's numbers is repeated.
LONGEST_DATA = 48

#: How tightly a conditional expression, a comparison, a sign, a power, and a call bind.
CHOICE, COMPARISON, SIGN, POWER, ATOM = 0, 1, 7, 8, 9
#: Python's operators for torch's functions of two tensors, with how tightly they bind.
INFIX = {
    "lt": ("<", COMPARISON),
    "le": ("<=", COMPARISON),
    "gt": (">", COMPARISON),
    "ge": (">=", COMPARISON),
    "eq": ("==", COMPARISON),
    "ne": ("!=", COMPARISON),
    "bitwise_or": ("|", 2),
    "bitwise_xor": ("^", 3),
    "bitwise_and": ("&", 4),
    "add": ("+", 5),
    "sub": ("-", 5),
    "mul": ("*", 6),
    "div": ("/", 6),
    "floor_divide": ("//", 6),
    "remainder": ("%", 6),
    "pow": ("**", POWER),
}


#: Rows whose list of tensors torch takes one by one.
ONE_BY_ONE = frozenset(["block_diag", "cartesian_prod"])
#: Rows whose tensors, but for the first, torch has in other places: they are given by their names.
BY_NAME = frozenset(
    "batch_norm cov diff gather index_add index_select layer_norm scatter scatter_add".split(),
)


class Text:
    """A piece of Python, and how tightly its outermost operator binds."""

    __slots__ = ("parts", "strength", "text")

    def __init__(self, text: str, strength: int = ATOM, parts: tuple[Text, ...] = ()) -> None:
        #: The parts of a tuple that was never made one.
        self.text, self.strength, self.parts = text, strength, parts

    def within(self, strength: int) -> str:
        """The text as an operand of an operator that binds this tightly."""
        return self.text if self.strength >= strength else f"({self.text})"


def _found(value: object) -> str:
    """The dtype that torch.tensor finds by itself for numbers."""
    if isinstance(value, tuple):
        kinds = {_found(item) for item in value}
        return next((kind for kind in ("c64", "f32", "i64", "bool") if kind in kinds), "f32")
    return {bool: "bool", int: "i64", float: "f32", complex: "c64"}[type(value)]


def code_text(graph: Graph, targets: Sequence[str | None] = (), taken: Sequence[str] = ()) -> str:
    """The code of a graph, whose results are bound to `targets` where those are names.

    `taken` are names that a value in between must not have.
    """
    listing = _Listing({node.name: Text(_input(str(node.name))) for node in graph.inputs}, {*taken})
    results = listing.block(graph)
    names = [*targets, *[None] * (len(results) - len(targets))]
    for name, result in zip(names, results, strict=True):
        listing.emit(f"{name} = {result.text}" if name else result.text)
    return "\n".join(listing.lines)


def _input(name: str) -> str:
    kind, _, path = name.partition(":")
    return f"load({path!r})" if kind == "file" else name


class _Listing:
    """Lines of code, and what stands for each node in them."""

    def __init__(self, inputs: dict[str | int, Text], taken: set[str], indent: str = "") -> None:
        self.lines: list[str] = []
        self.inputs = inputs
        self.taken = taken | {text.text for text in inputs.values()}
        self.indent = indent
        self.texts: dict[int, Text] = {}

    def emit(self, line: str) -> None:
        self.lines.append(self.indent + line)

    def fresh(self, prefix: str) -> str:
        """A name that nothing has."""
        number = 1
        while f"{prefix}{number}" in self.taken:
            number += 1
        self.taken.add(f"{prefix}{number}")
        return f"{prefix}{number}"

    def named(self, text: Text) -> Text:
        """The same value under a name of its own."""
        if text.text.isidentifier():
            return text
        name = self.fresh("t")
        self.emit(f"{name} = {text.text}")
        return Text(name)

    def block(self, graph: Graph) -> list[Text]:
        """The texts of a graph's results, after the lines that they need."""
        uses: dict[int, int] = {}
        results = nodes_of(graph.results)
        for node in graph.nodes:
            for each in node.inputs:
                uses[id(each)] = uses.get(id(each), 0) + 1
        for node in results:
            uses[id(node)] = uses.get(id(node), 0) + 1
        last = graph.nodes[-1] if graph.nodes else None
        for node in graph.nodes:
            text = WRITERS[node.__class__](self, node)
            plain = isinstance(node, Input | Number) or bool(text.parts) or text.text.isidentifier()
            alone = node is last and len(results) == 1
            # Where a draw stands in the order of draws is part of what it is.
            if not plain and not alone and (uses.get(id(node), 0) > 1 or len(text.text) > WIDEST or node.effect):
                text = self.named(text)
            self.texts[id(node)] = text
        return [self.result(result) for result in graph.results]

    def result(self, result: object) -> Text:
        """The text of a result."""
        if isinstance(result, tuple):
            parts = tuple([self.result(item) for item in result])
            return Text(f"({', '.join([part.text for part in parts])}{',' if len(parts) == 1 else ''})", ATOM, parts)
        return self.texts[id(result)] if isinstance(result, Node) else Text("None")

    def operand(self, node: Node, weak: bool = False) -> Text:
        """An operand; a number that torch takes only as a tensor is made one."""
        text = self.texts[id(node)]
        return text if weak or not isinstance(node, Number) else Text(f"torch.tensor({text.text})")

    # Nodes

    def input(self, node: Input) -> Text:
        return self.inputs[node.name]

    def number(self, node: Number) -> Text:
        value = node.value
        if isinstance(value, float) and (value != value or value - value != 0):
            return Text(f'float("{value}")')
        text = repr(value)
        return Text(text, SIGN if text.startswith("-") else ATOM)

    def data(self, node: Data) -> Text:
        numbers = _listed(node.value, LONGEST_DATA)
        dtype = "" if node.dtype.name == _found(node.value) else f", dtype={_option(node.dtype)}"
        return Text(f"torch.tensor({numbers}{dtype})")

    def conversion(self, node: Conversion) -> Text:
        return Text(f"{self.operand(node.inputs[0]).within(ATOM)}.to({_option(node.dtype)})")

    def part(self, node: Part) -> Text:
        whole = self.texts[id(node.inputs[0])]
        if whole.parts:
            return whole.parts[node.index]
        return Text(f"{whole.within(ATOM)}[{node.index}]")

    def operation(self, node: Operation) -> Text:
        row, options = node.row, node.options
        kernel = row.torch.removeprefix("kernel:")
        weak = row.scalars and any(not isinstance(each, Number) for each in node.inputs)
        operands = [self.operand(each, weak) for each in node.inputs]
        if not options and kernel in INFIX and len(operands) == 2:
            symbol, strength = INFIX[kernel]
            # Powers group to the right; comparisons, which Python would chain, not at all.
            left = operands[0].within(strength + (strength in (COMPARISON, POWER)))
            return Text(f"{left} {symbol} {operands[1].within(strength + (strength != POWER))}", strength)
        if not options and kernel == "neg":
            return Text(f"-{operands[0].within(SIGN)}", SIGN)
        if kernel != row.torch and kernel in KERNELS:
            texts = [each.within(ATOM) if place == 0 else each.text for place, each in enumerate(operands)]
            return KERNELS[kernel](self, texts, options)
        given = _grouped([each.text for each in operands], [count for _, count in node.slots])
        if row.name in ONE_BY_ONE:
            given = [each.text for each in operands]
        elif row.name in BY_NAME:
            names = [each.name for each in row.forms[0].signature.parameters if each.kind == "tensor"]
            rest = zip(names[1:], given[1:], strict=False)
            given = [given[0], *[f"{name}={text}" for name, text in rest if text != "None"]]
        given += [f"{key}={_option(value)}" for key, value in options.items() if not _is_default(row, key, value)]
        return Text(f"{_torch_name(row)}({', '.join(given)})")

    # Blocks

    def inner(self, inputs: Sequence[Text], indent: bool = True) -> _Listing:
        """A listing for a block inside of this one, whose inputs are these."""
        listing = _Listing(dict(enumerate(inputs)), self.taken, self.indent + "    " * indent)
        listing.taken = self.taken
        return listing

    def branch(self, node: Branch) -> Text:
        condition, *outside = [self.named(self.operand(each)) for each in node.inputs]
        blocks = []
        for graph in (node.then, node.otherwise):
            listing = self.inner(outside)
            blocks.append((listing, listing.block(graph)[0]))
        (then, first), (otherwise, second) = blocks
        if not then.lines and not otherwise.lines:
            return Text(f"{first.within(COMPARISON)} if {condition.text} else {second.text}", CHOICE)
        name = self.fresh("t")
        self.emit(f"if {condition.text}:")
        self.lines += [*then.lines, f"{then.indent}{name} = {first.text}"]
        self.emit("else:")
        self.lines += [*otherwise.lines, f"{otherwise.indent}{name} = {second.text}"]
        return Text(name)

    def repeat(self, node: Repeat) -> Text:
        given = [self.operand(each) for each in node.inputs]
        outside = [self.named(each) for each in given[node.states + node.sequences :]]
        sequences = [each.text for each in given[node.states : node.states + node.sequences]]
        elements = [Text(self.fresh("x")) for _ in sequences]
        if node.kind == "vmap":
            return self._vmap(node, sequences, elements, outside)
        states = [Text(self.fresh("s")) for _ in range(node.states)]
        for state, start in zip(states, given, strict=False):
            self.emit(f"{state.text} = {start.text}")
        outs = self.fresh("outs") if node.kind == "scan" else ""
        if outs:
            self.emit(f"{outs} = []")
        names = ", ".join([each.text for each in elements])
        walked = sequences[0] if len(sequences) == 1 else f"zip({', '.join(sequences)})"
        self.emit(f"for _ in range({node.count}):" if node.kind == "iterate" else f"for {names} in {walked}:")
        listing = self.inner([*states, *elements, *outside])
        after = listing.block(node.body)[0]
        if outs:
            after, out = after.parts
            listing.emit(f"{outs}.append({out.text})")
        left = ", ".join([each.text for each in states])
        right = ", ".join([each.text for each in after.parts or (after,)])
        if left != right:
            listing.emit(f"{left} = {right}")
        self.lines += listing.lines
        last = states[0] if len(states) == 1 else _tuple(states)
        return _tuple([last, Text(f"torch.stack({outs})")]) if outs else last

    def _vmap(self, node: Repeat, sequences: Sequence[str], elements: list[Text], outside: list[Text]) -> Text:
        listing = self.inner([*elements, *outside])
        body = listing.block(node.body)[0]
        parameters = ", ".join([each.text for each in elements])
        dims = "" if not any(node.axes) else f", in_dims={node.axes if len(node.axes) > 1 else node.axes[0]}"
        mapped = f"lambda {parameters}: {body.text}"
        if listing.lines:
            mapped = self.fresh("f")
            self.emit(f"def {mapped}({parameters}):")
            self.lines += [*listing.lines, f"{listing.indent}return {body.text}"]
        text = Text(f"torch.vmap({mapped}{dims})({', '.join(sequences)})")
        return self.named(text) if body.parts else text


def _tuple(parts: Sequence[Text]) -> Text:
    return Text(f"({', '.join([part.text for part in parts])})", ATOM, tuple(parts))


def _grouped(texts: list[str], groups: Sequence[int]) -> list[str]:
    """Operands as arguments: one, none, or a list of several."""
    rest = iter(texts)
    arguments = []
    for group in groups:
        if group == ALONE:
            arguments.append(next(rest))
        elif group == ABSENT:
            arguments.append("None")
        else:
            arguments.append(f"[{', '.join([next(rest) for _ in range(group)])}]")
    return arguments


def _torch_name(row: Builtin) -> str:
    """What torch calls it; a kernel of tcalc's own goes by its row's name."""
    if not row.torch.startswith("kernel:"):
        return f"torch.{row.torch}"
    space = row.spaces[0] if row.spaces else ""
    return f"torch.{space}.{row.name}" if space and "." not in row.name else f"torch.{row.name}"


def _is_default(row: Builtin, key: str, value: object) -> bool:
    """Whether an option says what the row takes anyway."""
    for form in row.forms:
        for parameter in form.signature.parameters:
            if parameter.name == key and getattr(parameter.default, "value", row) == value:
                return True
    return False


def _option(value: object) -> str:
    if isinstance(value, DType):
        return f"torch.{value.torch_name}"
    if isinstance(value, tuple):
        return f"({', '.join(map(_option, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return repr(value)


def _listed(value: object, room: int) -> str:
    """Nested numbers as a list, cut where they get long."""
    if not isinstance(value, tuple):
        return repr(value)
    texts: list[str] = []
    for item in value:
        if room <= 0:
            texts.append("…")
            break
        texts.append(_listed(item, room))
        room -= len(texts[-1]) + 2
    return f"[{', '.join(texts)}]"


# Kernels that have no name in torch, as one writes them in Python.

Kernel = Callable[[_Listing, list[str], dict[str, object]], Text]


def _index(items: object, tensors: list[str]) -> str:
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
            texts.append("..." if item is Ellipsis else _option(item))
    return ", ".join(texts)


def _getitem(listing: _Listing, operands: list[str], options: dict[str, object]) -> Text:
    return Text(f"{operands[0]}[{_index(options['items'], operands[1:])}]")


def _setitem(listing: _Listing, operands: list[str], options: dict[str, object]) -> Text:
    name = listing.fresh("t")
    listing.emit(f"{name} = {operands[0]}.clone()")
    listing.emit(f"{name}[{_index(options['items'], operands[2:])}] = {operands[1]}")
    return Text(name)


def _einsum(listing: _Listing, operands: list[str], options: dict[str, object]) -> Text:
    return Text(f"torch.einsum({', '.join([_option(options['equation']), *operands])})")


def _to(listing: _Listing, operands: list[str], options: dict[str, object]) -> Text:
    dtype = f"{operands[1]}.dtype" if len(operands) > 1 else _option(options.get("dtype"))
    return Text(f"{operands[0]}.to({dtype})")


def _einops(name: str) -> Kernel:
    """A function of einops, with the sizes by their names."""

    def write(listing: _Listing, operands: list[str], options: dict[str, object]) -> Text:
        given = [_option(value) for key, value in options.items() if key != "lengths"]
        lengths = options["lengths"]
        assert isinstance(lengths, tuple)
        return Text(f"einops.{name}({', '.join([*operands, *given, *[f'{key}={size}' for key, size in lengths]])})")

    return write


def _repeat(listing: _Listing, operands: list[str], options: dict[str, object]) -> Text:
    return (_einops if "pattern" in options else _method)("repeat")(listing, operands, options)


def _method(name: str) -> Kernel:
    """A method of the first operand, with the options as its arguments."""

    def write(listing: _Listing, operands: list[str], options: dict[str, object]) -> Text:
        given = [*operands[1:], *map(_option, options.values())]
        return Text(f"{operands[0]}.{name}({', '.join(given)})")

    return write


KERNELS: dict[str, Kernel] = {
    "getitem": _getitem,
    "setitem": _setitem,
    "einsum": _einsum,
    "to": _to,
    "same": lambda listing, operands, options: Text(operands[0]),
    "transposed": lambda listing, operands, options: Text(f"{operands[0]}.mT"),
    "adjoint": lambda listing, operands, options: Text(f"{operands[0]}.mH"),
    "item": lambda listing, operands, options: Text(f"{operands[0]}.reshape(())"),
    "expand": _method("expand"),
    "repeat": _repeat,
    "rearrange": _einops("rearrange"),
    "reduce": _einops("reduce"),
    "tile": _method("tile"),
    "unfold": _method("unfold"),
}

WRITERS: dict[type[Node], Callable[..., Text]] = {
    Input: _Listing.input,
    Number: _Listing.number,
    Data: _Listing.data,
    Conversion: _Listing.conversion,
    Part: _Listing.part,
    Operation: _Listing.operation,
    Branch: _Listing.branch,
    Repeat: _Listing.repeat,
}
