"""`--emit torch`: the program that is printed gives, where tcalc is not there, what tcalc gives for the original."""

from __future__ import annotations

import ast
import io
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch

from tcalc import library
from tcalc.errors import TcalcError
from tcalc.interrupt import Ticket
from tcalc.outcomes import Failed, Shown
from tcalc.session import Session
from tcalc.settings import Settings
from tcalc.show.code import Conditions, program_text
from tcalc.show.constants import constant_text
from tcalc.source import Source
from tcalc.types import dtypes
from tests.contract.driver import run, tcalc, torch_left_alone, value_of

ROOT = Path(__file__).parents[2]
#: Rows that are typed and not computed yet.
#: Loops of torch's optimisers, and of tcalc's own, that are not written out.
UNWRITTEN = {"minimize", "gradcheck"}

#: Runs programs one after the other where only torch is to be found, and tells what each printed.
HARNESS = """
import importlib.util, json, runpy, sys
sys.path.append(sys.argv[1])
import torch

def told(value):
    if isinstance(value, tuple):
        return [told(item) for item in value]
    if isinstance(value, torch.Tensor):
        parts = torch.view_as_real(value.resolve_conj()) if value.is_complex() else value
        return {"dtype": str(value.dtype), "shape": list(value.shape), "numbers": parts.reshape(-1).tolist()}
    if isinstance(value, complex):
        return {"number": [value.real, value.imag], "kind": "complex"}
    return {"number": value, "kind": type(value).__name__} if isinstance(value, (bool, int, float)) else str(value)

assert importlib.util.find_spec("tcalc") is None
for path in sys.argv[2:]:
    printed = []
    torch.set_default_dtype(torch.float32)
    torch.manual_seed(0)
    try:
        runpy.run_path(path, {"print": lambda *values: printed.extend(map(told, values))})
    except Exception as error:
        printed.append(f"{type(error).__name__}: {error}")
    assert "tcalc" not in sys.modules and "einops" not in sys.modules
    print(json.dumps(printed))
"""


def emitted(program: str, dtype: str = "f32", **settings: Any) -> str:
    """The Python of a program; it is well-formed."""
    default_float = dtypes.lookup(dtype)
    assert default_float is not None
    with torch_left_alone():
        session = Session(Settings(default_float, **settings))
        source = Source(program)
        statements, outcomes = session.check(source)
        assert not [each.error.message for each in outcomes if isinstance(each, Failed)]
        torch.manual_seed(0)
        compiled = session.whole(statements, Ticket())
        conditions = Conditions(default_float, "cpu", settings.get("seed"), None)
        return program_text(compiled, conditions, session.kernel_sources, session.layout)


def printed(folder: Path, programs: Sequence[str], stdin: bytes = b"", cwd: Path = ROOT) -> list[list[Any]]:
    """What some Python programs print, as plain data, run by a Python that has torch alone."""
    paths = [folder / f"program{number}.py" for number, _ in enumerate(programs)]
    for path, text in zip(paths, programs, strict=True):
        path.write_text(text, encoding="utf-8")
    harness = folder / "harness.py"
    harness.write_text(HARNESS, encoding="utf-8")
    packages = Path(torch.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(harness), str(packages), *map(str, paths)],
        input=stdin,
        capture_output=True,
        cwd=cwd,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def plain(value: Any) -> Any:
    """A value of tcalc's as the harness tells it."""
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, torch.Tensor):
        parts = torch.view_as_real(value) if value.is_complex() else value
        return {"dtype": str(value.dtype), "shape": list(value.shape), "numbers": parts.reshape(-1).tolist()}
    return value


#: How Python's types of numbers are called as dtypes, under each default dtype.
PYTHONS = {
    "f32": {"bool": "bool", "int": "int64", "float": "float32", "complex": "complex64"},
    "f64": {"bool": "bool", "int": "int64", "float": "float64", "complex": "complex128"},
}


