"""What the parser calls at each reduction: tokens and finished nodes in, the next node out.

Every tree is built from the leaves up while the parser runs, so no walk over a tree limits how deep a program may
be. The methods carry the names of the grammar's rules; `c` holds a rule's children, tokens among them. Positions are
taken from the first and the last token.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from tcalc.source import Source, Span
from tcalc.syntax import literals, narrow
from tcalc.syntax.climb import climb
from tcalc.syntax.errors import DEEPEST, LONGEST_RUN, syntax, too_deep, too_long_a_run
from tcalc.syntax.nodes import (
    Argument,
    Attribute,
    AxisExpr,
    Bind,
    Call,
    Constant,
    Define,
    Expr,
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
    Statement,
    Text,
    TupleOf,
    TypeExpr,
    Unpack,
    Update,
)

if TYPE_CHECKING:
    from lark import Token

Children = list[Any]
N = TypeVar("N", bound=Expr)


class Run:
    """Operands and operators that brackets do not part; `length` counts the operators between two operands."""

    __slots__ = ("length", "parts")

    def __init__(self) -> None:
        self.parts: Children = []
        self.length = 0


class Builder:
    """Callbacks for one text at a time: `begin(source)` first."""

    def __init__(self) -> None:
        self.source = Source("")
        self.covers: list[narrow.Cover] = []

    def begin(self, source: Source) -> None:
        """Read `source` from now on."""
        self.source = source
        self.covers = []

    # Statements

    def statement(self, c: Children) -> Statement:
        result: Statement = c[0]
        result.silent = len(c) > 1
        self.settled()
        return result

    def expression(self, c: Children) -> Expr:
        self.settled()
        result: Expr = c[0]
        return result

    def settled(self) -> None:
        """Raise if a call was given parameters with types and no definition took them."""
        if self.covers:
            raise narrow.misplaced_type(self.covers[0])

    def show(self, c: Children) -> Show:
        return Show(c[0].span, False, c[0])

    def assign(self, c: Children) -> Statement:
        target, sign, value = c
        span = self.between(target, value)
        if isinstance(target, Name):
            return Bind(span, False, target, None, value)
        if isinstance(target, TupleOf):
            return Unpack(span, False, narrow.targets(target), value)
        if isinstance(target, Call):
            return self.definition(span, target, None, value)
        return Update(span, False, narrow.place(target, self.at(sign)), "", value)

    def annotate(self, c: Children) -> Statement:
        target, colon, annotation, _, value = c
        span = self.between(target, value)
        annotation = narrow.unless_any(annotation)
        if isinstance(target, Name):
            return Bind(span, False, target, annotation, value)
        if isinstance(target, Call):
            return self.definition(span, target, annotation, value)
        if isinstance(target, Index) and isinstance(target.value, Name) and target.value.name == "In":
            raise syntax("leave out the prompt, In [ ]:", self.between(target, colon))
        raise syntax("a type stands only behind one name or a function's parameters", self.at(colon))

    def definition(self, span: Span, target: Call, result: TypeExpr | None, body: Expr) -> Define:
        name, parameters = narrow.head(target)
        if isinstance(target, narrow.Cover):
            self.covers.remove(target)
        return Define(span, False, name, parameters, result, body)

    def update(self, c: Children) -> Update:
        target, sign, value = c
        operator = "^" if sign == "**=" else str(sign.value)[:-1]
        return Update(self.between(target, value), False, narrow.place(target, self.at(sign)), operator, value)

    def importing(self, c: Children) -> Import:
        return Import(Span(self.source, c[0].start_pos, end_of(c[-1])), False)

    def listed(self, c: Children) -> Token:
        """The last token of a list of modules, which is all that an import keeps."""
        last: Token = c[-1]
        return last

    modules = module = imported = parts = part = listed

    # Expressions

    def row(self, c: Children) -> Expr:
        items: list[Expr] = c[0]
        if len(c) == 1 and len(items) == 1:
            return items[0]
        return self.checked(TupleOf(Span(self.source, items[0].span.start, end_of(c[-1])), tuple(items)))

    def gather(self, c: Children) -> Children:
        """A comma-separated list as a Python list, grown in place."""
        if len(c) == 1:
            return c
        gathered: Children = c[0]
        gathered.append(c[2])
        return gathered

    commas = arguments = items = bindings = names = axes = fields = parameters = gather

    def let(self, c: Children) -> Let:
        return self.checked(Let(self.between(c[0], c[-1]), tuple(c[1]), c[-1]))

    def binding(self, c: Children) -> tuple[Name, Expr]:
        return narrow.local(c[0], self.at(c[1])), c[2]

    def arrow(self, c: Children) -> Lambda:
        head, arrow, body = c
        parameters = narrow.arrow_parameters(head, self.at(arrow))
        return self.checked(Lambda(self.between(head, body), parameters, body))

    def function(self, c: Children) -> Lambda:
        names = [self.name([token]) for token in c[1]] if len(c) == 4 else []
        parameters = tuple(Parameter(name.span, name.name, None, None) for name in names)
        narrow.check_distinct(parameters)
        return self.checked(Lambda(self.between(c[0], c[-1]), parameters, c[-1]))

    def conditional(self, c: Children) -> If:
        then, _, condition, _, otherwise = c
        return self.checked(If(self.between(then, otherwise), condition, then, otherwise))

    def pipe(self, c: Children) -> Pipe:
        return self.checked(Pipe(self.between(c[0], c[2]), c[0], c[2]))

    def run(self, c: Children) -> Run:
        """Operands and operators in their order, grown in place."""
        run = c[0] if isinstance(c[0], Run) else None
        added = c if run is None else c[1:]
        if run is None:
            run = Run()
        run.parts.extend(added)
        if len(added) == 2:
            run.length += 1
            if run.length > LONGEST_RUN:
                raise too_long_a_run(self.at(added[1]))
        return run

    def climb(self, c: Children) -> Expr:
        parts = c[0].parts
        parts.append(c[1])
        return climb(self.source, parts)

    # Operands

    def name(self, c: Children) -> Name:
        token: Token = c[0]
        return Name(self.at(token), literals.name(token.value, self.source, token.start_pos or 0))

    def number(self, c: Children) -> Number:
        span = self.at(c[0])
        return Number(span, literals.number(c[0].value, span))

    def text(self, c: Children) -> Text:
        token: Token = c[0]
        return Text(self.at(token), literals.text(token.value, self.source, token.start_pos or 0))

    def hole(self, c: Children) -> Hole:
        return Hole(self.at(c[0]))

    def ellipsis(self, c: Children) -> Constant:
        return Constant(self.at(c[0]), ...)

    def true(self, c: Children) -> Constant:
        return Constant(self.at(c[0]), True)

    def false(self, c: Children) -> Constant:
        return Constant(self.at(c[0]), False)

    def none(self, c: Children) -> Constant:
        return Constant(self.at(c[0]), None)

    def listing(self, c: Children) -> ListOf:
        return self.checked(ListOf(self.between(c[0], c[-1]), tuple(c[1]) if len(c) > 2 else ()))

    def group(self, c: Children) -> Expr:
        span = self.between(c[0], c[-1])
        if len(c) == 3 and len(c[1]) == 1:
            inner: Expr = c[1][0]
            inner.span = span  # the brackets belong to what they hold: an underline and a repair need both
            return inner
        return self.checked(TupleOf(span, tuple(c[1]) if len(c) > 2 else ()))

    def call(self, c: Children) -> Call:
        function = c[0]
        arguments: Children = c[2] if len(c) > 3 else []
        span = Span(self.source, function.span.start, c[-1].end_pos)
        if isinstance(function, Number) and not narrow.in_brackets(function):
            raise narrow.number_called(function, c[1].start_pos)
        return self.checked(narrow.call(span, function, arguments, self.covers))

    def index(self, c: Children) -> Index:
        return self.checked(Index(Span(self.source, c[0].span.start, c[-1].end_pos), c[0], tuple(c[2])))

    def attribute(self, c: Children) -> Attribute:
        value, _, token = c
        name = literals.name(token.value, self.source, token.start_pos)
        place = self.at(token)
        return self.checked(Attribute(Span(self.source, value.span.start, place.end), value, name, place))

    def keyword(self, c: Children) -> Argument:
        return Argument(self.between(c[0], c[2]), narrow.keyword(c[0], self.at(c[1])), c[2])

    def annotated(self, c: Children) -> Parameter:
        name = narrow.parameter_name(c[0])
        return Parameter(self.between(c[0], c[-1]), name, c[2], c[4] if len(c) > 3 else None)

    def slicing(self, c: Children) -> Slice:
        parts: list[Expr | None] = [None, None, None]
        place = 0
        for child in c:
            if isinstance(child, Node):
                parts[place] = child  # type: ignore[call-overload]
            else:
                place += 1
        return self.checked(Slice(self.between(c[0], c[-1]), *parts))

    # Types

    def dotted(self, c: Children) -> Children:
        """Tokens of a dotted name, grown in place."""
        if len(c) == 1:
            return c
        c[0].append(c[2])
        grown: Children = c[0]
        return grown

    def word(self, tokens: list[Token]) -> str:
        return ".".join(literals.name(token.value, self.source, token.start_pos or 0) for token in tokens)

    def type(self, c: Children) -> TypeExpr:
        named = isinstance(c[0], list)
        start = c[0][0].start_pos if named else c[0].start_pos
        brackets = c[1:] if named else c
        axes: tuple[AxisExpr | PackExpr, ...] | None = None
        if brackets:
            axes = tuple(brackets[1]) if len(brackets) > 2 else ()
        return TypeExpr(Span(self.source, start, end_of(c[-1])), self.word(c[0]) if named else None, axes)

    def rule(self, c: Children) -> TypeExpr:
        span = Span(self.source, c[0][0].start_pos, c[-1].end_pos)
        return TypeExpr(span, self.word(c[0]), None, arguments=tuple(c[2]))

    def together(self, c: Children) -> TypeExpr:
        items = tuple(c[1]) if len(c) > 2 else ()
        return TypeExpr(self.between(c[0], c[-1]), "tuple", None, items=items)

    def field(self, c: Children) -> tuple[str | None, TypeExpr]:
        if len(c) == 1:
            return None, c[0]
        return literals.name(c[0].value, self.source, c[0].start_pos), c[2]

    def axis(self, c: Children) -> AxisExpr | PackExpr:
        if len(c) == 1:
            if isinstance(c[0], Constant) and c[0].value is ...:
                return PackExpr(c[0].span, "...")
            return AxisExpr(c[0].span, None, c[0])
        return AxisExpr(self.between(c[0], c[2]), narrow.label(c[0], self.at(c[1])), c[2])

    def pack(self, c: Children) -> PackExpr:
        return PackExpr(self.between(c[0], c[1]), literals.name(c[1].value, self.source, c[1].start_pos))

    # Signatures

    def signature(self, c: Children) -> Signature:
        parameters = tuple(c[1]) if isinstance(c[1], list) else ()
        narrow.check_distinct(parameters)
        self.settled()
        return Signature(self.between(c[0], c[-1]), parameters, c[-1])

    def parameter(self, c: Children) -> Parameter:
        starred = c[0].type == "STAR"
        token = c[1] if starred else c[0]
        annotation = next((child for child in c if isinstance(child, TypeExpr)), None)
        default = next((child for child in c if isinstance(child, Expr)), None)
        name = literals.name(token.value, self.source, token.start_pos)
        return Parameter(self.between(c[0], c[-1]), name, annotation, default, starred)

    # Places

    def at(self, token: Token) -> Span:
        return Span(self.source, token.start_pos or 0, token.end_pos or 0)

    def between(self, first: Token | Node, last: Token | Node) -> Span:
        start = first.span.start if isinstance(first, Node) else first.start_pos
        return Span(self.source, start or 0, end_of(last))

    def checked(self, node: N) -> N:
        if node.depth > DEEPEST + 1:
            raise too_deep(node.span)
        return node


def end_of(part: Token | Node | Children) -> int:
    """Where a child ends."""
    if isinstance(part, list):
        return end_of(part[-1])
    end: int | None = part.span.end if isinstance(part, Node) else part.end_pos
    return end or 0
