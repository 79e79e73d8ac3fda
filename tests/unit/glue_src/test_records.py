"""The rows of runs and data_quality: one for each key, and which snapshots are still there."""

from __future__ import annotations

from datetime import datetime

from contract.datasets import DATA_QUALITY, RUNS
from glue_src.records import RunRow, recorded_runs, with_checks, with_forgotten, with_runs

AT = datetime(2026, 2, 1)
NOW = datetime(2026, 3, 5)


def run_row(run: str, dataset: str, snapshot_id: int | None, rows: int = 1) -> RunRow:
    return RunRow(
        run_id=run,
        business_day="2026-02-01",
        dataset=dataset,
        committed_at=AT,
        snapshot_id=snapshot_id,
        rows_now=rows,
        rows_before=0,
    )


def test_a_row_has_the_columns_of_the_table() -> None:
    cells = dict(zip(RUNS.column_names, run_row("r1", "messages", 5).cells(), strict=True))
    assert cells["snapshot_id"] == 5
    assert cells["snapshot_expired_at"] is None
    assert cells["seconds"] == 0.0


def test_a_run_that_is_recorded_again_takes_its_own_place() -> None:
    before = with_runs([], [run_row("r1", "messages", 5), run_row("r2", "messages", 6)], {}, NOW)
    assert recorded_runs(before) == {("r1", "messages"), ("r2", "messages")}
    after = with_runs(before, [run_row("r1", "messages", 7, rows=9), run_row("r1", "feedback", None)], {}, NOW)
    told = [(row[0], row[2], row[4], row[5]) for row in after]
    assert told == [("r1", "feedback", None, 1), ("r1", "messages", 7, 9), ("r2", "messages", 6, 1)]


def test_a_snapshot_that_is_gone_is_marked_once() -> None:
    expired = RUNS.column_names.index("snapshot_expired_at")
    rows = with_runs(
        [], [run_row("r1", "messages", 5), run_row("r2", "messages", 6), run_row("r2", "rejected", None)], {}, NOW
    )
    marked = with_runs(rows, [], {"messages": frozenset({6}), "rejected": frozenset()}, NOW)
    assert [row[expired] for row in marked] == [NOW, None, None]
    again = with_runs(marked, [], {"messages": frozenset(), "rejected": frozenset()}, AT)
    assert [row[expired] for row in again] == [NOW, AT, None]


def test_checks_have_one_row_for_each_key() -> None:
    names = DATA_QUALITY.column_names
    rows = [
        ("r1", "d", "messages", check, outcome, 1, 0, 0.0, AT) for check, outcome in (("b", "failed"), ("a", "passed"))
    ]
    merged = with_checks(rows, [("r1", "d", "messages", "b", "passed", 1, 0, 0.0, AT)])
    assert [dict(zip(names, row, strict=True))["check_name"] for row in merged] == ["a", "b"]
    assert [row[4] for row in merged] == ["passed", "passed"]


def test_after_forgetting_rows_of_what_is_kept_name_its_new_snapshot_and_all_others_are_gone() -> None:
    rows = with_runs(
        [],
        [
            run_row("r1", "messages", 5),
            run_row("r2", "messages", 6),
            # It changed nothing: the same snapshot.
            run_row("r3", "messages", 6),
            run_row("r3", "feedback", 7),
            run_row("r3", "rejected", None),
        ],
        {},
        NOW,
    )
    current = {"messages": (60, "r2"), "feedback": (70, "another"), "rejected": (None, None)}

    forgotten = with_forgotten(rows, current, NOW)

    told = {(row[0], row[2]): (row[4], row[RUNS.column_names.index("snapshot_expired_at")]) for row in forgotten}
    assert told == {
        ("r1", "messages"): (5, NOW),
        ("r2", "messages"): (60, None),
        ("r3", "messages"): (60, None),
        ("r3", "feedback"): (7, NOW),
        ("r3", "rejected"): (None, None),
    }
    assert with_forgotten(forgotten, current, AT) == forgotten
