"""Texts that CSV readers stumble over: for the proofs that every reader gives back what ETL-1 wrote."""

from __future__ import annotations

from typing import Final

from hypothesis import strategies as st

NASTY_TEXTS: Final = (
    *("", " ", "  leading", "trailing  ", "\ttab\t", "\u3000", "null", "NULL", "None", "nan", "NaN", "NA", "N/A"),
    *("<NA>", "\\N", "N", "-", "#comment", "#", "#N/A", "'", "007", "+1", "-0", "1e5", "0x1F", "1_000", "inf", "true"),
    *("=1+1", "2026-01-31", "04:30", "a;b", "a\tb", "user_id", "USER#1", "a,b", ",", '",', ',"', '","', '"', '""'),
    *('"""', 'a "quoted" word', '"whole"', ' "after a space"', '"open', 'shut"', '\\"', '"\\', '\\",', "a|b || c: d"),
    *("\n", "\r", "\r\n", "\0", "a\0b", "\\", "\\\\", "\\" * 7, "\\n", "\\r", "\\0", "\\\n", "\\\\n", "\n\\n"),
    *("C:\\new\\report\\0", "\\u0041", "\u2028line\u2029paragraph", "\u0085", "\x0b\x0c\x1a\x1c\x1d\x1e\x1f\x7f"),
    *(
        "\x00\x01",
        "\x08\x1b[0m",
        "\ufeffBOM",
        "\ufeff",
        "\u200b",
        "¿Qué?\n¡Así!",
        "😀",
        "👩‍👩‍👧‍👦",
        "e\u0301 é",
        "مرحبا",
    ),
    *("Ελλάδα", "中文\uff0c«引号»", "नमस्ते", "\U0010ffff", "\ufffe\uffff", "$1 \\1 ${x}", "%n"),
)
#: Each about the 400 KB that an item can have.
HUGE_TEXTS: Final = ("é" * 200_000, '"' * 400_000, "," * 400_000, "\\" * 400_000, '\\\n"\r\0,' * 60_000)

_PLAIN = st.characters(exclude_categories=["Cs"])
_TELLING = st.sampled_from('\\\\\\\\nr0"",\n\r\0 \t#\x0b\x0c\x1c\x85\u2028\ufeff😀ñ')
#: Any text that UTF-8 can hold, with what means something to a CSV reader much more often than chance would have it.
TEXTS: Final = st.text(_PLAIN | _TELLING) | st.text(_TELLING) | st.sampled_from(NASTY_TEXTS)
CELLS: Final = st.none() | TEXTS


def rows_of_cells(width: int, *, min_size: int = 0) -> st.SearchStrategy[list[tuple[str | None, ...]]]:
    """Rows of ``width`` cells each."""
    return st.lists(st.tuples(*[CELLS] * width), min_size=min_size, max_size=12)
