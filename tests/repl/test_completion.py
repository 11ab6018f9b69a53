"""What Tab offers before the cursor, and in which order."""

from __future__ import annotations

import subprocess
import sys
import time
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tcalc.commands import COMMANDS
from tcalc.outcomes import Failed
from tcalc.repl.completion import candidates
from tcalc.repl.offers.signs import SIGNS
from tcalc.repl.offers.texts import letters
from tcalc.session import Session
from tcalc.settings import Settings
from tcalc.source import Source

#: So many seconds at most: a slow machine has not tried all that fits in the time that a person would wait.
PATIENT = 10.0


def offered(session: Session, before: str, after: str = "") -> list[str]:
    return [each.text for each in candidates(session, before, after, PATIENT)]


def remarks(session: Session, before: str, after: str = "") -> dict[str, str]:
    return {each.text: each.remark for each in candidates(session, before, after, PATIENT)}


def bound(*lines: str) -> Session:
    """A session with some names."""
    session = Session()
    assert not [each for each in session.run(Source("\n".join(lines))) if isinstance(each, Failed)]
    return session


@lru_cache(maxsize=1)
def with_names() -> Session:
    return bound("A = ones(2, 3)", "n = 3", "f(x, p=2) = x^p", "x: f32[time=2] = ones(2)", "d = max[1](A)")


@pytest.mark.parametrize(
    ("before", "some", "length"),
    [
        ("soft", ["softmax", "softplus"], 4),
        ("1 + relu(x) @ matm", ["matmul"], 4),
        ("linalg.no", ["norm"], 2),
        ("torch.nn.functional.rel", ["relu"], 3),
        ("torch.nn.", ["functional"], 0),
        ("torch.lin", ["linalg", "linspace"], 3),
        ("torch.float", ["float32", "float64"], 5),
        ("A.sha", ["shape"], 3),
        ("A.su", ["sum"], 2),
        ("(A @ A).su", ["sum"], 2),
        ("A[0].su", ["sum"], 2),
        ("f(x).su", ["sum"], 2),
        ("[1., 2.].su", ["sum"], 2),
        ("[f3", ["f32"], 2),
        ("y: f3", ["f32"], 2),
        ("g(y: f", ["f32", "float"], 1),
        ("l", ["let", "log"], 1),
        ("A i", ["if"], 1),
        ("let y = 1 i", ["in"], 1),
        ("pri", ["print"], 3),
        ("x\\alp", ["α"], 4),
        (":t", ["type"], 1),
        (":help matm", ["matmul"], 4),
        (":help co", ["code", "cos"], 2),
        (":del ", ["A", "f", "n", "x"], 0),
        (":type A @ o", ["ones"], 1),
        (":type A @ ", ["A", "x"], 0),
    ],
)
def test_offers(session: Session, before: str, some: list[str], length: int) -> None:
    found = candidates(session, before)
    assert set(some) <= {each.text for each in found}
    assert {each.length for each in found} == {length}


@pytest.mark.parametrize(
    "before",
    [
        "",
        "  ",
        "A\n",
        "12",
        "1.5e",
        ":vars ",
        ":nothing x",
        "zzzz",
        ":del x, zz",
        "# so",
        '"so',
        "$ so",
        "A ",
        "f.",
        '"a".',
    ],
)
def test_offers_nothing(session: Session, before: str) -> None:
    assert offered(session, before) == []


def test_bound_names_come_first_with_their_types(session: Session) -> None:
    list(session.run(Source("soft = ones(2, 3)")))
    found = candidates(session, "so")
    assert (found[0].text, found[0].remark) == ("soft", "f32[2, 3]")
    assert remarks(session, "so")["softmax"].startswith("(x, dim, dtype=None)  ")
    assert remarks(session, "so")["softmax"].endswith(".")


