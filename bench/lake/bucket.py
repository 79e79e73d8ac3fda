"""A stand-in for the bucket: the machine's files, each of which is an object whose key is its path."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from glue_src.storage import Bucket, StoredObject
from glue_src.upload_parts import Piece, Slice

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NAME = "lake"
_ROOT = Path("/")


def key_of(path: Path | str) -> str:
    """Return the key of the object that a file is."""
    return str(Path(path).resolve().relative_to(_ROOT))


class FolderBucket(Bucket):
    """The methods of a bucket that an engine uses, on files."""

    def __init__(self, s3: S3Client | None = None) -> None:
        super().__init__(s3, NAME)  # type: ignore[arg-type]  # what is not overridden here needs S3, and is not used

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield all files below a folder."""
        for path in sorted(filter(Path.is_file, (_ROOT / prefix).rglob("*"))):
            yield StoredObject(key_of(path), path.stat().st_size)

    def find(self, key: str) -> StoredObject | None:
        """Return the file of that path, or None if there is none."""
        path = _ROOT / key
        return StoredObject(key, path.stat().st_size) if path.is_file() else None

    def read_range(self, key: str, first: int, end: int) -> bytes:
        """Return a file's bytes from ``first`` to before ``end``."""
        with (_ROOT / key).open("rb") as file:
            file.seek(first)
            return file.read(end - first)

    def put_file(self, path: Path, key: str) -> None:
        """Give the file a second name: the others write where their Parquet is to lie, and pay for no copy either."""
        target = _ROOT / key
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        os.link(path, target)

    def put_pieces(self, pieces: Iterable[Piece], key: str) -> None:
        """Write a file of pieces, slices of others by the kernel: S3 copies them itself too."""
        with (_ROOT / key).open("wb") as target:
            for piece in pieces:
                if isinstance(piece, Slice):
                    with (_ROOT / piece.key).open("rb") as source:
                        _copy(source.fileno(), target.fileno(), piece)
                else:
                    os.write(target.fileno(), piece)

    def delete(self, keys: Iterable[str]) -> None:
        """Delete files."""
        for key in keys:
            (_ROOT / key).unlink(missing_ok=True)


def _copy(source: int, target: int, piece: Slice) -> None:
    first = piece.first
    while first < piece.end:
        first += os.copy_file_range(source, target, piece.end - first, first)
