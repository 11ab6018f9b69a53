"""What statements cost, as written and as run, and the rewrites between."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tcalc.graph.compiled import Closed
from tcalc.graph.cost import peak_bytes, total_flops
from tcalc.graph.graph import Graph, Node
from tcalc.graph.lower import FILE
from tcalc.show.expressions import NoFormula
from tcalc.show.formulas import input_name, order_text
from tcalc.show.visible import visible
from tcalc.types.dtypes import DType
from tcalc.types.size import Poly, Size

if TYPE_CHECKING:
    from tcalc.graph.planned import Planned
    from tcalc.show.code.statement import Helpers

#: Longer expressions are cut.
WIDEST = 48
#: More rewrites than this are counted.
MOST_REWRITES = 20
#: A thousand, a million …
PREFIXES = ("", "k", "M", "G", "T", "P")


class Reader:
    """Writes graphs as text, an expression where there is one and torch code elsewhere.

    `names` are the session's; `helpers` gives the functions that are kernels of our own.
    """

    def __init__(self, default_float: DType, names: Collection[str], helpers: Callable[[set[str]], Helpers]) -> None:
        self.float, self.names, self.helpers = default_float, names, helpers

    def text(self, graph: Graph) -> str:
        """What a graph computes, in the order in which it does."""
        return ", ".join([self._one(result) for result in graph.results])

    def _one(self, result: object) -> str:
        if isinstance(result, tuple):
            return f"({', '.join(map(self._one, result))}{',' if len(result) == 1 else ''})"
        if not isinstance(result, Node):
            return "…"
        try:
            return order_text(Closed(result, self.float, self.names))
        except NoFormula:
            return " ".join(_sentences(self.code(Graph((result,)))))

    def code(self, graph: Graph) -> list[str]:
        """The lines of torch that a graph is run as, without the functions that they call."""
        from tcalc.show.code.statement import code_lines
        from tcalc.show.code.text import Text

        inputs = [node.name for node in graph.inputs if not str(node.name).startswith(FILE)]
        names = {name: Text(input_name(name)) for name in inputs}
        taken = [*self.names, *[each.text for each in names.values()]]
        return code_lines(graph, (), taken, names, self.helpers({*taken}), self.float)[1]


def _sentences(lines: Sequence[str]) -> list[str]:
    """Lines of Python to stand behind each other."""
    parts = [" ".join(part.split()) for line in lines for part in line.split("\n") if part.strip()]
    return [part if part.endswith((":", "(", ",")) or part is parts[-1] else f"{part};" for part in parts]


class Row(NamedTuple):
    """A line of a plan: a name, an expression, and what it takes."""

    name: str
    text: str
    flops: Size
    bytes: int
    #: How often the operations that it saves.
    fewer: str = ""

    @property
    def costs(self) -> tuple[str, str]:
        """Operations and bytes, as they are read."""
        return amount(self.flops, "FLOP"), scaled(self.bytes, "B")


def _row(name: str, text: str, graph: Graph, before: Graph | None = None) -> Row:
    fewer = "" if before is None else _fewer(before, graph)
    return Row(name, text, total_flops(graph), peak_bytes(graph), fewer)


def plan_rows(plan: Planned, reader: Reader) -> list[Row]:
    """The graph as written, with what is equal computed once, after each rewrite that was taken, and as run.

    A rewrite of a part has a row with that part. None where nothing runs.
    """
    written, shared, run, fired = plan
    if not written.nodes:
        return []
    rows = [_row("as written", reader.text(written), written)]
    if total_flops(shared) != total_flops(written):
        rows.append(_row("computed once", reader.text(shared), shared, written))
    last = len(fired) - 1
    for place, (rewrite, before, made) in enumerate(fired):
        if last >= MOST_REWRITES and place == MOST_REWRITES:
            rows.append(Row(f"{last + 1 - MOST_REWRITES} more", "", 0, 0))
            break
        if place == last and len(run.results) == 1 and made is run.results[0]:
            rows.append(_row(rewrite.name, reader.text(run), run, written))
            return rows
        rows.append(_row(rewrite.name, reader.text(Graph((made,))), Graph((made,)), Graph((before,))))
    if fired:
        rows.append(_row("as run", reader.text(run), run, written))
    return rows if len(rows) > 1 else [rows[0]._replace(name="as written, and run")]


def plan_text(plan: Planned, reader: Reader) -> str:
    """A plan as a table."""
    return "\n".join(_table(plan_rows(plan, reader))) or NOTHING


#: Of what is known while checking, of text, and of functions.
NOTHING = "nothing runs here"


def _table(rows: Sequence[Row]) -> list[str]:
    if not rows:
        return []
    cells = [(row.name, shortened(row.text), *(row.costs if row.text else ("", "")), row.fewer) for row in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(4)]
    lines = []
    for name, text, work, memory, fewer in cells:
        parts = [name.ljust(widths[0]), text.ljust(widths[1]), work.rjust(widths[2]), memory.rjust(widths[3]), fewer]
        lines.append("   ".join(parts).rstrip())
    return lines


def shortened(text: str) -> str:
    """An expression on one line, cut where it is long."""
    line = visible(" ".join(text.split()))
    return line if len(line) <= WIDEST else line[: WIDEST - 1] + "…"


class Step(NamedTuple):
    """A statement of a program: where it stands, its text, its plan, and what is computed ahead, with its names."""

    line: int
    text: str
    plan: Planned
    ahead: Sequence[tuple[str | None, Graph]] = ()


def program_text(steps: Sequence[Step], reader: Reader) -> str:
    """The plans of a program's statements: a line each, and a table below those that are rewritten."""
    wide = max([len(str(step.line)) for step in steps], default=0)
    heads = [f"{step.line:>{wide}}  {shortened(step.text)}" for step in steps]
    rows = [[*_ahead(step, reader), *plan_rows(step.plan, reader)] for step in steps]
    alone = [(head, *own[0].costs) for head, own in zip(heads, rows, strict=True) if len(own) == 1]
    widths = [max([len(each[column]) for each in alone], default=0) for column in range(3)]
    lines = []
    for head, own in zip(heads, rows, strict=True):
        if len(own) == 1:
            work, memory = own[0].costs
            lines.append(f"{head.ljust(widths[0])}   {work.rjust(widths[1])}   {memory.rjust(widths[2])}")
        else:
            lines += [head, *[f"{' ' * (wide + 2)}{line}" for line in _table(own)]]
    return "".join([f"{line}\n" for line in lines])


