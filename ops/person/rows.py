"""People's rows in tables and CSVs: columns that say whose a row is, and texts that mention somebody."""

from __future__ import annotations

import csv
import io
import itertools
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from contract import cells
from contract.datasets import REJECTED, DataClass
from contract.source import SourceContract
from contract.units import MIB
from ops.person.columns import cells_with, is_text, texts_of
from ops.person.identity import Identity
from ops.person.listing import UnreadError
from ops.person.scanning import DAMAGED, PARQUET, UNPACKED, Scanner, format_of, unpacked

if TYPE_CHECKING:
    from ops.person.words import Words

_ROWS_AT_ONCE: Final = 10_000
_LONGEST_CELL: Final = 16 * MIB
_ITEM_KEY: Final = REJECTED.columns[0].name
_HEAD_BYTES: Final = 8 * 1024


@dataclass(frozen=True)
class Sighting:
    """A row that is a person's own, or that mentions one; ``user`` is the person's place in what is looked for."""

    user: int
    is_held: bool
    row: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Search:
    """Whom to look for, and how: ``whole`` for the held rows themselves, ``mentions`` for texts of others too."""

    contract: SourceContract
    identity: Identity
    words: Words
    whole: bool = False
    mentions: bool = True

    @property
    def users(self) -> Sequence[str]:
        """The identifiers."""
        return self.words.identifiers

    @cached_property
    def values(self) -> Any:
        """The identifiers as Arrow has them."""
        return pa.array(self.users, pa.string())

    @cached_property
    def ordered(self) -> list[str]:
        """The identifiers in order."""
        return sorted(self.users)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Each identifier's place."""
        return {user: index for index, user in enumerate(self.users)}

    @cached_property
    def prose(self) -> frozenset[str]:
        """The columns of people's own words."""
        columns = (column for dataset in self.contract.datasets for column in dataset.columns)
        return frozenset(column.name for column in columns if column.data_class is DataClass.PERSONAL)

    def is_between(self, least: object, greatest: object) -> bool:
        """Tell whether one of the identifiers may be in a file whose column has these bounds."""
        if not isinstance(least, str) or not isinstance(greatest, str):
            return True
        at = bisect_left(self.ordered, least)
        return at < len(self.ordered) and self.ordered[at] <= greatest


def sightings(stream: io.BufferedReader, key: str, search: Search, *, escaped: bool) -> Iterator[Sighting]:
    """Yield what an object holds of people, and where it mentions them; ``escaped`` for the clean zone's CSVs.

    Raises:
        UnreadError: it cannot be read.
    """
    name = format_of(stream.peek(_HEAD_BYTES))
    try:
        if name in UNPACKED:
            yield from sightings(unpacked(name, stream), key.rpartition(".")[0], search, escaped=escaped)
        elif name == PARQUET:
            yield from _in_parquet(stream, search)
        elif key.endswith(".csv"):
            yield from _in_csv(stream, search, escaped=escaped)
        elif search.mentions:
            scanner = Scanner(search.words)
            scanner.scan(stream)
            yield from (Sighting(user, is_held=False) for user in scanner.found.counts.elements())
    except (*DAMAGED, csv.Error) as error:
        message = f"it cannot be read as {name} ({type(error).__name__})"
        raise UnreadError(message) from error


def _in_parquet(stream: io.BufferedReader, search: Search) -> Iterator[Sighting]:
    with parquet.ParquetFile(stream) as file:
        owners, texts = _columns(file.schema_arrow, search)
        for group in range(file.metadata.num_row_groups):
            possible = _is_possible(file.metadata.row_group(group), owners, search)
            names = [*(owners if possible else ()), *(texts if search.mentions else ())]
            if possible and search.whole:
                names = file.schema_arrow.names if _has_owner(file, group, owners, search) else []
            if names:
                for batch in file.iter_batches(_ROWS_AT_ONCE, row_groups=[group], columns=list(dict.fromkeys(names))):
                    yield from in_batch(batch, owners, texts, search)


def _columns(schema: Any, search: Search) -> tuple[list[str], list[str]]:
    """Return the columns that say whose a row is, and those whose texts may mention somebody.

    Where no column has the name of the contract's, as in the answer of a query, any of its texts may be either.
    """
    every = [entry.name for entry in schema if is_text(entry.type)]
    owners = [name for name in (search.identity.column, _ITEM_KEY) if name in every]
    texts = [name for name in every if name in search.prose]
    return (owners, texts) if owners else (every, every)


def _is_possible(group: Any, owners: Sequence[str], search: Search) -> bool:
    """Tell by a row group's statistics whether a row of one of the people can be in it."""
    if list(owners) != [search.identity.column]:
        return True
    for index in range(group.num_columns):
        column = group.column(index)
        if column.path_in_schema == search.identity.column:
            known = column.statistics
            return known is None or not known.has_min_max or search.is_between(known.min, known.max)
    return True


def _has_owner(file: Any, group: int, owners: Sequence[str], search: Search) -> bool:
    batches = file.iter_batches(_ROWS_AT_ONCE, row_groups=[group], columns=list(owners))
    return any(seen.is_held for batch in batches for seen in in_batch(batch, owners, (), search))


def _in_csv(stream: io.BufferedReader, search: Search, *, escaped: bool) -> Iterator[Sighting]:
    csv.field_size_limit(_LONGEST_CELL)
    records = csv.reader(io.TextIOWrapper(stream, "utf-8", newline=""))
    names = next(records, [])
    schema = pa.schema([(name, pa.string()) for name in names])
    owners, texts = _columns(schema, search)
    while some := list(itertools.islice(records, _ROWS_AT_ONCE)):
        if any(len(record) != len(names) for record in some):
            message = "a record has other columns than its header"
            raise UnreadError(message)
        columns = dict(zip(names, zip(*some, strict=True), strict=False))
        wanted = names if search.whole else [name for name in columns if name in {*owners, *texts}]
        arrays = [pa.array(_restored(columns[name]) if escaped else columns[name], pa.string()) for name in wanted]
        yield from in_batch(pa.RecordBatch.from_arrays(arrays, names=wanted), owners, texts, search)


def _restored(column: Sequence[str]) -> list[str]:
    return [cells.restore(cell) if "\\" in cell else cell for cell in column]


def in_batch(batch: Any, owners: Sequence[str], texts: Sequence[str], search: Search) -> Iterator[Sighting]:
    """Yield the rows of a batch that are somebody's, then those of others that mention somebody, each once."""
    held = {pair for name in owners if name in batch.schema.names for pair in _owned(batch, name, search)}
    rows = batch.take(pa.array([row for row, _ in held], pa.int64())).to_pylist() if search.whole and held else ()
    for index, (_, user) in enumerate(held):
        yield Sighting(user, is_held=True, row=rows[index] if rows else None)
    if search.mentions:
        mentioned = {
            pair
            for name in texts
            if name in batch.schema.names
            for part in texts_of(batch.column(name))
            for pair in cells_with(part, search.words)
        }
        yield from (Sighting(user, is_held=False) for row, user in mentioned - held)


def _owned(batch: Any, name: str, search: Search) -> Iterator[tuple[int, int]]:
    """Yield row and person of each row that a column says is somebody's."""
    column = batch.column(name)
    if name == _ITEM_KEY:
        for row, key in enumerate(column.to_pylist()):
            user = search.places.get(search.identity.user_in(key) or "") if key else None
            if user is not None:
                yield row, user
        return
    found = pc.index_in(column.cast(pa.string()), value_set=search.values)
    for row in pc.indices_nonzero(pc.is_valid(found)).to_pylist():
        yield row, found[row].as_py()
