"""For how long somebody who was removed at the source is still found, and which settings are refused for it."""

from __future__ import annotations

from typing import Any

import pytest

from envs.retention import Place, kept, longest
from envs.schema import Environment
from envs.selection import SHIPPED
from tests.unit.envs.samples import VALID, changed, faults

CLEAN = "normalize.lifecycle.clean_expiration"
NONCURRENT = "normalize.lifecycle.noncurrent_version_expiration"
RESULTS = "normalize.lifecycle.athena_results_expiration"
HISTORY = "etl.curated.history_days"
REJECTED = "privacy.rejected_days"
PROMISE = "privacy.max_days_after_removal"
PSEUDONYMOUS = "privacy.pseudonymous_tables"


def with_settings(settings: dict[str, Any]) -> Environment:
    environment = VALID
    for path, value in settings.items():
        environment = changed(path, value, environment)
    return environment


@pytest.mark.parametrize(
    ("settings", "place", "told"),
    [
        ({}, Place.TABLES, "30 + 30 + 2 = 62"),
        ({HISTORY: 10}, Place.TABLES, "10 + 30 + 2 = 42"),
        ({NONCURRENT: 1}, Place.TABLES, "30 + 1 + 2 = 33"),
        ({PSEUDONYMOUS: True}, Place.PSEUDONYMOUS, "30 + 30 + 2 = 62"),
        # The fewest days count, whichever setting has them.
        ({REJECTED: 5}, Place.REJECTED, "5 + 30 + 2 = 37"),
        ({HISTORY: 3, REJECTED: 5}, Place.REJECTED, "3 + 30 + 2 = 35"),
        ({}, Place.CLEAN, "7 + 30 + 2 = 39"),
        ({REJECTED: 2}, Place.CLEAN_REJECTED, "2 + 30 + 2 = 34"),
        ({REJECTED: 20}, Place.CLEAN_REJECTED, "7 + 30 + 2 = 39"),
        ({RESULTS: 1}, Place.RESULTS, "1 + 30 + 2 = 33"),
        # What is no object has no versions.
        ({NONCURRENT: 33}, Place.UPLOADS, "1 + 2 = 3"),
    ],
)
def test_each_place_has_its_sum(settings: dict[str, Any], place: Place, told: str) -> None:
    found = {each.place: each.told for each in kept(with_settings(settings))}
    assert found[place] == told
    assert set(Place) - set(found) == (set() if settings.get(PSEUDONYMOUS) else {Place.PSEUDONYMOUS})


@pytest.mark.parametrize("environment", SHIPPED.values(), ids=SHIPPED)
def test_shipped_environments_keep_their_promise_with_three_days_to_spare(environment: Environment) -> None:
    assert (longest(environment).days, environment.privacy.max_days_after_removal) == (62, 65)


@pytest.mark.parametrize(
    ("settings", "refused"),
    [
        ({HISTORY: 33}, []),
        ({HISTORY: 34}, [(Place.TABLES, "34 + 30 + 2 = 66", (HISTORY, NONCURRENT))]),
        ({HISTORY: 34, REJECTED: 3650}, [
            (Place.TABLES, "34 + 30 + 2 = 66", (HISTORY, NONCURRENT)),
            (Place.REJECTED, "34 + 30 + 2 = 66", (HISTORY, NONCURRENT)),
        ]),
        ({HISTORY: 400, PROMISE: 432}, []),
        ({HISTORY: 400, PROMISE: None}, []),
        ({CLEAN: 34}, [(Place.CLEAN, "34 + 30 + 2 = 66", (CLEAN, NONCURRENT))]),
        ({RESULTS: 90}, [(Place.RESULTS, "90 + 30 + 2 = 122", (RESULTS, NONCURRENT))]),
        ({HISTORY: 1, REJECTED: 1, PROMISE: 37, PSEUDONYMOUS: True}, [
            (Place.CLEAN, "7 + 30 + 2 = 39", (CLEAN, NONCURRENT)),
            (Place.RESULTS, "7 + 30 + 2 = 39", (RESULTS, NONCURRENT)),
        ]),
        ({PSEUDONYMOUS: True, HISTORY: 40, PROMISE: 70}, [
            (Place.TABLES, "40 + 30 + 2 = 72", (HISTORY, NONCURRENT)),
            (Place.PSEUDONYMOUS, "40 + 30 + 2 = 72", (HISTORY, NONCURRENT)),
        ]),
        ({NONCURRENT: 1, "normalize.lifecycle.abort_incomplete_multipart_upload": 64}, [
            (Place.UPLOADS, "64 + 2 = 66", ("normalize.lifecycle.abort_incomplete_multipart_upload",)),
        ]),
    ],
)  # fmt: skip
def test_what_breaks_the_promise_is_refused(
    settings: dict[str, Any], refused: list[tuple[Place, str, tuple[str, ...]]]
) -> None:
    assert faults(with_settings(settings)) == [
        f"privacy.max_days_after_removal = {settings.get(PROMISE, 65)}: {place.value} keep what was removed at the "
        f"source for {told} days; lower {' or '.join(lowered)}, or promise more days"
        for place, told, lowered in refused
    ]


def test_without_a_lifecycle_nothing_can_be_promised() -> None:
    endless = changed("normalize.lifecycle.enabled", value=False)
    (said,) = faults(endless)
    assert said.startswith(
        "normalize.lifecycle.enabled = False: what was removed at the source would be found for ever"
    )
    assert said.endswith("promises 65 days; set normalize.lifecycle.enabled to True, or the promise to None")
    assert faults(changed(PROMISE, None, endless)) == []


def test_days_that_are_none_are_told_once() -> None:
    assert len(faults(changed(NONCURRENT, 0))) == len(faults(changed(PROMISE, 0))) == 1
