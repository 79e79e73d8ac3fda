"""How large the row groups of a curated file, and the pages in them, are to be."""

from __future__ import annotations

from typing import Final

_MEBIBYTE: Final = 1024 * 1024

#: In a file of so many, a week of a year's rows is in three or four: little of what is fetched is not asked for.
_WANTED: Final = 64
#: In bytes before encoding. Smaller ones cost more to open than is saved; larger ones must fit the memory of readers.
_LEAST: Final = 4 * _MEBIBYTE
LARGEST_ROW_GROUP: Final = 16 * _MEBIBYTE

#: In bytes before compression. What is compressed at once fits a processor's cache: a megabyte takes a fifth longer and
#: saves a twentieth. Readers that know the index of pages skip more of them, too.
PAGE_BYTES: Final = 128 * 1024
#: The same for narrow columns, of which so many bytes would be a whole row group's: of a file with a year in it, a week
#: is then found to a twentieth part.
PAGE_ROWS: Final = 1_000


def row_group_bytes(csv_bytes: int) -> int:
    """Return how many bytes before encoding a row group of the Parquet of a CSV of ``csv_bytes`` bytes should hold."""
    return max(_LEAST, min(LARGEST_ROW_GROUP, csv_bytes // _WANTED))
