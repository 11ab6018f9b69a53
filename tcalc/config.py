"""The user's own settings of the shell: `config.toml` and `init.tc` in `$XDG_CONFIG_HOME/tcalc`.

They are the shell's alone: a script, a pipe and `-e` do the same for everybody.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from tcalc.settings import SWITCHES, Value

#: The options of the command line that may stand in the file, and what reads each. These raise ValueError.
Readers = Mapping[str, Callable[[str], object]]


class Config:
    """What the user's files say.

    `options` are those of the command line that stand there, `switches` the settings. `init` is the path of a script
    to run first, or "". What is wrong with the file is in `warnings`, never an exception.
    """

    __slots__ = ("init", "options", "switches", "warnings")

    def __init__(self) -> None:
        self.options: dict[str, object] = {}
        self.switches: dict[str, Value] = {}
        self.warnings: list[str] = []
        self.init = ""


def folder(environment: Mapping[str, str]) -> str:
    """`$XDG_CONFIG_HOME/tcalc`, by default in `~/.config`."""
    base = environment.get("XDG_CONFIG_HOME", "")
    if not os.path.isabs(base):
        base = os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(base, "tcalc")


def load(environment: Mapping[str, str], readers: Readers) -> Config:
    """What stands in the user's folder; nothing where there is none."""
    config, home = Config(), folder(environment)
    path = os.path.join(home, "config.toml")
    unknown: list[str] = []
    for name, value in _read(path, config).items():
        if name in readers:
            _option(config, path, name, value, readers[name])
        elif name in SWITCHES:
            _switch(config, path, name, value)
        else:
            unknown.append(name)
    if unknown:
        known = ", ".join(sorted({*SWITCHES, *readers}))
        config.warnings.append(f"{path}: there is no {' and no '.join(unknown)}; there are {known}")
    init = os.path.join(home, "init.tc")
    if os.path.isfile(init):
        config.init = init
    return config


def _read(path: str, config: Config) -> dict[str, object]:
    try:
        with open(path, "rb") as file:
            import tomllib  # ten milliseconds, and most have no such file

            return tomllib.load(file)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as reason:
        config.warnings.append(f"{path} cannot be read: {reason.strerror or reason}")
    except (ValueError, RecursionError) as reason:  # no TOML, or no UTF-8
        config.warnings.append(f"{path} is not read: {reason}")
    return {}


def _switch(config: Config, path: str, name: str, value: object) -> None:
    values = SWITCHES[name].values
    word = {True: "on", False: "off"}[value] if isinstance(value, bool) else value
    if isinstance(word, str) and word in values:
        config.switches[name] = values[word]
    else:
        *others, last = [f'"{each}"' for each in values]
        config.warnings.append(f"{path}: {name} is {', '.join(others)} or {last}")


def _option(config: Config, path: str, name: str, value: object, read: Callable[[str], object]) -> None:
    if not isinstance(value, str | int) or isinstance(value, bool):
        config.warnings.append(f"{path}: {name} is text or a number")
        return
    try:
        config.options[name] = read(str(value))
    except ValueError as reason:
        config.warnings.append(f"{path}: {name}: {reason}")
