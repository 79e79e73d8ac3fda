"""Ranges of keys hold their partitions' keys, and no others'."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glue_src.key_ranges import KeyRange, ranges_of, successor

_LETTERS = st.characters(exclude_categories=["Cs"]) | st.sampled_from("ab\ud7ff\ue000\uffff\U00010000\U0010ffff\0")
_KEYS = st.text(_LETTERS, max_size=5)


@given(keys=st.lists(_KEYS, max_size=12), data=st.data(), width=st.integers(1, 4), known=st.booleans())
def test_ranges_hold_exactly_their_partitions_keys(
    keys: list[str], data: st.DataObject, width: int, *, known: bool
) -> None:
    partitions = sorted({key[:width] for key in keys})
    wanted = set(data.draw(st.lists(st.sampled_from(partitions)))) if partitions else set()
    kept = set(partitions) - wanted
    ranges = ranges_of(wanted, kept if known else None, width)
    for key in keys:
        assert any(each.holds(key) for each in ranges) == (key[:width] in wanted)
    if known:
        assert len(ranges) <= len(kept) + 1


@given(_KEYS, _KEYS)
def test_a_successor_follows_all_texts_with_the_prefix(prefix: str, rest: str) -> None:
    following = successor(prefix)
    if following is None:
        assert set(prefix) <= {"\U0010ffff"}
    else:
        assert prefix + rest < following
        assert not following.startswith(prefix)


@pytest.mark.parametrize(
    ("prefix", "following"),
    [
        ("2026-01", "2026-02"),
        ("a\ud7ff", "a\ue000"),
        ("a\U0010ffff", "b"),
        ("\U0010ffff\U0010ffff", None),
        ("", None),
    ],
)
def test_successors(prefix: str, following: str | None) -> None:
    assert successor(prefix) == following


def test_neighbours_are_one_range() -> None:
    months = [f"2026-{month:02d}" for month in range(1, 13)]
    assert ranges_of(months, set(), 7) == [KeyRange("2026-01", end="2026-13")]
    assert ranges_of(set(months) - {"2026-05"}, {"2026-05"}, 7) == [
        KeyRange("2026-01", end="2026-05"),
        KeyRange("2026-06", end="2026-13"),
    ]
    # A short value is a key of its own: those of longer ones come after it.
    assert ranges_of({"2026"}, {"2026-01"}, 7) == [KeyRange("2026", last="2026")]
    assert ranges_of({"2026", "2026-01"}, set(), 7) == [KeyRange("2026", end="2026-02")]
