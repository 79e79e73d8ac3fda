"""An object is cut into pieces of whole records, whatever the sizes; none is lost and none comes twice."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from glue_src.arrow_pieces import Piece, PieceReader
from tests.unit.glue_src.arrow_folder import FolderBucket

if TYPE_CHECKING:
    from glue_src.storage import Bucket

_LINES = st.lists(st.binary(max_size=40).map(lambda line: line.replace(b"\n", b"")), min_size=1)


def read_all(bucket: FolderBucket, content: bytes, piece_bytes: int, overlap: int) -> list[Piece]:
    bucket.put("x.csv", content)
    reader = PieceReader(cast("Bucket", bucket), "x.csv", len(content), piece_bytes, overlap)
    return [reader.read(number) for number in range(reader.count)]


@settings(deadline=None)
@given(_LINES, st.booleans(), st.integers(1, 60), st.integers(1, 50))
def test_pieces_are_the_object_without_its_header(
    lines: list[bytes],
    ends_in_line_feed: bool,  # noqa: FBT001
    piece_bytes: int,
    overlap: int,
) -> None:
    content = b"\n".join(lines) + b"\n" * ends_in_line_feed
    records = content.partition(b"\n")[2]
    with tempfile.TemporaryDirectory() as name:
        pieces = read_all(FolderBucket(Path(name)), content, piece_bytes, overlap)
    found = [piece.buffer().to_pybytes() for piece in pieces]
    assert b"".join(found) == records
    assert all(part.endswith(b"\n") for part in list(filter(None, found))[:-1])
    assert [content[piece.offset :][: piece.end - piece.start] for piece in pieces] == found


def test_a_piece_is_one_request_unless_a_record_is_longer_than_the_overlap(tmp_path: Path) -> None:
    bucket = FolderBucket(tmp_path)
    read_all(bucket, b"h\n" + b"x" * 9 + b"\n" + b"y" * 9 + b"\n", piece_bytes=11, overlap=11)
    assert len(bucket.ranges) == 2
    bucket.ranges.clear()
    read_all(bucket, b"h\n" + b"x" * 1000 + b"\n", piece_bytes=500, overlap=10)
    first_piece = [(0, 510), (510, 530), (530, 570), (570, 650), (650, 810), (810, 1003)]
    assert bucket.ranges[:6] == first_piece
