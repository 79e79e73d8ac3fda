"""CSVs to buckets: chunks of all of them side by side, so that no processor waits for the end of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from contract.masking import Mask
from glue_src.arrow.buckets import Buckets, Segment, split
from glue_src.arrow.csv import parse
from glue_src.arrow.csv_chunks import CsvChunk, CsvChunkReader
from glue_src.arrow.limits import Limits
from glue_src.arrow.masking import masked
from glue_src.arrow.pipeline import in_order
from glue_src.arrow.s3_files import read_range
from glue_src.engine import TablePlan

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class _Part:
    """One chunk of a plan's CSV, by its number; ``wanted`` has the partitions whose rows are kept, None for all."""

    plan: TablePlan
    reader: CsvChunkReader
    number: int
    wanted: pa.Array | None


@dataclass(frozen=True)
class CsvReader:
    """Reads CSVs of one bucket to buckets in ``folder``, and what a mask makes of them where there is one."""

    s3: S3Client
    bucket: str
    folder: Path
    limits: Limits
    check_time: Callable[[], None]
    mask: Mask | None = None

    @contextmanager
    def read(self, plans: Sequence[TablePlan], workers: Executor) -> Iterator[Mapping[str, Buckets]]:
        """Return the rows of all plans by the dataset's name, until the context is left.

        Raises:
            MalformedDataError: a CSV holds what the contract does not allow.
        """
        with ExitStack() as opened:
            buckets = {plan.dataset.name: self._bucket(plan, opened) for plan in plans}
            # Largest first: what is short fills the gaps at the end.
            largest_first = sorted(plans, key=lambda plan: -plan.source.bytes)
            parts = [part for plan in largest_first for part in self._parts(plan)]
            with ThreadPoolExecutor(self.limits.ahead) as requests:
                fetched = in_order(requests, _fetch, parts, self.limits.ahead)
                for name, segments in in_order(workers, self._segments, fetched, self.limits.workers):
                    buckets[name].add(segments)
                    self.check_time()
            yield buckets

    def _bucket(self, plan: TablePlan, opened: ExitStack) -> Buckets:
        return opened.enter_context(closing(Buckets(self.folder / f"{plan.dataset.name}.buckets", plan.dataset)))

    def _parts(self, plan: TablePlan) -> Iterator[_Part]:
        if not (plan.changed or plan.replaces_all):
            return
        source, kept = plan.source, {*plan.changed, *plan.gone}
        chunk_bytes = self.limits.chunk_bytes(len(kept))
        reader = CsvChunkReader(partial(read_range, self.s3, self.bucket, source.key), source.bytes, chunk_bytes)
        # Rows of a partition that is to go are kept, too: the CSV has them against what was promised.
        wanted = None if plan.replaces_all else pa.array(sorted(kept), pa.string())
        for number in range(reader.count):
            yield _Part(plan, reader, number, wanted)

    def _segments(self, fetched: tuple[_Part, CsvChunk]) -> tuple[str, list[Segment]]:
        part, chunk = fetched
        rows, dataset = parse(chunk, part.plan.source, part.wanted), part.plan.dataset
        return dataset.name, split(masked(rows, dataset, self.mask) if self.mask else rows, dataset)


def _fetch(part: _Part) -> tuple[_Part, CsvChunk]:
    return part, part.reader.read(part.number)
