"""What a session is set to, as Python programs write it."""

from __future__ import annotations

from tcalc import memory as amounts
from tcalc.errors import TcalcError
from tcalc.settings import REWRITING, Settings
from tcalc.types import dtypes
from tcalc.types.dtypes import DType


def settings_of(
    dtype: object,
    seed: object,
    device: str,
    threads: object,
    memory: object,
    safe: bool,
    strict: bool,
    rewrites: object,
) -> Settings:
    """The settings that a caller's options are. Raises TcalcError."""
    settings = Settings(
        _default_float(dtype),
        device=device,
        memory=_bytes(memory),
        seed=_integer("seed", seed, -(2**63), 2**64),
        threads=_integer("threads", threads, 1, 2**16),
        safe=bool(safe),
        strict=bool(strict),
        rewrites=_rewrites(rewrites),
    )
    if device != "cpu":
        from tcalc.backend.engine import has_device

        if not has_device(device):
            raise TcalcError("value", f"there is no device {device}")
    return settings


def _default_float(dtype: object) -> DType:
    found = dtypes.lookup(str(dtype))
    if found is None or found.kind != "float":
        raise TcalcError("dtype", f"{dtype} is no float: f32, f64, f16 or bf16")
    return found


def _rewrites(value: object) -> bool | str:
    if not isinstance(value, str) or value not in REWRITING:
        *others, last = [f'"{word}"' for word in REWRITING]
        raise TcalcError("value", f"rewrites is {', '.join(others)} or {last}, and {value!r} is none of them")
    return REWRITING[value]


def _integer(name: str, value: object, least: int, end: int) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value < end:
        raise TcalcError("value", f"{name} is an integer from {least} to {end - 1}, and {value!r} is none")
    return int(value)


def _bytes(memory: object) -> int | None:
    if memory is None:
        return None
    try:
        return amounts.parse(str(memory))
    except (ValueError, OverflowError):
        raise TcalcError("value", f"{memory!r} is no amount of memory: 2**30, '512M' or '4G'") from None
