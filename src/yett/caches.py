"""Where yett keeps what it may forget."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping


def folder(environment: Mapping[str, str]) -> str:
    """yett's own folder among the user's caches: below `$XDG_CACHE_HOME` or `~/.cache`, on macOS `~/Library/Caches`, on
    Windows `%LOCALAPPDATA%`. "" where that is no absolute path: it might be in what is scanned."""
    home = environment.get("HOME", "")
    if sys.platform == "win32":
        base = environment.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = os.path.join(home, "Library", "Caches")
    else:
        base = environment.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    return os.path.join(base, "yett") if os.path.isabs(base) else ""


def compiled(environment: Mapping[str, str]) -> str:
    """The folder for what takes long to compile; "" where there is to be none."""
    own = "" if in_ci(environment) else folder(environment)
    return os.path.join(own, "compiled") if own else ""


def in_ci(environment: Mapping[str, str]) -> bool:
    """Whether this is a pipeline, where a cache may have been filled by somebody's change."""
    return environment.get("CI", "").lower() not in ("", "0", "false")
