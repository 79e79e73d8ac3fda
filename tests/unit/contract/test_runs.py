from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.partition_sums import PartitionSum
from contract.runs import ItemCounts, RunSummary, RunSummaryError, ScanStatistics
from contract.sources.catia import CONTRACT, FEEDBACK
from tests.run_objects import counted_object
from tests.unit.contract.samples import COUNTS, objects_of

COUNTS_BY_NAME = st.dictionaries(st.text(min_size=1), COUNTS, max_size=4)

ACCEPTED = {"conversations": 4, "feedback": 3, "registers": 1}
ROWS = {**ACCEPTED, "rejected": 1}

STATISTICS = st.builds(ScanStatistics, COUNTS, COUNTS, st.floats(min_value=0, max_value=1e9), COUNTS, COUNTS)


@st.composite
def right_summaries(draw: st.DrawFn) -> RunSummary:
    accepted = {kind: draw(COUNTS) for kind in CONTRACT.kind_names}
    excluded, rejected = draw(COUNTS_BY_NAME), draw(COUNTS_BY_NAME)
    scanned = sum(accepted.values()) + sum(excluded.values()) + sum(rejected.values())
    rows = {
        "conversations": accepted["conversations"],
        **{dataset.name: draw(COUNTS) for dataset in CONTRACT.parts},
        "feedback": accepted["feedback"],
        "rejected": sum(rejected.values()),
    }
    instants = st.datetimes(timezones=st.just(UTC))
    return RunSummary(
        run_id="20260131T043000.000001Z-0123abcd",
        dt=draw(st.dates()),
        time_zone="America/Bogota",
        source_table="cat-test-catia-conversations-table",
        started_at=draw(instants),
        finished_at=draw(instants),
        items=ItemCounts(scanned, accepted, excluded, rejected),
        scan=draw(STATISTICS),
        objects=tuple(draw(objects_of(dataset, rows[dataset.name])) for dataset in CONTRACT.datasets),
        accept_removal=draw(st.booleans()),
    )


def summary() -> RunSummary:
    return RunSummary(
        run_id="20260131T043000.000001Z-0123abcd",
        dt=date(2026, 1, 30),
        time_zone="America/Bogota",
        source_table="table",
        started_at=datetime(2026, 1, 31, 4, 30, tzinfo=UTC),
        finished_at=datetime(2026, 1, 31, 4, 31, tzinfo=UTC),
        items=ItemCounts(10, dict(ACCEPTED), {"monitor": 1}, {"invalid_pk": 1}),
        scan=ScanStatistics(1, 1, 0.5, 3, 4),
        objects=tuple(
            counted_object(dataset, dataset.name, ROWS.get(dataset.name, 9)) for dataset in CONTRACT.datasets
        ),
    )


@given(right_summaries())
def test_a_summary_survives_its_json(right: RunSummary) -> None:
    right.check(CONTRACT)
    assert RunSummary.from_json(right.to_json()) == right
    assert RunSummary.from_json(right.to_json().encode()) == right


@given(
    right_summaries(), st.sampled_from(["scanned", "conversations", "feedback", "registers"]), st.sampled_from([-1, 1])
)
def test_one_item_too_many_or_too_few_is_found(right: RunSummary, name: str, difference: int) -> None:
    items = right.items
    if name == "scanned":
        items = replace(items, scanned=items.scanned + difference)
    else:
        items = replace(items, accepted={**items.accepted, name: items.accepted[name] + difference})

    with pytest.raises(RunSummaryError, match="does not reconcile"):
        replace(right, items=items).check(CONTRACT)


@pytest.mark.parametrize("dataset", ["feedback", "rejected", "conversations"])
def test_rows_that_disagree_with_items_are_found(dataset: str) -> None:
    objects = tuple(replace(entry, rows=entry.rows + (entry.dataset == dataset)) for entry in summary().objects)

    with pytest.raises(RunSummaryError, match=f"{dataset} has . rows for . items"):
        replace(summary(), objects=objects).check(CONTRACT)


def test_a_dataset_without_its_object_is_found() -> None:
    with pytest.raises(RunSummaryError, match="lists 0 objects for dataset 'conversations'; it must list one"):
        replace(summary(), objects=summary().objects[:-1]).check(CONTRACT)


def test_the_json_tells_the_totals() -> None:
    document = json.loads(summary().to_json())

    assert document["dt"] == "2026-01-30"
    assert document["started_at"] == "2026-01-31T04:30:00+00:00"
    assert document["items"]["excluded_total"] == document["items"]["rejected_total"] == 1
    assert document["reconciles"] is True
    assert document["scan"] == {
        "segments": 1,
        "pages": 1,
        "consumed_capacity_units": 0.5,
        "throttled_requests": 3,
        "retried_requests": 4,
    }


