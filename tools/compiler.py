"""Writes docs/compiler.md from the table of rewrites: `python tools/compiler.py`.

tests/test_compiler_page.py compares. What the rewrites do is tested in tests/graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tcalc.graph.rewrites.table import CHAINS, LAST, LOCAL, LOOP, UNSAFE, Rewrite

PAGE = Path(__file__).resolve().parent.parent / "docs" / "compiler.md"

INTRODUCTION = """\
# The compiler

A statement is checked, lowered to a graph, and the graph is rewritten before torch runs it: products are ordered by
their sizes, and what is not asked for is not computed. Types tell the sizes, so all this is settled before anything
runs. `make docs` writes this page from the rewrites themselves.

In the shell `:plan e` shows what was rewritten, with floating-point operations and memory before and after, and
`:code e` the torch calls that are run. `tcalc --plan` does so for each statement of a program, and runs none of them
unless data decide a shape, which is said beside it. `--rewrites off`, in the shell `:set rewrites off`, turns all
rewrites off but the first.

```console
$ tcalc --plan -e 'A = ones(1000, 1000); v = ones(1000)' -e 'A @ A @ v' -e 'trace(A @ A) + v[0]'
1  A = ones(1000, 1000)   0 FLOP   4.0 MB
1  v = ones(1000)         0 FLOP   4.0 kB
2  A @ A @ v
   as written   A @ A @ v     2.0 GFLOP   4.0 MB
   chain        A @ (A @ v)   4.0 MFLOP   8.0 kB   500 × fewer
3  trace(A @ A) + v[0]
   as written   trace(A @ A) + v[0]   2.0 GFLOP   4.0 MB
     trace      sum(A * A.T)          2.0 MFLOP   4.0 MB
   as run       sum(A * A.T) + v[0]   2.0 MFLOP   4.0 MB   1000 × fewer
chain, trace: sums in another order, the last digits may differ
```

A row is the whole statement after a rewrite, with its operations against those of the first row; a name further in is
of a part, and its row of that part alone, in a loop of one turn. Memory is the most that is held at once, results
included and variables not. Loops and choices are written as in the language, with the program's own names. With
`--json` each statement is an object: what is `written` and what is `run`, each with its `text`, `flops` and `bytes`,
and the `rewrites` between, with what the part took `before` and takes `after`, and what is said of its `safety`.

`:cost e` tells what an expression takes as it is written; of a function whose parameters have sizes, by their names:
after `f(A: [n, m], B: [m, k]): [n, k] = A @ B`, `:cost f` says `2*k*m*n FLOP   4*k*n B`.

What the statements of a script or of several `-e` have in common is computed by the first of them and held for the
last, where that is no work more: after `X = A.T @ B`, `(A.T @ B).T @ (A.T @ B)` is one product. A pipe and the shell
know no statement before it comes.

Where what was rewritten fails, the statement is run once more as it is written, and the error is of that.

A rewrite is taken where nobody else needs the value that it does without: after `M = A @ B`, `M[2]` is a part of what
is there. Within a statement a product that several need is not computed where all of them can do without it, as in
`trace(A @ B) + sum(A @ B)`. Only floating and complex numbers are rewritten, and only matrices and vectors of one
dtype. A random draw is never merged, moved or left out.

| rewrite | identity | numbers |
| --- | --- | --- |
| computed once | `f(x) + f(x) = let y = f(x) in y + y` | exact |\
"""

FAST = """
Off by default are those that may lose digits. `--rewrites fast` and `:set rewrites fast` take them too.

| rewrite | identity | numbers |
| --- | --- | --- |\
"""

END = """
- *Sums in another order*: the same additions and multiplications, grouped otherwise. Neither order is the more accurate
  one; tests hold ill-conditioned products against double precision. `sum(A + B)` is never made `sum(A) + sum(B)`, which
  cancels differently. Near the largest number of a dtype one order may overflow where another does not: of A and B full
  of 1e-30 and 1e30, `A @ B @ v` may be finite where `A @ (B @ v)` is inf. `--rewrites off` computes as it is written.
- A chain of up to forty factors is ordered by dynamic programming over the sizes; a longer one is cut where it is
  narrowest. Another order is taken where it saves a twentieth of the multiplications. Numbers that multiply a factor
  multiply the smallest one, or the result; of half floats they stay where they are.
- An einsum of several tensors is contracted pair by pair in the order that opt_einsum finds for their sizes, once and
  not at each call. A pair is one product of matrices, vectors or elements, with views before and after it; as in
  torch's own einsum, two vectors are a dot product.
- Element-wise operations on tensors of 32 MB and more run by pieces that fit into a cache, so that nothing but the last
  result is made whole, and a product that nobody else needs gives its memory to it. The numbers are the same to the
  last digit; functions of which torch computes the last few elements otherwise (`sigmoid`, `cosh`) are left out. A sum
  of such a chain is added up by pieces, as accurately as torch's. Memory in plans is told before this.
- `solve` looks at its matrix, as Octave's backslash does: a triangular one is solved by substitution, a positive
  definite one by Cholesky's factorisation, which takes half the work. What has no solution is torch's error as ever.
- Operations are counted as `tcalc/library/flops.py` tells. A product of matrices takes `2*n*k*m`, of complex numbers
  four times that; a factorisation its leading terms, `fft` 5 n log2 n, sorting n log2 n comparisons. What is only made
  or moved takes none. An einsum of several tensors counts, as written, what torch takes from the left, two at a time; a
  `vmap` computes once what does not depend on the element.
"""


def page() -> str:
    """The page."""

    def rows(rewrites: Sequence[Rewrite]) -> list[str]:
        return [f"| {each.name} | `{each.identity}` | {each.safety} |" for each in rewrites]

    return "\n".join([INTRODUCTION, *rows((*CHAINS, *LOCAL, *LAST, LOOP)), FAST, *rows(UNSAFE), END])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
