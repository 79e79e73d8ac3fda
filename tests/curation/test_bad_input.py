"""A clean run that is not what it says or what the contract asks for: nothing is published, and no cell is told."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import cast

import pytest

from contract.datasets import REJECTED, Dataset
from contract.metrics import CurationMetric
from contract.partition_sums import PartitionSum
from contract.source import SourceContract
from contract.sources.catia import CONTRACT, CONVERSATIONS, MESSAGES
from glue_src.csv_faults import FaultCode, explained
from glue_src.engine import Source
from glue_src.exceptions import CurationError, ForeignHeaderError, MalformedDataError, QuarantinedError
from glue_src.spark.csv import read_clean
from glue_src.spark.engine import SparkEngine
from glue_src.spark.errors import translated
from glue_src.spark.iceberg import IcebergTable
from glue_src.storage import Bucket
from tests import damaged_csvs
from tests.csv_texts import NASTY_TEXTS
from tests.curation.lake import Cells, Lake, csv_of, like, months, rejection, run_id, sums_of, talk, together
from tests.damaged_csvs import DAMAGED, KEY, MISFITS
from tests.shop import MEASURED, MEASURES

JAN, FEB = "2026-01", "2026-02"
SECRET = damaged_csvs.SECRET.decode()
HEADER = ",".join(MESSAGES.column_names).encode() + b"\n"
RECORD = b"u0," + KEY + b",1,user,geheim,\n"

#: Bodies of messages.csv, each of one record that the summary promises, and the error that they end in.
BODIES: dict[str, tuple[bytes, type[CurationError], str]] = {
    "no header": (b"", ForeignHeaderError, "header"),
    "half a header": (b"user_id,conversation_id", ForeignHeaderError, "does not end"),
    "foreign header": (HEADER.replace(b"sender", b"channel") + RECORD, ForeignHeaderError, "'channel'"),
    "header without a required column": (b"user_id,text\n" + RECORD, ForeignHeaderError, "lacks 'conversation_id'"),
    **{
        # One of each code: what else is damaged so, the engines are asked without a night around it.
        case: (HEADER + DAMAGED[case][0], MalformedDataError, f"[{DAMAGED[case][1]}]")
        for case in {code: case for case, (_, code) in DAMAGED.items()}.values()
    },
}


def traced(error: BaseException) -> str:
    """Return all that a log would say of an error."""
    return "".join(traceback.format_exception(error))


def test_spark_refuses_every_damaged_record(make_lake: Callable[[SourceContract, str], Lake]) -> None:
    """With the code that the Arrow engine has for it: ``tests/unit/glue_src/test_csv_faults.py``."""
    lake = make_lake(CONTRACT, "spark")
    spark = cast("SparkEngine", lake.engine).spark
    cases = [(MESSAGES, HEADER + RECORD, case, *damaged) for case, damaged in DAMAGED.items()]
    # One of each column: a job each takes a second.
    misfits = {case.split()[0]: (case, *damaged) for case, damaged in MISFITS.items()}
    cases += [(MEASURES, csv_of(MEASURES, MEASURED), *misfit) for misfit in misfits.values()]

    def told(number: int, dataset: Dataset, right: bytes, body: bytes, code: FaultCode) -> str:
        """Return what is not as it should be; nothing where the code is the other engine's."""
        source = Source(dataset, f"{lake.name}/{number}.csv", 0, dataset.columns)
        lake.put(source.key, right + body)
        uri = f"s3://{lake.bucket}/{source.key}"
        try:
            with (
                explained(Bucket(lake.clients.s3, lake.bucket), [source]),
                translated(IcebergTable(spark, lake.name, dataset.name), None, source.key),
            ):
                return repr(read_clean(spark, uri, dataset, dataset.columns).collect())
        except MalformedDataError as error:
            return "" if f"[{code}]" in str(error) and SECRET not in traced(error) else traced(error)

    # Most of a job's time is waiting: some go side by side. What is cut off is seen before any engine reads it.
    with ThreadPoolExecutor(4) as at_once:
        begun = {
            case: at_once.submit(told, number, dataset, right, body, code)
            for number, (dataset, right, case, body, code) in enumerate(cases)
            if code is not FaultCode.CUT_OFF
        }
        wrong = {case: found for case, asked in begun.items() if (found := asked.result())}
    assert wrong == {}


