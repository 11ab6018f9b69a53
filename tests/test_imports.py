"""Which room imports which, and what is never imported at the start: torch, numpy, rich, prompt-toolkit.

The table is the house's: a room may import those named beside it, `source` and `errors`, and itself. Imports inside
functions count; those for type checkers only do not.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "tcalc"

#: The session's own vocabulary, and what those need who read it: what it yields, and types and syntax in that.
SPOKEN = "session settings outcomes interrupt memory types syntax"

#: What a room may import besides `source`, `errors` and itself.
MAY: dict[str, str] = {
    "source": "",
    "errors": "source",
    "syntax": "",
    "types": "syntax",
    "library": "syntax types",
    "text": "types",
    "files": "types text",
    "check": "syntax types library files",
    "graph": "syntax types library check",
    "backend": "types library files graph interrupt",
    "session": "syntax types check graph outcomes interrupt settings reading saving draws late allowance bindings "
    "programs recall telling minima sharing journal results checking running preparing looking trying",
    "checking": "syntax check graph outcomes foreseen recall",
    "running": "types graph interrupt strict retold",
    "preparing": "types syntax check graph interrupt outcomes programs sharing",
    "looking": "types syntax check graph costing glances steps",
    "trying": "syntax graph recall looking timing",
    "results": "check graph bindings",
    "telling": "check",
    "costing": "types check graph",
    "sharing": "syntax graph",
    "glances": "syntax types check graph foreseen",
    "journal": "syntax types check",
    "steps": "syntax types check",
    "timing": "interrupt",
    "retold": "check graph allowance settings",
    "strict": "types check interrupt",
    "minima": "interrupt",
    "recall": "check bindings interrupt",
    "bindings": "syntax types check graph",
    "programs": "types syntax check bindings interrupt",
    "foreseen": "syntax types check graph saving recall",
    "late": "backend settings",
    "allowance": "graph memory settings",
    "settings": "types",
    "config": "settings",
    "reading": "types files memory settings",
    "saving": "types files settings",
    "draws": "interrupt",
    "outcomes": "syntax types",
    "interrupt": "",
    "memory": "",
    "show": "syntax types text graph",
    "asking": f"{SPOKEN} show",
    "commands": f"{SPOKEN} show asking doors journal",
    # The doors, and what several of them share: a thread to run in, a printer, ways to run a whole program.
    "evaluator": SPOKEN,
    "printer": f"{SPOKEN} show",
    "doors": f"{SPOKEN} show printer",
    "selftest": f"{SPOKEN} show doors",
    "repl": f"{SPOKEN} late show asking commands evaluator doors config",
    "options": "types show memory late",
    "cli": f"{SPOKEN} options late show printer evaluator doors selftest repl config",
    "pygments": f"{SPOKEN} show commands repl",
    "api": f"{SPOKEN} late programs reading check backend show",
    "__init__": "api",
    "__main__": "cli",
}

HEAVY = {"torch", "numpy", "rich", "prompt_toolkit", "pygments", "einops", "opt_einsum", "safetensors"}


def room(path: Path) -> str:
    """The room that a file is in."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(node: ast.AST, package: str) -> Iterator[tuple[int, str]]:
    """The modules that a piece of code imports, with their lines, at any depth; not those under TYPE_CHECKING."""
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        for other in node.orelse:
            yield from imported(other, package)
        return
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield node.lineno, alias.name
    elif isinstance(node, ast.ImportFrom):
        module = node.module or ""
        if node.level:
            base = package.split(".")[: len(package.split(".")) - node.level + 1]
            module = ".".join([*base, module] if module else base)
        # `from tcalc import doors` imports the module doors; `from tcalc.types import dtypes` one of a room.
        for alias in node.names:
            yield node.lineno, f"{module}.{alias.name}" if module == "tcalc" else module
    for child in ast.iter_child_nodes(node):
        yield from imported(child, package)


def imports_of(path: Path) -> list[tuple[int, str]]:
    """What a file imports."""
    package = ".".join(["tcalc", *path.relative_to(PACKAGE).parts[:-1]])
    return list(imported(ast.parse(path.read_text(encoding="utf-8")), package))


FILES = sorted(PACKAGE.rglob("*.py"))


