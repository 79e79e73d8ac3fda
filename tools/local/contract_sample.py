"""A sample for any contract's source table: items made of its columns, and a look at each table and view.

An attribute's values are those of the columns that come from it: by their types, or out of the contract's ``examples``.
These may name further attributes. What tells kinds of items apart only the contract's reader knows, so it is asked.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import accumulate
from typing import Any, Final

from contract.column_types import ColumnType, Kind
from contract.datasets import REJECTED, Column, Dataset
from contract.items.outcomes import Excluded, Rejected, Tombstoned
from contract.serving import views_of
from contract.source import SourceContract
from lambda_src.normalize import Normalizer
from tools.local.errors import SampleError
from tools.local.sample import RUNS_QUESTION, Sample
from tools.local.sample_shapes import wire
from tools.local.sample_text import answer, question
from tools.local.source_table import Item

#: One item of so many has a value that does not fit, one attribute of so many is missing.
_FAULTY: Final = 20
_MISSING: Final = 8
#: More rejected items than so many of a hundred would be quarantined: a sample of those shows nothing.
_MOST_REJECTED: Final = 20
_MOST_ENTRIES: Final = 4
#: Until its reader takes an item as one of its kind: enough for several kinds that are told apart by a value.
_ATTEMPTS: Final = 100
_ON_A_SCREEN: Final = 6
_MONTH: Final = len("2026-01")


def contract_sample(contract: SourceContract, items: int, seed: int, newest: date) -> Sample:
    """Return the sample of so many items; none is of a day after ``newest`` (UTC).

    Raises:
        SampleError: most of what its columns say is no item for the contract's reader.
    """
    normalizer = Normalizer(contract)
    maker = _Maker(contract, normalizer, random.Random(seed), newest)  # noqa: S311 - a sample, not a secret
    made = [maker.item(number) for number in range(items)]
    _check(normalizer, contract.name, made)
    # A view is what people look at first; where there is none, the table that has a row for each item.
    columns = {view.name: [column.name for column in view.columns] for view in views_of(contract)}
    columns |= {dataset.name: [*dataset.column_names] for dataset in reversed(contract.datasets) if dataset != REJECTED}
    questions = {f"What is there? ({name})": _look(name, names) for name, names in columns.items()}
    rejected = "SELECT reason, count(*) AS items FROM rejected GROUP BY reason ORDER BY items DESC, reason"
    questions |= {"What could not be read, and why? (rejected)": rejected, **RUNS_QUESTION}
    return Sample(made, f"{items:,} made-up items", questions, view=next(iter(columns)))


def _look(name: str, columns: Sequence[str]) -> str:
    """Return SQL for some rows of a table or view: as many of its columns as a screen has room for."""
    selected = ", ".join(f'"{column}"' for column in columns[:_ON_A_SCREEN])
    return f'SELECT {selected} FROM "{name}" LIMIT 3'  # noqa: S608 - the contract's names


def _check(normalizer: Normalizer, contract_name: str, items: Sequence[Item]) -> None:
    reasons = [each.row.reason for each in map(normalizer.normalize, items) if isinstance(each, Rejected)]
    if len(reasons) * 100 > len(items) * _MOST_REJECTED:
        most = max(set(reasons), key=reasons.count)
        message = (
            f"Of {len(items)} items that were made up for contract {contract_name!r} {len(reasons)} would be rejected, "
            f"most often so: {most}. Say in the contract's examples which values its attributes have."
        )
        raise SampleError(message)


@dataclass(frozen=True)
class _Maker:
    """Makes items of a contract."""

    contract: SourceContract
    normalizer: Normalizer
    random: random.Random
    newest: date
    #: Names of datasets for whose items the reader took none.
    given_up: set[str] = field(default_factory=set)

    def item(self, number: int) -> Item:
        """Return an item of one of the kinds that have rows, as far as the contract's reader takes one for it."""
        datasets = [kind.dataset for kind in self.contract.kinds if kind.dataset]
        whole = datasets[number % len(datasets)]
        made = self._whole(whole, number)
        # Where none of so many was taken, none will be: the next ones are not tried as long.
        for _ in range(0 if whole.name in self.given_up else _ATTEMPTS):
            if self._is_of(whole, made):
                break
            made = self._whole(whole, number)
        else:
            self.given_up.add(whole.name)
        if number % _FAULTY == _FAULTY - 1:
            self._spoil(made, whole)
        return _wired(made)

    def _is_of(self, dataset: Dataset, made: Mapping[str, Any]) -> bool:
        outcome = self.normalizer.normalize(_wired(made))
        return not isinstance(outcome, Rejected | Excluded | Tombstoned) and bool(outcome.rows.get(dataset.name))

    def _whole(self, dataset: Dataset, number: int) -> dict[str, Any]:
        """Return an item made of a dataset's columns, those of the parts, and examples for other attributes."""
        made = self._attributes(dataset, number)
        for part in self.contract.parts:
            made |= self._list(part, made.keys())
        for key in self.contract.key_attributes:
            made.setdefault(key, self._key(number))
        return made

    def _key(self, number: int) -> str:
        prefix = next(iter(self.contract.aliases.values()), "")
        return f"{prefix}{number:05}"

    def _attributes(self, dataset: Dataset, number: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        lists = {source.partition("[]")[0] for part in self.contract.parts for _, source in _listed(part)}
        # What other columns read the entries of has to be a map.
        others = self._others(dataset)
        paths = [source.split(".")[:-1] for column in dataset.columns for source in column.source]
        paths += [source.split(".")[:-1] for source in others]
        maps = {outer for path in paths for outer in accumulate(path, "{}.{}".format)}
        for column in dataset.columns:
            for source in column.source:
                name, *keys = source.split(".")
                is_key = name in self.contract.key_attributes
                if name in lists or (column.nullable and not is_key and not self.random.randrange(_MISSING)):
                    continue
                value = self._unique(column, name, number) if is_key else self._value(column, source, maps)
                _put(made, (name, *keys), value)
        for source in others:
            _put(made, source.split("."), self.random.choice(self.contract.examples[source]))
        return made

    def _others(self, dataset: Dataset) -> list[str]:
        """Return attributes that have examples and no column there; those of other datasets' columns at times only."""
        own = {source for column in dataset.columns for source in column.source} | {*self.contract.key_attributes}
        columns = {source for each in self.contract.datasets for column in each.columns for source in column.source}
        others = [source for source in self.contract.examples if source not in own and "[]" not in source]
        return [source for source in others if source not in columns or self.random.randrange(2)]

    def _list(self, part: Dataset, taken: Any) -> dict[str, Any]:
        columns = _listed(part)
        lists = {source.partition("[]")[0] for _, source in columns} - set(taken)
        read = {source for _, source in columns}
        others = [each for each in self.contract.examples if each.partition("[]")[0] in lists and each not in read]
        sizes = {name: self.random.randrange(_MOST_ENTRIES + 1) for name in lists}
        return {name: [self._entry(columns, others) for _ in range(size)] for name, size in sizes.items()}

    def _entry(self, columns: Sequence[tuple[Column, str]], others: Sequence[str]) -> Any:
        values = {source: self._value(column, source) for column, source in columns}
        values |= {source: self.random.choice(self.contract.examples[source]) for source in others}
        entry = {source.partition("[]")[2].removeprefix("."): value for source, value in values.items()}
        return entry.get("", entry)

    def _unique(self, column: Column, key: str, number: int) -> Any:
        is_number = column.type.is_number or key in self.contract.number_keys
        return number if is_number else f"{self._beginning(column.name)}-{number:05}"

    def _beginning(self, name: str) -> str:
        """Return how a column's text begins: with a day, or a digit, where that tells a table's partitions apart."""
        divided = [each.partition for each in self.contract.datasets if each.partition]
        width = min((partition.width for partition in divided if partition.column == name), default=0)
        if width < _MONTH:
            return f"{self.number(1)}-{name}" if width else name
        # What a contract divides by is known by its width only: a month that ends there.
        return f"{name:-<{width}}"[: width - _MONTH] + self.instant().date().isoformat()

    def _value(self, column: Column, source: str, maps: Collection[str] = ()) -> Any:
        if source in maps:
            return {}
        known = self.contract.examples.get(source)
        return self.random.choice(known) if known else _VALUES[column.type.kind](self, column)

    def _spoil(self, made: dict[str, Any], dataset: Dataset) -> None:
        """Give one attribute a value that does not fit its column, where there is a column that not all fits.

        Not to a key: DynamoDB takes no key of another type.
        """
        typed = [column.source[0] for column in dataset.columns if column.source and column.type != ColumnType.TEXT]
        present = [name for name in typed if name in made and name not in self.contract.key_attributes]
        if present:
            made[self.random.choice(present)] = "not this"

    def number(self, digits: int) -> int:
        """Return a number of up to so many digits, smaller ones as often as larger ones."""
        return self.random.randrange(10 ** self.random.randint(0, digits))

    def instant(self) -> datetime:
        """Return a moment of the last months."""
        midnight = datetime(self.newest.year, self.newest.month, self.newest.day, tzinfo=UTC)
        return midnight - timedelta(seconds=self.random.randrange(90 * 24 * 3600))

    def text(self, column: Column) -> str:
        """Return words: a few, or many where the column is prose."""
        if column.is_prose:
            return self.random.choice((question, answer))(self.random)
        return f"{self._beginning(column.name)} {self.number(2)}"


def _wired(made: Mapping[str, Any]) -> Item:
    return {name: wire(value) for name, value in made.items()}


def _put(made: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """Put a value into the maps that a path leads through; a map that is there already keeps its entries."""
    *outer, last = path
    for name in outer:
        made = made.setdefault(name, {})
    if not isinstance(made.get(last), dict):
        made[last] = value


def _listed(part: Dataset) -> list[tuple[Column, str]]:
    """Return the columns that come from a list's entries, and these."""
    return [(column, source) for column in part.columns for source in column.source if "[]" in source]


def _decimal(maker: _Maker, column: Column) -> Decimal:
    digits = min(column.type.precision, 9)
    return Decimal(maker.number(digits)).scaleb(-column.type.scale)


_VALUES: Final[Mapping[Kind, Callable[[_Maker, Column], Any]]] = {
    Kind.TEXT: _Maker.text,
    Kind.INTEGER: lambda maker, _: maker.number(3),
    Kind.DECIMAL: _decimal,
    Kind.DOUBLE: lambda maker, _: Decimal(maker.number(4)) / 8,
    Kind.BOOLEAN: lambda maker, _: maker.random.random() < 1 / 2,
    Kind.DATE: lambda maker, _: maker.instant().date().isoformat(),
    Kind.INSTANT: lambda maker, _: maker.instant().isoformat(),
    Kind.JSON: lambda maker, column: [f"{column.name} {maker.number(1)}" for _ in range(maker.random.randint(1, 3))],
}
