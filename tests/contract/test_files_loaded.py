"""`load`: npy and csv by ending and by their first bytes, the type known before running, standard input, `--safe`."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from driver import Calculator, assert_fails, assert_gives, run, tcalc


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("dtype", "type"),
    [
        ("bool", "bool"),
        ("uint8", "u8"),
        ("int8", "i8"),
        ("int16", "i16"),
        ("int32", "i32"),
        ("int64", "i64"),
        ("float16", "f16"),
        ("float32", "f32"),
        ("float64", "f64"),
        ("complex64", "c64"),
        ("complex128", "c128"),
        (">f4", "f32"),
        (">i8", "i64"),
    ],
)
def test_npy(dtype: str, type: str) -> None:
    array = np.arange(6).reshape(2, 3).astype(dtype)
    np.save("x.npy", array)
    assert Calculator().type_of('load("x.npy")') == f"{type}[2, 3]"
    native = array.astype(array.dtype.newbyteorder("="))
    assert_gives('load("x.npy")', f"{type}[2, 3]", torch.from_numpy(native))


@pytest.mark.parametrize("shape", [(), (0,), (3,), (0, 3), (2, 1, 3)])
def test_npy_of_every_rank(shape: tuple[int, ...]) -> None:
    np.save("x.npy", np.ones(shape, dtype="float32"))
    assert_gives('load("x.npy")', "f32" + (f"{list(shape)}" if shape else ""), torch.ones(shape))


def test_npy_in_fortran_order() -> None:
    array = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    np.save("x.npy", array)
    assert_gives('load("x.npy")', "f64[2, 3]", torch.arange(6.0, dtype=torch.float64).reshape(2, 3))


def test_its_type_is_known_before_running() -> None:
    np.save("x.npy", np.ones((4, 3), dtype="float32"))
    calculator = Calculator()
    assert calculator.check('x = load("x.npy")\nx @ ones(4)').codes == ["shape"]
    ran = run('1 + 1\nx = load("x.npy")\nx @ ones(4)')
    assert ran.codes == ["shape"] and ran.results == []
    assert "x.npy" in ran.said or "line 2" in ran.said


def test_csv() -> None:
    Path("a.csv").write_text("1,2,3\n4,5,6\n")
    ran = run('load("a.csv")')
    assert ran.values[0].tolist() == [[1, 2, 3], [4, 5, 6]]
    Path("b.csv").write_text("x,y\n1.5,2\n3,4\n")
    assert_gives('load("b.csv")', "f32[2, 2]", [[1.5, 2.0], [3.0, 4.0]])
    assert_gives('load("b.csv")', "f64[2, 2]", [[1.5, 2.0], [3.0, 4.0]], dtype="f64")
    Path("c.csv").write_text("1.5\r\n2.5\r\n")
    assert run('load("c.csv")').values[0].flatten().tolist() == [1.5, 2.5]
    Path("d.csv").write_text("1,nan\ninf,-2e3\n")
    assert_gives('load("d.csv")', "f32[2, 2]", [[1.0, float("nan")], [float("inf"), -2000.0]])
    assert Calculator().type_of('load("b.csv")') == "f32[2, 2]"


def test_bad_csv() -> None:
    Path("ragged.csv").write_text("1,2\n3\n")
    Path("text.csv").write_text("1,2\n3,pear\n")
    Path("empty.csv").write_text("")
    for name in ("ragged", "text", "empty"):
        ran = run(f'1;\nload("{name}.csv")')
        assert ran.codes in (["io"], ["value"]), (name, ran.said, ran.results)
        assert name in ran.said
    assert "2" in run('load("text.csv")').said  # the line


def test_broken_npy() -> None:
    whole = npy(np.ones((4, 3)))
    for name, data in {
        "cut": whole[:-5],
        "head": whole[:20],
        "nothing": b"",
        "other": b"\x93NUMPX" + whole[6:],
        "huge": whole.replace(b"(4, 3)", b"(999999999999, 999999)"),
        "object": npy(np.array([{}], dtype=object)),
        "negative": whole.replace(b"(4, 3)", b"(-4, 3)"),
    }.items():
        Path(f"{name}.npy").write_bytes(data)
        ran = run(f'load("{name}.npy")')
        assert len(ran.codes) == 1 and ran.codes[0] in {"io", "value", "memory"}, (name, ran.said, ran.results)


def test_nothing_is_ever_unpickled() -> None:
    import pickle

    class Bomb:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (Path("exploded"),))

    Path("x.npy").write_bytes(npy(np.array([Bomb()], dtype=object)))
    Path("x.pt").write_bytes(pickle.dumps(Bomb()))
    Path("x.pkl").write_bytes(pickle.dumps(Bomb()))
    torch.save({"a": torch.ones(2)}, "y.pt")
    for name in ("x.npy", "x.pt", "x.pkl", "y.pt"):
        assert len(run(f'load("{name}")').codes) == 1
    assert not Path("exploded").exists()


def test_a_file_not_there_is_known_only_when_it_runs() -> None:
    calculator = Calculator()
    assert not calculator.check('x = load("later.npy")\nx + ones(3)').errors
    ran = run('1 + 1\nx = load("later.npy")')
    assert ran.values == [2] and ran.codes == ["io"] and "later.npy" in ran.said
    np.save("later.npy", np.ones(2, dtype="float32"))
    assert run('x = load("later.npy")\nx + ones(3)').codes == ["shape"]


def test_other_files_and_names() -> None:
    Path("x.txt").write_text("1")
    Path("folder.npy").mkdir()
    for name in ("x.txt", "folder.npy", "x", "", "../nosuch/x.npy", "a\\u0000b.npy"):
        ran = run(f'load("{name}")')
        assert len(ran.codes) == 1 and ran.codes[0] in {"io", "value", "type", "syntax"}, (name, ran.said)
    assert run("load(3)").codes == ["type"]
    assert run("x = 'a.npy'\nload(x)").codes == ["io"]


def test_safe_forbids() -> None:
    np.save("x.npy", np.ones(2, dtype="float32"))
    assert_fails('load("x.npy")', "io", "safe", safe=True)


def test_a_loaded_tensor_takes_labels() -> None:
    np.save("x.npy", np.ones((2, 3), dtype="float32"))
    assert run('x: [batch, feat] = load("x.npy")\nx\nfeat').types == ["f32[batch=2, feat=3]", "i64"]


def test_standard_input() -> None:
    array = np.arange(6.0, dtype="float32").reshape(2, 3)
    done = tcalc("-e", "x = load('-')", "-e", "x.T", stdin=npy(array))
    assert (done.returncode, done.stdout) == (0, "[[0.0, 3.0],\n [1.0, 4.0],\n [2.0, 5.0]]\n"), done.stderr
    done = tcalc("-e", "sum[0](load('-'))", stdin="a,b\n1,2\n3,4.5\n")
    assert (done.returncode, done.stdout) == (0, "[4.0, 6.5]\n"), done.stderr
    done = tcalc("-e", "load('-') + load('-')", stdin="1,2\n")
    assert done.returncode == 0 and done.stdout.replace(".0", "") in ("[[2, 4]]\n", "[2, 4]\n"), done.stderr
    done = tcalc("-e", "load('-')", stdin="")
    assert done.returncode == 1 and "error[io]" in done.stderr


def test_json_from_standard_input() -> None:
    done = tcalc("-e", "sum[0](load('-'))", stdin="[[1, 2], [3, 4.5]]")
    assert (done.returncode, done.stdout) == (0, "[4.0, 6.5]\n"), done.stderr
