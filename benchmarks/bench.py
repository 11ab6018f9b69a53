"""Measures tcalc beside torch and writes benchmarks/README.md, and its first table into README.md: `make bench`.

What is measured is the wheel, built and installed into an environment of its own. Everything runs as a whole process,
in turn with what it is compared to, and no two runs have the same input. Times are medians. `--quick` runs less often;
`--only algebra` prints the rows of one part, and writes nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import runpy
import site
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path

from rows import Row
from shell import shell

ROOT = Path(__file__).resolve().parent.parent
INSIDE = ROOT / "benchmarks" / "inside"

TORCH = "import torch"
#: The least that a process with torch costs: nothing is collected at the start, nothing run down at the end.
BARE_TORCH = "import gc; gc.disable(); import torch, os; os._exit(0)"

SCRIPT = """\
n = {n}
A = ones(n, 3)
W = zeros(3, {m})
v = arange({m})
f(x: [n, k], y: [k, m]): [n, m] = softmax[-1](x @ y)
p = f(A, W)
q = p * v + 1
r = sum[0](q)
s = einsum("ij,j->i", q, r)
mean(s)
"""


class Wheel:
    """The built wheel, installed where it sees the dependencies of this environment, and not the checkout."""

    def __init__(self, folder: Path) -> None:
        quiet = {"cwd": ROOT, "check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        build = [sys.executable, "-m", "build", "--quiet", "--wheel", "--outdir", str(folder / "dist")]
        subprocess.run(build, **quiet)  # type: ignore[call-overload]
        venv.create(folder / "venv", symlinks=True)
        self.python = str(folder / "venv" / "bin" / "python")
        self.tcalc = str(folder / "venv" / "bin" / "tcalc")
        (wheel,) = (folder / "dist").glob("*.whl")
        install = [sys.executable, "-m", "pip", "--python", self.python, "install", "--quiet", "--no-deps", str(wheel)]
        subprocess.run(install, **quiet)  # type: ignore[call-overload]
        path = subprocess.run(
            [self.python, "-c", "import site; print(site.getsitepackages()[0])"], text=True, capture_output=True
        )
        Path(path.stdout.strip(), "dependencies.pth").write_text("\n".join(site.getsitepackages()) + "\n")


def timed(command: Sequence[str], expect: str | None = None, status: int = 0) -> float:
    """Seconds that a process takes. What it printed and its status are looked at, so that no failure is fast."""
    start = time.perf_counter()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd=ROOT)
    took = time.perf_counter() - start
    if done.returncode != status or (expect is not None and expect not in done.stdout + done.stderr):
        raise SystemExit(f"{list(command)}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return took


def until_prompt(wheel: Wheel, typed: str = "") -> float:
    """Seconds until the shell shows its prompt in a terminal, or then what is typed; infinite where it does not."""
    import pexpect  # type: ignore[import-untyped]  # it has no types

    start = time.perf_counter()
    shell = pexpect.spawn(wheel.tcalc, [], dimensions=(24, 80), timeout=20)
    shell.delaybeforesend = None
    try:
        shell.expect_exact("tcalc>")
        if typed:
            shell.send(typed)
            shell.expect_exact(typed[-1])
        return time.perf_counter() - start
    except (pexpect.EOF, pexpect.TIMEOUT):
        return float("inf")
    finally:
        shell.close(force=True)


def start_up(wheel: Wheel, rounds: int, folder: Path) -> list[Row]:
    """What never needs torch, beside importing it; and a tensor, beside the least that torch costs."""
    script, wrong = folder / "script.tc", folder / "wrong.tc"

    def checked() -> float:
        script.write_text(SCRIPT.format(n=random.randint(2, 10**6), m=random.randint(2, 10**6)))
        return timed([wheel.tcalc, "--check", str(script)])

    def shape_error() -> float:
        k = random.randint(4, 10**6)
        wrong.write_text(SCRIPT.format(n=4, m=5).replace("zeros(3, ", f"zeros({k}, "))
        return timed([wheel.tcalc, str(wrong)], "error[shape]", 3)

    def power() -> float:
        n = random.randint(2, 78)  # 79^10 leaves 64 bits
        return timed([wheel.tcalc, "-e", f"{n}^10 + 1"], str(n**10 + 1))

    def tensor() -> float:
        n = random.randint(2, 99)
        return timed([wheel.tcalc, "-e", f"[{n}, 2.5] * 2"], f"[{2 * n}.0, 5.0]")

    without: list[tuple[str, float, Callable[[], float]]] = [
        ("`tcalc --version`", 0.10, lambda: timed([wheel.tcalc, "--version"], "tcalc")),
        ("`tcalc -e '2^10 + 1'`", 0.10, power),
        ("`tcalc --check` of ten lines", 0.12, checked),
        ("a shape error in ten lines", 0.12, shape_error),
        ("the shell's prompt is there", 0.15, lambda: until_prompt(wheel)),
        ("a key typed at once appears", 0, lambda: until_prompt(wheel, "7")),
    ]
    *times, beside = interleaved([run for *_, run in without] + [lambda: timed([wheel.python, "-c", TORCH])], rounds)
    rows = [
        Row(what, f"≤ {goal}" if goal else "", took, beside, "`import torch`", took <= goal * beside)
        for (what, goal, _), took in zip(without, times, strict=True)
    ]
    took, bare = interleaved([tensor, lambda: timed([wheel.python, "-c", BARE_TORCH])], rounds)
    rows.append(Row("`tcalc -e '[1, 2.5] * 2'`", "≤ 1.15", took, bare, "`import torch`, bare", took <= 1.15 * bare))
    return rows


def interleaved(runs: Sequence[Callable[[], float]], rounds: int) -> list[float]:
    """The median of each, run in turn. One round before them warms the disk's cache and is thrown away."""
    times: list[list[float]] = [[] for _ in runs]
    for turn in range(rounds + 1):
        for run, mine in zip(runs, times, strict=True):
            took = run()
            if turn:
                mine.append(took)
    return [statistics.median(mine) for mine in times]