def test_a_static_number_is_told_and_a_functions_parameters() -> None:
    session = bound("number = 3", "nearly = 0.1", "nine = 9.0", "nudged(x: [n], by=2) = x + by")
    assert remarks(session, "n")["number"] == "i64 = 3"
    assert remarks(session, "n")["nearly"] == "f32 = 0.1"
    assert remarks(session, "n")["nine"] == "f32 = 9"
    assert remarks(session, "n")["nudged"] == "(x: [n], by=2)"


def test_what_checks_comes_first() -> None:
    session = bound("A = ones(2, 3)", "b1 = ones(4)", "b2 = ones(3)", "b3 = ones(3, 5)")
    assert offered(session, "A @ b")[:3] == ["b2", "b3", "b1"]
    assert offered(session, "A @ ") == ["b2", "b3", "A.T"]
    assert offered(session, "A @ ", " + ones(2)") == ["b2", "A.T"]
    assert offered(session, "(A @ ", ")[:, 4]") == ["b3"]


def test_local_names_have_the_types_that_they_have_there() -> None:
    session = bound("wide = ones(7)")
    assert remarks(session, "let w1 = ones(2, 3) in w")["w1"] == "f32[2, 3]"
    assert offered(session, "let w1 = ones(2, 3), w2 = ones(3) in w1 @ w")[:3] == ["w2", "w1.T", "w1"]
    assert remarks(session, "g(w1: [n, m], w2: [m]) = w1 @ w")["w2"] == "[m]"
    assert offered(session, "g(w1: [n, m], w2: [m]) = w1 @ ") == ["w2", "w1.T"]
    assert set(offered(session, "g(w1, w2) = w")) >= {"w1", "w2", "wide"}
    assert "w1" in offered(session, "vmap((w1, w2) -> w")
    assert remarks(session, "w3 = ones(2, 3); w")["w3"] == "f32[2, 3]"
    assert remarks(session, "w3 = ones(2, 3)\nw3 + w")["w3"] == "f32[2, 3]"


def test_the_commonest_functions_come_before_rare_ones(session: Session) -> None:
    assert offered(session, "s")[:3] == ["sum", "sqrt", "softmax"]
    found = offered(session, "ma")
    assert found.index("max") < found.index("matmul") < found.index("matrix_exp")
    assert found == [*dict.fromkeys(found)]


def test_only_words_of_the_language_follow_an_operand(session: Session) -> None:
    assert offered(session, "A a") == ["and"]
    assert offered(session, "A if x e") == ["else"]
    assert "and" not in offered(session, "a")
    assert not {"for", "def", "while"} & {*offered(session, "f"), *offered(session, "d"), *offered(session, "w")}


def test_a_method_fits_its_receiver() -> None:
    session = bound("v = ones(3)", "M = ones(3, 3)", "R = ones(2, 3, 4)", "i = [1, 2]", "c = [1j]")
    assert "T" in offered(session, "M.") and "mT" in offered(session, "M.")
    assert "mT" not in offered(session, "v.") and "T" not in offered(session, "R.")
    assert "trace" in offered(session, "M.") and "trace" not in offered(session, "R.")
    assert "inv" in offered(session, "M.") and "inv" not in offered(session, "v.")
    assert "backward" in offered(session, "v.") and "backward" not in offered(session, "i.")
    assert "sort" in offered(session, "v.") and "relu" not in offered(session, "c.")
    assert not {"zeros", "arange", "einsum", "cat", "load", "grad_"} & {*offered(session, "M.")}


def test_parts_of_a_tuple_go_by_their_names(session: Session) -> None:
    assert remarks(session, "max[1](A).") == {"values": "f32[2]", "indices": "i64[2]"}
    assert offered(session, "svd(A).") == ["U", "S", "Vh"]
    assert offered(session, "(A, x).") == []


def test_a_method_with_which_the_line_checks_comes_first() -> None:
    session = bound("A = ones(2, 3)", "B = ones(4, 3)")
    assert offered(session, "A @ B.")[0] == "T"
    assert offered(session, "A + B.")[0] != "T"


