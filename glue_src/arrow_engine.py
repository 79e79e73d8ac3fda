"""ETL-2's engine for one process, such as a Lambda function: clean CSV to sorted Parquet in bounded memory.

A CSV is read in pieces. Each piece becomes a sorted run on disk, and the runs are merged range by range into row
groups; so memory depends on the sizes of pieces and row groups, not on that of the CSV. A CSV of one piece never
touches the disk.
"""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from glue_src.arrow_csv import parse
from glue_src.arrow_facts import Digest, FactsCount, digest
from glue_src.arrow_ledger import Ledger
from glue_src.arrow_merge import Merge, Range
from glue_src.arrow_order import Order
from glue_src.arrow_parquet import ParquetAssembly, encode
from glue_src.arrow_pieces import Piece, PieceReader
from glue_src.arrow_pipeline import in_order
from glue_src.arrow_relations import Entry, Relations
from glue_src.arrow_runs import MemoryRun, Run, spill
from glue_src.arrow_types import schema_of
from glue_src.row_groups import LARGEST_ROW_GROUP, row_group_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from glue_src.engine import RelationFacts, Source, TableFacts
    from glue_src.storage import Bucket
    from modules.contract.datasets import Dataset
    from modules.contract.source import Relation

_MEBIBYTE: Final = 1024 * 1024
_MANY_RUNS: Final = 128
_FILE_NAME: Final = "part.parquet"


@dataclass(frozen=True)
class Sizes:
    """How much is held at a time, in bytes."""

    #: Of CSV, in one request; one such piece is one sorted run.
    piece: int = 16 * _MEBIBYTE
    #: The same where it would take more than ``_MANY_RUNS`` of them: the work of merging grows with runs times ranges.
    large_piece: int = 24 * _MEBIBYTE
    #: Requested beyond a piece for the end of its last record.
    overlap: int = 32 * 1024
    #: Of a row group in memory, before it is encoded, at most.
    row_group: int = LARGEST_ROW_GROUP
    #: Of the columns that facts are counted from.
    ledger: int = 16 * _MEBIBYTE
    #: Of a CSV that is staged beside larger ones, at most.
    small: int = 32 * _MEBIBYTE

    def piece_of(self, size: int) -> int:
        """Return how large the pieces of a CSV of ``size`` bytes are to be."""
        return self.piece if size <= self.piece * _MANY_RUNS else self.large_piece

    def row_group_of(self, size: int) -> int:
        """Return how large the row groups of a CSV of ``size`` bytes are to be."""
        return min(self.row_group, row_group_bytes(size))


@dataclass(frozen=True)
class ArrowEngine:
    """Makes Parquet with pyarrow; ``scratch`` is an existing folder with room for the largest CSV."""

    bucket: Bucket
    scratch: Path
    sizes: Sizes = Sizes()
    workers: int = os.cpu_count() or 1

    @property
    def under_way(self) -> int:
        """One more than there are processors: while a thread takes a result none of them is without work."""
        return self.workers + 1

    @contextmanager
    def transform(self, sources: Sequence[Source], relations: Sequence[Relation]) -> Iterator[ArrowTransform]:
        """Return the work on one run; its scratch files are gone when the context is left."""
        with (
            TemporaryDirectory(dir=self.scratch) as folder,
            ThreadPoolExecutor(2 * self.workers) as requests,
            ThreadPoolExecutor(self.workers) as processors,
        ):
            yield ArrowTransform(self, tuple(sources), tuple(relations), Path(folder), requests, processors)

    def write(self, dataset: Dataset, rows: Sequence[tuple[object, ...]], target: str) -> None:
        """Write a few rows, cells in the contract's column order, as the one Parquet object below ``target``."""
        schema = schema_of(dataset)
        cells = [dict(zip(schema.names, row, strict=True)) for row in rows]
        batch = Order(dataset.sort_by).sorted(pa.RecordBatch.from_pylist(cells, schema=schema))
        with TemporaryDirectory(dir=self.scratch) as folder:
            path = Path(folder) / _FILE_NAME
            path.write_bytes(encode(batch, dataset))
            self.put(path, target)

    def put(self, path: Path, target: str) -> None:
        """Upload a file as the one object below ``target``."""
        key = target + _FILE_NAME
        self.bucket.put_file(path, key)
        self.bucket.delete([stored.key for stored in self.bucket.list(target) if stored.key != key])