#: Expressions that Python with torch reads too, with a place for a number; each has a 3×3 result.
TEXTS = """\
A + {c}
A * {c} - B
A @ B + {c}
(A + {c}) @ B
A.T @ B * {c}
A @ A @ B - {c}
torch.exp(A * {c})
torch.sin(A) + {c}
torch.softmax(A * {c}, 0)
torch.sqrt(B * B + {c})
torch.outer(v, v + {c})
v[:, None] - v * {c}
torch.tanh(A) * B + {c}
torch.maximum(A, B * {c})
torch.where(A > {c}, A, B)
(A - A.mean(0)) * {c}
torch.diag(v) + {c}
torch.stack([v, v + {c}, v * 2])
torch.triu(A + {c})
A / ({c} + B * B)
""".splitlines()

LOOP = """\
import sys, torch
names = {"torch": torch}
for line in sys.stdin:
    name, equals, value = line.partition(" = ")
    if equals:
        names[name] = torch.tensor(eval(value))
    else:
        print(eval(line, names))
"""


def piped_program(lines: int, distinct: bool) -> str:
    """Three bindings and many lines, drawn from 20 texts or all of them different."""

    def matrix() -> list[list[float]]:
        return [[round(random.uniform(-2, 2), 3) for _ in range(3)] for _ in range(3)]

    texts = TEXTS
    if not distinct:
        texts = [text.format(c=round(random.uniform(0.1, 3), 3)) for text in TEXTS]
    drawn = [random.choice(texts) for _ in range(lines)]
    if distinct:
        step = 3 / lines
        drawn = [text.format(c=f"{0.1 + step * number:.7f}") for number, text in enumerate(drawn)]
        assert len(set(drawn)) == lines
    return "\n".join([f"A = {matrix()}", f"B = {matrix()}", f"v = {matrix()[0]}", *drawn, ""])


