"""Writes docs/derivatives.md from the rows of the library: `python tools/derivatives.py`.

tests/test_derivatives_page.py does the same, and compares. That the formulas hold is tested in tests/library.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from tcalc import library
from tcalc.check.checker import Checker
from tcalc.check.surroundings import Surroundings
from tcalc.graph.derivatives.formulas import NOTHING
from tcalc.graph.derivatives.reverse import parameters_of
from tcalc.graph.graph import Graph, Node, Operation, Part
from tcalc.graph.lower import lower
from tcalc.library.builtin import Builtin, ByAutograd, Flat, Form, Vjp
from tcalc.source import Source
from tcalc.syntax.parser import parse_expression
from tcalc.types import dtypes
from tcalc.types.tensor import TupleType

PAGE = Path(__file__).resolve().parent.parent / "docs" / "derivatives.md"

INTRODUCTION = """\
# Derivatives

How derivatives go through each function. `make docs` writes this page from the library, and the tests hold every row of
it against finite differences. What a gradient is, is told [with the language](language.md#gradients); what the
functions are, in the [reference](reference.md).

- [By formulas](#by-formulas), in the language itself: {formulas} functions
- [Zero](#zero), and why: {flat}
- [By torch's autograd](#by-torchs-autograd), and why: {autograd}\
"""

FORMULAS = """\
## By formulas

What the gradient of an operand is, from `g`, the gradient of the result `out`. Broadcasting is summed back; a result of
several parts, `out0` and `out1`, has the gradients `g0` and `g1`. Formulas are of real numbers: for complex ones there
is autograd, with torch's convention. `…` stands for an operand that is left to autograd. `dropout(x)` is x times its
mask; `x[i] = value` hands `g[i]` to the value, and the rest of g to x.

| functions | gradients |
| --- | --- |\
"""

CALLS = """\
The formulas of some functions depend on the call: on axes, shapes and options. Here they are for an example of each;
some other calls have none, and are left to autograd.

| call | gradients |
| --- | --- |\
"""

ZERO = """\
## Zero

Where everything that leads from a variable to a result is one of these, a note says that the derivative is 0.\
"""

AUTOGRAD = """\
## By torch's autograd

These become one node each, which `torch.autograd` runs backwards. So do loops and choices, whole, and the functions of
torch that have no row.\
"""

#: Calls of functions whose own example shows no formula.
EXAMPLES = {
    "diag": "diag([[1., 2.], [3., 4.]], 1)",
    "permute": "permute(ones(2, 3, 4), 1, 2, 0)",
    "tensordot": "tensordot(ones(2, 3), ones(3, 4), 1)",
    "linalg.norm": "torch.linalg.norm([[3., 0.], [0., 4.]])",
}

#: Why forms without a word on derivatives need none.
DRAWN = "random: what was drawn is remembered, and has no derivative by what it was drawn from"


def written() -> str:
    """The whole page."""
    rows = [row for _, _, rows in library.families() for row in rows]
    rows += [row for row in [library.row("getitem", "hidden")] if row is not None]
    fixed, called = fixed_lines(rows), list(called_lines(rows))
    flat, left = reasons(rows, Flat), reasons(rows, ByAutograd)
    counts = [sum(map(len, each.values())) for each in (flat, left)]
    formulas = sum(any(has_formula(form) for form in row.forms) for row in rows)
    parts = [
        INTRODUCTION.format(formulas=formulas, flat=counts[0], autograd=counts[1]),
        "\n".join([FORMULAS, *fixed]),
        "\n".join([CALLS, *called]),
        ZERO,
        "\n".join(listed(flat)),
        AUTOGRAD,
        "\n".join(listed(left)),
    ]
    return "\n\n".join(parts) + "\n"


def has_formula(form: Form) -> bool:
    """Whether some calls of a form have a formula."""
    return callable(form.vjp) or (isinstance(form.vjp, Mapping) and bool(form.vjp))


def fixed_lines(rows: list[Builtin]) -> list[str]:
    """The formulas that hold for every call, a line for all functions that have the same."""
    found: dict[str, list[str]] = {}
    for row in rows:
        for form in row.forms:
            if isinstance(form.vjp, Mapping) and form.vjp:
                names = found.setdefault(gradients(form.vjp), [])
                if row.name not in names:
                    names.append(row.name)
    return [f"| {', '.join(map(code, names))} | {text} |" for text, names in found.items()]


def called_lines(rows: list[Builtin]) -> Iterator[str]:
    """Of the formulas that depend on the call those of an example."""
    for row in rows:
        if any(callable(form.vjp) for form in row.forms):
            example = EXAMPLES.get(row.name, row.example.partition("  #=> ")[0])
            yield f"| {code(example)} | {gradients(by_example(row, example))} |"


def gradients(vjp: Vjp) -> str:
    """Each operand with its gradient."""
    return ", ".join([f"{name}: {code(text) if text else '…'}" for name, text in vjp.items()])


def by_example(row: Builtin, example: str) -> Vjp:
    """What a row's rule says of the call in its example."""
    checker = Checker(NOTHING, Surroundings(dtypes.F32))
    graph = lower([checker.check(parse_expression(Source(example)))])
    for node in graph.nodes:
        if isinstance(node, Operation) and node.row is row and callable(node.form.vjp):
            parts = [f"g{each}" for each in parts_used(graph, node)] if isinstance(node.type, TupleType) else ["g"]
            given, places = parameters_of(node)
            found = node.form.vjp({**given, **dict.fromkeys(parts, node)})
            assert found, f"{example} shows no formula: give {row.name} one in EXAMPLES"
            return {place: text for place, text in found.items() if place in places}
    raise AssertionError(f"{example} is no call of {row.name}: give it one in EXAMPLES")


def parts_used(graph: Graph, node: Node) -> list[int]:
    """The parts of a result that an example asks for; all of them where it shows them all."""
    used = [each.index for each in graph.nodes if isinstance(each, Part) and each.inputs[0] is node]
    assert isinstance(node.type, TupleType)
    return used or [i for i, type in enumerate(node.type.items) if getattr(type, "dtype", dtypes.I64).rank >= 2] or [0]


def reasons(rows: list[Builtin], kind: type[Flat] | type[ByAutograd]) -> dict[str, list[str]]:
    """Functions by the reason that a form of theirs has."""
    found: dict[str, list[str]] = {}
    for row in rows:
        for form in row.forms:
            why = reason(row, form, kind)
            names = found.setdefault(why, []) if why else []
            if row.name not in names:
                names.append(row.name)
    return found


def reason(row: Builtin, form: Form, kind: type[Flat] | type[ByAutograd]) -> str:
    """Why a form is flat, or left to autograd; nothing where it is not."""
    if isinstance(form.vjp, kind):
        return form.vjp.why if isinstance(form.vjp, Flat) else str(form.vjp)
    return DRAWN if row.random and not row.masks and form.vjp is None and kind is Flat else ""


def listed(found: Mapping[str, list[str]]) -> list[str]:
    """A line for each reason."""
    return [f"- {why}: {', '.join(map(code, names))}" for why, names in found.items()]


def code(text: str) -> str:
    """A text as code, in a cell of a table."""
    return f"`{text}`".replace("|", "\\|")


if __name__ == "__main__":
    before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    after = written()
    if after != before:
        PAGE.write_text(after, encoding="utf-8")
        print(f"docs/{PAGE.name} has changed")
