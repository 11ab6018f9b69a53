"""Products and contractions of vectors, matrices and tensors."""

from __future__ import annotations

from itertools import pairwise

from tcalc.errors import counted
from tcalc.library.builtin import Builtin, ByAutograd, Form, Vjp
from tcalc.library.einsum import DOTS, contracted, read
from tcalc.library.flops import MULTIPLIED, contraction, contraction_added, diagonal, in_chain, over_axes
from tcalc.library.letters import of_letters
from tcalc.library.rules import by_axes, tensor
from tcalc.library.vjps import Called, rank_of, shape_of
from tcalc.types import size as sizes
from tcalc.types.broadcast import Axes, Spread, meet, stretch
from tcalc.types.match import Match, normal_axis
from tcalc.types.mismatch import Mismatch, Place, Undetermined, sizes_meet
from tcalc.types.size import Size
from tcalc.types.tensor import Axis, Pack, TensorType, Type


def crossed(match: Match) -> Type:
    """The Kronecker product: sizes multiply, axis by axis from the right."""
    a, b = match["a"], match["b"]
    assert isinstance(a, TensorType) and isinstance(b, TensorType)
    if any(isinstance(axis, Pack) for axis in (*a.axes, *b.axes)):
        raise Undetermined
    rank = max(len(a.axes), len(b.axes))
    one: list[Size] = [*[1] * (rank - len(a.axes)), *a.shape]
    other: list[Size] = [*[1] * (rank - len(b.axes)), *b.shape]
    return TensorType(match.result_dtype("T"), tuple([Axis(sizes.mul(m, n)) for m, n in zip(one, other, strict=True)]))


def chained(match: Match) -> Type:
    """Matrices multiplied one after the other; the first may be a row, the last a column."""
    items = match["tensors"]
    assert isinstance(items, tuple)
    if len(items) < 2:
        raise Mismatch(
            "shape", f"multi_dot is of at least 2 tensors, and {counted(len(items), 'is', 'are')} given", depth=3
        )
    if any(isinstance(axis, Pack) for item in items for axis in item.axes):
        raise Undetermined
    for position, item in enumerate(items):
        least = 1 if position in (0, len(items) - 1) else 2
        if not least <= len(item.axes) <= 2:
            sentence = f"item {position} is {item}, and must be a matrix{'' if least == 2 else ' or a vector'}"
            raise Mismatch("shape", sentence, Place("tensors", None, position), depth=3)
    if match.promoted("T").rank == 0:
        raise Mismatch("dtype", f"item 0 is {items[0]}, but must be numbers", Place("tensors", None, 0), depth=5)
    for position, (one, other) in enumerate(pairwise(items)):
        if meet(one.axes[-1], other.axes[0]) is None:
            left, right = Place("tensors", one.axes[-1], position), Place("tensors", other.axes[0], position + 1)
            raise sizes_meet(left, len(one.axes) - 1, len(one.axes), right, 0, len(other.axes))
    return TensorType(match.promoted("T"), (*items[0].axes[:-1], *items[-1].axes[1:]))


def contracted_over(match: Match) -> Axes:
    """The axes that are not summed over: those of a, then those of b."""
    a, b = tensor(match, "a"), tensor(match, "b")
    if a.rank is None or b.rank is None:
        raise Undetermined
    dims = match["dims"]
    if isinstance(dims, int):
        if not 0 <= dims <= min(a.rank, b.rank):
            sentence = f"dims is {dims}, and {{0}} is {a}, {{1}} {b}"
            raise Mismatch("shape", sentence, Place("a"), Place("b"), depth=3)
        dims = (tuple(range(a.rank - dims, a.rank)), tuple(range(dims)))
    if not isinstance(dims, tuple):
        raise Undetermined
    if len(dims) != 2 or len(dims[0]) != len(dims[1]):
        raise Mismatch("shape", "dims names as many axes of the one as of the other, in two lists", depth=3)
    left, right = [normal_axis(dim, a, "a") for dim in dims[0]], [normal_axis(dim, b, "b") for dim in dims[1]]
    for name, positions in (("a", left), ("b", right)):
        if len(set(positions)) != len(positions):
            raise Mismatch("shape", "dims names an axis of {0} twice", Place(name), depth=3)
    for one, other in zip(left, right, strict=True):
        mine, theirs = a.axes[one], b.axes[other]
        assert isinstance(mine, Axis) and isinstance(theirs, Axis)
        if stretch(mine, theirs) is None:
            raise sizes_meet(Place("a", mine), one, a.rank, Place("b", theirs), other, b.rank)
    kept = [axis for i, axis in enumerate(a.axes) if i not in left]
    return (*kept, *[axis for i, axis in enumerate(b.axes) if i not in right])


