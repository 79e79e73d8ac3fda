"""Items that are made up for any contract: its reader takes them, but for those that are spoilt on purpose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest

from contract.datasets import PERSONAL, REJECTED, TECHNICAL, Dataset, Partition, day, decimal, integer, json, text
from contract.items import readers, typed
from contract.items.outcomes import AcceptedItem, Rejected
from contract.items.rejections import ItemRejectedError, RejectionCode
from contract.source import ItemKind, SourceContract
from contract.sources.tickets import CONTRACT
from lambda_src.normalize import Normalizer
from tests.shop import STATION
from tools.local.contract_sample import contract_sample
from tools.local.errors import SampleError

NEWEST = date(2026, 1, 31)
#: What is deep within maps, one of which is a column, too.
PLACED = Dataset(
    name="placed",
    description="One row per order.",
    columns=(
        integer(1, "shop", TECHNICAL, "The shop.", "shop", nullable=False),
        text(2, "number", TECHNICAL, "The order.", "number", nullable=False),
        text(3, "city", PERSONAL, "Where it goes.", "delivery.address.city"),
        json(4, "address", PERSONAL, "Where it goes, in full.", "delivery.address"),
        decimal(12, 2)(5, "cost", TECHNICAL, "What that costs.", "delivery.cost"),
        day(6, "due", TECHNICAL, "When it is due.", "due", nullable=False),
    ),
    key=("shop", "number"),
    sort_by=("number", "shop"),
    partition=Partition("number", len("N-2026-01")),
)
ORDERS = SourceContract(
    name="placed",
    description="Orders",
    table="placed",
    key_attributes=("shop", "number"),
    kinds=(ItemKind("placed", PLACED),),
    datasets=(REJECTED, PLACED),
    item_reader=f"{__name__}:read",
)


def read(item: Mapping[str, Any]) -> AcceptedItem:
    return AcceptedItem("placed", {"placed": [typed.row(item, PLACED)]})


#: Two kinds that a value tells apart; GEAR and LOANS have no column of it, unless a test adds one.
GEAR = Dataset(
    name="gear",
    description="One row per piece of gear.",
    columns=(
        text(1, "gear_id", TECHNICAL, "The piece.", "id", nullable=False),
        decimal(9, 2)(2, "price", TECHNICAL, "What it cost.", "price"),
    ),
    key=("gear_id",),
    sort_by=("gear_id",),
)
LOANS = Dataset(
    name="loans",
    description="One row per loan of a piece.",
    columns=(
        text(1, "loan_id", TECHNICAL, "The loan.", "id", nullable=False),
        day(2, "due", TECHNICAL, "When it is due.", "due", nullable=False),
    ),
    key=("loan_id",),
    sort_by=("loan_id",),
)

KIND = text(9, "kind", TECHNICAL, "gear or loan.", "about.type")
TOLD_GEAR, TOLD_LOANS = (replace(each, columns=(*each.columns, KIND)) for each in (GEAR, LOANS))


def read_equipment(item: Mapping[str, Any], path: str, gear: Dataset, loans: Dataset) -> AcceptedItem:
    name, *keys = path.split(".")
    value = readers.attribute(item, name)
    for key in keys:
        value = readers.text((readers.mapping(value) or {}).get(key))
    dataset = {"gear": gear, "loan": loans}.get(value)
    if dataset is None:
        raise ItemRejectedError(RejectionCode.UNKNOWN_VALUE, "expected gear or loan", path)
    return AcceptedItem(dataset.name, {dataset.name: [typed.row(item, dataset)]})


read_plain = partial(read_equipment, path="type", gear=GEAR, loans=LOANS)
read_told = partial(read_equipment, path="about.type", gear=TOLD_GEAR, loans=TOLD_LOANS)
EQUIPMENT = SourceContract(
    name="equipment",
    description="Gear that is lent",
    table="gear",
    key_attributes=("id",),
    kinds=(ItemKind("gear", GEAR), ItemKind("loans", LOANS)),
    datasets=(REJECTED, LOANS, GEAR),
    item_reader=f"{__name__}:read_plain",
    examples={"type": ("gear", "loan")},
)
TOLD = replace(
    EQUIPMENT,
    kinds=(ItemKind("gear", TOLD_GEAR), ItemKind("loans", TOLD_LOANS)),
    datasets=(REJECTED, TOLD_LOANS, TOLD_GEAR),
    item_reader=f"{__name__}:read_told",
    examples={"about.type": ("gear", "loan")},
)


@pytest.mark.parametrize(
    ("contract", "kinds"),
    [
        (CONTRACT, ("S",)),
        (STATION, ("S", "N")),
        (ORDERS, ("N", "S")),
        (replace(CONTRACT, number_keys=("ticket_id",)), ("N",)),
    ],
    ids=("tickets", "station", "placed", "numbers as texts"),
)
def test_one_of_twenty_does_not_fit_and_all_others_do(contract: SourceContract, kinds: tuple[str, ...]) -> None:
    sample = contract_sample(contract, 100, seed=1, newest=NEWEST)
    outcomes = [Normalizer(contract).normalize(item) for item in sample.items]
    assert Counter(map(type, outcomes)) == {AcceptedItem: 95, Rejected: 5}
    assert all(key in item for item in sample.items for key in contract.key_attributes)
    assert sample == contract_sample(contract, 100, seed=1, newest=NEWEST)
    # DynamoDB takes no key of another type, not even in an item that is spoilt on purpose.
    assert {tuple(next(iter(item[key])) for key in contract.key_attributes) for item in sample.items} == {kinds}
    main = contract.last_dataset
    cells = [row for each in outcomes if isinstance(each, AcceptedItem) for row in each.rows[main.name]]
    # Each column has values, several and nulls, where nulls may be.
    for column, values in zip(main.columns, zip(*cells, strict=True), strict=True):
        assert len(set(values)) > 1, column.name
        assert (None in values) == column.nullable, column.name
    if main.partition is not None:
        divided = [main.partition_of(str(row[main.column_names.index(main.partition.column)])) for row in cells]
        assert 2 <= len(set(divided)) <= 10


@pytest.mark.parametrize("contract", [EQUIPMENT, TOLD], ids=("no column", "a column of both"))
def test_kinds_that_a_value_tells_apart_have_as_many_items_each(contract: SourceContract) -> None:
    sample = contract_sample(contract, 200, seed=1, newest=NEWEST)
    outcomes = [Normalizer(contract).normalize(item) for item in sample.items]
    kinds = Counter(outcome.kind if isinstance(outcome, AcceptedItem) else "rejected" for outcome in outcomes)
    assert 4 <= kinds.pop("rejected") <= 10
    assert min(kinds["gear"], kinds["loans"]) >= 90


def test_lists_have_entries_and_questions_name_every_table() -> None:
    sample = contract_sample(CONTRACT, 40, seed=2, newest=NEWEST)
    sizes = {len(item["replies"]["L"]) for item in sample.items if "L" in item["replies"]}
    assert sizes == {0, 1, 2, 3, 4}
    assert sample.view == "tickets"
    asked = " ".join(sample.questions.values())
    assert all(f'"{name}"' in asked for name in ("tickets", "replies"))


def test_what_has_no_column_is_an_example_in_the_entries_of_a_list_too() -> None:
    examples = {**CONTRACT.examples, "replies[].channel": ("mail", "desk")}
    sample = contract_sample(replace(CONTRACT, examples=examples), 40, seed=2, newest=NEWEST)
    channels = [entry["M"]["channel"]["S"] for item in sample.items for entry in item["replies"].get("L", ())]
    assert {*channels} == {"mail", "desk"}


def test_a_contract_whose_values_are_not_known_is_told_what_to_say() -> None:
    with pytest.raises(
        SampleError, match=r"Of 40 .*'tickets' \d+ would be rejected, most often so: unknown_value: status"
    ):
        contract_sample(replace(CONTRACT, examples={}), 40, seed=1, newest=NEWEST)
