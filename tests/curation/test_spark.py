"""What only the Spark engine has: branches, ranges of keys, an older Iceberg."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contract.sources.catia import CONTRACT, MESSAGES
from glue_src.engine import Source, TablePlan
from glue_src.spark import keys
from glue_src.spark.iceberg import IcebergTable
from tests.curation import glue_5_0
from tests.curation.lake import Lake, months, run_id, talk, together
from tools.local.aws_environment import emulator_variables

JAN, FEB = "2026-01", "2026-02"


@pytest.fixture
def lake(make_lake: Callable[..., Lake]) -> Lake:
    return make_lake(CONTRACT, "spark")


def test_too_many_ranges_make_the_whole_table_anew(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every second of the partitions changes: no condition is written that takes longer than the table itself."""
    names = [f"CONVERSATION#2026-{number:02d}" for number in range(9)]

    def rows(texts: dict[int, str]) -> Any:
        told = {name: texts.get(number, "una") for number, name in enumerate(names)}
        return together(*(talk("u", JAN, text, key=name) for name, text in told.items()))

    lake.publish(run_id(1), rows({}))
    lake.night()
    monkeypatch.setattr(keys, "MOST_RANGES", 3)
    other = dict.fromkeys((1, 3, 5, 7), "otra")
    before = set(lake.data_keys(MESSAGES))
    lake.publish(run_id(2), rows(other))
    assert lake.night().rewritten_partitions == 4
    assert len(set(lake.data_keys(MESSAGES)) - before) == len(names)
    assert lake.sees(rows(other))
    assert lake.state_of(MESSAGES).trusted_sums is not None
    assert lake.checks(run_id(2))["messages.rows_as_promised"]["rows_checked"] == 4
    # Neighbours are one range, however many they are.
    source = Source(MESSAGES, "", 0, MESSAGES.columns)
    plan = TablePlan(source, None, names[4:], (), replaces_all=False, properties={}, kept=names[:4])
    assert keys.replaced_by(plan) is not None


def test_a_csv_that_vanishes_is_told_as_such(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    lake.publish(run_id(1), months(JAN))
    original = IcebergTable.begin_branch

    def vanish(*arguments: Any, **named: Any) -> Any:
        lake.delete(lake.clean_key(MESSAGES, run_id(1)))
        return original(*arguments, **named)

    monkeypatch.setattr(IcebergTable, "begin_branch", vanish)
    with pytest.raises(Exception, match=rf"{lake.clean_key(MESSAGES, run_id(1))} is malformed: \[vanished\]"):
        lake.night()


def test_the_iceberg_of_glue_5_0_does_the_same(lake: Lake, endpoint: str) -> None:
    """In a JVM of its own: one JVM has one Iceberg."""
    lake.publish(run_id(1), months(JAN, FEB))
    environment = {**os.environ, **emulator_variables(endpoint), "SPARK_LOCAL_IP": "127.0.0.1"}
    command = [sys.executable, "-m", glue_5_0.__name__, lake.bucket, lake.name, endpoint]
    done = subprocess.run(command, env=environment, cwd=Path.cwd(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told == {"iceberg": "1.7.1", "nights": [[run_id(1), 6], [run_id(2), 2]]}
    # What it wrote is what the newer one knows.
    lake.publish(run_id(3), together(months(JAN, FEB), talk("u9", FEB, "x")))
    assert lake.night().rewritten_partitions == 0
    assert lake.sees(together(months(JAN, FEB), talk("u9", FEB, "x")))
