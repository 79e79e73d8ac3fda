"""Whether views and named queries can be asked: only the engine tells, which knows functions and types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from contract.serving import declared_in, named_queries_of, views_of
from contract.source import SourceContract
from tools.local.errors import TrinoError
from tools.local.trino.client import Connection


def ask_each_once(contract: SourceContract, athena: Connection) -> str:
    """Have the engine analyze each, without reading a row, and return how many there are.

    Raises:
        TrinoError: some cannot be asked: each with the engine's words, and the file to mend.
    """
    views = {view.name: f'SELECT * FROM "{view.name}"' for view in views_of(contract)}  # noqa: S608 - the contract's
    queries = {query.name: query.sql for query in named_queries_of(contract)}
    # A query over a view that is at fault is not.
    faults = [*_faults("view", views, contract, athena)] or [*_faults("named query", queries, contract, athena)]
    if faults:
        raise TrinoError("\n".join(faults))
    return f"{len(views)} views and {len(queries)} named queries can be asked"


def _faults(what: str, asked: Mapping[str, str], contract: SourceContract, athena: Connection) -> Iterator[str]:
    for name, sql in asked.items():
        try:
            athena.ask(f"EXPLAIN (TYPE VALIDATE) {sql}")
        except TrinoError as error:
            where = declared_in(contract, name)
            yield f"{what} {name!r} cannot be asked: {str(error).rstrip('.')}. Mend it in {where}, and repeat the demo."