def added_to(match: Match) -> Type:
    """A product to which x is added, which must broadcast to it; times a fraction it is floating."""
    result, x = match.result(match.signature.result), tensor(match)
    assert isinstance(result, TensorType)
    spread = Spread(result.axes, "x")
    spread.join(x.axes, "x")
    if len(spread.axes) != len(result.axes) or not all(
        isinstance(one, Axis) and isinstance(two, Axis) and sizes.agree(one.size, two.size)
        for one, two in zip(spread.axes, result.axes, strict=True)
    ):
        raise Mismatch("shape", f"{{0}} is {x}, which does not broadcast to the product, {result}", Place("x"), depth=4)
    if result.dtype.rank == 1 and any(isinstance(match[name], float) for name in ("beta", "alpha")):
        return TensorType(match.default_float, result.axes)
    return result


def _plus(name: str, factors: str, product: str, doc: str, example: str) -> Builtin:
    """A product added to x, as torch's BLAS has it."""
    left, right = [part.split(":")[0].strip() for part in factors.split(", ") if ":" in part]
    vector = product.count(",") == 0
    vjp = {
        "x": "g * beta",
        left: f"alpha * outer(g, {right})" if vector else f"alpha * g @ {right}.mT",
        right: f"alpha * {left}.mT @ g",
    }
    form = Form(f"(x: N[*s], {factors}, beta: number = 1, alpha: number = 1) -> {product}", added_to, vjp=vjp)
    return Builtin(name, [form], torch=f"kernel:{name}", over=(), flops=contraction_added, doc=doc, example=example)


def _by_vector(call: Called) -> Vjp:
    if rank_of(call, "a") == 2:
        return {"a": "outer(g, b)", "b": "a.T @ g"}
    return {"a": "unsqueeze(g, -1) * b", "b": 'einsum("...nk,...n->k", a, g)'}


def _of_vector(call: Called) -> Vjp:
    if rank_of(call, "b") == 2:
        return {"a": "b @ g", "b": "outer(a, g)"}
    return {"a": 'einsum("...km,...m->k", b, g)', "b": "unsqueeze(a, -1) * unsqueeze(g, -2)"}


def _of_matrices(call: Called) -> Vjp:
    """For plain matrices in the notation that everybody knows."""
    turned = [".T" if rank_of(call, name) == 2 else ".mT" for name in "ab"]
    return {"a": f"g @ b{turned[1]}", "b": f"a{turned[0]} @ g"}


def _by_letters(call: Called) -> Vjp | None:
    """Each operand's letters from those of the result and of the others; None where one has a letter twice."""
    equation = read(call["equation"])
    parts = [equation.inputs[i] for i in range(len(equation.inputs))]
    if any(len(set(part)) != len(part) or DOTS in part for part in (*parts, equation.output)):
        return None
    found: dict[str, str] = {}
    for place, part in enumerate(parts):
        others = [i for i in range(len(parts)) if i != place]
        known = {*equation.output, *[letter for i in others for letter in parts[i]]}
        inputs = ",".join(["".join(equation.output), *["".join(parts[i]) for i in others]])
        operands = ", ".join(["g", *[f"operands{i}" for i in others]])
        text = f'einsum("{inputs}->{"".join(letter for letter in part if letter in known)}", {operands})'
        for axis, letter in enumerate(part):
            if letter not in known:  # summed away by itself
                text = f"unsqueeze({text}, {axis})"
        found[f"operands{place}"] = text
    return found


