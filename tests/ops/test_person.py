"""What is held of a person: found in every place, handed over, and searched for when it should be gone."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from contract import cells
from contract.layout import clean_key, table_prefix
from contract.sources.catia import CONVERSATIONS, MESSAGES
from envs.local import LOCAL
from ops.exits import Exit
from ops.platform import Platform
from tests.iceberg_lake import IcebergLake, utc
from tests.ops.conftest import DAY, NAME, rows, told

if TYPE_CHECKING:
    from typer.testing import Result

PERSON = "user-3"
#: Every kind of character that a file, a URL or a pattern makes something of.
ODD = 'Zoë "O\'Hara", 100%/a\\b\n#=😀'
_RUN = "20260131T043000.000000Z-000000aa"


@pytest.fixture(scope="module")
def source(lake: IcebergLake, platform: Platform) -> Iterator[Any]:
    """The source table, with two items of one person, and one of another."""
    name = LOCAL.normalize.dynamo_table_name
    keys: Any = [{"AttributeName": attribute, "KeyType": kind} for attribute, kind in (("PK", "HASH"), ("SK", "RANGE"))]
    kinds: Any = [{"AttributeName": attribute, "AttributeType": "S"} for attribute in ("PK", "SK")]
    platform.dynamodb.create_table(
        TableName=name, KeySchema=keys, AttributeDefinitions=kinds, BillingMode="PAY_PER_REQUEST"
    )
    for user, sort_key in ((PERSON, "REGISTER"), (PERSON, "FEEDBACK#1"), (f"{PERSON}.old", "REGISTER")):
        item = {"PK": {"S": f"USER#{user}"}, "SK": {"S": sort_key}, "note": {"S": NAME}}
        platform.dynamodb.put_item(TableName=name, Item=item)
    yield name
    platform.dynamodb.delete_table(TableName=name)


@pytest.fixture(scope="module")
def filled(lake: IcebergLake, source: str) -> IcebergLake:
    """What a night leaves beside the tables; of the person, of others who mention the person, and of longer names."""
    assert source
    clean = ["user_id,conversation_id,position,sender,text,sent_at\n"]
    for user, text in (
        (PERSON, "hello\n"),
        ("user-30", f"ask {PERSON}"),
        (ODD, f"{PERSON}.old, or {PERSON}0"),
        (PERSON, ODD),
    ):
        clean.append(cells.record([user, "CONVERSATION#2026-01-30", "1", "user", text, None]))
    key = clean_key(LOCAL.etl.clean_prefix, MESSAGES, DAY, _RUN)
    lake.put(key, "".join(clean).encode())
    lake.put(key, b"user_id,text\nuser-9,again\n")
    results = LOCAL.etl.athena_results_prefix
    lake.put(f"{results}1.csv", f'"who","n"\n"{PERSON}","1"\n"user-30","{PERSON}"\n'.encode())
    lake.put(f"{results}2.csv.gz", gzip.compress(f'"user_id"\n"{PERSON}"\n'.encode()))
    lake.put("somewhere/report.html", f"<p>{PERSON}</p>".encode())
    return lake


def counts(found: Any) -> dict[tuple[str, str, bool], tuple[int, int]]:
    return {
        (each["place"], each["table"], each["old_versions"]): (each["rows"], each["mentions"])
        for each in found["places"]
    }


def test_every_place_is_counted_and_a_longer_name_is_another(ops: Callable[..., Result], filled: IcebergLake) -> None:
    done = ops("person", "find", "--user", PERSON, "--json")
    found = told(done)
    assert found["unread"] == []
    assert counts(found) == {
        ("source table", "", False): (2, 0),
        ("tables, now", "messages", False): (1, 0),
        ("tables, now", "conversations", False): (1, 0),
        ("tables, earlier states", "messages", False): (1, 0),
        ("tables, earlier states", "conversations", False): (1, 0),
        ("clean days", "messages", True): (2, 1),
        ("Athena's results", "", False): (3, 0),
        ("elsewhere in the bucket", "", False): (0, 1),
    }
    assert done.exit_code == Exit.WELL
    less = told(ops("person", "find", "--user", PERSON, "--json", "--held-only"))
    assert (less["held"], less["mentioned"]) == (found["held"], 0)


def test_prove(ops: Callable[..., Result], filled: IcebergLake, tmp_path: Path) -> None:
    done = ops("person", "prove", "--user", PERSON, "--to", str(tmp_path / "c.json"))
    print(done.stdout, done.stderr)
    assert 0
