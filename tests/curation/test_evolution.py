"""The contract has gained a column or a dataset, or changed a type, while days of the older one are there.

Today's contract plays the newer one; the older one is today's without ``feedback.option``, or without feedback at all.
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from glue_src.exceptions import ColumnTypeError, FailedDaysError, ForeignHeaderError
from modules.contract.source import ItemKind
from sources.catia import CONTRACT, CONVERSATIONS, FEEDBACK, MESSAGES
from tests.curation.lake import MONDAY, TUESDAY, WEDNESDAY, Lake, Rows, only_failure, rows_of_users, run_id
from tests.curation.told import EVOLUTION, told

if TYPE_CHECKING:
    from pathlib import Path

# Py4J leaves its connections to Java to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")

GAINED = FEEDBACK.columns[-1]
OLD_HEADER = FEEDBACK.column_names[:-1]
WITHOUT_FEEDBACK = replace(
    CONTRACT,
    datasets=tuple(dataset for dataset in CONTRACT.datasets if dataset != FEEDBACK),
    kinds=tuple(ItemKind(kind.name, None if kind.dataset == FEEDBACK else kind.dataset) for kind in CONTRACT.kinds),
    relations=tuple(relation for relation in CONTRACT.relations if relation.child != FEEDBACK),
)


def old_rows(*users: str) -> Rows:
    rows = rows_of_users(*users)
    rows[FEEDBACK] = [cells[:-1] for cells in rows[FEEDBACK]]
    return rows


def make_old(lake: Lake) -> None:
    """Make table and curated file of Monday's feedback what they were before the contract had the column."""
    lake.set_columns(FEEDBACK, [column for column in lake.columns(FEEDBACK) if column["Name"] != GAINED.name])
    old = io.BytesIO()
    pq.write_table(lake.parquet(FEEDBACK, MONDAY).read().drop_columns([GAINED.name]), old)
    lake.put(lake.curated_key(FEEDBACK, MONDAY), old.getvalue())


@told(EVOLUTION, "The contract gains a column", "null in it for the days before; the table has it, with its comment")
def test_old_days_read_as_null_in_a_column_that_the_contract_gained(lake: Lake, tmp_path: Path) -> None:
    lake.publish_run(MONDAY, run_id(1), rows_of_users("ana"))
    lake.run_job()
    make_old(lake)
    lake.publish_run(TUESDAY, run_id(2), rows_of_users("ana"))
    lake.run_job()
    columns = lake.columns(FEEDBACK)
    assert [column["Name"] for column in columns] == list(FEEDBACK.column_names)
    assert columns[-1] == {"Name": GAINED.name, "Type": GAINED.type.value, "Comment": GAINED.comment}
    answer = lake.query(f"SELECT dt, {GAINED.name} FROM feedback ORDER BY dt", tmp_path)  # noqa: S608 a name of ours
    assert answer == [(MONDAY.isoformat(), None), (TUESDAY.isoformat(), "1")]


@told(EVOLUTION, "A run of the older contract arrives after the change", "its rows, with null in the new column")
def test_a_csv_of_yesterdays_contract_is_read(lake: Lake) -> None:
    lake.publish_run(MONDAY, run_id(1), old_rows("ana"), headers={FEEDBACK: OLD_HEADER})
    lake.run_job()
    parquet = lake.parquet(FEEDBACK, MONDAY)
    assert parquet.schema_arrow.names == list(FEEDBACK.column_names)
    assert parquet.read().to_pylist()[0][GAINED.name] is None


@told(EVOLUTION, "A run has the columns in another order", "its rows, each value in its column")
def test_columns_are_found_by_name(lake: Lake) -> None:
    rows = rows_of_users("ana")
    rows[FEEDBACK] = [tuple(reversed(cells)) for cells in rows[FEEDBACK]]
    lake.publish_run(MONDAY, run_id(1), rows, headers={FEEDBACK: tuple(reversed(FEEDBACK.column_names))})
    lake.run_job()
    (found,) = lake.parquet(FEEDBACK, MONDAY).read().to_pylist()
    assert (found["user_id"], found["feedback_type"], found["option"]) == ("ana", "like", "1")


@told(
    EVOLUTION,
    "A run has columns that ETL-2 does not know: ETL-1 was deployed first",
    "no such day; the job fails, names the columns, and takes the run once ETL-2 is deployed too",
)
def test_a_csv_with_foreign_columns_waits(lake: Lake) -> None:
    rows = rows_of_users("ana")
    rows[FEEDBACK] = [(*cells, "web") for cells in rows[FEEDBACK]]
    lake.publish_run(MONDAY, run_id(1), rows, headers={FEEDBACK: (*FEEDBACK.column_names, "channel")})
    with pytest.raises(FailedDaysError, match=r"unknown column 'channel'.*deploy both from the same commit") as caught:
        lake.run_job()
    assert isinstance(only_failure(caught), ForeignHeaderError)
    assert lake.curated_keys() == []


@told(EVOLUTION, "A run lacks a column that may not be null", "no such day; the job fails and names the column")
def test_a_csv_without_a_required_column_is_refused(lake: Lake) -> None:
    rows = rows_of_users("ana")
    rows[MESSAGES] = [(cells[0], cells[1], *cells[3:]) for cells in rows[MESSAGES]]
    header = tuple(name for name in MESSAGES.column_names if name != "position")
    lake.publish_run(MONDAY, run_id(1), rows, headers={MESSAGES: header})
    with pytest.raises(FailedDaysError, match="lacks 'position', which may not be null") as caught:
        lake.run_job()
    assert isinstance(only_failure(caught), ForeignHeaderError)
    assert lake.curated_keys() == []


