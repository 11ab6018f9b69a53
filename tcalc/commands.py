"""The shell's `:commands`: one table that help, completion and the tests read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from tcalc.errors import TcalcError
from tcalc.outcomes import Bound, Drawn, Fitted, Left, Noted, Offered, Outcome
from tcalc.settings import SWITCHES
from tcalc.source import Source, Span
from tcalc.syntax import nodes
from tcalc.types.tensor import FunctionType

if TYPE_CHECKING:
    from tcalc.check.checked import Checked
    from tcalc.session import Session

#: What a command gives: lines of text, and outcomes, which are shown as a statement's are.
Answer = list["Outcome | str"]


class Command:
    """A row of the table.

    `argument` is a hint at what stands after the name, empty where nothing does; in brackets where it may be left out.
    `takes` says what completes there: "names" (the session's), "words" (all that help knows), "expression", "codes",
    "settings" or "".
    `run` may raise TcalcError.
    `page` is what help says besides the sentence `doc`, line by line; empty where that is all.
    """

    __slots__ = ("argument", "doc", "name", "page", "run", "takes")

    def __init__(
        self,
        name: str,
        argument: str,
        takes: str,
        doc: str,
        run: Callable[[Session, Source], Answer],
        page: str = "",
    ) -> None:
        self.name, self.argument, self.takes, self.doc, self.run = name, argument, takes, doc, run
        self.page = page.strip("\n")

    @property
    def usage(self) -> str:
        """`:type EXPR`"""
        return f":{self.name} {self.argument}".rstrip()


def is_command(text: str) -> bool:
    """Whether a text is a command and not a statement."""
    return text.lstrip().startswith(":") or bool(_question(text))


def _question(text: str) -> str:
    """The name in `?sum`, `sum?` and the like, which no expression can be: a hole stands alone, or by an operator."""
    text = text.strip()
    name = text.strip("?")
    if name == text or not all(map(str.isidentifier, name.split("."))):
        return ""
    if not text.startswith("?"):
        from tcalc.syntax.parser import keywords

        return "" if name in keywords() else name  # `not?` is `not ?`
    return name


def run_command(session: Session, source: Source) -> Answer:
    """Run the command that a text is. Raises TcalcError."""
    text = source.text
    question = _question(text)
    if question:
        return COMMANDS["help"].run(session, Source(question, ":help", source.first_line))
    start = text.index(":")
    words = text[start + 1 :].split(None, 1)
    name, argument = (*words, "", "")[:2]
    place = Span(source, start, start + 1 + len(name))
    command = COMMANDS.get(name or "help")
    if command is None:
        raise _unknown(session, f":{name}", place, [f":{each}" for each in COMMANDS], ":help lists the commands")
    if not argument and command.argument and not command.argument.startswith("["):
        raise TcalcError("type", f":{name} needs {_article(command.argument)}", place)
    if argument and not command.argument:
        raise TcalcError("type", f":{name} takes nothing", Span(source, place.end + 1, len(text.rstrip())))
    return command.run(session, Source(argument.rstrip(), f":{name}", source.first_line))


def _unknown(session: Session, name: str, span: Span, known: Iterable[str], else_: str) -> TcalcError:
    """The error of a name that a table lacks: a near one is offered, or else where to look."""
    error = session.words.unknown(name, span, list(known))
    if "?" not in error.message:
        error.message += f"; {else_}"
    return error


def _article(argument: str) -> str:
    return {"EXPR": "an expression", "NAME...": "a name", "WORD": "a word"}[argument]


# The commands


def help_(session: Session, source: Source) -> Answer:
    """What a name, an operator, a command or a form of the language is, or how to get on."""
    from tcalc import asking  # not before somebody asks

    if not source.text:
        return ["\n".join(asking.overview(COMMANDS))]
    return asking.explained(session, source, COMMANDS)


def apropos(session: Session, source: Source) -> Answer:
    """What has to do with some words."""
    from tcalc import asking

    return asking.about(session, source, COMMANDS)


def type_(session: Session, source: Source) -> Answer:
    """The type of an expression."""
    type, notes = session.type_of(source)
    return [str(type), *map(Noted, notes)]


def vars_(session: Session, source: Source) -> Answer:
    """All names that are bound."""
    answer: Answer = [
        Bound(name, binding.variable.type, session.data(name))
        for name, binding in session.bindings.items()
        if name not in ("_", "ans")
    ]
    return answer or ["no names are bound"]


def code(session: Session, source: Source) -> Answer:
    """The torch calls that a statement runs."""
    from tcalc.show.code import code_text

    checked, graph = session.compiled(source)
    if not graph.nodes:
        return [_nothing(checked, "code")]
    names = session.names()
    helpers = session.kernel_sources({*names})
    return [code_text(graph, checked.targets, names, helpers, session.settings.default_float)]


def formula(session: Session, source: Source) -> Answer:
    """The closed form of a derivative."""
    from tcalc.show.expressions import NoFormula
    from tcalc.show.formulas import formula_text

    lines: Answer = []
    for name, closed in session.closed(source):
        try:
            text = formula_text(closed)
        except NoFormula as reason:
            text = f"no closed form: {reason}"
        lines.append(f"{name}: {text}" if name else text)
    return lines


def latex(session: Session, source: Source) -> Answer:
    """The closed form of a derivative, in LaTeX."""
    from tcalc.show.expressions import NoFormula
    from tcalc.show.formulas import formula_of
    from tcalc.show.latex import latex_name, latex_text

    lines: Answer = []
    for name, closed in session.closed(source):
        try:
            text = latex_text(formula_of(closed))
        except NoFormula as reason:
            text = f"no closed form: {reason}"
        lines.append(f"{latex_name(name)}: {text}" if name else text)
    return lines


def plan(session: Session, source: Source) -> Answer:
    """What a statement costs as written and as run, and the rewrites between."""
    from tcalc.show.plans import Reader, plan_text

    planned = session.planned(source)
    if not planned.written.nodes:
        return [_nothing(session.compiled(source)[0], "plan")]
    reader = Reader(session.settings.default_float, session.names(), session.kernel_sources)
    return [Fitted(lambda width: plan_text(planned, reader, width))]


def cost(session: Session, source: Source) -> Answer:
    """The floating-point operations of a statement as written, and the bytes it needs; of a function by its sizes."""
    from tcalc.show.plans import NOTHING, cost_text

    found = session.costs(source)
    return [NOTHING if found is None else cost_text(*found)]


def _nothing(checked: Checked, command: str) -> str:
    """Why there is no code or plan of a statement: of a function there is one where it is called."""
    from tcalc.show.plans import NOTHING
    from tcalc.show.visible import visible

    type = checked.values[0].type if len(checked.values) == 1 else None
    if not isinstance(checked.statement, nodes.Show) or not isinstance(type, FunctionType):
        return NOTHING
    text = visible(" ".join(checked.statement.value.span.text.split()))
    called = f"({text})" if isinstance(checked.statement.value, nodes.Lambda) else text
    given = ", ".join([each.name for each in getattr(type.function, "parameters", ())]) or "x"
    cost = command == "plan" and getattr(type.function, "is_annotated", False)
    told = f"; :cost {text} tells what it takes" if cost else ""
    return f"a function runs where it is called: :{command} {called}({given}){told}"


def graph(session: Session, source: Source) -> Answer:
    """What an expression is computed by, with the value and the gradient at each step; or a picture of it."""
    from tcalc.show.graphs import Drawing, picture

    text, option, file = source.text.rpartition("--svg")
    if not option or (text and not text[-1].isspace()):
        return [Drawn(session.traced(source, Drawing))]
    path = file.strip().strip("\"'")
    if not path:
        raise TcalcError("type", "--svg needs the name of a file", Span(source, len(text), len(source.text)))
    drawing = session.traced(Source(text.rstrip(), source.name, source.first_line), Drawing)
    session.save_text(path, picture(drawing))
    return [f"saved to {path}"]


def gradcheck(session: Session, source: Source) -> Answer:
    """Whether a gradient is what finite differences say."""
    from tcalc.show.gradchecks import verdict

    return [*verdict(session.gradchecked(source))]


def del_(session: Session, source: Source) -> Answer:
    """Forget some names; none of them where one is unknown."""
    words = source.text.replace(",", " ").split()
    for word in words:
        if session.lookup(word) is None:
            start = source.text.index(word)
            raise session.words.unknown(word, Span(source, start, start + len(word)), session.names())
    for word in words:
        session.forget(word)
    return []


def fix(session: Session, source: Source) -> Answer:
    """A repair that the last statement was offered, on the line."""
    offered = session.offered
    if not offered:
        return ["the last statement was offered no repair" if session.has_failed else "there is nothing to repair"]
    number = int(source.text) if source.text.isdecimal() and len(source.text) < 3 else 0 if source.text else 1
    if not 1 <= number <= len(offered):
        many = f"{len(offered)} are" if offered[1:] else "one is"
        span = Span(source, 0, len(source.text))
        raise TcalcError("value", f"there is no repair {source.text}; {many} offered", span)
    return [Offered(offered[number - 1].whole)]


def error(session: Session, source: Source) -> Answer:
    """What leads to an error of some code, and what to write instead."""
    from tcalc.show.codes import CODES, code_list, code_page

    if not source.text:
        return ["\n".join(code_list())]
    name = source.text.removeprefix("error[").rstrip("]")
    if name not in CODES:
        raise _unknown(session, source.text, Span(source, 0, len(source.text)), CODES, ":error lists the codes")
    return ["\n".join(code_page(CODES[name]))]


def set_(session: Session, source: Source) -> Answer:
    """The settings and their values, one of them, or a new value for one."""
    words = source.text.replace("=", " ").split()
    if words and words[0] not in SWITCHES:
        raise _unknown(session, words[0], Span(source, 0, len(words[0])), SWITCHES, ":set lists the settings")
    if len(words) > 1:
        values = SWITCHES[words[0]].values
        if len(words) > 2 or words[1] not in values:
            start = len(source.text) - len(source.text[len(words[0]) :].lstrip(" ="))
            *others, last = values
            message = f"{words[0]} is {', '.join(others)} or {last}"
            raise TcalcError("value", message, Span(source, start, len(source.text)))
        session.change(words[0], values[words[1]])
        return []
    from tcalc.show.help import columns

    told = [SWITCHES[words[0]]] if words else SWITCHES.values()
    settings = [(f"{each.name} {each.word(getattr(session.settings, each.name))}", each.doc) for each in told]
    return ["\n".join(columns(settings))]


def reset(session: Session, source: Source) -> Answer:
    """Forget all names."""
    session.reset()
    return []


def quit_(session: Session, source: Source) -> Answer:
    """Leave."""
    return [Left()]


PLAN = """
  A = ones(100, 100); y = ones(100)
  :plan y^2 + trace(A @ A)
    as written   y^2 + trace(A @ A)    2.0 MFLOP   40.4 kB
      trace      sum(A * A.T)         20.0 kFLOP   40.0 kB
    as run       y^2 + sum(A * A.T)   20.2 kFLOP   40.4 kB   99 × fewer
    trace: sums in another order, the last digits may differ
  The columns: the name of a rewrite, what is computed after it, floating-point
  operations, the most bytes held at once (variables not counted), and how many
  times fewer operations than as written. A name further in is of a part: its
  row is of that part alone, in a loop of one turn. Below the table stands what
  the rewrites do to numbers. `tcalc --plan FILE` tells this of a program, with
  --json as data. :help rewrites says how to turn them off.
"""
COST = """
  A = ones(100, 100)
  :cost A @ A
    2.0 MFLOP   40.0 kB
  f(A: [n, m], B: [m, k]) = A @ B
  :cost f
    2*k*m*n FLOP   4*k*n B
  Floating-point operations as it is written, an addition or a multiplication
  each, and the most bytes held at once, results included and variables not; of
  a function whose parameters have sizes by these. k M G T P E Z Y R Q are the
  powers of 1000. :plan tells what it takes as it is run.
"""
CODE = """
  A = ones(100, 100); v = ones(100)
  :code A @ A @ v
    A @ (A @ v)
  After the rewrites (:plan); a kernel that is no single torch call stands first
  as a function. `tcalc --emit torch FILE` prints a program whole.
"""

COMMANDS: dict[str, Command] = {
    command.name: command
    for command in (
        Command("help", "[NAME]", "words", "A page on a name or an operator, as ?NAME; alone, this one.", help_),
        Command("apropos", "WORD", "words", "The functions and pages that a word has to do with.", apropos),
        Command("type", "EXPR", "expression", "The dtype and shape of an expression, without running it.", type_),
        Command("vars", "", "", "The names that are bound, with their types.", vars_),
        Command("code", "EXPR", "expression", "The torch calls that a statement runs; nothing is run.", code, CODE),
        Command("formula", "EXPR", "expression", "The closed form of a derivative, or of all gradients.", formula),
        Command("latex", "EXPR", "expression", "The closed form of a derivative in LaTeX.", latex),
        Command("plan", "EXPR", "expression", "Its work as written and as run; what was rewritten.", plan, PLAN),
        Command("cost", "EXPR", "expression", "Its floating-point operations and memory.", cost, COST),
        Command("graph", "EXPR", "expression", "What computes it, with gradients; --svg FILE draws it.", graph),
        Command("gradcheck", "EXPR", "expression", "Holds its gradient against finite differences.", gradcheck),
        Command("del", "NAME...", "names", "Forget names.", del_),
        Command("fix", "[N]", "", "Put a repair that was offered on the line, as Alt-1 does.", fix),
        Command("error", "[CODE]", "codes", "What an error's code means, and what to do; alone, all.", error),
        Command("set", "[NAME VALUE]", "settings", "Change a setting; alone, show them.", set_),
        Command("reset", "", "", "Forget all names.", reset),
        Command("quit", "", "", "Leave, as Ctrl-D and exit() do.", quit_),
    )
}