def pipes(wheel: Wheel, rounds: int, lines: int, folder: Path) -> list[Row]:
    """Many lines through a pipe, beside a Python loop of eval and print."""
    rows = []
    for what, goal, distinct in (("drawn from 20 texts", 0.25, False), ("all of them different", 2.0, True)):
        times: list[list[float]] = [[], []]
        for _ in range(rounds):
            program = folder / "program"
            program.write_text(piped_program(lines, distinct))
            for command, mine in zip(([wheel.tcalc], [wheel.python, "-c", LOOP]), times, strict=True):
                with program.open("rb") as taken, (folder / "printed").open("w+b") as printed:
                    start = time.perf_counter()
                    subprocess.run(command, stdin=taken, stdout=printed, check=True)
                    mine.append(time.perf_counter() - start)
                    printed.seek(0)
                    if printed.read().count(b"\n") != 3 * lines:
                        raise SystemExit(f"{command} did not print {lines} matrices")
        took, beside = map(statistics.median, times)
        rows.append(
            Row(
                f"{lines:,} piped lines, {what}", f"≤ {goal}", took, beside, "`eval` and `print`", took <= goal * beside
            )
        )
    return rows


def inside(wheel: Wheel, quick: bool) -> list[Row]:
    """What is measured within one process, each by a script of its own."""
    few = ["--quick"] if quick else []
    rows = []
    for line in answers(wheel, "repeated.py", few):
        text, mine, torch = line.split("\t")
        took, beside = float(mine), float(torch)
        met = took <= 1.5 * beside or took <= beside + 10e-6
        rows.append(Row(f"again, with other values: `{text}`", "≤ 1.5, or + 10 µs", took, beside, "torch's calls", met))
    for line in answers(wheel, "python_interface.py", few):
        what, mine, torch = line.split("\t")
        took, beside = float(mine), float(torch)
        rows.append(Row(f"in Python: {what}", "+ 10 µs", took, beside, "torch's calls", took <= beside + 10e-6))
    goals = {"by hand": 1.2, "`autograd.grad`": 1.1, "a loop of `autograd.grad`": 0.1}
    for line in answers(wheel, "derivatives.py", few):
        what, mine, torch, beside_what = line.split("\t")
        took, beside, goal = float(mine), float(torch), goals[beside_what]
        rows.append(Row(what, f"≤ {goal}", took, beside, beside_what, took <= goal * beside))
    for line in answers(wheel, "new_lines.py", few):
        what, median = line.split("\t")
        goal = "≤ 300 µs" if "median" in what else ""
        rows.append(Row(what, goal, float(median), 0, "", float(median) <= 300e-6))
    return rows


#: Rows of linear algebra that stand in the first table too.
TELLING = ("`A @ B @ v`", "`trace(A @ B)`", "`(A @ B)[2, 2]`")


def algebra(wheel: Wheel, quick: bool) -> list[Row]:
    """Linear algebra beside torch by hand, and torch as written."""
    return [Row(**json.loads(line)) for line in answers(wheel, "algebra.py", ["--quick"] if quick else [])]


def answers(wheel: Wheel, script: str, arguments: Sequence[str]) -> list[str]:
    """The lines that a script in inside/ prints."""
    command = [wheel.python, str(INSIDE / script), *arguments]
    return subprocess.run(command, cwd=ROOT, text=True, check=True, stdout=subprocess.PIPE).stdout.splitlines()


def circumstances(quick: bool) -> str:
    """What was measured, and on what."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout
    changed = subprocess.run(
        ["git", "status", "--porcelain", "tcalc", "grammar"], cwd=ROOT, capture_output=True, text=True
    ).stdout
    cpus = Path("/proc/cpuinfo")
    lines = cpus.read_text().splitlines() if cpus.exists() else []
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    versions = ", ".join(f"{name} {version(name)}" for name in ("torch", "lark", "prompt-toolkit"))
    return (
        f"Commit {commit.strip()}{' with changes' if changed else ''}, {time.strftime('%Y-%m-%d')}; "
        f"{model}, {os.cpu_count()} cores, {platform.system()}; Python {platform.python_version()}, {versions}"
        f"{'; few runs (--quick)' if quick else ''}."
    )


HEAD = """\
# Speed

Written by `make bench`. The wheel is built and installed into an environment of its own; processes run in turn with
what they are compared to; no two runs have the same input; times are medians. A goal that is missed stands here as
missed.

