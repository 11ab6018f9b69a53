"""For all tests: no deadlines (a first call may build the parser's tables), and a cache of their own."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

# Programs that tests start keep what was compiled of them: else each compiles all of tcalc anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

settings.register_profile("tcalc", deadline=None)
settings.load_profile("tcalc")


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What tests write to the user's cache goes to their temporary folder, in child processes too."""
    os.environ["XDG_CACHE_HOME"] = str(tmp_path_factory.mktemp("cache"))
