"""The parser's tables: plain JSON that the build writes and a process reads, so that none has to build them.

The file holds the hash of the grammar and lark's version. Where either differs from what is installed (an edited
grammar in a checkout, a newer lark) the tables are built once and kept in the user's own cache.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lark import Lark

#: What a text may be parsed as; `layout` only keeps the tokens that no statement holds.
STARTS = ["statement", "expression", "type", "signature", "layout"]

HERE = os.path.dirname(os.path.abspath(__file__))
CHECKOUT = os.path.join(os.path.dirname(os.path.dirname(HERE)), "grammar")
INSTALLED = os.path.join(os.path.dirname(HERE), "grammar")

#: Plain data: numbers, text, lists and dictionaries of these.
Plain = Any


def folder() -> str:
    """The folder of the grammar: a checkout's own, if this is one, else the one that was installed."""
    return CHECKOUT if os.path.isfile(os.path.join(CHECKOUT, "tcalc.lark")) else INSTALLED


def load(callbacks: object) -> Lark:
    """The parser with its tables, whose reductions call the methods of `callbacks`."""
    from lark import Lark

    where = folder()
    with open(os.path.join(where, "tcalc.lark"), encoding="utf-8") as file:
        grammar = file.read()
    key = fingerprint(grammar)
    cached = os.path.join(cache_folder(), f"tables-{key}.json")
    stored = read(os.path.join(where, "tables.json"), key) or read(cached, key)
    if stored is None:
        stored = build(grammar)
        write(cached, stored)
    data, memo = numbered(stored["data"]), numbered(stored["memo"])
    parser: Lark = Lark._load_from_dict(data, memo, transformer=callbacks)  # type: ignore[no-untyped-call]
    return parser


def build(grammar: str) -> Plain:
    """The tables of a grammar as plain data. Takes 90 to 300 ms."""
    from lark import Lark
    from lark.grammar import Rule
    from lark.lexer import TerminalDef

    # One lexer for all states: a token means the same everywhere, so the cutter, the shell and the parser agree on
    # it, every keyword is reserved, and one regular expression is compiled at the start instead of forty.
    parser = Lark(grammar, parser="lalr", lexer="basic", start=STARTS, keep_all_tokens=True, propagate_positions=False)
    data, memo = parser.memo_serialize([TerminalDef, Rule])
    unwritten = {"transformer", "postlex", "lexer_callbacks", "tree_class", "_plugins", "source_path", "import_paths"}
    data["options"] = {name: value for name, value in data["options"].items() if name not in unwritten}
    tables: Plain = json.loads(json.dumps({"key": fingerprint(grammar), "data": data, "memo": memo}))
    return tables


def fingerprint(grammar: str) -> str:
    """What the tables depend on: the grammar's text, lark's version and the layout of the file."""
    from hashlib import sha256

    from lark import __version__

    return sha256(f"1\n{__version__}\n{grammar}".encode()).hexdigest()[:32]


def read(path: str, key: str) -> Plain | None:
    """The stored tables, or None where there are none for this key."""
    try:
        with open(path, encoding="utf-8") as file:
            stored = json.load(file)
    except (OSError, ValueError):
        return None
    return stored if isinstance(stored, dict) and stored.get("key") == key else None


def write(path: str, tables: Plain) -> None:
    """Write beside and rename; a folder that cannot be written costs time, not the answer."""
    beside = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(beside, "w", encoding="utf-8") as file:
            json.dump(tables, file, separators=(",", ":"))
        os.replace(beside, path)
    except OSError:
        try:
            os.unlink(beside)
        except OSError:
            return


def cache_folder() -> str:
    """The user's own cache of tcalc."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):
        base = os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(base, "tcalc")


def numbered(data: Plain) -> Plain:
    """The data with the keys that JSON made text of (states, tokens, entries of the memo) as numbers again."""
    if isinstance(data, dict):
        return {int(key) if key.isdecimal() else key: numbered(value) for key, value in data.items()}
    if isinstance(data, list):
        return [numbered(value) for value in data]
    return data
