"""The command line's exit statuses, scripts, pipes and `-e`, and an output that goes away or cannot be written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from driver import tcalc

STARTED = [sys.executable, "-m", "tcalc"]
HOME = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


@pytest.mark.parametrize(
    ("program", "status"),
    [
        ("1 + 1", 0),
        ("", 0),
        ("x = 3", 0),
        ("1 +", 3),
        ("nosuch", 3),
        ("matmul(ones(2))", 3),
        ("ones(2) + ones(3)", 3),
        ("x: i64 = 1.5", 3),
        ("a: [t=2] = ones(2)\nb: [c=2] = ones(2)\na + b", 3),
        ("2^64", 1),
        ("load('nosuch.npy')", 1),
        ("zeros(10^6, 10^6)", 4),
        ("(" * 300 + "1" + ")" * 300, 4),
    ],
)
def test_statuses(program: str, status: int, tmp_path: Path) -> None:
    done = tcalc("-e", program, folder=tmp_path)
    assert done.returncode == status, done.stderr


def test_a_value_error_of_torch() -> None:
    done = tcalc("-e", "1 + 1", "-e", "inv(zeros(2, 2))", "-e", "5")
    assert (done.returncode, done.stdout) == (1, "2\n")
    assert "error[value]" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--nosuch"],
        ["nosuch.tc"],
        ["."],
        ["--dtype", "i64", "-e", "1"],
        ["-e"],
        ["--memory", "pear", "-e", "1"],
        ["--threads", "0", "-e", "1"],
        ["--test"],
        ["--seed", "x", "-e", "1"],
        ["--device", "nosuch", "-e", "ones(2)"],
    ],
)
def test_wrong_usage(arguments: list[str], tmp_path: Path) -> None:
    done = tcalc(*arguments, folder=tmp_path)
    assert done.returncode == 2, done.stderr
    assert done.stdout == "" and done.stderr


def test_help_and_version() -> None:
    done = tcalc("--help")
    assert done.returncode == 0 and "usage" in done.stdout and done.stderr == ""
    done = tcalc("--version")
    assert done.returncode == 0 and done.stdout.startswith("tcalc ")


def test_a_script_is_checked_whole(tmp_path: Path) -> None:
    (tmp_path / "s.tc").write_text("1 + 1\nones(2) + ones(3)\nnosuch\n")
    done = tcalc("s.tc", folder=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert "error[shape]" in done.stderr and "error[name]" in done.stderr and "s.tc:2" in done.stderr
    several = tcalc("-e", "1 + 1", "-e", "ones(2) + ones(3)")
    assert (several.returncode, several.stdout) == (3, "")


def test_a_pipe_runs_as_it_arrives() -> None:
    done = tcalc(stdin="1 + 1\nones(2) + ones(3)\n5\n")
    assert (done.returncode, done.stdout) == (3, "2\n")
    done = tcalc("-", stdin="1 + 1\n2^64\n5\n")
    assert (done.returncode, done.stdout) == (1, "2\n")
    child = subprocess.Popen(STARTED, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=HOME, text=True)
    assert child.stdin and child.stdout
    for line, answer in (("1 + 1\n", "2\n"), ("let a = 3,\n b = 4\nin a * b\n", "12\n"), ("x = 2; x\n", "2\n")):
        child.stdin.write(line)
        child.stdin.flush()
        assert child.stdout.readline() == answer
    child.stdin.close()
    assert child.wait(20) == 0
    child.stdout.close()


def test_keep_going() -> None:
    done = tcalc("--keep-going", stdin="2^64\nnosuch\n5\n")
    assert (done.returncode, done.stdout) == (1, "5\n")
    done = tcalc("--keep-going", "-e", "1", "-e", "nosuch", "-e", "2^64", "-e", "7")
    assert (done.returncode, done.stdout) == (3, "1\n7\n")


def test_check_runs_nothing(tmp_path: Path) -> None:
    done = tcalc("--check", "-e", "1 + 1", "-e", "x = inv(zeros(2, 2))")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = tcalc("--check", "-e", "1 + 1", "-e", "ones(2) + ones(3)")
    assert done.returncode == 3 and done.stdout == ""
    assert tcalc("--check", stdin="nosuch\n").returncode == 3


def test_arguments(tmp_path: Path) -> None:
    (tmp_path / "s.tc").write_text("float(args[0]) * 2\nargs\nlen(args)\n")
    done = tcalc("s.tc", "2.5", "-x", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, '5.0\n("2.5", "-x")\n2\n'), done.stderr


def test_options(tmp_path: Path) -> None:
    assert tcalc("--dtype", "f64", "-e", "1 / 3").stdout == "0.3333333333333333\n"
    one = tcalc("--seed", "3", "-e", "rand(3)")
    assert one.returncode == 0 and one.stdout == tcalc("--seed", "3", "-e", "rand(3)").stdout
    done = tcalc("--memory", "1M", "-e", "ones(10^6) + 1")
    assert done.returncode == 4 and "error[memory]" in done.stderr


def test_output_that_cannot_be_written() -> None:
    with open("/dev/full", "wb") as full:
        for program in ("1 + 1", "arange(100000)"):
            done = subprocess.run([*STARTED, "-e", program], stdout=full, stderr=subprocess.PIPE, env=HOME, timeout=60)
            assert done.returncode == 2 and b"Traceback" not in done.stderr and done.stderr
        for option in ("--help", "--version"):
            done = subprocess.run([*STARTED, option], stdout=full, stderr=subprocess.PIPE, env=HOME, timeout=60)
            assert done.returncode == 2 and b"Traceback" not in done.stderr


@pytest.mark.parametrize("program", ["1 + 1", "arange(1000000)"])
def test_a_reader_that_went_away(program: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([*STARTED, "-e", program], stdout=writing, stderr=subprocess.PIPE, env=HOME, timeout=60)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_standard_streams_that_are_closed() -> None:
    done = subprocess.run(["sh", "-c", f"{sys.executable} -m tcalc -e '1 + 1' >&-"], stderr=subprocess.PIPE, env=HOME)
    assert done.returncode == 2 and b"Traceback" not in done.stderr
    done = subprocess.run(["sh", "-c", f"{sys.executable} -m tcalc -e 'nosuch' 2>&-"], stdout=subprocess.PIPE, env=HOME)
    assert done.returncode == 3 and done.stdout == b""
    done = subprocess.run(["sh", "-c", f"{sys.executable} -m tcalc -e '1 + 1' <&-"], capture_output=True, env=HOME)
    assert (done.returncode, done.stdout) == (0, b"2\n")


def test_interrupted() -> None:
    child = subprocess.Popen(
        [*STARTED, "-e", "0;", "-e", "iterate(x -> cos(x), ones(1000), 10^8)"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=HOME,
    )
    time.sleep(3)
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=20)
    assert child.returncode == 130 and b"Traceback" not in said


def test_no_error_and_no_help_loads_torch() -> None:
    """What needs no tensor answers in a fraction of the second that torch takes to load."""
    program = "import sys; sys.argv = ['tcalc', *sys.argv[1:]]\nimport os\nfrom tcalc import cli\n"
    program += "cli.leave = lambda status: (print('torch' in sys.modules, file=sys.stderr), os._exit(status))\n"
    program += "cli.main()\n"
    for arguments in (
        ["-e", "1 + 1"],
        ["-e", "ones(2) + ones(3)"],
        ["-e", "1 +"],
        ["--check", "-e", "ones(2) @ ones(2)"],
    ):
        done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, env=HOME, text=True)
        assert done.stderr.splitlines()[-1] == "False", (arguments, done.stderr)
