"""What statements cost, as written and as run, and the rewrites between."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tcalc.errors import TcalcError
from tcalc.graph.compiled import Closed
from tcalc.graph.cost import peak_bytes, total_flops
from tcalc.graph.graph import Graph, Node
from tcalc.graph.lower import FILE
from tcalc.show.blocks import Known, Names
from tcalc.show.expressions import NoFormula
from tcalc.show.folded import (
    GAP,
    INDENT,
    NARROW,
    Line,
    folded,
    numbered,
    on_one_line,
    set_left,
    shown,
    table,
)
from tcalc.show.formulas import input_name, order_text
from tcalc.show.visible import cells
from tcalc.types.dtypes import DType
from tcalc.types.size import Poly, Size
from tcalc.types.tensor import TensorType, Type, needs_settling

if TYPE_CHECKING:
    from tcalc.graph.compiled import Compiled
    from tcalc.graph.planned import Planned
    from tcalc.graph.rewrites.driver import Fired
    from tcalc.show.code.statement import Helpers

#: More rewrites than this are counted.
MOST_REWRITES = 20
#: A thousand, a million …
PREFIXES = ("", "k", "M", "G", "T", "P", "E", "Z", "Y", "R", "Q")
#: Of what is known while checking, and of text.
NOTHING = "nothing runs here"
#: What a rewrite is that does nothing to numbers.
EXACT = "exact"


class Reader:
    """Writes graphs as text, an expression where there is one and torch code elsewhere.

    `names` are the session's; `helpers` gives the functions that are kernels of our own; `blocks` are what the inputs
    of the blocks are called that are told.
    """

    def __init__(
        self,
        default_float: DType,
        names: Collection[str],
        helpers: Callable[[set[str]], Helpers],
        blocks: Names | None = None,
    ) -> None:
        self.float, self.names, self.helpers, self.blocks = default_float, names, helpers, blocks or Names()

    def of(self, plan: Planned) -> Reader:
        """The same for the parts of a plan, some of which stand in blocks of it."""
        return Reader(self.float, self.names, self.helpers, Names((plan.written, plan.shared, plan.run)))

    def text(self, graph: Graph) -> str:
        """What a graph computes, in the order in which it does: `t @ z with t = A @ B` within a loop."""
        named, known = self.blocks.renamed(graph)
        text = ", ".join([self._one(result) for result in named.results])
        given = [each for each in map(self._given, known) if each]
        return f"{text} with {', '.join(dict.fromkeys(given))}" if given else text

    def turns(self, graph: Graph) -> bool:
        """Whether a graph is of a block that runs many times."""
        return any(each.repeats for each in self.blocks.renamed(graph)[1])

    def _given(self, known: Known) -> str:
        """What computes an input of a block outside of it; nothing where that is a name, or no expression."""
        if known.made is None:
            return ""
        try:
            return f"{known.name} = {self._order(self.blocks.renamed(Graph((known.made,)))[0].results[0])}"
        except NoFormula:
            return ""

    def _one(self, result: object) -> str:
        if isinstance(result, tuple):
            return f"({', '.join(map(self._one, result))}{',' if len(result) == 1 else ''})"
        if not isinstance(result, Node):
            return "…"
        try:
            return self._order(result)
        except NoFormula:
            pass
        try:
            return " ".join(_sentences(self.code(Graph((result,)))))
        except TcalcError:  # a search for a minimum is no code of torch's: it stands as in the program
            return result.span.text

    def _order(self, result: object) -> str:
        return order_text(Closed(result, self.float, self.names))

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
    """A line of a plan: a name, an expression, and what it takes.

    `remark` is how often the operations a row of the whole saves; a `part` stands further in.
    """

    name: str
    text: str
    flops: Size
    bytes: int
    remark: str = ""
    part: bool = False

    @property
    def costs(self) -> tuple[str, str]:
        """Operations and bytes, as they are read."""
        return amount(self.flops, "FLOP"), scaled(self.bytes, "B")

    @property
    def line(self) -> Line:
        """The row as a line of a table."""
        return Line(f"{INDENT * self.part}{self.name}", self.text, self.costs if self.text else ("", ""), self.remark)


def _whole(name: str, graph: Graph, reader: Reader, written: Graph | None = None) -> Row:
    fewer = "" if written is None else _fewer(written, graph)
    return Row(name, reader.text(graph), total_flops(graph), peak_bytes(graph), fewer)


def _part(name: str, graph: Graph, reader: Reader) -> Row:
    remark = EACH_TURN if reader.turns(graph) else ""
    return Row(name, reader.text(graph), total_flops(graph), peak_bytes(graph), remark, True)


#: What a part of a loop's function is told of.
EACH_TURN = "each turn"


def plan_rows(plan: Planned, reader: Reader) -> list[Row]:
    """The graph as written, with what is equal computed once, after each rewrite that was taken, and as run.

    A rewrite of a part has a row with that part. None where nothing runs.
    """
    written, shared, run, fired = plan
    if not written.nodes:
        return []
    reader = reader.of(plan)
    rows = [_whole("as written", written, reader)]
    if total_flops(shared) != total_flops(written):
        rows.append(_whole("computed once", shared, reader, written))
    now = shared.results[0] if len(shared.results) == 1 else None
    for rewrite, before, made in fired[:MOST_REWRITES]:
        if made is run.results[0] and len(run.results) == 1 and made is fired[-1][2]:
            _add(rows, _whole(rewrite.name, run, reader, written))
            return _named(rows)
        if before is now:
            now = made
            _add(rows, _whole(rewrite.name, Graph((made,)), reader, written))
        else:
            _add(rows, _part(rewrite.name, Graph((made,)), reader))
    if len(fired) > MOST_REWRITES:
        rows.append(Row(f"{len(fired) - MOST_REWRITES} more", "", 0, 0, part=True))
    if fired:
        _add(rows, _whole("as run", run, reader, written))
    return _named(rows)


def _add(rows: list[Row], row: Row) -> None:
    """A further row, where it tells anything."""
    last = rows[-1]
    if (last.text, last.flops, last.bytes) != (row.text, row.flops, row.bytes):
        rows.append(row)
    elif last.part and not row.part:
        rows[-1] = row._replace(name=last.name)


def _named(rows: list[Row]) -> list[Row]:
    return rows if len(rows) > 1 else [rows[0]._replace(name="as written, and run")]


def plan_text(plan: Planned, reader: Reader, width: int) -> str:
    """A plan as a table for a terminal so wide, and what its rewrites do to numbers."""
    lines = table([row.line for row in plan_rows(plan, reader)], width)
    return "\n".join([*lines, *_safety(plan.fired, width)]) or NOTHING


def _safety(fired: Iterable[Fired], width: int) -> list[str]:
    """What rewrites do to numbers, each sentence once; none of those that are exact."""
    names: dict[str, list[str]] = {}
    for rewrite, *_ in fired:
        if rewrite.safety != EXACT:
            names.setdefault(rewrite.safety, []).append(rewrite.name)
    told = [f"{', '.join(dict.fromkeys(each))}: {safety.replace(':', ',')}" for safety, each in names.items()]
    return [line for each in told for line in folded(each, width)]


class Step(NamedTuple):
    """A statement of a program: where it stands, its text, its plan, and what is computed ahead, with its names.

    `remark` says where its sizes are from, if not from the program alone.
    """

    line: int
    text: str
    plan: Planned
    ahead: Sequence[tuple[str | None, Graph]] = ()
    remark: str = ""


#: Of a statement whose sizes the data have decided, and of one where they have yet to.
OF_THIS_RUN, TO_COME = "sizes of this run", "+ what data decide"
#: How data say so.
SIZES = {OF_THIS_RUN: "of this run", TO_COME: "data decide"}
#: A statement takes so many lines at most.
MOST_OF_STATEMENT = 2


def steps_of(statements: Iterable[Compiled], planned: Callable[[Compiled], Planned]) -> list[Step]:
    """The statements of a program, in order, each with its plan."""
    steps: list[Step] = []
    decided: set[str] = set()
    for each in statements:
        span, plan = each.checked.statement.span, planned(each)
        is_open = any(needs_settling(node.type) for node in plan.written.nodes)
        is_of_run = bool(each.ahead) or not decided.isdisjoint(each.checked.used)
        steps.append(Step(span.line, span.text, plan, each.ahead, TO_COME if is_open else OF_THIS_RUN * is_of_run))
        for name, value in zip(each.checked.targets, each.checked.values, strict=False):
            if name is not None:
                (decided.add if (is_open or is_of_run) and _has_size(value.type) else decided.discard)(name)
    return steps


def _has_size(type: Type) -> bool:
    """Whether a value's type says more than that it is one number that is computed."""
    return not isinstance(type, TensorType) or bool(type.axes) or type.static is not None


