"""Words in the columns of Arrow: one search through all of a column's bytes, then a look at the cells that it names."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from ops.person.words import Words


def texts_of(array: Any) -> Iterator[Any]:
    """Yield the arrays of text and bytes that an array is made of, as large binaries; numbers hold no words."""
    kind = array.type
    if isinstance(array, pa.ChunkedArray):
        for chunk in array.chunks:
            yield from texts_of(chunk)
    elif pa.types.is_dictionary(kind):
        yield from texts_of(array.dictionary)
    elif pa.types.is_struct(kind):
        for part in array.flatten():
            yield from texts_of(part)
    elif pa.types.is_map(kind):
        yield from texts_of(array.keys)
        yield from texts_of(array.items)
    elif pa.types.is_nested(kind):
        yield from texts_of(array.flatten())
    elif is_text(kind):
        yield array.cast(pa.large_binary())


def is_text(kind: Any) -> bool:
    """Tell whether a column's type is text or bytes."""
    return any(
        check(kind)
        for check in (
            pa.types.is_string,
            pa.types.is_large_string,
            pa.types.is_binary,
            pa.types.is_large_binary,
            pa.types.is_fixed_size_binary,
            pa.types.is_string_view,
            pa.types.is_binary_view,
        )
    )


def cells_with(texts: Any, words: Words) -> Iterator[tuple[int, int]]:
    """Yield row and word of each occurrence in an array of large binaries."""
    if len(texts) == 0:
        return
    _, offsets_buffer, content_buffer = texts.buffers()
    if content_buffer is None:
        return
    offsets = memoryview(offsets_buffer).cast("q")[texts.offset : texts.offset + len(texts) + 1]
    content = memoryview(content_buffer).cast("B")[offsets[0] : offsets[-1]]
    for row in dict.fromkeys(bisect_right(offsets, start + offsets[0]) - 1 for start in words.starts(content)):
        cell = content[offsets[row] - offsets[0] : offsets[row + 1] - offsets[0]].tobytes()
        yield from ((row, occurrence.word) for occurrence in words.within(cell))