def _diagonally(call: Called) -> Vjp:
    """The identity matrix, of a matrix that is not square with columns or rows of zeros beside it."""
    n, m = shape_of(call)
    return {"x": f"g * eye({n})" if n == m else f"g * eye({n}, {m})"}


def _in_chain(call: Called) -> Vjp | None:
    """Of matrices alone: those on the left, then g, then those on the right, all turned."""
    count = len(call["tensors"])
    if any(rank_of(call, f"tensors{i}") != 2 for i in range(count)):
        return None
    left = ["".join(f"tensors{i}.T @ " for i in reversed(range(place))) for place in range(count)]
    right = ["".join(f" @ tensors{i}.T" for i in reversed(range(place + 1, count))) for place in range(count)]
    return {f"tensors{place}": f"{left[place]}g{right[place]}" for place in range(count)}


def _each_times_all(call: Called) -> Vjp | None:
    """Of as many axes of both: each as the blocks and what is in one."""
    a, b, rank = shape_of(call, "a"), shape_of(call, "b"), rank_of(call, "a")
    if len(b) != rank or rank > 2:
        return None
    if not rank:
        return {"a": "g * b", "b": "g * a"}
    blocks = f"reshape(g, {[size for pair in zip(a, b, strict=True) for size in pair]})"
    outer, inner = "ij"[:rank], "xy"[:rank]
    both = "".join(one + other for one, other in zip(outer, inner, strict=True))
    return {
        "a": f'einsum("{both},{inner}->{outer}", {blocks}, b)',
        "b": f'einsum("{both},{outer}->{inner}", {blocks}, a)',
    }


def _over_neighbours(call: Called) -> Vjp:
    """The last axes of a meet the first of b."""
    count, a, b = call["dims"], rank_of(call, "a"), rank_of(call, "b")
    left, right = list(range(a - count)), list(range(count, b))
    after = list(range(a - count, a - count + len(right)))
    return {"a": f"tensordot(g, b, ({after}, {right}))", "b": f"tensordot(a, g, ({left}, {left}))"}


