"""docs/reference/tablas.md: tables, views and named queries, for analysts who read Spanish."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from contract.datasets import Dataset
from contract.serving import named_queries_of, views_of
from contract.source import SourceContract
from contract.spanish import NIGHTS, QUERIES, REJECTED_ITEMS
from contract.views import View
from tools.site.markdown import code, table
from tools.site.tables_page import TOLD_BY_COLUMN

_INTRODUCTION: Final = """\
# Tablas, vistas y consultas

[In English](tables.md), con lo que aquí falta: las particiones, el orden de los archivos, la clase de cada columna y de
qué columnas salen las de las vistas. La [guía del analista](../guia-del-analista.md) tiene SQL para empezar. Las horas
están en UTC, con microsegundos. `runs` y `data_quality` dicen qué hizo cada noche.

## Tablas
"""
_QUERIES: Final = """\
## Consultas guardadas

Están en el grupo de trabajo de quien puede leer las tablas que consultan, para empezar.
"""


def spanish_page(contract: SourceContract) -> str:
    """Return the page of CatIA's tables, views and named queries."""
    lines = [_INTRODUCTION]
    for dataset in contract.tables:
        lines += _table(contract, dataset)
    lines += ["## Vistas", ""]
    for view in views_of(contract):
        lines += _view(contract, view)
    said = {**QUERIES, **contract.spanish}
    rows = ((code(query.name), said[query.name]) for query in named_queries_of(contract))
    return "\n".join([*lines, _QUERIES, *table(("consulta", "qué responde"), rows)])


def _table(contract: SourceContract, dataset: Dataset) -> Iterator[str]:
    said = {**REJECTED_ITEMS, **NIGHTS, **contract.spanish}
    yield f"### {code(dataset.name)}"
    yield ""
    key = f" Cada fila se reconoce por {', '.join(map(code, dataset.key))}." if dataset.key else ""
    yield f"{said[dataset.name]}{key}"
    yield ""
    rows = (
        (
            code(column.name),
            column.type.iceberg,
            "sí" if column.nullable else "no",
            said[column.name],
            ", ".join(map(code, column.source)),
        )
        for column in dataset.columns
    )
    yield from table(("columna", "tipo", "puede ser nula", "qué es", "de dónde viene"), rows)


def _view(contract: SourceContract, view: View) -> Iterator[str]:
    yield f"### {code(view.name)}"
    yield ""
    yield contract.spanish[view.name]
    yield ""
    if view.name in TOLD_BY_COLUMN:
        said = {column: contract.spanish[f"{view.name}.{column.name}"] for column in view.columns}
        rows = ((code(column.name), column.type.value, text) for column, text in said.items())
        yield from table(("columna", "tipo", "qué es"), rows)
