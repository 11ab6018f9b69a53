"""What names mean, for help and completion: the same look-ups as the checker's, without an expression around them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tcalc import library
from tcalc.check import alone, errors
from tcalc.check.functions import UserFunction
from tcalc.check.names import CONSTANTS, ELSEWHERE, ROOTS, SPACES
from tcalc.check.near import nearest
from tcalc.check.receivers import BESIDES, OF_FLOATS, callable_on
from tcalc.check.scope import Scope
from tcalc.errors import TcalcError
from tcalc.library import reachable
from tcalc.library.builtin import Builtin
from tcalc.source import Span
from tcalc.syntax.nodes import LATEST
from tcalc.types import dtypes
from tcalc.types.tensor import FunctionType, PoisonType, TensorType, TupleType, Type, UnknownType


class Words:
    """The names that can be written in a scope."""

    __slots__ = ("_scope",)

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def load(self) -> None:
        """Read the library now and not at the first question."""
        library.rows()

    def meant(self, name: str) -> list[Builtin]:
        """The functions that a name, a dotted name of torch's, or an operator means where nothing hides it.

        An operator that stands before its operand as well as between two means both; a name after another, which is
        none of torch's, is a method's.
        """
        name = "^" if name == "**" else name
        rows = [row for symbol, row in library.operators().items() if symbol in (name, f"{name}x")]
        if rows or not name:
            return rows
        prefix, _, last = name.rpartition(".")
        if not prefix:
            found = library.row(name) or reachable.find(name)
        elif prefix in SPACES:
            found = library.row(last, SPACES[prefix]) or reachable.find(last, (SPACES[prefix],))
        else:
            found = library.row(last) or reachable.find(last, reachable.METHODS)
        return [] if found is None else [found]

    def rows(self) -> list[str]:
        """The bare names of the library, sorted."""
        return sorted(set(library.names()))

    def families(self) -> list[tuple[str, str, list[Builtin]]]:
        """The library in the order in which it is learned: each family's name, sentence and rows."""
        return library.families()

    def without_row(self) -> list[Builtin]:
        """torch's functions that work without a row, where no row has their name."""
        return [row for row in reachable.functions() if library.row(row.name) is None]

    def in_space(self, prefix: str) -> list[str]:
        """The functions in one of torch's modules, `torch.linalg`, sorted; none for torch itself and what is none."""
        space = SPACES.get(prefix, "")
        return sorted({*library.names(space), *reachable.names((space,))}) if space else []

    def near(self, name: str, known: Sequence[str]) -> list[str]:
        """At most two of the known names that look like `name`."""
        return nearest(name, known)

    def bound(self) -> list[str]:
        """The names that the program bound, sorted."""
        return sorted(name for name in self._scope.names() if name not in LATEST)

    def in_sight(self) -> dict[str, Type]:
        """The names that the program bound with their types, the newest first."""
        found = {name: self._scope.lookup(name) for name in reversed(self._scope.names())}
        return {name: variable.type for name, variable in found.items() if variable is not None}

    def starts(self) -> list[str]:
        """What an expression may begin with besides bound names, by how soon it is wanted."""
        rows = [name for name in library.names() if not _is_attribute(name)]
        others = [*CONSTANTS, *ROOTS, *alone.ALONE, *(dtype.name for dtype in dtypes.DTYPES), *reachable.names()]
        return sorted({*rows, *others}, key=self.order)

    def order(self, name: str) -> tuple[int, int, str]:
        """Where a name stands among others: the commonest first, then as they are learned, then the others."""
        if name in COMMON:
            return 0, COMMON[name], name
        if not _learned:
            rows = [row for _, _, family in library.families() for row in family]
            _learned.update({each: place for place, row in enumerate(rows) for each in (row.name, *row.aliases)})
        place = _learned.get(name)
        return (2, 0, name) if place is None else (1, place, name)

    def after_dot(self, head: str) -> list[str]:
        """What may stand after `head.`: the functions of a space of torch's, or what is called on a tensor."""
        if self.is_module(head):
            found = {space[len(head) + 1 :].partition(".")[0] for space in SPACES if space.startswith(f"{head}.")}
            if head in SPACES:
                found |= {*library.names(SPACES[head]), *reachable.names((SPACES[head],))}
            if head in NUMPY:
                found |= {"pi", "e", "inf", "nan"}
            if head == "torch":
                found |= {"pi", "e", "inf", "nan", *(dtype.torch_name for dtype in dtypes.DTYPES)}
            return sorted(name for name in found if name != "Tensor" and not _is_attribute(name))
        return sorted(set(library.names("")))

    def is_module(self, head: str) -> bool:
        """Whether a dotted name is one of torch's modules, or stands before one: `torch.nn`."""
        known = head in SPACES or head in NUMPY or any(space.startswith(f"{head}.") for space in SPACES)
        return known and self._scope.lookup(head.partition(".")[0]) is None

    def on(self, type: Type | None) -> list[str]:
        """What may stand after the dot behind a value of some type, by how soon it is wanted; None of an unknown one.

        The parts of a tuple by their names, the attributes of a tensor and the functions that take it.
        """
        if isinstance(type, TupleType):
            return [*type.names]
        if type is not None and not isinstance(type, TensorType | UnknownType | PoisonType):
            return []
        return sorted(callable_on(type if isinstance(type, TensorType) else None), key=self.order)

    def endings(self) -> Collection[str]:
        """How the names of files end that can be loaded and saved."""
        from tcalc.files.formats import FORMATS

        return FORMATS

    def remark(self, name: str) -> str:
        """A few words on a name: a variable's type, a row's sentence."""
        variable = self._scope.lookup(name)
        if variable is not None:
            return self.told(name, variable.type)
        rows = self.meant(name)
        return rows[0].doc if rows else ""

    def told(self, name: str, type: Type) -> str:
        """A few words on a value by its type: a static number, a function's parameters."""
        if isinstance(type, FunctionType) and isinstance(type.function, UserFunction):
            return f"({', '.join(_declared(type.function))})"
        static = type.static if isinstance(type, TensorType) and not type.axes else None
        if static is None or isinstance(static, tuple):
            return str(type)
        return f"{type} = {format(static, '.6g') if isinstance(static, float | complex) else static}"

    def signature(self, name: str) -> str:
        """What a name of the library is: how it is called, a method behind its dot, and its sentence."""
        last = name.rpartition(".")[2]
        if last in CONSTANTS:
            return str(CONSTANTS[last])
        rows = self.meant(name)
        is_method = last != name and not self.is_module(name.rpartition(".")[0])
        if not rows:
            dtype = dtypes.lookup(last)
            known = {**BESIDES, **OF_FLOATS} if is_method else alone.ALONE
            return known.get(last) or (f"dtype {dtype.torch_name}" if dtype is not None else "")
        row = rows[0]
        if row.attribute:
            return row.doc
        if row.written:
            return f"{row.written[0]}  {row.doc}"
        inside = row.forms[0].text.rpartition(" -> ")[0].strip()[1:-1]
        shown = [_shortened(each) for each in _apart(inside)]
        if is_method:
            del shown[row.receiver : row.receiver + 1]
        return f"({', '.join(shown)})  {row.doc}"

    def options(self, name: str) -> dict[str, str]:
        """The parameters of a function that go by their names, each as it is declared."""
        variable = self._scope.lookup(name)
        if variable is not None:
            declared = self.parameters(name)
            forms = [declared[1]] if declared is not None else []
        else:
            texts = [form.text for row in self.meant(name) for form in row.forms]
            forms = [_apart(text.rpartition(" -> ")[0].strip()[1:-1]) for text in texts]
        found: dict[str, str] = {}
        for text in [each for form in forms for each in form]:
            word = text.partition(":")[0].partition("=")[0].strip()
            rest = text[len(word) :].removeprefix(":").strip()
            is_operand = ("[" in rest or rest in ("function", "tensors")) and " = " not in rest
            if word.isidentifier() and not rest.startswith(("keywords", "value")) and not is_operand:
                found.setdefault(word, rest)
        return found

    def over(self, name: str) -> list[str]:
        """The parameters that the brackets of `f[over](x)` fill; none of what is no function of the library."""
        rows = self.meant(name) if self._scope.lookup(name) is None else []
        return [*rows[0].over] if rows and not rows[0].special else []

    def by_variables(self, name: str) -> bool:
        """Whether the brackets of `f[x](e)` name the variables of a derivative."""
        rows = self.meant(name) if self._scope.lookup(name) is None else []
        return bool(rows) and rows[0].special in DERIVATIVES

    def kind(self, name: str) -> str:
        """What a name is, a dotted one too: "variable", "function" (the program's own), "constant", "dtype", "module",
        "builtin", or nothing known. What stands before the dots is a module of torch's, or any value, as in `x.sum`.
        """
        head, _, last = name.rpartition(".")
        if not head:
            variable = self._scope.lookup(name)
            if variable is not None:
                return "function" if isinstance(variable.type, FunctionType) else "variable"
            if name in CONSTANTS:
                return "constant"
        if name in SPACES or (not head and name in ROOTS):
            return "module"
        if dtypes.lookup(name if head == "torch" else last) is not None:
            return "dtype"
        return "builtin" if self.meant(name) else ""

    def parameters(self, name: str, is_method: bool = False) -> tuple[str, list[str], str] | None:
        """What a function is called, its parameters as they are declared, and its result; None of what is none.

        Of a method the parameter is left out that stands before the dot.
        """
        rows = self.meant(name) if is_method else []
        own = name.rpartition(".")[2] if is_method else name
        variable = None if rows else self._scope.lookup(own)
        if variable is not None:
            function = variable.type.function if isinstance(variable.type, FunctionType) else None
            if not isinstance(function, UserFunction):
                return None
            return own, _declared(function)[is_method:], ""
        rows = rows or self.meant(name)
        if not rows:
            return None
        inside, _, result = rows[0].forms[0].text.rpartition(" -> ")
        declared = _apart(inside.strip()[1:-1])
        if is_method:
            del declared[rows[0].receiver : rows[0].receiver + 1]
        return rows[0].name, declared, result

    def definition(self, name: str) -> str:
        """The program text of a function that the program defined, empty of anything else."""
        variable = self._scope.lookup(name)
        function = variable.type.function if variable and isinstance(variable.type, FunctionType) else None
        return function.span.text if isinstance(function, UserFunction) else ""

    def unknown(self, name: str, span: Span, known: Sequence[str]) -> TcalcError:
        """The error for a name that is none of these."""
        if name in ELSEWHERE:
            return TcalcError("name", f"there is no {name}: {ELSEWHERE[name]}", span)
        return errors.unknown_name(name, span, known)


