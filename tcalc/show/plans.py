"""What a statement costs, as written and as run, and the rewrites between."""

from __future__ import annotations

from tcalc.graph.compiled import Closed
from tcalc.graph.cost import peak_bytes, total_flops
from tcalc.graph.graph import Graph, Node
from tcalc.graph.rewrites.driver import Fired
from tcalc.show.expressions import NoFormula
from tcalc.show.formulas import formula_text
from tcalc.types.dtypes import DType
from tcalc.types.size import Size

#: Longer expressions are cut.
WIDEST = 48


def plan_text(written: Graph, shared: Graph, run: Graph, fired: list[Fired], default_float: DType) -> str:
    """The graph as written, with what is equal computed once, after each rewrite that was taken, and as run."""
    rows = [("as written", _text(written, default_float), *_cost(written), "")]
    before = total_flops(written)
    if total_flops(shared) != before:
        rows.append(("computed once", _text(shared, default_float), *_cost(shared), _fewer(before, shared)))
    for place, (rewrite, _, made) in enumerate(fired):
        last = place == len(fired) - 1
        whole = last and any(made is each for each in run.results)
        graph = run if whole else Graph((made,))
        rows.append((rewrite.name, _text(graph, default_float), *_cost(graph), _fewer(before, run) if whole else ""))
        if last and not whole:
            rows.append(("as run", _text(run, default_float), *_cost(run), _fewer(before, run)))
    if len(rows) == 1:
        rows[0] = ("as written, and run", *rows[0][1:])
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = []
    for name, text, work, memory, fewer in rows:
        cells = [name.ljust(widths[0]), text.ljust(widths[1]), work.rjust(widths[2]), memory.rjust(widths[3]), fewer]
        lines.append("   ".join(cells).rstrip())
    return "\n".join(lines)


def _text(graph: Graph, default_float: DType) -> str:
    texts = []
    for result in graph.results:
        for each in result if isinstance(result, tuple) else (result,):
            try:
                texts.append(formula_text(Closed(each, default_float)) if isinstance(each, Node) else "…")
            except NoFormula:
                texts.append("…")
    text = ", ".join(texts)
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _cost(graph: Graph) -> tuple[str, str]:
    return flops_text(total_flops(graph)), scaled(peak_bytes(graph), "B")


def cost_text(graph: Graph) -> str:
    """The floating-point operations of a graph, and the most bytes that it holds at once."""
    return "   ".join(_cost(graph))


def flops_text(count: Size) -> str:
    """Floating-point operations, in the unit that suits: a number, or a polynomial of sizes."""
    return scaled(count, "FLOP") if isinstance(count, int) else f"{count} FLOP"


def scaled(count: float, unit: str) -> str:
    """A count in thousands, millions … of a unit: `2.0 GFLOP`, `4.0 kB`."""
    power = 0
    while count >= 1000 and power < len(PREFIXES) - 1:
        count, power = count / 1000, power + 1
    return f"{count:.{1 if power else 0}f} {PREFIXES[power]}{unit}"


#: A thousand, a million …
PREFIXES = ("", "k", "M", "G", "T", "P")


def _fewer(before: Size, run: Graph) -> str:
    after = total_flops(run)
    if not isinstance(before, int) or not isinstance(after, int) or before < 1.05 * max(after, 1):
        return ""
    ratio = before / max(after, 1)
    return f"{ratio:.0f} × fewer" if ratio >= 10 else f"{ratio:.1f} × fewer"
