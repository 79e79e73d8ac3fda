from __future__ import annotations

import json
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tools.fuzz.inputs import data_of, items_of
from tools.fuzz.mutations import MOST_ITEMS, mutate
from tools.fuzz.nasty import NASTY_ITEMS

ITEMS = [json.loads(line) for data in NASTY_ITEMS.values() for line in items_of(data)][::40]


@given(st.lists(st.sampled_from(ITEMS), max_size=3), st.integers(0, 2**32), st.integers(1, 8))
def test_changes_are_json_and_the_same_for_the_same_seed(items: list[object], seed: int, changes: int) -> None:
    before = json.dumps(items)
    changed = data_of(mutate(items, Random(seed), changes), ascii_only=True)

    assert json.dumps(items) == before, "the items given were changed"
    assert changed == data_of(mutate(items, Random(seed), changes), ascii_only=True)
    lines = changed.split(b"\n")
    assert 1 <= len([json.loads(line) for line in lines]) <= MOST_ITEMS


def test_most_changes_leave_items() -> None:
    changed = [data_of(mutate(ITEMS[:1], Random(seed), 3)) for seed in range(200)]

    assert sum(bool(items_of(data)) for data in changed) > 150
    assert len(set(changed)) > 150


def test_lines_that_are_no_items_are_left_out() -> None:
    assert items_of(b'{"a":1}\n[]\n\n{"a":\n{"b":2}') == [b'{"a":1}', b'{"b":2}']


def test_lone_surrogates_are_escaped_and_other_letters_are_not() -> None:
    assert data_of([{"ñ": "\ud800"}, {"ñ": "😀"}]) == b'{"\\u00f1":"\\ud800"}\n{"\xc3\xb1":"\xf0\x9f\x98\x80"}'
