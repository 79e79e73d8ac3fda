"""The Arrow engine against the contract: rows of any texts in, the same rows sorted out, however they were cut."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import datetime, timezone
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from glue_src.arrow_engine import ArrowEngine, ArrowTransform, Sizes
from glue_src.arrow_types import schema_of
from glue_src.engine import RelationFacts, Source, TableFacts
from glue_src.exceptions import MalformedDataError
from glue_src.row_groups import row_group_bytes
from modules.contract.cells import record
from modules.contract.datasets import CSV_TIMESTAMP_FORMAT, DATA_QUALITY, REJECTED, ColumnType, Dataset
from sources.catia import CONTRACT, CONVERSATIONS, FEEDBACK, MESSAGES
from tests.by_hand import table_by_hand
from tests.csv_texts import CELLS, HUGE_TEXTS, NASTY_TEXTS
from tests.shop import SHOP
from tests.unit.glue_src.arrow_folder import FolderBucket

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from glue_src.storage import Bucket

Row = tuple[Any, ...]

ROOT = Path(__file__).parents[3]

_INSTANTS = st.datetimes(timezones=st.just(timezone.utc))
_VALUES: Mapping[ColumnType, st.SearchStrategy[Any]] = {
    ColumnType.TEXT: CELLS | st.sampled_from(["a", "b"]),
    ColumnType.COUNT: st.none() | st.integers(-(2**63), 2**63 - 1) | st.integers(0, 3),
    ColumnType.INSTANT: st.none() | _INSTANTS,
}
#: Many pieces, many runs and many row groups of a few rows.
TINY = Sizes(piece=1000, large_piece=2000, overlap=100, row_group=3000, ledger=500)
SIZES = st.builds(
    Sizes,
    piece=st.sampled_from([1, 7, 40, 300, 1 << 20]),
    large_piece=st.sampled_from([40, 300, 1 << 20]),
    overlap=st.sampled_from([1, 16, 1 << 15]),
    row_group=st.sampled_from([1, 60, 500, 1 << 20]),
    ledger=st.sampled_from([1, 100, 1 << 20]),
)


@st.composite
def datasets_with_rows(draw: st.DrawFn) -> tuple[Dataset, list[Row]]:
    dataset = draw(st.sampled_from((*CONTRACT.datasets, *SHOP.datasets)))
    row = st.tuples(*[_VALUES[column.type] for column in dataset.columns])
    return dataset, draw(st.lists(row, max_size=30))


def cell_of(value: Any) -> str | None:
    if isinstance(value, datetime):
        # strftime writes the year 1 as "1".
        return value.strftime(CSV_TIMESTAMP_FORMAT).rjust(27, "0")
    return None if value is None else str(value)


def csv_of(columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    return "".join(map(record, [tuple(columns), *(tuple(map(cell_of, row)) for row in rows)])).encode()


def place_of(dataset: Dataset, row: Row) -> tuple[tuple[bool, Any], ...]:
    cells = dict(zip(dataset.column_names, row, strict=True))
    values = (cells[name] for name in dataset.sort_by)
    return tuple((value is not None, value.encode() if isinstance(value, str) else value) for value in values)


def rows_of(path: Path) -> list[Row]:
    return [tuple(row.values()) for row in parquet.read_table(path).to_pylist()]


def source_of(dataset: Dataset, bucket: FolderBucket | None = None) -> Source:
    """Return where a dataset lies; how large it is, is known once it lies in ``bucket``."""
    key = f"clean/{dataset.name}.csv"
    stored = None if bucket is None else bucket.find(key)
    return Source(dataset, key, stored.bytes if stored else 0, dataset.columns, f"staging/{dataset.name}/")


def engine_of(folder: Path, sizes: Sizes) -> tuple[ArrowEngine, FolderBucket]:
    bucket = FolderBucket(folder / "bucket")
    (folder / "scratch").mkdir()
    return ArrowEngine(cast("Bucket", bucket), folder / "scratch", sizes, workers=2), bucket


def _text(value: Any) -> bytes:
    return repr(value).encode()


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(datasets_with_rows(), SIZES)
def test_rows_come_back_sorted_and_exact(case: tuple[Dataset, list[Row]], sizes: Sizes) -> None:
    dataset, rows = case
    with tempfile.TemporaryDirectory() as name:
        engine, bucket = engine_of(Path(name), sizes)
        source = source_of(dataset)
        bucket.put(source.key, csv_of(dataset.column_names, rows))
        with engine.transform([source_of(dataset, bucket)], ()) as transform:
            (facts,) = transform.stage().values()
        found = rows_of(bucket.root / f"{source.target}part.parquet")
        assert list(engine.scratch.iterdir()) == []
    places = [place_of(dataset, row) for row in found]
    assert places == sorted(places)
    assert sorted(found, key=_text) == sorted(rows, key=_text)
    assert facts == table_by_hand(dataset, [dict(zip(dataset.column_names, row, strict=True)) for row in rows])


def staged(folder: Path, *contents: tuple[Dataset, bytes], sizes: Sizes = TINY) -> tuple[ArrowTransform, FolderBucket]:
    """Stage CSVs; the transform is left as soon as its relations have been looked at."""
    engine, bucket = engine_of(folder, sizes)
    for dataset, content in contents:
        bucket.put(source_of(dataset).key, content)
    with engine.transform([source_of(dataset, bucket) for dataset, _ in contents], ()) as transform:
        transform.stage()
        return transform, bucket


def message(number: int, text: str = "x") -> Row:
    return (f"user-{number % 7}", f"CONVERSATION#{number % 50}", number, "user", text, None)


def parquet_of(bucket: FolderBucket, dataset: Dataset) -> parquet.ParquetFile:
    return parquet.ParquetFile(bucket.root / f"{source_of(dataset).target}part.parquet")


@pytest.mark.parametrize("dataset", CONTRACT.datasets, ids=lambda dataset: dataset.name)
@pytest.mark.parametrize("header_ends", [True, False])
def test_a_csv_without_rows_is_a_file_with_its_schema(tmp_path: Path, dataset: Dataset, header_ends: bool) -> None:  # noqa: FBT001
    header = csv_of(dataset.column_names, [])
    _, bucket = staged(tmp_path, (dataset, header if header_ends else header[:-1]))
    found = parquet_of(bucket, dataset)
    assert found.metadata.num_rows == 0
    assert found.schema_arrow.equals(schema_of(dataset))


def test_types_and_layout_are_those_that_every_reader_has(tmp_path: Path) -> None:
    _, bucket = staged(tmp_path, (MESSAGES, csv_of(MESSAGES.column_names, [message(number) for number in range(500)])))
    found = parquet_of(bucket, MESSAGES)
    assert found.schema_arrow.equals(schema_of(MESSAGES))
    sent_at = found.schema.column(5)
    assert sent_at.physical_type == "INT64"
    assert str(sent_at.logical_type).startswith("Timestamp(isAdjustedToUTC=true, timeUnit=microseconds,")
    assert found.metadata.num_row_groups > 5
    groups = [found.metadata.row_group(index) for index in range(found.metadata.num_row_groups)]
    chunks = {name: [group.column(index) for group in groups] for index, name in enumerate(MESSAGES.column_names)}
    assert {chunk.compression for found_chunks in chunks.values() for chunk in found_chunks} == {"ZSTD"}
    assert {name for name, (chunk, *_) in chunks.items() if chunk.has_dictionary_page} == {
        *("user_id", "conversation_id", "sender"),
    }
    assert {name for name, (chunk, *_) in chunks.items() if not chunk.is_stats_set} == {"text"}
    assert all(chunk.has_offset_index for found_chunks in chunks.values() for chunk in found_chunks)
    assert {name for name, (chunk, *_) in chunks.items() if "DELTA_BINARY_PACKED" in chunk.encodings} == {
        *("position", "sent_at"),
    }
    bounds = [bound for chunk in chunks["conversation_id"] for bound in (chunk.statistics.min, chunk.statistics.max)]
    assert bounds == sorted(bounds)


def test_another_reader_finds_the_same_with_and_without_indexes(tmp_path: Path) -> None:
    rows = [message(number, "ñ\n😀" * (number % 30)) for number in range(300)]
    _, bucket = staged(tmp_path, (MESSAGES, csv_of(MESSAGES.column_names, rows)))
    path = bucket.root / f"{source_of(MESSAGES).target}part.parquet"
    everything = duckdb.read_parquet(str(path))
    assert sorted(everything.fetchall(), key=_text) == sorted(rows, key=_text)
    for row in rows[::50]:
        found = everything.filter(f"conversation_id = '{row[1]}' AND position = {row[2]}").fetchall()
        assert found == [row]


def test_row_groups_are_bounded(tmp_path: Path) -> None:
    rows = [message(number, random.Random(number).randbytes(256).hex()) for number in range(4000)]
    content = csv_of(MESSAGES.column_names, rows)
    _, bucket = staged(
        tmp_path, (MESSAGES, content), sizes=Sizes(piece=1 << 18, large_piece=1 << 18, row_group=1 << 19)
    )
    metadata = parquet_of(bucket, MESSAGES).metadata
    groups = [metadata.row_group(index).total_byte_size for index in range(metadata.num_row_groups)]
    assert len(groups) >= 5
    assert max(groups) < 1 << 20
    assert min(groups[:-1]) > 1 << 18


@pytest.mark.parametrize(
    ("csv_bytes", "row_group"), [(0, 4 << 20), (300 << 20, 300 << 14), (1 << 30, 16 << 20), (1 << 40, 16 << 20)]
)
def test_a_file_has_many_row_groups_of_a_size_between_bounds(csv_bytes: int, row_group: int) -> None:
    assert row_group_bytes(csv_bytes) == Sizes().row_group_of(csv_bytes) == row_group
    assert Sizes(row_group=1000).row_group_of(csv_bytes) == 1000


def test_pieces_of_a_large_csv_are_larger() -> None:
    sizes = Sizes(piece=12 << 20, large_piece=24 << 20)
    assert sizes.piece_of(128 * (12 << 20)) == 12 << 20
    assert sizes.piece_of(128 * (12 << 20) + 1) == 24 << 20


def test_huge_texts_come_back_though_they_are_longer_than_a_piece(tmp_path: Path) -> None:
    texts = [*NASTY_TEXTS, *HUGE_TEXTS]
    rows = [message(number, text) for number, text in enumerate(texts)]
    sizes = Sizes(piece=1 << 16, large_piece=1 << 16, overlap=1 << 10, row_group=1 << 18)
    _, bucket = staged(tmp_path, (MESSAGES, csv_of(MESSAGES.column_names, rows)), sizes=sizes)
    found = parquet_of(bucket, MESSAGES).read().to_pylist()
    assert [row["text"] for row in sorted(found, key=itemgetter("position"))] == texts


def test_one_conversation_with_all_messages_is_sorted_too(tmp_path: Path) -> None:
    rows = [("u", "c", number * 7919 % 1000, "user", "x" * 50, None) for number in range(1000)]
    _, bucket = staged(tmp_path, (MESSAGES, csv_of(MESSAGES.column_names, rows)))
    found = parquet_of(bucket, MESSAGES)
    assert found.read()["position"].to_pylist() == list(range(1000))
    assert found.metadata.num_row_groups > 10


def test_many_rejected_items_of_one_key_fill_several_row_groups(tmp_path: Path) -> None:
    rows: list[Row] = [("{}", "invalid", str(number)) for number in range(500)]
    _, bucket = staged(tmp_path, (REJECTED, csv_of(REJECTED.column_names, rows)))
    found = parquet_of(bucket, REJECTED)
    assert sorted(found.read()["item_json"].to_pylist()) == sorted(row[2] for row in rows)
    assert found.metadata.num_row_groups > 2


def test_only_the_new_file_is_left_below_the_target(tmp_path: Path) -> None:
    engine, bucket = engine_of(tmp_path, TINY)
    target = source_of(MESSAGES).target
    for key in (f"{target}part-0001.parquet", f"{target}part.parquet", f"{target}_SUCCESS", "staging/other/x.parquet"):
        bucket.put(key, b"old")
    bucket.put(source_of(MESSAGES).key, csv_of(MESSAGES.column_names, [message(1)]))
    with engine.transform([source_of(MESSAGES, bucket)], ()) as transform:
        transform.stage()
    assert [stored.key for stored in bucket.list("staging/")] == [f"{target}part.parquet", "staging/other/x.parquet"]
    assert rows_of(bucket.root / f"{target}part.parquet") == [message(1)]


def test_a_malformed_csv_leaves_nothing_behind(tmp_path: Path) -> None:
    engine, bucket = engine_of(tmp_path, TINY)
    content = csv_of(MESSAGES.column_names, [message(number) for number in range(200)])
    bucket.put(source_of(MESSAGES).key, content + b"u,c,one,,,\n" + content.partition(b"\n")[2])
    with (
        pytest.raises(MalformedDataError, match=r"messages: clean/messages\.csv is malformed: .*position holds 'one'"),
        engine.transform([source_of(MESSAGES, bucket)], ()) as transform,
    ):
        transform.stage()
    assert list(engine.scratch.iterdir()) == []
    assert list(bucket.list("staging/")) == []


def put_messages_and_rejected(bucket: FolderBucket, rejected: bytes = b"") -> list[Source]:
    """Put a CSV of many pieces, and one of a few, which comes first; a record of the latter may be given."""
    messages = csv_of(MESSAGES.column_names, [message(number) for number in range(200)])
    bucket.put(source_of(MESSAGES).key, messages)
    bucket.put(source_of(REJECTED).key, csv_of(REJECTED.column_names, [("k", "r", "{}")]) + rejected)
    return [source_of(dataset, bucket) for dataset in (REJECTED, MESSAGES)]


def test_the_largest_dataset_is_read_before_small_ones_go_beside_it(tmp_path: Path) -> None:
    engine, bucket = engine_of(tmp_path, TINY)
    with engine.transform(put_messages_and_rejected(bucket), ()) as transform:
        facts = transform.stage()
    reads = bucket.keys_read.count(source_of(MESSAGES).key)
    assert reads > 5
    assert bucket.keys_read == [source_of(MESSAGES).key] * reads + [source_of(REJECTED).key]
    assert {name: found.rows for name, found in facts.items()} == {"rejected": 1, "messages": 200}


def test_a_small_dataset_is_staged_once_beside_several_large_ones(tmp_path: Path) -> None:
    engine, bucket = engine_of(tmp_path, replace(TINY, small=1000))
    sources = put_messages_and_rejected(bucket)
    at = datetime(2026, 1, 31, tzinfo=timezone.utc)
    feedback = csv_of(FEEDBACK.column_names, [("u", f"f{number}", at, "like", None, None) for number in range(100)])
    bucket.put(source_of(FEEDBACK).key, feedback)
    with engine.transform([*sources, source_of(FEEDBACK, bucket)], ()) as transform:
        facts = transform.stage()
    assert {name: found.rows for name, found in facts.items()} == {"rejected": 1, "messages": 200, "feedback": 100}
    assert bucket.keys_read.count(source_of(REJECTED).key) == 1


def test_a_malformed_small_dataset_is_told_of_too(tmp_path: Path) -> None:
    engine, bucket = engine_of(tmp_path, TINY)
    with (
        pytest.raises(MalformedDataError, match=r"rejected: clean/rejected\.csv is malformed"),
        engine.transform(put_messages_and_rejected(bucket, b"one cell\n"), ()) as transform,
    ):
        transform.stage()
    assert list(engine.scratch.iterdir()) == []


def test_where_the_largest_dataset_is_malformed_small_ones_are_not_begun(tmp_path: Path) -> None:
    engine, bucket = engine_of(tmp_path, TINY)
    sources = put_messages_and_rejected(bucket)
    bucket.put(source_of(MESSAGES).key, (bucket.root / source_of(MESSAGES).key).read_bytes().replace(b",1,", b",x,"))
    with (
        pytest.raises(MalformedDataError, match=r"messages: clean/messages\.csv is malformed"),
        engine.transform(sources, ()) as transform,
    ):
        transform.stage()
    assert set(bucket.keys_read) == {source_of(MESSAGES).key}


def test_a_run_without_datasets_has_no_facts(tmp_path: Path) -> None:
    engine, _ = engine_of(tmp_path, TINY)
    with engine.transform((), ()) as transform:
        assert transform.stage() == {}


def test_datasets_of_a_run_are_related(tmp_path: Path) -> None:
    engine, bucket = engine_of(tmp_path, TINY)
    at = datetime(2026, 1, 31, tzinfo=timezone.utc)
    rows: dict[Dataset, list[Row]] = {
        MESSAGES: [("u", "c", 1, "user", "t", at), ("u", "c", 2, "bot", "t", at), ("u", "lost", 1, "user", "t", at)],
        FEEDBACK: [("u", "f", at, "like", None, None), ("nobody", "f", at, "like", None, None)],
        REJECTED: [],
        CONVERSATIONS: [
            ("u", "c", at, *[None] * 6, 2, 1),
            ("u", "d", at, *[None] * 6, 1, 1),
            ("v", "c", at, *[None] * 6, 0, 0),
            ("v", "c", at, *[None] * 6, 0, 0),
        ],
    }
    for dataset, found in rows.items():
        bucket.put(source_of(dataset).key, csv_of(dataset.column_names, found))
    with engine.transform([source_of(dataset, bucket) for dataset in rows], CONTRACT.relations) as transform:
        facts = transform.stage()
        related = transform.relate()
    assert {relation.name: found for relation, found in related.items()} == {
        "has_conversation": RelationFacts(1, 1),
        "user_has_conversation": RelationFacts(1),
    }
    assert list(facts) == ["messages", "feedback", "rejected", "conversations"]
    assert facts["conversations"] == TableFacts(rows=4, nulls={}, duplicate_keys=1)


def test_a_few_rows_are_written_sorted(tmp_path: Path) -> None:
    engine, bucket = engine_of(tmp_path, TINY)
    at = datetime(2026, 1, 31, 9, 0, 0, 1, tzinfo=timezone.utc)
    rows: list[Row] = [("r", "t", check, "passed", 3, 0, 0.05, at) for check in ("b", "a")]
    bucket.put("quality/old.parquet", b"old")
    engine.write(DATA_QUALITY, rows, "quality/")
    (stored,) = bucket.list("quality/")
    assert rows_of(bucket.root / stored.key) == sorted(rows)
    assert list(engine.scratch.iterdir()) == []


_WITHOUT_NUMPY = """
import sys
sys.modules.update(dict.fromkeys(["numpy", "pandas"]))
from pathlib import Path
from glue_src.arrow_engine import ArrowEngine, Sizes
from glue_src.engine import Source
from sources.catia import CONTRACT
from tests.unit.glue_src.arrow_folder import FolderBucket

folder = Path(sys.argv[1])
sizes = Sizes(piece=100, large_piece=100, row_group=99)
engine = ArrowEngine(FolderBucket(folder / "bucket"), folder / "scratch", sizes)
keys = {each: f"clean/{each.name}.csv" for each in CONTRACT.datasets}
sizes_of = {each: engine.bucket.find(key).bytes for each, key in keys.items()}
sources = [Source(each, key, sizes_of[each], each.columns, f"staging/{each.name}/") for each, key in keys.items()]
with engine.transform(sources, CONTRACT.relations) as transform:
    rows = sum(facts.rows for facts in transform.stage().values())
    print(rows, *(found.without_parent for found in transform.relate().values()))
"""


def test_it_works_where_there_is_no_numpy(tmp_path: Path) -> None:
    """The function's layer has none."""
    _, bucket = engine_of(tmp_path, TINY)
    for dataset in CONTRACT.datasets:
        rows = [message(number) for number in range(20)] if dataset is MESSAGES else []
        bucket.put(source_of(dataset).key, csv_of(dataset.column_names, rows))
    command = [sys.executable, "-c", _WITHOUT_NUMPY, str(tmp_path)]
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}
    )
    assert (ended.stdout, ended.stderr) == ("20 20 0\n", "")
