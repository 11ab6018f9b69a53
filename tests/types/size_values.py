"""Plain integers beside sizes: random expressions built both ways, and an evaluator of a size's text."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping

from hypothesis import strategies as st

from tcalc.types import size as sizes
from tcalc.types.size import Size

NAMES = ("d", "m", "n")

#: Each operation on sizes beside its own on integers.
OPERATIONS: dict[str, tuple[Callable[[Size, Size], Size], Callable[[int, int], int]]] = {
    "+": (sizes.add, operator.add),
    "-": (sizes.sub, operator.sub),
    "*": (sizes.mul, operator.mul),
    "//": (sizes.floordiv, operator.floordiv),
    "%": (sizes.mod, operator.mod),
    "min": (sizes.minimum, min),
    "max": (sizes.maximum, max),
}

#: A name, an integer, or (operation, left, right).
Tree = str | int | tuple[str, "Tree", "Tree"]


def trees(leaves: int = 6) -> st.SearchStrategy[Tree]:
    return st.recursive(
        st.sampled_from(NAMES) | st.integers(-9, 9),
        lambda inner: st.tuples(st.sampled_from(sorted(OPERATIONS)), inner, inner),
        max_leaves=leaves,
    )


def assignments(least: int = 0, most: int = 12) -> st.SearchStrategy[dict[str, int]]:
    return st.fixed_dictionaries({name: st.integers(least, most) for name in NAMES})


def built(tree: Tree) -> Size:
    """The tree as a size. Raises ZeroDivisionError where a divisor is 0 for all values of its names."""
    if isinstance(tree, str):
        return sizes.symbol(tree)
    if isinstance(tree, int):
        return tree
    return OPERATIONS[tree[0]][0](built(tree[1]), built(tree[2]))


def value(tree: Tree, names: Mapping[str, int]) -> int:
    """The tree as an integer, by Python's own arithmetic."""
    if isinstance(tree, str):
        return names[tree]
    if isinstance(tree, int):
        return tree
    return OPERATIONS[tree[0]][1](value(tree[1], names), value(tree[2], names))


def value_of_text(text: str, names: Mapping[str, int]) -> int:
    """What a size's text is worth, read by Python's grammar: its precedences are the language's, but for `^`."""
    operations = {
        ast.Add: operator.add,
        ast.Sub: operator.sub,
        ast.Mult: operator.mul,
        ast.FloorDiv: operator.floordiv,
        ast.Mod: operator.mod,
        ast.Pow: operator.pow,
    }

    def walk(node: ast.expr) -> int:
        match node:
            case ast.Constant(value=int(number)):
                return number
            case ast.Name(id=name):
                return names[name]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -walk(operand)
            case ast.BinOp(left=left, op=op, right=right):
                return int(operations[type(op)](walk(left), walk(right)))
            case ast.Call(func=ast.Name(id=("min" | "max") as name), args=[left, right]):
                return (min if name == "min" else max)(walk(left), walk(right))
        raise AssertionError(ast.dump(node))

    tree = ast.parse(text.replace("^", "**"), mode="eval")
    assert isinstance(tree, ast.Expression)
    return walk(tree.body)
