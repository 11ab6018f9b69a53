"""Formulas in LaTeX, as a book would print them: transposes, inverses, norms and fractions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tcalc.show.formulas import Formula
from tcalc.syntax import nodes as n
from tcalc.syntax.unparse import unparse
from tcalc.types.dtypes import lookup

#: How tightly a piece of mathematics binds: a sum, a product, a sign, and what stands by itself.
SUM, PRODUCT, SIGN, ATOM = 1, 2, 3, 4
FIRST = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu"
LAST = "nu xi pi rho sigma tau upsilon phi chi psi omega"
LARGE = "Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega"
GREEK = (*FIRST.split(), *LAST.split(), *LARGE.split())
LETTERS = dict(zip("αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ", GREEK, strict=True))
#: Functions that LaTeX has a command for.
COMMANDS = frozenset("sin cos tan sinh cosh tanh exp log det max min".split())
RELATIONS = {"==": "=", "!=": r"\ne", "<": "<", "<=": r"\le", ">": ">", ">=": r"\ge"}
#: What TeX reads as more than a character.
ESCAPES = {each: f"\\{each}" for each in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\^{}",
}

Piece = tuple[str, int]


def latex_text(formula: Formula) -> str:
    """A formula in LaTeX's mathematics, without dollar signs."""
    return _Latex(formula.ranks).of(formula.tree)[0]


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
    """Writes expressions whose parts have known ranks."""

    def __init__(self, ranks: dict[int, int]) -> None:
        self.ranks = ranks

    def of(self, node: n.Node) -> Piece:
        """An expression, and how tightly it binds."""
        writer = WRITERS.get(type(node))
        return writer(self, node) if writer is not None else (f"\\text{{{escaped(unparse(node))}}}", ATOM)

    def within(self, node: n.Node, strength: int) -> str:
        """An expression as an operand of what binds this tightly."""
        text, own = self.of(node)
        return text if own >= strength else rf"\left({text}\right)"

    def rank(self, node: n.Node) -> int | None:
        """How many axes a part has; None where that is not known."""
        return 0 if isinstance(node, n.Number) else self.ranks.get(id(node))


def _number(latex: _Latex, node: n.Number) -> Piece:
    text = repr(node.value)
    if "e" in text and not isinstance(node.value, complex):
        digits, _, power = text.partition("e")
        return rf"{digits} \cdot 10^{{{int(power)}}}", PRODUCT
    return text.replace("j", "i"), ATOM


def _name(latex: _Latex, node: n.Name) -> Piece:
    return (r"\infty" if node.name == "inf" else latex_name(node.name)), ATOM


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
        other = SUM if node.operator == "+" else PRODUCT
        return f"{latex.within(left, SUM)} {node.operator} {latex.within(right, other)}", SUM
    if node.operator == "/":
        return _quotient(latex, left, right)
    if node.operator == "^":
        return f"{_base(latex, left)}^{{{latex.of(right)[0]}}}", ATOM
    if node.operator == "@":
        turned = r"^{\top}" if latex.rank(left) == 1 and not _is_scaled(left) else ""
        return (
            f"{_base(latex, left) if turned else latex.within(left, PRODUCT)}{turned} {_factor(latex, right)}",
            PRODUCT,
        )
    if node.operator == "*":
        scalar = 0 in (latex.rank(left), latex.rank(right)) or isinstance(left, n.Number)
        middle = " " if scalar and not isinstance(right, n.Number) else r" \cdot " if scalar else r" \odot "
        is_dot = isinstance(left, n.Binary) and left.operator == "@" and latex.rank(left) == 0
        return f"{latex.within(left, ATOM if is_dot else PRODUCT)}{middle}{_factor(latex, right)}", PRODUCT
    return rf"{latex.within(left, ATOM)} \mathbin{{\text{{{escaped(node.operator)}}}}} {latex.within(right, ATOM)}", SUM


def _is_scaled(node: n.Expr) -> bool:
    """Whether a scalar was put before the first factor of a product, which this is no longer by itself."""
    return isinstance(node, n.Binary) and node.operator == "*"


def _factor(latex: _Latex, node: n.Expr) -> str:
    """What stands behind another factor, where a sign would be a difference."""
    text, own = latex.of(node)
    return text if own in (PRODUCT, ATOM) else rf"\left({text}\right)"


def _base(latex: _Latex, node: n.Expr) -> str:
    text, own = latex.of(node)
    return text if own == ATOM and "^" not in text else rf"\left({text}\right)"


