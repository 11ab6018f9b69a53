"""Products with matrices of a known form, and what products share."""

from __future__ import annotations

from tcalc.graph.graph import Node, Number, Operation
from tcalc.graph.rewrites.work import Work, is_matrix_product, is_plain
from tcalc.graph.simplify.algebra import TRANSPOSES, is_real, rank, row_of, shape, tensor_type
from tcalc.graph.simplify.matrices import is_identity
from tcalc.types.tensor import TensorType


def diagonal_product(work: Work, node: Operation) -> Node | None:
    """`diag(d) @ A` is `d[:, None] * A`, and `A @ diag(d)` is `A * d`. Where A holds inf, 0 * inf is not computed."""
    if not is_matrix_product(node):
        return None
    a, b = node.inputs
    if _is_diagonal(a):
        text = "unsqueeze(d, 1) * b" if rank(b) == 2 else "d * b"
        return work.algebra.make(text, node.span, d=a.inputs[0], b=b)
    if _is_diagonal(b):
        return work.algebra.make("a * d", node.span, d=b.inputs[0], a=a)
    return None


def _is_diagonal(node: Node) -> bool:
    return (
        row_of(node) == "diag"
        and isinstance(node, Operation)
        and rank(node.inputs[0]) == 1
        and not node.options.get("diagonal")
    )


def identity_product(work: Work, node: Operation) -> Node | None:
    """`eye(n) @ A` is A. Where A holds inf, 0 * inf is not computed."""
    if not is_matrix_product(node):
        return None
    a, b = node.inputs
    if is_identity(a):
        return b
    return a if is_identity(b) else None


def inverse_product(work: Work, node: Operation) -> Node | None:
    """`inv(S) @ b` is `solve(S, b)`, and `b @ inv(S)` `solve(S.T, b)`: half the work, and the smaller error."""
    if not is_matrix_product(node):
        return None
    a, b = node.inputs
    return _solved(work, a, b, from_left=True) or _solved(work, b, a, from_left=False)


def _solved(work: Work, factor: Node, x: Node, *, from_left: bool) -> Node | None:
    """An inverse times x from the left or the right, where a factor is one: y = x @ inv(S) is S.T @ y.T = x.T."""
    inverse = _inverse(work, factor)
    if inverse is None:
        return None
    matrix = "s" if from_left == (inverse is factor) else "s.T"
    text = f"solve({matrix}, x)" if from_left or rank(x) == 1 else f"solve({matrix}, x.T).T"
    made = work.algebra.make(text, inverse.span, s=inverse.inputs[0], x=x)
    for each in (made, *made.inputs):
        if row_of(each) == "solve" and isinstance(each, Operation) and isinstance(inverse, Operation):
            each.written = inverse.written  # what is singular is told as it was of the inverse
    return made


def _inverse(work: Work, node: Node) -> Node | None:
    """The inverse that a factor is, or is the transpose of, where nobody else needs it."""
    if row_of(node) in TRANSPOSES and is_real(node) and work.is_needed_once(node):
        node = node.inputs[0]
    good = row_of(node) == "inv" and work.is_needed_once(node) and rank(node) == 2
    return node if good and tensor_type(node).dtype.bits >= 32 else None


def kronecker_product(work: Work, node: Operation) -> Node | None:
    """`kron(A, B) @ x` is `A @ X @ B.T`, x and the result as matrices: the large matrix is never made."""
    if not is_matrix_product(node):
        return None
    a, x = node.inputs
    if row_of(a) != "kron" or not work.is_needed_once(a):
        return None
    one, other = a.inputs
    if rank(one) != 2 or rank(other) != 2:
        return None
    (n, k), (m, j) = shape(one) or (0, 0), shape(other) or (0, 0)
    given = {"a": one, "b": other, "x": x, "n": n * m, "k": k, "j": j}
    if rank(x) == 1:
        return work.algebra.make("reshape(a @ reshape(x, k, j) @ b.T, n)", node.span, **given)
    columns = (shape(x) or (0, 0))[1]
    text = "reshape(a @ reshape(b @ reshape(x, k, j, p), k, q), n, p)"
    return work.algebra.make(text, node.span, **given, p=columns, q=m * columns)


#: A product with fewer vectors than this takes less than adding matrices, which reads and writes them once more.
FEW = 8


def _is_wide(node: Node, axis: int) -> bool:
    """Whether a factor is a matrix of many rows or columns."""
    sizes = shape(node) or ()
    return len(sizes) == 2 and sizes[axis] >= FEW


