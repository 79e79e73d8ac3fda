"""The everyday analysts' tables, on both engines: what a night makes of them, when they are rewritten, who shows."""

from __future__ import annotations

import io
import secrets
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet
from pyspark.sql import SparkSession

from contract.masking import Mask, pseudonymous_datasets
from contract.sources.catia import CONTRACT, CONVERSATIONS, FEEDBACK, MESSAGES
from glue_src.arguments import Pseudonymous
from glue_src.arrow.staged import ArrowStagedTables
from glue_src.engine import LakeEngine
from glue_src.exceptions import PseudonymKeyError, TableMovedError
from glue_src.pseudonyms import PseudonymousTables
from glue_src.spark.masking import masked
from glue_src.tables import read_table
from tests.curation.lake import Killed, Lake, kill_at, like, months, run_id, talk, together
from tests.spanish_texts import messages

USER, NAME, MAIL, PHONE = "ana.maria-7731", "Ana", "ana.maria@correo.com.co", "300 123 4567"
ROWS = together(
    months("2026-01", "2026-02"),
    talk(USER, "2026-01", f"Escríbame a {MAIL} o al {PHONE}.", None, key="CONVERSATION#2026-01-09"),
    like(USER, "2026-01", f"Mi correo: {MAIL}"),
)
TABLES = pseudonymous_datasets(CONTRACT)


@dataclass
class Everyday:
    """The pseudonymous tables of a lake, seen as a lake of their own."""

    full: Lake
    seen: Lake
    parameter: str

    def make_key(self) -> bytes:
        key = secrets.token_bytes(32)
        self.full.clients.ssm.put_parameter(Name=self.parameter, Value=key.hex(), Type="SecureString", Overwrite=True)
        return key

    def night(self, engine: LakeEngine | None = None, **arguments: Any) -> None:
        told = Pseudonymous(self.seen.arguments.database, self.parameter)
        self.full.night(engine, pseudonymous=told, **arguments)

    def states(self) -> dict[str, int | None]:
        return self.seen.states(TABLES)


@pytest.fixture
def everyday(lake: Lake) -> Everyday:
    """With each engine: for what the engines do. All else is the same for both."""
    return everyday_of(lake)


@pytest.fixture
def by_arrow(by_arrow: Lake) -> Everyday:
    return everyday_of(by_arrow)


def everyday_of(lake: Lake) -> Everyday:
    name = f"{lake.name}p"
    arguments = replace(lake.arguments, database=name, curated_prefix=f"{lake.name}/pseudonymous/")
    seen = Lake(lake.engine, lake.clients, lake.bucket, lake.endpoint, name, CONTRACT)
    seen.arguments = replace(arguments, environment=f"{lake.arguments.environment}-pseudonymous")
    lake.clients.glue.create_database(DatabaseInput={"Name": name})
    for dataset in TABLES:
        seen.create_table(dataset)
    return Everyday(lake, seen, f"/cat/{name}/pseudonym-key")


def test_nights_keep_both_sets_of_tables(everyday: Everyday) -> None:
    """A first night, one without a change, one with a new conversation, one with another key; and nobody shows."""
    keys = [everyday.make_key()]
    everyday.full.publish(run_id(1), ROWS)
    everyday.night()
    _check_contents(everyday, keys[0])
    _check_that_no_change_writes_nothing(everyday)
    _check_that_a_change_rewrites_its_partition(everyday)
    first = set(everyday.seen.texts(CONVERSATIONS, "user_id"))
    keys.append(everyday.make_key())
    _check_that_another_key_rewrites_all(everyday)
    _check_contents(everyday, keys[1])
    assert not first & set(everyday.seen.texts(CONVERSATIONS, "user_id"))
    _check_that_nobody_shows(everyday, keys)


