"""What a night makes of the tables, with each engine: what changed is rewritten, in one commit, and nothing else."""

from __future__ import annotations

from sources.catia import CONVERSATIONS, FEEDBACK, MESSAGES
from modules.contract.datasets import REJECTED
from tests.curation.lake import Lake, months, run_id, talk, together

JAN, FEB, MAR = "2026-01", "2026-02", "2026-03"


def test_the_first_load_is_what_the_run_holds(lake: Lake) -> None:
    rows = months(JAN, FEB)
    lake.publish(run_id(1), rows)
    outcome = lake.night()
    assert outcome.recorded_run == run_id(1)
    assert outcome.rewritten_partitions == 6
    assert lake.sees(rows)
    assert lake.files(MESSAGES) == {f"CONVERSATION#{JAN}": [6], f"CONVERSATION#{FEB}": [6]}
    state = lake.state_of(MESSAGES)
    assert state.trusted_sums is not None
    assert (state.rows, state.run_id) == (12, run_id(1))
    assert lake.state_of(REJECTED).current_snapshot_id is None


def test_an_unchanged_night_reads_no_csv_and_commits_nothing(lake: Lake) -> None:
    lake.publish(run_id(1), months(JAN, FEB))
    lake.night()
    before = lake.states()
    lake.publish(run_id(2), months(JAN, FEB))
    lake.garble(run_id(2))
    outcome = lake.night()
    assert outcome.recorded_run == run_id(2)
    assert outcome.rewritten_partitions == outcome.bytes_written == 0
    assert lake.states() == before
    assert {row["snapshot_id"] for row in lake.runs(run_id(2)).values()} == set(before.values())


def test_only_what_changed_is_rewritten(lake: Lake) -> None:
    lake.publish(run_id(1), months(JAN, FEB))
    lake.night()
    before = set(lake.data_keys(MESSAGES))
    rows = together(months(JAN, FEB), talk("u9", FEB, "nuevo"))
    lake.publish(run_id(2), rows)
    outcome = lake.night()
    assert outcome.rewritten_partitions == 2
    assert lake.sees(rows)
    assert len(set(lake.data_keys(MESSAGES)) - before) == 1
    assert lake.files(MESSAGES) == {f"CONVERSATION#{JAN}": [6], f"CONVERSATION#{FEB}": [7]}
    assert lake.runs(run_id(2))["feedback"]["partitions_rewritten"] == 0
    _ = CONVERSATIONS, FEEDBACK
