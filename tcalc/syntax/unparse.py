"""Syntax trees to text: for repairs, formulas and messages.

Brackets stand only where the tree needs them, and `parse(unparse(tree))` is the same tree. There is no recursion: a
node gives its pieces, text and further nodes, and a stack unfolds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tcalc.syntax.climb import POWER, PREFIX_POWER, RAISING
from tcalc.syntax.literals import ESCAPES
from tcalc.syntax.nodes import (
    Argument,
    Attribute,
    AxisExpr,
    Binary,
    Bind,
    Call,
    Compare,
    Constant,
    Define,
    Hole,
    If,
    Import,
    Index,
    Lambda,
    Let,
    ListOf,
    Name,
    Node,
    Number,
    PackExpr,
    Parameter,
    Pipe,
    Show,
    Signature,
    Slice,
    Text,
    TupleOf,
    TypeExpr,
    Unary,
    Unpack,
    Update,
)

#: How tight a place holds: what is looser needs brackets there. The operators' own powers are shifted above these.
ANY, PIPELINE, CHOICE = 0, 1, 2
SHIFT = 2
OPERATION = 1 + SHIFT
SIGNED = PREFIX_POWER["-"] + SHIFT
POSTFIX = RAISING + 1 + SHIFT

#: A piece is text, or a node with how tight its place holds.
Piece = str | tuple[Node, int]
Pieces = list[Piece]


def unparse(node: Node) -> str:
    """The text of an expression, a type, a signature or a statement, on one line.

    An Import keeps nothing but its place, so its text is that of its source.
    """
    done: list[str] = []
    waiting: Pieces = [(node, ANY)]
    while waiting:
        piece = waiting.pop()
        if isinstance(piece, str):
            done.append(piece)
            continue
        inner, place = piece
        pieces = WRITERS[type(inner)](inner)
        if place > tightness(inner):
            pieces = ["(", *pieces, ")"]
        waiting.extend(reversed(pieces))
    return "".join(done)


def tightness(node: Node) -> int:
    """How tight a node holds together by itself."""
    if isinstance(node, Binary):
        return POWER[node.operator] + SHIFT
    if isinstance(node, Unary):
        return PREFIX_POWER[node.operator] + SHIFT
    if isinstance(node, Compare):
        return POWER["=="] + SHIFT
    if isinstance(node, (Let, Lambda)):
        return ANY
    if isinstance(node, Pipe):
        return PIPELINE
    if isinstance(node, If):
        return CHOICE
    if isinstance(node, Number) and not isinstance(node.value, complex) and node.value < 0:
        return SIGNED  # no parser makes one, but a rewrite may
    return POSTFIX


def joined(pieces: Iterable[Piece], separator: str = ", ") -> Pieces:
    """Pieces with a separator between them."""
    result: Pieces = []
    for piece in pieces:
        if result:
            result.append(separator)
        result.append(piece)
    return result


# Expressions


def number(node: Number) -> Pieces:
    return [repr(node.value).replace("inf", "1e999")]  # the only spelling of what a literal may overflow to


def constant(node: Constant) -> Pieces:
    return ["..." if node.value is ... else str(node.value)]


def text(node: Text) -> Pieces:
    names = {character: code for code, character in ESCAPES.items() if character != "'"}
    letters: list[str] = []
    for character in node.value:
        if character in names:
            letters.append("\\" + names[character])
        elif character.isprintable():
            letters.append(character)
        else:
            point = ord(character)
            narrow = f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}"
            letters.append(narrow if point < 0x10000 else f"\\U{point:08x}")
    return ['"' + "".join(letters) + '"']


def list_of(node: ListOf) -> Pieces:
    return ["[", *joined((item, ANY) for item in node.items), "]"]


def tuple_of(node: TupleOf) -> Pieces:
    return ["(", *joined((item, ANY) for item in node.items), ",)" if len(node.items) == 1 else ")"]


def unary(node: Unary) -> Pieces:
    return [node.operator + (" " if node.operator == "not" else ""), (node.operand, tightness(node))]


def binary(node: Binary) -> Pieces:
    power = tightness(node)
    if node.operator == "^":
        return [(node.left, POSTFIX), "^", (node.right, SIGNED)]
    return [(node.left, power), f" {node.operator} ", (node.right, power + 1)]


def compare(node: Compare) -> Pieces:
    tighter = tightness(node) + 1
    pieces: Pieces = [(node.first, tighter)]
    for operator, operand in node.links:
        pieces += [f" {operator} ", (operand, tighter)]
    return pieces


def conditional(node: If) -> Pieces:
    return [(node.then, OPERATION), " if ", (node.condition, OPERATION), " else ", (node.otherwise, CHOICE)]


def let(node: Let) -> Pieces:
    pieces: Pieces = []
    for name, value in node.bindings:
        pieces += [", " if pieces else "let ", name.name, " = ", (value, ANY)]
    return [*pieces, " in ", (node.body, ANY)]


def function(node: Lambda) -> Pieces:
    names = ", ".join([parameter.name for parameter in node.parameters])
    return [names if len(node.parameters) == 1 else f"({names})", " -> ", (node.body, ANY)]


def pipe(node: Pipe) -> Pieces:
    return [(node.value, PIPELINE), " |> ", (node.function, CHOICE)]


def base(node: Node) -> Pieces:
    """What is called, or whose attribute is asked for: a bare number would take the dot for its own."""
    return ["(", (node, ANY), ")"] if isinstance(node, Number) else [(node, POSTFIX)]


def call(node: Call) -> Pieces:
    return [*base(node.function), "(", *joined((argument, ANY) for argument in node.arguments), ")"]


def argument(node: Argument) -> Pieces:
    return [(node.value, ANY)] if node.name is None else [node.name, "=", (node.value, ANY)]


def index(node: Index) -> Pieces:
    return [*base(node.value), "[", *joined((item, ANY) for item in node.items), "]"]


def slicing(node: Slice) -> Pieces:
    pieces: Pieces = [(node.start, ANY)] if node.start else []
    pieces.append(":")
    if node.stop:
        pieces.append((node.stop, ANY))
    if node.step:
        pieces += [":", (node.step, ANY)]
    return pieces


def attribute(node: Attribute) -> Pieces:
    return [*base(node.value), ".", node.name]


# Types


def type_expr(node: TypeExpr) -> Pieces:
    if node.word == "tuple" and node.axes is None and not node.arguments:
        pieces: Pieces = []
        for name, item in node.items:
            pieces += [", "] if pieces else []
            pieces += [f"{name}: "] if name else []
            pieces.append((item, ANY))
        return ["(", *pieces, ")"]
    word = node.word or ""
    if node.arguments:
        return [word, "(", *joined((argument, ANY) for argument in node.arguments), ")"]
    if node.axes is None:
        return [word]
    return [word, "[", *joined((axis, ANY) for axis in node.axes), "]"]


def axis(node: AxisExpr) -> Pieces:
    size = unparse(node.size) if tightness(node.size) >= OPERATION else f"({unparse(node.size)})"
    if '"' not in size:
        size = size.replace(" * ", "*").replace(" // ", "//")  # 2*n + 1: a size is read at a glance
    return [size] if node.label is None else [f"{node.label}=", size]


def parameter(node: Parameter) -> Pieces:
    pieces: Pieces = ["*" if node.starred else "", node.name]
    if node.annotation is not None:
        pieces += [": ", (node.annotation, ANY)]
    if node.default is not None:
        pieces += [" = " if node.annotation is not None else "=", (node.default, ANY)]
    return pieces


def signature(node: Signature) -> Pieces:
    return ["(", *joined((part, ANY) for part in node.parameters), ") -> ", (node.result, ANY)]


# Statements


def ended(node: Any, *pieces: Piece) -> Pieces:
    """A statement's pieces with its semicolon."""
    return [*pieces, ";"] if node.silent else list(pieces)


