from __future__ import annotations

from dataclasses import replace

import pytest

from contract.column_history import History, history_faults, read_history, with_columns_of
from contract.column_types import ColumnType
from contract.datasets import TECHNICAL, Column, Dataset, decimal, text
from contract.source import SourceContract
from contract.sources import contract_named, contract_names
from contract.sources.catia import CONTRACT, FEEDBACK


def with_feedback(*columns: Column) -> SourceContract:
    feedback: Dataset = replace(FEEDBACK, columns=columns)
    datasets = tuple(feedback if dataset is FEEDBACK else dataset for dataset in CONTRACT.datasets)
    return replace(CONTRACT, datasets=datasets)


@pytest.mark.parametrize("name", contract_names())
def test_the_file_has_every_column_of_every_contract(name: str) -> None:
    history = read_history()
    contract = contract_named(name)
    assert history_faults(contract, history) == []
    assert with_columns_of(contract, history) == history, "run: python -m contract.column_history"


COMMENT = FEEDBACK.column("comment")
FREE_ID = 1 + max(column.field_id for column in FEEDBACK.columns)
OTHERS = tuple(column for column in FEEDBACK.columns if column != COMMENT)


@pytest.mark.parametrize(
    ("columns", "fault"),
    [
        (OTHERS, None),
        ((*OTHERS, COMMENT, text(FREE_ID, "channel", TECHNICAL, "Where it was given.")), None),
        ((*OTHERS, replace(COMMENT, comment="Other words for people.")), None),
        (
            (*OTHERS, replace(COMMENT, type=ColumnType.INTEGER)),
            (
                "feedback.comment was string and is bigint now: Iceberg cannot read the former as the latter; add a"
                f" column of another name with field id {FREE_ID}, and drop this one later"
            ),
        ),
        (
            (*OTHERS, text(5, "channel", TECHNICAL, "Where it was given.")),
            (
                "feedback.channel has field id 5, which was 'comment': an id is never given to another name; "
                f"take {FREE_ID}"
            ),
        ),
    ],
    ids=["dropped", "added", "described anew", "another type", "an id given again"],
)
def test_what_a_deployment_may_do_to_columns(columns: tuple[Column, ...], fault: str | None) -> None:
    faults = history_faults(with_feedback(*columns), with_columns_of(CONTRACT, {}))
    assert faults == ([] if fault is None else [fault])


def test_an_id_stays_taken_once_its_column_is_gone() -> None:
    history: History = with_columns_of(with_feedback(*OTHERS), with_columns_of(CONTRACT, {}))
    assert history_faults(with_feedback(*OTHERS, text(5, "channel", TECHNICAL, "…")), history) != []


def test_ids_that_are_proposed_are_free_and_told_once() -> None:
    new = text(FREE_ID, "channel", TECHNICAL, "Where it was given.")
    renamed, user = (
        replace(COMMENT, name="remark"),
        replace(FEEDBACK.column("user_id"), type=ColumnType.INTEGER),
    )
    columns = (*(column for column in OTHERS if column.name != "user_id"), renamed, user, new)
    faults = history_faults(with_feedback(*columns), with_columns_of(CONTRACT, {}))
    assert [f"{FREE_ID + 1}" in faults[0], f"field id {FREE_ID + 2}," in faults[1]] == [True, True], faults
    remedied = (*OTHERS, replace(COMMENT, name="remark", field_id=FREE_ID + 1), new)
    assert history_faults(with_feedback(*remedied), with_columns_of(CONTRACT, {})) == []


def test_a_contract_without_a_history_may_have_any_columns() -> None:
    assert history_faults(CONTRACT, {}) == []


@pytest.mark.parametrize(
    ("now", "fault"),
    [
        ((12, 2), None),
        ((38, 2), None),
        ((9, 2), "feedback.price was decimal(12,2) and is decimal(9,2) now"),
        ((14, 3), "feedback.price was decimal(12,2) and is decimal(14,3) now"),
    ],
)
def test_a_decimal_may_have_more_digits_before_the_point(now: tuple[int, int], fault: str | None) -> None:
    history = with_columns_of(with_feedback(*OTHERS, decimal(12, 2)(FREE_ID, "price", TECHNICAL, "…")), {})
    contract = with_feedback(*OTHERS, decimal(*now)(FREE_ID, "price", TECHNICAL, "…"))
    faults = history_faults(contract, history)
    assert [each.partition(":")[0] for each in faults] == ([] if fault is None else [fault])
    # Once it is wider it stays so.
    if fault is None and now != (12, 2):
        assert history_faults(
            with_feedback(*OTHERS, decimal(12, 2)(FREE_ID, "price", TECHNICAL, "…")), with_columns_of(contract, history)
        )
