"""Parts, sums, traces and diagonals of products: what is not asked for is not computed."""

from __future__ import annotations

from tcalc.graph.graph import Node, Operation
from tcalc.graph.rewrites.work import Work, is_matrix_product, is_plain
from tcalc.graph.simplify.algebra import TRANSPOSES, is_real, rank, row_of, shape
from tcalc.graph.simplify.linear import is_over_all
from tcalc.library.indexing import SliceItem


def part_of_product(work: Work, node: Operation) -> Node | None:
    """`(A @ B)[i, j]` is `A[i] @ B[:, j]`: rows of the one and columns of the other."""
    x, items = node.inputs[0], node.options["items"]
    assert isinstance(items, tuple)
    if len(node.inputs) != 1 or any(not isinstance(each, int | SliceItem) or each.__class__ is bool for each in items):
        return None
    if row_of(x) in TRANSPOSES and rank(x) == 2 and is_real(x) and work.is_needed_once(x):
        turned = x.inputs[0]
        rows, columns = (*items, WHOLE)[:2]
        if isinstance(rows, SliceItem) and isinstance(columns, SliceItem):
            return None  # what is left would have to be turned
        x, items = turned, (columns, rows)
    if not is_matrix_product(x) or not work.is_needed_once(x) or not 0 < len(items) <= 2:
        return None
    a, b = x.inputs
    if rank(a) == 2:
        a = _rows(work, a, items[0])
    if rank(b) == 2 and len(items) == rank(x):
        b = _columns(work, b, items[-1])
    return work.algebra.make("a @ b", node.span, a=a, b=b)


WHOLE = SliceItem(None, None, None)


def _rows(work: Work, x: Node, item: object) -> Node:
    return x if item == WHOLE else _taken(work, x, (item,))


def _columns(work: Work, x: Node, item: object) -> Node:
    return x if item == WHOLE else _taken(work, x, (WHOLE, item))


def _taken(work: Work, x: Node, items: tuple[object, ...]) -> Node:
    """`x[items]`, taken inside of x where that is possible."""
    made = work.algebra.make(f"x[{_index(items)}]", x.span, x=x)
    assert isinstance(made, Operation)
    return part_of_product(work, made) or part_of_elements(work, made) or made


def _index(items: tuple[object, ...]) -> str:
    """Items of an index as text of the language."""
    texts = []
    for item in items:
        if isinstance(item, SliceItem):
            ends = ["" if end is None else str(end) for end in (item.start, item.stop, item.step)]
            texts.append(":".join(ends if ends[2] else ends[:2]))
        else:
            texts.append(str(item))
    return ", ".join(texts)


#: Rows that work element by element, on operands of one shape.
#: Not `sigmoid` and its like, for the reason that stands in `fusion.py`.
ELEMENTS = ("add", "sub", "mul", "div", "neg", "exp", "sin", "cos", "tanh", "relu", "square", "sqrt", "abs")


def part_of_elements(work: Work, node: Operation) -> Node | None:
    """`(A + B)[i]` is `A[i] + B[i]`."""
    x, items = node.inputs[0], node.options["items"]
    assert isinstance(items, tuple)
    if len(node.inputs) != 1 or row_of(x) not in ELEMENTS or not isinstance(x, Operation) or x.options:
        return None
    if not work.is_needed_once(x) or not all(isinstance(each, int | SliceItem) for each in items) or not is_real(x):
        return None
    if any(rank(each) and shape(each) != shape(x) for each in x.inputs):
        return None
    taken = [_taken(work, each, items) if rank(each) else each for each in x.inputs]
    names = [f"x{place}" for place in range(len(taken))]
    text = SYMBOLS.get(x.row.name, f"{x.row.name}(x0)")
    return work.algebra.make(text, node.span, **dict(zip(names, taken, strict=True)))


SYMBOLS = {"add": "x0 + x1", "sub": "x0 - x1", "mul": "x0 * x1", "div": "x0 / x1", "neg": "-x0"}


def trace_of_product(work: Work, node: Operation) -> Node | None:
    """`trace(A @ B)` is `sum(A * B.T)`: of the product only the diagonal is needed."""
    factors = _factors(work, node.inputs[0])
    if factors is None:
        return None
    a, b = factors
    if row_of(a) in TRANSPOSES and is_real(a) and row_of(b) not in TRANSPOSES:
        return work.total(work.times(a.inputs[0], b), node.span)
    turned = b.inputs[0] if row_of(b) in TRANSPOSES and is_real(b) else work.turned(b)
    return work.total(work.times(a, turned), node.span)


def diagonal_of_product(work: Work, node: Operation) -> Node | None:
    """`diag(A @ B)` is `sum[1](A * B.T)`."""
    factors = _factors(work, node.inputs[0])
    if factors is None or any(node.options.get(name) for name in ("diagonal", "offset")):
        return None
    places = [node.options.get(name, place) for place, name in enumerate(("dim1", "dim2"))]
    if shape(node.inputs[0]) != (shape(node) or (0,)) * 2 or {int(str(each)) % 2 for each in places} != {0, 1}:
        return None
    a, b = factors
    turned = row_of(b) in TRANSPOSES and is_real(b)
    text = "sum(a * b, 1)" if turned else "sum(a * b.T, 1)"
    return work.algebra.make(text, node.span, a=a, b=b.inputs[0] if turned else b)


def sum_of_product(work: Work, node: Operation) -> Node | None:
    """`sum[1](A @ B)` is `A @ sum[1](B)`, and `sum(A @ B)` the sums of columns times the sums of rows; so of means."""
    (x,), how = node.inputs, row_of(node)
    if node.options.get("keepdim") or node.options.get("dtype") is not None:
        return None
    if row_of(x) == "outer" and is_plain(x) and work.is_needed_once(x) and is_over_all(node):
        one, other = x.inputs
        return work.algebra.make(f"{how}(a) * {how}(b)", node.span, a=one, b=other)
    factors = _factors(work, x)
    if factors is None:
        return None
    a, b = factors
    if is_over_all(node):
        one, other = _over(work, how, a, 0, node), _over(work, how, b, 1, node)
        return work.algebra.make("a @ b", node.span, a=one, b=other)
    dim = node.options.get("dim")
    chosen = dim[0] if isinstance(dim, tuple) and len(dim) == 1 else dim
    return _over(work, how, x, chosen % 2, node) if isinstance(chosen, int) else None


def _over(work: Work, how: str, x: Node, dim: int, node: Operation) -> Node:
    """The sum or mean over an axis of a matrix, of a product by one of its factors."""
    factors = _factors(work, x)
    if factors is None:
        return work.algebra.make(f"{how}(x, dim)", node.span, x=x, dim=dim)
    a, b = factors
    if dim == 0:
        return work.algebra.make("a @ b", node.span, a=_over(work, how, a, 0, node), b=b)
    return work.algebra.make("a @ b", node.span, a=a, b=_over(work, how, b, 1, node))


def _factors(work: Work, x: Node) -> tuple[Node, Node] | None:
    """The matrices that a node is the product of, where nobody else needs it."""
    if not is_matrix_product(x) or not work.is_needed_once(x) or any(rank(each) != 2 for each in x.inputs):
        return None
    if 0 in (shape(x.inputs[0]) or ()) + (shape(x) or ()):
        return None
    one, other = x.inputs
    return one, other
