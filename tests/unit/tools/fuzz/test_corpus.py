"""What the fuzzer found, and the cases made by hand, replayed without the fuzzer."""

from __future__ import annotations

from tools.fuzz.inputs import CORPUS, items_of
from tools.fuzz.nasty import NASTY_ITEMS
from tools.fuzz.properties import check

FILES = sorted(CORPUS.iterdir())


def test_the_corpus_is_there_and_small() -> None:
    assert 100 <= len(FILES) <= 1_000
    assert sum(path.stat().st_size for path in FILES) < 1_000_000


def test_all_of_the_corpus_holds() -> None:
    for path in FILES:
        data = path.read_bytes()
        assert b"\n".join(items_of(data)) == data, f"{path.name} has lines that are no items"
        check(items_of(data))


def test_cases_made_by_hand_hold() -> None:
    for name, data in NASTY_ITEMS.items():
        assert items_of(data), name
        check(items_of(data))
