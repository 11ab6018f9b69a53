"""The command line: which door, with which settings."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Collection
    from typing import Any, NoReturn

    from tcalc.printer import Printer
    from tcalc.settings import Settings
    from tcalc.show.codes import Code
    from tcalc.show.palette import Style
    from tcalc.show.progress import ProgressBar
    from tcalc.source import Source

#: How many objects more than before make the collector look: our trees and graphs hold no cycles worth an early look.
COLLECT_FROM = 20_000

EPILOG = """\
Without FILE and -e, tcalc opens its shell, or runs what comes through a pipe.

exit status: 0 all ran; 1 an error while running; 2 wrong usage, or a file or the output failed;
3 the program is ill-formed; 4 a limit; 130 interrupted; 141 the reader of the output went away
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run tcalc. Where a program ran, this leaves the process at once, without torch's slow farewell."""
    gc.disable()  # while modules are loaded there is no garbage
    try:
        options = _options(arguments)
        status = _closed() or _run(options)
    except SystemExit as leaving:  # argparse printed help, or what is wrong
        status = leaving.code if isinstance(leaving.code, int) else 2
        status = status or _flushed()
    except KeyboardInterrupt:
        status = 130
    except Exception as bug:
        from tcalc.errors import internal_error

        error = internal_error(bug)
        _complain(f"error[internal]: {error.message}")
        status = 1
    leave(status)


def _closed() -> int:
    """2, and a word on standard error, where there is no standard output to write to."""
    if sys.stdout is not None:
        return 0
    _complain("tcalc: standard output is closed")
    return 2


def _flushed() -> int:
    """The exit status of handing out what argparse printed."""
    return _closed() or _print("", end="")


def leave(status: int) -> NoReturn:
    """End the process without running down torch's threads and modules."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            pass
    os._exit(status)


def _options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
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
    if text != "cpu" and not _device_is_there(text):
        raise ValueError(f"there is no device {text}")
    return text


def _colour(text: str) -> str:
    if text not in COLOURS:
        raise ValueError(f"{text} is none of {', '.join(COLOURS)}")
    return text


#: When there is colour.
COLOURS = ("auto", "always", "never")
#: The options that may stand in the user's file.
_READERS: dict[str, Callable[[str], object]] = {
    "dtype": _read_by(_dtype),
    "device": _device,
    "seed": _read_by(_seed),
    "threads": _read_by(_natural),
    "memory": _read_by(_bytes),
    "color": _colour,
}


def _run(options: argparse.Namespace) -> int:
    if options.version:
        from tcalc import __version__

        return _print(f"tcalc {__version__}")
    if options.error is not None:
        from tcalc.show.codes import code_page

        return _print("\n".join(code_page(options.error)))
    if options.expressions is not None and options.file is not None:
        options.args = [options.file, *options.args]
        options.file = None
    if options.test:
        return _test(options)
    if options.device != "cpu" and not _device_is_there(options.device):
        from tcalc.show.visible import visible

        _complain(f"tcalc: there is no device {visible(options.device)}")
        return 2
    if options.expressions is None and options.file in (None, "-") and sys.stdin is None:
        _complain("tcalc: standard input is closed, and there is no program")
        return 2
    from tcalc.doors import standard_input_is_there

    if options.expressions is None and options.file is None and not standard_input_is_there():
        if options.emit or options.plan:
            option = "--emit" if options.emit else "--plan"
            _complain(f"tcalc: {option} takes a program: a FILE, -e, or a pipe")
            return 2
        return _shell(options)
    printer = _printer(options)
    try:
        return _run_program(options, printer)
    except KeyboardInterrupt:
        printer.flush()  # what was computed so far
        raise


def _shell(options: argparse.Namespace) -> int:
    """The interactive shell, with what the user's own files say and the command line does not."""
    from tcalc.config import Config, load
    from tcalc.repl.shell import run as shell
    from tcalc.session import Session

    config = Config() if options.no_config else load(os.environ, _READERS)
    for name, value in config.options.items():
        if not _is_given(name):
            setattr(options, name, value)
    options.args = None
    settings = _settings(options)
    for name, value in config.switches.items():
        if not _is_given(name) and not _is_given(f"no-{name}"):
            setattr(settings, name, value)
    return shell(Session(settings), _style(options, sys.stdout), config)


def _is_given(name: str) -> bool:
    """Whether an option stands on the command line of a shell, which has no script whose argument it could be."""
    return any(each.partition("=")[0] == f"--{name}" for each in sys.argv[1:])


def _device_is_there(device: str) -> bool:
    """Whether torch can make a tensor on a device; asked only where it is not the usual one."""
    from tcalc.late import device_is_there

    return device_is_there(device)


def _settings(options: argparse.Namespace) -> Settings:
    from tcalc.settings import REWRITING, Settings
    from tcalc.types import dtypes

    default_float = dtypes.lookup(options.dtype)
    assert default_float is not None
    return Settings(
        default_float,
        device=options.device,
        memory=options.memory,
        seed=options.seed,
        threads=options.threads,
        safe=options.safe,
        notes=not options.no_notes,
        strict=options.strict,
        rewrites=REWRITING[options.rewrites],
        arguments=options.args,
    )


