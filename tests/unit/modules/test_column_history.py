from __future__ import annotations

from dataclasses import replace

import pytest

from contract.column_history import History, history_faults, read_history, with_columns_of
from contract.datasets import TECHNICAL, Column, ColumnType, Dataset, text
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
OTHERS = tuple(column for column in FEEDBACK.columns if column != COMMENT)


@pytest.mark.parametrize(
    ("columns", "fault"),
    [
        (OTHERS, None),
        ((*OTHERS, COMMENT, text(7, "channel", TECHNICAL, "Where it was given.")), None),
        ((*OTHERS, replace(COMMENT, comment="Other words for people.")), None),
        (
            (*OTHERS, replace(COMMENT, type=ColumnType.COUNT)),
            (
                "feedback.comment was string and is bigint now: Iceberg cannot read the former as the latter; add a"
                " column of another name with field id 7, and drop this one later"
            ),
        ),
        (
            (*OTHERS, text(5, "channel", TECHNICAL, "Where it was given.")),
            "feedback.channel has field id 5, which was 'comment': ids are never given to another column; take 7",
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


def test_a_contract_without_a_history_may_have_any_columns() -> None:
    assert history_faults(CONTRACT, {}) == []
