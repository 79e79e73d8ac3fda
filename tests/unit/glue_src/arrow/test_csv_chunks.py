"""An object is cut into chunks of whole records, whatever the sizes; none is lost and none comes twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from glue_src.arrow.csv_chunks import CsvChunk, CsvChunkReader

_LINES = st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b"")), min_size=1)


def read_all(content: bytes, chunk_bytes: int, overlap: int) -> tuple[list[CsvChunk], list[tuple[int, int]]]:
    """Return all chunks, and the ranges that were asked for."""
    ranges = []

    def read_range(first: int, end: int) -> bytes:
        ranges.append((first, end))
        assert first < len(content), f"S3 refuses a range that begins behind the object's end: {first}"
        return content[first:end]

    reader = CsvChunkReader(read_range, len(content), chunk_bytes, overlap)
    return [reader.read(number) for number in range(reader.count)], ranges


@given(_LINES, st.booleans(), st.integers(1, 60), st.integers(1, 50))
def test_chunks_are_the_object_without_its_header(
    lines: list[bytes],
    ends_in_line_feed: bool,
    chunk_bytes: int,
    overlap: int,
) -> None:
    content = b"\n".join(lines) + b"\n" * ends_in_line_feed
    records = content.partition(b"\n")[2]
    chunks, _ = read_all(content, chunk_bytes, overlap)
    found = [chunk.buffer().to_pybytes() for chunk in chunks]
    assert b"".join(found) == records
    assert all(part.endswith(b"\n") for part in list(filter(None, found))[:-1])
    assert [content[chunk.offset :][: chunk.end - chunk.start] for chunk in chunks] == found


def test_a_chunk_is_one_request_unless_a_record_is_longer_than_the_overlap() -> None:
    assert len(read_all(b"h\n" + b"x" * 9 + b"\n" + b"y" * 9 + b"\n", 11, 11)[1]) == 2
    _, ranges = read_all(b"h\n" + b"x" * 1000 + b"\n", 500, 10)
    assert ranges[:6] == [(0, 510), (510, 530), (530, 570), (570, 650), (650, 810), (810, 1003)]