def _printer(options: argparse.Namespace) -> Printer:
    from tcalc.printer import Printer
    from tcalc.show.palette import is_terminal
    from tcalc.types import dtypes

    default_float = dtypes.lookup(options.dtype)
    assert default_float is not None
    terminal = is_terminal(sys.stdout)
    width = 80
    if terminal or is_terminal(sys.stderr):
        import shutil

        width = shutil.get_terminal_size().columns
    return Printer(
        sys.stdout.buffer,
        default_float,
        json=options.json,
        style=_style(options, sys.stderr),
        terminal=terminal and not options.json,
        width=width,
        bar=_bar(options),
    )


def _bar(options: argparse.Namespace) -> ProgressBar | None:
    """What shows how far a long loop is, where somebody sits at standard error."""
    from tcalc.show.palette import is_terminal

    if not is_terminal(sys.stderr):
        return None
    from tcalc.show.progress import ProgressBar

    return ProgressBar(colour=_style(options, sys.stderr).colour)


def _style(options: argparse.Namespace, stream: object) -> Style:
    """Colour and Unicode marks on a terminal that has them; plain ASCII elsewhere."""
    from tcalc.show.palette import style_of

    return style_of(stream, options.color, os.environ)


def _run_program(options: argparse.Namespace, printer: Printer) -> int:
    from tcalc import doors
    from tcalc.evaluator import Evaluator
    from tcalc.printer import OutputFailed
    from tcalc.session import Session

    session = Session(_settings(options))
    gc.freeze()
    gc.set_threshold(COLLECT_FROM)
    gc.enable()
    evaluator = Evaluator(session, printer.bar)
    try:
        piped = options.expressions is None and options.file in (None, "-")
        if piped and not options.check and not options.plan and not options.emit:
            evaluator.run(
                lambda ticket: doors.run_pipe(
                    session, sys.stdin.buffer, printer, "<stdin>", ticket, keep_going=options.keep_going
                )
            )
        else:
            source = _whole(options, piped)
            if source is None:
                return 2
            if not piped and doors.standard_input_is_there():
                session.offer_standard_input(sys.stdin.buffer.read)
            if options.check:
                doors.check_program(session, source, printer)
            elif options.plan:
                evaluator.run(lambda ticket: doors.plan_program(session, source, printer, ticket))
            elif options.emit:
                evaluator.run(lambda ticket: doors.emit_program(session, source, printer, ticket))
            else:
                evaluator.run(
                    lambda ticket: doors.run_program(session, source, printer, ticket, keep_going=options.keep_going)
                )
        printer.flush()
    except OutputFailed as failed:
        if failed.gone:
            return 141
        _complain(f"tcalc: standard output cannot be written: {failed.reason}")
        return 2
    return printer.status


def _whole(options: argparse.Namespace, piped: bool) -> Source | None:
    """A program's text from wherever it comes, None (and a word on standard error) where it cannot be read."""
    from tcalc import doors
    from tcalc.source import Source

    if piped:
        return Source(doors.decoded(sys.stdin.buffer.read()), "<stdin>")
    return Source("\n".join(options.expressions), "-e") if options.expressions else _script(options.file)


def _script(path: str) -> Source | None:
    """A script's text, None (and a word on standard error) where it cannot be read."""
    from tcalc import doors
    from tcalc.show.visible import visible
    from tcalc.source import Source

    try:
        return Source(doors.decoded(doors.read_script(path)), path)
    except (OSError, ValueError) as reason:
        hint = "" if os.sep in path or "." in path else "; to run an expression: tcalc -e"
        _complain(f"tcalc: {visible(path)} cannot be read: {getattr(reason, 'strerror', None) or reason}{hint}")
        return None


def _test(options: argparse.Namespace) -> int:
    paths = [path for path in (options.file, *options.args) if path]
    if not paths:
        _complain("tcalc: --test takes one file or more")
        return 2
    from tcalc.evaluator import Evaluator
    from tcalc.session import Session

    return Evaluator(Session()).run(lambda ticket: _test_files(options, paths))


def _test_files(options: argparse.Namespace, paths: Sequence[str]) -> int:
    from tcalc.selftest import test_program
    from tcalc.show.visible import visible

    options.args = None
    status = 0
    wide = max(len(path) for path in paths)
    for path in paths:
        source = _script(path)
        if source is None:
            return 2
        report = test_program(source, _settings(options))
        failures = report.failures
        if options.update and report.updated != source.text:
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(report.updated)
        good = len(report.verdicts) - len(failures)
        _print(f"{visible(path):{wide}}  {good:>4} of {len(report.verdicts)}")
        if failures and not options.update:
            status = 1
            for failure in failures:
                _print(
                    f"  line {failure.line}: expected {failure.wanted or 'nothing'}, "
                    f"and it gives {failure.said or 'nothing'}"
                )
    return status


def _print(text: str, end: str = "\n") -> int:
    """Print a line; the exit status."""
    try:
        sys.stdout.write(text + end)
        sys.stdout.flush()
    except BrokenPipeError:
        return 141
    except OSError as reason:
        _complain(f"tcalc: standard output cannot be written: {reason.strerror}")
        return 2
    return 0


def _complain(text: str) -> None:
    from tcalc.printer import complain

    complain(text)