def test_a_run_of_before_versions_were_told_is_read() -> None:
    document = json.loads(summary().to_json())
    del document["code_version"]
    assert RunSummary.from_json(json.dumps(document)).code_version == ""


def test_the_shares_of_a_scan_add_up() -> None:
    shares = [ScanStatistics(2, 10, 0.5, 1, 0), ScanStatistics(1, 7, 128.0, 0, 30), ScanStatistics(1, 1, 3.0, 4, 5)]

    assert ScanStatistics.total(shares) == ScanStatistics(4, 18, 131.5, 5, 35)
    assert ScanStatistics.total(shares[:1]) == shares[0]


@pytest.mark.parametrize("name", ["throttled_requests", "retried_requests", "segments"])
def test_a_summary_that_tells_less_of_the_scan_is_refused(name: str) -> None:
    document = json.loads(summary().to_json())
    del document["scan"][name]

    with pytest.raises(RunSummaryError, match=name):
        RunSummary.from_json(json.dumps(document))


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "null", '{"items": {}}', "\ufeff{}", "[" * 100_000, '{"a":' * 100_000, b"\xff", "1" * 5000]
)
def test_what_is_no_summary_is_refused(text: str | bytes) -> None:
    with pytest.raises(RunSummaryError, match="run summary is unreadable"):
        RunSummary.from_json(text)


def paths_in(document: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The places of all values in a JSON document."""
    entries = document.items() if isinstance(document, dict) else enumerate(document) if type(document) is list else ()
    return [path, *(found for name, value in entries for found in paths_in(value, (*path, name)))]


DOCUMENT = json.loads(summary().to_json())
#: Totals and ``reconciles`` are for people: they are computed, and never read.
PATHS = [
    path for path in paths_in(DOCUMENT) if path and path[-1] not in {"reconciles", "excluded_total", "rejected_total"}
]
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(PATHS), JSON_VALUES)
def test_whatever_stands_in_its_place_is_read_as_it_is_or_refused(path: tuple[str | int, ...], value: Any) -> None:
    document = json.loads(json.dumps(DOCUMENT))
    place = document
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value

    try:
        read = RunSummary.from_json(json.dumps(document))
    except RunSummaryError:
        return
    again = json.loads(read.to_json())
    assert RunSummary.from_json(json.dumps(again)) == read
    for name in path:
        again = again[name]
    if not isinstance(value, dict):
        assert again == value or "_at" in str(path[0])


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("items", "scanned"), "10"),
        (("items", "scanned"), -1),
        (("items", "rejected", "invalid_pk"), 1.0),
        (("items", "feedback"), True),
        (("objects", 0, "rows"), None),
        (("objects", 0, "partitions"), []),
        (("objects", 0, "partitions", ""), [9, 9]),
        (("objects", 0, "sums_version"), 1),
        (("scan", "consumed_capacity_units"), 10**400),
        (("scan", "consumed_capacity_units"), "0.5"),
        (("started_at",), "2026-01-31T04:30:00"),
        (("accept_removal",), "true"),
        (("dt",), "20260131"),
    ],
)
def test_values_of_other_types_are_refused(path: tuple[str | int, ...], value: Any) -> None:
    document = json.loads(json.dumps(DOCUMENT))
    place = document
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value

    with pytest.raises(RunSummaryError, match="run summary is unreadable"):
        RunSummary.from_json(json.dumps(document))


def with_object(**changes: Any) -> RunSummary:
    changed = summary()
    objects = (replace(entry, **changes) if entry.dataset == FEEDBACK.name else entry for entry in changed.objects)
    return replace(changed, objects=tuple(objects))


def test_partitions_that_have_not_the_rows_are_found() -> None:
    lying = with_object(partitions={"a": PartitionSum(1, 1), "b": PartitionSum(1, 2)})

    with pytest.raises(RunSummaryError, match="feedback has 3 rows, its partitions 2"):
        lying.check(CONTRACT)


def test_partitions_that_the_table_cannot_have_are_found() -> None:
    lying = with_object(partitions={"FEEDBACK#2026-01-01": PartitionSum(3, 1)})

    with pytest.raises(RunSummaryError, match="1 partitions of feedback are longer than 16 characters"):
        lying.check(CONTRACT)


def test_partitions_of_an_earlier_contract_are_not_judged_by_this_one() -> None:
    with_object(partitions={"FEEDBACK#2026-01-01": PartitionSum(3, 1)}, sums_version="earlier").check(CONTRACT)
