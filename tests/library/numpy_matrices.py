"""NumPy's answer for products and linear algebra; for a decomposition, a check of what it must multiply back to."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np

Array = Any


def close(a: Array, b: Array) -> bool:
    return np.shape(a) == np.shape(b) and bool(np.allclose(a, b, rtol=1e-7, atol=1e-7))


def adjoint(a: Array) -> Array:
    return np.conj(np.swapaxes(a, -1, -2))


def identity_like(a: Array) -> Array:
    return np.broadcast_to(np.eye(a.shape[-1]), (*a.shape[:-2], a.shape[-1], a.shape[-1]))


def orthonormal(q: Array) -> bool:
    """Whether the columns are."""
    return close(adjoint(q) @ q, identity_like(q))


def cross(a: Array, b: Array, dim: int = -1) -> Array:
    a, b = np.broadcast_arrays(a, b)

    def turned(x: Array, by: int) -> Array:
        return np.roll(x, by, axis=dim)

    return turned(a, -1) * turned(b, -2) - turned(a, -2) * turned(b, -1)


def solved(A: Array, B: Array) -> Array:
    """torch takes B for vectors where it has the shape of A without its last axis, or one axis."""
    if B.ndim == 1 or B.shape == A.shape[:-1]:
        return np.linalg.solve(A, B[..., None])[..., 0]
    return np.linalg.solve(A, B)


def triangular(A: Array, B: Array, upper: bool, unitriangular: bool = False) -> Array:
    A = np.triu(A) if upper else np.tril(A)
    if unitriangular:
        A = A - A * np.eye(A.shape[-1]) + np.eye(A.shape[-1])
    return np.linalg.solve(A, B)


def log_determinant(A: Array) -> Array:
    return np.log(np.linalg.det(A))


def from_triangle(A: Array, UPLO: str) -> Array:
    """The Hermitian matrix that is in one triangle."""
    half = np.tril(A, -1) if UPLO == "L" else np.triu(A, 1)
    return half + adjoint(half) + np.real(A) * np.eye(A.shape[-1])


def exponential(A: Array) -> Array:
    """Its series, of a matrix halved until it is small, then squared as often."""
    halvings = 12
    term = total = identity_like(A).astype(A.dtype)
    for n in range(1, 24):
        term = term @ (A / 2**halvings) / n
        total = total + term
    for _ in range(halvings):
        total = total @ total
    return total


def condition(A: Array, p: Any = None) -> Array:
    """Of no elements torch says 0."""
    if A.shape[-1] == 0 or A.shape[-2] == 0:
        return np.zeros(A.shape[:-2])
    if p is None or (p in (2, -2) and not isinstance(p, str)):
        values = np.linalg.svd(A, compute_uv=False)
        most, least = values.max(-1, initial=0), values.min(-1, initial=np.inf)
        return least / most if p == -2 else most / least
    axes = (-2, -1)
    return np.linalg.norm(A, p, axis=axes) * np.linalg.norm(np.linalg.inv(A), p, axis=axes)


def is_condition(number: Array, A: Array, p: Any = None) -> bool:
    """That of a singular matrix is infinite, or as large as rounding makes it."""
    want = condition(A, p)
    large = (np.abs(number) > 1e10) & (np.abs(want) > 1e10)
    return np.shape(number) == np.shape(want) and bool(np.all(large | np.isclose(number, want, equal_nan=True)))


def rank(A: Array, atol: Any = None, rtol: Any = None, hermitian: bool = False) -> Array:
    """How many singular values are above both bounds; of a Hermitian matrix, that in its lower triangle."""
    values = np.linalg.svd(from_triangle(A, "L") if hermitian else A, compute_uv=False)
    if rtol is None:
        rtol = 0.0 if atol else max(A.shape[-2:]) * np.finfo(np.float64).eps
    return (values > np.maximum(atol or 0.0, rtol * values.max(-1, keepdims=True, initial=0))).sum(-1)


def is_pseudoinverse(P: Array, A: Array, atol: Any = None, rtol: Any = None, hermitian: bool = False) -> bool:
    """Moore and Penrose's four conditions; with a bound the small singular values count as 0."""
    A = from_triangle(A, "L") if hermitian else A
    U, S, Vh = np.linalg.svd(A, full_matrices=False)
    bound = np.maximum(atol or 0.0, (rtol or 0.0) * S.max(-1, keepdims=True, initial=0))
    A = (U * np.where(bound < S, S, 0)[..., None, :]) @ Vh
    return all(
        close(one, other)
        for one, other in ((A @ P @ A, A), (P @ A @ P, P), (adjoint(A @ P), A @ P), (adjoint(P @ A), P @ A))
    )


