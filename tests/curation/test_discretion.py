"""People's words stand in every field, nights end in every way, and none of the words leaves by any way but the tables.

``tests/faults/test_faults.py`` looks through what ETL-1 writes of each of its faults, ``test_faults.py`` beside this
file through the errors of denied requests.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest

from contract.column_types import ColumnType
from contract.datasets import DATA_QUALITY, REJECTED, RUNS, Dataset
from contract.sources.catia import CONVERSATIONS, FEEDBACK, MESSAGES
from glue_src import logs
from glue_src.spark.engine import SparkEngine
from tests.curation.lake import Cells, Lake, instant, run_id, together
from tests.damaged_csvs import DAMAGED

MARK = "zqx7geheim"
HELLO = {MESSAGES: 3, FEEDBACK: 2, REJECTED: 1, CONVERSATIONS: 3}


def marked(night: int) -> dict[Dataset, list[Cells]]:
    """Return rows with the word in every text, beside a key's own beginning."""
    return {dataset: [_row(dataset, night, place) for place in range(rows)] for dataset, rows in HELLO.items()}


def _row(dataset: Dataset, night: int, place: int) -> Cells:
    cells: dict[ColumnType, str] = {ColumnType.INTEGER: "1", ColumnType.INSTANT: instant("2026-02")}
    word = f"{MARK}-{place}"
    ids = {"conversation_id": f"CONVERSATION#{instant('2026-02')}{MARK}", "feedback_id": f"FEEDBACK#2026-02{MARK}"}
    ids |= {"text": f"{word}, night {night}", "comment": f'"{word}" {night}'}
    return tuple(ids.get(column.name, cells.get(column.type, word)) for column in dataset.columns)


@contextmanager
def java_logs(lake: Lake) -> Iterator[None]:
    """Let Spark log as on Glue."""
    spark = getattr(lake.engine, "spark", None)
    if spark is None:
        yield
        return
    context = cast("SparkEngine", lake.engine).spark.sparkContext
    context.setLogLevel("WARN")
    try:
        yield
    finally:
        context.setLogLevel("OFF")


def test_no_persons_word_leaves_a_night(lake: Lake, capfd: pytest.CaptureFixture[str]) -> None:
    logs.write_to_standard_output()
    errors: list[str] = []

    def night(**arguments: Any) -> None:
        try:
            lake.night(**arguments)
        except Exception as error:  # noqa: BLE001 - looked through below
            errors.append("".join(traceback.format_exception(error)))

    with java_logs(lake):
        lake.publish(run_id(1), marked(1))
        night(max_rejected_ratio=1.0)
        assert errors == []
        header = ",".join(MESSAGES.column_names).encode() + b"\n"
        for number, damaged in enumerate(("no number", "half a character"), start=2):
            body = header + DAMAGED[damaged][0].replace(b"geheim", MARK.encode()).replace(
                b",1,user", b",1," + MARK.encode()
            )
            lake.publish(run_id(number), marked(number), bodies={MESSAGES: body})
            night(max_rejected_ratio=1.0)
        # Quarantined: a key twice, and a message without its conversation.
        twice = {MESSAGES: [*marked(7)[MESSAGES], *marked(7)[MESSAGES]]}
        lake.publish(run_id(7), together(marked(8), twice))
        night()
        # Held.
        lake.publish(run_id(9), {})
        night()
        # None of the newest is complete: the run before is held again.
        _forge(lake)
        night()
    told = {
        "errors": "\n".join(errors),
        "logs": "".join(capfd.readouterr()),
        "metrics": json.dumps(lake.clients.cloudwatch.list_metrics(), default=str),
        "runs and checks": repr([lake.rows(RUNS), lake.rows(DATA_QUALITY)]),
        "summaries, quarantine and metadata": _documents(lake),
    }
    assert len(errors) == 5
    assert {name for name, text in told.items() if not text} == set()
    assert {name: text[max(0, text.find(MARK) - 500) :][:900] for name, text in told.items() if MARK in text} == {}


def _forge(lake: Lake) -> None:
    """Publish runs whose summaries are none; the word stands in them."""
    right = json.loads(lake.publish(run_id(10), marked(10)).to_json())
    wrong = [json.dumps({**right, name: [MARK]}).encode() for name in ("items", "dt", "started_at", "objects")]
    for number, document in enumerate([*wrong, b"[" * 100_000, MARK.encode() + b"\xff"], start=10):
        lake.publish(run_id(number), marked(10))
        lake.put(lake.summary_key(run_id(number)), document)


def _documents(lake: Lake) -> str:
    """Return what lies beside the tables' data: right summaries, quarantine marks, tables' metadata."""
    forged = [run_id(number) for number in range(10, 16)]
    keys = [key for key in lake.keys(f"{lake.name}/") if key.endswith(".json")]
    return "".join(lake.get(key).decode() for key in keys if not any(run in key for run in forged))
