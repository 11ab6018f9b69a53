"""A file is the old one or the new one, never a part of either, and nothing is left beside it, however writing ends."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tcalc.errors import TcalcError
from tcalc.files import replacing
from tcalc.files.replacing import Replacement
from tcalc.interrupt import Abandoned

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(params=["nameless", "named"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Both ways to write beside: where the system has files without names, and where it has none."""
    if request.param == "named":
        monkeypatch.setattr(replacing, "_NAMELESS", 0)
    elif not replacing._NAMELESS:
        pytest.skip("this system has no files without names")
    before = set(os.listdir("/dev/fd"))
    yield
    assert set(os.listdir("/dev/fd")) <= before, "a file is left open"


def goes_on() -> None:
    """Somebody waits."""


def put(path: str, data: bytes, tick: Callable[[], None] = goes_on) -> None:
    """Write a file as a session does."""
    replacement = Replacement(path, tick)
    try:
        replacement.write(data)
        replacement.finish()
        replacement.commit()
    finally:
        replacement.close()


def refused(path: str) -> str:
    with pytest.raises(TcalcError) as caught:
        put(path, b"new")
    assert (caught.value.code, caught.value.span) == ("io", None)
    return caught.value.message


def test_a_new_file(kind: None) -> None:
    before = os.umask(0o027)
    try:
        put("x.npy", b"data")
    finally:
        os.umask(before)
    assert Path("x.npy").read_bytes() == b"data"
    assert stat.S_IMODE(os.stat("x.npy").st_mode) == 0o640
    assert os.listdir() == ["x.npy"]


def test_an_old_file_keeps_its_mode(kind: None) -> None:
    Path("x.npy").write_bytes(b"old and long")
    os.chmod("x.npy", 0o604)
    put("x.npy", b"new")
    assert Path("x.npy").read_bytes() == b"new"
    assert stat.S_IMODE(os.stat("x.npy").st_mode) == 0o604
    assert os.listdir() == ["x.npy"]


def test_who_reads_the_old_file_goes_on_reading_it(kind: None) -> None:
    Path("x.npy").write_bytes(b"old")
    with open("x.npy", "rb") as file:
        put("x.npy", b"new")
        assert file.read() == b"old"


def test_nothing_is_there_before_the_end(kind: None) -> None:
    Path("x.npy").write_bytes(b"old")
    replacement = Replacement("x.npy", goes_on)
    replacement.write(b"ne")
    replacement.finish()
    assert Path("x.npy").read_bytes() == b"old"
    replacement.close()
    assert Path("x.npy").read_bytes() == b"old"
    assert os.listdir() == ["x.npy"]


def test_who_gives_up_leaves_nothing(kind: None) -> None:
    def tick() -> None:
        if Path("stop").exists():
            raise Abandoned

    Path("x.npy").write_bytes(b"old")
    replacement = Replacement("x.npy", tick)
    replacement.write(b"ne")
    replacement.discard()  # from another thread, while this one still writes
    assert os.listdir() == ["x.npy"]
    replacement.write(b"w")
    Path("stop").touch()
    with pytest.raises(Abandoned):
        replacement.write(b"!")
    replacement.close()
    assert Path("x.npy").read_bytes() == b"old"


def test_a_link_stays_and_its_file_is_replaced(kind: None) -> None:
    os.mkdir("folder")
    Path("folder/real.npy").write_bytes(b"old")
    os.symlink("folder/real.npy", "link.npy")
    put("link.npy", b"new")
    assert os.readlink("link.npy") == "folder/real.npy"
    assert Path("folder/real.npy").read_bytes() == b"new"
    os.symlink("folder/none.npy", "dangling.npy")
    put("dangling.npy", b"new")
    assert Path("folder/none.npy").read_bytes() == b"new"


def test_what_is_no_regular_file_is_refused(kind: None) -> None:
    os.mkdir("folder.npy")
    os.mkfifo("pipe.npy")
    os.symlink("/dev/full", "full.npy")
    os.symlink("loop.npy", "loop.npy")
    Path("file").touch()
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.npy")
        assert refused("socket.npy") == "socket.npy is a socket, not a regular file"
    assert refused("folder.npy") == "folder.npy is a folder"
    assert refused("pipe.npy") == "pipe.npy is a named pipe, not a regular file"
    assert refused("full.npy") == "full.npy is a device, not a regular file"
    assert refused("loop.npy") == "loop.npy is a link that leads back to itself"
    assert refused("file/x.npy") == "file/x.npy has a file where a folder should be"
    assert refused("none/x.npy") == "none/x.npy can't be written: there is no folder none"
    assert refused("a\0b.npy") == r"'a\x00b.npy' is no name for a file"
    assert refused("x" * 300 + ".npy").endswith("is too long a name for a file")
    assert stat.S_ISFIFO(os.stat("pipe.npy").st_mode) and stat.S_ISLNK(os.lstat("full.npy").st_mode)


@pytest.mark.skipif(os.geteuid() == 0, reason="everything is permitted to root")
def test_what_may_not_be_written(kind: None) -> None:
    Path("x.npy").write_bytes(b"old")
    os.chmod("x.npy", 0o444)
    assert refused("x.npy") == "x.npy may not be written: permission denied"
    os.mkdir("folder")
    os.chmod("folder", 0o555)
    assert refused("folder/x.npy") == "folder/x.npy may not be written: permission denied"


#: A program of its own that saves a tensor of 8 MB, over and over, after what stands before.
PROGRAM = """
import resource, sys
from tcalc.files import replacing
{before}
from tcalc.files.replacing import Replacement
print("ready", flush=True)
try:
    while True:
        replacement = Replacement("x.npy", lambda: None)
        try:
            for _ in range(64):
                replacement.write(bytes([{byte}]) * (1 << 17))
            replacement.finish()
            replacement.commit()
        finally:
            replacement.close()
except Exception as error:
    print(error, flush=True)
"""


def child(before: str, byte: int = 2) -> subprocess.Popen[str]:
    program = PROGRAM.format(before=before, byte=byte)
    return subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


NAMED = "replacing._NAMELESS = 0"


@pytest.mark.parametrize("before", ["", NAMED])
def test_a_disk_that_takes_no_more(before: str) -> None:
    Path("x.npy").write_bytes(b"old")
    limit = "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))"
    said, _ = child(f"{before}\n{limit}").communicate(timeout=60)
    assert said == "ready\nx.npy can't be written: it would be larger than a file may be\n"
    assert Path("x.npy").read_bytes() == b"old"
    assert os.listdir() == ["x.npy"]


@pytest.mark.parametrize("before", ["", NAMED])
def test_killed_while_it_writes(before: str) -> None:
    old = b"\1" * (1 << 23)
    new = b"\2" * (1 << 23)
    Path("x.npy").write_bytes(old)
    for turn in range(6):
        with child(before) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(0.005 * turn)
            process.send_signal(signal.SIGKILL)
        assert Path("x.npy").read_bytes() in (old, new)


HALF = """
import time
half = Replacement("x.npy", lambda: None)
half.write(bytes(1 << 20))
print("half", flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(not replacing._NAMELESS, reason="this system has no files without names")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_killed_in_the_middle_nothing_is_left(number: signal.Signals) -> None:
    Path("x.npy").write_bytes(b"old")
    with child(f"from tcalc.files.replacing import Replacement{HALF}") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "half\n"
        process.send_signal(number)
    assert Path("x.npy").read_bytes() == b"old"
    assert os.listdir() == ["x.npy"]
