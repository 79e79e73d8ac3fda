"""An object is cut into pieces of whole records, whatever the sizes; none is lost and none comes twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from glue_src.arrow.pieces import Piece, PieceReader

_LINES = st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b"")), min_size=1)


def read_all(content: bytes, piece_bytes: int, overlap: int) -> tuple[list[Piece], list[tuple[int, int]]]:
    """Return all pieces, and the ranges that were asked for."""
    ranges = []

    def read_range(first: int, end: int) -> bytes:
        ranges.append((first, end))
        assert first < len(content), f"S3 refuses a range that begins behind the object's end: {first}"
        return content[first:end]

    reader = PieceReader(read_range, len(content), piece_bytes, overlap)
    return [reader.read(number) for number in range(reader.count)], ranges


@given(_LINES, st.booleans(), st.integers(1, 60), st.integers(1, 50))
def test_pieces_are_the_object_without_its_header(
    lines: list[bytes],
    ends_in_line_feed: bool,
    piece_bytes: int,
    overlap: int,
) -> None:
    content = b"\n".join(lines) + b"\n" * ends_in_line_feed
    records = content.partition(b"\n")[2]
    pieces, _ = read_all(content, piece_bytes, overlap)
    found = [piece.buffer().to_pybytes() for piece in pieces]
    assert b"".join(found) == records
    assert all(part.endswith(b"\n") for part in list(filter(None, found))[:-1])
    assert [content[piece.offset :][: piece.end - piece.start] for piece in pieces] == found


def test_a_piece_is_one_request_unless_a_record_is_longer_than_the_overlap() -> None:
    assert len(read_all(b"h\n" + b"x" * 9 + b"\n" + b"y" * 9 + b"\n", 11, 11)[1]) == 2
    _, ranges = read_all(b"h\n" + b"x" * 1000 + b"\n", 500, 10)
    assert ranges[:6] == [(0, 510), (510, 530), (530, 570), (570, 650), (650, 810), (810, 1003)]
