"""Formulas in LaTeX, as a book would print them: transposes, inverses, norms and fractions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tcalc.show.formulas import Formula, Shape
from tcalc.syntax import nodes as n
from tcalc.syntax.unparse import unparse
from tcalc.types.dtypes import lookup

#: How tightly a piece of mathematics binds: a sum, a product of elements, a product, a sign, what has an exponent or a
#: fraction's line, and what may be given an exponent.
SUM, ELEMENTS, PRODUCT, SIGN, RAISED, ATOM = range(1, 7)
FIRST = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu"
LAST = "nu xi pi rho sigma tau upsilon phi chi psi omega"
LARGE = "Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
GREEK = (*FIRST.split(), *LAST.split(), *LARGE.split())
LETTERS = dict(zip("αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ", GREEK, strict=True))
#: Functions that LaTeX has a command for.
COMMANDS = frozenset("sin cos tan sinh cosh tanh exp log det max min".split())
CONSTANTS = {"inf": r"\infty", "nan": r"\mathrm{nan}"}
RELATIONS = {"==": "=", "!=": r"\ne", "<": "<", "<=": r"\le", ">": ">", ">=": r"\ge"}
#: What TeX reads as more than a character.
ESCAPES = {each: f"\\{each}" for each in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\^{}",
}

Piece = tuple[str, int]
ONES = r"\mathbf{1}"


def latex_text(formula: Formula) -> str:
    """A formula in LaTeX's mathematics, without dollar signs."""
    return _Latex(formula.shapes).of(formula.tree)[0]


def latex_name(name: str) -> str:
    """A variable's name: `x1` is x with an index, `sigma` the letter, a longer name one word."""
    if name in LETTERS:
        return f"\\{LETTERS[name]}"
    if name in GREEK:
        return f"\\{name}"
    letters = name.rstrip("0123456789")
    if letters != name and (len(letters) == 1 or letters in GREEK):
        return f"{latex_name(letters)}_{{{name[len(letters) :]}}}"
    return name if len(name) == 1 else f"\\mathit{{{escaped(name)}}}"


def escaped(text: str) -> str:
    """Text without what TeX would take for a command."""
    return "".join([ESCAPES.get(each, each) for each in text])


class _Latex:
    """Writes expressions whose parts have known shapes."""

    def __init__(self, shapes: dict[int, Shape]) -> None:
        self.shapes = shapes

    def of(self, node: n.Node) -> Piece:
        """An expression, and how tightly it binds."""
        writer = WRITERS.get(type(node))
        return writer(self, node) if writer is not None else (f"\\text{{{escaped(unparse(node))}}}", ATOM)

    def within(self, node: n.Node, strength: int) -> str:
        """An expression as an operand of what binds this tightly."""
        text, own = self.operand(node)
        return text if own >= strength else rf"\left({text}\right)"

    def operand(self, node: n.Node) -> Piece:
        """An expression beside another, where a column `v[:, None]` is a matrix of them, and a row one of rows."""
        down, right = _down(self, node), _right(self, node)
        if down is not None:
            return rf"{self.within(down, PRODUCT)} {ONES}^{{\top}}", PRODUCT
        return (rf"{ONES} {self.turned(right)}", PRODUCT) if right is not None else self.of(node)

    def factor(self, node: n.Node) -> str:
        """What stands behind another factor, where a sign would be a difference."""
        text, own = self.of(node)
        return text if own >= PRODUCT and own != SIGN else rf"\left({text}\right)"

    def base(self, node: n.Node) -> str:
        """What an exponent is put on."""
        return self.within(node, ATOM)

    def turned(self, node: n.Node) -> str:
        """The transpose of a matrix, or a vector as a row: `x^T`; of `x @ A` that is `x^T A`."""
        if isinstance(node, n.Attribute) and node.name in ("T", "mT"):
            return self.factor(node.value)
        if isinstance(node, n.Unary) and node.operator == "-":
            return f"-{self.turned(node.operand)}"
        if isinstance(node, n.Binary) and node.operator == "@" and self.rank(node.left) == 1:
            return f"{self.turned(node.left)} {self.factor(node.right)}"
        if isinstance(node, n.Binary) and node.operator == "*" and self.rank(node.left) == 0:
            return f"{self.within(node.left, PRODUCT)} {self.turned(node.right)}"
        return rf"{self.base(node)}^{{\top}}"

    def rank(self, node: n.Node) -> int | None:
        """How many axes a part has; None where that is not known."""
        shape = self.shape(node)
        return None if shape is None else len(shape)

    def shape(self, node: n.Node) -> Shape | None:
        """The sizes of a part; None where they are not known."""
        known = self.shapes.get(id(node))
        if known is not None:
            return known
        if isinstance(node, n.Number):
            return ()
        if isinstance(node, n.Unary):
            return self.shape(node.operand)
        if not isinstance(node, n.Binary):
            return None
        one, other = self.shape(node.left), self.shape(node.right)
        if one is None or other is None:
            return None
        if node.operator == "@":
            return (*one[:-1], *(other[-1:] if len(other) > 1 else ()))
        return one if len(one) >= len(other) else other  # near enough to tell vectors from matrices


