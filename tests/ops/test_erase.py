"""People are erased by the real programs on the emulator: nobody's words are left, and nobody else loses anything."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import botocore.client
import pytest
from typer.testing import Result

from contract.layout import TOMBSTONES_KEY, erasures_prefix, quarantine_key
from contract.runs import RunSummary
from contract.settings import LambdaVariable
from contract.sources.catia import CONVERSATIONS, FEEDBACK, MESSAGES
from contract.tombstones import Tombstone, Tombstones, hash_of
from envs.local import LOCAL
from glue_src.arguments import Arguments
from glue_src.arrow.engine import ArrowEngine
from glue_src.clients import Clients as TransformClients
from glue_src.run import run as transform
from lambda_src.clients import make_clients
from lambda_src.deadline import Deadline
from lambda_src.execution import RunContext, execute
from lambda_src.run_log import RunLog
from lambda_src.settings import Settings
from lambda_src.workers import ProcessEngine
from ops.exits import Exit, OpsError
from ops.person.erasing import burying, erasure, stages
from ops.person.erasing.journal import Journal, unfinished
from ops.person.proof import prove
from ops.platform import Platform
from tests.iceberg_lake import IcebergLake, platform_on
from tests.ops.conftest import lake_on
from tools.local.aws_environment import emulator_variables
from tools.local.emulator import Emulator

PERSON, ODD = "ana", 'Zoë "O\'Hara"\\,|%_\n#😀'
OTHERS: Final = ("ana2", "an", "Ana", "luis")
WORDS = "planted words of nobody else"
#: How many random points a killed erasure is tried at.
KILLS: Final = int(os.environ.get("CAT_ERASURE_KILLS", "3"))


@dataclass
class Scene:
    """An environment that both stages run in, in this process."""

    lake: IcebergLake
    platform: Platform
    scratch: Path
    months: tuple[str, ...] = ("2026-01", "2026-02")
    forgotten: list[datetime] = field(default_factory=list)

    # what people write

    def say(self, user: str, month: str, text: str, day: int = 3) -> None:
        at = f"{month}-{day:02}T10:00:00Z"
        talk = {"L": [{"M": {"from": {"S": "user"}, "text": {"S": text}}}]}
        known = {"M": {"nombre": {"S": text}}}
        self.put(user, f"CONVERSATION#{at}", Conversation=talk, UserData=known)
        self.put(user, f"FEEDBACK#{at}", Feedback={"M": {"type": {"S": "like"}, "comment": {"S": text}}})
        self.put(user, f"PROFILE#{month}", Note={"S": text})
        self.put(user, f"REGISTER#{at}")

    def put(self, user: str, sort_key: str, **attributes: Any) -> None:
        item = {"PK": {"S": f"USER#{user}"}, "SK": {"S": sort_key}, **attributes}
        self.platform.dynamodb.put_item(TableName=LOCAL.normalize.dynamo_table_name, Item=item)

    def leave(self, user: str) -> None:
        """Delete somebody's items in the source, as its owner does."""
        table = LOCAL.normalize.dynamo_table_name
        for item in self.platform.dynamodb.scan(TableName=table)["Items"]:
            if item["PK"]["S"] == f"USER#{user}":
                self.platform.dynamodb.delete_item(TableName=table, Key={name: item[name] for name in ("PK", "SK")})

    # both stages; it is Stages

    def extract(self) -> RunSummary:
        variables = {
            LambdaVariable.S3_BUCKET_NAME: self.lake.bucket,
            LambdaVariable.DYNAMODB_TABLE_NAME: LOCAL.normalize.dynamo_table_name,
            LambdaVariable.PROJECT_ID: "P0",
            LambdaVariable.ENVIRONMENT: "local",
            LambdaVariable.CLIENT: "CAT",
            LambdaVariable.CLEAN_PREFIX: LOCAL.etl.clean_prefix,
            LambdaVariable.TIME_ZONE: "America/Bogota",
            LambdaVariable.EXCLUSION_RULES: "[]",
            LambdaVariable.SCAN_SEGMENTS: "1",
            LambdaVariable.MAX_READ_CAPACITY_UNITS: "unlimited",
            LambdaVariable.METRICS_NAMESPACE: "CAT/Normalize",
            LambdaVariable.CONTRACT: "catia",
            LambdaVariable.TOMBSTONE_KEY: self.platform.names.tombstone_key,
        }
        clients = make_clients()
        context = RunContext(clients, _InProcess(1024, 1), Deadline.after(600, ""), RunLog())
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("lambda_src.workers.default_clients", lambda: clients)
            event = {"accept_removal": True}
            return execute(event, Settings.from_environment(variables), context).summary

    def await_published(self, summary: RunSummary) -> None:
        assert self.curate() in {summary.run_id, None}

    def forget(self, before: datetime) -> None:
        self.forgotten.append(before)
        self.curate(before)

    def curate(self, forget_before: datetime | None = None) -> str | None:
        etl = LOCAL.etl
        arguments = Arguments(
            bucket=self.lake.bucket,
            clean_prefix=etl.clean_prefix,
            curated_prefix=etl.curated_prefix,
            restricted_prefix=etl.restricted_prefix,
            rejected_days=30,
            database=self.lake.database,
            environment="local",
            max_rejected_ratio=1.0,
            max_removed_ratio=0.05,
            history_days=30,
            metrics_namespace="CAT/Etl",
            contract=LOCAL.contract,
            forget_before=forget_before,
        )
        platform = self.platform
        clients = TransformClients(platform.s3, platform.glue, platform.cloudwatch, platform.events, platform.ssm)
        engine = ArrowEngine(platform.glue, platform.s3, self.lake.bucket, self.lake.database, self.scratch)
        return transform(arguments, engine, clients).recorded_run

    def night(self) -> str:
        summary = self.extract()
        self.curate()
        return summary.run_id

    # what is seen

    def erase(self, *users: str, source: bool = False) -> Journal:
        planned = erasure.plan(self.platform, users, datetime.now(UTC))
        work = erasure.Erasure(self.platform, self, planned, lambda: datetime.now(UTC))
        return work.run(delete_source_items=source)

    def rows(self) -> dict[str, set[tuple[Any, ...]]]:
        return {
            dataset.name: {tuple(row.values()) for row in self.lake.table(dataset).scan().to_arrow().to_pylist()}
            for dataset in (CONVERSATIONS, MESSAGES, FEEDBACK)
        }

    def versions(self) -> int:
        answer = self.platform.s3.list_object_versions(Bucket=self.lake.bucket)
        return len(answer.get("Versions", []))

    def traces(self, *people: str, uploads: int = 0) -> list[str]:
        """Return where something of people is left; what cannot be read are the parts of so many open uploads."""
        proof = prove(self.platform, people, (WORDS,))
        assert len(proof.unread) == uploads
        return [f"{each.key} {each.where}" for each in proof.findings]