def _check_contents(everyday: Everyday, key: bytes) -> None:
    mask = Mask(CONTRACT.name, key)
    for dataset in TABLES:
        full, seen = everyday.full.arrow(dataset).to_pylist(), everyday.seen.arrow(dataset).to_pylist()
        expected = [{each.name: mask.cell(each, row[each.name]) for each in dataset.columns} for row in full]
        assert sorted(seen, key=repr) == sorted(expected, key=repr)
        assert everyday.seen.files(dataset) == everyday.full.files(dataset)
        docs = {field.name: field.doc for field in everyday.seen.state_of(dataset).fields}
        assert docs["user_id"].startswith("Here a pseudonym")
    assert "Escríbame a [email] o al [phone]." in everyday.seen.texts(MESSAGES, "text")
    assert set(everyday.seen.texts(CONVERSATIONS, "nombre")) == {None}
    # One person, one pseudonym, wherever it stands.
    people = [set(everyday.seen.texts(each, "user_id")) for each in (CONVERSATIONS, MESSAGES, FEEDBACK)]
    assert people[0] == people[1]
    assert people[2] < people[0]


def _check_that_no_change_writes_nothing(everyday: Everyday) -> None:
    prefix = everyday.seen.arguments.curated_prefix
    keys, states = everyday.seen.keys(prefix), everyday.states()
    everyday.full.publish(run_id(2), ROWS)
    # Unreadable: only who reads nothing of it gets through.
    everyday.full.garble(run_id(2), header=False)
    everyday.night()
    assert (everyday.seen.keys(prefix), everyday.states()) == (keys, states)


def _check_that_a_change_rewrites_its_partition(everyday: Everyday) -> None:
    before = {task.file.file_path for task in everyday.seen.table(MESSAGES).scan().plan_files()}
    unchanged = everyday.states()[FEEDBACK.name]
    everyday.full.publish(run_id(3), together(ROWS, talk(USER, "2026-02", MAIL, key="CONVERSATION#2026-02-03")))
    everyday.night()
    tasks = list(everyday.seen.table(MESSAGES).scan().plan_files())
    fresh = {task.file.partition[0] for task in tasks if task.file.file_path not in before}
    assert fresh == {"CONVERSATION#2026-02"}
    assert everyday.states()[FEEDBACK.name] == unchanged


def _check_that_another_key_rewrites_all(everyday: Everyday) -> None:
    full, states = everyday.full.states(), everyday.states()
    # The run is recorded already: that night does no more than this.
    everyday.night()
    assert everyday.full.states() == full
    assert all(everyday.states()[name] != state for name, state in states.items())


@pytest.mark.parametrize(("value", "fault"), [(None, "is missing"), ("0123", "holds no key")])
def test_without_a_key_the_full_tables_are_published(by_arrow: Everyday, value: str | None, fault: str) -> None:
    if value:
        by_arrow.full.clients.ssm.put_parameter(Name=by_arrow.parameter, Value=value, Type="SecureString")
    by_arrow.full.publish(run_id(1), ROWS)
    with pytest.raises(PseudonymKeyError, match=rf"{fault}.*python -m ops pseudonyms make-key --env") as raised:
        by_arrow.night()
    assert value is None or value not in str(raised.value)
    assert by_arrow.full.sees(ROWS)
    assert by_arrow.full.runs(run_id(1))
    assert set(by_arrow.states().values()) == {None}
    if value is None:
        by_arrow.make_key()
        by_arrow.night()
        assert len(by_arrow.seen.rows(MESSAGES)) == len(by_arrow.full.rows(MESSAGES))


