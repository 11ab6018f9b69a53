"""How much memory there is."""

from __future__ import annotations

#: Below this many bytes nobody asks.
SMALL = 256 * 1024 * 1024
#: The part of what the machine has free that may be used.
SHARE = 0.9


def room(limit: int | None, held: int) -> int:
    """Bytes that may still be taken, of a limit with `held` in use, or of what the machine has free."""
    if limit is not None:
        return limit - held
    return int(available() * SHARE)


def available() -> int:
    """Bytes that the machine has free; a large number where it does not say."""
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            for line in lines:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    import os

    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return 2**62


def readable(count: int) -> str:
    """Bytes in words: `7.3 TiB`."""
    amount = float(count)
    for unit in ("B", "KiB", "MiB", "GiB", "TiB", "PiB"):
        if amount < 1024 or unit == "PiB":
            return f"{amount:.0f} {unit}" if unit == "B" or amount >= 100 else f"{amount:.1f} {unit}"
        amount /= 1024
    raise AssertionError


def parse(text: str) -> int:
    """`2G`, `512M`, `1.5GiB`, plain bytes. Raises ValueError."""
    units = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
    stripped = text.strip().lower().removesuffix("ib").removesuffix("b")
    unit = stripped[-1:] if stripped[-1:].isalpha() else ""
    count = float(stripped[: len(stripped) - len(unit)]) * units.get(unit, 0)
    if not 0 < count < 2**62:
        raise ValueError(text)
    return int(count)