def assert_same(got: Any, want: Any, default: str = "f32") -> None:
    """Equal shapes, dtypes, and numbers, but for what depends on where in memory a matrix lies.

    A Python number is a scalar of the dtype that torch gives it.
    """
    if isinstance(want, list):
        assert isinstance(got, list) and len(got) == len(want), (got, want)
        for one, other in zip(got, want, strict=True):
            assert_same(one, other, default)
        return
    if isinstance(want, str):
        assert isinstance(got, str), (got, want)
        dtype = dtypes.lookup(got) if got.startswith("torch.") else None
        assert want in (got, constant_text(dtype or got))
        return
    assert isinstance(got, dict), (got, want)
    if "number" in got:
        number = complex(*got["number"]) if got["kind"] == "complex" else got["number"]
        got = plain(torch.tensor(number, dtype=getattr(torch, PYTHONS[default][got["kind"]])))
    assert (got["dtype"], got["shape"]) == (want["dtype"], want["shape"])
    one, other = [torch.tensor(each["numbers"], dtype=torch.float64) for each in (got, want)]
    torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-6, equal_nan=True)


def source_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


#: These ask for gradients in ways that are no calls of torch's: `minimize`, `gradcheck`, `x.grad`.
UNWRITTEN_EXAMPLES = ("autograd", "newton_minimum")
EXAMPLES = {
    path.name: source_of(path)
    for path in sorted((ROOT / "examples").glob("*.tc"))
    if path.stem not in ("errors", *UNWRITTEN_EXAMPLES)
}
ROWS = {row.name: row.example for row in library.rows() if row.name not in UNWRITTEN}


class Programs:
    """Programs emitted one by one and run together: `given[name]` is what the program of that name prints."""

    def __init__(self, programs: dict[str, str], folder: Path, **settings: Any) -> None:
        self.texts = {name: emitted(program, **settings) for name, program in programs.items()}
        self.given = dict(zip(self.texts, printed(folder, list(self.texts.values())), strict=True))
        self.settings = settings

    def check(self, name: str, program: str) -> None:
        """The program prints what tcalc shows, and imports torch alone."""
        with torch_left_alone():
            torch.manual_seed(0)
            ran = run(program, **self.settings)
        assert not ran.errors, ran.said
        default = self.settings.get("dtype", "f32")
        assert_same(self.given[name], [plain(value) for value in ran.values], default)
        modules = [each for each in ast.walk(ast.parse(self.texts[name])) if isinstance(each, ast.Import)]
        assert {alias.name for each in modules for alias in each.names} <= {"torch", "csv", "json", "sys"}
        assert not any(isinstance(each, ast.ImportFrom) for each in ast.walk(ast.parse(self.texts[name])))


@pytest.fixture(autouse=True)
def from_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)  # where the examples name their data files from


