"""Every contender makes the same rows in the same order of a day; who makes others is found out."""

from __future__ import annotations

import importlib
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from bench.contenders.__main__ import PROGRAMS
from bench.contenders.task import Prepare
from bench.lake.days import Day, csv_path, write_day
from bench.lake.outputs import Content, check, contents_of_csv, contents_of_parquet, parquet_of
from bench.lake.scenario import CONTENDERS, DAY, LakeContender
from bench.lake.task import ZSTD_LEVEL, LakeTask
from bench.processes import MeasurementError
from glue_src import arrow_parquet
from modules.contract.cells import restore
from sources.catia import CONTRACT, MESSAGES

#: Spark takes longer to start than all other tests of this folder take together; the benchmark checks what it writes.
QUICK_ONES = [contender for contender in CONTENDERS if contender.day == DAY and "spark" not in contender.program]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    return write_day(tmp_path_factory.mktemp("day"), 400)


@pytest.fixture(scope="module")
def expected(day: Day) -> dict[str, Content]:
    return contents_of_csv(day.folder)


def make(contender: LakeContender, day: Day, folder: Path) -> tuple[Path, dict[str, int]]:
    program = PROGRAMS[contender.program]
    prepare: Prepare = getattr(importlib.import_module(f"bench.contenders.{program.module}"), program.function)
    target, scratch = folder / "target", folder / "scratch"
    scratch.mkdir()
    return target, prepare(LakeTask(str(day.folder), str(target), str(scratch)))().rows


@pytest.mark.parametrize("contender", QUICK_ONES, ids=lambda contender: contender.program)
def test_every_contender_makes_the_same(
    contender: LakeContender, day: Day, expected: dict[str, Content], tmp_path: Path
) -> None:
    target, rows = make(contender, day, tmp_path)

    assert rows == day.rows == {name: content.rows for name, content in expected.items()}
    check(contender.label, contents_of_parquet(target), expected, tells_empty=contender.tells_empty)
    column = pq.read_metadata(parquet_of(target, MESSAGES)).row_group(0).column(4)
    assert (column.path_in_schema, column.compression) == ("text", "ZSTD")


def test_texts_are_restored_as_the_contract_says(day: Day, tmp_path: Path) -> None:
    target, _ = make(QUICK_ONES[0], day, tmp_path)
    read = f"read_csv('{csv_path(day.folder, MESSAGES)}', all_varchar = true, allow_quoted_nulls = false)"
    texts = f"SELECT text FROM {read} WHERE text IS NOT NULL"  # noqa: S608 our own names
    escaped = [text for (text,) in duckdb.execute(texts).fetchall()]
    made = pq.read_table(parquet_of(target, MESSAGES), columns=["text"]).column(0).drop_null().to_pylist()

    assert sorted(map(restore, escaped)) == sorted(made)


def test_who_writes_other_cells_fewer_rows_or_no_order_is_found_out(
    day: Day, expected: dict[str, Content], tmp_path: Path
) -> None:
    target, _ = make(QUICK_ONES[0], day, tmp_path)
    file = parquet_of(target, MESSAGES)
    table = pq.read_table(file)

    pq.write_table(table.slice(1), file)
    with pytest.raises(MeasurementError, match="ours wrote"):
        check("ours", contents_of_parquet(target), expected, tells_empty=True)

    pq.write_table(table.set_column(4, "text", table.column("sender")), file)
    with pytest.raises(MeasurementError, match="as messages, but the CSV holds"):
        check("ours", contents_of_parquet(target), expected, tells_empty=False)

    pq.write_table(table.take(list(range(table.num_rows))[::-1]), file)
    with pytest.raises(MeasurementError, match="do not come after the row before"):
        contents_of_parquet(target)

    (file.parent / "more.parquet").write_bytes(b"")
    with pytest.raises(MeasurementError, match="there must be one"):
        contents_of_parquet(target)


def test_all_write_the_same_level() -> None:
    assert arrow_parquet._COMPRESSION_LEVEL == ZSTD_LEVEL


def test_every_dataset_is_looked_at(expected: dict[str, Content]) -> None:
    assert list(expected) == [dataset.name for dataset in CONTRACT.datasets]
