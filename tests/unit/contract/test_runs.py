from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.contract.runs import ItemCounts, RunObject, RunSummary, RunSummaryError, ScanStatistics
from sources.catia import CONTRACT

COUNTS = st.integers(min_value=0, max_value=10**9)
COUNTS_BY_NAME = st.dictionaries(st.text(min_size=1), COUNTS, max_size=4)

PLACED = {"conversations": 4, "feedback": 3, "registers": 1}

STATISTICS = st.builds(ScanStatistics, COUNTS, COUNTS, st.floats(min_value=0, max_value=1e9), COUNTS, COUNTS)


@st.composite
def right_summaries(draw: st.DrawFn) -> RunSummary:
    placed = {kind: draw(COUNTS) for kind in CONTRACT.kind_names}
    excluded, rejected = draw(COUNTS_BY_NAME), draw(COUNTS_BY_NAME)
    scanned = sum(placed.values()) + sum(excluded.values()) + sum(rejected.values())
    rows = {
        "conversations": placed["conversations"],
        "messages": draw(COUNTS),
        "feedback": placed["feedback"],
        "rejected": sum(rejected.values()),
    }
    instants = st.datetimes(timezones=st.just(timezone.utc))
    return RunSummary(
        run_id="20260131T043000.000001Z-0123abcd",
        dt=draw(st.dates()),
        time_zone="America/Bogota",
        source_table="cat-test-catia-conversations-table",
        started_at=draw(instants),
        finished_at=draw(instants),
        items=ItemCounts(scanned, placed, excluded, rejected),
        scan=draw(STATISTICS),
        objects=tuple(
            RunObject(dataset.name, draw(st.text()), rows[dataset.name], draw(COUNTS)) for dataset in CONTRACT.datasets
        ),
    )


def summary() -> RunSummary:
    return RunSummary(
        run_id="20260131T043000.000001Z-0123abcd",
        dt=date(2026, 1, 30),
        time_zone="America/Bogota",
        source_table="table",
        started_at=datetime(2026, 1, 31, 4, 30, tzinfo=timezone.utc),
        finished_at=datetime(2026, 1, 31, 4, 31, tzinfo=timezone.utc),
        items=ItemCounts(10, dict(PLACED), {"monitor": 1}, {"invalid_pk": 1}),
        scan=ScanStatistics(1, 1, 0.5, 3, 4),
        objects=(
            RunObject("messages", "m", 9, 1),
            RunObject("feedback", "f", 3, 1),
            RunObject("rejected", "r", 1, 1),
            RunObject("conversations", "c", 4, 1),
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
        items = replace(items, placed={**items.placed, name: items.placed[name] + difference})

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


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", '{"items": {}}', "\ufeff{}"])
def test_what_is_no_summary_is_refused(text: str) -> None:
    with pytest.raises(RunSummaryError, match="run summary is unreadable"):
        RunSummary.from_json(text)
