"""Three nights of tables in an emulator of their own, and the report of the last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contract.datasets import REJECTED, Dataset
from contract.runs import RunSummary
from contract.sources.catia import CONVERSATIONS, FEEDBACK, MESSAGES
from envs.local import LOCAL
from ops.platform import Platform
from ops.report.facts import DayFacts
from ops.report.gathering import gather
from tests.emulators import emulator_in
from tests.iceberg_lake import IcebergLake, Row, platform_on
from tests.integration.oracle import expected
from tools.local.sample_data import generate_items
from tools.local.sample_shapes import wire

DAY = date(2026, 1, 30)
NIGHTS = (date(2026, 1, 27), date(2026, 1, 29), DAY)
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
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


def rows_of(items: list[dict[str, Any]]) -> dict[Dataset, list[Row]]:
    """What the tables hold of some items, instants without their zone."""
    found = expected(items)
    tables = {CONVERSATIONS: found.conversations, MESSAGES: found.messages, FEEDBACK: found.feedback}
    instants = {"created_at", "sent_at"}
    rows: dict[Dataset, list[Row]] = {
        dataset: [
            {name: cell.replace(tzinfo=None) if cell and name in instants else cell for name, cell in row.items()}
            for row in some
        ]
        for dataset, some in tables.items()
    }
    rejected = [
        {
            "item_key": str(number),
            "reason": f"{'wrong_type' if number % 3 else 'unknown_feedback_type'}: why",
            "item_json": "{}",
        }
        for number in range(len(found.rejected))
    ]
    return {**rows, REJECTED: rejected}


@dataclass(frozen=True)
class Nights:
    """The tables, and the platform as operators reach it."""

    lake: IcebergLake
    platform: Platform
    facts: list[DayFacts]

    def night(self, day: date, items: list[dict[str, Any]], *, minute: int = 30, publish: bool = True) -> RunSummary:
        """Let ETL-1 and ETL-2 work half an hour before ``day`` ends in Bogota."""
        began = datetime(day.year, day.month, day.day, 4, minute, tzinfo=UTC) + timedelta(days=1)
        return self.lake.night(day, rows_of(items), began=began, publish=publish)


@pytest.fixture(scope="package")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    with emulator_in(tmp_path_factory.mktemp("reports")) as emulator:
        lake = IcebergLake(LOCAL, emulator.endpoint_url())
        lake.create()
        made = Nights(lake, platform_on(lake), [])
        for day in NIGHTS:
            made.night(day, items_until(day))
        # Before any test adds a night.
        made.facts.append(gather(made.platform, DAY, NOW))
        yield made


@pytest.fixture(scope="package")
def facts(nights: Nights) -> DayFacts:
    return nights.facts[0]
