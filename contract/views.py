"""Views and named queries as values: what a contract has of its own, beside what every contract gets.

Their SQL is in the dialect of Athena engine version 3 (Trino), in a file each. A file's first line is a comment that
describes the view or query; that is the description's only home. Tables are named without a database: it comes from the
query's context.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Final, Protocol

from contract.column_types import ColumnType
from contract.nearest import did_you_mean

_DESCRIPTION_MARK: Final = "-- "
SUFFIX: Final = ".sql"


@dataclass(frozen=True)
class ViewColumn:
    """One column of a view: its name, logical type, and the comment shown in the catalog."""

    name: str
    type: ColumnType
    comment: str

    @property
    def hive_type(self) -> str:
        """The type as the Glue table's column has it."""
        return self.type.value

    @property
    def presto_type(self) -> str:
        """The type as the stored view has it; Athena calls a view stale whose query gives another."""
        return self.type.athena


@dataclass(frozen=True)
class View:
    """A view: its SELECT (Athena SQL, without CREATE VIEW) and the columns that it gives, in order.

    ``counts`` has, by dataset, the aggregate over the view that is the number of that dataset's rows.
    """

    name: str
    description: str
    sql: str
    columns: tuple[ViewColumn, ...]
    counts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NamedQuery:
    """A query kept in the workgroup for analysts to start from."""

    name: str
    description: str
    sql: str


class ViewColumns(Protocol):
    """Makes a view's columns of one type."""

    def __call__(self, name: str, comment: str) -> ViewColumn: ...  # noqa: D102 - what is called is a column's type


def _columns(kind: ColumnType) -> ViewColumns:
    def column(name: str, comment: str) -> ViewColumn:
        return ViewColumn(name, kind, comment)

    return column


def decimal(precision: int, scale: int) -> ViewColumns:
    """Return what makes a view's columns of exact numbers: so many digits, ``scale`` of them behind the point."""
    return _columns(ColumnType.decimal(precision, scale))


#: By the names that a dataset's columns are made by (``contract.datasets``).
text: Final = _columns(ColumnType.TEXT)
integer: Final = _columns(ColumnType.INTEGER)
double: Final = _columns(ColumnType.DOUBLE)
boolean: Final = _columns(ColumnType.BOOLEAN)
day: Final = _columns(ColumnType.DATE)
instant: Final = _columns(ColumnType.INSTANT)


def view(
    folder: Traversable, name: str, *columns: ViewColumn, counts: Mapping[str, str] = MappingProxyType({})
) -> View:
    """Return the view of that name, whose SQL is the file of that name in ``folder``.

    Raises:
        ValueError: there is no such file, or its first line is no description.
    """
    file = folder / f"{name}{SUFFIX}"
    if not file.is_file():
        files = [each.name for each in folder.iterdir()] if folder.is_dir() else []
        message = f"view {name!r} has no file: write its SQL into {file}{did_you_mean(file.name, files)}"
        raise ValueError(message)
    description, sql = read_sql(file)
    return View(name, description, sql, columns, counts)


def named_queries(folder: Traversable) -> tuple[NamedQuery, ...]:
    """Return a query for every file of ``folder``, by name; raises as :func:`read_sql`."""
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return tuple(NamedQuery(file.name.removesuffix(SUFFIX), *read_sql(file)) for file in files)


def read_sql(file: Traversable) -> tuple[str, str]:
    """Return a file's description and the SQL below it.

    Raises:
        ValueError: the first line is no description.
    """
    first_line, _, sql = file.read_text(encoding="utf-8").partition("\n")
    if not first_line.startswith(_DESCRIPTION_MARK):
        message = (
            f"{file.name} begins with {first_line!r}; its first line must describe it, after {_DESCRIPTION_MARK!r}."
        )
        raise ValueError(message)
    return first_line.removeprefix(_DESCRIPTION_MARK), sql.strip()