def program_text(steps: Sequence[Step], reader: Reader, width: int) -> str:
    """The plans of a program's statements for a terminal so wide: a line each, and a table below those rewritten."""
    wide = max([len(str(step.line)) for step in steps], default=0)
    inner = " " * (wide + 2)
    rows = [[*_ahead(step, reader), *plan_rows(step.plan, reader)] for step in steps]
    alone = [place for place, own in enumerate(rows) if len(own) == 1]
    told = [Line("", steps[place].text, rows[place][0].costs, steps[place].remark) for place in alone]
    tails = {
        place: GAP.join([*numbers, line.remark]).rstrip()
        for place, line, numbers in zip(alone, told, numbered(told), strict=True)
    }
    room = width - len(inner) - len(GAP) - max(map(cells, tails.values()), default=0)
    column = min(room, max([cells(line.text) for line in told], default=0))
    lines: list[str] = []
    for place, (step, own) in enumerate(zip(steps, rows, strict=True)):
        text = on_one_line(step.text)
        beside = place in tails and (room >= NARROW or cells(text) <= column)
        space = column if beside else width - len(inner)
        first, *rest = shown(text, "", max(1, space), MOST_OF_STATEMENT)
        first = GAP.join([set_left(first, column), tails[place]]) if beside else first
        lines += [f"{step.line:>{wide}}  {first}", *[inner + line for line in rest]]
        if beside:
            continue
        if place in tails:
            lines.append(inner + " " * max(len(INDENT), column + len(GAP)) + tails[place])
            continue
        if step.remark and own:
            lines.append(f"{inner}{step.remark}:")
        lines += [inner + line for line in table([row.line for row in own], width - len(inner))]
    fired = [each for step in steps for each in step.plan.fired]
    return "".join([f"{line.rstrip()}\n" for line in [*lines, *_safety(fired, width)]])