class _InProcess(ProcessEngine):
    """One work unit, in this process."""


@pytest.fixture
def lake(emulator: Emulator) -> Iterator[IcebergLake]:
    with lake_on(emulator) as lake:
        yield lake


@pytest.fixture
def scene(lake: IcebergLake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """Two nights with the person, and what else holds people."""
    for name, value in emulator_variables(lake.endpoint_url).items():
        monkeypatch.setenv(name, value)
    made = Scene(lake, platform_on(lake), tmp_path)
    keys: Any = [{"AttributeName": name, "KeyType": kind} for name, kind in (("PK", "HASH"), ("SK", "RANGE"))]
    kinds: Any = [{"AttributeName": name, "AttributeType": "S"} for name in ("PK", "SK")]
    table = LOCAL.normalize.dynamo_table_name
    made.platform.dynamodb.create_table(
        TableName=table, KeySchema=keys, AttributeDefinitions=kinds, BillingMode="PAY_PER_REQUEST"
    )
    for month in made.months:
        for user in (PERSON, ODD):
            made.say(user, month, f"{WORDS} of {month}")
        for user in OTHERS:
            made.say(user, month, f"hello from {user}")
    made.night()
    made.say("luis", "2026-03", "later")
    made.night()
    results = LOCAL.etl.athena_results_prefix
    lake.put(f"{results}1.csv", f"{PERSON},{WORDS}\n".encode())
    lake.put(f"{results}1.csv", b"again\n")
    lake.put(quarantine_key(LOCAL.etl.restricted_prefix, "20260101T000000.000000Z-00000000"), WORDS.encode())
    key = f"{LOCAL.etl.clean_prefix}messages/left.csv"
    upload = made.platform.s3.create_multipart_upload(Bucket=lake.bucket, Key=key)["UploadId"]
    made.platform.s3.upload_part(Bucket=lake.bucket, Key=key, UploadId=upload, PartNumber=1, Body=WORDS.encode())
    yield made
    made.platform.dynamodb.delete_table(TableName=table)
    for name in [each["Name"] for each in made.platform.ssm.describe_parameters()["Parameters"]]:
        made.platform.ssm.delete_parameter(Name=name)


def of_others(rows: dict[str, set[tuple[Any, ...]]]) -> dict[str, set[tuple[Any, ...]]]:
    return {name: {row for row in found if row[0] not in {PERSON, ODD}} for name, found in rows.items()}


def test_nothing_is_left_of_people_who_were_erased_and_all_of_others(scene: Scene) -> None:
    assert len(scene.traces(PERSON, ODD, uploads=1)) > 10
    scene.leave(PERSON)
    scene.leave(ODD)
    before = scene.rows()

    done = scene.erase(PERSON, ODD)

    assert scene.traces(PERSON, ODD) == []
    assert scene.rows() == of_others(before)
    for name, rows in before.items():
        erased = len(rows) - len(of_others(before)[name])
        assert done.counts[f"rows_before_{name}"] == done.counts[f"rows_after_{name}"] + erased
    uploads = scene.platform.s3.list_multipart_uploads(Bucket=scene.lake.bucket)
    assert uploads.get("Uploads", []) == []
    # Nobody's identity stands in the journal or in the tombstones.
    for key in (*scene.lake.keys(erasures_prefix()), TOMBSTONES_KEY):
        content = scene.platform.bucket.read(key).decode()
        assert PERSON not in content.replace('"rows', "")
        assert ODD not in content
    assert list(unfinished(scene.platform.bucket, erasure.DONE)) == []

    # The next night goes on, the same erasure again changes nothing that readers see, a late item of then stays out.
    scene.say(PERSON, "2026-01", WORDS)
    scene.night()
    assert scene.rows() == of_others(before)
    scene.leave(PERSON)
    scene.erase(PERSON, ODD)
    assert scene.traces(PERSON, ODD) == []


def test_a_person_who_comes_back_is_a_new_person(scene: Scene) -> None:
    scene.leave(PERSON)
    scene.erase(PERSON)
    scene.say(PERSON, "2031-01", "hello again")
    scene.night()

    assert {row[0] for row in scene.rows()["conversations"]} >= {PERSON, *OTHERS}
    assert sum(row[0] == PERSON for row in scene.rows()["conversations"]) == 1


def test_the_source_is_emptied_only_when_asked(scene: Scene) -> None:
    before = scene.rows()
    with pytest.raises(OpsError, match="The source table still has items"):
        scene.erase(PERSON)
    assert scene.platform.bucket.find(TOMBSTONES_KEY) is None
    assert scene.rows() == before

    done = scene.erase(PERSON, source=True)
    assert done.counts["source_items"] == 8
    items = scene.platform.dynamodb.scan(TableName=LOCAL.normalize.dynamo_table_name)["Items"]
    assert {item["PK"]["S"] for item in items} == {f"USER#{user}" for user in (*OTHERS, ODD)}
    assert {row[0] for row in scene.rows()["conversations"]} == {*OTHERS, ODD}


class Killed(BaseException):
    """As if the process were gone."""


@contextmanager
def killed_after(calls: int) -> Iterator[list[str]]:
    """Let the process see so many requests to AWS answered, and no other one sent."""
    original: Any = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]
    seen: list[str] = []

    def call(client: Any, operation: str, parameters: Any) -> Any:
        if len(seen) >= calls:
            raise Killed
        seen.append(operation)
        return original(client, operation, parameters)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(botocore.client.BaseClient, "_make_api_call", call)
        yield seen


