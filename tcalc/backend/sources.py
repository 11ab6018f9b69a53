"""Kernels as Python that imports torch alone: the functions themselves, read from where they are defined.

Nothing here imports torch: the definitions are read as text.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
#: How an error is raised by code that knows nothing of tcalc's: by this, and its text.
ERROR = "TcalcError"


class Module:
    """A file of kernels: what is defined at its top, and the names that it imports."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.defined: dict[str, ast.stmt] = {}
        #: By the name here: the module and the name there, empty for the module itself.
        self.imported: dict[str, tuple[str, str]] = {}
        for statement in ast.parse((HERE / f"{name}.py").read_text(encoding="utf-8")).body:
            if isinstance(statement, ast.FunctionDef):
                self.defined[statement.name] = statement
            elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                self.defined[statement.targets[0].id] = statement
            elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                self.defined[statement.target.id] = statement
            elif isinstance(statement, ast.Import):
                self.imported |= {each.asname or each.name: (each.name, "") for each in statement.names}
            elif isinstance(statement, ast.ImportFrom):
                module = statement.module or ""
                self.imported |= {each.asname or each.name: (module, each.name) for each in statement.names}

    def kernels(self) -> Iterator[tuple[str, ast.expr]]:
        """The table of kernels: names, and the expressions that are their functions."""
        table = getattr(self.defined.get("KERNELS"), "value", None)
        if not isinstance(table, ast.Dict):
            return
        for key, value in zip(table.keys, table.values, strict=True):
            if isinstance(key, ast.Constant):
                yield str(key.value), value
            elif isinstance(value, ast.DictComp):
                yield from self._each(value)

    def _each(self, table: ast.DictComp) -> Iterator[tuple[str, ast.expr]]:
        """`{name: _loss(name) for name in LOSSES}`, one by one."""
        names = table.generators[0].iter
        if isinstance(names, ast.Name):
            names = getattr(self.defined[names.id], "value", names)
        for name in ast.literal_eval(names):
            assert isinstance(table.value, ast.Call)
            yield name, ast.Call(table.value.func, [ast.Constant(name)], [])


class Sources:
    """The functions that some code calls. `taken` are names that none of them may have; theirs are added to it."""

    def __init__(self, taken: set[str]) -> None:
        self._taken = taken
        self._modules: dict[str, Module] = {}
        self._names: dict[tuple[str, str], str] = {}
        self._texts: list[str] = []
        self._kernels: dict[str, tuple[Module, ast.expr]] = {}

    def name(self, kernel: str) -> str:
        """What the function is called that is this kernel."""
        if not self._kernels:
            for path in sorted(HERE.glob("kernels*.py")):
                module = self._module(path.stem)
                for key, value in module.kernels():
                    self._kernels.setdefault(key, (module, value))
        module, function = self._kernels[kernel]
        if isinstance(function, ast.Name):
            return self._defined(module, function.id)
        known = self._names.get((module.name, f"kernel {kernel}"))
        if known is None:
            known = self._names[module.name, f"kernel {kernel}"] = self._fresh(kernel)
            made = _Reduced(self, module, set()).visit(ast.fix_missing_locations(ast.Expression(function)))
            self._texts.append(f"{known} = {ast.unparse(made)}")
        return known

    def texts(self) -> list[str]:
        """The functions named so far and what they need, each before those that use it."""
        return list(self._texts)

    def _module(self, name: str) -> Module:
        if name not in self._modules:
            self._modules[name] = Module(name)
        return self._modules[name]

    def _defined(self, module: Module, name: str) -> str:
        """What a module's own function or constant is called here; it is written where it was not yet."""
        known = self._names.get((module.name, name))
        if known is not None:
            return known
        known = self._names[module.name, name] = self._fresh(name)
        statement = module.defined[name]
        reduced = _Reduced(self, module, _local_names(statement)).visit(statement)
        if isinstance(reduced, ast.FunctionDef):
            reduced.name = known
        else:
            reduced = ast.Assign([ast.Name(known, ast.Store())], reduced.value)
        self._texts.append(ast.unparse(ast.fix_missing_locations(reduced)))
        return known

    def used(self, module: Module, name: str) -> ast.expr | None:
        """What stands here for a name of a module's: one of its own definitions, or of torch's; None for Python's."""
        if name in module.defined:
            return ast.Name(self._defined(module, name), ast.Load())
        where, what = module.imported.get(name, ("", ""))
        if not where or name == ERROR:
            return None
        if where.split(".")[0] == "torch":
            path = ast.parse(f"{where}.{what}".rstrip("."), mode="eval")
            return path.body
        if where.startswith("tcalc.backend"):
            return ast.Name(self._defined(self._module(where.rpartition(".")[2]), what), ast.Load())
        raise LookupError(f"{name} of {module.name} is nothing that torch alone has")

    def _fresh(self, name: str) -> str:
        name = name.rstrip("_")
        while name in self._taken or name in dir(builtins):
            name += "_"
        self._taken.add(name)
        return name


class _Reduced(ast.NodeTransformer):
    """A definition without annotations, by the names that things have in the code that is made."""

    def __init__(self, sources: Sources, module: Module, local: set[str]) -> None:
        self.sources, self.module, self.local = sources, module, local

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        body = [self.visit(statement) for statement in node.body]
        arguments = self.visit(node.args)
        return ast.FunctionDef(node.name, arguments, body, [], lineno=node.lineno)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(node.arg)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.Assign:
        assert node.value is not None
        return ast.Assign([node.target], self.visit(node.value), lineno=node.lineno)

    def visit_Raise(self, node: ast.Raise) -> ast.Raise:
        if isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name) and node.exc.func.id == ERROR:
            return ast.Raise(ast.Call(ast.Name("ValueError", ast.Load()), [self.visit(node.exc.args[1])], []))
        return ast.Raise(self.visit(node.exc) if node.exc is not None else None)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.local:
            return node
        return self.sources.used(self.module, node.id) or node


def _local_names(statement: ast.stmt) -> set[str]:
    """Parameters, and names that a function binds, in it or in those inside of it."""
    found = {node.arg for node in ast.walk(statement) if isinstance(node, ast.arg)}
    if isinstance(statement, ast.FunctionDef):
        found |= {
            node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and node.ctx.__class__ is ast.Store
        }
        found |= {
            node.name for node in ast.walk(statement) if isinstance(node, ast.FunctionDef) and node is not statement
        }
    return found