def show(node: Show) -> Pieces:
    return ended(node, (node.value, ANY))


def bind(node: Bind) -> Pieces:
    annotation: Pieces = [] if node.annotation is None else [": ", (node.annotation, ANY)]
    return ended(node, node.target.name, *annotation, " = ", (node.value, ANY))


def unpack(node: Unpack) -> Pieces:
    names = ", ".join([target.name for target in node.targets])
    return ended(node, names + ("," if len(node.targets) == 1 else ""), " = ", (node.value, ANY))


def update(node: Update) -> Pieces:
    return ended(node, (node.target, POSTFIX), f" {node.operator}= ", (node.value, ANY))


def define(node: Define) -> Pieces:
    result: Pieces = [] if node.result is None else [": ", (node.result, ANY)]
    parameters = joined((part, ANY) for part in node.parameters)
    return ended(node, node.name.name, "(", *parameters, ")", *result, " = ", (node.body, ANY))


WRITERS: dict[type[Node], Callable[[Any], Pieces]] = {
    Number: number,
    Constant: constant,
    Text: text,
    Name: lambda node: [node.name],
    Hole: lambda node: ["?"],
    ListOf: list_of,
    TupleOf: tuple_of,
    Unary: unary,
    Binary: binary,
    Compare: compare,
    If: conditional,
    Let: let,
    Lambda: function,
    Pipe: pipe,
    Argument: argument,
    Call: call,
    Index: index,
    Slice: slicing,
    Attribute: attribute,
    TypeExpr: type_expr,
    AxisExpr: axis,
    PackExpr: lambda node: [node.name if node.name == "..." else f"*{node.name}"],
    Parameter: parameter,
    Signature: signature,
    Show: show,
    Bind: bind,
    Unpack: unpack,
    Update: update,
    Define: define,
    Import: lambda node: ended(node, node.span.text),
}
