"""What it takes to erase people from the lake and to prove it: one person, and a hundred, beside a full rewrite.

    python -m tools.bench.lake.people

writes RESULTS-people.md. The engine is Arrow, in this process. ETL-1's run is not in it: RESULTS.md has that.
"""

from __future__ import annotations

import os
import platform as machine
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final

import boto3

from contract.datasets import Dataset
from contract.layout import table_prefix
from contract.partition_sums import PartitionSums
from contract.sources.catia import CONTRACT
from envs.local import LOCAL
from glue_src.arrow.engine import ArrowEngine
from glue_src.clients import Clients
from glue_src.run import run as transform
from ops.person.erasing.purging import Purge
from ops.person.proof import prove
from ops.platform import Platform
from ops.versions import delete, versions
from tools.bench.lake.clean import CleanRun, write_csv
from tools.bench.lake.days import PERSON, csv_path, write_part
from tools.bench.lake.front import BUCKET, take_log
from tools.bench.lake.lake import Lake, running
from tools.bench.lake.ours import arguments
from tools.bench.lake.task import Traffic, curated_prefix
from tools.bench.memory import peak_mb
from tools.bench.processes import PROJECT
from tools.bench.stats import Spread, ratio
from tools.local.aws_environment import emulator_variables, forget_accounts
from tools.site.markdown import table

RESULTS: Final = PROJECT / "tools" / "bench" / "RESULTS-people.md"
CONVERSATIONS: Final = 93_000
ROUNDS: Final = 3
MANY: Final = 100
#: One search for so many people; the most is a file of a whole organisation, of whom the lake knows nobody else.
SEARCHED: Final = (1, MANY, 10_000)
#: What an erasure may take of each GB that is held, its proof included.
MOST_SECONDS_A_GB: Final = 120
_PREFIX: Final = "clean/people/"
_BEGAN: Final = datetime(2026, 2, 1, 4, 30, tzinfo=UTC)
_USER: Final = re.compile(rb"usuario-(?:\d{9}|de-siempre)")


@dataclass(frozen=True)
class Took:
    """Seconds, and bytes of data files that were written."""

    seconds: float
    written: int = 0

    def __add__(self, other: Took) -> Took:
        """Return both together."""
        return Took(self.seconds + other.seconds, self.written + other.written)


@dataclass(frozen=True)
class Round:
    """What one round took: the full rewrite, by number of people the erasure and then a proof, and bytes held then."""

    rewrite: Took
    erasures: Mapping[int, Sequence[Took]]
    proofs: dict[int, float] = field(default_factory=dict)
    held: int = 0


class Source:
    """A source whose runs are written one after the other, each below a prefix of its own."""

    def __init__(self, root: Path) -> None:
        self._root, self._number = root, 0
        self._parts = root / "parts"
        self._parts.mkdir()
        write_part(self._parts, 0, CONVERSATIONS, person=True)
        users = {found.group() for line in self._lines() if (found := _USER.match(line))} - {PERSON.encode()}
        self.users = sorted(users)
        Random(1).shuffle(self.users)  # noqa: S311 nothing here is secret

    def _lines(self) -> Iterator[bytes]:
        with csv_path(self._parts, CONTRACT.datasets[-1]).open("rb") as file:
            yield from file

    def first(self, people: int) -> frozenset[bytes]:
        """Return so many of the users; the first is the one with conversations in every month."""
        return frozenset([PERSON.encode(), *self.users[: people - 1]])

    def searched(self, people: int) -> tuple[str, ...]:
        """Return so many people who are gone: those who were erased, and then some who never were there."""
        erased = [user.decode() for user in self.first(min(people, MANY))]
        return (*erased, *(f"persona-{number:09}" for number in range(people - len(erased))))

    def run(self, gone: frozenset[bytes]) -> CleanRun:
        """Write a run without these people."""
        made = CleanRun(self._root, f"{_PREFIX}{self._number}/", _BEGAN + timedelta(days=self._number))
        self._number += 1

        def keeps(_: Dataset, line: bytes) -> bool:
            found = _USER.search(line)
            return found is None or found.group() not in gone

        sums: dict[str, PartitionSums] = {}
        for dataset in CONTRACT.datasets:
            sums[dataset.name] = write_csv(dataset, made.path(dataset), [csv_path(self._parts, dataset)], keeps)
        made.write_summary(sums)
        return made