#: NumPy's own name and its usual one: its constants are known, its functions are torch's here.
NUMPY = ("np", "numpy")
#: The special functions that are by variables.
DERIVATIVES = frozenset("grad jacobian hessian vjp jvp minimize gradcheck".split())
#: The functions that are wanted most, before the others in the order in which they are learned.
COMMON = {
    name: place
    for place, name in enumerate(
        "shape T sum mean max min exp log sqrt abs softmax relu sigmoid tanh ones zeros arange linspace eye rand randn "
        "norm std var argmax argmin reshape transpose permute cat stack matmul einsum where cumsum sort topk sin cos "
        "pi solve inv det trace diag outer grad vmap scan minimize print load save torch".split()
    )
}
#: Where each name of the library stands in the order in which it is learned; filled when it is first asked for.
_learned: dict[str, int] = {}


def _shortened(parameter: str) -> str:
    """A parameter's name, with its default: `dim`, `keepdim=False`."""
    name, _, rest = parameter.partition(":")
    default = rest.partition(" = ")[2]
    return f"{name}={default}" if default else name


def _declared(function: UserFunction) -> list[str]:
    """The parameters of a function as they were written, each in one line."""
    return [" ".join(each.span.text.split()) for each in function.parameters]


def _is_attribute(name: str) -> bool:
    row = library.row(name)
    return row is not None and row.attribute


def _apart(text: str) -> list[str]:
    """The parameters of a signature: its text cut at the commas outside of brackets."""
    found, depth, start = [], 0, 0
    for place, character in enumerate(text):
        if character in "[(":
            depth += 1
        elif character in "])":
            depth -= 1
        elif character == "," and not depth:
            found.append(text[start:place].strip())
            start = place + 1
    return [*found, text[start:].strip()] if text.strip() else []
