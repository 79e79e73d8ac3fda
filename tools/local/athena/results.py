"""A query's result in the bucket, as Athena keeps it: CSV with every cell in quotes, a null an empty cell without any.

What does not select (SHOW, DESCRIBE, EXPLAIN) has a text file without a header, cells with tabs between them.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from contract.units import MIB
from ops.exports import csv_record

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Cells = Sequence[str | None]

#: Of a record: a cell in quotes, or nothing, and what ends it.
_CELL: Final = re.compile(r'(?:"((?:[^"]|"")*)")?(?:,|$)')
_CHUNK: Final = 64 * 1024
_IN_MEMORY: Final = 8 * MIB


@dataclass(frozen=True)
class Result:
    """Where a result lies, and whether it is a CSV; ``encryption`` is what S3 is told when it is written."""

    uri: str
    is_csv: bool
    encryption: dict[str, str]

    @property
    def _place(self) -> tuple[str, str]:
        parts = urlsplit(self.uri, allow_fragments=False)
        return parts.netloc, parts.path.lstrip("/")

    def write(self, s3: S3Client, header: Sequence[str], rows: Iterable[Cells]) -> int:
        """Write a whole result and return its rows, without the header; raises what boto3 does."""
        count, (bucket, key) = 0, self._place
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
            if self.is_csv:
                file.write(csv_record(header).encode())
            for row in rows:
                line = csv_record(row) if self.is_csv else "\t".join(cell or "" for cell in row) + "\n"
                file.write(line.encode())
                count += 1
            file.seek(0)
            s3.upload_fileobj(file, bucket, key, ExtraArgs=dict(self.encryption))
        return count

    def page(self, s3: S3Client, token: str | None, rows: int) -> tuple[list[Cells], str | None]:
        """Return so many rows from a token on, the header among them, and the next page's token, if there is one.

        Raises:
            ValueError: that is no token of a page.
            botocore.exceptions.ClientError: the result is not there any more.
        """
        start, (bucket, key) = int(token or 0), self._place
        size = s3.head_object(Bucket=bucket, Key=key)["ContentLength"]
        if start >= size:
            return [], None
        body: Any = s3.get_object(Bucket=bucket, Key=key, Range=f"bytes={start}-")["Body"]
        found: list[Cells] = []
        with closing(body):
            for record in _records(body.iter_chunks(_CHUNK), quoted=self.is_csv):
                if len(found) == rows:
                    return found, str(start)
                start += len(record) + 1
                found.append(_cells(record.decode()) if self.is_csv else record.decode().split("\t"))
        return found, None


def _records(chunks: Iterable[bytes], *, quoted: bool) -> Iterator[bytes]:
    """Yield records without their line feeds; one inside quotes ends none."""
    rest, record = b"", b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            record += line
            if quoted and record.count(b'"') % 2:
                record += b"\n"
            else:
                yield record
                record = b""


def _cells(record: str) -> Cells:
    cells: list[str | None] = []
    place = 0
    while place <= len(record):
        found = _CELL.match(record, place)
        if found is None:
            message = f"a result's record is damaged at its character {place + 1}"
            raise ValueError(message)
        cells.append(None if found[1] is None else found[1].replace('""', '"'))
        # What ends the last cell is nothing.
        place = found.end() if found[0].endswith(",") else len(record) + 1
    return cells