def _number(latex: _Latex, node: n.Number) -> Piece:
    text = repr(node.value)
    if "e" in text and not isinstance(node.value, complex):
        digits, _, power = text.partition("e")
        ten = f"10^{{{int(power)}}}"
        return (ten, RAISED) if digits == "1" else (rf"{digits} \cdot {ten}", PRODUCT)
    return text.replace("j", "i"), ATOM


def _name(latex: _Latex, node: n.Name) -> Piece:
    return CONSTANTS.get(node.name) or latex_name(node.name), ATOM


def _list(latex: _Latex, node: n.ListOf) -> Piece:
    rows = [
        " & ".join([latex.of(item)[0] for item in row.items]) if isinstance(row, n.ListOf) else latex.of(row)[0]
        for row in node.items
    ]
    return r"\begin{bmatrix} " + r" \\ ".join(rows) + r" \end{bmatrix}", ATOM


def _unary(latex: _Latex, node: n.Unary) -> Piece:
    sign = r"\lnot " if node.operator in ("not", "~") else node.operator
    return f"{sign}{latex.within(node.operand, PRODUCT)}", SIGN if node.operator == "-" else SUM


def _binary(latex: _Latex, node: n.Binary) -> Piece:
    left, right = node.left, node.right
    if node.operator in "+-":
        strength = SUM if node.operator == "+" else ELEMENTS
        other = latex.operand(right)
        text = other[0] if other[1] >= strength and other[1] != SIGN else rf"\left({other[0]}\right)"
        return f"{latex.within(left, SUM)} {node.operator} {text}", SUM
    if node.operator == "/":
        return _quotient(latex, left, right)
    if node.operator == "^":
        return f"{latex.base(left)}^{{{latex.of(right)[0]}}}", RAISED
    if node.operator == "@":
        return _matmul(latex, left, right)
    if node.operator == "*":
        return _product(latex, left, right)
    return rf"{latex.within(left, ATOM)} \mathbin{{\text{{{escaped(node.operator)}}}}} {latex.within(right, ATOM)}", SUM


def _matmul(latex: _Latex, left: n.Expr, right: n.Expr) -> Piece:
    if latex.rank(left) != 1:
        return f"{latex.within(left, PRODUCT)} {latex.factor(right)}", PRODUCT
    if latex.rank(right) == 2:  # a vector again, and vectors are columns
        return f"{latex.turned(right)} {latex.factor(left)}", PRODUCT
    return f"{latex.turned(left)} {latex.factor(right)}", PRODUCT


def _product(latex: _Latex, left: n.Expr, right: n.Expr) -> Piece:
    """Element by element; with a scalar, or as a product of matrices where one factor is a vector or stands for one."""
    one, other = latex.shape(left), latex.shape(right)
    if isinstance(left, n.Number) and left.value == 1:
        return latex.of(right)
    if isinstance(right, n.Number):
        return rf"{latex.within(left, PRODUCT)} \cdot {latex.of(right)[0]}", PRODUCT
    if () in (one, other):
        is_dot = isinstance(left, n.Binary) and left.operator == "@" and one == ()
        return f"{latex.within(left, ATOM if is_dot else PRODUCT)} {latex.factor(right)}", PRODUCT
    if one is not None and other is not None:
        for matrix, vector, sizes, length in ((left, right, one, other), (right, left, other, one)):
            down = _down(latex, vector)
            if len(sizes) == 2 and len(length) == 1 and sizes[1:] == length:
                return rf"{latex.within(matrix, PRODUCT)} {_diagonal(latex, vector)}", PRODUCT
            if len(sizes) == 2 and down is not None and sizes[:1] == latex.shape(down):
                return rf"{_diagonal(latex, down)} {latex.factor(matrix)}", PRODUCT
    return rf"{latex.within(left, ELEMENTS)} \odot {_element_factor(latex, right)}", ELEMENTS