{circumstances}

| what | tcalc | beside | takes | ratio | goal | |
| --- | --- | --- | --- | --- | --- | --- |
{rows}

## Linear algebra

Expressions through `Session.compile`, beside the best that torch can do by hand; *as written* is what torch takes for
the expression itself, over the same. Those that may not be rewritten, because they would compute other numbers, have no
goal. All in one process, in turns, with as many threads as torch takes by itself; here times are the fastest. The
numbers of the operands change before every run. `make bench-peers` has others run the same.

| what | tcalc | beside | takes | ratio | as written | goal | |
| --- | --- | --- | --- | --- | --- | --- | --- |
{algebra}

- A, B, C, H are n×n, F and G half of that; x, y, v, d, b have n; X, Y are n×1, P is n×20, Q 20×n, V 3×n. S is positive
  definite, W triangular. f32.
- By hand, `A @ A.T` and `triu(A) @ B` are done by four rows of blocks.
- What an element-wise expression takes *beyond its operands* is the high-water mark of a process's resident memory,
  less what it was before; the result is part of it. It is beside the bytes of one operand.
- *Planning* is to rewrite the graph of a checked expression. These times are medians.

## Notes

- `import torch` is `python -c "{torch}"`; bare, it is `python -c "{bare}"`.
- Start-up is of whole processes, {rounds} runs each; the prompt is timed through a pseudo-terminal.
- *Again* is one text through `Session.run`, beside the same torch calls in Python. Its variable has another value each
  time, put into its binding between the calls that are timed.
- The derivatives run through `Session.compile`, one thread each, in turn with torch: the formula written *by hand*, or
  torch's tape.
- *In the shell* a terminal is played: keys are sent, and the screen is read until what they change stands there; the
  time to read it is counted too.
- *A new line* is parsed, checked and lowered to a graph: every statement of the examples, after those before it ran.
- The piped lines print 3×3 results of f32; beside them is a Python loop of `eval` and `print` on torch tensors that
  reads the same lines. {pipe_rounds} runs each.
"""


def main() -> None:
    """Measure everything and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer runs, a tenth of the piped lines")
    parser.add_argument(
        "--only", choices=["start", "shell", "inside", "pipes", "algebra"], help="print the rows of one part"
    )
    options = parser.parse_args()
    quick: bool = options.quick
    rounds, pipe_rounds, lines = (3, 1, 10_000) if quick else (11, 2, 100_000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind in ("CACHE", "STATE", "DATA", "CONFIG"):
            os.environ[f"XDG_{kind}_HOME"] = name
        wheel = Wheel(folder)
        measures: dict[str, Callable[[], list[Row]]] = {
            "start": lambda: start_up(wheel, rounds, folder),
            "shell": lambda: shell(wheel.tcalc, quick),
            "inside": lambda: inside(wheel, quick),
            "pipes": lambda: pipes(wheel, pipe_rounds, lines, folder),
            "algebra": lambda: algebra(wheel, quick),
        }
        tables: dict[str, list[Row]] = {}
        for part, measure in measures.items():
            if options.only in (None, part):
                tables[part] = measure()
                print(*[row.line(part == "algebra") for row in tables[part]], sep="\n", flush=True)
    if options.only:
        return
    telling = [row for row in tables["algebra"] if row.what.startswith(TELLING)]
    rows = [*tables["start"], *tables["shell"], *tables["inside"], *telling, *tables["pipes"]]
    page = HEAD.format(
        circumstances=circumstances(quick),
        rows="\n".join(row.line() for row in rows),
        algebra="\n".join(row.line(wide=True) for row in tables["algebra"]),
        torch=TORCH,
        bare=BARE_TORCH,
        rounds=rounds,
        pipe_rounds=pipe_rounds,
    )
    (ROOT / "benchmarks" / "README.md").write_text(page, encoding="utf-8")
    quoting = ROOT / "README.md"
    quoted: Callable[[str], str] = runpy.run_path(str(ROOT / "tools" / "refresh.py"))["speed_quoted"]
    quoting.write_text(quoted(quoting.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