def test_a_receiver_is_typed_where_it_stands() -> None:
    session = Session()
    assert "mT" in offered(session, "g(x: [n, m]) = x.m") and "mT" not in offered(session, "g(x: [n]) = x.m")
    assert "mT" in offered(session, "let x = ones(2, 3) in x.m") and "mT" not in offered(session, "let x = 1 in x.m")
    assert "mT" in offered(session, "g(x) = x.m")


def test_a_name_that_hides_a_space_has_a_tensors_attributes(session: Session) -> None:
    list(session.run(Source("F = ones(2)")))
    assert "sum" in offered(session, "F.su")


def test_dtypes_of_a_module_come_first_where_one_is_wanted(session: Session) -> None:
    assert offered(session, "zeros(2, dtype=torch.")[0] == "bfloat16"
    assert offered(session, "zeros(2, dtype=torch.f")[:4] == ["float16", "float32", "float64", "full"]
    assert offered(session, "torch.f")[0] != "float16"
    assert remarks(session, "zeros(2, dtype=torch.b")["bool"] == "dtype bool"


def test_of_numpys_names_the_constants_are_known(session: Session) -> None:
    assert sorted(offered(session, "np.")) == ["e", "inf", "nan", "pi"]
    assert offered(session, "np.su") == []


def test_a_matrix_that_fits_transposed() -> None:
    session = bound("A = zeros(2, 3)", "W = zeros(5, 3)", "B = zeros(4, 5, 3)", "v = zeros(3)")
    assert offered(session, "A @ ") == ["v", "A.T", "B.mT", "W.T"]
    assert remarks(session, "A @ ")["W.T"] == "f32[5, 3], transposed"
    assert offered(session, "A @ W")[0] == "W.T"
    assert "v.T" not in offered(session, "v + ")


def test_axes_by_their_numbers() -> None:
    session = bound("A = zeros(2, 3)", "x: f32[batch=2] = [1., 2.]")
    assert offered(session, "softmax(A, dim=") == ["0", "1", "-1"]
    assert offered(session, "mean(x, dim=") == ["0", "-1", "None"]
    assert offered(session, "sum[")[:4] == ["batch", "0", "1", "-1"]


def test_what_lacks_arguments_behind_takes_tensors() -> None:
    session = bound("A = zeros(2, 3)", "f(x) = x", "t = (1, 2)")
    for before in ("softmax(", "cross_entropy(", "conv2d(", "matmul("):
        assert offered(session, before)[0] == "A"
        assert not {"f", "t"} & set(offered(session, before))


def test_labels_and_sizes_in_an_annotation() -> None:
    session = bound("x: f32[batch=2] = [1., 2.]", "n = 3")
    assert offered(session, "z: f32[") == offered(session, "g(q: [") == ["batch", "n"]
    assert offered(session, "z: f32[ba") == ["batch"]


def test_dtypes_that_are_wanted_most_come_first(session: Session) -> None:
    assert offered(session, "zeros(2, dtype=")[:4] == offered(session, "z: ")[:4] == ["f32", "f64", "i64", "bool"]


def test_parts_of_a_tuple_in_brackets() -> None:
    session = bound("p = max[1](zeros(2, 3))")
    assert offered(session, 'p["') == ["values", "indices"]
    assert offered(session, 'p["v') == ["values"]