def _element_factor(latex: _Latex, node: n.Expr) -> str:
    text, own = latex.operand(node)
    return text if own >= ELEMENTS and own != SIGN else rf"\left({text}\right)"


def _diagonal(latex: _Latex, vector: n.Expr) -> str:
    return rf"\operatorname{{diag}}\left({latex.of(vector)[0]}\right)"


def _down(latex: _Latex, node: n.Node) -> n.Expr | None:
    """The vector that `v[:, None]` is the column of."""
    return _vector(latex, node, [[":", "None"]])


def _right(latex: _Latex, node: n.Node) -> n.Expr | None:
    """The vector that `v[None, :]` is the row of."""
    return _vector(latex, node, [["None"], ["None", ":"]])


def _vector(latex: _Latex, node: n.Node, indices: list[list[str]]) -> n.Expr | None:
    if not isinstance(node, n.Index) or latex.rank(node.value) != 1:
        return None
    return node.value if [unparse(item) for item in node.items] in indices else None


def _quotient(latex: _Latex, left: n.Expr, right: n.Expr) -> Piece:
    if isinstance(left, n.Unary) and left.operator == "-":
        return f"-{_quotient(latex, left.operand, right)[0]}", SIGN
    if isinstance(left, n.Binary) and left.operator in ("*", "@") and isinstance(left.left, n.Unary):
        first = n.Binary(left.span, left.operator, left.span, left.left.operand, left.right, left.depth)
        if left.left.operator == "-":
            return f"-{_quotient(latex, first, right)[0]}", SIGN
    return rf"\frac{{{latex.of(left)[0]}}}{{{latex.of(right)[0]}}}", RAISED


def _compare(latex: _Latex, node: n.Compare) -> Piece:
    return rf"\mathbb{{1}}\left[{_relation(latex, node)}\right]", ATOM


def _relation(latex: _Latex, node: n.Compare) -> str:
    parts = [latex.operand(node.first)[0]]
    for operator, operand in node.links:
        parts += [RELATIONS[operator], latex.operand(operand)[0]]
    return " ".join(parts)


def _attribute(latex: _Latex, node: n.Attribute) -> Piece:
    if node.name not in ("T", "mT"):
        return f"\\text{{{escaped(unparse(node))}}}", ATOM
    inner = node.value
    if isinstance(inner, n.Call) and _called(inner) == "inv":
        return rf"{latex.base(inner.arguments[0].value)}^{{-\top}}", RAISED
    return rf"{latex.base(inner)}^{{\top}}", RAISED


def _index(latex: _Latex, node: n.Index) -> Piece:
    if _down(latex, node) is not None:
        return latex.of(node.value)
    if _right(latex, node) is not None:
        return latex.turned(node.value), PRODUCT
    base = latex.base(node.value)
    if isinstance(node.value, n.Index) or base.endswith("}"):  # TeX takes no second index
        base = rf"\left({base}\right)" if "_{" in base else base
    return f"{base}_{{{', '.join([escaped(unparse(item)) for item in node.items])}}}", ATOM


def _let(latex: _Latex, node: n.Let) -> Piece:
    where = r",\; ".join([f"{latex_name(name.name)} = {latex.of(value)[0]}" for name, value in node.bindings])
    return rf"{latex.of(node.body)[0]} \quad \text{{where }} {where}", 0


def _called(node: n.Call) -> str:
    """The last name of what is called, without the axes in brackets behind it."""
    function = node.function.value if isinstance(node.function, n.Index) else node.function
    return function.name if isinstance(function, n.Name | n.Attribute) else ""


def _call(latex: _Latex, node: n.Call) -> Piece:
    name = _called(node)
    given = [each.value for each in node.arguments if each.name is None]
    axes = node.function.items if isinstance(node.function, n.Index) else ()
    written = CALLS[name](latex, given) if name in CALLS and not axes else None
    if written is None and name == "sum" and axes and len(node.arguments) == 1 and latex.rank(given[0]) == 2:
        written = _summed(latex, given[0], [unparse(axis) for axis in axes])
    if written is not None:
        return written
    if lookup(name) is not None and len(given) == 1:  # a mask as numbers
        return latex.of(given[0])
    head = f"\\{name}" if name in COMMANDS else rf"\operatorname{{{escaped(name or unparse(node.function))}}}"
    if axes and not (len(given) == 1 and latex.rank(given[0]) == 1):
        head += f"_{{{escaped(', '.join(map(unparse, axes)))}}}"
    texts = [
        latex.of(each.value)[0] if each.name is None else rf"\text{{{escaped(each.name)}}}={latex.of(each.value)[0]}"
        for each in node.arguments
        if each.name != "keepdim"
    ]
    return rf"{head}\left({', '.join(texts)}\right)", ATOM


