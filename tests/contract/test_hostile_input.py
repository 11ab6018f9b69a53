"""Input that nobody writes on purpose: deep, long, huge, cut off, or no text at all. Each gets a result or an error
with a code; none a traceback, an `internal` error or a long wait."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from driver import rows, run, step, tcalc


@pytest.mark.parametrize(
    ("program", "code"),
    rows(
        ("(" * 201 + "1" + ")" * 201, "limit"),
        ("[" * 201 + "1" + "]" * 201, "limit"),
        ("-" * 5000 + "1", "limit"),
        ("not " * 5000 + "True", "limit"),
        ("~" * 5000 + "1", "limit"),
        ("f(" * 300 + "1" + ")" * 300, "limit"),
        ("x -> " * 1000 + "1", "limit"),
        ("2" + "^2" * 5000, None),
        ("2" + "**2" * 1000, None),
        ("1 if True else " * 5000 + "1", "limit"),
        ("let a = 1 in " * 1000 + "a", "limit"),
        ("x = 1\nx" + ".T" * 5000, None),
        ("x = ones(2)\nx" + "[:]" * 5000, None),
        ("x = ones(2)\nx" + ".sum()" * 5000, None),
        ("(" * 100000, None),
        ("[" * 100000, None),
        (")" * 100000, None),
        ("sum(" * 100000, None),
        ("'" * 99999, None),
    ),
)
def test_deep_nesting(program: str, code: str | None) -> None:
    start = time.process_time()
    ran = run(program)
    assert time.process_time() - start < 10
    if code is not None:
        assert ran.codes == [code], ran.said[:300]
    assert "internal" not in ran.codes
    assert len(ran.said) < 5000


def test_nesting_up_to_the_limit() -> None:
    assert run("(" * 190 + "1" + ")" * 190).values == [1]
    assert run("[" * 60 + "1" + "]" * 60).values[0].ndim == 60
    assert run("-" * 150 + "1").values == [1]
    assert run("f(x) = x + 1\n" + "f(" * 150 + "1" + ")" * 150).values == [151]
    assert run("(" * 200 + "1" + ")" * 200).codes in ([], ["limit"])


@pytest.mark.parametrize(
    "program",
    [
        "sum(zeros(1).expand(2^62))",
        "zeros(1).expand(2^50).max()",
        "iterate(x -> x + 1, 0, 10^18)",
    ],
)
def test_work_without_end_is_refused(program: str) -> None:
    """torch would never return, and nothing could stop it: a process of its own."""
    done = tcalc("-e", program, timeout=60)
    assert done.returncode == 4 and "error[limit]" in done.stderr, done.stderr


def test_functions_that_call_functions_deeply() -> None:
    program = "g0(x) = x + 1\n" + "".join(f"g{n}(x) = g{n - 1}(x)\n" for n in range(1, 1000)) + "g999(1)"
    ran = run(program)
    assert ran.codes in ([], ["limit"]), ran.said
    doubling = "g0(x) = x + 1\n" + "".join(f"g{n}(x) = g{n - 1}(g{n - 1}(x))\n" for n in range(1, 60)) + "g59(1)"
    start = time.process_time()
    ran = run(doubling)
    assert ran.codes == ["limit"] and time.process_time() - start < 20
    wide = "x0 = [1., 2.]\n" + "".join(f"x{n} = x{n - 1} + x{n - 1}\n" for n in range(1, 500)) + "x499"
    assert not run(wide).errors


def test_flat_sums_and_long_lists() -> None:
    """A run of operators may be as long as a limit says that it names; it is answered either way."""
    assert run(" + ".join(["1"] * 9_000)).values == [9_000]
    assert run("x = 2\n" + " + ".join(["x"] * 9_000)).values == [18_000]
    ran = run(" + ".join(["1"] * 100_000))
    assert ran.values == [100_000] or (ran.codes == ["limit"] and "10,000" in ran.said)
    assert run("[" + ", ".join(["1"] * 100_000) + "]").types == ["i64[100000]"]
    assert run("x = ones(2)\nsum(" + " + ".join(["x"] * 5_000) + ")").values == [10_000]


def test_a_line_of_a_megabyte() -> None:
    assert run("x = '" + "a" * 1_000_000 + "'\n1").values == [1]
    assert run("1 # " + "a" * 1_000_000).values == [1]
    assert run("a" * 1_000_000).codes in (["name"], ["limit"], ["syntax"])
    ran = run("1 " + "+ nosuch " * 100_000)
    assert ran.codes and "internal" not in ran.codes and len(ran.said) < 20_000
    assert run("1" * 1_000_000).codes in (["value"], ["limit"], ["syntax"])
    assert run("1." + "1" * 1_000_000).errors == [] or run("1." + "1" * 100_000).codes[0] in {
        "limit",
        "value",
        "syntax",
    }
    assert run("1e" + "9" * 10_000).codes in ([], ["value"], ["limit"], ["syntax"])


def test_tensors_that_do_not_fit() -> None:
    for program in (
        "zeros(10^12)",
        "ones(10^6, 10^6)",
        "eye(10^6)",
        "arange(10^12)",
        "linspace(0, 1, 10^12)",
        "rand(10^11)",
        "x = ones(10^6)\nx[:, None] * x",
        "x = ones(10^5, 1)\n(x @ x.T) @ (x @ x.T)",
        "ones(10^4).repeat(10^8)",
        "full((10^12,), 1.5)",
        "zeros(10^12).sum()",
        "vmap(r -> outer(r, r))(ones(10^5, 10^4))",
        "cat([zeros(10^11), zeros(10^11)])",
        '"i,j->ij"(ones(10^6), ones(10^6))',
        "one_hot(arange(10^6), 10^6)",
    ):
        ran = run(program)
        assert ran.codes in (["memory"], ["limit"], ["name"]), (program, ran.said)
    for program in (
        "zeros(2^40, 2^40)",
        "zeros(2^62)",
        "zeros(2^63 - 1, 2)",
        "ones(2^31, 2^31, 2^31)",
        "x = zeros(2^60)",
    ):
        ran = run(program)
        assert len(ran.codes) == 1 and ran.codes[0] in {"memory", "limit", "shape", "value"}, (program, ran.said)
    assert run("x = ones(1).expand(10^12)\nx.shape[0]").codes in ([], ["memory"])
    assert run("zeros(10^12, 0)").types == ["f32[1000000000000, 0]"]


@pytest.mark.parametrize(
    "program",
    [
        "1 + \x00 2",
        "\x00",
        "x = '\x00'\nx",
        "\ufeff1 + 1",
        "1 +\u00a01",
        "1\u20281",
        "x = '\x1b[31mred'\nx",
        "\u202e1 + 1",
        "é = 1\né",
        "x\u0301 = 1",
        "🙂 = 1",
        "1 + ２",
        "٣ + 1",
        "\ud800",
        "\x7f",
        "\x0c1",
        "1\t+\t1",
        "\r1\r2",
        "`ls`",
        "$x",
        "%timeit 1",
        "@f",
        "\\",
        "\\\n",
        "1 \\ 2",
        ";",
        ";;",
        "1;;2",
        ",",
        "(,)",
        "[,]",
        "()",
        "f()(x",
        ")",
        "1 2",
        "'abc",
        '"""abc"""',
        "let",
        "let a",
        "let a = 1",
        "let a = 1 in",
        "x[",
        "x[]",
        "x[:::]",
        "ones(2)[]",
        "f(x",
        "f(x)(y) = 1",
        "?",
        "??",
        "x ? y",
        "#=>",
        "1 #=>",
        "=",
        "= 1",
        "x =",
        "->",
        "x ->",
        "|>",
        "1 |>",
        "1..2",
        "1.e",
        "0x",
        "0xffff",
        "0b11",
        "1__0",
        "1_",
        "1e",
        "1j2",
        "0777",
        "x.",
        ".x",
        "...",
        "1 ...",
        "grad",
        "grad[",
        "grad[x]",
        "grad[x](",
        "vmap[x](f)(y)",
        "sum[]([1])",
        "sum[,]([1])",
        "_ = 3",
        "_(1)",
        "__import__('os')",
        "().__class__",
        "x.__class__",
        "[].__init__()",
        "torch",
        "torch.",
        "torch.nosuch",
        "torch.load('x')",
        "torch.save([1], 'x')",
        "torch.compile(1)",
        "torch.ops",
        "torch.set_num_threads(1)",
        "torch.hub.load('x', 'y')",
        "torch.classes.load_library('x')",
        "F",
        "linalg",
        "linalg.nosuch(1)",
        "print",
        "exit",
        "load",
        "f32()",
        "f32(1, 2)",
        "args[0]",
        "None + 1",
        "None",
        "None[0]",
        "'a' + 'b'",
        "'a'[0]",
        "-'a'",
        "f32 + 1",
        "(x -> x) + 1",
        "(x -> x)[0]",
        "sum + 1",
        "sum.x",
        "[sum]",
        "[None]",
        "[f32]",
        "{}",
        "zeros()",
        "zeros(None)",
        "zeros(True)",
        "eye(-1)",
        "arange(0, 1, 0)",
        "arange(inf)",
        "arange(nan)",
        "linspace(0, 1, -1)",
        "full((2,), 'a')",
        "f32([1j])",
        "i64(nan)",
        "i64(inf)",
        "i64([1e30])",
        "u8(300)",
        "u8(-1)",
        "u8([1, 300])",
        "x: u8[2] = [1, 300]",
        "i8(128)",
        "f16(1e10)",
        "bool(nan)",
        "int('a')",
        "int('3')",
        "float('3.5')",
        "c64('1')",
        "x = 1\nx[0] = 1",
        "x = 1\nx += 'a'",
        "x = (1, 2)\nx[0] = 1",
        "x = (1, 2)\nx[5]",
        "x = (1, 2)\nx['a']",
        "x = (1, 2)\nx[1.5]",
        "f(x) = x\nf[0](1)",
        "f(x) = x\nf.x",
        "f(x) = x\nf == f",
        "f(x) = x\n[f, f]",
        "f(x) = x\n-f",
        "1 if [] else 2",
        "1 if zeros(0) else 2",
        "1 if 'a' else 2",
        "1 if None else 2",
        "1 if 2.5 else 3",
        "not 3",
        "not 2.5",
        "3 and 4",
        "1 < 'a'",
        "1j < 2j",
        "1j // 2",
        "1j % 2",
        "~2.5",
        "1.5 & 1",
        "1 ^^ 1.5",
        "1 @ 2",
        "[1] @ 2",
        "2 @ [1]",
        "inv([1, 2])",
        "inv(ones(2, 3))",
        "det(3)",
        "sqrt(-1)",
        "log(0)",
        "log(-1)",
        "0^-1",
        "[0]^-1",
        "0.0^-1",
        "(-8)^(1/3)",
        "5 // 0",
        "[5] // 0",
        "[5] // [0]",
        "[5] % 0",
        "5. // 0",
        "5. % 0",
        "linalg.eigvals([[nan, 1], [1, 2]])",
        "linalg.eigvals([[inf, 1], [1, 2]])",
        "eig([[nan, 1.], [1., 2.]])",
        "eigh([[nan, 1.], [1., 2.]])",
        "svd([[nan, 1.], [1., 2.]])",
        "qr([[nan]])",
        "cholesky([[-1.]])",
        "solve([[0.]], [1.])",
        "div([-9223372036854775807 - 1], [-1], rounding_mode='trunc')",
        "[-9223372036854775807 - 1] // [-1]",
        "[-9223372036854775807 - 1] % [-1]",
        "-(-9223372036854775807 - 1)",
        "abs(-9223372036854775807 - 1)",
        "(-9223372036854775807 - 1) // -1",
        "combinations(arange(2000), 3)",
        "multigammaln([3.], 10^9)",
        "randint(5, 2, (3,))",
        "randint(0, 2^70, (3,))",
        "randperm(-1)",
        "multinomial([0., 0.], 2)",
        "torch.manual_seed(2^70)",
        "torch.manual_seed(-1)",
        "vmap(3)",
        "fold(sum)",
        "scan()",
        '"ij"()',
        '""(3)',
        '"->"(3)',
        '"' + "i," * 100 + '"(1)',
        "'%s'(1)",
        "rearrange(ones(2), '')",
        "x: f32[ = 3",
        "x: [?] = ones(2)",
        "x: [n=?] = ones(2)",
        "x: [-1] = ones(2)",
        "x: [n//0] = ones(2)",
        "x: [2.5] = ones(2)",
        "x: [n^n] = ones(2)",
        "x: ['a'] = ones(2)",
        "x: [n, *b, *c] = ones(2, 2)",
        "x: nosuch[n] = ones(2)",
        "x: [sum] = ones(2)",
        "x: [1/2] = ones(2)",
        "x: [f(n)] = ones(2)",
        "x: [9999999999999999999999] = ones(2)",
        "f(x: [n]): [n^99] = x",
        "f(x: [n]): [n//0] = x",
        "f(x: [n % 0]) = x\nf(ones(2))",
        "f(x: [*b]) = x\nf(ones(2, 2))",
        "f(*x) = x",
        "f(**x) = x",
        "f(x=) = x",
        "f(x=1, y) = x",
        "f(1) = x",
        "f(x: int) = x\nf(2.5)",
        "f(x: int) = x\nf([1, 2])",
        "f(x: int) = x\nf(sum([1, 2]))",
        "f(f) = f(f)\nf(f)",
        "(x -> x(x))(x -> x(x))",
    ],
)
def test_odd_texts(program: str) -> None:
    start = time.process_time()
    whole = run(program)
    piped = step(program)
    assert time.process_time() - start < 8
    assert "internal" not in whole.codes + piped.codes, whole.said + piped.said
    for text in [*whole.texts, whole.said, piped.said]:
        assert "\x00" not in text and "\x1b" not in text and "Traceback" not in text


def test_scripts_that_are_no_text(tmp_path: Path) -> None:
    for name, data, status in (
        ("nul.tc", b"1 + \x00 1\n", 3),
        ("latin.tc", "größe = 1\n".encode("latin-1"), 3),
        ("cut.tc", "1 # ö".encode()[:-1], None),
        ("bom.tc", b"\xef\xbb\xbf1 + 1\n", None),
        ("wide.tc", "1 + 1\n".encode("utf-16"), 3),
        ("binary.tc", bytes(range(256)) * 10, 3),
        ("zeros.tc", bytes(10_000), 3),
    ):
        (tmp_path / name).write_bytes(data)
        done = tcalc(name, folder=tmp_path)
        assert done.returncode == status or (status is None and done.returncode in (0, 3)), (name, done.stderr[:300])
        assert "internal" not in done.stderr and "\x00" not in done.stderr
    done = tcalc(stdin=b"1\n\xff\xfe\n2\n")
    assert (done.returncode, done.stdout) == (3, "1\n")


def test_a_pipe_that_never_ends_its_line() -> None:
    done = tcalc(stdin="sum([1, 2")
    assert done.returncode == 3 and "[" in done.stderr
    done = tcalc(stdin="1 + 1")
    assert (done.returncode, done.stdout) == (0, "2\n")
    done = tcalc(stdin="")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = tcalc(stdin="1 " + "+ 1 " * 250_000 + "\n")
    assert (done.returncode, done.stdout) in ((0, "250001\n"), (4, "")), done.stderr[:300]


def test_names_of_files_are_shown_harmless(tmp_path: Path) -> None:
    done = tcalc("\x1b[31m\n.tc", folder=tmp_path)
    assert done.returncode == 2 and "\x1b" not in done.stderr
    (tmp_path / "a\x1b[1mb.tc").write_text("nosuch\n")
    done = tcalc("a\x1b[1mb.tc", folder=tmp_path)
    assert done.returncode == 3 and "\x1b" not in done.stderr
    done = tcalc("-e", "load('a\x1b[1mb.npy')", folder=tmp_path)
    assert done.returncode in (1, 3) and "\x1b" not in done.stderr


def test_a_script_that_is_no_regular_file(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "tcalc", "/dev/null"], capture_output=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, b"")