def test_scripts_come_first_where_one_is_loaded(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.csv", "b.tc", "z.tc"):
        (tmp_path / name).write_text("1")
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    assert offered(session, ":load ") == ["b.tc", "z.tc", "a.csv", "folder/"]


def test_an_option_of_a_command(session: Session) -> None:
    assert offered(session, ":heat A --") == offered(session, ":plot A -") == ["--out"]
    assert offered(session, ":graph A --s") == ["--svg"]
    assert "--out" not in offered(session, ":type A --")


def test_labels_and_numbers_of_axes() -> None:
    session = bound("img: f32[batch=2, chan=3, 4] = ones(2, 3, 4)", "other: f32[time=4] = ones(4)")
    expected = {
        "batch": "axis 0, batch=2",
        "chan": "axis 1, chan=3",
        "0": "axis 0, batch=2",
        "1": "axis 1, chan=3",
        "2": "axis 2, 4",
        "keepdim": "flag = False",
    }
    assert remarks(session, "sum[", "](img)") == expected
    assert remarks(session, "img.sum[") == expected
    assert offered(session, "sum[", "](f64(img) + 1, keepdim=True)") == [*expected]
    assert remarks(session, "sum[") == {
        "time": "an axis of other", "batch": "an axis of img", "chan": "an axis of img",
        "0": "the first axis", "1": "the second axis", "-1": "the last axis", "keepdim": "flag = False",
    }  # fmt: skip
    assert offered(session, "img.sum[c")[0] == "chan"
    assert offered(session, "img.sum[chan, ") == ["batch", "0", "1", "2", "keepdim"]
    assert "keepdim" not in offered(session, "img[")


def test_variables_of_a_derivative() -> None:
    session = bound("w = [1., 2.]", "i = [1, 2]", "b = 2.")
    assert offered(session, "grad[", "](sum(w^2))") == ["w"]
    assert {"w", "b"} <= {*offered(session, "grad[")} and "i" not in offered(session, "grad[")


def test_parameters_by_their_names(session: Session) -> None:
    assert remarks(session, "layer_norm(A, ep") == {"eps=": "number = 1e-5"}
    assert "eps=" not in offered(session, "layer_norm(A, eps=1e-3, ")
    assert remarks(session, "A.sum(k") == {**remarks(session, "A.sum(k"), "keepdim=": "flag = False"}
    assert "keepdim=" in offered(session, "torch.sum(A, ")
    assert "keepdim=" not in offered(session, "sum(A + ke") and "keepdim=" not in offered(session, "(A, ke")
    assert offered(bound("g(x, power=2) = x^power"), "g(1, p")[0] == "power="
    assert offered(session, "zeros(2, dtype=f6") == ["f64"]
    assert offered(session, "sum(A, keepdim=")[:2] == ["True", "False"]


def test_functions_that_take_what_is_piped(session: Session) -> None:
    assert offered(session, "A |> ") == ["f"]
    assert offered(session, "A |> soft")[0] in ("softplus", "softsign")  # softmax needs an axis


def test_files(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "weights.csv").write_text("1,2\n")
    (tmp_path / "dust.txt").write_text("")
    (tmp_path / "d.pt").write_text("")
    (tmp_path / 'd".csv').write_text("")
    (tmp_path / ".d.csv").write_text("")
    list(session.run(Source('save(A, "d.npy"); save((A, x), "d.json")')))
    assert remarks(session, 'load("') == {"d.json": "", "d.npy": "f32[2, 2]", "data/": "folder"}
    assert offered(session, "load('data/w") == ["weights.csv"]
    assert [each.length for each in candidates(session, "load('data/w")] == [1]
    assert offered(session, 'save(A, "d.n') == ["d.npy"]
    assert offered(session, 'A.save("d.n') == ["d.npy"]
    assert offered(session, 'load("nowhere/') == offered(session, 'load("\0') == []
    assert offered(session, 'print("d') == []
    assert offered(Session(Settings(safe=True)), 'load("') == []


def test_tensors_in_a_file(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "d.safetensors"
    failed = [each for each in session.run(Source(f'save(max[1](A), "{path}")')) if isinstance(each, Failed)]
    assert not failed
    assert remarks(session, f'load("{path}", "') == {"values": "f32[2]", "indices": "i64[2]"}


def test_einsum_letters(session: Session) -> None:
    assert remarks(session, '"ij,jk->') == {
        "ik": "sums over j",
        "ijk": "sums nothing",
        "i": "sums over j, k",
        "j": "sums over i, k",
        "k": "sums over i, j",
    }
    assert offered(session, 'einsum("ij,jk->i') == ["ik", "ijk", "ij"]
    assert offered(session, 'einsum("bij,bjk') == ["->ik"]
    assert offered(session, '"...ij,') == ["jk", "j", "...ij"]
    assert letters("...i,...i->")[0].text == "..."
    assert offered(session, 'rearrange(A, "a b -> ') == []
    for before in ("ij,jk", "ij,kl", "...i,...i"):  # the first of them is einsum's own
        output = letters(f"{before}->")[0].text
        short = session.type_of(Source(f'"{before}"(A, A)'))
        assert short == session.type_of(Source(f'"{before}->{output}"(A, A)'))


@pytest.mark.parametrize("name", SIGNS)
def test_signs_may_be_names(name: str) -> None:
    (first, *_) = [each for each in candidates(Session(), f"y\\{name}") if each.remark == f"\\{name}"]
    text = f"y\\{name}"
    written = text[: len(text) - first.length] + first.text
    assert written == f"y{SIGNS[name]}"
    assert not [each for each in Session().run(Source(f"{written} = 1")) if isinstance(each, Failed)]


def test_all_commands_are_offered(session: Session) -> None:
    assert offered(session, ":") == list(COMMANDS)


def test_nothing_is_offered_twice(session: Session) -> None:
    list(session.run(Source("sin = ones(2)")))
    for before in ("s", "torch.s", ":help s", "A.s", "sum(A, ", "1 + "):
        found = offered(session, before)
        assert len(found) == len(set(found))


@pytest.mark.parametrize(
    "before", ["f(", "f[", "((", "]", ")", "A.", "A..", ".", "?", "let", "x =", "x: [", "\\", "f(x: ", "A @ @ s"]
)
def test_no_text_is_too_odd(session: Session, before: str) -> None:
    for after in ("", ")", "](A)", " = 3", "\nA", "; A"):
        for each in candidates(session, before, after):
            assert each.length <= len(before)


PIECES = st.sampled_from(
    'A n f( x. . ( ) [ ] , = : -> |> @ + - ? " \' "ij,jk-> load( sum[ grad[ let in if else lambda \\ \\al # ; 1 2. '
    "torch. F. max[1](A). .T vmap( f(x: [ f32[ _ :type :help :set π x̂ \0 $ // d.su so".split()
)
TEXTS = st.lists(st.tuples(PIECES, st.sampled_from(["", " ", "\n"])), max_size=10).map(
    lambda pieces: "".join([part for piece in pieces for part in piece])
)


@settings(max_examples=300, deadline=None)
@given(before=TEXTS, after=TEXTS)
@example(before='"a\\', after="")
@example(before='"a\\\\', after=" ")
def test_any_text_may_be_completed(before: str, after: str) -> None:
    for each in candidates(with_names(), before, after):
        assert each.length <= len(before) and each.text


def test_a_long_line_among_many_names_is_soon_completed() -> None:
    session = bound(*[f"v{i} = {i}" for i in range(200)], "A = ones(2, 3)", "B = ones(3, 4)")
    line = "softmax[-1](A @ B + " + "sum(A) * " * 18 + "exp(A @ B)) @ "
    assert len(line) > 180
    for before in (line, f"{line}v", f"{line}B.", f"{line}s"):
        took = []
        for _ in range(5):
            start = time.process_time()
            candidates(session, before)
            took.append(time.process_time() - start)
        assert min(took) < 0.2, f"{before[-5:]}: {min(took) * 1000:.0f} ms"


def test_torch_is_not_loaded() -> None:
    program = (
        "import sys\n"
        "from tcalc.session import Session\n"
        "from tcalc.source import Source\n"
        "from tcalc.repl.completion import candidates\n"
        "session = Session()\n"
        "[*session.run(Source('n = 3'))]\n"
        "for before in ('n + ', 'zeros(n).', 'sum[', 'load(\"', '\"ij,jk->', 's', 'sum(zeros(n), '):\n"
        "    assert candidates(session, before), before\n"
        "assert 'torch' not in sys.modules and 'numpy' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
