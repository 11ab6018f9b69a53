"""What goes between a format and those who open and use files: an open input, and the numbers read from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.types.dtypes import F32
from tcalc.types.tensor import TupleType

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Sequence
    from io import BufferedReader, BytesIO
    from typing import Protocol

    from tcalc.types.data import Storable
    from tcalc.types.dtypes import DType
    from tcalc.types.tensor import TensorType, Type

    #: The tensors to be stored, each with its name; where there is but one, some formats pass over it.
    Parts = Sequence[tuple[str, Storable]]

    class Sink(Protocol):
        """Where a format writes to."""

        def write(self, data: bytes | memoryview) -> None:
            """Take all of these bytes. Raises OSError, and what the one who waits for the file raises."""


#: Elements read or written at once: few enough that nobody waits for long, enough that the loop costs nothing.
AT_ONCE = 65536
#: torch has no tensor of more axes.
MOST_AXES = 64
MOST_BYTES = 2**63 - 1


class ArrayData:
    """The numbers of a file, for the backend to make a tensor of.

    `buffer` is bytes-like, writable and nobody else's: the elements of `dtype` in C order and the machine's byte
    order. It is empty where a size is 0. `type` is the type of the value; its dtype may be narrower than that of the
    buffer (a csv is read as f64 and is f32 by default), and converting is the backend's work.
    """

    __slots__ = ("buffer", "dtype", "shape", "type")

    def __init__(
        self, type: TensorType, dtype: DType, shape: tuple[int, ...], buffer: array[int] | array[float] | bytearray
    ) -> None:
        self.type, self.dtype, self.shape, self.buffer = type, dtype, shape, buffer


class Arrays:
    """The tensors of a file that holds several, each with its name."""

    __slots__ = ("arrays", "names")

    def __init__(self, names: Sequence[str], arrays: Sequence[ArrayData]) -> None:
        self.names, self.arrays = tuple(names), tuple(arrays)

    @property
    def type(self) -> TupleType:
        """A tuple whose parts have names."""
        return TupleType(tuple([each.type for each in self.arrays]), self.names)


class Input:
    """An open regular file, or bytes that came through standard input, as a format reads it.

    `name` is how errors call it, `size` its length in bytes, `limit` the most bytes that its numbers may take in
    memory, `default_float` the dtype of numbers whose file names none. `part` is the name of the tensor that is asked
    for, where not all are. `tick` is called every now and then; it raises where nobody waits for the file any more.
    """

    __slots__ = ("default_float", "file", "limit", "name", "part", "size", "tick")

    def __init__(
        self,
        file: BufferedReader | BytesIO,
        size: int,
        name: str,
        default_float: DType | None = None,
        limit: int | None = None,
        part: str | None = None,
        tick: Callable[[], None] | None = None,
    ) -> None:
        self.file, self.size, self.name, self.limit, self.part = file, size, name, limit, part
        self.default_float = default_float or F32
        self.tick = tick or _nothing


class Layout:
    """How a file lies on the disk, for who writes a program that reads it.

    `format` is its ending without the dot, `type` what `load` gives. `tensors` are those of npy and safetensors;
    for a csv, `mark` stands between its columns and `head` says whether its first row is one of names. `keys` are the
    names of what is loaded from a json that is an object.
    """

    __slots__ = ("format", "head", "keys", "mark", "tensors", "type")

    def __init__(
        self,
        format: str,
        type: Type,
        tensors: Sequence[Placed] = (),
        mark: str = "",
        head: bool = False,
        keys: Sequence[str] = (),
    ) -> None:
        self.format, self.type, self.tensors, self.mark, self.head = format, type, tuple(tensors), mark, head
        self.keys = tuple(keys)


class Placed:
    """One tensor of a file: the bytes from `start` to `stop` hold its elements.

    `stored` is its dtype in the file, as numpy writes it (`<f4`) or safetensors does (`F32`); `dtype` the one it is
    loaded as. `fortran` where the first axis is the fastest.
    """

    __slots__ = ("dtype", "fortran", "name", "shape", "start", "stop", "stored")

    def __init__(
        self,
        name: str,
        stored: str,
        dtype: DType,
        shape: tuple[int, ...],
        start: int,
        stop: int,
        fortran: bool = False,
    ) -> None:
        self.name, self.stored, self.dtype, self.shape = name, stored, dtype, shape
        self.start, self.stop, self.fortran = start, stop, fortran


class Unfit:
    """Why a format cannot hold a tensor: the code of the error, and what it cannot: "hold bf16"."""

    __slots__ = ("code", "fault")

    def __init__(self, code: str, fault: str) -> None:
        self.code, self.fault = code, fault


def _nothing() -> None:
    pass