@dataclass
class ArrowTransform:
    """One run's datasets on their way."""

    engine: ArrowEngine
    sources: Sequence[Source]
    relations: Sequence[Relation]
    folder: Path
    requests: ThreadPoolExecutor
    processors: ThreadPoolExecutor
    _related: Relations = field(init=False)

    def __post_init__(self) -> None:
        self._related = Relations(self.relations, self._ledger)

    def stage(self) -> Mapping[str, TableFacts]:
        """Stage all datasets, and return the facts of each by its name.

        One follows the other, and the small ones do so beside the large ones once the largest has been read: beginnings
        and ends leave processors idle, and nothing can be merged before all has been read.

        Raises:
            MalformedDataError: a CSV holds what its columns' types or the contract's escapes do not allow.
        """
        largest_first = sorted(self.sources, key=lambda source: -source.bytes)
        small = [source for source in largest_first[1:] if source.bytes <= self.engine.sizes.small]
        with ThreadPoolExecutor(1) as beside:
            started: list[Future[dict[Source, TableFacts]]] = []

            def start_small() -> None:
                if not started:
                    started.append(beside.submit(self._staged, small, lambda: None))

            facts = self._staged([source for source in largest_first if source not in small], start_small)
            for staged in started:
                facts |= staged.result()
        return {source.dataset.name: facts[source] for source in self.sources}

    def relate(self) -> Mapping[Relation, RelationFacts]:
        """Return what is found of each relation, once all datasets are staged; to be asked once."""
        return self._related.facts(self.processors, self.engine.under_way)

    def _ledger(self, name: str, columns: tuple[str, ...]) -> Ledger:
        return Ledger(name, columns, self.folder, self.engine.sizes.ledger)

    def _staged(self, sources: Sequence[Source], when_read: Callable[[], None]) -> dict[Source, TableFacts]:
        """Stage datasets one behind the other; ``when_read`` is called each time that one has been read."""
        return {source: self._stage(source, when_read) for source in sources}

    def _stage(self, source: Source, when_read: Callable[[], None]) -> TableFacts:
        path = self.folder / f"{source.dataset.name}.parquet"
        facts = FactsCount(source.dataset, self._ledger)
        with path.open("wb") as file:
            assembly = ParquetAssembly(file)
            assembly.add(encode(pa.RecordBatch.from_pylist([], schema_of(source.dataset)), source.dataset))
            for row_group, found, related in self._row_groups(source, when_read):
                assembly.add(row_group)
                facts.add(found)
                self._related.add(related)
            assembly.finish()
        self.engine.put(path, source.target)
        path.unlink()
        return facts.result()

    def _row_groups(
        self, source: Source, when_read: Callable[[], None]
    ) -> Iterator[tuple[pa.Buffer, Digest, Sequence[Entry]]]:
        """Yield a CSV's rows in order, each row group as a Parquet file of its own, with what facts need of it."""
        dataset, order = source.dataset, Order(source.dataset.sort_by)
        runs = self._runs(source, order, when_read)
        merge = Merge(runs, order, self.engine.sizes.row_group_of(source.bytes))

        def row_group_of(found: Range) -> tuple[pa.Buffer, Digest, Sequence[Entry]]:
            batch = found.sorted(order)
            return encode(batch, dataset), digest(batch, dataset), self._related.entries(dataset.name, batch)

        return in_order(self.processors, row_group_of, merge.ranges(), self.engine.under_way)

    def _runs(self, source: Source, order: Order, when_read: Callable[[], None]) -> list[Run]:
        """Return a CSV's pieces as sorted runs; ``when_read`` is called while the last ones are being sorted."""
        sizes = self.engine.sizes
        reader = PieceReader(self.engine.bucket, source.key, source.bytes, sizes.piece_of(source.bytes), sizes.overlap)
        row_group = sizes.row_group_of(source.bytes)
        # While ranges are merged a batch of every run is in memory: all of them together are one row group.
        batch_bytes = max(1, row_group // max(1, reader.count))

        def run_of(numbered: tuple[int, Piece]) -> Run:
            number, piece = numbered
            batch = order.sorted(parse(piece, source))
            if reader.count == 1:
                return MemoryRun(batch, order, row_group)
            return spill(batch, order, self.folder / f"{source.dataset.name}-{number}.arrow", batch_bytes)

        pieces = in_order(self.requests, reader.read, range(reader.count), self.engine.under_way)
        return list(in_order(self.processors, run_of, enumerate(_followed_by(when_read, pieces)), self.engine.workers))


def _followed_by(call: Callable[[], None], pieces: Iterator[Piece]) -> Iterator[Piece]:
    yield from pieces
    call()
