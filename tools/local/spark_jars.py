"""The jars by which PySpark reads and writes ``s3://`` addresses and Iceberg tables; on Glue they are there already."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from tools.local import maven
from tools.local.maven import OnBytes
from tools.local.user_cache import cache_folder, made_once

#: The Iceberg of Glue 5.1. The versions that there are: contract.spark_catalog.ICEBERG_VERSIONS.
DEFAULT_ICEBERG: Final = "1.10.0"


def ensure(iceberg_version: str = DEFAULT_ICEBERG, on_bytes: OnBytes = lambda *_: None) -> tuple[Path, ...]:
    """Return the jars, fetched into the user's cache the first time (some 120 MB).

    Args:
        iceberg_version: one of contract.spark_catalog.ICEBERG_VERSIONS.
        on_bytes: hears how far a download is.

    Raises:
        DownloadError: they are not there and cannot be fetched.
    """
    artifacts = (*maven.pinned("spark"), *maven.pinned(f"iceberg-{iceberg_version}"))
    name = f"spark-iceberg-{iceberg_version}-{maven.digest_of(artifacts)}"
    folder = made_once(cache_folder() / name, partial(_fill, artifacts, on_bytes))
    return tuple(folder / one.file_name for one in artifacts)


def _fill(artifacts: tuple[maven.Artifact, ...], on_bytes: OnBytes, folder: Path) -> None:
    maven.fetch(artifacts, folder, on_bytes)
