"""What runs count is named by the contract."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contract.datasets import REJECTED, Dataset
from contract.metrics import count_metrics, rows_metric
from contract.source import ContractError, ItemKind
from contract.sources.catia import CONTRACT as CATIA
from contract.sources.catia import MESSAGES
from tests.more_sources.parcels import CONTRACT, PARCELS, STOPS


def test_catias_are_what_dashboards_and_alarms_know() -> None:
    assert dict(count_metrics(CATIA)) == {
        "conversations": "Conversations",
        "feedback": "Feedback",
        "registers": "Registers",
        "messages": "Messages",
    }
    assert rows_metric(CATIA, MESSAGES) == "Messages"


def test_kinds_and_further_datasets_have_one_each() -> None:
    assert dict(count_metrics(CONTRACT)) == {
        "sent_parcels": "SentParcels",
        "empty_crates": "EmptyCrates",
        "stops": "Stops",
    }


def test_rows_of_a_kinds_dataset_are_its_items() -> None:
    assert rows_metric(CONTRACT, PARCELS) == "SentParcels"
    assert rows_metric(CONTRACT, STOPS) == "Stops"
    with pytest.raises(KeyError):
        rows_metric(CONTRACT, REJECTED)


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        (("items_scanned",), "items_scanned"),
        (("run_succeeded", "crates"), "run_succeeded"),
        (("crates", "crates_"), "crates, crates_"),
        (("stops",), "stops, stops"),
    ],
)
def test_one_name_for_two_metrics_is_refused(kinds: tuple[str, ...], told: str) -> None:
    contract = replace(CONTRACT, kinds=tuple(map(ItemKind, kinds)), datasets=(STOPS, REJECTED))
    with pytest.raises(ContractError) as raised:
        count_metrics(contract)
    assert str(raised.value) == f"contract 'parcels': {told}: a metric would have another's name; choose another"


def test_a_dataset_without_a_kind_is_counted_by_its_rows() -> None:
    further = Dataset(name="lost_stops", description="", columns=(), key=(), sort_by=())
    assert count_metrics(replace(CONTRACT, datasets=(further, *CONTRACT.datasets)))["lost_stops"] == "LostStops"
