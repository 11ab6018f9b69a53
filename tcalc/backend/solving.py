"""Linear systems by what their matrix is: triangular, positive definite, or neither.

As Octave's backslash does: looking at the n² numbers costs little beside a factorisation's n³. What cannot be solved is
left to torch's own solver, which says why.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

#: torch's own, which have no types.
SOLVE: Callable[..., Tensor] = torch.linalg.solve
SUBSTITUTE: Callable[..., Tensor] = torch.linalg.solve_triangular

#: Smaller systems are solved before they are looked at. Cholesky's gain shows later than substitution's.
SMALL, MEDIUM = 64, 256


def solve(A: Tensor, B: Tensor) -> Tensor:
    """X such that A @ X is B, of [n, n] by [n] or [n, k]; otherwise as torch."""
    if A.dim() == 2 and B.dim() <= 2 and len(A) >= SMALL:
        found = _by_structure(A, B if B.dim() == 2 else B.unsqueeze(1))
        if found is not None:
            return found if B.dim() == 2 else found.squeeze(1)
    return SOLVE(A, B)


def solve_triangular(A: Tensor, B: Tensor, upper: bool) -> Tensor:
    """The same of a matrix that is known to be triangular."""
    if A.dim() != 2 or B.dim() > 2 or not bool(A.diagonal().all()):
        return SOLVE(A, B)
    if B.dim() == 2:
        return SUBSTITUTE(A, B, upper=upper)
    return SUBSTITUTE(A, B.unsqueeze(1), upper=upper).squeeze(1)


def _by_structure(A: Tensor, B: Tensor) -> Tensor | None:
    below, above = A[-1, 0].item(), A[0, -1].item()  # of most matrices these two say that they are nothing special
    for corner, upper in ((below, True), (above, False)):
        if corner == 0 and not bool((A.tril(-1) if upper else A.triu(1)).any()):
            return SUBSTITUTE(A, B, upper=upper) if bool(A.diagonal().all()) else None
    if below != above or len(A) < MEDIUM or A.is_complex() or not bool((A.diagonal() > 0).all()):
        return None
    if not torch.equal(A, A.T):
        return None
    factor, failed = torch.linalg.cholesky_ex(A)
    return None if bool(failed) else torch.cholesky_solve(B, factor)
