"""How the arguments of the command line are read: a text behind `-e` may begin with a minus."""

from __future__ import annotations

import pytest

from tcalc.options import parsed
from tests.contract.driver import tcalc


@pytest.mark.parametrize(
    ("arguments", "expressions", "file", "args"),
    [
        (["-e", "-S@W"], ["-S@W"], None, []),
        (["-e", "--x"], ["--x"], None, []),
        (["-e", "-x = 3 == y"], ["-x = 3 == y"], None, []),
        (["-e", "--help"], ["--help"], None, []),
        (["-e", "--"], ["-- "], None, []),
        (["-e", "-e"], ["-e"], None, []),
        (["-e", "x", "-e", "-x", "--json"], ["x", "-x"], None, []),
        (["--seed", "-1", "-e", "-1"], ["-1"], None, []),
        (["--dtype", "f64", "-e", "-x", "a", "-e", "-b"], ["-x"], "a", ["-e", "-b"]),
        (["a.tc", "-e", "-x"], None, "a.tc", ["-e", "-x"]),
        (["-", "-e", "-x"], None, "-", ["-e", "-x"]),
        (["-e-x"], ["-x"], None, []),
    ],
)
def test_what_stands_behind_e_is_a_program(
    arguments: list[str], expressions: list[str] | None, file: str | None, args: list[str]
) -> None:
    options = parsed(arguments)
    assert (options.expressions, options.file, options.args) == (expressions, file, args)


@pytest.mark.parametrize(("arguments", "status"), [(["--help"], 0), (["-e", "1", "--help"], 0), (["-e"], 2)])
def test_the_others_mean_what_they_did(arguments: list[str], status: int, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parsed(arguments)
    assert caught.value.code == status
    assert "usage: tcalc" in "".join(capsys.readouterr())


def test_it_runs() -> None:
    done = tcalc("-e", "x = [2., 3.]", "-e", "-x")
    assert (done.stdout, done.returncode) == ("[-2.0, -3.0]\n", 0)
