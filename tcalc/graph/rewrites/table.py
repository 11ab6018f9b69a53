"""The rewrites, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tcalc.graph.graph import Node, Operation
from tcalc.graph.rewrites.batches import ordered_batch
from tcalc.graph.rewrites.chains import ordered_chain
from tcalc.graph.rewrites.contractions import contracted_einsum
from tcalc.graph.rewrites.partial import (
    ELEMENTS,
    diagonal_of_product,
    part_of_elements,
    part_of_product,
    sum_of_product,
    trace_of_product,
)
from tcalc.graph.rewrites.structure import (
    common_factor,
    determinant_of_product,
    diagonal_added,
    diagonal_product,
    identity_product,
    inverse_product,
    kronecker_product,
    one_hot_added,
)
from tcalc.graph.rewrites.symmetric import symmetric_product
from tcalc.graph.rewrites.triangular import block_product, triangular_product
from tcalc.graph.rewrites.unsafe import distributed_product, dotted_sum
from tcalc.graph.rewrites.work import Work
from tcalc.graph.simplify.algebra import TRANSPOSES

#: What an operation becomes: of one that gives a tuple also its parts, each a node.
Rule = Callable[[Work, Operation], "Node | tuple[Node, ...] | None"]


class Rewrite:
    """A named rewrite of operations of some rows.

    `identity` is what it makes of what. `safety` says what it does to numbers: to the last digits, to inf and nan.
    `over` are the rows that it needs besides, of which an operand is one; none where any will do.
    """

    __slots__ = ("_nests", "_others", "identity", "name", "over", "rows", "rule", "safety")

    def __init__(
        self, name: str, rows: tuple[str, ...], over: tuple[str, ...], rule: Rule, identity: str, safety: str
    ) -> None:
        self.name, self.rows, self.over, self.rule = name, rows, over, rule
        self.identity, self.safety = identity, safety
        self._others = [row for row in over if row not in rows]
        self._nests = len(self._others) < len(over)

    def may_concern(self, counts: Mapping[str, int]) -> bool:
        """Whether a graph with so many operations of each row can have anything for it."""
        alone = sum([counts.get(row, 0) for row in self.rows])
        if not alone or not self.over:
            return bool(alone)
        return (alone > 1 and self._nests) or any(row in counts for row in self._others)


PRODUCTS = ("matmul", "mm", "mv")
BATCHES = ("matmul", "bmm")
#: What stands between the products of a chain.
BETWEEN = ("outer", "mul", *sorted(TRANSPOSES))
REORDERED = "sums in another order: the last digits may differ"
NO_INF = "exact for finite numbers; 0 * inf, which is nan, is not computed"
BLOCKWISE = "sums in another order: the last digits may differ; 0 * inf, which is nan, is not computed"

#: Those that look at a node and its operands, from the leaves up.
LOCAL = (
    Rewrite("einsum", ("einsum",), (), contracted_einsum, '"ij,jk,k->i"(A, B, x) = A @ (B @ x)', REORDERED),
    Rewrite("part", ("getitem",), PRODUCTS, part_of_product, "(A @ B)[i, j] = A[i] @ B[:, j]", REORDERED),
    Rewrite("part", ("getitem",), ELEMENTS, part_of_elements, "(A + B)[i] = A[i] + B[i]", "exact"),
    Rewrite("trace", ("trace",), PRODUCTS, trace_of_product, "trace(A @ B) = sum(A * B.T)", REORDERED),
    Rewrite(
        "diagonal", ("diag", "diagonal"), PRODUCTS, diagonal_of_product, "diag(A @ B) = sum[1](A * B.T)", REORDERED
    ),
    Rewrite("sum", ("sum", "mean"), (*PRODUCTS, "outer"), sum_of_product, "sum[1](A @ B) = A @ sum[1](B)", REORDERED),
    Rewrite("diagonal matrix", PRODUCTS, ("diag",), diagonal_product, "diag(d) @ A = d[:, None] * A", NO_INF),
    Rewrite("identity", PRODUCTS, ("eye",), identity_product, "eye(n) @ A = A", NO_INF),
    Rewrite(
        "blocks",
        PRODUCTS,
        ("block_diag",),
        block_product,
        "block_diag(B, C) @ A = cat([B @ A[:k], C @ A[k:]])",
        BLOCKWISE,
    ),
    Rewrite("Kronecker", PRODUCTS, ("kron",), kronecker_product, "kron(A, B) @ x = reshape(A @ X @ B.T)", REORDERED),
    Rewrite(
        "common factor",
        ("add", "sub"),
        PRODUCTS,
        common_factor,
        "A @ B + A @ C = A @ (B + C)",
        "better conditioned",
    ),
    Rewrite(
        "determinant",
        ("slogdet",),
        PRODUCTS,
        determinant_of_product,
        "slogdet(A @ B) = (slogdet(A)[0] * slogdet(B)[0], slogdet(A)[1] + slogdet(B)[1])",
        REORDERED,
    ),
    Rewrite(
        "one hot",
        ("add", "sub"),
        ("one_hot",),
        one_hot_added,
        "x - one_hot(t, n) = scatter_add(x, 0, t[None], [-1])",
        "exact",
    ),
)
#: Those that may lose digits, which are off unless somebody asks for them.
UNSAFE = (
    Rewrite(
        "distribute",
        PRODUCTS,
        ("add", "sub"),
        distributed_product,
        "(A - H.T @ H) @ x = A @ x - H.T @ (H @ x)",
        "where the terms nearly cancel, digits are lost",
    ),
    Rewrite(
        "dot", ("sum",), ("mul",), dotted_sum, "sum(A * B) = flatten(A) @ flatten(B)", "of very many, digits are lost"
    ),
)
#: Those that look at whole products, after the others.
CHAINS = (
    Rewrite("chain", PRODUCTS, (*PRODUCTS, *BETWEEN), ordered_chain, "(A @ B) @ v = A @ (B @ v)", REORDERED),
    Rewrite("chain", BATCHES, BATCHES, ordered_batch, "Q @ K.mT @ V = Q @ (K.mT @ V), of batches", REORDERED),
)
#: Those that look at what is left by then: inverses, diagonals that are added, large products to be cut into blocks.
LAST = (
    Rewrite("solve", PRODUCTS, ("inv",), inverse_product, "inv(S) @ b = solve(S, b)", "a smaller error"),
    Rewrite(
        "diagonal added",
        ("add", "sub"),
        ("eye", "diag"),
        diagonal_added,
        "A + c * eye(n) = diagonal_scatter(A, diagonal(A) + c)",
        "exact for finite c; c * 0, which may be nan, is not added",
    ),
    Rewrite(
        "triangle",
        PRODUCTS,
        ("triu", "tril"),
        triangular_product,
        "triu(A) @ B = cat([A[:k] @ B, A[k:, k:] @ B[k:]])",
        BLOCKWISE,
    ),
    Rewrite(
        "symmetric",
        PRODUCTS,
        tuple(sorted(TRANSPOSES)),
        symmetric_product,
        "A @ A.T = cat([cat([A @ A[:k].T]), cat([(A[k:] @ A[:k].T).T, A[k:] @ A[k:].T])], 1)",
        REORDERED,
    ),
)
#: What is taken out of a loop.
LOOP = Rewrite(
    "loop", (), (), lambda work, node: None, "vmap(v -> A @ B @ v)(C) = let M = A @ B in vmap(v -> M @ v)(C)", "exact"
)
