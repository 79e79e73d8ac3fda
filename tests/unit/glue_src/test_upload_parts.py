"""Parts that S3 takes: all but the last have 5 MiB or more, and together they are the pieces, byte by byte."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glue_src.upload_parts import COPY_BYTES, LEAST_PART_BYTES, Copied, Part, Piece, Slice, parts_of

LEAST = LEAST_PART_BYTES
_SIZES = st.integers(0, 3 * LEAST) | st.sampled_from([1, LEAST - 1, LEAST, LEAST + 1, 2 * LEAST, COPY_BYTES + 1])
_SLICES = st.builds(
    lambda number, first, size: Slice(f"part-{number}", first, first + size),
    st.integers(0, 3),
    st.integers(0, 9),
    _SIZES,
)
_PIECES = st.lists(_SLICES | st.binary(max_size=9), max_size=8)


def pieces_in(part: Part) -> tuple[Piece, ...]:
    return (part.slice,) if isinstance(part, Copied) else part.pieces


def spelled_out(pieces: list[Piece]) -> list[tuple[str | bytes, int, int]]:
    """Return pieces so that those which are cut apart, and those which are not, look alike."""
    found: list[tuple[str | bytes, int, int]] = []
    for piece in pieces:
        if isinstance(piece, bytes):
            found += [(piece, 0, 0)] if piece else []
        elif len(piece):
            joins = found and found[-1][0] == piece.key and found[-1][2] == piece.first
            first = found.pop()[1] if joins else piece.first
            found.append((piece.key, first, piece.end))
    return found


@settings(deadline=None)
@given(_PIECES)
def test_parts_are_the_pieces_and_none_is_too_small(pieces: list[Piece]) -> None:
    parts = parts_of(pieces)
    assert spelled_out([piece for part in parts for piece in pieces_in(part)]) == spelled_out(pieces)
    sizes = [sum(map(len, pieces_in(part))) for part in parts]
    assert all(size >= LEAST for size in sizes[:-1])
    assert all(size <= COPY_BYTES for size in sizes)


@settings(deadline=None)
@given(_PIECES)
def test_no_more_is_read_than_must_be(pieces: list[Piece]) -> None:
    """A part is uploaded with what it lacks to be large enough, and what is large enough is copied."""
    sent = [part.pieces for part in parts_of(pieces) if not isinstance(part, Copied)]
    assert all(sum(map(len, part[:-1])) < LEAST and len(part[-1]) < LEAST + 9 for part in sent)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([LEAST - 1], ["sent"]),
        ([LEAST], ["copied"]),
        ([LEAST, LEAST, 9], ["copied", "copied", "sent"]),
        ([LEAST - 1, LEAST], ["sent", "sent"]),
        ([LEAST - 1, LEAST + 1], ["sent", "copied"]),
        ([1, 1, 1], ["sent"]),
        ([COPY_BYTES], ["copied"]),
        ([COPY_BYTES + 1], ["copied", "copied"]),
    ],
)
def test_what_is_copied_and_what_is_sent(sizes: list[int], expected: list[str]) -> None:
    parts = parts_of(Slice(str(number), 4, 4 + size) for number, size in enumerate(sizes))
    assert ["copied" if isinstance(part, Copied) else "sent" for part in parts] == expected
