"""The names of a session and what they are bound to."""

from __future__ import annotations

from typing import Any

from tcalc.check.checked import HIDDEN, Checked
from tcalc.check.scope import Variable
from tcalc.graph.cost import nbytes
from tcalc.syntax import nodes
from tcalc.types.tensor import FunctionType, TensorType, Type, UnknownType


class Binding:
    """A session variable: its type, its value (None where the type carries it), and the statement that made it."""

    __slots__ = ("statement", "value", "variable")

    def __init__(self, variable: Variable, value: Any, statement: nodes.Statement | None) -> None:
        self.variable, self.value, self.statement = variable, value, statement


class Bindings(dict[str, Binding]):
    """Names and their bindings; names that no program can write are a session's own."""

    def variable(self, name: str) -> Variable | None:
        """What a name stands for while checking."""
        binding = self.get(name)
        return None if binding is None else binding.variable

    def listed(self) -> list[str]:
        """The names that a program can write."""
        return [name for name in self if not name.startswith(HIDDEN)]

    def held(self) -> int:
        """The bytes that values take."""
        values = {id(each.value): each.variable.type for each in self.values() if each.value is not None}
        return sum(map(nbytes, values.values()))

    def value(self, name: str, engine: Any) -> Any:
        """A name's value as a tensor, made now where its type carried it so far."""
        binding = self[name]
        if binding.value is None:
            assert isinstance(binding.variable.type, TensorType)
            binding.value = engine.tensor(binding.variable.type.static, binding.variable.type.dtype)
        return binding.value

    def commit(self, checked: Checked, values: list[Any], types: list[Type], engine: Any) -> None:
        """Bind what a statement binds, all of it at once: an interrupt leaves all names or none."""
        statement = checked.statement
        if checked.action == "show":
            if not checked.silent and values and not isinstance(types[-1], FunctionType):
                last = Binding(Variable(types[-1]), values[-1], statement)
                self.update({"_": last, "ans": last})
            return
        new: dict[str, Binding] = {}
        found = dict(zip(checked.targets, zip(values, types, strict=True), strict=True))
        for name, variable in checked.variables:
            value, type = found.get(name, (None, variable.type))
            if value is None:
                type = variable.type
            elif not isinstance(variable.type, UnknownType):
                type = engine().type_of(value, variable.type)
            new[name] = Binding(Variable(type, variable.names_axes), value, statement)
        self.update(new)