@told(EVOLUTION, "A run's file has no header", "no such day; the job fails and names the file")
def test_a_csv_without_a_header_is_refused(lake: Lake) -> None:
    lake.publish_run(MONDAY, run_id(1), rows_of_users("ana"), headers={FEEDBACK: ("",)})
    with pytest.raises(FailedDaysError, match=r"feedback-.*csv names the unknown column .{4} and lacks 'user_id'"):
        lake.run_job()
    assert lake.curated_keys() == []


@told(
    EVOLUTION,
    "A column changes its type",
    "everything as it was: the job does nothing and says which column it is and what to do",
)
def test_a_column_of_another_type_is_refused(lake: Lake) -> None:
    lake.publish_run(MONDAY, run_id(1), rows_of_users("ana"))
    lake.run_job()
    before = {key: lake.get(key) for key in lake.curated_keys()}
    columns = lake.columns(CONVERSATIONS)
    lake.set_columns(
        CONVERSATIONS, [{**each, "Type": "string"} if each["Name"] == "message_count" else each for each in columns]
    )
    lake.publish_run(TUESDAY, run_id(2), rows_of_users("luis"))
    with pytest.raises(ColumnTypeError, match=r"conversations\.message_count is string in the catalog and bigint"):
        lake.run_job()
    assert {key: lake.get(key) for key in lake.curated_keys()} == before


@told(EVOLUTION, "The crawler, or somebody, has added a column", "that column, left alone, and null in new days")
def test_a_column_that_the_contract_does_not_have_stays(lake: Lake) -> None:
    foreign = {"Name": "added_by_hand", "Type": "string", "Comment": "not ours"}
    lake.set_columns(FEEDBACK, [*lake.columns(FEEDBACK), foreign])
    lake.publish_run(MONDAY, run_id(1), rows_of_users("ana"))
    lake.run_job()
    assert lake.columns(FEEDBACK)[-1] == foreign
    assert lake.partitions(FEEDBACK)[MONDAY]["StorageDescriptor"]["Columns"][-1] == foreign


@told(
    EVOLUTION,
    "The contract gains a dataset",
    "no row of it in the days before, which stay; all else as it was, and the days' retention too",
)
def test_old_days_are_empty_in_a_dataset_that_the_contract_gained(lake: Lake) -> None:
    old = replace(lake, contract=WITHOUT_FEEDBACK)
    for number, day in enumerate((MONDAY, TUESDAY), start=1):
        old.publish_run(day, run_id(number), rows_of_users("ana"))
    assert old.run_job() == 2
    before = {key: lake.get(key) for key in lake.curated_keys()}

    assert lake.run_job() == 0
    assert lake.registered_days() == [[MONDAY, TUESDAY]] * len(CONTRACT.tables)
    assert {key: lake.get(key) for key in before} == before
    assert lake.parquet(FEEDBACK, MONDAY).schema_arrow.names == list(FEEDBACK.column_names)
    assert lake.parquet(FEEDBACK, MONDAY).metadata.num_rows == 0
    assert lake.parameters(TUESDAY, FEEDBACK)["source_run_id"] == run_id(2)
    assert lake.leftovers() == []

    lake.publish_run(WEDNESDAY, run_id(3), rows_of_users("ana"))
    assert lake.run_job() == 1
    assert lake.registered_days() == [[MONDAY, TUESDAY, WEDNESDAY]] * len(CONTRACT.tables)
    assert lake.parquet(FEEDBACK, WEDNESDAY).metadata.num_rows == 1
    assert lake.superseded(lake.day_keys(TUESDAY)) == set(lake.day_keys(TUESDAY))
    assert lake.superseded(lake.day_keys(WEDNESDAY)) == set()


@told(
    EVOLUTION,
    "The contract gains a dataset, and ETL-1 was deployed first",
    "the day without it, until ETL-2 is deployed too; then with it",
)
def test_a_day_whose_run_has_the_gained_dataset_is_curated_anew(lake: Lake) -> None:
    lake.publish_run(MONDAY, run_id(1), rows_of_users("ana"))
    assert replace(lake, contract=WITHOUT_FEEDBACK).run_job() == 1
    assert lake.run_job() == 1
    assert lake.parquet(FEEDBACK, MONDAY).metadata.num_rows == 1
    assert lake.parameters(MONDAY, FEEDBACK)["row_count"] == "1"


@told(
    EVOLUTION,
    "A run of the older contract, without the dataset, arrives after the change",
    "no such day; the job fails, names the dataset, and takes the day once ETL-1 is deployed and repeated for it",
)
def test_a_run_without_the_gained_dataset_is_not_taken(lake: Lake) -> None:
    replace(lake, contract=WITHOUT_FEEDBACK).publish_run(MONDAY, run_id(1), rows_of_users("ana"))
    with pytest.raises(FailedDaysError, match=r"lists 0 objects for dataset 'feedback'.*Repeat ETL-1 for that day"):
        lake.run_job()
    assert lake.curated_keys() == []
    lake.publish_run(MONDAY, run_id(2), rows_of_users("ana"))
    assert lake.run_job() == 1


@told(
    EVOLUTION,
    "The oldest day has lost its partition in one table",
    "the day, whole again after the next run: that is no dataset that the contract has gained",
)
def test_of_the_oldest_day_a_lost_partition_is_no_gained_dataset(lake: Lake) -> None:
    for number, day in enumerate((MONDAY, TUESDAY), start=1):
        lake.publish_run(day, run_id(number), rows_of_users("ana"))
    lake.run_job()
    lake.glue.delete_partition(
        DatabaseName=lake.arguments.database, TableName=FEEDBACK.name, PartitionValues=[MONDAY.isoformat()]
    )
    assert lake.run_job() == 1
    assert lake.parquet(FEEDBACK, MONDAY).metadata.num_rows == 1
