"""A folder in the place of a bucket, and what the tests of the Arrow engine do with it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from glue_src.storage import StoredObject

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


@dataclass
class FolderBucket:
    """What the engine needs of ``glue_src.storage.Bucket``, on local files; notes requests for content."""

    root: Path
    ranges: list[tuple[int, int]] = field(default_factory=list)
    keys_read: list[str] = field(default_factory=list)

    def list(self, prefix: str) -> Iterator[StoredObject]:
        for path in sorted(self.root.rglob("*")):
            key = path.relative_to(self.root).as_posix()
            if path.is_file() and key.startswith(prefix):
                yield StoredObject(key, path.stat().st_size)

    def find(self, key: str) -> StoredObject | None:
        path = self.root / key
        return StoredObject(key, path.stat().st_size) if path.is_file() else None

    def read_range(self, key: str, first: int, end: int) -> bytes:
        self.ranges.append((first, end))
        self.keys_read.append(key)
        with (self.root / key).open("rb") as file:
            file.seek(first)
            content = file.read(end - first)
        assert content, f"S3 refuses a range that begins behind the object's end: {first}"
        return content

    def put(self, key: str, content: bytes) -> None:
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def put_file(self, path: Path, key: str) -> None:
        (self.root / key).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, self.root / key)

    def delete(self, keys: Iterable[str]) -> None:
        for key in keys:
            (self.root / key).unlink()
