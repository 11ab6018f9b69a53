"""The names of a session and what they are bound to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tcalc.check.checked import HIDDEN, Checked
from tcalc.check.names import is_result
from tcalc.check.past import NUMBERS, Past, Version, is_marked
from tcalc.check.scope import Variable
from tcalc.check.typed import Derivative, Reference
from tcalc.graph.cost import nbytes
from tcalc.syntax import nodes
from tcalc.syntax.nodes import LATEST
from tcalc.types.tensor import FunctionType, TensorType, Type, UnknownType

if TYPE_CHECKING:
    from tcalc.results import Results


#: Of so many integers at most it is looked whether one is among them.
MOST_LOOKED_AT = 10_000_000


class Binding(Version):
    """A session variable: its type, its value (None where the type carries it), and the statement that made it."""

    __slots__ = ("statement", "variable")

    def __init__(
        self,
        name: str,
        variable: Variable,
        value: Any,
        statement: nodes.Statement | None = None,
        past: Past | None = None,
        marked: bool = False,
    ) -> None:
        # What `Version.__init__` does, without a second call: each statement that is shown makes a binding.
        self.name, self.type, self.value, self.past, self.marked = name, variable.type, value, past, marked
        self.span = None if statement is None else statement.span
        self.gradient, self.number = None, next(NUMBERS)
        self.variable, self.statement = variable, statement


class Bindings(dict[str, Binding]):
    """Names and their bindings; names that no program can write are a session's own.

    `revision` counts the changes: what was looked up stands as long as it is the same.
    """

    def __init__(self) -> None:
        super().__init__()
        self.revision = 0
        #: The results by number, where somebody asks for them.
        self.results: Results | None = None

    def __setitem__(self, name: str, binding: Binding) -> None:
        self.revision += 1
        super().__setitem__(name, binding)

    def forget(self, name: str) -> bool:
        """Remove a name; whether there was one."""
        self.revision += 1
        return self.pop(name, None) is not None

    def clear(self) -> None:
        """Remove all names."""
        self.revision += 1
        super().clear()
        if self.results is not None:
            self.results.clear()

    def _add(self, new: dict[str, Binding]) -> None:
        self.update(new)
        self.revision += 1

    def lookup(self, name: str) -> Variable | None:
        """See `check.scope.Scope`."""
        binding = self.get(name)
        return None if binding is None else binding.variable

    def number(self, name: str) -> int | None:
        """The number of what a name is bound to, which no other binding has; None where it is not bound."""
        binding = self.get(name)
        return None if binding is None else binding.number

    def differs(self, name: str, number: int) -> bool:
        """Whether what a name is bound to holds no such integer, as far as that is there and soon seen."""
        binding = self.get(name)
        if binding is None or not isinstance(binding.type, TensorType):
            return False
        if binding.value is None:
            return binding.type.static is not None and not _holds(binding.type.static, number)
        return binding.value.numel() <= MOST_LOOKED_AT and bool((binding.value != number).all())

    def names(self) -> list[str]:
        """See `check.scope.Scope`: the names that a program can bind."""
        return [name for name in self if not name.startswith(HIDDEN) and not is_result(name)]

    def held(self) -> int:
        """The bytes that values take."""
        values = {
            id(each.value): each.variable.type
            for name, each in self.items()
            if each.value is not None and not is_result(name)  # which are counted as they come
        }
        return sum(map(nbytes, values.values())) + (0 if self.results is None else self.results.held)

    def value(self, binding: Binding, engine: Any) -> Any:
        """A value as a tensor, made now where its type carried it so far."""
        if binding.value is None:
            assert isinstance(binding.variable.type, TensorType)
            binding.value = engine.tensor(binding.variable.type.static, binding.variable.type.dtype)
        return binding.value

    def commit(
        self,
        checked: Checked,
        values: list[Any],
        types: list[Type],
        engine: Any,
        pasts: Sequence[Past | None],
        shown: nodes.Statement | None = None,
    ) -> None:
        """Bind what a statement binds, all of it at once: an interrupt leaves all names or none.

        `shown` is the statement as it stands in this run: an expression may have been checked for an earlier one.
        """
        statement = checked.statement
        if checked.action == "show":
            if not checked.silent and values and not isinstance(types[-1], FunctionType):
                last = Binding("_", Variable(types[-1]), values[-1], shown or statement, pasts[-1])
                self._show(last)
            return
        new: dict[str, Binding] = {}
        marked = {name for name, typed in zip(checked.targets, checked.values, strict=True) if is_marked(typed)}
        found = dict(zip(checked.targets, zip(values, types, pasts, strict=True), strict=True))
        for name, variable in checked.variables:
            value, type, past = found.get(name, (None, variable.type, None))
            if value is None:
                type = variable.type
            elif not isinstance(variable.type, UnknownType):
                type = engine().type_of(value, variable.type)
            known = Variable(type, variable.names_axes, variable.rounding, variable.origin, variable.integers)
            new[name] = made = Binding(name, known, value, statement, past, name in marked)
            before = self.get(name)
            if isinstance(statement, nodes.Update) and before is not None and before.marked:
                made.marked, made.past, made.gradient = True, None, before.gradient  # a leaf moved is a leaf
        self._add(new)

    def numbered(self, types: Sequence[Type]) -> list[str]:
        """The names by number of what a statement has just shown: the last of it has one, if results are numbered."""
        if self.results is None or not types or isinstance(types[-1], FunctionType):
            return [""] * len(types)
        return [*[""] * (len(types) - 1), self.results.last]

    def _show(self, last: Binding) -> None:
        """A result was shown: it is the last one now, and where results are numbered has a number."""
        if self.results is None:
            self._add(dict.fromkeys(LATEST, last))
            return
        new, free = self.results.add(last)
        self._add({**dict.fromkeys(LATEST, last), **new})
        for name in free:
            self.pop(name, None)

    def gather(self, checked: Checked, values: list[Any]) -> None:
        """Add to the gradients of the leaves of a `backward`, or set gradients back: to None, or to zeros."""
        if not checked.values:  # zero_grad()
            for binding in self.values():
                binding.gradient = None
            return
        (derivative,) = checked.values
        assert isinstance(derivative, Derivative)
        if derivative.kind == "backward":
            for variable, gradient in zip(derivative.by, values[0], strict=True):
                assert isinstance(variable, Reference)
                binding = self[variable.name]
                binding.gradient = gradient if binding.gradient is None else binding.gradient + gradient
            return
        assert isinstance(derivative.body, Reference)
        binding = self[derivative.body.name]
        zeros = isinstance(checked.statement, nodes.Show) and binding.gradient is not None
        binding.gradient = binding.gradient.new_zeros(binding.gradient.shape) if zeros else None


def _holds(static: object, number: int) -> bool:
    """Whether a static value is or has in it a number."""
    return any(_holds(each, number) for each in static) if isinstance(static, tuple) else static == number
