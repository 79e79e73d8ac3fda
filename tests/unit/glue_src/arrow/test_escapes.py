"""Escapes are undone exactly as ``contract.cells.restore`` undoes them, and refused where it refuses."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contract import cells
from glue_src.arrow.escapes import UnknownEscapeError, restore
from tests.csv_texts import HUGE_TEXTS, NASTY_TEXTS, TEXTS

#: What escapes are made of, and what is next to it.
_SYMBOLS = st.text(st.sampled_from('\\\\\\\\nr0N x"é'))


def expected(escaped: str) -> str | None:
    try:
        return cells.restore(escaped)
    except ValueError:
        return None


def found(escaped: str) -> str | None:
    try:
        (text,) = restore(pa.array([escaped])).to_pylist()
    except UnknownEscapeError:
        return None
    return str(text)


@settings(deadline=None)
@given(st.lists(st.none() | TEXTS))
def test_escaped_texts_come_back(texts: list[str | None]) -> None:
    escaped = [text if text is None else cells.escape(text) for text in texts]
    assert restore(pa.array(escaped, pa.string())).to_pylist() == texts


@settings(deadline=None)
@given(_SYMBOLS)
@example("\\")
@example("\\\\\\")
@example("\\\\n")
@example("\\\\\\n")
@example("\\n\\\\n\\\\\\n")
@example("x\\")
def test_any_text_is_restored_or_refused_as_the_contract_does(escaped: str) -> None:
    assert found(escaped) == expected(escaped)


def test_nasty_and_huge_texts_come_back() -> None:
    texts = [*NASTY_TEXTS, *HUGE_TEXTS, None]
    escaped = pa.array([text if text is None else cells.escape(text) for text in texts])
    assert restore(escaped).to_pylist() == texts


@pytest.mark.parametrize("cell", ["\\x", "text\\", "\\\\\\", "\\ n", "\\N", "\\\\n\\t"])
def test_one_unknown_escape_among_many_cells_is_found(cell: str) -> None:
    with pytest.raises(UnknownEscapeError):
        restore(pa.array(["plain", None, "\\n", cell, "\\\\"]))


def test_a_slice_is_restored_as_such() -> None:
    assert restore(pa.array(["a\\n", "b", "c\\\\n", None]).slice(1, 2)).to_pylist() == ["b", "c\\n"]