class Erasing:
    """A lake that people are erased from."""

    def __init__(self, lake: Lake, name: str, scratch: Path) -> None:
        self._lake, self._name = lake, name
        self._clients = Clients(*(lake.client(each) for each in ("s3", "glue", "cloudwatch", "events", "ssm")))
        self._engine = ArrowEngine(self._clients.glue, self._clients.s3, BUCKET, name, scratch)
        lake.make(name)

    def night(self, run: CleanRun, **more: Any) -> Took:
        """Bring a run to the tables."""
        take_log(self._lake.port)
        began = time.perf_counter()
        transform(replace(arguments(self._name, run.prefix), **more), self._engine, self._clients)
        return Took(time.perf_counter() - began, Traffic.of(take_log(self._lake.port)).data_written)

    def erase(self, run: CleanRun) -> tuple[Took, Took, Took]:
        """Bring a run to the tables, have them forget what they held before, and delete what is older."""
        published = self.night(run)
        forgotten = self.night(run, forget_before=datetime.now(UTC))
        began = time.perf_counter()
        tables = tuple(table_prefix(curated_prefix(self._name), dataset) for dataset in CONTRACT.tables)
        purge = Purge(self.platform(run), tables, run.run_id, datetime.now(UTC))
        purge.objects()
        purge.versions()
        return published, forgotten, Took(time.perf_counter() - began)

    def platform(self, run: CleanRun) -> Platform:
        """Return the lake as operators reach it."""
        curated = curated_prefix(self._name)
        catalog = replace(LOCAL.etl.catalog, database_name=self._name)
        etl = replace(
            LOCAL.etl, clean_prefix=run.prefix, curated_prefix=curated, restricted_prefix=curated, catalog=catalog
        )
        normalize = replace(LOCAL.normalize, s3_bucket_name=BUCKET)
        return Platform(replace(LOCAL, normalize=normalize, etl=etl), boto3.Session())


def measure(lake: Lake, source: Source, number: int, scratch: Path) -> Round:
    """Load a lake, rewrite it, erase one person, then many, and prove that they are gone.

    Raises:
        ValueError: somebody is left.
    """
    erasing = Erasing(lake, f"people_{number}", scratch)
    erasing.night(source.run(frozenset()))
    rewrite = erasing.night(source.run(frozenset()), rebuild=frozenset(each.name for each in CONTRACT.datasets))
    erasures = {}
    for people in (1, MANY):
        run = source.run(source.first(people))
        erasures[people] = erasing.erase(run)
    made = Round(rewrite, erasures)
    for dataset in CONTRACT.datasets:
        lake.s3.upload_file(str(run.path(dataset)), BUCKET, run.key(dataset))
    for people in SEARCHED:
        began = time.perf_counter()
        proof = prove(erasing.platform(run), source.searched(people))
        made.proofs[people] = time.perf_counter() - began
        made = replace(made, held=proof.inventory.bytes)
        if not proof.is_proven:
            message = f"{len(proof.findings)} findings, {len(proof.unread)} objects unread."
            raise ValueError(message)
    platform = erasing.platform(run)
    for _ in delete(platform, (each.name for each in versions(platform))):
        pass  # the emulator keeps them in memory
    return made


