"""How much room on disk a program takes for what is between."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Final

_SECONDS_BETWEEN_LOOKS: Final = 0.2


@dataclass
class Watch:
    """What was found."""

    most_bytes: int = 0


@contextmanager
def watched(folder: Path) -> Iterator[Watch]:
    """Look at a folder now and then for as long as the block lasts, and remember the most that lay there."""
    watch, ended = Watch(), Event()

    def look() -> None:
        while not ended.wait(_SECONDS_BETWEEN_LOOKS):
            watch.most_bytes = max(watch.most_bytes, bytes_below(folder))

    with ThreadPoolExecutor(1) as beside:
        looking = beside.submit(look)
        try:
            yield watch
        finally:
            ended.set()
        looking.result()


def bytes_below(folder: Path) -> int:
    """Return the size of all files below a folder; files and folders that vanish meanwhile have none."""
    return sum(_size(Path(below, name)) for below, _, names in os.walk(folder) for name in names)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
