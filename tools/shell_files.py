"""Writes what shells and `man` know of the command line, from its parser: `python tools/shell_files.py`.

Completion for bash, zsh and fish and the man page lie in share/, where the wheel takes them from.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tcalc.errors import EXIT_STATUS
from tcalc.options import parser

ROOT = Path(__file__).resolve().parent.parent
SHARE = ROOT / "share"
#: Options whose value is one of these, though the parser does not say so.
VALUES = {
    "--dtype": ("f32", "f64", "f16", "bf16"),
    "--device": ("cpu", "cuda"),
    "--error": tuple(code for code in EXIT_STATUS if code != "internal"),
}
#: What an exit status says, and which errors of a program have it, and what variables of the environment do.
STATUS = {
    0: "all ran",
    2: "wrong usage, a script that cannot be read, output that cannot be written",
    130: "interrupted",
    141: "the reader of the output went away",
}
VARIABLES = {
    ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR"): "whether there is colour, the first that is set",
    ("VISUAL", "EDITOR"): "the editor for the text that is typed in the shell",
    ("PAGER",): "shows long results",
}
SCRIPT = "*.tc"


class Option:
    """An option as a shell sees it: its names, its sentence, whether a value follows, and which."""

    def __init__(self, action: argparse.Action) -> None:
        self.names = action.option_strings
        self.whole = action.help or ""
        self.doc = self.whole.partition(";")[0]
        self.takes_value = action.nargs != 0
        named = next((VALUES[name] for name in self.names if name in VALUES), ())
        self.values = tuple(map(str, action.choices or named))
        self.placeholder = str(action.metavar or "|".join(map(str, action.choices or ())) or action.dest.upper())


def options() -> list[Option]:
    """The options in the order of `--help`."""
    return [Option(each) for each in parser()._actions if each.option_strings]


def bash(found: list[Option]) -> str:
    """A completion function for bash."""
    names = " ".join([name for each in found for name in each.names])
    lines = ["# Completion of tcalc for bash. Written by tools/shell_files.py.", "", "_tcalc() {"]
    lines += ["    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}"]
    # In `--dtype=f` the sign is a word of its own.
    lines += ["    [[ $before == = ]] && before=${COMP_WORDS[COMP_CWORD-2]}", "    [[ $word == = ]] && word="]
    lines += ["    case $before in"]
    for each in found:
        if each.takes_value:
            words = f'COMPREPLY=($(compgen -W "{" ".join(each.values)}" -- "$word"))' if each.values else "COMPREPLY=()"
            lines.append(f"    {'|'.join(each.names)}) {words}; return ;;")
    lines += ["    esac", "    case $word in"]
    lines += [f'    -*) COMPREPLY=($(compgen -W "{names}" -- "$word")) ;;']
    lines += [f'    *) COMPREPLY=($(compgen -f -X \'!{SCRIPT}\' -- "$word") $(compgen -d -- "$word")) ;;']
    return "\n".join([*lines, "    esac", "}", "complete -o filenames -F _tcalc tcalc", ""])


def zsh(found: list[Option]) -> str:
    """A completion function for zsh."""
    lines = ["#compdef tcalc", "# Completion of tcalc for zsh. Written by tools/shell_files.py.", "", "_arguments \\"]
    for each in found:
        doc = "".join([f"\\{letter}" if letter in "[]:'" else letter for letter in each.doc]).replace("\\'", "'\\''")
        for name in each.names:
            value = f":{each.placeholder}:({' '.join(each.values)})" if each.takes_value else ""
            repeated = "*" if name == "-e" else ""
            lines.append(f"  '{repeated}{name}[{doc}]{value}' \\")
    return "\n".join([*lines, f"  '1:FILE:_files -g \"{SCRIPT}\"' \\", "  '*:ARGS:_files'", ""])


def fish(found: list[Option]) -> str:
    """Completions for fish."""
    lines = ["# Completion of tcalc for fish. Written by tools/shell_files.py.", ""]
    for each in found:
        doc = each.doc.replace("\\", "\\\\").replace("'", "\\'")
        names = " ".join([f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}" for name in each.names])
        values = f" -a '{' '.join(each.values)}'" if each.values else ""
        lines.append(f"complete -c tcalc {names}{' -x' if each.takes_value else ''}{values} -d '{doc}'")
    return "\n".join([*lines, ""])


def man(found: list[Option]) -> str:
    """The man page."""

    def plain(text: str) -> str:
        return text.replace("\\", "\\\\").replace("-", "\\-")

    lines = ['.TH TCALC 1 "" "tcalc" "User Commands"', ".SH NAME", "tcalc \\- a calculator for tensors", ".SH SYNOPSIS"]
    lines += [".B tcalc", "[options] [FILE [ARGS ...]]", ".SH DESCRIPTION", plain(str(parser().description)), ".PP"]
    lines += ["Without FILE and without a pipe it opens a shell; there :help says how to get on.", ".SH OPTIONS"]
    for each in found:
        value = f" \\fI{plain(each.placeholder)}\\fR" if each.takes_value else ""
        lines += [".TP", ", ".join([f"\\fB{plain(name)}\\fR{value}" for name in each.names]), plain(each.whole)]
    lines += [".SH EXIT STATUS"]
    told = STATUS | {
        status: f"an error of the program: {', '.join([code for code, its in EXIT_STATUS.items() if its == status])}"
        for status in EXIT_STATUS.values()
    }
    for status, text in sorted(told.items()):
        lines += [".TP", f"\\fB{status}\\fR", text]
    lines += [".SH FILES", ".TP", "\\fI$XDG_CONFIG_HOME/tcalc/config.toml\\fR", 'settings of the shell: dtype = "f64"']
    lines += [".TP", "\\fI$XDG_CONFIG_HOME/tcalc/init.tc\\fR", "a script that the shell runs first"]
    lines += [".TP", "\\fI$XDG_STATE_HOME/tcalc/history\\fR", "what was typed in the shell", ".SH ENVIRONMENT"]
    for names, text in VARIABLES.items():
        lines += [".TP", ", ".join([f"\\fB{name}\\fR" for name in names]), text]
    return "\n".join([*lines, ""])


#: The files by their place in share/.
FILES = {
    "bash-completion/completions/tcalc": bash,
    "zsh/site-functions/_tcalc": zsh,
    "fish/vendor_completions.d/tcalc.fish": fish,
    "man/man1/tcalc.1": man,
}


def written() -> dict[Path, str]:
    """Each file's text."""
    return {SHARE / name: text(options()) for name, text in FILES.items()}


if __name__ == "__main__":
    for path, text in written().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"{path.relative_to(ROOT)} has changed")