def _ahead(step: Step, reader: Reader) -> list[Row]:
    """What data decide a shape by, which is computed first."""
    rows = []
    for name, graph in step.ahead:
        text = reader.text(graph)
        text = text if name is None else f"{input_name(name)} = {text}"
        rows.append(Row("first", text, total_flops(graph), peak_bytes(graph)))
    return rows


def step_json(step: Step, reader: Reader) -> str:
    """`{"line", "statement", "written": {…}, "rewrites": [{"name", "from", "to", …}], "run": {…}}`.

    A graph has `text`, `flops` and `bytes`, the one that is run its torch `code` too. A rewrite says what its `safety`
    is, and what the part took `before` and takes `after`. Where data decided a shape, `ahead` are the graphs that were
    run first, and `sizes` says that those of a statement are "of this run", or that "data decide" one of them, which is
    not counted.
    """
    import json

    written, shared, run, fired = step.plan
    reader = reader.of(step.plan)
    rewrites: list[dict[str, object]] = []
    if total_flops(shared) != total_flops(written):
        rewrites.append(_changed("computed once", EXACT, written, shared, reader))
    for rewrite, before, made in fired:
        rewrites.append(_changed(rewrite.name, rewrite.safety, Graph((before,)), Graph((made,)), reader))
    facts: dict[str, object] = {"line": step.line, "statement": step.text}
    if step.remark:
        facts["sizes"] = SIZES[step.remark]
    if step.ahead:
        facts["ahead"] = [_facts(graph, reader) for _, graph in step.ahead]
    facts["written"] = _facts(written, reader)
    facts["rewrites"] = rewrites
    facts["run"] = {**_facts(run, reader), "code": _code(run, reader)}
    return json.dumps(facts).replace("\x7f", "\\u007f")


def _code(graph: Graph, reader: Reader) -> str | None:
    """The torch code of a graph; None where there is none."""
    try:
        return "\n".join(reader.code(graph) if graph.nodes else [])
    except TcalcError:
        return None


def _changed(name: str, safety: str, before: Graph, after: Graph, reader: Reader) -> dict[str, object]:
    texts = {"name": name, "from": reader.text(before), "to": reader.text(after)}
    return {**texts, "safety": safety, "before": _costs(before), "after": _costs(after)}


def _facts(graph: Graph, reader: Reader) -> dict[str, object]:
    return {"text": reader.text(graph) if graph.nodes else "", **_costs(graph)}


def _costs(graph: Graph) -> dict[str, object]:
    count = total_flops(graph)
    return {"flops": count if isinstance(count, int) else str(count), "bytes": peak_bytes(graph)}


def cost_text(flops: Size, bytes: Size) -> str:
    """Floating-point operations, and the most bytes that are held at once."""
    return f"{amount(flops, 'FLOP')}   {amount(bytes, 'B')}"


def amount(count: Size, unit: str) -> str:
    """A count in the unit that suits: a number, or a polynomial of sizes."""
    return scaled(count, unit) if isinstance(count, int) else _symbolic(count, unit)


def scaled(count: int, unit: str) -> str:
    """A count in thousands, millions … of a unit: `2.0 GFLOP`, `4.0 kB`; beyond those `1.0e33 FLOP`."""
    power = 0
    while 20 * count >= (19999 if power else 20000) * 1000**power:  # 999.95 would be read as 1000.0
        power += 1
    if power < len(PREFIXES):
        return f"{count / 1000**power:.{1 if power else 0}f} {PREFIXES[power]}{unit}"
    from decimal import Decimal  # no float is as large as a count may be

    return f"{Decimal(count):.1e} {unit}".replace("e+", "e")


def _symbolic(count: Size, unit: str) -> str:
    text = str(count)
    loose = isinstance(count, Poly) and (len(count.terms) > 1 or " // " in text)
    return f"({text}) {unit}" if loose else f"{text} {unit}"


def _fewer(written: Graph, run: Graph) -> str:
    before, after = total_flops(written), total_flops(run)
    if not isinstance(before, int) or not isinstance(after, int) or not after or 20 * before < 21 * after:
        return ""
    if before < 10 * after:
        return f"{before / after:.1f} × fewer"
    times, rest = divmod(before, after)  # rounded without floats, which are not as large as counts may be
    return f"{times + (2 * rest + times % 2 > after)} × fewer"
