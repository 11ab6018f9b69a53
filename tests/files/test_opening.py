"""Paths that are no file to read: missing, folders, pipes, devices, other endings; and that no torch is loaded."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tcalc import files
from tcalc.errors import TcalcError
from tcalc.files.errors import system_error


def refused(path: Path | str) -> TcalcError:
    with pytest.raises(TcalcError) as caught:
        files.header(str(path))
    with pytest.raises(TcalcError) as again:
        files.read(str(path))
    assert again.value.message == caught.value.message
    assert (caught.value.code, caught.value.span) == ("io", None)
    return caught.value


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_missing_file_names_its_neighbours() -> None:
    Path("iris.csv").write_text("1")
    Path("irises.txt").write_text("1")
    error = refused("irs.csv")
    assert isinstance(error, files.MissingFile)
    assert error.message == "there is no file irs.csv"
    assert (error.near, error.notes) == (("iris.csv",), ["iris.csv is there"])
    inside = refused(Path("../") / Path.cwd().name / "iris")
    assert isinstance(inside, files.MissingFile)
    assert inside.near == (f"../{Path.cwd().name}/iris.csv",)


@pytest.mark.parametrize("path", ["", "no/such/folder.csv", "\x1b[2J.csv"])
def test_a_missing_file_without_neighbours(path: str) -> None:
    error = refused(path)
    assert isinstance(error, files.MissingFile)
    assert error.near == ()
    assert error.message.isprintable()


def test_what_is_no_regular_file_is_not_opened() -> None:
    os.mkfifo("pipe.csv")
    os.mkdir("folder.csv")
    os.symlink("/dev/zero", "link.csv")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.csv")
        assert refused("socket.csv").message == "socket.csv is a socket, not a regular file"
    assert refused("pipe.csv").message == "pipe.csv is a named pipe, not a regular file"
    assert refused("folder.csv").message == "folder.csv is a folder"
    assert refused("link.csv").message == "link.csv is a device, not a regular file"
    assert refused("/dev/zero").message == "/dev/zero is a device, not a regular file"


def test_other_endings_are_refused() -> None:
    for name in ("a.txt", "a", "a.pt"):
        Path(name).write_bytes(b"1")
    assert refused("a.txt").message == "a.txt does not end in .npy, .safetensors, .csv or .json"
    assert refused("a").message == "a does not end in .npy, .safetensors, .csv or .json"
    assert refused("a.pt").message == "a.pt is a pickle, which can run programs and is never read"


def test_names_that_no_system_takes() -> None:
    os.symlink("loop.csv", "loop.csv")
    Path("file").write_text("1")
    assert refused("a\0b.csv").message == r"'a\x00b.csv' is no name for a file"
    assert refused("loop.csv").message == "loop.csv is a link that leads back to itself"
    assert refused("file/x.csv").message == "file/x.csv has a file where a folder should be"
    assert refused("x" * 300 + ".csv").message.endswith("is too long a name for a file")


@pytest.mark.skipif(os.geteuid() == 0, reason="everything is permitted to root")
def test_a_file_that_may_not_be_read() -> None:
    Path("x.csv").write_text("1")
    os.chmod("x.csv", 0)
    assert refused("x.csv").message == "x.csv may not be read: permission denied"


def test_what_the_system_says_is_put_in_plain_words() -> None:
    assert system_error("x.csv", OSError(errno.EACCES, "")).message == "x.csv may not be read: permission denied"
    assert system_error("x.csv", OSError(errno.ESTALE, "Stale file handle")).message == (
        "x.csv can't be read: stale file handle"
    )


def test_a_link_to_a_regular_file_is_read() -> None:
    Path("data.csv").write_text("1,2\n")
    os.symlink("data.csv", "link.csv")
    assert str(files.header("link.csv")) == "i64[1, 2]"


def test_files_are_closed() -> None:
    Path("x.csv").write_text("1,2\n")
    Path("y.csv").write_text("1,2\n3\n")
    before = len(os.listdir("/dev/fd"))
    files.read("x.csv")
    refused("y.csv")
    assert len(os.listdir("/dev/fd")) == before


def test_a_sparse_file_of_a_terabyte_is_a_memory_error() -> None:
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (125000000000,), }"
    with open("huge.npy", "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
        file.truncate(10**12 + 10**6)
    assert str(files.header("huge.npy")) == "f64[125000000000]"
    with pytest.raises(TcalcError) as caught:
        files.read("huge.npy", limit=8 * 10**9)
    assert caught.value.code == "memory"
    assert caught.value.message == "huge.npy holds f64[125000000000], 1 TB: more than the limit of 8 GB"


def test_standard_input_is_told_by_its_first_bytes() -> None:
    assert str(files.header_of(b"1,2\n")) == "i64[1, 2]"
    with pytest.raises(TcalcError) as caught:
        files.header_of(b"\x93NUMPY\x09\x00")
    assert caught.value.message == "standard input is an npy file of version 9.0; 1 to 3 are read"


def test_nothing_heavy_is_imported() -> None:
    program = (
        "import sys; from tcalc import files; files.header_of(b'1,2.5'); "
        "print({'torch', 'numpy', 'ast', 'inspect', 'pickle', 'difflib'} & set(sys.modules))"
    )
    root = Path(__file__).parents[2]
    found = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert found.stdout == "set()\n"