def test_a_killed_erasure_says_so_and_goes_on(scene: Scene) -> None:
    scene.leave(PERSON)
    scene.leave(ODD)
    before = of_others(scene.rows())
    rng = random.Random(17)
    kills, calls = 0, 0
    while kills < 10 * KILLS:
        calls = rng.randrange(1, 40 + 400 * kills // KILLS)
        try:
            with killed_after(calls):
                scene.erase(ODD, PERSON)
        except (Killed, Exception):  # noqa: BLE001 - what the kill became on its way up
            kills += 1
        else:
            break
        # Others are whole at every point, and whatever is half done says so.
        assert of_others(scene.rows()) == before
        if scene.platform.bucket.find(TOMBSTONES_KEY) is not None:
            assert len(list(unfinished(scene.platform.bucket, erasure.DONE))) == 1
    assert kills >= KILLS
    scene.erase(PERSON, ODD)

    assert scene.traces(PERSON, ODD) == []
    assert scene.rows() == before


def test_the_key_is_made_once_and_never_in_the_place_of_a_lost_one(scene: Scene) -> None:
    assert burying.existing_key(scene.platform) is None
    key = burying.key_of(scene.platform)
    assert burying.key_of(scene.platform) == key
    scene.leave(PERSON)
    scene.erase(PERSON)
    scene.platform.ssm.delete_parameter(Name=scene.platform.names.tombstone_key)

    with pytest.raises(OpsError, match="is gone"):
        scene.erase("luis")


def test_the_command_asks_and_refuses(
    ops: Callable[..., Result], scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "DeployedStages", lambda *_: scene)
    refused = ops("person", "erase", "--user", PERSON)
    assert refused.exit_code == Exit.ATTENTION
    assert "8 items" in refused.stderr
    scene.leave(PERSON)
    asked = ops("person", "erase", "--user", PERSON)
    assert asked.exit_code == Exit.NOT_CONFIRMED
    assert "no time travel before today remains" in asked.stderr
    assert "--users FILE" in asked.stderr
    assert scene.platform.bucket.find(TOMBSTONES_KEY) is None

    done = ops("person", "erase", "--user", PERSON, "--yes", "--json")
    assert done.exit_code == Exit.WELL, done.stderr
    assert set(json.loads(done.stdout)["done"]) >= {"buried", "published", "forgotten", "objects", "versions", "done"}
    nobody = ops("person", "erase", "--user", "nobody", "--yes")
    assert nobody.exit_code == Exit.WELL
    assert "Nothing of them is in the tables" in nobody.stderr


def test_tombstones_that_two_write_at_once_are_both_kept(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    until = datetime(2026, 2, 1, tzinfo=UTC)
    mine, theirs = (Tombstone(hash_of(bytes(32), "catia", user), until, until) for user in (PERSON, ODD))
    existing = burying.existing

    def overtaken(platform: Platform) -> Tombstones:
        """Let somebody else write after this has looked, once."""
        found = existing(platform)
        if not found:
            scene.lake.put(TOMBSTONES_KEY, Tombstones().with_added([theirs]).to_json().encode())
        return found

    with monkeypatch.context() as patched:
        patched.setattr(burying, "existing", overtaken)
        burying.bury(scene.platform, [mine])

    assert set(burying.existing(scene.platform).by_hash) == {mine.hash, theirs.hash}
    burying.bury(scene.platform, [mine, theirs])
    assert len(burying.existing(scene.platform).by_hash) == 2
