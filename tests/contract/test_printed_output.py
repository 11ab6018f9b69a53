"""What goes to standard output and standard error where no terminal is: plain text, JSON lines, `#=>` comments."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from driver import rows, run, tcalc

# Plain


@pytest.mark.parametrize(
    ("program", "text"),
    rows(
        ("2", "2"),
        ("-3", "-3"),
        ("2.5", "2.5"),
        ("2.", "2.0"),
        ("1 / 3", "0.33333334"),
        ("0.1", "0.1"),
        ("1e-10", "1e-10"),
        ("1e38 * 100", "inf"),
        ("inf", "inf"),
        ("-inf", "-inf"),
        ("nan", "nan"),
        ("-0.", "-0.0"),
        ("True", "True"),
        ("[True, False]", "[True, False]"),
        ("[1, 2]", "[1, 2]"),
        ("[1., 2.]", "[1.0, 2.0]"),
        ("[[1, 2], [3, 4]]", "[[1, 2],\n [3, 4]]"),
        ("[]", "[]"),
        ("zeros(0, 3)", "zeros(0, 3)"),
        ("zeros(2, 0)", "zeros(2, 0)"),
        ("zeros(0, dtype=i64)", "zeros(0, dtype=i64)"),
        ("f64(0.1)", "f64(0.1)"),
        ("f64([0.5])", "f64([0.5])"),
        ("u8([1, 2])", "u8([1, 2])"),
        ("f16(0.1)", "f16(0.1)"),
        ("bf16(0.1)", "bf16(0.1)"),
        ("1 + 2j", "1.0+2.0j"),
        ("(1, [2.5])", "(1, [2.5])"),
        ("(1,)", "(1,)"),
        ("'text'", '"text"'),
        ("'a\\nb'", '"a\\nb"'),
        ("f32", "f32"),
        ("x: [batch=2] = [1., 2.]\nx", "[1.0, 2.0]"),
        ("ones(2, 2, 2)", "[[[1.0, 1.0],\n  [1.0, 1.0]],\n\n [[1.0, 1.0],\n  [1.0, 1.0]]]"),
        ("x = 3", ""),
        ("3;", ""),
        ("f(x) = x", ""),
        ("None", ""),
    ),
)
def test_plain(program: str, text: str) -> None:
    ran = run(program)
    assert not ran.errors, ran.said
    said = "\n".join(ran.texts)
    if program.startswith("ones(2, 2, 2)"):
        said, text = "".join(said.split()), "".join(text.split())
    assert said == text or (program == "None" and said == "None")


def test_large_results_are_whole() -> None:
    (text,) = run("arange(5000)").texts
    assert text.count(",") == 4999 and "..." not in text and "…" not in text


def test_results_of_a_named_tuple_read_back() -> None:
    (text,) = run("max[1]([[1., 5.], [7., 2.]])").texts
    assert text == "([5.0, 7.0], [1, 0])"


# JSON


def test_json_lines() -> None:
    program = r"""
f64([1, 0.1])
max[1]([[1., 5.], [7., 2.]])
[nan, inf, -inf]
1 + 2j
zeros(0, 3)
True
[[1, 2], [3, 4]]
x: f32[batch=2] = [1, 2]
x
"text"
(1, 2)
-0.
y = 3
4;
"""
    done = tcalc("--json", "-", stdin=program)
    assert done.returncode == 0, done.stderr
    objects: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    assert objects[0] == {"type": "f64[2]", "dtype": "float64", "shape": [2], "value": [1.0, 0.1]}
    assert objects[1] == {
        "type": "(f32[2], i64[2])",
        "items": [
            {"name": "values", "type": "f32[2]", "dtype": "float32", "shape": [2], "value": [5.0, 7.0]},
            {"name": "indices", "type": "i64[2]", "dtype": "int64", "shape": [2], "value": [1, 0]},
        ],
    }
    assert objects[2]["value"] == ["NaN", "Infinity", "-Infinity"]
    assert objects[3] == {"type": "c64", "dtype": "complex64", "shape": [], "value": [1.0, 2.0]}
    assert objects[4] == {"type": "f32[0, 3]", "dtype": "float32", "shape": [0, 3], "value": []}
    assert objects[5] == {"type": "bool", "dtype": "bool", "shape": [], "value": True}
    assert objects[6]["value"] == [[1, 2], [3, 4]] and objects[6]["type"] == "i64[2, 2]"
    assert objects[7]["type"] == "f32[batch=2]"
    assert objects[8]["value"] == "text"
    assert [item["value"] for item in objects[9]["items"]] == [1, 2]
    assert str(objects[10]["value"]) == "-0.0"
    assert len(objects) == 11


def test_json_errors_and_notes() -> None:
    done = tcalc("--json", "-e", "A = ones(2, 3)", "-e", "B = ones(4, 3)", "-e", "  A @ B", "-e", "nosuch")
    assert done.returncode == 3 and done.stdout == ""
    first, second = [json.loads(line)["error"] for line in done.stderr.splitlines()]
    assert first["code"] == "shape" and first["line"] == 3 and first["column"] >= 3
    assert set(first) == {"code", "message", "line", "column", "notes", "repairs"}
    told = " ".join(first["notes"])
    assert "f32[2, 3]" in told and "line 1" in told and "line 2" in told
    assert all(set(repair) >= {"text", "type"} for repair in first["repairs"])
    assert second["code"] == "name" and (second["line"], second["column"]) == (4, 1)
    done = tcalc("--json", "-e", "sum = sum(2)")
    assert done.returncode == 0 and set(json.loads(done.stderr)) == {"note"}
    assert "sum" in json.loads(done.stderr)["note"]["message"]


def test_only_results_are_on_standard_output() -> None:
    done = tcalc("-e", "sum = sum(3)", "-e", "sum", "-e", "x = 2", "-e", "x + 1;")
    assert done.stdout == "3\n" and "note" in done.stderr and done.returncode == 0
    assert done.stderr.isascii()
    done = tcalc("-e", "ones(2) + ones(3)")
    assert done.stdout == "" and done.stderr.isascii() and "\x1b" not in done.stderr


def test_torchs_own_warnings_are_not_shown() -> None:
    done = tcalc("-e", "std([1.])", "-e", "c64([1 + 2j]).float()")
    assert "Warning" not in done.stderr and ".py" not in done.stderr, done.stderr
    assert done.stdout.startswith("nan\n")


# Expectations


def held(folder: Path, text: str, *options: str) -> tuple[int, str, str]:
    path = folder / "script.tc"
    path.write_text(text)
    done = tcalc("--test", *options, str(path))
    return done.returncode, done.stdout, path.read_text()


def test_expectations_that_hold(tmp_path: Path) -> None:
    status, said, _ = held(
        tmp_path,
        """1 + 1  #=> 2
