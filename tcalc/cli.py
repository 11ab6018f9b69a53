"""The command line: which door, with which settings."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tcalc import options as command_line

if TYPE_CHECKING:
    import argparse
    from typing import NoReturn

    from tcalc.printer import Printer
    from tcalc.settings import Settings
    from tcalc.show.palette import Style
    from tcalc.show.progress import ProgressBar
    from tcalc.source import Source

#: How many objects more than before make the collector look: our trees and graphs hold no cycles worth an early look.
COLLECT_FROM = 20_000
#: So many seconds a thread waits for Python's lock before it asks for it. Whoever computes lets it go for moments that
#: are too short to take it, and so may keep Ctrl-C, and the line that is typed, waiting for as long as it computes.
ASKING = 0.001


def main(arguments: Sequence[str] | None = None) -> int:
    """Run tcalc. Where a program ran, this leaves the process at once, without torch's slow farewell."""
    gc.disable()  # while modules are loaded there is no garbage
    gc.set_threshold(COLLECT_FROM)
    sys.setswitchinterval(ASKING)
    try:
        options = command_line.parsed(arguments)
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

    config = Config() if options.no_config else load(os.environ, command_line.READERS)
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