def _quotient(latex: _Latex, left: n.Expr, right: n.Expr) -> Piece:
    if isinstance(left, n.Unary) and left.operator == "-":
        return f"-{_quotient(latex, left.operand, right)[0]}", SIGN
    return rf"\frac{{{latex.of(left)[0]}}}{{{latex.of(right)[0]}}}", ATOM


def _compare(latex: _Latex, node: n.Compare) -> Piece:
    parts = [latex.of(node.first)[0]]
    for operator, operand in node.links:
        parts += [RELATIONS[operator], latex.of(operand)[0]]
    return rf"\mathbb{{1}}\left[{' '.join(parts)}\right]", ATOM


def _attribute(latex: _Latex, node: n.Attribute) -> Piece:
    if node.name not in ("T", "mT"):
        return f"\\text{{{escaped(unparse(node))}}}", ATOM
    inner = node.value
    if isinstance(inner, n.Call) and _called(inner) == "inv":
        return rf"{_base(latex, inner.arguments[0].value)}^{{-\top}}", ATOM
    return rf"{_base(latex, inner)}^{{\top}}", ATOM


def _index(latex: _Latex, node: n.Index) -> Piece:
    items = ", ".join([escaped(unparse(item)) for item in node.items])
    return f"{_base(latex, node.value)}_{{{items}}}", ATOM


def _let(latex: _Latex, node: n.Let) -> Piece:
    where = r",\; ".join([f"{latex_name(name.name)} = {latex.of(value)[0]}" for name, value in node.bindings])
    return rf"{latex.of(node.body)[0]} \quad \text{{where }} {where}", 0


def _called(node: n.Call) -> str:
    """The name of what is called, without the axes in brackets behind it."""
    function = node.function.value if isinstance(node.function, n.Index) else node.function
    return function.name if isinstance(function, n.Name) else ""


def _call(latex: _Latex, node: n.Call) -> Piece:
    name = _called(node)
    given = [each.value for each in node.arguments]
    bare = not isinstance(node.function, n.Index)
    if name in CALLS and bare:
        found = CALLS[name](latex, given)
        if found is not None:
            return found
    if lookup(name) is not None and len(given) == 1:  # a mask as numbers
        return latex.of(given[0])
    head = f"\\{name}" if name in COMMANDS else rf"\operatorname{{{escaped(name or unparse(node.function))}}}"
    if not bare and isinstance(node.function, n.Index):
        axes = ", ".join([unparse(item) for item in node.function.items])
        head += "" if len(given) == 1 and latex.rank(given[0]) == 1 else f"_{{{escaped(axes)}}}"
    texts = [
        latex.of(each.value)[0] if each.name is None else rf"\text{{{escaped(each.name)}}}={latex.of(each.value)[0]}"
        for each in node.arguments
    ]
    return rf"{head}\left({', '.join(texts)}\right)", ATOM


Writing = Callable[[_Latex, Sequence[n.Expr]], "Piece | None"]


def _between(left: str, right: str) -> Writing:
    return lambda latex, given: (f"{left}{latex.of(given[0])[0]}{right}", ATOM) if len(given) == 1 else None


def _symbol(text: str) -> Writing:
    return lambda latex, given: (text, ATOM)


def _inverse(latex: _Latex, given: Sequence[n.Expr]) -> Piece:
    return f"{_base(latex, given[0])}^{{-1}}", ATOM


def _outer(latex: _Latex, given: Sequence[n.Expr]) -> Piece:
    return rf"{latex.within(given[0], PRODUCT)} {_base(latex, given[1])}^{{\top}}", PRODUCT


def _cases(latex: _Latex, given: Sequence[n.Expr]) -> Piece | None:
    if len(given) != 3 or not isinstance(given[0], n.Compare):
        return None
    condition = latex.of(given[0])[0].removeprefix(r"\mathbb{1}\left[").removesuffix(r"\right]")
    then, otherwise = latex.of(given[1])[0], latex.of(given[2])[0]
    return rf"\begin{{cases}} {then} & {condition} \\ {otherwise} & \text{{otherwise}} \end{{cases}}", ATOM


CALLS: dict[str, Writing] = {
    "inv": _inverse,
    "norm": _between(r"\left\lVert ", r" \right\rVert"),
    "abs": _between(r"\left\lvert ", r" \right\rvert"),
    "sqrt": _between(r"\sqrt{", "}"),
    "trace": _between(r"\operatorname{tr}\left(", r"\right)"),
    "outer": _outer,
    "eye": _symbol("I"),
    "ones": _symbol(r"\mathbf{1}"),
    "zeros": _symbol(r"\mathbf{0}"),
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
