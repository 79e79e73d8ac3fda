"""What a source table's contract says: the datasets that are made of its items, and what holds between them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from contract.column_types import ColumnType
from contract.datasets import DATA_QUALITY, DAY_FOLDER, REJECTED, RUNS, Column, DataClass, Dataset
from contract.nearest import did_you_mean

#: Keys of a run summary's counts that are no kind of item: see ``contract.runs.ItemCounts``.
RESERVED_KINDS = ("scanned", "excluded", "tombstoned", "rejected", "excluded_total", "rejected_total")

#: Names of checks in data_quality that are made of each dataset.
ROWS_AS_PROMISED = "rows_as_promised"
UNIQUE_KEY = "unique_key"

_NAME = re.compile(r"[a-z][a-z0-9_]*")
#: Of a column or table in Glue: https://docs.aws.amazon.com/glue/latest/webapi/API_Column.html
_LONGEST_NAME = 255


class ContractError(ValueError):
    """A contract contradicts itself."""


@dataclass(frozen=True)
class ItemKind:
    """What an item can turn out to be. ``dataset`` has one row for each item of the kind; None: it is only counted."""

    name: str
    dataset: Dataset | None = None


@dataclass(frozen=True)
class Relation:
    """Rows of ``child`` belong to the rows of ``parent`` that have the same ``columns``.

    ``name`` is that of the check in ``data_quality``. Where it ``is_required``, one row without a parent quarantines
    the run; otherwise such rows are only counted. ``counted_in`` is the parent's column that says how many rows of the
    child it has, and the name of the check that it does.
    """

    name: str
    child: Dataset
    parent: Dataset
    columns: tuple[str, ...]
    is_required: bool = True
    counted_in: str | None = None


@dataclass(frozen=True, kw_only=True)
class SourceContract:
    """One source table: how its items are read, and what becomes of them.

    ``name`` is that of its module in ``contract.sources``, which has it as ``CONTRACT``; ``table`` is the part of the
    DynamoDB table's name that stands between ``cat-{env}-`` and ``-table``. ``key_attributes`` are the table's keys,
    the partition key first; ``number_keys`` those that are numbers there though their column is a text, as an
    identifier's has to be. ``aliases`` map a name (``user_id``) to a prefix of the partition key (``USER#``): in
    exclusion rules the name means the key without the prefix. ``datasets`` are what ETL-1 writes, in the order in which
    a run publishes them: the arrival of the last starts ETL-2.

    ``writer`` is what writes the items, as operators are told of it. ``spanish`` says in Spanish what each dataset and
    each column is, by name: for people who ask what is held about them. It may have views, their columns as
    ``view.column``, and named queries too: for analysts.

    ``item_reader`` names a function, as ``module:function``, that takes an item in DynamoDB's wire format and returns a
    ``contract.items.outcomes.Accepted`` or raises ``ItemRejectedError``; only ETL-1 imports it. A package of the
    contract's name in ``lambda_src.fast_readers`` does the same faster. ``item_date`` names a function, in the same
    way, that returns an item's own date, time-zone aware, or None where it cannot be read: items of a person who was
    erased are left out up to a date. A contract whose partition key names people has to have one.

    ``examples`` has values for attributes, named as in ``Column.source``, for which not every value of the column's
    type is right, or which no column comes from: the made-up items of a demo choose among them.

    ``views`` may name a module with ``VIEWS`` and
    ``NAMED_QUERIES`` (``contract.views``), beside those that every contract gets; infrastructure and tools import it.
    """

    name: str
    description: str
    table: str
    key_attributes: tuple[str, ...]
    kinds: tuple[ItemKind, ...]
    datasets: tuple[Dataset, ...]
    item_reader: str
    item_date: str | None = None
    writer: str = "another system"
    views: str | None = None
    number_keys: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    relations: tuple[Relation, ...] = ()
    spanish: Mapping[str, str] = field(default_factory=dict)
    examples: Mapping[str, tuple[str | int, ...]] = field(default_factory=dict)

    @property
    def tables(self) -> tuple[Dataset, ...]:
        """The curated tables: what ETL-1 writes, and what ETL-2 says of it."""
        return (*self.datasets, RUNS, DATA_QUALITY)

    @property
    def tables_of_analysts(self) -> tuple[Dataset, ...]:
        """The curated tables that are not for operators only."""
        return tuple(table for table in self.tables if not table.is_restricted)

    @property
    def parts(self) -> tuple[Dataset, ...]:
        """The datasets whose rows are parts of items: neither one for each item of a kind, nor rejected items."""
        whole = {kind.dataset for kind in self.kinds}
        return tuple(dataset for dataset in self.datasets if dataset not in whole and dataset != REJECTED)

    @property
    def last_dataset(self) -> Dataset:
        """The dataset whose arrival commits a run."""
        return self.datasets[-1]

    @property
    def person_column(self) -> str | None:
        """The column that identifies people and is an alias of the partition key; None where no key names a person."""
        identifiers = self._identifiers
        return next((name for name in self.aliases if name in identifiers), None)

    @property
    def _identifiers(self) -> set[str]:
        return {
            column.name
            for dataset in self.datasets
            for column in dataset.columns
            if column.data_class is DataClass.IDENTIFIER
        }

    @property
    def person_prefix(self) -> str | None:
        """What stands before a person's identifier in the partition key; None where no key names a person."""
        return None if self.person_column is None else self.aliases[self.person_column]

    @property
    def kind_names(self) -> tuple[str, ...]:
        """The names under which a run summary counts items that were accepted."""
        return tuple(kind.name for kind in self.kinds)

    def check(self) -> None:
        """Check that the contract's parts fit together.

        Raises:
            ContractError: with every fault.
        """
        self.refuse(self.faults())

    def faults(self) -> tuple[str, ...]:
        """Return why the contract's parts do not fit together."""
        return (*self._name_faults(), *self._dataset_faults(), *self._relation_faults(), *self._check_faults())

    def refuse(self, faults: Sequence[str]) -> None:
        """Tell faults of the contract, if there are any.

        Raises:
            ContractError: with every fault.
        """
        if len(faults) == 1:
            message = f"contract {self.name!r}: {faults[0]}"
            raise ContractError(message)
        if faults:
            message = "\n  - ".join((f"contract {self.name!r} has {len(faults)} faults:", *faults))
            raise ContractError(message)

    def _name_faults(self) -> Iterator[str]:
        if len(self.key_attributes) not in (1, 2):
            yield f"key_attributes are {self.key_attributes!r}: name the partition key, and the sort key if any"
        for name in sorted({*self.number_keys} - {*self.key_attributes}):
            meant = did_you_mean(name, self.key_attributes)
            yield f"number_keys names {name!r}, which is none of key_attributes{meant}"
        if {*self.key_attributes[:1]} & {*self.number_keys} and any(self.aliases.values()):
            yield "aliases give the partition key a prefix, and it is one of number_keys: write an empty prefix"
        identifiers = sorted(self._identifiers)
        for name in self.aliases:
            # One that is near to none may be a name for exclusion rules only.
            if name not in identifiers and (meant := did_you_mean(name, identifiers)):
                yield f"aliases names {name!r}, which is none of the identifiers{meant}"
        for name in self.kind_names:
            if name in RESERVED_KINDS:
                yield f"kind {name!r}: a run summary uses that name itself; choose another"
        yield from faults_of_names("kind", self.kind_names)
        if self.person_prefix is not None and self.item_date is None:
            yield "its partition key names people, and item_date is missing: name a function that dates an item"
        yield from _faults_of_sql_names("dataset", [dataset.name for dataset in self.tables])
        for dataset in self.datasets:
            yield from _faults_of_sql_names(f"column of {dataset.name!r}", dataset.column_names)
            yield from _column_faults(dataset)
            yield from _layout_faults(dataset)

    def _dataset_faults(self) -> Iterator[str]:
        if REJECTED not in self.datasets:
            yield "datasets lack REJECTED: what cannot be read has to go somewhere"
        if not self.datasets or self.last_dataset == REJECTED:
            yield "the last of datasets is what starts ETL-2, and REJECTED cannot: put the main dataset last"
        for kind in self.kinds:
            if kind.dataset is not None and kind.dataset not in self.datasets:
                yield f"kind {kind.name!r} has dataset {kind.dataset.name!r}, which is none of datasets: add it"

        for name, times in Counter(kind.dataset.name for kind in self.kinds if kind.dataset is not None).items():
            if times > 1:
                yield f"{times} kinds have dataset {name!r}: one row for each item can be counted for one kind only"

    def _relation_faults(self) -> Iterator[str]:
        for relation in self.relations:
            for side in (relation.child, relation.parent):
                if side not in self.datasets:
                    yield f"relation {relation.name!r}: {side.name!r} is none of datasets"
                missing = [column for column in relation.columns if column not in side.column_names]
                if missing:
                    yield f"relation {relation.name!r}: {side.name!r} has no column {', '.join(missing)}"
            child, parent = (_types(side) for side in (relation.child, relation.parent))
            for name in relation.columns:
                if name in child and name in parent and child[name] != parent[name]:
                    yield f"relation {relation.name!r}: {name!r} is of different types in child and parent"
            counts = [column.name for column in relation.parent.columns if column.type == ColumnType.INTEGER]
            if relation.counted_in is not None and relation.counted_in not in counts:
                yield f"relation {relation.name!r}: counted_in {relation.counted_in!r} is no count of the parent's"

    def _check_faults(self) -> Iterator[str]:
        """Find checks that data_quality could not tell apart."""
        checks = [
            *((dataset.name, name) for dataset in self.datasets for name in own_checks(dataset)),
            *((relation.child.name, relation.name) for relation in self.relations),
            *((each.parent.name, each.counted_in) for each in self.relations if each.counted_in is not None),
        ]
        for (dataset_name, name), times in Counter(checks).items():
            if times > 1:
                yield f"{times} checks of {dataset_name!r} are called {name!r}: give relations names of their own"