def common_factor(work: Work, node: Operation) -> Node | None:
    """`A @ B + A @ C` is `A @ (B + C)`: one product less, and better conditioned."""
    one, other = node.inputs if len(node.inputs) == 2 else (node, node)
    if node.options or one is other or shape(one) != shape(other):
        return None
    if not all(is_matrix_product(each) and work.is_needed_once(each) for each in (one, other)):
        return None
    sign = "+" if row_of(node) == "add" else "-"
    (a, b), (c, d) = one.inputs, other.inputs
    if a is c and shape(b) == shape(d) and _is_wide(a, 0):
        return work.algebra.make(f"a @ (b {sign} d)", node.span, a=a, b=b, d=d)
    if b is d and shape(a) == shape(c) and _is_wide(b, 1):
        return work.algebra.make(f"(a {sign} c) @ b", node.span, a=a, b=b, c=c)
    return None


def diagonal_added(work: Work, node: Operation) -> Node | None:
    """`A + c * eye(n)` is A with c added to its diagonal, and `A + diag(d)` the same with d."""
    if node.options or len(node.inputs) != 2 or not is_plain(node) or rank(node) != 2:
        return None
    sign = "+" if row_of(node) == "add" else "-"
    pairs = [node.inputs] if sign == "-" else [node.inputs, node.inputs[::-1]]
    for x, added in pairs:
        value = _on_diagonal(work, added)
        if value is not None and all(_is_alike(each, node) for each in (x, added)):
            return work.algebra.make(f"diagonal_scatter(x, diagonal(x) {sign} c)", node.span, x=x, c=value)
    return None


def _is_alike(one: Node, other: Node) -> bool:
    return shape(one) == shape(other) and tensor_type(one).dtype is tensor_type(other).dtype


def _on_diagonal(work: Work, node: Node) -> Node | None:
    """What stands on the diagonal of a matrix that is made of nothing else: a vector, or a number for all of it."""
    if not work.is_needed_once(node) or not is_plain(node) or rank(node) != 2:
        return None
    if row_of(node) == "eye":
        return Number(node.span, TensorType(tensor_type(node).dtype, ()), 1)
    if _is_diagonal(node):
        return node.inputs[0]
    if row_of(node) == "neg":
        inner = _on_diagonal(work, node.inputs[0])
        return None if inner is None else work.algebra.make("-c", node.span, c=inner)
    if row_of(node) in ("mul", "div"):
        one, other = node.inputs
        if rank(other) == 0:
            inner, text = _on_diagonal(work, one), f"c {'*' if row_of(node) == 'mul' else '/'} s"
            return None if inner is None else work.algebra.make(text, node.span, c=inner, s=other)
        if rank(one) == 0 and row_of(node) == "mul":
            inner = _on_diagonal(work, other)
            return None if inner is None else work.algebra.make("s * c", node.span, c=inner, s=one)
    return None


def determinant_of_product(work: Work, node: Operation) -> tuple[Node, ...] | None:
    """`slogdet(A @ B)` is that of A and that of B: the signs multiplied, the logarithms added, and no product made."""
    factors = _square_factors(work, node.inputs[0])
    if len(factors) < 2:
        return None
    given = {f"x{place}": each for place, each in enumerate(factors)}
    signs, logarithms = ([f"slogdet({name})[{part}]" for name in given] for part in (0, 1))
    return tuple([work.algebra.make(text, node.span, **given) for text in (" * ".join(signs), " + ".join(logarithms))])


def _square_factors(work: Work, node: Node) -> list[Node]:
    """The matrices that a square one is the product of, all of its shape; itself where it is none."""
    if is_matrix_product(node) and work.is_needed_once(node) and all(shape(e) == shape(node) for e in node.inputs):
        return [factor for each in node.inputs for factor in _square_factors(work, each)]
    return [node]


def one_hot_added(work: Work, node: Operation) -> Node | None:
    """`A - one_hot(t, n)` is A with 1 taken off at the targets."""
    if node.options or len(node.inputs) != 2:
        return None
    x, hot = node.inputs
    sign = 1.0 if row_of(node) == "add" else -1.0
    if row_of(hot) != "one_hot" and sign > 0:
        x, hot = hot, x
    if row_of(hot) != "one_hot" or not work.is_needed_once(hot) or not is_real(x) or shape(x) != shape(hot):
        return None
    (target,) = hot.inputs
    *outer, _ = shape(x) or ()
    dim = len(outer)
    ones = f"full([{', '.join(map(str, [*outer, 1]))}], {sign}, dtype={tensor_type(x).dtype})"
    return work.algebra.make(f"scatter_add(x, {dim}, unsqueeze(t, {dim}), {ones})", node.span, x=x, t=target)
