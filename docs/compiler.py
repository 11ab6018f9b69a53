"""Writes docs/compiler.md from the table of rewrites: `python docs/compiler.py`.

tests/test_compiler_page.py compares. What the rewrites do is tested in tests/graph.
"""

from __future__ import annotations

from pathlib import Path

from tcalc.graph.rewrites.table import CHAINS, LOCAL

PAGE = Path(__file__).resolve().parent / "compiler.md"

INTRODUCTION = """\
# The compiler

A statement is checked, lowered to a graph, and the graph is rewritten before torch runs it: products are ordered by
their sizes, and what is not asked for is not computed. Types tell the sizes, so all this is settled before anything
runs. `make docs` writes this page from the rewrites themselves.

In the shell `:plan e` shows what was rewritten, with floating-point operations and memory before and after, `:cost e`
what an expression takes as it is written, and `:code e` the torch calls that are run. `:set rewrites off` turns all
rewrites off but the first.

A rewrite is taken where nobody else needs the value that it does without: after `M = A @ B`, `M[2]` is a part of what
is there. Only floating numbers are rewritten, and only matrices and vectors of one dtype. A random draw is never
merged, moved or left out.

| rewrite | identity | numbers |
| --- | --- | --- |
| computed once | `f(x) + f(x) = let y = f(x) in y + y` | exact |\
"""

END = """
- *Sums in another order*: the same additions and multiplications, grouped otherwise. Neither order is the more accurate
  one; tests hold ill-conditioned products against double precision. `sum(A + B)` is never made `sum(A) + sum(B)`, which
  cancels differently.
- A chain of up to sixteen factors is ordered by dynamic programming over the sizes; a longer one is cut where it is
  narrowest. Another order is taken where it saves a twentieth of the multiplications.
- How operations are counted is told in `tcalc/library/flops.py`.
"""


def page() -> str:
    """The page."""
    rows = [f"| {each.name} | `{each.identity}` | {each.safety} |" for each in (*CHAINS, *LOCAL)]
    return "\n".join([INTRODUCTION, *rows, END])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
