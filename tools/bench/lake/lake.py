"""The lake of one run of the benchmark: emulator, front, bucket, and tables made as Terraform makes them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, cast

import boto3
from pyiceberg.table import StaticTable

from contract.datasets import Dataset
from contract.layout import first_metadata_key, table_prefix
from contract.sources.catia import CONTRACT
from contract.table_metadata import first_metadata
from glue_src.tables import TableState, read_table
from tools.bench.lake.front import BUCKET, HOST
from tools.bench.lake.task import ENVIRONMENT, address, curated_prefix
from tools.bench.processes import PROJECT
from tools.local.aws_environment import CREDENTIALS, REGION
from tools.local.emulator import Emulator

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_s3 import S3Client

HISTORY_DAYS: Final = 30
_PYICEBERG: Final = {
    "s3.access-key-id": CREDENTIALS["AWS_ACCESS_KEY_ID"],
    "s3.secret-access-key": CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    "s3.region": REGION,
}


@dataclass(frozen=True)
class Lake:
    """The port where S3 and Glue answer; ``root`` has the objects of the clean zone."""

    root: Path
    port: int

    @property
    def endpoint(self) -> str:
        """Where S3 and Glue answer."""
        return f"http://{HOST}:{self.port}"

    def client(self, service: str) -> Any:
        """Return a client of one service."""
        key, secret = CREDENTIALS.values()
        session = boto3.Session(key, secret, region_name=REGION)
        return session.client(service, endpoint_url=self.endpoint)  # type: ignore[call-overload]

    @cached_property
    def s3(self) -> S3Client:
        """S3."""
        return cast("S3Client", self.client("s3"))

    @cached_property
    def glue(self) -> GlueClient:
        """The Data Catalog."""
        return cast("GlueClient", self.client("glue"))

    def make(self, name: str, tables: Sequence[Dataset] = CONTRACT.tables) -> None:
        """Make the database of that name with tables, empty."""
        self.glue.create_database(DatabaseInput={"Name": name})
        for dataset in tables:
            self._make_table(name, dataset)

    def _make_table(self, database: str, dataset: Dataset) -> None:
        location = address(table_prefix(curated_prefix(database), dataset)).rstrip("/")
        key = f"artifacts/{database}/{first_metadata_key(ENVIRONMENT, dataset)}"
        metadata = first_metadata(ENVIRONMENT, dataset, location, HISTORY_DAYS)
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=metadata.encode())
        columns: Any = [{"Name": column.name, "Type": column.type.value} for column in dataset.columns]
        self.glue.create_table(
            DatabaseName=database,
            TableInput={
                "Name": dataset.name,
                "TableType": "EXTERNAL_TABLE",
                "Parameters": {"table_type": "ICEBERG", "metadata_location": address(key)},
                "StorageDescriptor": {"Location": location, "Columns": columns},
            },
        )

    def state(self, name: str, dataset: Dataset) -> TableState:
        """Return what a lake's table holds."""
        return read_table(self.glue, self.s3, name, dataset.name)

    def objects(self, prefix: str) -> dict[str, int]:
        """Return the sizes of all objects below a prefix, by key."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return {found["Key"]: found["Size"] for page in pages for found in page.get("Contents", [])}

    def fetch(self, name: str, dataset: Dataset, folder: Path) -> list[Path]:
        """Copy the data files that readers of a table see into a folder."""
        files = []
        for number, key in enumerate(self._data_keys(name, dataset)):
            files.append(folder / f"{dataset.name}-{number}.parquet")
            self.s3.download_file(BUCKET, key, str(files[-1]))
        return files

    def _data_keys(self, name: str, dataset: Dataset) -> list[str]:
        """Return the keys of those files; of a plain folder, of all."""
        state = self.state(name, dataset)
        if state.current is None:
            return [key for key in self.objects(state.location.partition(f"{BUCKET}/")[2]) if key.endswith(".parquet")]
        table = StaticTable.from_metadata(state.metadata_location, {"s3.endpoint": self.endpoint, **_PYICEBERG})
        return [found.file.file_path.partition(f"{BUCKET}/")[2] for found in table.scan().plan_files()]

    def clear(self, prefix: str) -> None:
        """Delete all objects below a prefix: the emulator keeps them in memory."""
        for key in self.objects(prefix):
            self.s3.delete_object(Bucket=BUCKET, Key=key)


@contextmanager
def folders(name: str) -> Iterator[tuple[Path, Path]]:
    """Make a folder whose files are the bucket's objects, and one for whatever is between, while the block lasts."""
    with TemporaryDirectory(prefix=f"bench-{name}-") as parent:
        root, scratch = Path(parent, "bucket"), Path(parent, "scratch")
        root.mkdir()
        scratch.mkdir()
        yield root, scratch


@contextmanager
def running(root: Path, scratch: Path) -> Iterator[Lake]:
    """Run an emulator with its front for as long as the block lasts; the front serves the clean zone from ``root``."""
    with ExitStack() as stack:
        emulator = Emulator(scratch / "emulator")
        emulator.directory.mkdir(parents=True)
        stack.callback(emulator.stop)
        lake = Lake(root, stack.enter_context(_front(root, emulator.start().port)))
        lake.s3.create_bucket(Bucket=BUCKET)
        yield lake


@contextmanager
def _front(root: Path, emulator: int) -> Iterator[int]:
    command = [sys.executable, "-m", "tools.bench.lake.front", str(root), str(emulator)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None  # noqa: S101 for mypy: it is a pipe
            yield int(process.stdout.readline())
        finally:
            process.terminate()
