"""The options of the command line, and how they are read; those that may stand in the user's own file too."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Collection, Sequence
    from typing import Any, NoReturn

    from tcalc.show.codes import Code

EPILOG = """\
Without FILE and -e, tcalc opens its shell, or runs what comes through a pipe.

exit status: 0 all ran; 1 an error while running; 2 wrong usage, or a file or the output failed;
3 the program is ill-formed; 4 a limit; 130 interrupted; 141 the reader of the output went away
"""

#: When there is colour.
COLOURS = ("auto", "always", "never")


def parsed(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The options of a command line, by default of this process. Leaves where help was asked for or one is wrong."""
    parser, valued = _parser()
    return parser.parse_args(_with_texts(sys.argv[1:] if arguments is None else arguments, valued))


def _with_texts(arguments: Sequence[str], valued: Collection[str]) -> list[str]:
    """The arguments, where `-e` takes the one behind it though it begins with a minus: `-e -x` as `-e-x`.

    Those behind FILE are the script's. `valued` are the options that take a value.
    """
    found: list[str] = []
    rest = iter(arguments)
    for each in rest:
        if each == "-" or not each.startswith("-") or each == "--":
            return [*found, each, *rest]
        value = next(rest, None) if each in valued else None
        attached = each == "-e" and value is not None and value.startswith("-")
        if attached and value == "--":
            value += " "  # which argparse would take away
        found += [f"{each}{value}"] if attached else [each] if value is None else [each, value]
    return found


def parser() -> argparse.ArgumentParser:
    """The parser of the command line, for those who tell of it."""
    return _parser()[0]


def _parser() -> tuple[argparse.ArgumentParser, set[str]]:
    """The parser of the command line, and the options that take a value."""
    import argparse

    class Parser(argparse.ArgumentParser):
        """An argument parser that shows what it was given without its control characters."""

        def error(self, message: str) -> NoReturn:
            from tcalc.show.visible import visible

            super().error(visible(message))

    parser = Parser(
        prog="tcalc",
        usage="tcalc [options] [FILE [ARGS ...]]",
        description="A calculator for tensors: shapes are checked before anything runs.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    valued: set[str] = set()

    def adding(to: argparse._ActionsContainer) -> Callable[..., None]:
        def add(*names: str, **facts: Any) -> None:
            action = to.add_argument(*names, **facts)
            if action.nargs != 0:
                valued.update(action.option_strings)

        return add

    add = adding(parser)
    add("file", nargs="?", metavar="FILE", help="a script; - is standard input")
    add("args", nargs=argparse.REMAINDER, metavar="ARGS", help="the script's args, a tuple of text")
    add("-e", action="append", dest="expressions", metavar="EXPR", help="run EXPR; several make one script")
    instead = adding(parser.add_mutually_exclusive_group())  # of running the program
    instead("--check", action="store_true", help="check the program and run nothing")
    instead("--plan", action="store_true", help="tell what each statement takes and how it is rewritten; run nothing")
    instead("--emit", choices=("torch",), metavar="torch", help="print the program as Python that imports torch alone")
    instead("--test", action="store_true", help="hold what the scripts print against their #=> comments")
    add("--update", action="store_true", help="with --test: rewrite the #=> comments")
    add("--json", action="store_true", help="one JSON object a line and a result; errors too, on standard error")
    add("--dtype", type=_dtype, default="f32", help="the default float: f32, f64, f16 or bf16 (f32)")
    add("--device", default="cpu", help="where tensors live (cpu)")
    add("--seed", type=_seed, metavar="N", help="start the random numbers at N")
    add("--threads", type=_natural, metavar="N", help="how many threads torch may use")
    add("--memory", type=_bytes, metavar="SIZE", help="refuse what needs more: 512M, 4G (what the machine has free)")
    add("--safe", action="store_true", help="no files are read or written")
    add("--strict", action="store_true", help="a result that holds NaN is an error")
    add("--rewrites", choices=("on", "off", "fast"), default="on", help="save work by algebra; fast: also lose digits")
    add("--no-notes", action="store_true", help="no notes on what is odd though nothing is wrong")
    add("--keep-going", action="store_true", help="go on after an error; the status is the first one's")
    add("--no-config", action="store_true", help="the shell reads neither config.toml nor init.tc")
    add("--color", choices=COLOURS, default="auto", help="colours on a terminal (auto)")
    add("--error", type=_code, metavar="CODE", help="what an error's code means, and leave")
    add("--version", action="store_true", help="print the version and leave")
    return parser, valued


def _dtype(text: str) -> str:
    import argparse

    from tcalc.types import dtypes

    dtype = dtypes.lookup(text)
    if dtype is None or dtype.kind != "float":
        raise argparse.ArgumentTypeError(f"{text} is no float: f32, f64, f16 or bf16")
    return dtype.name


def _code(text: str) -> Code:
    import argparse

    from tcalc.show.codes import CODES

    if text not in CODES:
        raise argparse.ArgumentTypeError(f"there is no code {text}; the codes are {' '.join(CODES)}")
    return CODES[text]


def _natural(text: str) -> int:
    import argparse

    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no natural number")
    return int(text)


def _seed(text: str) -> int:
    import argparse

    try:
        number = int(text)
    except ValueError:
        number = 2**64
    if not -(2**63) <= number < 2**64:
        raise argparse.ArgumentTypeError(f"{text} is no integer of 64 bits")
    return number


def _bytes(text: str) -> int:
    import argparse

    from tcalc import memory

    try:
        return memory.parse(text)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f"{text} is no size: 512M, 4G") from None


def _read_by(read: Callable[[str], object]) -> Callable[[str], object]:
    """The reader of an option for a file: it raises ValueError."""

    def reader(text: str) -> object:
        import argparse

        try:
            return read(text)
        except argparse.ArgumentTypeError as reason:
            raise ValueError(str(reason)) from None

    return reader


def _device(text: str) -> str:
    from tcalc.late import device_is_there

    if text != "cpu" and not device_is_there(text):
        raise ValueError(f"there is no device {text}")
    return text


def _colour(text: str) -> str:
    if text not in COLOURS:
        raise ValueError(f"{text} is none of {', '.join(COLOURS)}")
    return text


#: The options that may stand in the user's file.
READERS: dict[str, Callable[[str], object]] = {
    "dtype": _read_by(_dtype),
    "device": _device,
    "seed": _read_by(_seed),
    "threads": _read_by(_natural),
    "memory": _read_by(_bytes),
    "color": _colour,
}