def _layout_faults(dataset: Dataset) -> Iterator[str]:
    """Find what Iceberg could not keep of a dataset."""
    for field_id, times in Counter(column.field_id for column in dataset.columns).items():
        if times > 1:
            yield f"{dataset.name!r}: field id {field_id} is there {times} times: give each column one of its own"
        if field_id < 1:
            yield f"{dataset.name!r}: field id {field_id}: field ids begin with 1"
    if not dataset.sort_by:
        yield f"{dataset.name!r} has no sort_by: name the columns that its files are sorted by"
    columns = {column.name: column for column in dataset.columns}
    for name in sorted({*dataset.key, *dataset.required_names} - columns.keys()):
        meant = did_you_mean(name, columns)
        yield f"{dataset.name!r}: key, sort_by or partition names {name!r}, which is none of its columns{meant}"
    for name in sorted(dataset.required_names & columns.keys()):
        if columns[name].nullable:
            yield f"{dataset.name!r}: {name!r} may be null, but files are divided or sorted by it: choose another"
    yield from _partition_faults(dataset, columns)
    yield from _data_class_faults(dataset)


def _column_faults(dataset: Dataset) -> Iterator[str]:
    structural = {*dataset.key, *dataset.sort_by}
    for column in dataset.columns:
        for fault in column.type.faults():
            yield f"{dataset.name!r}: {column.name!r}: {fault}"
        for source in column.source:
            if "" in source.replace("[]", "").split("."):
                yield f"{dataset.name!r}: {column.name!r} comes from {source!r}, a path with an empty name: correct it"
        if column.name in structural and not column.type.can_order:
            said = f"{dataset.name!r}: {column.name!r} is {column.type.name}"
            yield f"{said}, and rows are known or sorted by it: choose another column"


