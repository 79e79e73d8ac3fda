"""What Athena serves of a contract: the views and named queries that every contract gets, and those of its own.

The former are templates in the package's ``sql`` folder: words in braces stand for the contract's tables and columns.
"""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import Iterable
from importlib import import_module, resources
from typing import TYPE_CHECKING, Final

from modules.contract.datasets import PARTITION_COLUMN, PARTITION_COMMENT, REJECTED, Dataset
from modules.contract.source import ContractError, SourceContract
from modules.contract.views import NamedQuery, View, ViewColumn, named_queries, text, view

if TYPE_CHECKING:
    from types import ModuleType

_SQL: Final = resources.files("modules.etl") / "sql"

#: Words that must stand in quotes where they name a column or table: https://trino.io/docs/current/language/reserved
_RESERVED: Final = re.compile(
    "alter|and|as|auto|between|by|case|cast|constraint|create|cross|cube|current_(catalog|date|path|role|schema|user)"
    "|current_time(stamp)?|deallocate|delete|describe|distinct|drop|else|end|escape|except|execute|exists|extract|false"
    "|for|from|full|group|grouping|having|in|inner|insert|intersect|into|is|join|json_(array|exists|object|query|table)"
    "|json_value|left|like|listagg|localtime(stamp)?|natural|normalize|not|null|on|or|order|outer|prepare|recursive"
    "|right|rollup|select|skip|table|then|trim|true|uescape|union|unnest|using|values|when|where|with",
    re.IGNORECASE,
)

#: Athena's own name of the account's Glue catalog, as it stands in stored views.
_GLUE_CATALOG: Final = "awsdatacatalog"
#: Table parameters by which the engine knows a VIRTUAL_VIEW for one of its own (Trino: ViewReaderUtil.isTrinoView).
PRESTO_VIEW_PARAMETERS: Final = {"presto_view": "true", "comment": "Presto View"}


def served_datasets(contract: SourceContract) -> tuple[Dataset, ...]:
    """Return the datasets that are there to be read, first the one that commits a run; REJECTED is for repairs."""
    return tuple(
        dataset for dataset in (contract.last_dataset, *contract.datasets[:-1]) if dataset.name != REJECTED.name
    )


def views_of(contract: SourceContract) -> tuple[View, ...]:
    """Return all views of a contract in dependency order: each reads tables and views before it.

    Raises:
        ContractError: a view has the name of a table or of another view.
    """
    served, own = served_datasets(contract), _own(contract)
    views = (_latest_snapshot(served), *map(_latest, served), *(own.VIEWS if own else ()))
    _check_names(contract, [thing.name for thing in (*contract.tables, *views)])
    return views


def named_queries_of(contract: SourceContract) -> tuple[NamedQuery, ...]:
    """Return all named queries of a contract, by name.

    Raises:
        ContractError: two have the same name.
    """
    tables = (*served_datasets(contract), REJECTED)
    days = "\n    UNION ALL\n".join(
        f"    SELECT '{table.name}' AS dataset, dt FROM {_days_of(table)}"  # noqa: S608 our own names
        for table in tables
    )
    common = [
        NamedQuery(query.name, query.description, query.sql.format(days=days))
        for query in named_queries(_SQL / "named_queries")
    ]
    own = _own(contract)
    queries = sorted((*common, *(own.NAMED_QUERIES if own else ())), key=lambda query: query.name)
    _check_names(contract, [query.name for query in queries])
    return tuple(queries)


def presto_view_text(view: View, database: str) -> str:
    """Return what a Glue table's ``view_original_text`` must hold for Athena to read ``view`` in ``database``.

    The format is Trino's (``ViewReaderUtil.encodeViewData`` of ``ConnectorViewDefinition``); AWS documents none. The
    same view always gives the same text.
    """
    definition = {
        "originalSql": view.sql,
        "catalog": _GLUE_CATALOG,
        "schema": database,
        "columns": [{"name": column.name, "type": column.presto_type} for column in view.columns],
    }
    encoded = base64.b64encode(json.dumps(definition, ensure_ascii=False).encode()).decode("ascii")
    return f"/* Presto View: {encoded} */"


def _own(contract: SourceContract) -> ModuleType | None:
    return import_module(contract.views) if contract.views else None


def _check_names(contract: SourceContract, names: Iterable[str]) -> None:
    twice = sorted(name for name, times in Counter(names).items() if times > 1)
    if twice:
        message = (
            f"contract {contract.name!r}: {', '.join(twice)} is there already, among its tables and what every contract"
            f" gets: choose another name in {contract.views}"
        )
        raise ContractError(message)


def _latest_snapshot(datasets: tuple[Dataset, ...]) -> View:
    *others, last = (dataset.name for dataset in datasets)
    words = {
        "datasets": f"{', '.join(others)} and {last}" if others else last,
        "days": "\n    INTERSECT\n".join(
            f"    SELECT dt FROM {_days_of(dataset)}"  # noqa: S608 our own names
            for dataset in datasets
        ),
    }
    return _filled("latest_snapshot", "latest_snapshot", words, _PARTITION)


def _latest(dataset: Dataset) -> View:
    words = {
        "title": dataset.name.capitalize().replace("_", " "),
        "columns": ",\n".join(f"    {_identifier(name)}" for name in dataset.column_names),
        "table": _identifier(dataset.name),
    }
    columns = (ViewColumn(column.name, column.type, column.comment) for column in dataset.columns)
    return _filled("latest_dataset", f"latest_{dataset.name}", words, *columns, _PARTITION)


def _filled(template: str, name: str, words: dict[str, str], *columns: ViewColumn) -> View:
    made = view(_SQL / "views", template)
    return View(name, made.description.format(**words), made.sql.format(**words), columns)


def _days_of(dataset: Dataset) -> str:
    """Return the catalog's list of a table's days."""
    return f'"{dataset.name}$partitions"'


def _identifier(name: str) -> str:
    return f'"{name}"' if _RESERVED.fullmatch(name) else name


_PARTITION: Final = text(PARTITION_COLUMN, PARTITION_COMMENT)
