"""Sums of partitions: their document, what makes them comparable, and what no sums can be."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from contract.column_types import ColumnType
from contract.datasets import TECHNICAL, Dataset, Partition, count, text
from contract.partition_sums import (
    PartitionSum,
    faults_in,
    from_document,
    rows_in,
    to_document,
    version_of,
)
from contract.sources.catia import FEEDBACK
from tests.unit.contract.samples import SUMS

#: Keys as DynamoDB can hold them: empty, short, beyond the first plane of Unicode, a kilobyte long.
KEYS = ["", "x", "FEEDBACK#2026-01", "\U0001f600" * 20, 'ñ\u2028\0"\\', "k" * 1024]


@given(SUMS)
def test_sums_survive_their_document(sums: dict[str, PartitionSum]) -> None:
    document = json.loads(json.dumps(to_document(sums), ensure_ascii=False).encode().decode())

    assert from_document(document) == sums
    assert rows_in(sums) == sum(rows for rows, _ in document.values())


def test_documents_name_every_key_as_it_is() -> None:
    sums = {key: PartitionSum(1, place) for place, key in enumerate(KEYS)}

    assert set(to_document(sums)) == set(KEYS)
    assert from_document(json.loads(json.dumps(to_document(sums)))) == sums


def test_a_document_can_be_read_by_people_and_other_tools() -> None:
    assert to_document({"b": PartitionSum(2, 255), "a": PartitionSum(1, 2**64 - 1)}) == {
        "a": [1, "ffffffffffffffff"],
        "b": [2, "00000000000000ff"],
    }


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        "{}",
        {"a": None},
        {"a": [1]},
        {"a": ["1", "00000000000000ff"]},
        {"a": [True, "00000000000000ff"]},
        {"a": [1.0, "00000000000000ff"]},
        {"a": [0, "00000000000000ff"]},
        {"a": [-1, "00000000000000ff"]},
        {"a": [1, 255]},
        {"a": [1, "ff"]},
        {"a": [1, "00000000000000FF"]},
        {"a": [1, "0x000000000000ff"]},
        {"a": [1, "-0000000000000ff"]},
        {"a": [1, "00000000000000f\u0663"]},
        {"a": [1, "100000000000000ff"]},
        {"a": [1, "00000000000000ff", 3]},
    ],
)
def test_other_documents_are_refused(document: Any) -> None:
    with pytest.raises(ValueError, match="partition"):
        from_document(document)


def test_refusals_tell_no_key() -> None:
    with pytest.raises(ValueError, match="the sum of partition 2 is not") as caught:
        from_document({"a": [1, "00000000000000ff"], "USER#ana": [1]})
    assert "ana" not in str(caught.value)


def renamed(dataset: Dataset) -> Dataset:
    return replace(dataset, columns=(*dataset.columns[:-1], replace(dataset.columns[-1], name="other")))


@pytest.mark.parametrize(
    "other",
    [
        replace(FEEDBACK, columns=(*FEEDBACK.columns, text(99, "more", TECHNICAL, "…"))),
        replace(FEEDBACK, columns=FEEDBACK.columns[:-1]),
        replace(FEEDBACK, columns=(*FEEDBACK.columns[:-2], *reversed(FEEDBACK.columns[-2:]))),
        replace(FEEDBACK, columns=(*FEEDBACK.columns[:-1], replace(FEEDBACK.columns[-1], field_id=99))),
        replace(FEEDBACK, columns=(*FEEDBACK.columns[:-1], replace(FEEDBACK.columns[-1], type=ColumnType.DOUBLE))),
        renamed(FEEDBACK),
        replace(FEEDBACK, partition=None),
        replace(FEEDBACK, partition=Partition("feedback_id", 19)),
        replace(FEEDBACK, partition=Partition("user_id", 16)),
    ],
)
def test_sums_of_other_columns_or_partitions_cannot_be_compared(other: Dataset) -> None:
    assert version_of(other) != version_of(FEEDBACK)


def test_what_does_not_change_a_record_does_not_change_the_version() -> None:
    columns = tuple(replace(column, comment="Anew.", source=()) for column in FEEDBACK.columns)

    assert version_of(replace(FEEDBACK, description="Anew.", columns=columns, sort_by=("user_id",))) == version_of(
        FEEDBACK
    )


WHOLE = Dataset(
    "whole",
    "…",
    (text(1, "id", TECHNICAL, "…", nullable=False), count(2, "n", TECHNICAL, "…")),
    key=(),
    sort_by=("id",),
)


@pytest.mark.parametrize(
    ("dataset", "partitions", "fault"),
    [
        (WHOLE, {"": 1}, None),
        (WHOLE, {}, None),
        (WHOLE, {"a": 1}, "whole has partitions, but is not divided"),
        (replace(WHOLE, partition=Partition("id", 2)), {"": 1, "\U0001f600\U0001f600": 1}, None),
        (
            replace(WHOLE, partition=Partition("id", 2)),
            {"ab": 1, "abc": 1, "abcd": 1},
            "2 partitions of whole are longer than 2 characters",
        ),
    ],
)
def test_partitions_that_the_dataset_cannot_have_are_found(
    dataset: Dataset, partitions: dict[str, int], fault: str | None
) -> None:
    sums = {partition: PartitionSum(rows, 1) for partition, rows in partitions.items()}

    assert list(faults_in(dataset, sums)) == ([] if fault is None else [fault])