def test_what_a_killed_night_left_behind_the_next_one_makes_good(
    by_arrow: Everyday, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_arrow.make_key()
    by_arrow.full.publish(run_id(1), ROWS)

    kill_a_night_at(by_arrow, monkeypatch, PseudonymousTables, "follow", 1)
    assert by_arrow.full.runs(run_id(1))
    assert set(by_arrow.states().values()) == {None}
    # After the first table.
    kill_a_night_at(by_arrow, monkeypatch, ArrowStagedTables, "publish", 2)
    assert sorted(state is None for state in by_arrow.states().values()) == [False, True, True]
    full = by_arrow.full.states()
    by_arrow.night()
    assert by_arrow.full.states() == full
    assert len(by_arrow.seen.rows(MESSAGES)) == len(by_arrow.full.rows(MESSAGES))


def kill_a_night_at(everyday: Everyday, monkeypatch: pytest.MonkeyPatch, owner: type, method: str, call: int) -> None:
    with monkeypatch.context() as patched:
        kill_at(patched, owner, method, call)
        with pytest.raises(Killed):
            everyday.night()


def _check_that_nobody_shows(everyday: Everyday, keys: list[bytes]) -> None:
    """Look through all that lies below the prefix, earlier states too, packed and unpacked."""
    words = [word.encode() for word in (USER, MAIL, PHONE, *(key.hex() for key in keys))] + keys
    looked_at = [name for name, content in _decoded(everyday.seen) if _check(name, content, words)]
    assert {"parquet", "avro", "json"} <= {name.rpartition(".")[2] for name in looked_at}
    # The same search finds people in the full tables: it can fail.
    full = b"".join(content for _, content in _decoded(everyday.full))
    assert all(word in full for word in words[:3])


def _check(name: str, content: bytes, words: list[bytes]) -> bool:
    found = [word for word in words if word in content]
    assert not found, f"{name} holds {found}"
    # A name is short: it is looked for as a whole value.
    assert f"'{NAME}'".encode() not in content
    return True


def _decoded(lake: Lake) -> Iterator[tuple[str, bytes]]:
    """Yield each object below a lake's prefix, as its bytes and as what a reader decodes of them."""
    for name in lake.keys(lake.arguments.curated_prefix):
        content = lake.get(name)
        yield name, content
        if name.endswith(".parquet"):
            table = parquet.ParquetFile(io.BytesIO(content))
            yield name, repr(table.read().to_pylist()).encode()
            yield name, repr(table.metadata.to_dict()).encode()
        elif name.endswith(".avro"):
            yield from ((name, block) for block in _avro_blocks(content))


def _avro_blocks(content: bytes) -> Iterator[bytes]:
    """Yield a file's blocks unpacked: texts stand in them as they are. Each ends in the file's own marker."""
    header, *blocks, _ = content.split(content[-16:])
    assert b"deflate" in header
    for block in blocks:
        begin = 0
        for _ in ("rows", "bytes"):
            while block[begin] & 0x80:
                begin += 1
            begin += 1
        yield zlib.decompress(block[begin:], wbits=-15)


def test_a_table_that_moved_is_not_overwritten(by_arrow: Everyday, monkeypatch: pytest.MonkeyPatch) -> None:
    by_arrow.make_key()
    by_arrow.full.publish(run_id(1), ROWS)

    def moved(*_: object) -> None:
        raise TableMovedError(MESSAGES.name, None)

    with monkeypatch.context() as patched:
        patched.setattr(ArrowStagedTables, "publish", moved)
        with pytest.raises(TableMovedError):
            by_arrow.night()
    read: Callable[[str], Any] = partial(
        read_table, by_arrow.full.clients.glue, by_arrow.full.clients.s3, by_arrow.seen.arguments.database
    )
    assert read(MESSAGES.name).current_snapshot_id is None


#: Beside what is found in one way only, any text of what tells numbers apart.
_TEXTS = st.one_of(
    messages().map(lambda message: message[0]), st.text("0123456789 .,-+()$@aZñ\n\u00a0\ue000😀'", max_size=40)
)


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(_TEXTS, min_size=60, max_size=90))
def test_spark_agrees_with_python_and_shows_no_key(spark: SparkSession, texts: list[str]) -> None:
    key = bytes(range(100, 132))
    columns = tuple(MESSAGES.column(name) for name in ("user_id", "text"))
    rows = [*((USER, text) for text in texts), (None, None)]
    mask = Mask(CONTRACT.name, key)
    frame = spark.createDataFrame(rows, "user_id string, text string")
    found = masked(frame, replace(MESSAGES, columns=columns), mask)
    expected = [tuple(mask.cell(column, cell) for column, cell in zip(columns, row, strict=True)) for row in rows]
    assert [tuple(row) for row in found.collect()] == expected
    plan = found._jdf.queryExecution().toString()
    assert "pseudonym(" in plan
    assert not any(shown in plan for shown in (key.hex(), repr(key), str(list(key)), key.decode("latin-1")))
