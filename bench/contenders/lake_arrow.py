"""This platform's ETL-2 by its arrow engine: all datasets and all that the checks need to know."""

from __future__ import annotations

from pathlib import Path

from bench.contenders.task import Report, Work
from bench.lake.bucket import FolderBucket
from bench.lake.ours import sources, staged
from bench.lake.task import LakeTask
from glue_src.arrow_engine import ArrowEngine


def prepare(task: LakeTask) -> Work:
    """Make the engine, over files in the place of a bucket's objects."""
    engine = ArrowEngine(FolderBucket(), Path(task.scratch))
    return lambda: Report(staged(engine, sources(task)))
