"""A program that writes other rows than the night's, or out of order, is found out; DuckDB writes the night's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from contract.sources.catia import CONTRACT, MESSAGES
from tools.bench.contenders import lake_duckdb
from tools.bench.lake.nights import FIRST, Night, write_nights
from tools.bench.lake.outputs import Content, check, contents_of_csv
from tools.bench.lake.scenario import DUCKDB_LOCAL
from tools.bench.lake.task import LakeTask, NightTask
from tools.bench.processes import MeasurementError

SORTING = replace(DUCKDB_LOCAL, label="a program that sorts", sorts=True)
NOT_SORTING = replace(DUCKDB_LOCAL, sorts=False)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bucket")


@pytest.fixture(scope="module")
def night(root: Path) -> Night:
    return write_nights(root, 300, 1)[0]


@pytest.fixture(scope="module")
def expected(root: Path, night: Night) -> dict[str, Content]:
    return contents_of_csv({name: root / key for name, key in night.keys.items()})


@pytest.fixture
def files(root: Path, night: Night, tmp_path: Path) -> dict[str, list[Path]]:
    one = NightTask(FIRST.name, night.clean_prefix, night.keys, FIRST.rebuild)
    lake_duckdb.prepare_local(LakeTask(0, str(root), str(tmp_path), ("lake",), (one,))).work("lake", one)
    return {dataset.name: sorted((tmp_path / dataset.name).rglob("*.parquet")) for dataset in CONTRACT.datasets}


def test_duckdb_writes_a_file_for_each_month_with_the_nights_rows(
    files: dict[str, list[Path]], expected: dict[str, Content], night: Night
) -> None:
    check(NOT_SORTING, files, expected)

    assert {name: content.rows for name, content in expected.items()} == night.rows
    assert len(files[MESSAGES.name]) == 12


def fewer_rows(file: Path) -> None:
    pq.write_table(pq.read_table(file, partitioning=None).slice(1), file)


def other_cells(file: Path) -> None:
    table = pq.read_table(file, partitioning=None)
    pq.write_table(table.set_column(4, "text", table.column("sender")), file)


@pytest.mark.parametrize("spoil", [fewer_rows, other_cells])
def test_other_rows_are_found_out(spoil: object, files: dict[str, list[Path]], expected: Mapping[str, Content]) -> None:
    assert callable(spoil)
    spoil(files[MESSAGES.name][0])

    with pytest.raises(MeasurementError, match="as messages, but the CSV holds"):
        check(NOT_SORTING, files, expected)


def test_rows_out_of_order_are_found_out(files: dict[str, list[Path]], expected: Mapping[str, Content]) -> None:
    with pytest.raises(MeasurementError, match="do not come after the row before"):
        check(SORTING, files, expected)
