"""What a table's metadata says: whose rows it holds, and whether its sums can be trusted."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from contract.partition_sums import PartitionSum, version_of
from contract.snapshots import SnapshotProperty
from contract.sources.catia import MESSAGES
from glue_src.exceptions import TableMetadataError, TableMissingError
from glue_src.tables import TableState, read_table
from tests.table_states import LOCATION, OneTable, empty_state, metadata_of, snapshot, state_of, summed

SUMS = {"CONVERSATION#2026-01": PartitionSum(10, 1)}
_NAME = MESSAGES.name


def state(*snapshots: dict[str, Any], current: int) -> TableState:
    return state_of(_NAME, metadata_of(MESSAGES, snapshots=snapshots, **{"current-snapshot-id": current}))


def ours(number: int, parent: int | None, base: int | None, **change: str) -> dict[str, Any]:
    return snapshot(number, parent, number, **{**summed(MESSAGES, SUMS, base, run_id=f"r{number}"), **change})


def test_a_table_that_nothing_was_committed_to_is_known_to_be_empty() -> None:
    found = empty_state(MESSAGES)
    assert found.trusted_sums is not None
    assert (found.trusted_sums.version, found.trusted_sums.partitions) == (None, {})
    assert (found.rows, found.run_id, found.current) == (0, None, None)
    assert [field.name for field in found.fields] == list(MESSAGES.column_names)
    assert found.location == "s3://b/out/messages"
    # Java's writers say -1.
    assert empty_state(MESSAGES, **{"current-snapshot-id": -1}).current_snapshot_id is None


@pytest.mark.parametrize(
    ("snapshots", "current", "trusted"),
    [
        pytest.param([ours(1, None, None)], 1, True, id="the first"),
        pytest.param([ours(1, None, None), ours(2, 1, 1)], 2, True, id="on its base"),
        pytest.param([ours(1, None, None), ours(2, 1, 1)], 1, True, id="rolled back"),
        pytest.param([ours(1, None, None), ours(2, 1, None)], 2, False, id="planned on nothing, on another's commit"),
        pytest.param([ours(1, None, None), snapshot(2, 1, 2), ours(3, 2, 1)], 3, False, id="another's in between"),
        pytest.param([ours(1, None, None), snapshot(2, 1, 2, "append")], 2, False, id="another's on top"),
        pytest.param([ours(1, None, None), snapshot(2, 1, 2, "replace")], 2, True, id="compacted"),
        pytest.param([ours(1, 9, 9), snapshot(2, 1, 2, "replace"), snapshot(3, 2, 3, "replace")], 3, True, id="twice"),
        pytest.param([snapshot(2, 1, 2, "replace")], 2, False, id="compacted, and its source expired"),
        pytest.param([ours(2, 1, 1)], 2, True, id="its base expired"),
        pytest.param([ours(2, None, 1)], 2, True, id="its base expired, and was forgotten as parent"),
        pytest.param([ours(1, None, None), ours(2, None, 1)], 2, False, id="beside its base"),
        pytest.param([ours(1, None, None, **{SnapshotProperty.SUMS: "[]"})], 1, False, id="no sums in the sums"),
        pytest.param([ours(1, None, None, **{SnapshotProperty.SUMS: "{"})], 1, False, id="no JSON in the sums"),
    ],
)
def test_sums_are_trusted_while_nobody_else_committed(snapshots: Any, current: int, *, trusted: bool) -> None:
    found = state(*snapshots, current=current).trusted_sums
    assert (found is not None) is trusted
    if found:
        assert (found.version, found.partitions) == (version_of(MESSAGES), SUMS)


def test_rows_are_the_sums_or_what_the_writer_counted() -> None:
    assert state(ours(1, None, None), current=1).rows == 10
    foreign = snapshot(2, 1, 2, "append", **{"total-records": "17", "total-position-deletes": "2"})
    found = state(ours(1, None, None), foreign, current=2)
    assert (found.rows, found.run_id) == (15, None)


def test_a_compacted_table_is_still_its_runs() -> None:
    found = state(ours(1, None, None), snapshot(2, 1, 2, "replace"), current=2)
    assert (found.run_id, found.business_day) == ("r1", "2026-01-01")
    assert found.current is not None
    assert found.current.run_id is None


PARAMETERS = {"table_type": "ICEBERG", "metadata_location": LOCATION}


class Refused:
    """A client that answers every request with an error of this code."""

    def __init__(self, code: str) -> None:
        self.code = code

    def __getattr__(self, name: str) -> Any:
        def refuse(**_: Any) -> None:
            raise ClientError({"Error": {"Code": self.code, "Message": "m"}}, name)

        return refuse


@pytest.mark.parametrize(
    ("glue", "fault"),
    [
        (Refused("EntityNotFoundException"), "is not in the Data Catalog"),
        (OneTable({}, b""), "is no Iceberg table"),
        (OneTable({**PARAMETERS, "table_type": "hive"}, b""), "is no Iceberg table"),
        (OneTable({"table_type": "ICEBERG"}, b""), "is no Iceberg table"),
    ],
)
def test_a_missing_table_is_told_with_the_remedy(glue: Any, fault: str) -> None:
    with pytest.raises(
        TableMissingError, match=rf"table db\.messages {fault}.*ops restore registers it again.*deploy the ETL stack"
    ):
        read_table(glue, glue, "db", _NAME)


@pytest.mark.parametrize(
    ("s3", "fault"),
    [
        (Refused("NoSuchKey"), "is missing"),
        (OneTable({}, b""), "is damaged"),
        (OneTable({}, b'{"format-version": 2'), "is damaged"),
        (OneTable({}, b'{"format-version": 2}'), "is damaged"),
        (OneTable({}, b"[]"), "is damaged"),
        (OneTable({}, json.dumps(metadata_of(MESSAGES, **{"current-schema-id": 7})).encode()), "is damaged"),
        (OneTable({}, b"\x1f\x8b half"), "is no whole gzip file"),
        (OneTable({}, b"\xff\xfe"), "is damaged"),
    ],
)
def test_a_bad_metadata_file_is_named_with_the_remedy(s3: Any, fault: str) -> None:
    glue: Any = OneTable(PARAMETERS, b"")
    with pytest.raises(TableMetadataError, match=rf"{LOCATION} .*{fault}.*: python -m ops restore --env ENV --deleted"):
        read_table(glue, s3, "db", _NAME)


def test_other_failures_are_raised_as_they_come() -> None:
    glue: Any = OneTable(PARAMETERS, b"")
    denied: Any = Refused("AccessDenied")
    for clients in ((denied, denied), (glue, denied)):
        with pytest.raises(ClientError, match="AccessDenied"):
            read_table(*clients, "db", _NAME)


def test_a_compressed_metadata_file_is_read() -> None:
    table: Any = OneTable(PARAMETERS, gzip.compress(json.dumps(metadata_of(MESSAGES)).encode()))
    assert read_table(table, table, "db", _NAME).rows == 0