Writing = Callable[[_Latex, Sequence[n.Expr]], "Piece | None"]


def _between(left: str, right: str) -> Writing:
    return lambda latex, given: (f"{left}{latex.of(given[0])[0]}{right}", ATOM) if len(given) == 1 else None


def _norm(latex: _Latex, given: Sequence[n.Expr]) -> Piece | None:
    if len(given) > 2:
        return None
    order = "F" if latex.rank(given[0]) == 2 else ""
    if len(given) == 2:
        order = {'"nuc"': "*", '"fro"': "F"}.get(unparse(given[1]), latex.of(given[1])[0])
    return rf"\left\lVert {latex.of(given[0])[0]} \right\rVert" + (f"_{{{order}}}" if order else ""), ATOM


def _inverse(latex: _Latex, given: Sequence[n.Expr]) -> Piece:
    return f"{latex.base(given[0])}^{{-1}}", RAISED


def _outer(latex: _Latex, given: Sequence[n.Expr]) -> Piece:
    return f"{latex.within(given[0], PRODUCT)} {latex.turned(given[1])}", PRODUCT


def _ones(latex: _Latex, given: Sequence[n.Expr]) -> Piece | None:
    if len(given) > 2:
        return None
    return (rf"{ONES} {ONES}^{{\top}}", PRODUCT) if len(given) == 2 else (ONES, ATOM)


def _summed(latex: _Latex, matrix: n.Expr, axes: Sequence[str]) -> Piece | None:
    """The sums of a matrix's rows or columns, as its product with ones."""
    if axes == ["1"]:
        return f"{latex.within(matrix, PRODUCT)} {ONES}", PRODUCT
    return (f"{latex.turned(matrix)} {ONES}", PRODUCT) if axes == ["0"] else None


def _unit(latex: _Latex, given: Sequence[n.Expr]) -> Piece | None:
    """`pad(ones(1), [k, m])` is the unit vector along axis k, counted from 0."""
    if len(given) != 2 or unparse(given[0]) != "ones(1)" or not isinstance(given[1], n.ListOf):
        return None
    places = given[1].items
    return (f"e_{{{unparse(places[0])}}}", ATOM) if len(places) == 2 else None


def _cases(latex: _Latex, given: Sequence[n.Expr]) -> Piece | None:
    if len(given) != 3:
        return None
    chosen = _down(latex, given[0]) or _right(latex, given[0]) or given[0]
    condition = _relation(latex, chosen) if isinstance(chosen, n.Compare) else latex.of(chosen)[0]
    then, otherwise = latex.of(given[1])[0], latex.of(given[2])[0]
    return rf"\begin{{cases}} {then} & {condition} \\ {otherwise} & \text{{otherwise}} \end{{cases}}", ATOM


CALLS: dict[str, Writing] = {
    "inv": _inverse,
    "norm": _norm,
    "vector_norm": _norm,
    "matrix_norm": _norm,
    "abs": _between(r"\left\lvert ", r" \right\rvert"),
    "sqrt": _between(r"\sqrt{", "}"),
    "trace": _between(r"\operatorname{tr}\left(", r"\right)"),
    "logdet": _between(r"\log \det\left(", r"\right)"),
    "outer": _outer,
    "eye": lambda latex, given: ("I", ATOM) if len(given) == 1 else None,
    "ones": _ones,
    "zeros": lambda latex, given: (r"\mathbf{0}", ATOM),
    "pad": _unit,
    "where": _cases,
}

WRITERS: dict[type[n.Node], Callable[[_Latex, n.Node], Piece]] = {
    n.Number: _number,  # type: ignore[dict-item]  # each is called with nodes of its own class
    n.Name: _name,  # type: ignore[dict-item]
    n.ListOf: _list,  # type: ignore[dict-item]
    n.Unary: _unary,  # type: ignore[dict-item]
    n.Binary: _binary,  # type: ignore[dict-item]
    n.Compare: _compare,  # type: ignore[dict-item]
    n.Attribute: _attribute,  # type: ignore[dict-item]
    n.Index: _index,  # type: ignore[dict-item]
    n.Let: _let,  # type: ignore[dict-item]
    n.Call: _call,  # type: ignore[dict-item]
}
