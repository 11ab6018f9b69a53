"""The line above the first prompt."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tcalc import __version__

if TYPE_CHECKING:
    from tcalc.settings import Settings
    from tcalc.show.palette import Style


def banner(settings: Settings, style: Style, width: int) -> str:
    """`tcalc 0.1.0 · torch 2.13 · cpu · f32    :help   :demo   Ctrl-D leaves`, on two lines where one is too short.

    Where that is too short too, the last facts are left out.
    """
    torch = torch_version()
    facts = [f"tcalc {__version__}", f"torch {torch}" if torch else "", settings.device, settings.default_float.name]
    facts = [fact for fact in facts if fact]
    while len(" · ".join(facts)) > width and facts[1:]:
        facts.pop()
    what = style.prose(" · ".join(facts))
    how = ":help   :demo   Ctrl-D leaves"
    how = how if len(how) <= width else how.partition(" ")[0]
    gap = "    " if len(what) + 4 + len(how) < width else "\n"
    return style.paint("dim", what) + gap + style.paint("dim", how)


def torch_version() -> str:
    """Major and minor version of the torch that is installed, read from its file; torch is not imported for it."""
    from importlib.util import find_spec

    spec = find_spec("torch")
    if spec is None or spec.origin is None:
        return ""
    try:
        with open(os.path.join(os.path.dirname(spec.origin), "version.py"), encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("__version__"):
                    number = line.partition("=")[2].strip(" '\"\n")
                    return ".".join(number.partition("+")[0].split(".")[:2])
    except (OSError, ValueError):
        pass
    return ""
