"""Looks for words in content of any format, in bounded memory: what is packed is unpacked, what is encoded decoded."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

import pyarrow as pa
from pyarrow import parquet
from pyiceberg.avro.file import AvroFile
from pyiceberg.io import InputFile, InputStream
from pyiceberg.typedef import Record

from contract.units import MIB
from ops.person.columns import cells_with, texts_of
from ops.person.listing import UnreadError

if TYPE_CHECKING:
    from ops.person.words import Words

_HEAD_BYTES: Final = 8 * 1024
_PIECE_BYTES: Final = MIB
_ROWS_AT_ONCE: Final = 16_384
#: What is packed deeper is not looked for: no program of the platform packs so.
_DEEPEST: Final = 4
#: An Avro file is decoded as a whole; Iceberg's writers begin a new manifest at 8 MiB.
_MOST_AVRO: Final = 256 * MIB
#: Beyond this, what cannot be read from its beginning to its end goes through a temporary file.
_MOST_IN_MEMORY: Final = 32 * MIB
#: What decoders raise where content is damaged, cut off or no such format at all.
DAMAGED: Final = (
    *(OSError, ValueError, EOFError, KeyError, IndexError, TypeError, AssertionError, NotImplementedError),
    *(RuntimeError, pa.ArrowException, zipfile.BadZipFile, zlib.error, lzma.LZMAError),
)


@dataclass
class Found:
    """What one object holds: how often each word, and what it is made of, by format.

    ``begun`` are identifiers whose beginning is a bound in a manifest, with the files that the bound may be about.
    """

    counts: Counter[int] = field(default_factory=Counter)
    formats: Counter[str] = field(default_factory=Counter)
    begun: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)


class Scanner:
    """Looks for some words in one object's content."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.found = Found()

    def scan(self, stream: io.BufferedReader, depth: int = 0) -> None:
        """Look through a stream, and what is packed in it.

        Raises:
            UnreadError: some of it cannot be read.
        """
        if depth > _DEEPEST:
            message = "it is packed too deep"
            raise UnreadError(message)
        name = format_of(stream.peek(_HEAD_BYTES)[:_HEAD_BYTES])
        self.found.formats[name] += 1
        if name in _OPAQUE.values():
            message = f"its format ({name}) cannot be decoded"
            raise UnreadError(message)
        try:
            self._scan_as(name, stream, depth)
        except DAMAGED as error:
            message = f"it cannot be decoded as {name} ({type(error).__name__})"
            raise UnreadError(message) from error

    def _scan_as(self, name: str, stream: io.BufferedReader, depth: int) -> None:
        if name in UNPACKED:
            self.scan(unpacked(name, stream), depth + 1)
        elif name == PARQUET:
            with in_any_order(stream, depth) as file:
                self._parquet(file)
        elif name == AVRO:
            self._avro(stream)
        elif name == ZIP:
            with in_any_order(stream, depth) as file:
                self._zip(file, depth)
        else:
            self._bytes(stream, binary=name == BINARY)

    def text(self, text: str | bytes) -> None:
        """Look through a short text."""
        content = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
        self.found.counts.update(each.word for each in self.words.within(content))

    def _bytes(self, stream: io.BufferedReader, *, binary: bool) -> None:
        """Look through pieces that overlap, so that a word on a border is found, and found once."""
        reach = self.words.reach
        buffer, first = b"", 0
        while True:
            piece = stream.read(_PIECE_BYTES)
            buffer += piece
            until = max(first, len(buffer) - reach) if piece else len(buffer)
            self.found.counts.update(each.word for each in self.words.within(buffer, first, until, binary=binary))
            if not piece:
                return
            kept = max(0, until - reach)
            buffer, first = buffer[kept:], until - kept

    def _parquet(self, stream: Any) -> None:
        with parquet.ParquetFile(stream) as file:
            metadata = file.metadata
            texts = [entry.name for entry in file.schema_arrow if pa.types.is_string(entry.type)]
        # As dictionaries: a page of them may have a value that no row has any more.
        with parquet.ParquetFile(stream, metadata=metadata, read_dictionary=texts) as file:
            for key, value in (metadata.metadata or {}).items():
                self.text(key)
                self.text(value)
            for group in range(metadata.num_row_groups):
                self._statistics(metadata.row_group(group))
                for batch in file.iter_batches(_ROWS_AT_ONCE, row_groups=[group]):
                    for column in batch.columns:
                        for texts in texts_of(column):
                            self.found.counts.update(word for _, word in cells_with(texts, self.words))

    def _statistics(self, group: Any) -> None:
        """Look through the least and greatest values that a Parquet file says of a column's part."""
        for index in range(group.num_columns):
            statistics = group.column(index).statistics
            if statistics is not None and statistics.has_min_max:
                for value in {statistics.min, statistics.max}:
                    if isinstance(value, str | bytes):
                        self.text(value)

    def _avro(self, stream: io.BufferedReader) -> None:
        content = stream.read(_MOST_AVRO + 1)
        if len(content) > _MOST_AVRO:
            message = "it is an Avro file too large to decode"
            raise UnreadError(message)
        with AvroFile[Record](_Whole(content)) as file:
            for key, value in file.header.meta.items():
                self.text(key)
                self.text(value)
            for record in file:
                self._record(record)

    def _record(self, record: Record) -> None:
        """Look through a manifest's entry; bounds of columns are bytes, maybe cut off."""
        values = list(_leaves(record))
        for value in values:
            begun = self.words.begun_by(value) if isinstance(value, bytes) else ()
            if begun:
                addresses = tuple(each for each in values if isinstance(each, str) and each.startswith("s3://"))
                self.found.begun += [(word, addresses) for word in begun]
            else:
                self.text(value)

    def _zip(self, stream: Any, depth: int) -> None:
        with zipfile.ZipFile(stream) as archive:
            self.text(archive.comment)
            for entry in archive.infolist():
                self.text(entry.filename)
                self.text(entry.comment)
                with archive.open(entry) as packed:
                    self.scan(io.BufferedReader(cast("Any", packed), _PIECE_BYTES), depth + 1)