3 * 4
#=> 12
[[1, 2], [3, 4]]
#=> [[1, 2],
#=>  [3, 4]]
1 / 3  #=> 0.333333
x = 5
zeros(2) + zeros(3)  #=> error[shape]
x
#=> 5
nan  #=> nan
(1, 2) #=> (1, 2)
(2 3)  #=> error[syntax]: between 2 and 3
[x for x in y]
#=> error[syntax]: tcalc has no comprehensions
4  #=> 4
""",
    )
    assert status == 0, said
    assert "11 of 11" in said


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("1 + 1  #=> 3\n", 1),
        ("x = 1\n1 + 1\n", 2),  # an unexpected result
        ("1 + 1  #=> 2\nzeros(2) + zeros(3)  #=> [1, 2]\n", 2),
        ("1 + 1  #=> error[shape]\n", 1),  # a missing error
        ("x = 1  #=> 1\n", 1),
        ("2\n#=> 2\n#=> 3\n", 1),  # a surplus line
        ("[1.0, 2.0]  #=> [1.0, 2.1]\n", 1),
        ("[1, 2]  #=> [1, 2, 3]\n", 1),
        ("zeros(2) + zeros(3)\n", 1),
        ("zeros(2) + zeros(3)  #=> error[name]\n", 1),
        ("nosuch\n", 1),
        ("1;  #=> 1\n", 1),
        ("#=> 3\n", 1),
        ("1.0  #=> 1.001\n", 1),
        ("inf  #=> nan\n", 1),
    ],
)
def test_expectations_that_do_not_hold(tmp_path: Path, text: str, line: int) -> None:
    status, said, _ = held(tmp_path, text)
    assert status == 1, said
    assert f"line {line}" in said


def test_update_rewrites_them(tmp_path: Path) -> None:
    text = "# a script\nx = 3\nx + 1  #=> 5\n[[1, 2], [3, 4]]\n\nzeros(2) + zeros(3)  #=> 7\nx  #=> 3\ny = 1  #=> 2\n"
    _, said, updated = held(tmp_path, text, "--update")
    assert "#=> 5" not in updated and "x + 1  #=> 4" in updated
    assert "#=> [[1, 2]," in updated and "error[shape]" in updated and "x  #=> 3" in updated
    assert "# a script\nx = 3\n" in updated and "y = 1\n" in updated
    status, said, _ = held(tmp_path, updated)
    assert status == 0, said
    _, _, twice = held(tmp_path, updated, "--update")
    assert twice == updated


def test_several_files(tmp_path: Path) -> None:
    (tmp_path / "a.tc").write_text("1  #=> 1\n")
    (tmp_path / "b.tc").write_text("2  #=> 1\n")
    done = tcalc("--test", "a.tc", "b.tc", folder=tmp_path)
    assert done.returncode == 1
    assert "a.tc" in done.stdout and "1 of 1" in done.stdout and "0 of 1" in done.stdout
    assert tcalc("--test", "a.tc", folder=tmp_path).returncode == 0
    assert tcalc("--test", "nosuch.tc", folder=tmp_path).returncode == 2