ROWS = [
    Builtin(
        "matmul",
        [
            Form("(a: N[k], b: N[k]) -> N[]", vjp={"a": "g * b", "b": "g * a"}),
            Form("(a: N[*c, n, k], b: N[k]) -> N[*c, n]", vjp=_by_vector),
            Form("(a: N[k], b: N[*c, k, m]) -> N[*c, m]", vjp=_of_vector),
            Form("(a: N[*c, n, k], b: N[*c, k, m]) -> N[*c, n, m]", vjp=_of_matrices),
        ],
        operator="@",
        spaces=("", "linalg"),
        flops=contraction,
        doc="Matrix product; a vector is a row or a column, and further leading axes broadcast.",
        example="[[1, 2]] @ [[3], [4]]  #=> [[11]]",
        hints={"type": "* multiplies element by element, and by a number"},
    ),
    Builtin(
        "mm",
        [Form("(a: N[n, k], b: N[k, m]) -> N[n, m]", vjp={"a": "g @ b.T", "b": "a.T @ g"})],
        flops=contraction,
        doc="Product of two matrices.",
        example="mm([[1, 2]], [[3], [4]])  #=> [[11]]",
    ),
    Builtin(
        "mv",
        [Form("(a: N[n, k], b: N[k]) -> N[n]", vjp={"a": "outer(g, b)", "b": "a.T @ g"})],
        flops=contraction,
        doc="Product of a matrix and a vector.",
        example="mv([[1, 2], [3, 4]], [1, 1])  #=> [3, 7]",
    ),
    Builtin(
        "bmm",
        [Form("(a: N[b, n, k], c: N[b, k, m]) -> N[b, n, m]", vjp={"a": "g @ c.mT", "c": "a.mT @ g"})],
        flops=contraction,
        doc="Matrix products of two batches, pair by pair.",
        example="bmm(ones(2, 1, 3), ones(2, 3, 1))  #=> [[[3.0]], [[3.0]]]",
    ),
    _plus(
        "addmm",
        "mat1: N[n, k], mat2: N[k, m]",
        "N[n, m]",
        "beta*x + alpha*(mat1 @ mat2), of two matrices.",
        "addmm([1, 1], [[1, 2]], [[1, 0], [0, 1]])  #=> [[2, 3]]",
    ),
    _plus(
        "addmv",
        "mat: N[n, k], vec: N[k]",
        "N[n]",
        "beta*x + alpha*(mat @ vec), of a matrix and a vector.",
        "addmv([10, 20], [[1, 2], [3, 4]], [1, 1])  #=> [13, 27]",
    ),
    _plus(
        "baddbmm",
        "batch1: N[b, n, k], batch2: N[b, k, m]",
        "N[b, n, m]",
        "beta*x + alpha*(batch1 @ batch2), of two batches of matrices.",
        "baddbmm([[[1]]], [[[2]]], [[[3]]])  #=> [[[7]]]",
    ),
    Builtin(
        "dot",
        [Form("(a: N[n], b: N[n]) -> N[]", vjp={"a": "g * b", "b": "g * a"})],
        aliases=("inner",),
        flops=contraction,
        doc="Dot product of two vectors; nothing is conjugated.",
        example="dot([1, 2], [3, 4])  #=> 11",
    ),
    Builtin(
        "outer",
        [Form("(a: any[n], b: any[m]) -> any[n, m]", vjp={"a": "g @ b", "b": "g.T @ a"})],
        aliases=("ger",),
        flops=MULTIPLIED,
        doc="Outer product: each element of one vector times each of the other.",
        example="outer([1, 2], [3, 4])  #=> [[3, 4], [6, 8]]",
    ),
    Builtin(
        "einsum",
        [Form("(equation: text, *operands: T[...]) -> T[...]", contracted, vjp=_by_letters)],
        torch="kernel:einsum",
        over=(),
        hints={"type": 'einsum takes its tensors one by one: einsum("ij,jk->ik", A, B)'},
        written=('einsum("ij,jk->ik", A, B)', '"ij,jk->ik"(A, B)'),
        flops=of_letters,
        doc="A sum of products over the letters that the result does not have; a text that is called is an einsum.",
        example='einsum("ij,j->i", [[1, 2], [3, 4]], [1, 1])  #=> [3, 7]',
    ),
    Builtin(
        "trace",
        [Form("(x: num[n, m]) -> wide[]", vjp=_diagonally)],
        flops=diagonal,
        doc="The sum of a matrix's diagonal.",
        example="trace([[1, 2], [3, 4]])  #=> 5",
    ),
    Builtin(
        "kron",
        [Form("(a: T[*a], b: T[*b]) -> T[...]", crossed, vjp=_each_times_all)],
        torch="kernel:kron",
        flops=MULTIPLIED,
        doc="Kronecker product: each element of a times all of b.",
        example="kron([1, 2], [1, 10])  #=> [1, 10, 2, 20]",
    ),
    Builtin(
        "tensordot",
        [
            Form("(a: N[*a], b: N[*b], dims: int = 2) -> N[...]", by_axes(contracted_over), vjp=_over_neighbours),
            Form(
                "(a: N[*a], b: N[*b], dims: lists) -> N[...]",
                by_axes(contracted_over),
                vjp=ByAutograd("axes in any order: einsum has the formula"),
            ),
        ],
        over=(),
        flops=over_axes,
        doc="Sums of products over the last axes of a and the first of b, or over those in two lists.",
        example="tensordot([[1, 2], [3, 4]], [1, 1], ([0], [0]))  #=> [4, 6]",
    ),
    Builtin(
        "multi_dot",
        [Form("(tensors: tensors) -> T[...]", chained, vjp=_in_chain)],
        torch="linalg.multi_dot",
        spaces=("linalg",),
        aliases=("chain_matmul",),
        sequence=True,
        flops=in_chain,
        doc="The product of several matrices, in the order that is the least work.",
        example="multi_dot([[[1, 2]], [[3], [4]], [[2]]])  #=> [[22]]",
    ),
]
