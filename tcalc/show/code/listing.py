"""A graph as lines of Python, and what stands for each node in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from tcalc.graph.graph import (
    Branch,
    Conversion,
    Data,
    Input,
    Node,
    Number,
    Operation,
    Part,
    Probe,
    Pullback,
    Repeat,
    nodes_of,
    weak_numbers,
)
from tcalc.graph.lower import file_of
from tcalc.show.code import blocks, calls, pullbacks, reading
from tcalc.show.code.text import (
    ATOM,
    LONGEST_DATA,
    WIDEST,
    Text,
    dtype_text,
    number_text,
    string_text,
    tensor_text,
    tuple_of,
)
from tcalc.types.dtypes import F32, DType
from tcalc.types.tensor import TupleType

if TYPE_CHECKING:
    from tcalc.files.data import Layout
    from tcalc.graph.graph import Graph

#: The name of the function that is one of our own kernels, by the kernel's.
Helper = Callable[[str], str]


class Context:
    """What all listings of one program share.

    taken          names that a value in between must not have
    default_float  the dtype that torch gives a Python float
    helper         names functions that are kernels of our own
    room           how much of a tensor's numbers is repeated, None for all
    constants      names that the code has bound to Python numbers
    imports        modules that the code needs besides torch
    layout         how a file lies on the disk, by its path; None where files are not read
    """

    __slots__ = (
        "_functions",
        "constants",
        "default_float",
        "helper",
        "imports",
        "layout",
        "room",
        "saved",
        "taken",
        "temporary",
    )

    def __init__(
        self,
        taken: set[str],
        helper: Helper,
        default_float: DType = F32,
        room: int | None = LONGEST_DATA,
        layout: Callable[[str, str | None], Layout] | None = None,
    ) -> None:
        self.taken, self.helper, self.default_float, self.room = taken, helper, default_float, room
        self.layout = layout
        self.constants: dict[str, object] = {}
        self.imports: set[str] = set()
        self._functions: dict[str, tuple[str, str]] = {}
        #: What stands for what is in a file, or for one tensor in it, where that is known without reading it.
        self.saved: dict[tuple[str, str | None], Text] = {}
        #: Names that are free again after a statement.
        self.temporary: set[str] = set()

    def function(self, name: str, text: str) -> str:
        """What a function is called that the code needs; `text` is it, with `{name}` for its name."""
        if name not in self._functions:
            own = name
            while own in self.taken:
                own += "_"
            self.taken.add(own)
            self._functions[name] = own, text.replace("{name}", own)
        return self._functions[name][0]

    def functions(self) -> list[str]:
        """The functions asked for so far."""
        return [text for _, text in self._functions.values()]


class Listing:
    """Lines of code. A `mapped` one runs under vmap, where a choice computes both branches."""

    def __init__(
        self, context: Context, inputs: Mapping[str | int, Text], indent: str = "", mapped: bool = False
    ) -> None:
        self.context, self.inputs, self.indent, self.mapped = context, inputs, indent, mapped
        self.lines: list[str] = []
        self.texts: dict[int, Text] = {}
        self._weak: set[int] = set()
        #: The name that the block's only result goes to, and whether the node that is written gives it.
        self.wanted: str | None = None
        self._final = False
        self._read: set[str] = set()

    def emit(self, text: str) -> None:
        """One line, or a text of several."""
        self.lines += [self.indent + line for line in text.split("\n")]

    def fresh(self, prefix: str) -> str:
        """A name that nothing has."""
        number = 1
        while f"{prefix}{number}" in self.context.taken or f"{prefix}{number}" in self.context.temporary:
            number += 1
        self.context.temporary.add(f"{prefix}{number}")
        return f"{prefix}{number}"

    def named(self, text: Text) -> Text:
        """The same value under a name of its own."""
        if text.text.isidentifier():
            return text
        name = self.fresh("t")
        self.emit(f"{name} = {text.text}")
        return Text(name)

    def target(self, copied: Text | None = None) -> str | None:
        """The name that what is written now goes to, where it may be written to bit by bit.

        That is so where nothing reads what the name means before, but to make a copy of it.
        """
        name = self.wanted
        read = [text for text in self._read if copied is None or text != copied.text]
        return name if self._final and name not in read else None

    def block(self, graph: Graph) -> list[Text]:
        """The texts of a graph's results, after the lines that they need."""
        uses: dict[int, int] = {}
        results = nodes_of(graph.results)
        self._weak = weak_numbers(graph)
        self._read = {self.inputs[node.name].text for node in graph.inputs if node.name in self.inputs}
        for used in [*[each for node in graph.nodes for each in node.inputs], *results]:
            uses[id(used)] = uses.get(id(used), 0) + 1
        last = graph.nodes[-1] if graph.nodes else None
        for node in graph.nodes:
            alone = self._final = node is last and len(results) == 1 and graph.results[0] is node
            text = WRITERS[node.__class__](self, node)
            plain = isinstance(node, Input | Number) or bool(text.parts) or text.text.isidentifier()
            if not plain and not alone:
                times = uses.get(id(node), 0)
                if not times:
                    self.emit(text.text)  # a draw that nothing needs
                # Where a draw stands in the order of draws is part of what it is.
                elif times > 1 or len(text.text) > WIDEST or node.effect:
                    text = self.named(text)
            self.texts[id(node)] = text
        return [self.result(result) for result in graph.results]

    def result(self, result: object) -> Text:
        """The text of a result."""
        if isinstance(result, tuple):
            return tuple_of([self.result(item) for item in result])
        return self.operand(result) if isinstance(result, Node) else Text("None")

    def operand(self, node: Node) -> Text:
        """An operand; a number that torch takes only as a tensor is made one."""
        if isinstance(node, Number) and not self.is_weak(node):
            return Text(self.tensor(self.number(node).text, node))
        return self.texts[id(node)] if not isinstance(node, Number) else self.number(node)

    def is_weak(self, node: Node) -> bool:
        """Whether a number stays a Python number here."""
        return id(node) in self._weak

    # Nodes

    def input(self, node: Input) -> Text:
        known = self.inputs.get(node.name)
        if known is not None:
            return known
        path, part = file_of(str(node.name))
        context = self.context
        if context.layout is None:
            named = "" if part is None else f", {string_text(part)}"
            return Text(f"load({string_text(path)}{named})")
        if (path, part) in context.saved:  # it was written by this program, or is standard input, which ends
            return context.saved[path, part]
        name = self.fresh("standard_input") if path == "-" else self.target() or self.fresh("t")
        text = reading.read(self, path, context.layout(path, part), name)
        if path == "-":
            context.taken.update([each.text for each in text.parts or (text,)])
            context.saved[path, part] = text
        return text

    def number(self, node: Number) -> Text:
        """A Python number, by its name where it has one."""
        name = node.span.text
        known = self.context.constants.get(name)
        if known is not None and known.__class__ is node.value.__class__ and repr(known) == repr(node.value):
            return Text(name)
        return number_text(node.value)

    def tensor(self, text: str, node: Number | Data) -> str:
        """Numbers as a tensor."""
        dtype = node.type.dtype if isinstance(node, Number) else node.dtype  # type: ignore[attr-defined]  # a tensor's
        written = tensor_text(node.value, dtype, self.context.default_float, self.context.room)
        literal = number_text(node.value).text
        return written if text == literal else written.replace(f"({literal}", f"({text}", 1)

    def data(self, node: Data) -> Text:
        return Text(tensor_text(node.value, node.dtype, self.context.default_float, self.context.room))

    def conversion(self, node: Conversion) -> Text:
        return Text(f"{self.operand(node.inputs[0]).within(ATOM)}.to({dtype_text(node.dtype)})")

    def part(self, node: Part) -> Text:
        whole = self.texts[id(node.inputs[0])]
        if whole.parts:
            return whole.parts[node.index]
        (operand,) = node.inputs
        names = operand.type.names if isinstance(operand, Operation) and isinstance(operand.type, TupleType) else ()
        return Text(f"{whole.within(ATOM)}.{names[node.index]}" if names else f"{whole.within(ATOM)}[{node.index}]")

    # Blocks

    def inner(self, inputs: Sequence[Text], *, mapped: bool = False, indent: bool = True) -> Listing:
        """A listing for a block inside of this one, whose inputs are these."""
        outside: dict[str | int, Text] = dict(enumerate(inputs))
        return Listing(self.context, outside, self.indent + "    " * indent, mapped or self.mapped)


WRITERS: dict[type[Node], Callable[..., Text]] = {
    Input: Listing.input,
    Number: Listing.number,
    Data: Listing.data,
    Conversion: Listing.conversion,
    Part: Listing.part,
    Operation: calls.operation,
    Branch: blocks.branch,
    Repeat: blocks.repeat,
    Pullback: pullbacks.pullback,
    Probe: pullbacks.probe,
}