def _leaves(value: Any) -> Iterator[str | bytes]:
    if isinstance(value, str | bytes):
        yield value
    elif isinstance(value, Record):
        for part in value._data:  # noqa: SLF001 - what it is made of, whatever its schema
            yield from _leaves(part)
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from _leaves(key)
            yield from _leaves(entry)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _leaves(part)


class _Whole(InputFile):
    """A file's content as PyIceberg reads one."""

    def __init__(self, content: bytes) -> None:
        super().__init__("content")
        self._content = content

    def __len__(self) -> int:
        return len(self._content)

    def exists(self) -> bool:
        """Return that it is there."""
        return True

    def open(self, seekable: bool = True) -> InputStream:  # noqa: ARG002, FBT001, FBT002 - PyIceberg's own signature
        """Return the content."""
        return io.BytesIO(self._content)


PARQUET: Final = "Parquet"
AVRO: Final = "Avro"
ZIP: Final = "ZIP"
TEXT: Final = "text"
BINARY: Final = "binary"
_MAGIC: Final = {b"PAR1": PARQUET, b"Obj\x01": AVRO, b"PK\x03\x04": ZIP, b"PK\x05\x06": ZIP}
_OPAQUE: Final = {b"ORC": "ORC", b"7z\xbc\xaf\x27\x1c": "7z", b"\xff\x06\x00\x00sNaPpY": "snappy", b"PARE": "PARE"}
_PACKED: Final = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"\x04\x22\x4d\x18": "lz4",
    b"\xfd7zXZ\x00": "xz",
}


def _by_arrow(codec: str) -> Callable[[io.BufferedReader], Any]:
    return lambda stream: pa.CompressedInputStream(pa.PythonFile(stream, mode="r"), codec)


UNPACKED: Final[dict[str, Callable[[io.BufferedReader], Any]]] = {
    "gzip": lambda stream: gzip.GzipFile(fileobj=stream),
    "zstd": _by_arrow("zstd"),
    "bzip2": bz2.BZ2File,
    "lz4": _by_arrow("lz4"),
    "xz": lzma.LZMAFile,
}


def unpacked(name: str, stream: io.BufferedReader) -> io.BufferedReader:
    """Return what a stream of one of the formats UNPACKED holds."""
    return io.BufferedReader(UNPACKED[name](stream), _PIECE_BYTES)


def format_of(head: bytes) -> str:
    """Return the format of content by its first bytes."""
    for magic, name in (_MAGIC | _PACKED | _OPAQUE).items():
        if head.startswith(magic):
            return name
    try:
        head.decode()
    except UnicodeDecodeError as error:
        # The last character may be cut off.
        if error.start < len(head) - 3:
            return BINARY
    return BINARY if b"\0" in head else TEXT


@contextmanager
def in_any_order(stream: io.BufferedReader, depth: int) -> Iterator[Any]:
    """Give a stream that can be read in any order: itself, or a temporary file that nobody else can open."""
    if depth == 0:
        yield stream
        return
    with tempfile.SpooledTemporaryFile(max_size=_MOST_IN_MEMORY) as copy:
        while piece := stream.read(_PIECE_BYTES):
            copy.write(piece)
        copy.seek(0)
        yield copy
