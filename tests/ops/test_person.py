"""What is held of a person: found in every place, handed over, and searched for when it should be gone."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from botocore.exceptions import ClientError
from pyarrow import parquet
from typer.testing import Result

from contract import cells
from contract.layout import clean_key, table_prefix
from contract.sources.catia import FEEDBACK, MESSAGES
from contract.units import MIB
from envs.local import LOCAL
from ops.exits import Exit
from ops.person.identity import Identity, Source, pseudonyms_of
from ops.person.listing import PIECE_BYTES, content, why_unread
from ops.person.proof import prove
from ops.platform import Platform
from ops.pseudonyms import make_key
from ops.versions import versions
from tests.iceberg_lake import IcebergLake, platform_on, utc
from tests.ops.conftest import DAY, NAME, told
from tools.local.source_table import SourceTable

PERSON, OTHER = f"user-3 {NAME}", f"user-30 {NAME}"
#: Every kind of character that a file, a URL or a pattern makes something of.
ODD = 'Zoë "O\'Hara", 100%/a\\b\n#=😀'
_RUN = "20260131T043000.000000Z-000000aa"


@pytest.fixture(scope="module")
def source(platform: Platform) -> Iterator[str]:
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


def test_a_person_is_found_by_a_number(lake: IcebergLake) -> None:
    normalize = replace(lake.environment.normalize, dynamo_table_name="by-number")
    platform = platform_on(lake, replace(lake.environment, normalize=normalize))
    table = SourceTable(platform.dynamodb, "by-number", ("customer", "visit"), frozenset({"customer"}))
    table.ensure()
    visits = (("7", "a"), ("7", "b"), ("70", "a"))
    table.write({"customer": {"N": user}, "visit": {"S": visit}} for user, visit in visits)
    source = Source(platform, Identity("customer_id", "customer", "", is_number=True))
    assert [source.count(user) for user in ("7", "70", "8", "Ana")] == [2, 1, 0, 0]
    assert [source.has(word) for word in ("7", "Ana")] == [True, False]


@pytest.fixture(scope="module")
def filled(lake: IcebergLake, source: str) -> IcebergLake:
    """What a night leaves beside the tables; of the person, of others who mention the person, and of longer names."""
    assert source
    clean = ["user_id,conversation_id,position,sender,text,sent_at\n"]
    for user, text in (
        (PERSON, "=hello\n"),
        (OTHER, f"ask {PERSON}"),
        (ODD, f"{PERSON}.old, or {OTHER}"),
        (PERSON, ODD),
    ):
        clean.append(cells.record([user, "CONVERSATION#2026-01-30", "1", "user", text, None]))
    key = clean_key(LOCAL.etl.clean_prefix, MESSAGES, DAY, _RUN)
    lake.put(key, "".join(clean).encode())
    lake.put(key, b"user_id,text\nuser-9,again\n")
    results = LOCAL.etl.athena_results_prefix
    lake.put(f"{results}1.csv", f'"who","n"\n"{PERSON}","1"\n"{OTHER}","{PERSON}"\n'.encode())
    lake.put(f"{results}2.csv.gz", gzip.compress(f'"user_id"\n"{PERSON}"\n'.encode()))
    lake.put("somewhere/report.html", f"<p>{PERSON}</p>".encode())
    return lake


def counts(found: Any) -> dict[tuple[str, str, bool], tuple[int, int]]:
    return {
        (each["place"], each["table"], each["old_versions"]): (each["rows"], each["mentions"])
        for each in found["places"]
    }


@pytest.mark.usefixtures("filled")
def test_every_place_is_counted_and_a_longer_name_is_another(ops: Callable[..., Result]) -> None:
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


@pytest.mark.usefixtures("filled")
def test_in_pseudonymous_tables_a_person_is_found_by_what_they_are_called_there(
    ops: Callable[..., Result], platform: Platform, lake: IcebergLake
) -> None:
    key = f"{table_prefix(LOCAL.etl.pseudonymous_prefix, MESSAGES)}data/1.parquet"
    lake.put(key, b"not yet a table's file")
    assert "pseudonym-key is gone" in told(ops("person", "find", "--user", PERSON, "--json"))["unread"][0]["why"]
    make_key(platform)
    called = pseudonyms_of(platform, (PERSON, OTHER))
    content = io.BytesIO()
    parquet.write_table(pa.table({"user_id": pa.array(called)}), content)
    lake.put(key, content.getvalue())
    try:
        found = told(ops("person", "find", "--user", PERSON, "--json"))
        assert [each["rows"] for each in found["places"] if each["place"] == "pseudonymous tables"] == [1]
        left = prove(platform, (PERSON,)).findings
        assert key in {each.key for each in left}
        assert key not in {each.key for each in prove(platform, ("user-31",)).findings}
    finally:
        for version in lake.s3.list_object_versions(Bucket=lake.bucket, Prefix=key)["Versions"]:
            lake.s3.delete_object(Bucket=lake.bucket, Key=key, VersionId=version["VersionId"])
        platform.ssm.delete_parameter(Name=platform.names.pseudonym_key)


@pytest.mark.usefixtures("filled")
def test_words_are_shown_only_if_asked_for(ops: Callable[..., Result]) -> None:
    shown = ops("person", "find", "--user", PERSON).stdout
    assert "tables, earlier states" in shown
    assert "hello" not in shown
    rows_shown = told(ops("person", "find", "--user", PERSON, "--show", "--json"))["rows"]
    assert "=hello\n" in [row["row"].get("text") for row in rows_shown if row["place"] == "clean days"]
    assert [row["row"]["note"] for row in rows_shown if row["place"] == "source table"] == [{"S": NAME}] * 2


@pytest.mark.usefixtures("filled")
def test_many_are_found_in_one_pass_whatever_their_characters(ops: Callable[..., Result], tmp_path: Path) -> None:
    file = tmp_path / "asked.json"
    nobody = [f"nobody-{number}" for number in range(200)]
    file.write_text(json.dumps([ODD, PERSON, OTHER, PERSON[:-1], *nobody]), encoding="utf-8")
    found = told(ops("person", "find", "--users", str(file), "--json"))["users"]
    assert found[ODD] == {"held": 1, "mentioned": 1}
    assert found[OTHER] == {"held": 5, "mentioned": 1}, "three tables of now, the clean day, the answer"
    assert found[PERSON[:-1]] == {"held": 0, "mentioned": 0}, "a beginning of others"
    assert all(found[name] == {"held": 0, "mentioned": 0} for name in nobody)


@pytest.mark.usefixtures("filled")
def test_one_zip_holds_each_row_once_with_its_times(ops: Callable[..., Result], tmp_path: Path) -> None:
    target = tmp_path / "case.zip"
    done = ops("person", "export", "--user", PERSON, "--to", str(target))
    assert (done.exit_code, target.stat().st_mode & 0o777) == (Exit.WELL, 0o600)
    assert ops("person", "export", "--user", PERSON, "--to", str(target)).exit_code == Exit.USAGE, "it is there already"
    with zipfile.ZipFile(target) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    (now,), (before,) = (json.loads(files[f"tables-{state}/messages.json"]) for state in ("now", "earlier-states"))
    assert now["row"]["text"] == NAME
    assert (now["row"], now["copies"]) == (before["row"], 1)
    assert before["held_since"] == before["held_until"] < now["held_since"]
    clean = json.loads(files["clean-days-old-versions/messages.json"])
    assert {row["row"]["text"] for row in clean} == {"=hello\n", ODD}
    assert [row["row"]["SK"]["S"] for row in json.loads(files["source/rows.json"])] == ["FEEDBACK#1", "REGISTER"]
    assert "lo que ven los analistas" in files["LEEME-README.md"]
    assert "| `text` | Lo que se dijo. | What was said. |" in files["LEEME-README.md"]
    assert all(f"{name[:-5]}.csv" in files for name in files if name.endswith(".json"))
    assert NAME in files["tables-now/messages.csv"]
    assert '"\'=hello\n"' in files["clean-days-old-versions/messages.csv"], "no formula for a spreadsheet"


def proven(ops: Callable[..., Result], target: Path, *words: str) -> tuple[int, Any]:
    done = ops("person", "prove", "--to", str(target), "--force", "--json", *words)
    assert target.stat().st_mode & 0o777 == target.with_suffix(".html").stat().st_mode & 0o777 == 0o600
    return done.exit_code, told(done)


@pytest.mark.usefixtures("filled")
def test_a_search_of_all_names_what_is_left_and_nobody(ops: Callable[..., Result], tmp_path: Path) -> None:
    target = tmp_path / "case.json"
    code, found = proven(ops, target, "--user", PERSON, "--reference", "case 17")
    assert (code, found["proven"], found["complete"]) == (Exit.ATTENTION, False, True)
    assert found["searched"]["versions"] == found["searched"]["versions_read"]
    assert {"Parquet", "Avro", "text", "gzip"} <= set(found["searched"]["by_format"])
    left: dict[str, int] = {}
    for finding in found["findings"]:
        left[finding["place"]] = left.get(finding["place"], 0) + finding["count"]
    assert left == {
        "tables": 4,
        "clean days, old versions": 3,
        "Athena's results": 3,
        "elsewhere in the bucket": 1,
        "source table": 2,
    }
    for file in (target, target.with_suffix(".html")):
        text = file.read_text(encoding="utf-8")
        assert PERSON not in text
        assert "case 17" in text
        assert found["searched"]["listing_sha256"] in text


def test_a_large_object_is_read_to_its_end_and_a_small_one_at_once(platform: Platform, filled: IcebergLake) -> None:
    small, large, asked = "somewhere/small.txt", "somewhere/large.txt", Counter[str]()
    filled.put(small, b"-" * MIB + b" person-79")
    filled.put(large, b"-" * (PIECE_BYTES - 4) + b" person-79 " + b"-" * MIB + b" person-79")

    def count(params: dict[str, Any], **_: Any) -> None:
        asked[params["url_path"].rpartition("/somewhere/")[2]] += 1

    platform.s3.meta.events.register("before-call.s3.GetObject", count)
    try:
        left = prove(platform, ("person-79",)).findings
    finally:
        platform.s3.meta.events.unregister("before-call.s3.GetObject", count)
        for key in (small, large):
            remove(filled, key)
    assert {each.key: each.count for each in left} == {small: 1, large: 2}
    assert (asked["small.txt"], asked["large.txt"]) == (1, 2)


def test_nothing_is_left_of_whom_nothing_names(ops: Callable[..., Result], filled: IcebergLake, tmp_path: Path) -> None:
    target, words = tmp_path / "case.json", tmp_path / "words"
    words.write_text("no such sentence\nnor this\n", encoding="utf-8")
    nobody = ("--user", "person-77", "--words", str(words))
    code, found = proven(ops, target, *nobody)
    assert (code, found["proven"], found["findings"], found["unread"]) == (Exit.WELL, True, [], [])
    filled.put("somewhere/person-77/x", b"")
    filled.s3.delete_object(Bucket=filled.bucket, Key="somewhere/person-77/x")
    filled.put("somewhere/packed.gz", gzip.compress(b"nor this")[:-4])
    upload = filled.s3.create_multipart_upload(Bucket=filled.bucket, Key="somewhere/unfinished")["UploadId"]
    code, found = proven(ops, target, *nobody)
    assert {finding["where"] for finding in found["findings"]} == {"key"}
    assert len(found["findings"]) == 2, "the version and the marker that hides it"
    assert "person-77" not in json.dumps(found)
    assert [(each["what"], each["why"]) for each in found["unread"]] == [
        ("somewhere/packed.gz", "it cannot be decoded as gzip (EOFError)"),
        ("somewhere/unfinished", "parts of an unfinished upload: wait, or abort it in S3"),
    ]
    filled.s3.abort_multipart_upload(Bucket=filled.bucket, Key="somewhere/unfinished", UploadId=upload)
    assert (code, found["complete"]) == (Exit.ATTENTION, False)
    for key in ("somewhere/person-77/x", "somewhere/packed.gz"):
        remove(filled, key)


def remove(lake: IcebergLake, key: str) -> None:
    """Remove an object with all its versions."""
    listed: Any = lake.s3.list_object_versions(Bucket=lake.bucket, Prefix=key)
    for each in (*listed.get("Versions", ()), *listed.get("DeleteMarkers", ())):
        lake.s3.delete_object(Bucket=lake.bucket, Key=each["Key"], VersionId=each["VersionId"])


def test_what_is_written_while_it_searches_makes_the_search_incomplete(platform: Platform, filled: IcebergLake) -> None:
    proof = prove(platform, ("person-77",), beat=lambda _: filled.put("somewhere/new", b"person-77"))
    assert (proof.findings, proof.changed_meanwhile, proof.is_proven) == ([], True, False)
    remove(filled, "somewhere/new")


def test_an_object_that_vanishes_or_is_archived_is_named(
    ops: Callable[..., Result], platform: Platform, filled: IcebergLake
) -> None:
    key = f"{LOCAL.etl.athena_results_prefix}old.csv"
    filled.put(key, f'"who"\n"{PERSON}"\n'.encode())
    version = next(each for each in versions(platform) if each.key == key)
    remove(filled, key)
    with pytest.raises(ClientError) as refused:
        content(platform, version, whole=True)
    assert why_unread(refused.value, version) == "it vanished while it was looked for"
    filled.s3.put_object(Bucket=filled.bucket, Key=key, Body=b"x", StorageClass="GLACIER")
    done = ops("person", "find", "--user", PERSON, "--held-only", "--json")
    (unread,) = told(done)["unread"]
    assert (unread["what"], unread["why"]) == (key, "it is archived (GLACIER): restore it in S3, then repeat")
    assert done.exit_code == Exit.ATTENTION
    remove(filled, key)


def test_a_manifests_bound_may_be_all_that_is_left(
    ops: Callable[..., Result], filled: IcebergLake, tmp_path: Path
) -> None:
    left, another, short = "user-0000000000000077", "user-0000000000000078", "u-77"
    row = {"feedback_id": "FEEDBACK#2026-01-01", "created_at": utc(2026, 1, 1).replace(tzinfo=None)}
    filled.commit(FEEDBACK, [{"user_id": user, **row} for user in (left, short)])
    target = tmp_path / "case.json"
    assert proven(ops, target, "--user", another)[1]["findings"] == [], "the bound is of the other: the file tells"
    tasks = list(filled.table(FEEDBACK).scan().plan_files())
    remove(filled, tasks[0].file.file_path.partition(f"{filled.bucket}/")[2])
    for user, where in ((left, "beginning, as a column's bound"), (short, "content")):
        found = proven(ops, target, "--user", user)[1]["findings"]
        assert {(finding["place"], finding["where"]) for finding in found} == {("tables, metadata", where)}
        assert found[0]["key"].endswith(".avro")