def test_damaged_csvs_publish_nothing_and_are_told_without_their_cells(lake: Lake, engine_name: str) -> None:
    """With Spark two of the damaged records: its codes and words for all others are the test's above."""
    left_out = [] if engine_name == "arrow" else [case for case in BODIES if case in DAMAGED][:-2]
    bodies = {case: body for case, body in BODIES.items() if case not in left_out}
    lake.publish(run_id(1), months(JAN))
    lake.night()
    before = lake.states()
    rows = together(months(JAN), talk("u0", FEB, SECRET))
    sums = {MESSAGES: {**sums_of(MESSAGES, months(JAN)[MESSAGES]), f"CONVERSATION#{FEB}": PartitionSum(1, 1)}}
    wrong: dict[str, str] = {}
    for number, (case, (body, kind, word)) in enumerate(bodies.items(), start=2):
        lake.publish(run_id(number), rows, bodies={MESSAGES: body}, sums=sums)
        try:
            lake.night()
            wrong[case] = "published"
        except CurationError as error:
            if not isinstance(error, kind) or word not in str(error) or SECRET in traced(error):
                wrong[case] = traced(error)[-700:]
    assert wrong == {}
    assert lake.states() == before
    assert [name for name in lake.state_of(MESSAGES).references if name != "main"] == []
    # The next good run is published as if nothing had been.
    lake.publish(run_id(90), rows)
    lake.night()
    assert lake.sees(rows)


def _keys_but_metadata(lake: Lake) -> set[str]:
    return {key for key in lake.table_keys(MESSAGES) if not key.endswith(".json")}


def test_every_check_finds_what_it_is_for(lake: Lake) -> None:
    good = together(months(JAN), talk("u9", FEB, "x", "y"))
    lake.publish(run_id(1), good)
    lake.night()
    before = lake.states()
    kept, snapshots = _keys_but_metadata(lake), lake.state_of(MESSAGES).snapshots
    head, message = talk("u8", FEB, "z")[CONVERSATIONS][0], talk("u8", FEB, "z")[MESSAGES][0]
    faulty = together(
        good,
        # No parent; a key twice; a null that may not be; a conversation that counts wrongly.
        {MESSAGES: [("nobody", *message[1:]), message, message]},
        {CONVERSATIONS: [(*head[:2], None, *head[3:])]},
        like("u9", FEB, created_at=None),
        *(rejection(f"k{number}") for number in range(9)),
    )
    lake.publish(run_id(2), faulty)
    with pytest.raises(QuarantinedError) as caught:
        lake.night(max_rejected_ratio=0.5)
    failed = {
        *("messages.unique_key", "messages.has_conversation", "conversations.created_at_not_null"),
        *("conversations.message_count", "feedback.created_at_not_null", "rejected.rejected_ratio"),
    }
    assert {text.partition(":")[0] for text in caught.value.failed} == failed
    checks = lake.checks(run_id(2))
    assert {name for name, row in checks.items() if row["outcome"] == "failed"} == failed
    assert checks["messages.has_conversation"]["rows_failed"] == 1
    assert checks["messages.unique_key"]["rows_failed"] == 1
    assert checks["feedback.user_has_conversation"]["rows_failed"] == 0
    assert lake.metric(CurationMetric.FAILED_DATA_CHECKS) == len(failed)
    assert lake.states() == before
    # What was staged is gone with its files.
    assert _keys_but_metadata(lake) == kept
    assert lake.state_of(MESSAGES).snapshots == snapshots
    assert lake.sees(good)
    assert lake.runs(run_id(2)) == {}
    assert run_id(2) in lake.get(lake.quarantine_key(run_id(2))).decode()


