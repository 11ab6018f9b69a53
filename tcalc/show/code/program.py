"""A whole program as Python that imports torch and nothing of ours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tcalc.graph.lower import FILE, file_of
from tcalc.show.code.listing import Context, Listing
from tcalc.show.code.names import Names
from tcalc.show.code.statement import assign
from tcalc.show.code.storing import save
from tcalc.show.code.text import Text, dtype_text, number_text, string_text, tensor_text, tuple_of
from tcalc.show.visible import visible
from tcalc.syntax.nodes import LATEST
from tcalc.types.dtypes import F32, DType
from tcalc.types.tensor import ConstantType, FunctionType, TensorType, TupleType, Type

if TYPE_CHECKING:
    from tcalc.files.data import Layout
    from tcalc.graph.compiled import Compiled
    from tcalc.graph.graph import Graph
    from tcalc.show.code.statement import Helpers

#: A statement of more lines than this, or of longer ones, is not repeated above its code.
MOST_LINES, LONGEST_LINE = 6, 100


class Conditions:
    """What a program is run under."""

    __slots__ = ("default_float", "device", "seed", "threads")

    def __init__(self, default_float: DType, device: str, seed: int | None, threads: int | None) -> None:
        self.default_float, self.device, self.seed, self.threads = default_float, device, seed, threads


def program_text(
    statements: Sequence[Compiled],
    conditions: Conditions,
    helpers: Callable[[set[str]], Helpers],
    layout: Callable[[str, str | None], Layout],
) -> str:
    """A program of checked statements as Python; ends with a newline.

    `helpers` gives the functions that are kernels of our own, all of whose names differ from those in a set.
    """
    return _Writer(statements, conditions, helpers, layout).text()


class _Writer:
    """Writes a program, statement by statement."""

    def __init__(
        self,
        statements: Sequence[Compiled],
        conditions: Conditions,
        helpers: Callable[[set[str]], Helpers],
        layout: Callable[[str, str | None], Layout],
    ) -> None:
        self.statements, self.conditions = statements, conditions
        self.names = Names()
        for each in statements:
            for name in each.checked.targets:
                if name is not None:
                    self.names.of(name)
        #: The last shown result; a name of its own where the program has a use for `ans` itself.
        self.last = self.names.of(" ans" if "ans" in self.names else "ans")
        self.helpers = helpers(self.names.taken)
        self.context = Context(self.names.taken, self.helpers.name, conditions.default_float, None, layout)
        graphs = [graph for each in statements for graph in (*[graph for _, graph in each.ahead], each.graph)]
        inputs = [str(node.name) for graph in graphs if graph is not None for node in graph.inputs]
        self.loaded = {file_of(name)[0] for name in inputs if name.startswith(FILE)}
        #: What each name means now, as Python.
        self.scope: dict[str | int, Text] = {}
        self.blocks: list[str] = []

    def text(self) -> str:
        """The whole program."""
        for each, asked_for in zip(self.statements, self.asked_for(), strict=True):
            self.context.temporary.clear()
            lines = self.statement(each, asked_for)
            if lines:
                self.blocks.append("\n".join([*self.comment(each.checked.statement.span.text, lines), *lines]))
        imports = [f"import {name}" for name in sorted(self.context.imports)]
        pieces = ["\n".join(imports)] * bool(imports) + ["import torch"]
        functions = [*self.helpers.texts(), *self.context.functions()]
        pieces += [f"\n{text}" for text in functions]
        pieces += ["\n" * bool(functions) + "\n".join(self.setting()), *_joined(self.blocks)]
        return "\n\n".join(pieces) + "\n"

    def setting(self) -> list[str]:
        """What torch is told first."""
        conditions = self.conditions
        lines = ["torch.set_grad_enabled(False)"]
        if conditions.default_float is not F32:
            lines.append(f"torch.set_default_dtype({dtype_text(conditions.default_float)})")
        if conditions.device != "cpu":
            lines.append(f"torch.set_default_device({string_text(conditions.device)})")
        if conditions.threads is not None:
            lines.append(f"torch.set_num_threads({conditions.threads})")
        if conditions.seed is not None:
            lines.append(f"torch.manual_seed({conditions.seed})")
        return lines

    def asked_for(self) -> list[bool]:
        """For each statement, whether a later one asks for the result that it shows."""
        found: list[bool] = []
        asked = False
        for each in reversed(self.statements):
            found.append(asked)
            if each.checked.action == "show" and not each.checked.silent:
                asked = False
            asked = asked or any(name in each.checked.used for name in LATEST)
        return found[::-1]

    def comment(self, text: str, lines: Sequence[str]) -> list[str]:
        """The statement above its code, where it is short and not the same."""
        source = [visible(line.rstrip()) for line in text.strip().split("\n")]
        if len(source) > MOST_LINES or max(map(len, source)) > LONGEST_LINE or source == list(lines):
            return []
        return [f"# {line}".rstrip() for line in source]

    # Statements

    def statement(self, compiled: Compiled, asked_for: bool) -> list[str]:
        """The lines of a statement."""
        action = compiled.checked.action
        if action == "seed":
            return [f"torch.manual_seed({self.constant(compiled.checked.values[0].type).text})"]
        listing = Listing(self.context, self.scope)
        graphs = [*[graph for _, graph in compiled.ahead], *[compiled.graph] * (compiled.graph is not None)]
        needed = {node.name for graph in graphs if graph is not None for node in graph.inputs}
        for name, graph in compiled.ahead:
            self.ahead(listing, name if name in needed else None, graph)
        if action == "bind":
            self.bind(listing, compiled)
        elif action == "save" and compiled.graph is not None:
            path, names = compiled.checked.saved
            save(listing, path, names, listing.block(compiled.graph), path in self.loaded)
        elif action == "show":
            self.show(listing, compiled, asked_for)
        return listing.lines

    def ahead(self, listing: Listing, name: str | None, graph: Graph) -> None:
        """What decides shapes, computed first. Of what nothing else needs by now only the draws are made."""
        if name is None and not graph.effect:
            return
        before = len(listing.lines)
        (text,) = listing.block(graph)
        if name is not None:
            self.scope[name] = listing.named(text)
        elif len(listing.lines) == before:
            listing.emit(text.text)

    def bind(self, listing: Listing, compiled: Compiled) -> None:
        checked = compiled.checked
        bound = [
            (name, value.type, known)
            for name, value, known in zip(checked.targets, checked.values, compiled.known, strict=True)
        ]
        for name, _, _ in bound:
            self.context.constants.pop(self.names.of(name) if name is not None else "", None)
        if compiled.graph is not None:
            computed = [(name, type) for name, type, known in bound if not known]
            assign(listing, compiled.graph, [None if name is None else self.names.of(name) for name, _ in computed])
            if len(computed) == 1 and computed[0][0] is not None:
                listing.lines[-1:] = [line + self.described(line, computed[0][1]) for line in listing.lines[-1:]]
        for name, type, known in bound:
            if name is None or isinstance(type, FunctionType):
                continue
            own = self.names.of(name)
            if known and name.isidentifier():  # what only a function value holds stands wherever it is used
                listing.emit(f"{own} = {self.constant(type).text}")
                static = type.static if isinstance(type, TensorType) else None
                if isinstance(static, bool | int | float | complex) and own == name:
                    self.context.constants[own] = static
            self.scope[name] = Text(own)

    def described(self, line: str, type: Type) -> str:
        """The type of what a line binds, as a comment."""
        if not isinstance(type, TensorType) or not type.axes or not line.partition(" = ")[0].isidentifier():
            return ""
        text = visible(f"  # {type}")
        return text if len(line) + len(text) <= LONGEST_LINE else ""

    def show(self, listing: Listing, compiled: Compiled, asked_for: bool) -> None:
        checked, graph = compiled.checked, compiled.graph
        before = len(listing.lines)
        computed = iter(listing.block(graph) if graph is not None else [])
        texts = [
            self.constant(value.type) if known else next(computed)
            for value, known in zip(checked.values, compiled.known, strict=True)
        ]
        if checked.silent:
            if graph is not None and graph.effect and len(listing.lines) == before:
                listing.emit(texts[0].text)  # what it draws, the program draws
            return
        for place, text in enumerate(texts):
            if asked_for and place == len(texts) - 1 and not compiled.known[place]:
                listing.emit(f"{self.last} = {text.text}")
                text = Text(self.last)
                self.scope.update(dict.fromkeys(LATEST, text))
                self.context.constants.pop(text.text, None)
            if len(text.text) + len("print()") <= LONGEST_LINE or not text.parts:
                listing.emit(f"print({text.text})")
            else:
                listing.emit("\n".join(["print((", *[f"    {each.text}," for each in text.parts], "))"]))

    # Values that types carry

    def constant(self, type: Type) -> Text:
        """A value that is known while checking."""
        if isinstance(type, TupleType):
            return tuple_of([self.constant(item) for item in type.items])
        if isinstance(type, TensorType):
            value = type.static
            usual = tensor_text(value, type.dtype, self.conditions.default_float, 0)
            if isinstance(value, tuple) or ", dtype=" in usual or ".to(" in usual:
                return Text(tensor_text(value, type.dtype, self.conditions.default_float, None))
            return number_text(value)
        if isinstance(type, ConstantType):
            value = type.value
            if isinstance(value, DType):
                return Text(dtype_text(value))
            return Text(string_text(value)) if isinstance(value, str) else Text(repr(value))
        return Text(string_text(str(type)))


def _joined(blocks: Sequence[str]) -> list[str]:
    """Blocks, of which those of one line without a comment stand together."""
    joined: list[str] = []
    for position, block in enumerate(blocks):
        plain = "\n" not in block and position > 0 and "\n" not in blocks[position - 1]
        if plain:
            joined[-1] += f"\n{block}"
        else:
            joined.append(block)
    return joined
