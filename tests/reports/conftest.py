"""Three nights in an emulator of their own, and the report of the last."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from envs.local import LOCAL
from local.sample_data import generate_items
from local.sample_shapes import wire
from reports.gathering import gather
from tests.emulators import running_in
from tests.reports.nights import Platform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.facts import DayFacts

DAY = date(2026, 1, 30)
NIGHTS = (date(2026, 1, 27), date(2026, 1, 29), DAY)
NOW = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
#: Names as nobody has them, and as somebody may store them all the same.
HOSTILE = (
    '<script>alert("1")</script>',
    'Gerencia & "Cía" <b>\'</b>',
    "</svg><img src=x onerror=alert(2)>",
    "{{ 7 * 7 }}",
)


def hostile_items(day: date) -> list[dict[str, Any]]:
    """Conversations of users of such gerencias at noon of a day, and what they thought of them."""
    items = []
    for number, gerencia in enumerate(HOSTILE):
        key = {"PK": wire(f"USER#hostil-{number}")}
        said = [{"from": "user", "text": gerencia, "timestamp": f"{day}T17:{number:02}:00Z"}]
        talk = {"Conversation": wire(said), "UserData": wire({"gerencia": gerencia})}
        items.append({**key, "SK": wire(f"CONVERSATION#{day}T17:00:00Z"), **talk})
        liked = {"type": "like" if number % 2 else "dislike", "comment": gerencia}
        items.append({**key, "SK": wire(f"FEEDBACK#{day}T17:30:00Z"), "Feedback": wire(liked)})
    return items


def items_until(day: date) -> list[dict[str, Any]]:
    """What the source table held half an hour before the day ended in Bogota."""
    everything = [*generate_items(150, 7, DAY), *hostile_items(DAY)]
    read_at = f"{day + timedelta(days=1)}T04:30"
    return [item for item in everything if item["SK"]["S"].partition("#")[2] < read_at]


@pytest.fixture(scope="package")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with running_in(tmp_path_factory.mktemp("reports"), LOCAL) as workspace:
        platform = Platform.on(workspace, tmp_path_factory.mktemp("scratch"))
        for day in NIGHTS:
            platform.night(day, items_until(day))
        yield platform


@pytest.fixture(scope="package")
def facts(platform: Platform) -> DayFacts:
    return gather(platform.lake.s3, LOCAL, DAY, NOW)