def _data_class_faults(dataset: Dataset) -> Iterator[str]:
    """Find what keeps a dataset from being shown without people's names, and a person from being found in it."""
    identifiers = [column for column in dataset.columns if column.data_class is DataClass.IDENTIFIER]
    if len(identifiers) > 1:
        names = ", ".join(column.name for column in identifiers)
        yield f"{dataset.name!r} has the identifiers {names}: a row belongs to one person, so leave one"
    for column in identifiers:
        if column.type != ColumnType.TEXT:
            yield f"{dataset.name!r}: the identifier {column.name!r} is no text: only a text can become a pseudonym"
    structural = {*dataset.key, *dataset.required_names}
    for column in dataset.columns:
        if column.data_class is DataClass.PERSONAL and column.name in structural:
            yield f"{dataset.name!r}: {column.name!r} is personal, but rows are known or sorted by it: choose another"
    if dataset.partition and dataset.partition.column in [column.name for column in identifiers]:
        yield f"{dataset.name!r} is divided by its identifier, and pseudonyms divide otherwise: choose another column"


def _partition_faults(dataset: Dataset, columns: Mapping[str, Column]) -> Iterator[str]:
    if dataset.partition is None:
        return
    column = columns.get(dataset.partition.column)
    if column is not None and column.type != ColumnType.TEXT:
        yield f"{dataset.name!r}: the partition's column {column.name!r} is no text: choose one that is"
    if dataset.partition.width < 1:
        yield f"{dataset.name!r}: the partition's width is {dataset.partition.width}: it must be 1 or more"


def own_checks(dataset: Dataset) -> Iterator[str]:
    """Yield the names of the checks that are made of each dataset by itself."""
    yield ROWS_AS_PROMISED
    yield from (not_null_check(column.name) for column in dataset.columns if not column.nullable)
    if dataset.key:
        yield UNIQUE_KEY


def not_null_check(column_name: str) -> str:
    """Return the name of the check that a column holds no null."""
    return f"{column_name}_not_null"


def faults_of_names(what: str, names: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with the names that a contract gives; ``what`` they are names of is told."""
    for name, times in Counter(names).items():
        if times > 1:
            yield f"{what} {name!r} is there {times} times: each needs a name of its own"
        if _NAME.fullmatch(name) is None:
            yield f"{what} {name!r}: write lower-case letters, digits and underscores, beginning with a letter"


def _faults_of_sql_names(what: str, names: Sequence[str]) -> Iterator[str]:
    """Find the faults of names, and what Glue or a reader of folders does not take as one.

    Words of SQL's own are none: whatever this platform writes quotes names.
    """
    yield from faults_of_names(what, names)
    for name in names:
        if len(name) > _LONGEST_NAME:
            yield f"{what} {name[:20]!r}… has {len(name)} characters: Glue takes {_LONGEST_NAME}"
        if name == DAY_FOLDER:
            yield f"{what} {name!r}: so are the folders of days called, which readers take for a column: choose another"


def _types(dataset: Dataset) -> dict[str, ColumnType]:
    return {column.name: column.type for column in dataset.columns}
