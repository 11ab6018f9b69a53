"""The built wheel, installed in an environment that the checkout is not in: what a user gets."""

from __future__ import annotations

import importlib.util
import os
import site
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--quiet", "--wheel", "--outdir", str(folder)]
    if importlib.util.find_spec("hatchling"):
        command.append("--no-isolation")  # nothing to download
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def bin(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an environment's programs, with the wheel in it. Dependencies are those of the tests."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    bin = folder / "bin"
    command = [sys.executable, "-m", "pip", "--python", str(bin / "python"), "install", "--quiet", "--no-deps"]
    subprocess.run([*command, str(wheel)], check=True, cwd=folder)
    asked = [str(bin / "python"), "-c", "import site; print(site.getsitepackages()[0])"]
    packages = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()
    # A path in a .pth file is searched, but the .pth files in it are not read: the checkout stays outside.
    Path(packages, "dependencies.pth").write_text("\n".join(site.getsitepackages()) + "\n")
    return bin


def tcalc(bin: Path, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
    """Exit status, output and errors, run where no checkout is."""
    cache = bin.parent / "cache"
    run = subprocess.run(
        [str(bin / "tcalc"), *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        cwd=bin,
        env=os.environ | {"XDG_CACHE_HOME": str(cache)},
    )
    assert not cache.exists() or not list(cache.rglob("tables*")), "the wheel has the parser's tables in it"
    return run.returncode, run.stdout, run.stderr


def test_holds_the_package_the_grammar_and_its_tables(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"tcalc/cli.py", "tcalc/py.typed", "tcalc/grammar/tcalc.lark", "tcalc/grammar/tables.json"} <= names
    assert "tcalc/library/reachable.txt" in names
    mine = {name.removeprefix("tcalc/") for name in names if name.startswith("tcalc/") and name.endswith(".py")}
    there = {str(path.relative_to(ROOT / "tcalc")) for path in (ROOT / "tcalc").rglob("*.py")}
    assert mine == there
    assert not [name for name in names if name.startswith(("tests/", "docs/", "benchmarks/", "examples/"))]


def test_it_is_the_installed_one_that_runs(bin: Path) -> None:
    asked = [str(bin / "python"), "-c", "import tcalc; print(tcalc.__file__)"]
    where = subprocess.run(asked, capture_output=True, text=True, cwd=bin).stdout.strip()
    assert Path(where).is_relative_to(bin.parent), where


def test_answers_without_torch(bin: Path) -> None:
    assert tcalc(bin, "-e", "2^10 + 1") == (0, "1025\n", "")
    assert tcalc(bin, "--version")[:2] == (0, "tcalc 0.1.0\n")


def test_answers_with_torch(bin: Path) -> None:
    assert tcalc(bin, "-e", "sum([1, 2, 3]) * 2") == (0, "12\n", "")


def test_reads_a_pipe_and_reports_a_shape_error(bin: Path) -> None:
    status, out, err = tcalc(bin, stdin="n = 2\nn + 1\nones(2, 3) @ ones(2, 3)\n")
    assert (status, out) == (3, "3\n")
    assert err.startswith("error[shape]: ") and "<stdin>:3" in err


def test_runs_an_example(bin: Path) -> None:
    status, out, err = tcalc(bin, "--test", str(ROOT / "examples" / "tour.tc"))
    assert (status, err) == (0, "")
    done, _, all = out.split()[-3:]
    assert done == all