#: What is easily got wrong, by what it is about.
CASES = {
    "draws in their order": """
torch.manual_seed(3)
a = rand(2)
randn(20);
b = a + rand(2) * rand(2)
b
randint(10, (3,))
randperm(5)
dropout(ones(6), 0.5)
""",
    "an unused draw": """
let u = rand(3) in 5
rand(2)
x = let u = rand(3) in rand(2)
x
_ = rand(3)
rand(2)
""",
    "draws in a loop": """
f(s, x) = s + rand(2) * x
fold(f, zeros(2), [1., 2., 3.])
vmap(x -> x + rand(2))(ones(3))
rand(1)
scan((s, x) -> (s + randn(3), rand(2)), zeros(3), arange(4.))
""",
    "states that are tuples": """
scan((s, x) -> ((s[0] + x, s[1] * x), (s[0], x)), (0., 1.), [1., 2., 3.])
iterate(s -> (s[1], s[0] + s[1]), (0, 1), 10)
fold((s, x) -> (s[1], s[0]), ([1, 2], [3, 4]), [1, 2, 3])
a, b = iterate(s -> (s[1], s[0] + s[1]), (0, 1), 3)
a - b
""",
    "no turns": """
fold((s, x) -> s + x, 5., zeros(0))
scan((s, x) -> (s + x, [x, x]), 1., zeros(0))
vmap(x -> 2 * x)(zeros(0, 3))
iterate(x -> 2 * x, [1, 2], 0)
scan((s, x) -> (s, (x, 2 * x)), 1., zeros(0))
""",
    "branches": """
x = [1., -2.]
y = sum(x) if sum(x) > 0 else norm(x)
y
z = (let u = exp(x) in u * u) if sum(x) < 0 else x
z
vmap(v -> v if v > 0 else -2 * v)(x)
w = rand(2) if sum(x) < 0 else zeros(2)
w
""",
    "static numbers": """
n = 3
zeros(n, n)
m = 2 * n + 1
m
ones(2) * n
A = ones(2, 5)
A.shape
A.shape[1] * n
n = n + 1
n, 0.5, True, 2j
1e300 * 10
-inf
nan
x: f32[rows, cols] = A
rows + cols
ones(2) * rows
n = iterate(x -> x / n, [8.], 3)
n
""",
    "complex numbers": """
z = [1 + 2j, 3 - 1j]
z
abs(z)
z.H @ z.H if False else z * z
z.imag
eig([[0., 1.], [-1., 0.]])
complex([1.], [nan])
z * 1j
real(z)
imag([1., 2.])
exp(1j * pi)
""",
    "empty tensors": """
zeros(0)
zeros(0, 3) @ ones(3, 2)
sum(zeros(0))
cat([zeros(0), ones(2)])
[]
fft.fft(zeros(0, 4))
zeros(3, 0).shape
x = [1., 2.]
x[x > 5]
""",
    "whole numbers": """
a = [7, -7, 5]
a // 2
a % 3
a / 2
a ^ 2
a ^ -1
2 ^ [1, 2, 3]
a ^ [1, 2, 0]
u8([250, 3]) + u8([10, 1])
i8(100) + i8(100)
mean(a)
a @ a
a & 3, a | 1, a ^^ 2, ~a
[true, false] + 1
i32(a) * 2.5
u8(300)
i64(2.7)
-7 // 2, -7 % 3
""",
    "half widths": """
x = f16([0.1, 0.2])
x
x + 1
mean(x)
bf16([1.5])
x * f32([1., 2.])
quantile(x, 0.5)
cdist(f16(ones(2, 3)), f16(zeros(2, 3)))
""",
    "names of Python's": """
class_ = 1
print = 2
print + 1
list = [1., 2.]
list * 2
file = 3.
torch2 = 4
t1 = [5.]
s1 = t1 + t1
x1 = (t1 + s1) * (t1 + s1)
x1
sum = 7
sum + 1
range = [1., 2.]
fold((s, x) -> s + x, 0., range)
csv = 1.
json = 2.
csv + json
mean = 3.
heaviside = [1.]
eig = 2.
linalg.eigvals([[1., 0.], [0., 2.]])
""",
    "other letters": """
α = 2.
β = [α, 1.]
β * α
ﬁ = [3.]
fi = [4.]
ﬁ + fi
π * β
""",
    "keywords": """
assert = 2.
yield = [1., 2.]
yield * assert
None_ = 3
ones(None_)
""",
    "texts": """
"a \\"b\\" \\\\ ü"
x = [1., 2.]
x.dtype
"text", 3
d = f64
ones(2, dtype=d)
t = "abc"
t
""",
    "the last result": """
[1., 2.]
_ * 2
ans + 1
x = ans
x
3
_ + 1
[4.]
ans = 7.
_ + ans
""",
    "taken apart": """
q, r = qr([[1., 2.], [3., 4.]])
abs(q @ r)
a, b = [1., 2.], [3.]
a, b = b, a
a
b
_, i = max[1]([[1., 5.], [7., 2.]])
i
n, x = 3, [1.]
x * n
u, v = n, n
u
""",
    "named parts": """
m = max[1]([[1., 5.], [7., 2.]])
m.values
m.indices
sort([3., 1.]).values
slogdet([[2., 0.], [0., 3.]])
m
""",
    "updates": """
A = zeros(2, 2)
A[0, 0] = 5
A[1] += [1., 2.]
B = A
A[A > 1] = -1
A, B
A[[0, 1], [1, 0]] *= 3
A
A -= 1
A
A[0] = A[1] * 2
A
""",
    "indices": """
A = arange(24.).reshape(2, 3, 4)
A[1, ..., ::2]
A[:, None, 0]
A[..., -1]
A[[1, 0]][:, 1]
A[A > 20]
A[0, [0, 2], 1:3]
A[:, [True, False, True]]
x = 5.
x.reshape(1)[0]
""",
    "functions": """
f(x, p=2) = x^p + 1
f([1., 2.])
g = x -> f(x, 3)
g([2.])
adder(k) = x -> x + k
h = adder([1., 2.])
h([1., 1.])
k = let c = [2.] in (x -> c * x)
k([3.])
outer(x: [n], y: [m]): [n, m] = x[:, None] * y[None, :]
outer([1., 2.], [3., 4., 5.])
[1., 4.] |> sqrt |> sum
f
""",
    "patterns": """
A = arange(24.).reshape(2, 3, 4)
rearrange(A, "a b c -> (c a) b")
rearrange(A, "a b (c d) -> d a b c", d=2)
reduce(A, "a b c -> b", "mean")
reduce(A, "a b c -> c 1", "max")
reduce(A, "... c -> ...", "prod")
reduce(i32(A), "a b c -> a", "sum")
reduce(i32(A), "a b c -> a", "mean")
repeat(A, "a b c -> a (b k) c", k=2)
repeat([1., 2.], "a -> a k l", k=2, l=3)
reduce(A, "a b c -> a b c", "sum")
reduce(A > 3, "a b c -> c", "any")
rearrange(A, "a ... -> ... a")
rearrange(A, "a ... -> (...) a")
reduce(A, "a (b 3) (c 2) -> b c", "min")
repeat([1, 2], "a -> (a 3)")
""",
    "maps that cannot be batched": """
A = [[[1., 2.], [0., 3.]], [[2., 0.], [1., 1.]]]
vmap(M -> abs(eigvals(M)))(A)
vmap((a, b) -> a ^ b)([2, 3], [3, 2])
vmap(x -> let y = zeros(2) in y + median(x))([[1., 2., 3.], [4., 6., 5.]])
vmap(M -> eig(M)[0])(A)
vmap(M -> column_stack((M[0], M[1])))(A)
vmap[1](x -> median(x))([[1., 2., 3.], [4., 6., 5.]])
""",
    "maps": """
A = [[1., 2.], [3., 4.]]
vmap(vmap(x -> x * 2))(A)
vmap(r -> (sum(r), r * 2))(A)
vmap[1](r -> r / norm(r))(A)
vmap((r, s) -> dot(r, s))(A, A)
vmap(r -> fold((s, x) -> s * x, 1., r))(A)
vmap(r -> let u = exp(r), w = u + 1 in u * w + w)(A)
vmap(r -> 1.)(A)
scan((s, r) -> (s + r, vmap(x -> x * s[0])(r)), [0., 0.], A)
""",
    "data decide": """
x = [3., -1., 4., -1., 5.]
kept = x[x > 0]
kept + [10., 20., 30.]
n = argmax(x)
zeros(n)
mean(x[x > 0])
m = nonzero(x).shape[0]
ones(m) * 2
k = randint(4, (1,))
ones(k[0] + 1) + rand(1)
zeros(randint(5, (1,)).item() + 1).shape
rand(1)
y = unique([3, 1, 3])
y @ y
""",
    "statements that show nothing": """
import torch
x = 3.;
x * 2;
# a comment
print(x, [1., 2.])
rand(2);
rand(2)
exit()
[3.]
""",
    "negative numbers": """
-3 ** 2
x = [2.]
-x ^ 2
(-x) ^ 2
2 ^ -x
(-2) ^ x
-2 ^ x
x - -3
x ^ -2
1 - (2 - x)
2 / (3 / x)
(x < 3) == (x > 1)
-(x + 1)
~(x > 1)
""",
    "losses": """
a = [1., 2.]
F.mse_loss(a, [0., 0.])
F.mse_loss(a, 1.)
F.cross_entropy([[1., 2.]], [1])
F.l1_loss(a, [1., 1.], reduction='sum')
F.softmax(a, dim=0)
layer_norm(a, 2)
layer_norm(a, (2,))
F.scaled_dot_product_attention(ones(2, 3, 4), ones(3, 4), ones(3, 4))
""",
    "made tensors": """
zeros(2), ones((2, 3)), eye(2), full((2,), 3), full((2,), 3., dtype=f64)
arange(5), arange(1, 7, 2), arange(0, 1, 0.25), linspace(0, 1, 5)
full_like([1., 2.], 7), zeros_like([1, 2]), tensor([1., 2.]), tensor([1, 2], dtype=f32)
tril_indices(2, 2), empty(0), rand(()), normal(0., 1., (3,)), normal([0., 1.], 1.)
ones(2, dtype=i64), ones(2, requires_grad=True)
rand(2, dtype=f64)
bernoulli([0.5, 0.5]), multinomial([0.5, 0.5], 1)
""",
    "long": f"""
x = {[each + 0.5 for each in range(60)]}
sum(x)
M = {[[i * j for j in range(20)] for i in range(4)]}
M
({" * ".join(f"(x + {each})" for each in range(1, 12))})[0]
f64({[each + 0.1 for each in range(60)]})
""",
}


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        return Programs({**EXAMPLES, **ROWS, **CASES}, tmp_path_factory.mktemp("examples"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example(examples: Programs, name: str) -> None:
    examples.check(name, EXAMPLES[name])


@pytest.mark.parametrize("name", ROWS)
def test_the_example_of_every_row(examples: Programs, name: str) -> None:
    examples.check(name, ROWS[name])


@pytest.mark.parametrize("name", CASES)
def test_every_case(examples: Programs, name: str) -> None:
    examples.check(name, CASES[name])


#: Under other settings.
SET = {
    "x = [0.1, 0.2]\nx\nrand(3)\n1 / 3\nzeros(2)\narange(3) / 2\nf32([0.1]) + x\nmean([1, 2])": {"dtype": "f64"},
    "z = [1 + 2j]\nz * [0.5]\nA = eye(2)\nA[0, 0] = 0.1\nA\nreduce([1, 2], 'a ->', 'mean')": {"dtype": "f64"},
    "rand(3)\nrandn(2)\nrandperm(4)\ntorch.manual_seed(1)\nrand(2)": {"seed": 7},
    "args\nargs[0]\nones(2) * float(args[1])": {"arguments": ["a b", "2.5"]},
}


@pytest.mark.parametrize("program", SET, ids=lambda program: str(SET[program]))
def test_settings(tmp_path: Path, program: str) -> None:
    Programs({"": program}, tmp_path, **SET[program]).check("", program)


def with_numpy(folder: Path) -> str:
    """Files in many forms, and a program that loads them."""
    A = numpy.arange(24).reshape(2, 3, 4)
    arrays = {
        "plain": A.astype("<f4"),
        "swapped": A.astype(">f8"),
        "turned": numpy.asfortranarray(A.astype("<i4")),
        "both": numpy.asfortranarray(A.astype(">i2")),
        "wide": numpy.array([0, 65535], dtype="<u2"),
        "wider": numpy.array([[1, 2**32 - 1]], dtype=">u4"),
        "truth": numpy.array([True, False]),
        "complex": numpy.array([1 + 2j, 3 - 1j], dtype=">c8"),
        "half": numpy.array(0.5, dtype="<f2"),
        "nothing": numpy.zeros((0, 3), dtype="<f8"),
    }
    for name, array in arrays.items():
        numpy.save(folder / f"{name}.npy", array)
    texts = {
        "head.csv": "a;b\n1;2.5\n\n;nan\n",
        "whole.csv": "1,2\n3,4\n",
        "column.csv": "1.5\n\n2\n",
        "numbers.json": '[[1, 2.5], ["NaN", "-Infinity"]]',
        "whole.json": "[1, 2, 3]",
        "truth.json": "[true, false]",
        "one.json": "2",
        "half.json": "0.5",
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    names = [*[f"{name}.npy" for name in arrays], *texts]
    return "\n".join([*[f'load("{name}")' for name in names], 'x = load("whole.csv")', "x @ x + load('half.npy')"])


def test_files_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = with_numpy(tmp_path)
    monkeypatch.chdir(tmp_path)
    (got,) = printed(tmp_path, [emitted(program)], cwd=tmp_path)
    assert_same(got, [plain(value) for value in run(program).values])


SAVING = """
x = [1., 2.5]
save(x, "x.npy")
y = load("x.npy")
y + 1
save((x, u8([1, 2])), "z.safetensors")
a, b = load("z.safetensors")
b
load("z.safetensors", "x")
save([[1., nan], [3., 4.]], "m.csv")
save([true, false], "t.csv")
save([[0.1, -inf]], "n.json")
save(zeros(0, 2), "empty.npy")
save(bf16(1.5), "one.safetensors")
save([1 + 2j], "c.npy")
"""
SAVED = ["x.npy", "z.safetensors", "m.csv", "t.csv", "n.json", "empty.npy", "one.safetensors", "c.npy"]


def test_files_are_written_by_the_program_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    monkeypatch.chdir(here)
    (got,) = printed(tmp_path, [emitted(SAVING)], cwd=there)
    assert not list(here.iterdir())
    assert_same(got, [plain(value) for value in run(SAVING).values])
    load = "\n".join(f'load("{name}")' for name in SAVED)
    wanted = [plain(value) for value in run(load).values]
    monkeypatch.chdir(there)
    assert_same([plain(value) for value in run(load).values], wanted)


def test_what_is_written_and_decides_a_shape_is_refused(tmp_path: Path) -> None:
    said = tcalc("--emit", "torch", "-e", 'save([1, 2], "a.csv")', "-e", 'load("a.csv")[0]', folder=tmp_path)
    assert (said.returncode, said.stdout) == (1, "")
    assert "what a.csv will hold is not known before this program has run" in said.stderr
    assert not list(tmp_path.iterdir())


def test_standard_input_is_read_once(tmp_path: Path) -> None:
    program = 'x = load("-")\nx * 2\nload("-") + x'
    for number, data in enumerate((b"a,b\n1,2\n3,4.5\n", b"[1, 2]", (numpy_bytes([[1.5, 2.5]])))):
        folder = tmp_path / str(number)
        folder.mkdir()
        done = subprocess.run(
            [sys.executable, "-m", "tcalc", "--emit", "torch", "-e", program],
            input=data,
            capture_output=True,
            check=True,
        )
        (got,) = printed(folder, [done.stdout.decode()], stdin=data)
        session = Session()
        pieces = [data]
        session.offer_standard_input(lambda most, pieces=pieces: pieces.pop() if pieces else b"")  # type: ignore[misc]
        with torch_left_alone():
            shown = [each for each in session.run(Source(program)) if isinstance(each, Shown)]
        assert_same(got, [plain(value_of(each.data)) for each in shown])


def numpy_bytes(value: Any) -> bytes:
    file = io.BytesIO()
    numpy.save(file, numpy.array(value, dtype=">f4"))
    return file.getvalue()


# How it reads


def body(program: str, **settings: Any) -> str:
    """What a program is but for its head and its comments."""
    lines = emitted(program, **settings).split("\n")
    kept = [line for line in lines[lines.index("torch.set_grad_enabled(False)") + 1 :] if line.strip()]
    return "\n".join([line for line in kept if not line.startswith("#")])


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("A = zeros(2, 3)\nA @ A.T", "A = torch.zeros(2, 3)  # f32[2, 3]\nprint(A @ A.mT)"),
        ("n = 3\nones(2) * n", "n = 3\nprint(torch.ones(2) * n)"),
        ("A = eye(2)\nA[0, 1] = 5", "A = torch.eye(2)  # f32[2, 2]\nA = A.clone()\nA[0, 1] = torch.tensor(5.0)"),
        ("values, i = max[1](eye(2))", "values, i = torch.max(torch.eye(2), dim=1)"),
        ("f(x) = x + 1\nf([1.])", "print(torch.tensor([1.0]) + 1)"),
        ("rand(2);\nx = [1.];\nx;", "torch.rand(2)\nx = torch.tensor([1.0])  # f32[1]"),
        ("x = iterate(v -> v / 2, [8.], 3)", "x = torch.tensor([8.0])\nfor _ in range(3):\n    x = x / 2"),
        ("print = 2.\nprint + 1", "print_ = 2.0\nprint(3.0)"),
        ("torch.manual_seed(3)", "torch.manual_seed(3)"),
        ("sort([2., 1.]).values", "print(torch.sort(torch.tensor([2.0, 1.0]), dim=-1).values)"),
    ],
)
def test_it_reads_as_one_writes(program: str, expected: str) -> None:
    assert body(program) == expected


@pytest.mark.parametrize(
    ("rewrites", "expected"),
    [(True, "A @ (A @ v)"), (False, "A @ A @ v"), ("fast", "A @ (A @ v)")],
)
def test_it_is_what_is_run(rewrites: bool | str, expected: str) -> None:
    program = "A = ones(9, 9)\nv = A[0]\nA @ A @ v"
    assert body(program, rewrites=rewrites).split("\n")[-1] == f"print({expected})"


def test_parts_of_a_tuple_that_is_rewritten() -> None:
    lines = body("A = eye(3)\nslogdet(A @ A)").split("\n")
    assert lines[1:] == [
        "t1 = torch.slogdet(A)",
        "t2 = t1.sign",
        "t3 = t1.logabsdet",
        "print((t2 * t2, t3 + t3))",
    ]


def test_a_statement_stands_above_its_code_and_cannot_leave_its_comment() -> None:
    text = emitted('x = [1.,\n  2.]\n"a\u202eb", x')
    assert "# x = [1.,\n#   2.]\nx = torch.tensor([1.0, 2.0])  # f32[2]" in text
    assert text.isascii() and '# "a\\u202eb", x' in text


def test_where_nothing_is_pending_nothing_runs() -> None:
    session = Session()
    statements, _ = session.check(Source("x = rand(3)\ny = x[x > 0.5]\ny"))
    session.whole(statements[:2], Ticket())
    assert not session.has_torch and session.lookup("x") is None
    with torch_left_alone():
        session.whole(statements, Ticket())
    assert session.has_torch


# The command line


def test_from_a_file_from_e_and_from_a_pipe(tmp_path: Path) -> None:
    (tmp_path / "a.tc").write_text("x = [1, 2]\nx * 3\n", encoding="utf-8")
    texts = [
        tcalc("--emit", "torch", "a.tc", folder=tmp_path).stdout,
        tcalc("--emit", "torch", "-e", "x = [1, 2]", "-e", "x * 3").stdout,
        tcalc("--emit", "torch", stdin="x = [1, 2]\nx * 3\n").stdout,
    ]
    assert len(set(texts)) == 1
    assert printed(tmp_path, texts[:1]) == [[{"dtype": "torch.int64", "shape": [2], "numbers": [3, 6]}]]


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["--emit", "jax", "-e", "1"], 2, "invalid choice: 'jax'"),
        (["--emit", "torch", "-e", "ones(2) + ones(3)"], 3, "error[shape]"),
        (["--emit", "torch", "-e", "2 +"], 3, "error[syntax]"),
        (["--emit", "torch", "-e", "x = 2.", "-e", "minimize[x](x^2)"], 3, "error[grad]"),
        (["--emit", "torch", "-e", 'load("missing.npy")'], 1, "error[io]"),
        (["--emit", "torch", "missing.tc"], 2, "cannot be read"),
        (["--emit", "torch", "-e", "x = [1, 0]", "-e", "zeros(x[0] // x[1])"], 1, "division by zero"),
    ],
)
def test_errors_go_the_usual_way(arguments: list[str], status: int, says: str) -> None:
    done = tcalc(*arguments)
    assert (done.returncode, done.stdout) == (status, "")
    assert says in done.stderr


@pytest.mark.parametrize("stem", UNWRITTEN_EXAMPLES)
def test_what_is_no_call_of_torchs_is_refused_and_named(stem: str) -> None:
    session = Session()
    statements, _ = session.check(Source(source_of(ROOT / "examples" / f"{stem}.tc")))
    with pytest.raises(TcalcError, match=r"is not written out|no gradient before"):
        program_text(
            session.whole(statements, Ticket()), Conditions(dtypes.F32, "cpu", None, None), session.kernel_sources, None
        )
