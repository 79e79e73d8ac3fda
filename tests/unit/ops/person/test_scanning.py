"""Planted words in every format and packing; damaged content is told, not passed over."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops.person import scanning
from ops.person.listing import UnreadError
from ops.person.scanning import Scanner
from ops.person.words import Words

PERSON, PLANTED = "user-0000000000000042", "a planted sentence"
TEXT = f"before {PERSON} and {PLANTED} after"


def scan(content: bytes, words: Words | None = None) -> Scanner:
    scanner = Scanner(words or Words([PERSON], [PLANTED]))
    scanner.scan(io.BufferedReader(io.BytesIO(content)))
    return scanner


def parquet_of(columns: dict[str, Any], **options: Any) -> bytes:
    written = io.BytesIO()
    pq.write_table(pa.table(columns), written, **options)
    return written.getvalue()


def zip_of(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return written.getvalue()


def by_arrow(codec: str) -> Callable[[bytes], bytes]:
    def pack(content: bytes) -> bytes:
        sink = pa.BufferOutputStream()
        with pa.CompressedOutputStream(sink, codec) as packed:
            packed.write(content)
        return bytes(sink.getvalue().to_pybytes())

    return pack


PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "text": bytes,
    "gzip": gzip.compress,
    "gzip in two parts": lambda content: gzip.compress(content[:10]) + gzip.compress(content[10:]),
    "zstd": by_arrow("zstd"),
    "zstd in two parts": lambda content: by_arrow("zstd")(content[:10]) + by_arrow("zstd")(content[10:]),
    "lz4": by_arrow("lz4"),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zip": lambda content: zip_of(("one.txt", b"nothing"), ("two.txt", content)),
    "zip, stored": lambda content: zip_of(("two.txt", content), method=zipfile.ZIP_STORED),
    "zip in zip": lambda content: zip_of(("inner.zip", zip_of(("two.txt", content)))),
    "gzip in zip": lambda content: zip_of(("two.gz", gzip.compress(content))),
    "parquet": lambda content: parquet_of({"text": [content.decode()]}),
    "parquet in gzip": lambda content: gzip.compress(parquet_of({"text": [content.decode()]})),
    "binary": lambda content: b"\0\xff\xfe" + content + b"\0",
}


@pytest.mark.parametrize("packing", PACKINGS)
def test_what_is_planted_is_found_in_every_packing(packing: str) -> None:
    # A Parquet file says a column's least and greatest value once more.
    times = 2 if "parquet" in packing else 1
    assert scan(PACKINGS[packing](TEXT.encode())).found.counts == {0: times, 1: times}
    assert scan(PACKINGS[packing](b"nothing of the kind")).found.counts == {}


@pytest.mark.parametrize("codec", ["none", "snappy", "gzip", "zstd", "lz4", "brotli"])
@pytest.mark.parametrize("dictionary", [True, False])
def test_every_page_of_a_parquet_file_is_decoded(codec: str, dictionary: bool) -> None:
    columns = {
        "text": [f"row {number}" for number in range(500)] + [PERSON] * 3,
        "nested": [[{"a": "x"}]] * 502 + [[{"a": PLANTED}]],
    }
    content = parquet_of(
        columns, compression=codec, use_dictionary=dictionary, row_group_size=100, write_statistics=False
    )
    # A text that repeats counts once in each part of the file.
    assert scan(content).found.counts == {0: 1, 1: 1}


def test_a_column_that_outgrew_its_dictionary_is_read_to_its_end() -> None:
    texts = [f"{number:0600}" for number in range(5000)] + [PERSON]
    content = parquet_of({"text": texts}, write_statistics=False, dictionary_pagesize_limit=50_000)
    assert scan(content).found.counts == {0: 1}


def test_a_dictionary_page_is_looked_through_where_no_row_has_the_value() -> None:
    unused = pa.DictionaryArray.from_arrays(pa.array([0, 0]), pa.array(["kept", PERSON]))
    content = parquet_of({"a": unused}, compression="none", write_statistics=False, store_schema=False)
    assert PERSON.encode() in content
    assert scan(content).found.counts == {0: 1}


def test_a_parquet_files_own_metadata_and_statistics_are_looked_through() -> None:
    table = pa.table({"a": ["x"]}).replace_schema_metadata({"note": PLANTED})
    written = io.BytesIO()
    pq.write_table(table, written)
    assert scan(written.getvalue()).found.counts[1] >= 1
    assert scan(parquet_of({"a": ["x", PERSON]})).found.counts[0] == 2, "the row, and the least value of its part"


def test_words_do_not_run_from_one_cell_into_the_next() -> None:
    words = Words(["user-1"], ["ab"])
    assert scan(
        parquet_of({"a": ["user-1", "2", "a", "b", "x", "user", "-1"]}, write_statistics=False), words
    ).found.counts == {0: 1}
    assert scan(parquet_of({"a": ["user-12"]}, write_statistics=False), words).found.counts == {}


@given(st.integers(0, 300), st.integers(1, 40))
def test_a_word_on_a_border_of_pieces_is_found_once(before: int, piece: int) -> None:
    words = Words(["user-1"], ["planted"])
    words.reach = 24
    content = b"." * before + b"user-1 planted user-12 xuser-1" + b"." * 50
    kept = scanning._PIECE_BYTES
    scanning._PIECE_BYTES = piece  # type: ignore[misc]
    try:
        assert scan(content, words).found.counts == {0: 1, 1: 1}
    finally:
        scanning._PIECE_BYTES = kept  # type: ignore[misc]


DAMAGED: dict[str, bytes] = {
    "gzip": gzip.compress(TEXT.encode() * 100)[:-9],
    "zstd": by_arrow("zstd")(TEXT.encode() * 100)[:-9],
    "lz4": by_arrow("lz4")(TEXT.encode() * 100)[:-9],
    "xz": lzma.compress(TEXT.encode() * 100)[:-9],
    "Parquet": parquet_of({"a": [TEXT]})[:-9],
    "Avro": b"Obj\x01" + b"\x02" * 20,
    "ZIP": zip_of(("a", TEXT.encode()))[:-9],
    "ORC": b"ORC" + b"\0" * 20,
}


@pytest.mark.parametrize("name", DAMAGED)
def test_what_cannot_be_decoded_is_told_without_its_content(name: str) -> None:
    with pytest.raises(UnreadError) as told:
        scan(DAMAGED[name])
    assert name in str(told.value)
    assert PERSON not in str(told.value)


def test_an_encrypted_archive_is_not_read() -> None:
    content = bytearray(zip_of(("a", TEXT.encode())))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(magic) + offset] |= 1
    with pytest.raises(UnreadError, match="ZIP"):
        scan(bytes(content))


def test_json_is_read_with_its_escapes() -> None:
    words = Words(['Zoë "x"'])
    assert scan(json.dumps({"a": 'Zoë "x"'}).encode(), words).found.counts == {0: 1}


@pytest.mark.parametrize("others", [0, 500, 2_000])
def test_as_many_as_there_are_each_is_found_in_columns_and_texts(others: int) -> None:
    odd = 'Zoë "O\'Hara", 100%/a\\b\n#=😀'
    words = Words([odd, PERSON, *(f"other-{number}" for number in range(others))])
    for content in (
        parquet_of({"a": ["x", odd, f"{PERSON}!", None]}, write_statistics=False),
        f"{odd} {PERSON}".encode(),
    ):
        assert scan(content, words).found.counts == {0: 1, 1: 1}
