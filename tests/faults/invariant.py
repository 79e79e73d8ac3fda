"""What holds after every fault: a run is whole and taken, or nothing of it is taken."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from contract.runs import RunSummary
from glue_src.exceptions import IncompleteRunError
from tests.faults.function_process import Answer
from tests.faults.stage import DAY, Reference, Scene


@dataclass(frozen=True)
class View:
    """What is seen of a bucket: the run that ETL-2 takes, the visible objects with their sizes, the open uploads."""

    taken: RunSummary
    run_ids: frozenset[str]
    objects: dict[str, int]
    uploads: set[tuple[str, str]]

    @classmethod
    def of(cls, scene: Scene) -> View:
        return cls(scene.taken(), frozenset(scene.run_ids()), scene.objects(), scene.open_uploads())


def assert_whole_or_absent(
    scene: Scene, before: View, answer: Answer | None, reference: Reference, *, cleaned: bool = True
) -> bool:
    """Compare a bucket with how it was ``before`` one run, which gave this answer (None: it was killed).

    A run that answers is taken by ETL-2, in front of all older ones, and has what the table has. One that raises is
    not taken, and unless even its clean-up was refused (not ``cleaned``), nothing of it is there. One that is killed
    is whole, or ETL-2 does not even see it: the object that would call it comes last.

    Returns:
        Whether the run is whole.
    """
    after = View.of(scene)
    is_whole = after.taken.run_id != before.taken.run_id
    if is_whole:
        assert after.taken.run_id > before.taken.run_id
        assert scene.reference(after.taken) == reference
    if answer is not None:
        assert is_whole == (answer.summary is not None)
    if answer is not None and answer.summary is not None:
        assert answer.summary == {**json.loads(after.taken.to_json()), "dry_run": False}
    if answer is not None and cleaned:
        assert after.uploads == before.uploads
        assert after.objects == before.objects | _objects_of(scene, after.taken, is_whole=is_whole)
    assert after.run_ids == before.run_ids | {after.taken.run_id}
    for run_id in scene.visible_run_ids() - after.run_ids:
        _assert_passed_over(scene, run_id)
    return is_whole


def _assert_passed_over(scene: Scene, run_id: str) -> None:
    """Assert that ETL-2 would not take what lies there of a run, even if something called its attention to it."""
    with pytest.raises(IncompleteRunError) as passed_over:
        scene.zone.complete_run(DAY, run_id)
    assert passed_over.value.reasons


def _objects_of(scene: Scene, summary: RunSummary, *, is_whole: bool) -> dict[str, int]:
    """Return the objects of a whole run with the sizes that its summary states; none for one that is not."""
    if not is_whole:
        return {}
    summary_object = scene.zone.bucket.find(scene.summary_key(summary))
    assert summary_object is not None
    return {
        **{written.key: written.bytes for written in summary.objects},
        summary_object.key: summary_object.bytes,
    }
