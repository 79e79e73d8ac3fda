"""How much room on disk a program takes for what is between."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Final

import psutil

#: How the kernel marks the name that an open file had.
_DELETED: Final = " (deleted)"
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
            watch.most_bytes = max(watch.most_bytes, bytes_below(folder) + bytes_without_name(folder))

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


def bytes_without_name(folder: Path) -> int:
    """Return the size of files below a folder that were deleted while this process or a child has them open.

    They take room until they are closed: https://man7.org/linux/man-pages/man5/proc_pid_fd.5.html
    """
    found: dict[str, int] = {}
    here = psutil.Process()
    for process in (here, *here.children(recursive=True)):
        for link in _links(Path(f"/proc/{process.pid}/fd")):
            with suppress(FileNotFoundError):
                target = str(link.readlink())
                if target.startswith(f"{folder}/") and target.endswith(_DELETED):
                    # Two processes may have the same file.
                    found[target] = link.stat().st_size
    return sum(found.values())


def _links(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, ProcessLookupError):
        return []


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
