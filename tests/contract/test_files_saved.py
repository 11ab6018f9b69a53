"""`save`: what is saved is loaded again, what cannot be saved is refused before anything is touched."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from driver import Calculator, assert_fails, assert_gives, check, run, step, tcalc
from safetensors.torch import load_file

from tcalc.check.alone import ALONE
from tcalc.check.statements import COMMANDS
from tcalc.outcomes import Saved
from tcalc.repl.render import replies
from tcalc.session import Session
from tcalc.show.palette import PLAIN
from tcalc.source import Source


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "line", ['save(x, "x.npy")', 'x.save("x.npy")', 'x |> save("x.npy")', 'torch.save(x, "x.npy")']
)
def test_the_ways_to_write_it(line: str) -> None:
    ran = run(f'x = arange(6.).reshape(2, 3)\n{line}\nload("x.npy")')
    assert not ran.errors, ran.said
    assert ran.types == ["f32[2, 3]"]
    np.testing.assert_array_equal(np.load("x.npy"), np.arange(6, dtype="f4").reshape(2, 3))


@pytest.mark.parametrize("ending", ["npy", "safetensors", "csv", "json"])
@pytest.mark.parametrize("value", ["[[0.1, nan], [-inf, 2]]", "[[1, 2]]", "[[True, False]]"])
def test_what_is_saved_is_loaded_again(ending: str, value: str) -> None:
    ran = run(f'save({value}, "x.{ending}")\nload("x.{ending}")\n{value}')
    assert not ran.errors, ran.said
    (loaded, wanted) = ran.values
    if ending == "csv":
        wanted = wanted.long() if wanted.dtype == torch.bool else wanted
    assert loaded.dtype == wanted.dtype
    torch.testing.assert_close(loaded, wanted, rtol=0, atol=0, equal_nan=True)


def test_static_numbers_and_empty_tensors() -> None:
    assert_gives('save(3, "n.json")\nload("n.json")', "i64", 3)
    assert_gives('n = 2\nsave(n / 3, "n.npy")\nload("n.npy")', "f32", torch.tensor(2 / 3))
    assert_gives('save(zeros(0, 3), "e.npy")\nload("e.npy")', "f32[0, 3]", torch.zeros(0, 3))
    assert_gives('n = 3\nsave(zeros(n, 4).shape, "s.json")\nload("s.json")', "i64[2]", [3, 4])
    assert_gives('save(pi, "p.json")\nload("p.json")', "f32", 3.1415927)


def test_labels_are_dropped() -> None:
    ran = run('x: f32[batch=2] = [1, 2]\nsave(x, "x.npy")\nload("x.npy")')
    assert ran.types == ["f32[2]"]


def test_several_tensors() -> None:
    program = 'w = arange(6.).reshape(2, 3)\nb = tensor([True])\nsave((w, b), "m.safetensors")\nload("m.safetensors").b'
    assert_gives(program, "bool[1]", torch.tensor([True]))
    assert {name: tuple(each.shape) for name, each in load_file("m.safetensors").items()} == {"w": (2, 3), "b": (1,)}
    assert run('w, b = load("m.safetensors")\nb\nload("m.safetensors")["w"][1]').types == ["bool[1]", "f32[3]"]
    assert run('load("m.safetensors", "w")\nload("m.safetensors", name="w")').types == ["f32[2, 3]", "f32[2, 3]"]
    assert run('p = load("m.safetensors")\np.w @ p.w.T\np[1]').types == ["f32[2, 2]", "bool[1]"]


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("(w, b)", ["w", "b"]),
        ("(w, 2 * b)", ["w", "1"]),
        ("(w, w)", ["0", "1"]),
        ("max[0](w)", ["values", "indices"]),
        ("p", ["0", "1"]),
        ("w, b", None),
    ],
)
def test_names_in_the_file(value: str, names: list[str] | None) -> None:
    ran = run(f'w = [1., 2.]\nb = [3, 4]\np = (1, w)\nsave({value}, "m.json")')
    if names is None:
        assert ran.codes == ["type"] and "save takes 2 arguments, and 3 are given" in ran.said
    else:
        assert not ran.errors, ran.said
        assert list(json.loads(Path("m.json").read_text())) == names
    if names is not None and len(set(names)) == 2 and value != "max[0](w)":
        assert run('load("m.json")').results[0].names == tuple(names)


def test_a_wrong_name_is_told_the_near_ones() -> None:
    run('weight = [1.]\nbias = [2.]\nsave((weight, bias), "m.safetensors")')
    assert_fails('load("m.safetensors", "wieght")', "name", "did you mean 'weight'?")
    assert_fails('load("m.safetensors").wieght', "name", "its parts are weight, bias")
    assert_fails('load("m.safetensors")["wieght"]', "name", "its parts are weight, bias")
    run('save([1], "x.npy")')
    assert_fails('load("x.npy", "weight")', "io", "x.npy holds one tensor, which has no name")
    assert_fails('load("x.npy", 3)', "type", "takes the name of a tensor in it as text, and 3 is i64")
    assert_fails('load("x.npy", "a", "b")', "type", "1 to 2 arguments")
    assert_fails('load("x.npy", nme="a")', "type", "load takes a file, and a name in it")


def test_of_many_tensors_one_part_is_read() -> None:
    names = [f"layer_{i}" for i in range(50)]
    Path("m.json").write_text(json.dumps({name: [i] for i, name in enumerate(names)}))
    assert run('load("m.json").layer_7').values[0].tolist() == [7]
    assert_fails('load("m.json").laier_7', "name", "did you mean layer_7")
    assert_fails('load("m.json").bias', "name", "it has 50 parts")


def test_it_stands_alone_on_a_line() -> None:
    for program in (
        'y = save(1, "x.npy")',
        'f(x) = save(x, "x.npy")\nf(1)',
        'x = 1\nsave(x, "x.npy") + 1',
        "y = print(1)",
    ):
        ran = run(program)
        assert ran.codes == ["type"] and "stands alone on a line" in ran.said, ran.said
    assert os.listdir() == []
    assert run("save(x) = 2 * x\nsave(3)").values == [6]


@pytest.mark.parametrize(
    ("program", "code", "says"),
    [
        ('save([1], "x.txt")', "io", "x.txt tells no format: end it in .npy, .safetensors, .csv or .json"),
        ('torch.save([1], "x.pt")', "io", "x.pt would be a pickle, which tcalc never writes"),
        ('save(bf16([1]), "x.npy")', "dtype", "a .npy file cannot hold bf16"),
        ('save([1j], "x.csv")', "dtype", "a .csv file cannot hold c64"),
        ('save(ones(2, 2, 2), "x.csv")', "shape", "cannot hold more than two axes"),
        ('save((1, 2), "x.npy")', "type", ".npy file holds one tensor"),
        ('save(sin, "x.npy")', "type", "save takes a tensor or a tuple of tensors, and this is a function"),
        ('save("text", "x.npy")', "type", "and this is text"),
        ("save([1], 2)", "type", "save takes the name of a file as text, and 2 is i64"),
        ("save([1])", "type", "save takes 2 arguments, and 1 is given"),
        ('save([1], path="x.npy")', "type", "save takes a value and a file"),
        ('save([1] + ones(2, 3) @ ones(2), "x.npy")', "shape", ""),
    ],
)
def test_the_check_finds_what_cannot_be_saved(program: str, code: str, says: str) -> None:
    checked = check(program)
    assert checked.codes == [code]
    assert says in checked.said
    assert run(program).codes == [code]
    assert os.listdir() == []


def test_safe_forbids() -> None:
    assert_fails('save([1], "x.npy")', "io", "save writes a file, which --safe forbids", safe=True)
    assert os.listdir() == []


def test_a_check_writes_nothing() -> None:
    assert not check('save([1], "x.npy")\nload("x.npy")').errors
    assert tcalc("--check", "-e", 'save([1], "x.npy")').returncode == 0
    assert os.listdir() == []


def test_what_a_statement_fails_at_leaves_the_old_file() -> None:
    np.save("x.npy", np.ones(2))
    before = Path("x.npy").read_bytes()
    for program in ('save(linalg.inv(zeros(2, 2)), "x.npy")', 'save(zeros(2) @ ones(3), "x.npy")'):
        assert len(run(program).codes) == 1
        assert Path("x.npy").read_bytes() == before and os.listdir() == ["x.npy"]


def test_where_nothing_can_be_written() -> None:
    Path("folder.npy").mkdir()
    assert_fails('save([1], "folder.npy")', "io", "folder.npy is a folder")
    assert_fails('save([1], "none/x.npy")', "io", "none/x.npy can't be written: there is no folder none")
    assert_fails('save([1], "a\\u0000b.npy")', "io", "is no name for a file")


def test_a_failing_save_takes_its_random_numbers_back() -> None:
    ran = step('torch.manual_seed(1)\nsave(rand(3), "none/x.npy")\nrand(3)\ntorch.manual_seed(1)\nrand(3)')
    assert ran.codes == ["io"]
    assert ran.texts[0] == ran.texts[1]
    ran = step('torch.manual_seed(1)\nsave(rand(3), "x.npy")\nrand(3)\ntorch.manual_seed(1)\nrand(3)')
    assert ran.texts[0] != ran.texts[1]
    assert run('load("x.npy")').texts[0] == ran.texts[1]


# What is loaded where an earlier line saves


def test_a_file_that_the_script_saves_may_be_missing() -> None:
    ran = run('save([[1., 2.]], "x.npy")\nload("x.npy") @ [1., 1.]')
    assert not ran.errors and ran.values[0].tolist() == [3.0]


@pytest.mark.parametrize("ending", ["npy", "json", "csv"])
def test_an_older_file_of_another_shape_says_nothing(ending: str) -> None:
    step(f'save(ones(5, 1), "x.{ending}")')
    for path in (f"x.{ending}", f"./x.{ending}"):
        ran = run(f'save([[1., 2.], [3., 4.]], "x.{ending}")\nload("{path}") @ [1., 1.]')
        assert not ran.errors, ran.said
        assert ran.values[0].tolist() == [3.0, 7.0]


def test_the_type_of_what_will_be_saved_is_known() -> None:
    assert check('save(ones(2, 3), "x.npy")\nload("x.npy") @ ones(2)').codes == ["shape"]
    assert check('a = ones(2)\nsave((a, 1), "x.safetensors")\nload("x.safetensors").b').codes == ["name"]
    assert not check('save(ones(2, 3), "x.csv")\nload("x.csv") @ ones(2)').errors, "a csv is known when it is read"
    assert check(
        'save(ones(2, 3), "x.npy")\nx = load("x.npy")\nsave(x[0], "x.npy")\nload("x.npy") @ ones(2)'
    ).codes == ["shape"]


def test_what_follows_from_a_failing_save_is_not_reported() -> None:
    np.save("x.npy", np.ones((5, 5)))
    ran = check('save(nosuch, "x.npy")\nload("x.npy") @ ones(2)')
    assert ran.codes == ["name"]


def test_a_file_that_changes_is_read_anew() -> None:
    calculator = Calculator()
    for size in (2, 3):
        assert calculator.step(f'save(ones({size}), "x.npy")').errors == []
        assert calculator.step('load("x.npy")').types == [f"f32[{size}]"]
        assert calculator.step('load("x.npy").shape').values[0].tolist() == [size]
        assert calculator.step('zeros(load("x.npy").shape[0])').types == [f"f32[{size}]"]


def test_a_file_may_be_replaced_by_what_was_made_of_it() -> None:
    ran = run('save([1., 2.], "x.npy")\nx = load("x.npy")\nsave(x * 2, "x.npy")\nload("x.npy") + x')
    assert not ran.errors and ran.values[0].tolist() == [3.0, 6.0]


# What is shown


def test_nothing_is_shown_in_a_script() -> None:
    done = tcalc("-e", 'save([1, 2], "x.csv")')
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert Path("x.csv").read_text() == "1\n2\n"


def test_the_shell_says_what_was_saved() -> None:
    outcomes = list(Session().run(Source('save(ones(2, 3), "x.npy")')))
    assert [type(each) for each in outcomes] == [Saved]
    assert [reply.text for reply in replies(outcomes, PLAIN, 80)] == ["saved f32[2, 3] to x.npy"]


def test_saving_changes_no_names() -> None:
    assert run('3\nsave(4, "x.npy")\n_ + 1').values == [3, 4]


def test_memory_is_predicted_before_a_file_is_read() -> None:
    np.save("x.npy", np.zeros(3_000_000, dtype="f4"))
    assert_fails('load("x.npy")', "memory", memory=10_000_000)
    assert_fails('a = zeros(1000000)\nb = load("x.npy")', "memory", memory=14_000_000)
    assert not run('b = load("x.npy")', memory=14_000_000).errors
    Path("x.json").write_text(json.dumps([0.5] * 200_000))
    assert_fails('load("x.json")', "memory", memory=5_000_000)


def test_all_that_stands_alone_says_so_in_an_expression() -> None:
    assert set(ALONE) == {*COMMANDS, "save"}
    for name in ALONE.keys() - {"exit", "quit"}:  # those two have a hint of their own
        assert_fails(f"y = {name}(1)", "type", f"{name} {ALONE[name]} and gives no value: it stands alone on a line")