def _ahead(step: Step, reader: Reader) -> list[Row]:
    """What data decide a shape by, which is computed first."""
    rows = []
    for name, graph in step.ahead:
        text = reader.text(graph)
        rows.append(_row("first", text if name is None else f"{input_name(name)} = {text}", graph))
    return rows


def step_json(step: Step, reader: Reader) -> str:
    """`{"line", "statement", "written": {…}, "rewrites": [{"name", "from", "to"}], "run": {…}}`.

    A graph has `text`, `flops` and `bytes`, the one that is run its torch `code` too. Where data decided a shape,
    `ahead` are the graphs that were run first.
    """
    import json

    written, shared, run, fired = step.plan
    rewrites: list[dict[str, str]] = []
    if total_flops(shared) != total_flops(written):
        rewrites.append({"name": "computed once", "from": reader.text(written), "to": reader.text(shared)})
    for rewrite, before, made in fired:
        texts = [reader.text(Graph((each,))) for each in (before, made)]
        rewrites.append({"name": rewrite.name, "from": texts[0], "to": texts[1]})
    facts: dict[str, object] = {"line": step.line, "statement": step.text}
    if step.ahead:
        facts["ahead"] = [_facts(graph, reader) for _, graph in step.ahead]
    facts["written"] = _facts(written, reader)
    facts["rewrites"] = rewrites
    facts["run"] = {**_facts(run, reader), "code": "\n".join(reader.code(run) if run.nodes else [])}
    return json.dumps(facts).replace("\x7f", "\\u007f")


def _facts(graph: Graph, reader: Reader) -> dict[str, object]:
    count = total_flops(graph)
    flops = count if isinstance(count, int) else str(count)
    return {"text": reader.text(graph) if graph.nodes else "", "flops": flops, "bytes": peak_bytes(graph)}


def cost_text(flops: Size, bytes: Size) -> str:
    """Floating-point operations, and the most bytes that are held at once."""
    return f"{amount(flops, 'FLOP')}   {amount(bytes, 'B')}"


def amount(count: Size, unit: str) -> str:
    """A count in the unit that suits: a number, or a polynomial of sizes."""
    return scaled(count, unit) if isinstance(count, int) else _symbolic(count, unit)


def scaled(count: float, unit: str) -> str:
    """A count in thousands, millions … of a unit: `2.0 GFLOP`, `4.0 kB`."""
    power = 0
    while count >= 1000 and power < len(PREFIXES) - 1:
        count, power = count / 1000, power + 1
    return f"{count:.{1 if power else 0}f} {PREFIXES[power]}{unit}"


def _symbolic(count: Size, unit: str) -> str:
    text = str(count)
    loose = isinstance(count, Poly) and (len(count.terms) > 1 or " // " in text)
    return f"({text}) {unit}" if loose else f"{text} {unit}"


def _fewer(written: Graph, run: Graph) -> str:
    before, after = total_flops(written), total_flops(run)
    if not isinstance(before, int) or not isinstance(after, int) or not after or before < 1.05 * after:
        return ""
    ratio = before / after
    return f"{ratio:.0f} × fewer" if ratio >= 10 else f"{ratio:.1f} × fewer"
