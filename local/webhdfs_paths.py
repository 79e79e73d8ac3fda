"""Paths, directories and their status, as Hadoop's file systems know them and S3 does not."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Location:
    """A path taken apart. The key is empty for the bucket itself and never ends in a slash."""

    bucket: str
    key: str

    @classmethod
    def of(cls, path: str) -> Location:
        """Take ``/<bucket>/<key>`` apart.

        Raises:
            FileNotFoundError: the path names no bucket.
        """
        bucket, _, key = path.strip("/").partition("/")
        if not bucket:
            message = f"{path} names no bucket."
            raise FileNotFoundError(message)
        return cls(bucket, key)

    def __str__(self) -> str:
        return f"/{self.bucket}/{self.key}"

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.key.rpartition("/")[2]

    @property
    def prefix(self) -> str:
        """What the keys of everything in this directory begin with."""
        return f"{self.key}/" if self.key else ""

    @property
    def parent(self) -> Location:
        """The directory this lies in; the bucket's is the bucket itself."""
        return Location(self.bucket, self.key.rpartition("/")[0])

    def child(self, name: str) -> Location:
        """Return the location of ``name`` in this directory."""
        return Location(self.bucket, f"{self.prefix}{name}")

    def lineage(self) -> Iterator[Location]:
        """Yield this directory and those above it, the nearest first, without the bucket."""
        directory = self
        while directory.key:
            yield directory
            directory = directory.parent

    def holds(self, other: Location) -> bool:
        """Say whether ``other`` is this location or lies below it."""
        return other == self or (other.bucket == self.bucket and other.key.startswith(self.prefix))


@dataclass(frozen=True)
class FileStatus:
    """A file or directory: its name, its length in bytes, its modification time in milliseconds since 1970 (UTC)."""

    name: str
    is_directory: bool = False
    length: int = 0
    modified_milliseconds: int = 0


class EmptyDirectories:
    """The directories that were made and hold no object yet, which S3 has no way to say. Safe among threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locations: set[Location] = set()

    def remember(self, directory: Location) -> None:
        """Let a directory and those above it exist until an object or a deletion says otherwise."""
        with self._lock:
            self._locations.update(directory.lineage())

    def forget_above(self, file: Location) -> None:
        """Leave it to the object that now lies there to make its directories exist."""
        with self._lock:
            self._locations.difference_update(file.parent.lineage())

    def forget_below(self, directory: Location) -> None:
        """Forget ``directory`` and all below it."""
        with self._lock:
            self._locations = {location for location in self._locations if not directory.holds(location)}

    def below(self, directory: Location) -> list[Location]:
        """Return the remembered directories below ``directory``, itself among them."""
        with self._lock:
            return [location for location in self._locations if directory.holds(location)]