def test_a_quarantined_run_is_not_tried_again(by_arrow: Lake) -> None:
    lake = by_arrow
    lake.publish(run_id(1), months(JAN))
    lake.night()
    lake.publish(
        run_id(2), together(months(JAN), {MESSAGES: [*months(JAN)[MESSAGES], *talk("u9", FEB, "x")[MESSAGES]]})
    )
    with pytest.raises(QuarantinedError):
        lake.night()
    # It is not tried again: the older run is the newest then, and published already.
    assert lake.night().recorded_run is None
    # A table can be rebuilt from that one, although the checks of the newer run stand in data_quality.
    assert lake.night(rebuild=frozenset({"messages"})).recorded_run == run_id(1)
    # Somebody looks at it, deletes the marker, and it is tried again.
    lake.delete(lake.quarantine_key(run_id(2)))
    with pytest.raises(QuarantinedError):
        lake.night()


def test_nulls_where_the_table_may_hold_none_publish_nothing(lake: Lake) -> None:
    """Iceberg itself requires the columns that a table is divided and sorted by."""
    without_user: Cells = (None, KEY.decode(), "1", "user", SECRET, None)
    without_partition: Cells = ("u0", None, "1", "user", SECRET, None)
    february = f"CONVERSATION#{FEB}"
    # Of a table of which partitions are written, and of one that is written whole.
    cases = product(
        ([without_user], [without_partition], [without_user, without_partition]),
        (frozenset[str](), frozenset({"messages"})),
    )
    for number, (rows, rebuild) in enumerate(cases, start=1):
        sums = {MESSAGES: {february: PartitionSum(len(rows), 1)}}
        lake.publish(run_id(number), {MESSAGES: rows}, sums=sums)
        with pytest.raises(MalformedDataError, match=r"\[null\]") as caught:
            lake.night(rebuild=rebuild)
        assert SECRET not in traced(caught.value)
    assert lake.state_of(MESSAGES).current_snapshot_id is None


def test_a_summary_that_lies_is_found_out(lake: Lake) -> None:
    """One table is lied about in each way."""
    rows = together(months(JAN, FEB), rejection("k"))
    lake.publish(run_id(1), rows)
    lake.night()
    before = lake.states()
    messages = sums_of(MESSAGES, rows[MESSAGES])
    january, february = messages[f"CONVERSATION#{JAN}"], messages[f"CONVERSATION#{FEB}"]
    lies = {
        # One row more, one less.
        MESSAGES: {
            f"CONVERSATION#{JAN}": PartitionSum(january.rows + 1, 1),
            f"CONVERSATION#{FEB}": PartitionSum(february.rows - 1, 2),
        },
        # A partition that is not there.
        CONVERSATIONS: {**sums_of(CONVERSATIONS, rows[CONVERSATIONS]), "CONVERSATION#2026-03": PartitionSum(4, 4)},
        # Other rows than there are.
        REJECTED: {"": PartitionSum(2, 7)},
    }
    lake.publish(run_id(2), rows, sums=lies)
    with pytest.raises(QuarantinedError) as caught:
        lake.night()
    assert lake.states() == before
    found = {text.partition(":")[0] for text in caught.value.failed}
    assert found == {f"{dataset.name}.rows_as_promised" for dataset in lies}


def test_every_text_arrives_as_it_was_from_any_columns(lake: Lake) -> None:
    """Columns may be missing, and in another order."""
    rows = talk("u", JAN, *NASTY_TEXTS, None)
    header = ("text", "position", "conversation_id", "user_id")
    own = [tuple(row[MESSAGES.column_names.index(name)] for name in header) for row in rows[MESSAGES]]
    rejected: list[Cells] = [(text, "r", text) for text in NASTY_TEXTS]
    lake.publish(run_id(1), {**rows, MESSAGES: own, REJECTED: rejected}, headers={MESSAGES: header})
    lake.night(max_rejected_ratio=1.0)
    assert lake.sees(rows)
    assert lake.texts(REJECTED, "item_json") == sorted(NASTY_TEXTS, key=repr)
    assert lake.texts(MESSAGES, "sender") == [None] * len(own)
    assert csv_of(MESSAGES, own, header).startswith(b"text,")
