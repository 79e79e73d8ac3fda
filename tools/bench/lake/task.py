"""What every contender of the lake is given, and what is measured of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from contract.sources.catia import CONTRACT
from tools.bench.lake.front import BUCKET, HOST

ZSTD_LEVEL: Final = 3
"""For all alike: what Iceberg, Spark and DuckDB take by default."""
THREADS: Final = 2
"""As many processors as a Lambda function of 3,538 MB has."""
ENVIRONMENT: Final = "bench"


@dataclass(frozen=True)
class NightTask:
    """A run of ETL-1 below ``clean_prefix``, the keys of its CSV by dataset, and ETL-2's ``rebuild`` argument."""

    name: str
    clean_prefix: str
    csv: Mapping[str, str]
    rebuild: str


@dataclass(frozen=True)
class LakeTask:
    """Nights, one after the other, each brought to every lake in turn: all nights to the first, then to the next.

    ``port`` is the front's; ``root`` the folder of the clean zone's objects; ``scratch`` an empty folder for whatever
    is between; ``lakes`` name databases, whose tables lie below ``curated_prefix``.
    """

    port: int
    root: str
    scratch: str
    lakes: tuple[str, ...]
    nights: tuple[NightTask, ...]

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> LakeTask:
        """Read what ``dataclasses.asdict`` gave."""
        nights = tuple(NightTask(**night) for night in document.pop("nights"))
        return cls(**{**document, "lakes": tuple(document["lakes"]), "nights": nights})

    @property
    def endpoint(self) -> str:
        """Where S3 and Glue answer."""
        return f"http://{HOST}:{self.port}"

    def file_of(self, night: NightTask, dataset: str) -> Path:
        """Return the file that a dataset's CSV is, for programs that know no S3."""
        return Path(self.root, night.csv[dataset])


def curated_prefix(lake: str) -> str:
    """Return the prefix of a lake's tables."""
    return f"curated/{lake}/"


def address(key: str) -> str:
    """Return the address of an object, as engines know it."""
    return f"s3://{BUCKET}/{key}"


def is_data(key: str) -> bool:
    """Tell whether an object is a data file of one of the contract's datasets; ``runs`` is none."""
    folders = key.split("/")
    return key.endswith(".parquet") and folders[2] in _DATASETS


_DATASETS: Final = frozenset(dataset.name for dataset in CONTRACT.datasets)

Work = Callable[[str, NightTask], None]
"""Brings one night to one lake."""


@dataclass(frozen=True)
class Program:
    """A started program: what it does in a night, and the processes beside its own, such as Spark's JVM."""

    work: Work
    others: tuple[int, ...] = ()


@dataclass(frozen=True)
class Traffic:
    """What went over HTTP: bytes of CSV read, of data files and all else written; requests by their price's class."""

    csv_read: int = 0
    data_written: int = 0
    other_written: int = 0
    writes: int = 0
    reads: int = 0

    @classmethod
    def of(cls, log: list[tuple[str, str, int]]) -> Traffic:
        """Add up what the front has logged."""
        objects = [(method, key, size) for method, key, size in log if "/" in key]
        written = [(key, size) for method, key, size in objects if method == "PUT"]
        return cls(
            csv_read=sum(size for method, key, size in objects if method == "GET" and key.endswith(".csv")),
            data_written=sum(size for key, size in written if is_data(key)),
            other_written=sum(size for key, size in written if not is_data(key)),
            writes=sum(method in _DEAR for method, _, _ in objects),
            reads=sum(method in _CHEAP for method, _, _ in objects),
        )


#: S3's two classes of requests; to delete costs nothing: https://aws.amazon.com/s3/pricing/
_DEAR: Final = frozenset(("PUT", "POST", "COPY", "LIST"))
_CHEAP: Final = frozenset(("GET", "HEAD"))


@dataclass(frozen=True)
class NightMeasurement:
    """One night of one program: what it took, most memory meanwhile (all processes), and what went over HTTP.

    ``commits`` are the data tables that were committed to.
    """

    seconds: float
    peak_mb: float
    traffic: Traffic
    commits: int


@dataclass(frozen=True)
class ProgramMeasurement:
    """A process's seconds to start, and its nights by lake and name."""

    start_seconds: float
    nights: Mapping[str, Mapping[str, NightMeasurement]] = field(default_factory=dict)

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> ProgramMeasurement:
        """Read what ``dataclasses.asdict`` gave."""
        nights = {
            lake: {
                name: NightMeasurement(**{**one, "traffic": Traffic(**one["traffic"])}) for name, one in of_lake.items()
            }
            for lake, of_lake in document["nights"].items()
        }
        return cls(document["start_seconds"], nights)
