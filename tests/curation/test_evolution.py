"""The contract changes: what becomes of the tables at the next start, with each engine."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from contract.column_types import ColumnType
from contract.datasets import TECHNICAL, Column, Dataset, Partition, integer, text
from contract.source import SourceContract
from contract.sources.catia import CONTRACT, CONVERSATIONS, FEEDBACK, MESSAGES
from contract.table_metadata import first_metadata
from glue_src.exceptions import TableSchemaError
from tests.curation.lake import Cells, Lake, months, run_id, talk, together

JAN, FEB = "2026-01", "2026-02"


def with_dataset(contract: SourceContract, changed: Dataset) -> SourceContract:
    """Return a contract in which a dataset of the same name is another."""

    def new(dataset: Dataset) -> Dataset:
        return changed if dataset.name == changed.name else dataset

    return replace(
        contract,
        datasets=tuple(map(new, contract.datasets)),
        kinds=tuple(replace(kind, dataset=kind.dataset and new(kind.dataset)) for kind in contract.kinds),
        relations=tuple(replace(each, child=new(each.child), parent=new(each.parent)) for each in contract.relations),
    )


def with_columns(dataset: Dataset, *columns: Column) -> Dataset:
    return replace(dataset, columns=columns)


def columns_of(lake: Lake, dataset: Dataset) -> list[tuple[int, str, str]]:
    return [(field.id, field.name, field.type) for field in lake.state_of(dataset).fields]


def glue_columns(lake: Lake, dataset: Dataset) -> list[str]:
    table = lake.clients.glue.get_table(DatabaseName=lake.arguments.database, Name=dataset.name)["Table"]
    columns = table["StorageDescriptor"]["Columns"]
    return [column["Name"] for column in columns if column["Parameters"]["iceberg.field.current"] == "true"]


def test_columns_properties_and_partitioning_become_the_contracts(lake: Lake) -> None:
    """Feedback gets other columns and all tables another history; then messages get another width."""
    rows = together(months(JAN, FEB), talk("u9", FEB, "x", key="CONVERSATION#2026-02-17"))
    lake.publish(run_id(1), rows)
    lake.night()
    user_id, feedback_id, created_at, kind, comment, option = FEEDBACK.columns
    # Added, renamed, dropped, moved: ids tell which is which, and none of those between was ever there.
    channel = text(9, "channel", TECHNICAL, "Where it was given.", "Feedback.channel")
    renamed = replace(comment, name="remark", comment="The user's own words, as they are.")
    changed = with_columns(FEEDBACK, channel, user_id, feedback_id, created_at, kind, renamed)
    lake.contract = with_dataset(CONTRACT, changed)
    before = lake.state_of(FEEDBACK).current_snapshot_id
    # Views on the new column work before there is a run that has it.
    assert lake.night(contract=lake.contract, history_days=7).recorded_run is None
    expected = [(column.field_id, column.name) for column in changed.columns]
    assert [entry[:2] for entry in columns_of(lake, FEEDBACK)] == expected
    assert glue_columns(lake, FEEDBACK) == [column.name for column in changed.columns]
    assert lake.state_of(FEEDBACK).current_snapshot_id == before
    assert len(lake.rows(FEEDBACK)) == 2
    ages = {lake.state_of(each).properties["history.expire.max-snapshot-age-ms"] for each in lake.contract.tables}
    assert ages == {str(7 * 86_400_000)}

    # A run with the new columns, and one with the new width, makes the whole table anew: its sums are of another kind.
    daily = replace(MESSAGES, partition=Partition("conversation_id", 23))
    lake.contract = with_dataset(lake.contract, daily)
    feedback: list[Cells] = [("app", *row[:4], "¡sí!") for row in rows[FEEDBACK]]
    lake.publish(run_id(2), {**rows, changed: feedback, daily: rows[MESSAGES]})
    assert lake.night(contract=lake.contract).recorded_run == run_id(2)
    assert lake.texts(FEEDBACK, "channel") == ["app", "app"]
    assert lake.texts(FEEDBACK, "remark") == ["¡sí!", "¡sí!"]
    assert lake.runs(run_id(2))["conversations"]["partitions_rewritten"] == 0
    assert lake.sees(rows)
    days = {f"CONVERSATION#{JAN}-01": [6], f"CONVERSATION#{FEB}-01": [6], f"CONVERSATION#{FEB}-17": [1]}
    assert lake.files(MESSAGES) == days
    # What was dropped is still there in earlier snapshots.
    assert before is not None
    assert "option" in lake.table(FEEDBACK).scan(snapshot_id=before).to_arrow().column_names

    # From now on, a day is all that a change costs, and left-behind files are found in both layouts.
    rows = together(rows, talk("u9", FEB, "y", key="CONVERSATION#2026-02-18"))
    lake.publish(run_id(3), {**rows, changed: feedback, daily: rows[MESSAGES]})
    lake.night(contract=lake.contract)
    rewritten = {name: row["partitions_rewritten"] for name, row in lake.runs(run_id(3)).items()}
    assert rewritten == {"messages": 1, "conversations": 1, "feedback": 0, "rejected": 0}
    assert lake.sees(rows)
    assert lake.engine.files_named(daily) >= {task.file.file_path for task in lake.table(MESSAGES).scan().plan_files()}

    # Back to the former contract: the same columns, by the same ids, and months, by the spec that the table had before.
    lake.contract = CONTRACT
    lake.publish(run_id(4), rows)
    lake.night(contract=CONTRACT)
    assert [entry[:2] for entry in columns_of(lake, FEEDBACK)] == [(c.field_id, c.name) for c in FEEDBACK.columns]
    assert option.name in glue_columns(lake, FEEDBACK)
    assert lake.texts(FEEDBACK, "option") == ["1", "1"]
    assert lake.files(MESSAGES) == {f"CONVERSATION#{JAN}": [6], f"CONVERSATION#{FEB}": [8]}
    assert [field.name for field in lake.state_of(MESSAGES).partition_fields] == ["conversation_id_trunc"]


def test_a_column_can_become_wider_and_nothing_else(lake: Lake) -> None:
    lake.clients.glue.delete_table(DatabaseName=lake.arguments.database, Name="messages")
    document = json.loads(first_metadata("any", MESSAGES, "s3://any", 30))
    schema = document["schemas"][0]
    schema["fields"] = [
        {**field, "type": "int" if field["type"] == "long" else field["type"]} for field in schema["fields"]
    ]
    lake.create_table(MESSAGES, {"schemas": [schema]})
    lake.publish(run_id(1), months(JAN))
    lake.night()
    assert (3, "position", "long") in columns_of(lake, MESSAGES)
    assert lake.sees(months(JAN))

    number = with_columns(
        MESSAGES, *(replace(c, type=ColumnType.INTEGER) if c.name == "text" else c for c in MESSAGES.columns)
    )
    reused = with_columns(CONVERSATIONS, *(c for c in CONVERSATIONS.columns if c.name != "ciudad"))
    with pytest.raises(TableSchemaError, match="'text' is string in the table and long in the contract"):
        lake.night(contract=with_dataset(CONTRACT, number))
    lake.night(contract=with_dataset(CONTRACT, reused))
    age = integer(5, "edad", TECHNICAL, "Another column by an id that was given before.")
    with pytest.raises(TableSchemaError, match=r"'edad' has field id 5, once that of 'ciudad'.*ids from 12 on"):
        lake.night(contract=with_dataset(CONTRACT, with_columns(reused, *reused.columns, age)))
    assert lake.sees(months(JAN))
