"""The generated nights: as ETL-1 would write them, each changed as its name says, with right sums."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from random import Random

import pytest

from contract.cells import restore
from contract.datasets import Dataset
from contract.partition_sums import rows_in, version_of
from contract.runs import RunSummary
from contract.sources.catia import CONTRACT, CONVERSATIONS, FEEDBACK, MESSAGES
from tools.bench.lake.days import MONTHS, PERSON, YEAR, csv_path, write_part
from tools.bench.lake.nights import (
    CHANGES,
    ERASED,
    FIRST,
    GROWN,
    REBUILT,
    UNCHANGED,
    VANISHED,
    Change,
    Night,
    write_nights,
)
from tools.bench.lake.vocabulary import Texts

CONVERSATION_COUNT = 800


class Written:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.nights = {night.change: night for night in write_nights(root, CONVERSATION_COUNT, 2)}

    @cache  # noqa: B019 - one object for all tests
    def rows(self, change: Change, dataset: Dataset) -> list[dict[str, str]]:
        with (self.root / self.nights[change].keys[dataset.name]).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def keys(self, change: Change, dataset: Dataset) -> set[tuple[str, ...]]:
        return {tuple(row[name] for name in dataset.key) for row in self.rows(change, dataset)}

    def summary(self, night: Night) -> RunSummary:
        (file,) = (self.root / night.clean_prefix / "_runs").rglob("*.json")
        return RunSummary.from_json(file.read_bytes())


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return Written(tmp_path_factory.mktemp("bucket"))


def test_a_part_is_the_same_each_time_and_its_users_are_in_no_order(tmp_path: Path) -> None:
    contents = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        write_part(tmp_path / name, 3, 60, YEAR)
        contents.append([csv_path(tmp_path / name, dataset).read_bytes() for dataset in CONTRACT.datasets])
    users = list(dict.fromkeys(line.split(b",")[0] for line in contents[0][-1].splitlines()))

    assert contents[0] == contents[1]
    assert users != sorted(users)


def test_summaries_are_whole_and_their_sums_tell_what_changed(written: Written) -> None:
    summaries = {change: written.summary(night) for change, night in written.nights.items()}
    for change, summary in summaries.items():
        summary.check(CONTRACT)
        for dataset in CONTRACT.datasets:
            found = summary.object_of(dataset.name)
            assert (found.key, found.sums_version) == (written.nights[change].keys[dataset.name], version_of(dataset))
            assert found.bytes == (written.root / found.key).stat().st_size
            assert rows_in(found.partitions) == len(written.rows(change, dataset))
    sums = {change: summary.object_of(MESSAGES.name).partitions for change, summary in summaries.items()}

    def differing(one: Change, other: Change) -> set[str]:
        names = sums[one].keys() | sums[other].keys()
        return {name for name in names if sums[one].get(name) != sums[other].get(name)}

    assert len(sums[FIRST]) == MONTHS
    assert differing(FIRST, UNCHANGED) == differing(GROWN, REBUILT) == set()
    assert differing(UNCHANGED, GROWN) == {"CONVERSATION#2026-01"}
    assert differing(REBUILT, ERASED) == set(sums[FIRST])
    assert differing(ERASED, VANISHED) == sums[ERASED].keys() - sums[VANISHED].keys() == {"CONVERSATION#2025-03"}


def test_keys_are_unique_and_tables_belong_together(written: Written) -> None:
    for change in CHANGES:
        messages, conversations = written.rows(change, MESSAGES), written.rows(change, CONVERSATIONS)
        assert len(written.keys(change, MESSAGES)) == len(messages)
        assert len(written.keys(change, CONVERSATIONS)) == len(conversations)
        assert sum(int(row["message_count"]) for row in conversations) == len(messages)
        assert {row["conversation_id"] for row in messages} == {row["conversation_id"] for row in conversations}


def test_a_night_changes_what_its_name_says(written: Written) -> None:
    new = written.keys(GROWN, CONVERSATIONS) - written.keys(FIRST, CONVERSATIONS)
    erased = written.keys(REBUILT, CONVERSATIONS) - written.keys(ERASED, CONVERSATIONS)

    assert len(new) == pytest.approx(CONVERSATION_COUNT / 100, abs=8)
    assert {user for user, _ in erased} == {PERSON}
    assert not any(PERSON in str(row) for dataset in CONTRACT.datasets for row in written.rows(ERASED, dataset))
    assert not any("2025-03" in row["feedback_id"] for row in written.rows(VANISHED, FEEDBACK))


def test_texts_hold_what_is_hard_to_carry(written: Written) -> None:
    texts = [restore(row["text"]) for row in written.rows(FIRST, MESSAGES)]

    for sign in ("\n", "\r\n", '"', ",", "|", "✅", "\\", "\0", "👩🏽‍💻"):
        assert any(sign in text for text in texts), repr(sign)
    assert "" in texts


def test_no_text_comes_twice() -> None:
    texts = Texts(Random(1))
    answers = [texts.answer() for _ in range(2_000)]

    assert len(set(answers)) == len(answers)
