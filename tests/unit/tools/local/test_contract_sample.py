"""Items that are made up for any contract: its reader takes them, but for those that are spoilt on purpose."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from contract.items.outcomes import AcceptedItem, Rejected
from contract.source import SourceContract
from contract.sources.tickets import CONTRACT
from lambda_src.normalize import Normalizer
from tests.shop import STATION
from tools.local.contract_sample import contract_sample
from tools.local.errors import SampleError

NEWEST = date(2026, 1, 31)


@pytest.mark.parametrize("contract", [CONTRACT, STATION], ids=lambda each: each.name)
def test_one_of_twenty_does_not_fit_and_all_others_do(contract: SourceContract) -> None:
    sample = contract_sample(contract, 100, seed=1, newest=NEWEST)
    outcomes = [Normalizer(contract).normalize(item) for item in sample.items]
    assert Counter(map(type, outcomes)) == {AcceptedItem: 95, Rejected: 5}
    assert all(key in item for item in sample.items for key in contract.key_attributes)
    assert sample == contract_sample(contract, 100, seed=1, newest=NEWEST)
    main = contract.last_dataset
    cells = [row for each in outcomes if isinstance(each, AcceptedItem) for row in each.rows[main.name]]
    # Each column has values, several and nulls, where nulls may be.
    for column, values in zip(main.columns, zip(*cells, strict=True), strict=True):
        assert len(set(values)) > 1, column.name
        assert (None in values) == column.nullable, column.name


def test_lists_have_entries_and_questions_name_every_table() -> None:
    sample = contract_sample(CONTRACT, 40, seed=2, newest=NEWEST)
    sizes = {len(item["replies"]["L"]) for item in sample.items if "L" in item["replies"]}
    assert sizes == {0, 1, 2, 3, 4}
    assert sample.view == "tickets"
    asked = " ".join(sample.questions.values())
    assert all(f'"{name}"' in asked for name in ("tickets", "replies"))


def test_a_contract_whose_values_are_not_known_is_told_what_to_say() -> None:
    with pytest.raises(
        SampleError, match=r"Of 40 .*'tickets' \d+ would be rejected, most often so: unknown_value: status"
    ):
        contract_sample(replace(CONTRACT, examples={}), 40, seed=1, newest=NEWEST)