def page(rounds: Sequence[Round], peak: float) -> str:
    """Return the page of results."""
    rewrites = [each.rewrite for each in rounds]
    rows, verdicts = [], []
    for people in (1, MANY):
        steps = list(zip(*(each.erasures[people] for each in rounds), strict=True))
        for name, took in zip(("publish without them", "forget what was", "delete old versions"), steps, strict=True):
            rows.append((str(people), name, _ratio(took, rewrites), _seconds(took), _megabytes(took)))
        whole = [sum(each.erasures[people], Took(each.proofs[people])) for each in rounds]
        rows.append((str(people), "all, with its proof", _ratio(whole, rewrites), _seconds(whole), _megabytes(whole)))
        a_gb = Spread.of([took.seconds / each.held * 1e9 for took, each in zip(whole, rounds, strict=True)])
        is_met = "yes" if a_gb.greatest <= MOST_SECONDS_A_GB else "**no**"
        verdicts.append((f"{people} at once: at most {MOST_SECONDS_A_GB} s for each GB held", a_gb.text(0), is_met))
    proofs = [
        (
            f"{people:,}",
            Spread.of([each.proofs[people] for each in rounds]).text(1),
            Spread.of([each.held / each.proofs[people] / 1e6 for each in rounds]).text(0),
        )
        for people in SEARCHED
    ]
    held = rounds[0].held / 1e6
    return f"""# Erasing people, and proving it

Made by `python -m tools.bench.lake.people`, never edited by hand. Trust the ratios: seconds belong to one machine.

{_table(("goal", "seconds a GB", "met"), verdicts)}
## What it takes

A full rewrite is what the same engine takes to write all tables anew: {_seconds(rewrites)} s,
{_megabytes(rewrites)} MB. The one person has conversations in every month, so every partition is written anew.

{_table(("people", "step", "time ÷ full rewrite", "seconds", "data written, MB"), rows)}
## A proof

Every object and version is read: {held:,.0f} MB, of which the CSV of a run is the most.

{_table(("people searched for", "seconds", "MB a second"), proofs)}
## How

- {datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {machine.machine()}, {os.cpu_count()} cores;
  load average {os.getloadavg()[0]:.1f} at the end.
- {CONVERSATIONS:,} conversations with their messages. {ROUNDS} rounds in one process, each with a lake
  of its own. Figures are medians, with least and greatest; ratios are taken round by round.
- Most memory that the process had, engine and proofs together: {peak:,.0f} MB.
"""


def _ratio(took: Sequence[Took], rewrites: Sequence[Took]) -> str:
    return ratio([each.seconds for each in took], [each.seconds for each in rewrites]).text()


def _seconds(took: Sequence[Took]) -> str:
    return Spread.of([each.seconds for each in took]).text(1)


def _megabytes(took: Sequence[Took]) -> str:
    return Spread.of([each.written / 1e6 for each in took]).text(1)


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(table(headers, rows))


def main() -> None:
    """Measure, and write the page."""
    forget_accounts(os.environ)
    with TemporaryDirectory(prefix="bench-people-") as name:
        root, scratch = Path(name, "bucket"), Path(name, "scratch")
        root.mkdir()
        scratch.mkdir()
        source, rounds = Source(root), []
        with running(root, scratch) as lake:
            os.environ.update(emulator_variables(lake.endpoint))
            make_source_table(lake)
            for number in range(ROUNDS):
                rounds.append(measure(lake, source, number, scratch))
                print(f"round {number + 1} of {ROUNDS}: {rounds[-1]}", flush=True)
    RESULTS.write_text(page(rounds, peak_mb()), encoding="utf-8")


def make_source_table(lake: Lake) -> None:
    """Make the source's table, empty: who is erased has no items there; and have the bucket keep versions."""
    lake.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    keys = dict(zip(CONTRACT.key_attributes, ("HASH", "RANGE"), strict=True))
    lake.client("dynamodb").create_table(
        TableName=LOCAL.normalize.dynamo_table_name,
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys.items()],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in keys],
        BillingMode="PAY_PER_REQUEST",
    )


if __name__ == "__main__":
    main()
