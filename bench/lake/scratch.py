"""How much room on disk a program takes for what is between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
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

    thread = Thread(target=look, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        ended.set()
        thread.join()


def bytes_below(folder: Path) -> int:
    """Return the size of all files below a folder; those that vanish meanwhile have none."""
    return sum(map(_size, folder.rglob("*")))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except FileNotFoundError:
        return 0
