"""The table of commands."""

from __future__ import annotations

from tcalc.commands.asking import apropos, error, help_
from tcalc.commands.command import Command
from tcalc.commands.derivatives import formula, gradcheck, graph, latex
from tcalc.commands.explaining import EXPLAIN, explain
from tcalc.commands.files import LOAD, SAVE, load, save
from tcalc.commands.history import HISTORY, fix, history
from tcalc.commands.names import del_, quit_, reset, type_, vars_
from tcalc.commands.paging import MORE, more
from tcalc.commands.plans import CODE, COST, PLAN, code, cost, plan
from tcalc.commands.plots import HEAT, HIST, IMAGE, PLOT, heat, hist, image, plot, two
from tcalc.commands.settings import DEVICE, DTYPE, SEED, device, dtype, seed, set_
from tcalc.commands.timing import TIME, behind_number, time
from tcalc.commands.tour import DEMO, demo

COMMANDS: dict[str, Command] = {
    command.name: command
    for command in (
        Command("help", "[NAME]", "words", "A page on a name or an operator, as ?NAME; alone, this one.", help_),
        Command("demo", "[N]", "", "A tour of five minutes, stop by stop.", demo, DEMO),
        Command("apropos", "WORD", "words", "The functions and pages that a word has to do with.", apropos),
        Command("type", "EXPR", "expression", "The dtype and shape of an expression, without running it.", type_),
        Command("explain", "EXPR", "expression", "Each step of it with its type and the reason.", explain, EXPLAIN),
        Command("more", "[NAME]", "names", "The last result whole, in the pager.", more, MORE),
        Command("vars", "", "", "The names that are bound, with their types.", vars_),
        Command("code", "EXPR", "expression", "The torch calls that a statement runs; nothing is run.", code, CODE),
        Command("formula", "EXPR", "expression", "The closed form of a derivative, or of all gradients.", formula),
        Command("latex", "EXPR", "expression", "The closed form of a derivative in LaTeX.", latex),
        Command("plan", "EXPR", "expression", "Its work as written and as run; what was rewritten.", plan, PLAN),
        Command("cost", "EXPR", "expression", "Its floating-point operations and memory.", cost, COST),
        Command(
            "time",
            "[N] EXPR",
            "expression",
            "How long it takes, by many runs.",
            time,
            TIME,
            part=behind_number,
        ),
        Command(
            "graph",
            "EXPR",
            "expression",
            "What computes it, with gradients; or --svg FILE.",
            graph,
            option="--svg",
        ),
        Command(
            "plot",
            "EXPR",
            "expression",
            "Draw a vector, or one over another.",
            plot,
            PLOT,
            option="--out",
            part=two,
        ),
        Command("hist", "EXPR", "expression", "Draw how its elements are distributed.", hist, HIST, option="--out"),
        Command("heat", "EXPR", "expression", "Draw a matrix by the size of its elements.", heat, HEAT, option="--out"),
        Command(
            "image", "EXPR", "expression", "Draw a picture, as of [height, width, 3].", image, IMAGE, option="--out"
        ),
        Command("gradcheck", "EXPR", "expression", "Holds its gradient against finite differences.", gradcheck),
        Command("del", "NAME...", "names", "Forget names.", del_),
        Command("fix", "[N]", "", "Put a repair that was offered on the line, as Alt-1 does.", fix),
        Command("error", "[CODE]", "codes", "What an error's code means, and what to do; alone, all.", error),
        Command("set", "[NAME VALUE]", "settings", "Change a setting; alone, show them.", set_),
        Command("dtype", "[DTYPE]", "dtype", "Choose the default float; alone, tell it.", dtype, DTYPE),
        Command("device", "[NAME]", "device", "Choose where tensors are made; alone, tell it.", device, DEVICE),
        Command("seed", "[N]", "", "Start the random numbers at N, or tell where they did.", seed, SEED),
        Command("history", "[N|WORD]", "", "What was typed last, or what has a word in it.", history, HISTORY),
        Command("save", "FILE", "files", "Write the session as a script that gives the same names.", save, SAVE),
        Command("load", "FILE", "files", "Run a script into the session.", load, LOAD),
        Command("reset", "", "", "Forget all names.", reset),
        Command("quit", "", "", "Leave, as Ctrl-D and exit() do.", quit_),
    )
}
