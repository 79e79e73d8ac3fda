"""What Athena serves of a contract: its own views, the named queries that every contract gets, and those of its own."""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Final

from contract.datasets import REJECTED, Dataset
from contract.source import ContractError, SourceContract
from contract.views import SUFFIX, NamedQuery, View, named_queries

_COMMON: Final = Path(__file__).parent / "sql"
#: In our files, keywords are written large, and tables without quotes and without a database.
_READ: Final = re.compile(r"\b(?:FROM|JOIN)\s+([a-z_][a-z0-9_]*)")

#: Athena's own name of the account's Glue catalog, as it stands in stored views.
_GLUE_CATALOG: Final = "awsdatacatalog"
#: What Glue calls a table that is a view.
VIEW_TYPE: Final = "VIRTUAL_VIEW"
#: Table parameters by which the engine knows a view for one of its own (Trino: ViewReaderUtil.isTrinoView).
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
    own = _own(contract)
    views: tuple[View, ...] = own.VIEWS if own else ()
    _check_names(contract, [*(table.name for table in contract.tables), *(view.name for view in views)])
    return views


def named_queries_of(contract: SourceContract) -> tuple[NamedQuery, ...]:
    """Return all named queries of a contract, by name.

    Raises:
        ContractError: two have the same name.
    """
    common = named_queries(_COMMON / "named_queries")
    own = _own(contract)
    queries = sorted((*common, *(own.NAMED_QUERIES if own else ())), key=lambda query: query.name)
    _check_names(contract, [query.name for query in queries])
    return tuple(queries)


def declared_in(contract: SourceContract, name: str) -> str:
    """Return the files, in the project's folder, that declare a view or named query; an empty text: there are none."""
    own = _own(contract)
    folders, modules = [_COMMON], []
    if own and own.__file__ and name in [served.name for served in (*own.VIEWS, *own.NAMED_QUERIES)]:
        module = Path(own.__file__)
        folders, modules = [module.parent], [module]
    files = [file for folder in folders for file in sorted(folder.rglob(f"{name}{SUFFIX}"))]
    return " or ".join(file.relative_to(_COMMON.parents[1]).as_posix() for file in (*files, *modules))


def views_over(contract: SourceContract, tables: Iterable[Dataset]) -> tuple[View, ...]:
    """Return the contract's views for whoever may read these of its tables and no others, in dependency order."""
    return _served_over(contract, tables)[0]


def named_queries_over(contract: SourceContract, tables: Iterable[Dataset]) -> tuple[NamedQuery, ...]:
    """Return the named queries for whoever may read these of the contract's tables and no others, by name."""
    return _served_over(contract, tables)[1]


def _served_over(
    contract: SourceContract, tables: Iterable[Dataset]
) -> tuple[tuple[View, ...], tuple[NamedQuery, ...]]:
    missing = {table.name for table in contract.tables} - {table.name for table in tables}
    views = []
    for view in views_of(contract):
        if read_by(view.sql) & missing:
            missing.add(view.name)
        else:
            views.append(view)
    queries = (query for query in named_queries_of(contract) if not read_by(query.sql) & missing)
    return tuple(views), tuple(queries)


def read_by(sql: str) -> set[str]:
    """Return what a view or named query of ours reads: tables, views, and its own WITH clauses' names."""
    return set(_READ.findall(sql))


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
