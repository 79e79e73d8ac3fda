"""What it takes to erase people from the lake and to prove it: one person, and a hundred, beside a full rewrite.

    python -m tools.bench.lake.people

writes RESULTS-people.md. The engine is Arrow, in this process. ETL-1's run is not in it: RESULTS.md has that.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final

import boto3

from contract.datasets import Dataset
from contract.layout import table_prefix
from contract.partition_sums import PartitionSums
from contract.settings import NO_TABLES
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
from tools.bench.lake.lake import Lake, folders, running
from tools.bench.lake.nights import ALL_TABLES
from tools.bench.lake.ours import arguments
from tools.bench.lake.people_page import CONVERSATIONS, MANY, ROUNDS, SEARCHED, Round, Took, page
from tools.bench.lake.task import Traffic, curated_prefix
from tools.bench.memory import peak_mb
from tools.bench.processes import PROJECT
from tools.local.aws_environment import emulator_variables, forget_accounts
from tools.local.source_table import SourceTable

RESULTS: Final = PROJECT / "tools" / "bench" / "RESULTS-people.md"
_PREFIX: Final = "clean/people/"
_BEGAN: Final = datetime(2026, 2, 1, 4, 30, tzinfo=UTC)
_USER: Final = re.compile(rb"usuario-(?:\d{9}|de-siempre)")


class Source:
    """A source whose runs are written one after the other, each below a prefix of its own."""

    def __init__(self, root: Path) -> None:
        self._root, self._number = root, 0
        self._parts = root / "parts"
        self._parts.mkdir()
        write_part(self._parts, 0, CONVERSATIONS, person=True)
        users = {found.group() for line in self._lines() if (found := _USER.match(line))} - {PERSON.encode()}
        self.users = sorted(users)
        Random(1).shuffle(self.users)

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

    def night(self, run: CleanRun, rebuild: str = NO_TABLES, forget_before: datetime | None = None) -> Took:
        """Bring a run to the tables; to forget alone, which records no run, is a night too."""
        told = replace(arguments(self._name, run.prefix, rebuild), forget_before=forget_before)
        take_log(self._lake.port)
        began = time.perf_counter()
        transform(told, self._engine, self._clients)
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
    rewrite = erasing.night(source.run(frozenset()), rebuild=ALL_TABLES)
    erasures, proofs = {}, {}
    for people in (1, MANY):
        run = source.run(source.first(people))
        erasures[people] = erasing.erase(run)
    for dataset in CONTRACT.datasets:
        lake.s3.upload_file(str(run.path(dataset)), BUCKET, run.key(dataset))
    for people in SEARCHED:
        began = time.perf_counter()
        proof = prove(erasing.platform(run), source.searched(people))
        proofs[people] = time.perf_counter() - began
        if not proof.is_proven:
            message = f"{len(proof.findings)} findings, {len(proof.unread)} objects unread."
            raise ValueError(message)
    platform = erasing.platform(run)
    for _ in delete(platform, (each.name for each in versions(platform))):
        pass  # the emulator keeps them in memory
    return Round(rewrite, erasures, proofs, proof.inventory.bytes)


def main() -> None:
    """Measure, and write the page."""
    forget_accounts(os.environ)
    with folders("people") as (root, scratch):
        source, rounds = Source(root), []
        with running(root, scratch) as lake:
            os.environ.update(emulator_variables(lake.endpoint))
            # The source's table is empty: who is erased has no items there.
            SourceTable.of(LOCAL, lake.client("dynamodb")).ensure()
            lake.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
            for number in range(ROUNDS):
                rounds.append(measure(lake, source, number, scratch))
                print(f"round {number + 1} of {ROUNDS}: {rounds[-1]}", flush=True)
    RESULTS.write_text(page(rounds, peak_mb()), encoding="utf-8")


if __name__ == "__main__":
    main()
