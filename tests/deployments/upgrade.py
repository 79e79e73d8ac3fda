"""The last release: its stacks, made by its own code from git, and data in the tables that it deployed."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from contract.datasets import Dataset
from contract.sources.catia import CONTRACT
from envs.local import LOCAL
from tests.deployments.variants import FIRST
from tests.guards.roots import run
from tests.iceberg_lake import IcebergLake
from tests.ops.conftest import rows
from tools.local.machine_tools import PROJECT

#: Run in the release's own tree: its modules, its settings.
_WRITE: Final = (
    "import sys; from pathlib import Path; from tests.deployments.variants import write; "
    "write(Path(sys.argv[1]), with_pipeline=True)"
)
_VERSION: Final = "contract/version.py"


def last_release() -> str:
    """Return the commit of the newest tag ``v*`` before this one, or else the last that set the version.

    In a clone without history that is the present commit. CI's has all of it.
    """
    (head,) = _git("rev-parse", "HEAD")
    tags = _git("tag", "--merged", "HEAD", "--sort=-version:refname", "--list", "v[0-9]*")
    tagged = [_git("rev-list", "-n", "1", tag)[0] for tag in tags]
    before = [commit for commit in tagged if commit != head]
    return (before or _git("log", "-n", "1", "--format=%H", "--", _VERSION))[0]


def write_release(folder: Path, variables: Mapping[str, str]) -> None:
    """Write the release's stacks into ``folder``, as variants.py does those of today."""
    source = folder / "release"
    commit = last_release()
    archive = subprocess.run(("git", "archive", commit), cwd=PROJECT, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(source, filter="data")
    (source / "build").mkdir()
    for layer in (PROJECT / "build").glob("layer-*.zip"):
        (source / "build" / layer.name).symlink_to(layer)
    # Where the release has other layers, it makes its own.
    done = run((sys.executable, "-c", _WRITE, str(stacks_of_release(folder).parent)), source, variables)
    assert done.status == 0, f"{commit}: {done.said}"


def stacks_of_release(folder: Path) -> Path:
    """Return where :func:`write_release` has written the stacks."""
    return folder / "release-stacks" / FIRST / "stacks"


@dataclass(frozen=True)
class Upgrade:
    """What today's deployment did to the release's, and the rows of each table before and after it."""

    plans: Mapping[str, Any]
    before: Mapping[str, list[dict[str, Any]]]
    after: Mapping[str, list[dict[str, Any]]]


def fill(endpoint_url: str) -> dict[str, list[dict[str, Any]]]:
    """Write rows into the deployed tables, with the columns that they have, and return what they hold then."""
    lake = IcebergLake(LOCAL, endpoint_url)
    for dataset, some in rows(20).items():
        known = {field.name for field in lake.table(dataset).schema().fields}
        of_release = replace(dataset, columns=tuple(column for column in dataset.columns if column.name in known))
        lake.commit(of_release, [{name: value for name, value in row.items() if name in known} for row in some])
    return held(endpoint_url)


def held(endpoint_url: str) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each dataset's table."""
    lake = IcebergLake(LOCAL, endpoint_url)
    return {dataset.name: _rows(lake, dataset) for dataset in CONTRACT.datasets}


def _rows(lake: IcebergLake, dataset: Dataset) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = lake.table(dataset).scan().to_arrow().to_pylist()
    return sorted(found, key=str)


def _git(*words: str) -> list[str]:
    return subprocess.run(("git", *words), cwd=PROJECT, check=True, capture_output=True, text=True).stdout.split()
