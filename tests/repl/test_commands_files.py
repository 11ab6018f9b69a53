"""`:save` and `:load`: the script of a session gives the same names, whatever the session did on the way."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[1] / "contract"))
from driver import torch_left_alone, value_of

from tcalc.commands import run_command
from tcalc.commands.desk import Desk
from tcalc.errors import TcalcError
from tcalc.interrupt import Abandoned, Ticket
from tcalc.outcomes import Failed, Shown
from tcalc.session import Session
from tcalc.settings import Settings
from tcalc.source import Source
from tcalc.types import dtypes
from tcalc.types.tensor import FunctionType

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.tc"))


@pytest.fixture(autouse=True)
def torch_as_it_was() -> object:
    with torch_left_alone():
        yield


def recorded(text: str = "", **settings: object) -> Session:
    """A session that ran some lines, and keeps account of it."""
    torch.seed()  # as in a process of its own
    session = Session(Settings(**settings))  # type: ignore[arg-type]  # as Settings takes them
    session.record()
    list(session.run(Source(text)))
    return session


def command(session: Session, text: str) -> list[str]:
    return [each for each in run_command(session, Source(text)) if isinstance(each, str)]


def test_a_script_that_nobody_waits_for_is_not_read_on(tmp_path: Path) -> None:
    path, ticket = tmp_path / "long.tc", Ticket()
    path.write_text("x = 1\n" * 100)
    loaded = run_command(recorded(), Source(f":load {path}"), Desk().of(ticket))
    ticket.abandoned = True
    with pytest.raises(Abandoned):
        list(loaded)


def run_again(path: Path, dtype: str = "f32") -> Session:
    """A session of its own that ran a script, whole."""
    found = dtypes.lookup(dtype)
    assert found is not None
    session = Session(Settings(found))
    statements, outcomes = session.check(Source(path.read_text()))
    assert not [each.error.message for each in outcomes if isinstance(each, Failed)]
    for statement in statements:
        for each in session.execute(statement):
            assert not isinstance(each, Failed), each.error.message
            assert not isinstance(each, Shown), "a script that was saved is silent"
    return session


def own(session: Session) -> list[str]:
    return [name for name in session.names() if name not in ("_", "ans")]


def assert_same(one: Session, other: Session) -> None:
    """The same names, of the same types, with the same values."""
    assert sorted(own(one)) == sorted(own(other))
    for name in own(one):
        type = one.bindings[name].variable.type
        assert str(type) == str(other.bindings[name].variable.type), name
        if not isinstance(type, FunctionType):
            was, now = value_of(one.data(name)), value_of(other.data(name))
            if isinstance(was, torch.Tensor):
                torch.testing.assert_close(now, was, rtol=0, atol=0, equal_nan=True, msg=name)
            else:
                assert str(was) == str(now), name


def round_trip(session: Session, folder: Path, dtype: str = "f32") -> str:
    """The script that a session is saved as, which gives the same names."""
    command(session, f":save {folder}/kept.tc")
    assert_same(session, run_again(folder / "kept.tc", dtype))
    return (folder / "kept.tc").read_text()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_comes_back(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    round_trip(recorded(path.read_text(encoding="utf-8")), tmp_path)


def test_what_nothing_needs_any_more_is_left_out(tmp_path: Path) -> None:
    text = round_trip(recorded("a = 1\nb = 2\nb = 3\na = 5\nunused = 4; f(x) = x + a\nc = f(b)"), tmp_path)
    assert text.splitlines()[1:] == ["b = 3", "a = 5", "unused = 4", "f(x) = x + a", "c = f(b)"]


def test_what_a_name_was_made_of_stays_though_it_was_bound_anew(tmp_path: Path) -> None:
    text = round_trip(recorded("a = 1.\nb = a + 1\na = 7.\nA = zeros(2)\nA[0] = b\nA += a"), tmp_path)
    assert text.splitlines()[1:] == ["a = 1.", "b = a + 1", "a = 7.", "A = zeros(2)", "A[0] = b", "A += a"]


def test_random_numbers_are_the_same_by_the_seed_that_the_session_began_with(tmp_path: Path) -> None:
    text = round_trip(recorded("x = rand(3)\nrand(2)\nx.sum()\ny = randn(3) + x"), tmp_path)
    assert text.splitlines()[1].startswith("torch.manual_seed(")
    assert text.splitlines()[2:] == ["x = rand(3)", "rand(2);", "y = randn(3) + x"]


def test_draws_before_a_seed_are_left_out_where_nothing_needs_them(tmp_path: Path) -> None:
    text = round_trip(recorded("rand(2)\ntorch.manual_seed(3)\nrand(5)\nx = rand(3)\nrand(1)"), tmp_path)
    assert text.splitlines()[1:] == ["torch.manual_seed(3)", "rand(5);", "x = rand(3)"]


def test_what_is_needed_for_its_random_numbers_alone_binds_nothing(tmp_path: Path) -> None:
    session = recorded("a = rand(3)\nb = rand(2)\nb = rand(4)\nq, _ = qr(rand(2, 2))\nx: [3] = rand(3)")
    list(run_command(session, Source(":del a q")))
    text = round_trip(session, tmp_path)
    assert text.splitlines()[2:] == ["rand(3);", "rand(2);", "b = rand(4)", "qr(rand(2, 2));", "x: [3] = rand(3)"]


def test_what_is_gone_is_bound_where_something_was_made_of_it(tmp_path: Path) -> None:
    session = recorded("a = zeros(2)\nb = a + 1")
    list(run_command(session, Source(":del a")))
    assert command(session, f":save {tmp_path}/s.tc")
    assert (tmp_path / "s.tc").read_text().splitlines()[1:] == ["a = zeros(2)", "b = a + 1"]


def test_a_seed_of_any_sign_comes_back(tmp_path: Path) -> None:
    for seed in (2**64 - 5, 7, -9):
        text = round_trip(recorded("x = rand(3)", seed=seed), tmp_path)
        assert "manual_seed(" in text


def test_gradients_that_were_gathered_are_gathered_again(tmp_path: Path) -> None:
    program = "w = tensor([1., 2.], requires_grad=True)\nz = sum(w^2)\nz.backward()\nw -= 0.1 * w.grad\nw.grad = None"
    session = recorded(program)
    round_trip(session, tmp_path)
    again = run_again(tmp_path / "kept.tc")
    assert again.bindings["w"].marked and again.bindings["w"].gradient is None


def test_a_result_that_a_name_was_made_of_is_shown_again(tmp_path: Path) -> None:
    session = recorded("x = [1., 2.]\nx + 1\ny = _ * 2")
    command(session, f":save {tmp_path}/kept")
    assert (tmp_path / "kept.tc").read_text().splitlines()[1:] == ["x = [1., 2.]", "x + 1", "y = _ * 2"]


def test_what_no_statement_made_is_written_by_value(tmp_path: Path) -> None:
    session = recorded("a = 2.")
    few, many = torch.tensor([1.5, 2.5]), torch.arange(300, dtype=torch.int32)
    session.bind("few", session.type_of(Source("zeros(2)"))[0], few)
    session.bind("many", session.type_of(Source("zeros(300, dtype=i32)"))[0], many)
    list(session.run(Source("b = few * a")))
    text = round_trip(session, tmp_path)
    assert "few = [1.5, 2.5]  # a value that no statement made" in text
    assert f'many = load("{tmp_path}/kept.safetensors", "many")' in text
    assert text.splitlines()[-1] == "b = few * a"


def test_another_default_float_keeps_what_was_made_under_the_first_by_value(tmp_path: Path) -> None:
    session = recorded("a = [0.1]\nf(x) = x / 3\nx: f32[time=2] = [1, 2]")
    list(run_command(session, Source(":dtype f64")))
    list(session.run(Source("b = [0.1] + f(1.)\nc = a + b")))
    text = round_trip(session, tmp_path, "f64")
    assert "# to be run with --dtype f64" in text
    assert "a = f32([0.1])  # its value alone" in text and "x: f32[time=2] = f32([1.0, 2.0])" in text
    assert "b = [0.1] + f(1.)" in text


def test_a_name_that_was_deleted_hides_nothing(tmp_path: Path) -> None:
    session = recorded("sum = 3.\nz = sum + 1\nx = [1., 2.]")
    list(run_command(session, Source(":del sum")))
    list(session.run(Source("y = sum(x)")))
    command(session, f":save {tmp_path}/kept.tc")
    text = (tmp_path / "kept.tc").read_text()
    again = run_again(tmp_path / "kept.tc")
    assert value_of(again.data("y")).item() == 3.0 and value_of(again.data("z")).item() == 4.0
    assert "y = 3.0  # its value alone" in text


def test_a_definition_of_several_lines_stays_whole(tmp_path: Path) -> None:
    round_trip(recorded("f(x) = [x,\n  2 * x]  # twice\nlet_ = let a = 2,\n b = 3\n in a * b\ny = f(let_)"), tmp_path)


def test_saving_twice_replaces(tmp_path: Path) -> None:
    session = recorded("a = 1")
    assert command(session, f":save '{tmp_path}/kept'") == [f"saved 1 statement to {tmp_path}/kept.tc"]
    list(session.run(Source("b = 2")))
    round_trip(session, tmp_path)


def test_nothing_to_save(session: Session, tmp_path: Path) -> None:
    assert command(recorded(), f":save {tmp_path}/kept") == ["there is nothing to save: no names are bound"]
    assert not list(tmp_path.iterdir())


def test_load_runs_a_script_into_the_session(tmp_path: Path) -> None:
    (tmp_path / "some.tc").write_text("c = a + 1\nc * 2\nd = c\nexit()\ne = 1\n")
    session = recorded("a = 1")
    *shown, last = run_command(session, Source(f":load {tmp_path}/some.tc"))
    assert [value_of(each.data) for each in shown if isinstance(each, Shown)] == [torch.tensor(4)]
    assert own(session) == ["a", "c", "d"]
    assert last == "c and d are bound"
    round_trip(session, tmp_path)


def test_load_stops_at_the_first_error(tmp_path: Path) -> None:
    (tmp_path / "some.tc").write_text("c = [1., 2.]\nd = c[argmax(c) + 1]\ne = 1\n")
    session = recorded()
    outcomes = list(run_command(session, Source(f":load {tmp_path}/some.tc")))
    assert [each.error.code for each in outcomes if isinstance(each, Failed)] == ["value"]
    assert own(session) == ["c"]


def test_of_an_ill_formed_script_nothing_runs(tmp_path: Path) -> None:
    (tmp_path / "some.tc").write_text("c = 1\nd = ones(2) @ ones(3)\n")
    session = recorded()
    (failed,) = run_command(session, Source(f":load {tmp_path}/some.tc"))
    assert isinstance(failed, Failed) and failed.error.code == "shape" and failed.error.span is not None
    assert failed.error.span.source.name.endswith("some.tc") and own(session) == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (":load nothing.tc", "nothing.tc cannot be read: No such file or directory"),
        (":save x.npy", 'a session is saved as a script, x.tc; save(x, "x.npy") saves a tensor'),
        (":save nowhere/x", "nowhere"),
    ],
)
def test_mistakes(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, says: str) -> None:
    monkeypatch.chdir(tmp_path)
    session.record()
    list(session.run(Source("x = 1")))
    with pytest.raises(TcalcError) as caught:
        list(run_command(session, Source(text)))
    assert caught.value.code == "io" and says in caught.value.message


@pytest.mark.parametrize("text", [":load some.tc", ":save some.tc"])
def test_safe_forbids_both(text: str) -> None:
    with pytest.raises(TcalcError, match="--safe forbids"):
        list(run_command(recorded("a = 1", safe=True), Source(text)))