def test_every_room_is_in_the_table() -> None:
    assert {room(path) for path in FILES} <= set(MAY)


def test_the_table_runs_one_way() -> None:
    def reached(name: str, seen: frozenset[str] = frozenset()) -> set[str]:
        assert name not in seen, f"{name} reaches itself"
        return {name}.union(*(reached(each, seen | {name}) for each in MAY.get(name, "").split()))

    for name in MAY:
        reached(name)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_one_way(path: Path) -> None:
    mine = room(path)
    may = {mine, "source", "errors", *MAY[mine].split()}
    wrong = []
    for line, module in imports_of(path):
        top, _, rest = module.partition(".")
        if top == "tcalc":
            target = rest.partition(".")[0]
            # A name of the package itself, such as its version, is no room.
            if target and (PACKAGE / target).with_suffix(".py").exists() | (PACKAGE / target).is_dir():
                wrong += [f"line {line}: {mine} imports {target}"] * (target not in may)
        elif top == "torch":
            wrong += [f"line {line}: torch outside backend/"] * (mine != "backend")
    assert not wrong, f"{path.relative_to(ROOT)}: {'; '.join(wrong)}"


def test_the_reader_of_imports_sees_what_it_must() -> None:
    text = """
from __future__ import annotations
from typing import TYPE_CHECKING
import os, torch.nn
from tcalc import memory
from ..session import Session
if TYPE_CHECKING:
    from tcalc.repl import shell
else:
    import json
def f():
    from torch import Tensor
"""
    found = [module for _, module in imported(ast.parse(text), "tcalc.check")]
    assert found == [
        "__future__", "typing", "os", "torch.nn", "tcalc.memory", "tcalc.session", "json", "torch",
    ]  # fmt: skip


#: Runs the program in this process up to its end, then tells the modules that are loaded.
PROBE = """
import json, os, sys
def told(status):
    sys.stdout.flush()
    print(json.dumps([status, sorted(sys.modules)]))
    sys.stdout.flush()
    os.kill(os.getpid(), 9)
os._exit = told
sys.argv = ["tcalc", *sys.argv[1:]]
from tcalc.cli import main
try:
    told(main())
except SystemExit as left:
    told(left.code or 0)
"""


def loaded(*arguments: str, stdin: str = "") -> tuple[int, set[str], str]:
    """The exit status of tcalc, the top-level modules that it loaded, and what it printed."""
    run = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments], input=stdin, capture_output=True, text=True, cwd=ROOT
    )
    *printed, last = run.stdout.splitlines()
    status, modules = json.loads(last)
    return status, {name.partition(".")[0] for name in modules}, "\n".join(printed) + run.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["--version"], 0, "tcalc 0"),
        (["--help"], 0, "exit status"),
        (["--nonsense"], 2, "usage"),
        (["-e", "2^10 + 1"], 0, "1025"),
        (["-e", "n = zeros(3, 4).shape[1]", "-e", "n * 2"], 0, "8"),
        (["-e", "f(x) = x^2", "-e", "f(7)"], 0, "49"),
        (["-e", "(2 +"], 3, "error[syntax]"),
        (["-e", "ones(2, 3) @ ones(2, 3)"], 3, "error[shape]"),
        (["-e", "A = ones(2, 3)", "-e", "A + ?"], 3, "error[type]"),
        (["--check", "examples/attention.tc"], 0, ""),
        (["--check", "examples/iris.tc"], 0, ""),
        (["--json", "-e", "sofmax(1)"], 3, '"code": "name"'),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_loads_nothing_heavy(arguments: list[str], status: int, says: str) -> None:
    got, modules, printed = loaded(*arguments)
    assert (got, says in printed) == (status, True), printed
    assert not modules & HEAVY


def test_a_pipe_of_numbers_loads_nothing_heavy() -> None:
    status, modules, printed = loaded(stdin="a = 3\na * 2\n")
    assert (status, printed) == (0, "6")
    assert not modules & HEAVY


def test_a_tensor_loads_torch_but_nothing_to_draw_with() -> None:
    status, modules, printed = loaded("-e", "[1, 2] * 2")
    assert (status, printed) == (0, "[2, 4]")
    assert "torch" in modules
    assert modules & HEAVY <= {"torch", "numpy", "opt_einsum"}, "torch itself imports the last two"
