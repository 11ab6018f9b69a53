"""Storing tensors: whether a format can hold them, and the writing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tcalc.errors import TcalcError
from tcalc.files.errors import bad_file, quoted
from tcalc.files.formats import FORMATS, REFUSED, ending, one_of
from tcalc.types.tensor import UNKNOWN_TYPE, TensorType, TupleType, UnknownType, kind_of, shaped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tcalc.files.data import Parts
    from tcalc.files.formats import Format
    from tcalc.files.replacing import Replacement
    from tcalc.types.dtypes import DType
    from tcalc.types.tensor import Type

#: The formats that carry dtype and shape as they are.
_EXACT = (".npy", ".safetensors")


def check_path(path: str) -> None:
    """Raises `io` where the name of a file tells no format."""
    if path == "-":
        raise TcalcError("io", "save writes files; what is shown goes to standard output")
    if ending(path) not in FORMATS:
        said = "would be a pickle, which tcalc never writes" if ending(path) in REFUSED else "tells no format"
        raise TcalcError("io", f"{quoted(path)} {said}: end it in {one_of(FORMATS)}")


def check_type(path: str, type: Type) -> None:
    """Raises `type`, `dtype` or `shape` where the format of a path cannot hold a value; nothing is touched."""
    if isinstance(type, UnknownType):
        return
    form = FORMATS[ending(path)]
    if isinstance(type, TupleType):
        if not type.items:
            raise TcalcError("type", "there is nothing in the tuple to save")
        if not form.NAMED:
            named = [each for each, other in FORMATS.items() if other.NAMED]
            raise TcalcError("type", f"a {ending(path)} file holds one tensor, and this is {kind_of(type)}", notes=[
                f"{one_of(named)} can hold it"
            ])  # fmt: skip
    for item in type.items if isinstance(type, TupleType) else (type,):
        if isinstance(item, TupleType):
            raise TcalcError("type", f"a file holds tensors, and {item} in this is a tuple")
        if isinstance(item, TensorType):
            _check_tensor(form, path, item)
        elif not isinstance(item, UnknownType):
            raise TcalcError("type", f"save takes a tensor or a tuple of tensors, and this is {kind_of(item)}")


def _check_tensor(form: Format, path: str, type: TensorType) -> None:
    plain = TensorType(type.dtype, type.axes)
    found = form.unfit(plain)
    if found is not None:
        able = [each for each, other in FORMATS.items() if other.unfit(plain) is None]
        raise TcalcError(
            found.code,
            f"a {ending(path)} file cannot {found.fault}",
            notes=[f"{one_of(able)} can"] if able else [],
        )


def type_kept(path: str, type: Type, names: Sequence[str]) -> Type:
    """What `load` will give of a value that was saved under a path, as far as that is known."""
    if ending(path) not in _EXACT:
        return UNKNOWN_TYPE
    if isinstance(type, TensorType):
        return shaped(type.dtype, *type.shape) if type.is_settled else UNKNOWN_TYPE
    if not isinstance(type, TupleType):
        return UNKNOWN_TYPE
    items = [type_kept(path, item, ()) for item in type.items]
    if any(isinstance(item, UnknownType) for item in items):
        return UNKNOWN_TYPE
    return items[0] if len(items) == 1 else TupleType(tuple(items), tuple(names))


def write(replacement: Replacement, path: str, parts: Parts, default_float: DType) -> None:
    """All of a file; `parts` fit its format. Raises `io`, and what the replacement's `tick` raises."""
    try:
        FORMATS[ending(path)].write(replacement, parts, default_float)
        replacement.finish()
    except MemoryError:
        raise bad_file(path, "can't be written: there is no memory left for a piece of it") from None
