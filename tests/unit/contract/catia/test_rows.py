from __future__ import annotations

from typing import Any

import pytest

from contract.datasets import REJECTED, Dataset
from contract.items.outcomes import RejectedRow
from contract.sources.catia import CONTRACT, CONVERSATIONS, FEEDBACK, MESSAGES, rows

ROW_TYPES: dict[str, Any] = {
    CONVERSATIONS.name: rows.ConversationRow,
    MESSAGES.name: rows.MessageRow,
    FEEDBACK.name: rows.FeedbackRow,
    REJECTED.name: RejectedRow,
}


@pytest.mark.parametrize("dataset", CONTRACT.datasets, ids=lambda dataset: dataset.name)
def test_fields_are_the_columns_of_the_contract_in_its_order(dataset: Dataset) -> None:
    assert ROW_TYPES[dataset.name]._fields == dataset.column_names


@pytest.mark.parametrize("dataset", CONTRACT.datasets, ids=lambda dataset: dataset.name)
def test_fields_may_be_null_where_columns_may(dataset: Dataset) -> None:
    hints = ROW_TYPES[dataset.name].__annotations__

    assert {name: "None" in str(hint) for name, hint in hints.items()} == {
        column.name: column.nullable for column in dataset.columns
    }
