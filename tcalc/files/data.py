"""What goes between a format and those who open and use files: an open input, and the numbers read from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.types.dtypes import F32

if TYPE_CHECKING:
    from array import array
    from io import BufferedReader, BytesIO

    from tcalc.types.dtypes import DType
    from tcalc.types.tensor import TensorType


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


class Input:
    """An open regular file, or bytes that came through standard input, as a format reads it.

    `name` is how errors call it, `size` its length in bytes, `limit` the most bytes that its numbers may take in
    memory, `default_float` the dtype of numbers whose file names none.
    """

    __slots__ = ("default_float", "file", "limit", "name", "size")

    def __init__(
        self,
        file: BufferedReader | BytesIO,
        size: int,
        name: str,
        default_float: DType | None = None,
        limit: int | None = None,
    ) -> None:
        self.file, self.size, self.name, self.limit = file, size, name, limit
        self.default_float = default_float or F32
