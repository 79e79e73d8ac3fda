"""What is wrong with the SQL of a contract's views and named queries, as far as a parser of Athena's dialect tells.

It knows names, not types: whether Athena answers as somebody meant is for tests to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope

from contract.datasets import Column
from contract.nearest import did_you_mean
from contract.source import SourceContract
from contract.views import NamedQuery, View, ViewColumn
from ops.statements import DIALECT, statements_of

#: By table or view, the type of each of its columns.
_Schema = Mapping[str, Mapping[str, str]]

#: How the parser's errors name a column, and the table that was written before it.
_UNRESOLVED: Final = re.compile(r"column:? '?(?P<column>[^'.]+)'?(?:.* for table: '(?P<table>[^']+)')?", re.IGNORECASE)
#: What the parser calls a column that the SQL gives no name.
_NAMELESS: Final = "_col_"
#: So many characters of SQL before a fault show where it is.
_SHOWN: Final = 30


class _FaultyError(Exception):
    """A query is not one that Athena would take; the text says why."""


def query_faults(contract: SourceContract, views: Iterable[View], queries: Iterable[NamedQuery]) -> Iterator[str]:
    """Yield each fault of views, in dependency order, and of named queries."""
    schema = {table.name: _types(table.columns) for table in contract.tables}
    datasets = [dataset.name for dataset in contract.datasets]
    for view in views:
        yield from (f"view {view.name!r}: {fault}" for fault in _view_faults(view, schema))
        schema[view.name] = _types(view.columns)
        for name, aggregate in view.counts.items():
            if name not in datasets:
                meant = did_you_mean(name, datasets)
                yield f"view {view.name!r}: counts names {name!r}, which is none of datasets{meant}"
            counted = f"SELECT {aggregate} AS counted FROM {view.name}"  # noqa: S608 the contract's
            yield from (f"view {view.name!r}: counts of {name!r}: {fault}" for fault in _faults(counted, schema))
    for query in queries:
        yield from (f"named query {query.name!r}: {fault}" for fault in _faults(query.sql, schema))


def _types(columns: Iterable[Column | ViewColumn]) -> dict[str, str]:
    return {column.name: column.type.value for column in columns}


def _faults(sql: str, schema: _Schema) -> Iterator[str]:
    try:
        _given(sql, schema)
    except _FaultyError as fault:
        yield str(fault)


def _view_faults(view: View, schema: _Schema) -> Iterator[str]:
    """Find what is wrong with a view's SQL, else where its columns are not those that are declared.

    A star over what only Athena knows cannot be compared.
    """
    try:
        given = _given(view.sql, schema)
    except _FaultyError as fault:
        yield str(fault)
        return
    if "*" in given:
        return
    declared = [column.name for column in view.columns]
    for name in given:
        if name.startswith(_NAMELESS):
            yield "its SQL gives a column without a name: write AS and the name behind it"
        elif name not in declared:
            yield f"its SQL gives the column {name!r}, which is not declared{did_you_mean(name, declared)}"
    for name in declared:
        if name not in given:
            yield f"the column {name!r} is declared, and its SQL gives none of that name{did_you_mean(name, given)}"
    if set(given) == set(declared) and given != declared:
        yield f"its SQL gives {', '.join(given)}, in this order: declare {', '.join(declared)} in the same"


def _given(sql: str, schema: _Schema) -> list[str]:
    """Return the names of the columns that a query gives, in order.

    Raises:
        _FaultyError: it is not one query, or names what is not there.
    """
    query = _parsed(sql)
    tables = _tables(query)
    read = {table.name.lower() for table in tables if not _is_foreign(table)}
    for name in sorted(read - schema.keys()):
        message = (
            f"it reads {name!r}, which is no table of the contract and no view before it{did_you_mean(name, schema)}"
        )
        raise _FaultyError(message)
    is_all_known = not any(map(_is_foreign, tables)) and query.find(exp.MatchRecognize) is None
    columns = {name for each in read for name in schema[each]}
    try:
        qualified = qualify(
            query.copy(),
            schema=dict(schema),
            dialect=DIALECT,
            validate_qualify_columns=is_all_known,
            allow_partial_qualification=not is_all_known,
        )
    except SqlglotError as error:
        found = _UNRESOLVED.search(str(error))
        if found is None:
            raise _FaultyError(_unreadable(error)) from error
        raise _FaultyError(_unresolved(found["column"], found["table"], query, columns)) from error
    # The parser looks for the columns of every clause but this one.
    conditions = (column for having in qualified.find_all(exp.Having) for column in having.find_all(exp.Column))
    for column in conditions if is_all_known else ():
        if not column.table:
            raise _FaultyError(_unresolved(column.name, None, query, columns))
    return [selected.alias_or_name for selected in qualified.selects]


def _parsed(sql: str) -> exp.Query:
    try:
        statements = statements_of(sql)
    except SqlglotError as error:
        raise _FaultyError(_unreadable(error)) from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        message = "its SQL is not one query: write one SELECT, and nothing beside it"
        raise _FaultyError(message)
    return statements[0]


def _tables(query: exp.Query) -> list[exp.Table]:
    """Return what a query reads, without the names that it gives itself."""
    try:
        sources = [each for scope in traverse_scope(query) for each in scope.sources.values()]
    except SqlglotError as error:
        raise _FaultyError(_unreadable(error)) from error
    return [each for each in sources if isinstance(each, exp.Table)]


def _is_foreign(table: exp.Table) -> bool:
    """Return whether only Athena knows a table's columns: a function's, another database's, or what Iceberg tells."""
    has_name = isinstance(table.this, exp.Identifier)
    return not has_name or bool(table.db) or "$" in table.name


def _unreadable(error: SqlglotError) -> str:
    if not isinstance(error, ParseError):
        return f"its SQL is none of Athena's: {str(error).splitlines()[0]}"
    found = error.errors[0]
    read = f"{found.get('start_context') or ''}{found.get('highlight') or ''}"
    return f"its SQL is none of Athena's near {' '.join(read.split())[-_SHOWN:]!r}: correct what stands there"


def _unresolved(name: str, table: str | None, query: exp.Query, columns: set[str]) -> str:
    """Return what is told of a column that is in no table, or in more than one, of those that a query reads."""
    known = sorted({*columns, *(each.alias for each in query.find_all(exp.Alias))})
    aliases = [each.alias_or_name for each in query.find_all(exp.Table, exp.Subquery)]
    if table and table not in aliases:
        return f"it names {f'{table}.{name}'!r}, and reads nothing called {table!r}{did_you_mean(table, aliases)}"
    if name in known:
        return f"it is not clear of which table the column {name!r} is: write the right table and a point before it"
    return f"it names the column {name!r}, which nothing that it reads has{did_you_mean(name, known)}"
