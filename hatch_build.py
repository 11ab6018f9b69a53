"""Build hook: writes the parser's tables beside the grammar and puts both into the wheel."""

from __future__ import annotations

import importlib.util
import json
import os
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class TablesHook(BuildHookInterface):  # type: ignore[type-arg]
    """An editable install keeps them in the checkout, where they are looked for first."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write `grammar/tables.json`; `version` is "editable" or "standard"."""
        folder = os.path.join(self.root, "grammar")
        with open(os.path.join(folder, "tcalc.lark"), encoding="utf-8") as file:
            grammar = file.read()
        with open(os.path.join(folder, "tables.json"), "w", encoding="utf-8") as file:
            json.dump(builder(self.root).build(grammar), file, separators=(",", ":"))
        if version != "editable":
            for name in ("tcalc.lark", "tables.json"):
                build_data["force_include"][os.path.join(folder, name)] = f"tcalc/grammar/{name}"


def builder(root: str) -> Any:
    """The module that makes the tables, loaded by path: the package's own imports are not there while building."""
    spec = importlib.util.spec_from_file_location("tables", os.path.join(root, "tcalc", "syntax", "tables.py"))
    if spec is None or spec.loader is None:
        raise FileNotFoundError("tcalc/syntax/tables.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
