"""The user's own cache: what is large, and the same for every clone of the project.

It lies in ``$XDG_CACHE_HOME/cat-data-platform``, by default ``~/.cache/cat-data-platform``. It may be removed at any
time: what is needed is fetched again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tools.local.locking import one_at_a_time

_NAME: Final = "cat-data-platform"


def cache_folder() -> Path:
    """Return the cache's folder, whether or not it exists."""
    base = os.environ.get("XDG_CACHE_HOME")
    return Path(base or Path.home() / ".cache") / _NAME


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """Return ``folder``, which ``make`` fills the first time, whole or not at all.

    Several processes may ask at once: one makes it, the others wait. ``make`` gets an empty folder, which is renamed
    to ``folder`` when it returns; what an interrupted process left is removed first.
    """
    if folder.is_dir():
        return folder
    with one_at_a_time(folder.with_name(f"{folder.name}.lock")):
        if not folder.is_dir():
            unfinished = folder.with_name(f"{folder.name}.part")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            make(unfinished)
            unfinished.rename(folder)
    return folder