def is_qr(result: Any, A: Array, mode: str = "reduced") -> bool:
    Q, R = result
    least = min(A.shape[-2:])
    if mode == "r":
        return Q.shape == (0,) and close(adjoint(R) @ R, adjoint(A) @ A) and close(R, np.triu(R))
    wide = A.shape[-2] if mode == "complete" else least
    return Q.shape[-1] == wide and orthonormal(Q) and close(R, np.triu(R)) and close(Q @ R, A)


def is_lu(result: Any, A: Array) -> bool:
    P, L, U = result
    unit = np.all(np.diagonal(L, axis1=-2, axis2=-1) == 1)
    ones = np.all(P.sum(-1) == 1) and np.all((P == 0) | (P == 1))
    return close(P @ L @ U, A) and close(L, np.tril(L)) and close(U, np.triu(U)) and bool(unit and ones)


def is_svd(result: Any, A: Array, full_matrices: bool = True) -> bool:
    U, S, Vh = result
    least = min(A.shape[-2:])
    if full_matrices and (U.shape[-1] != A.shape[-2] or Vh.shape[-2] != A.shape[-1]):
        return False
    back = (U[..., :least] * S[..., None, :]) @ Vh[..., :least, :]
    return (
        close(back, A)
        and orthonormal(U)
        and orthonormal(adjoint(Vh))
        and close(S, np.linalg.svd(A, compute_uv=False).reshape(S.shape))
    )


def is_eig(result: Any, A: Array) -> bool:
    values, vectors = result
    return close(A @ vectors, vectors * values[..., None, :]) and close(
        np.linalg.norm(vectors, axis=-2), np.ones(values.shape)
    )


def is_eigh(result: Any, A: Array, UPLO: str = "L") -> bool:
    values, vectors = result
    A = from_triangle(A, UPLO)
    return orthonormal(vectors) and close(A @ vectors, vectors * values[..., None, :]) and is_ascending(values)


def is_ascending(values: Array) -> bool:
    return bool(np.all(np.diff(values, axis=-1) >= 0))


def ordered(values: Array) -> Array:
    """Complex numbers by their real parts, then their imaginary ones, rounded."""
    return np.sort_complex(np.round(values, 6))


def are_eigenvalues(values: Array, A: Array) -> bool:
    return close(ordered(values), ordered(np.linalg.eigvals(A).reshape(values.shape).astype(complex)))


def is_cholesky(L: Array, A: Array, upper: bool = False) -> bool:
    """Of the triangle that it reads."""
    L = adjoint(L) if upper else L
    return close(L, np.tril(L)) and close(L @ adjoint(L), from_triangle(A, "U" if upper else "L"))


def is_least_squares(result: Any, A: Array, B: Array, rcond: Any = None) -> bool:
    """The residual is orthogonal to what A reaches, and no shorter solution has it."""
    x, residuals, ranks, values = result
    if B.ndim == 1 or B.shape == A.shape[:-1]:
        x, B = x[..., None], B[..., None]
    return (
        residuals.shape == values.shape == (0,)
        and ranks.shape == A.shape[:-2]
        and close(adjoint(A) @ (A @ x - B), np.zeros(x.shape))
        and close(np.linalg.pinv(A) @ A @ x, x)
    )


PRODUCTS: dict[str, Callable[..., Any]] = {
    "matmul": np.matmul,
    "mm": np.matmul,
    "mv": np.matmul,
    "bmm": lambda a, c: np.matmul(a, c),
    "dot": np.dot,
    "outer": np.outer,
    "trace": np.trace,
    "kron": np.kron,
    "tensordot": lambda a, b, dims=2: np.tensordot(a, b, dims),
    "multi_dot": lambda tensors: reduce(np.matmul, tensors),
    "cross": cross,
    "vecdot": lambda a, b, dim=-1: np.sum(np.conj(a) * b, axis=dim),
}
ORACLES: dict[str, Callable[..., Any]] = {
    **PRODUCTS,
    "det": lambda A: np.linalg.det(A),
    "slogdet": lambda A: tuple(np.linalg.slogdet(A)),
    "logdet": log_determinant,
    "inv": lambda A: np.linalg.inv(A),
    "solve": solved,
    "solve_triangular": triangular,
    "svdvals": lambda A: np.linalg.svd(A, compute_uv=False),
    "eigvalsh": lambda A, UPLO="L": np.linalg.eigvalsh(A, UPLO),
    "matrix_rank": rank,
    "matrix_power": lambda A, n: np.linalg.matrix_power(A, n),
}
CHECKS: dict[str, Callable[..., bool]] = {
    "cond": is_condition,
    "matrix_exp": lambda result, A: bool(np.allclose(result, exponential(A), rtol=1e-6, atol=1e-9 * np.exp(20))),
    "pinv": is_pseudoinverse,
    "lstsq": is_least_squares,
    "qr": is_qr,
    "lu": is_lu,
    "svd": is_svd,
    "eig": is_eig,
    "eigvals": are_eigenvalues,
    "eigh": is_eigh,
    "cholesky": is_cholesky,
}
