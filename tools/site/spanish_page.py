"""docs/reference/tablas.md: the tables of people's data, column by column, for analysts who read Spanish."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from contract.datasets import Dataset
from contract.source import SourceContract
from contract.spanish import REJECTED_ITEMS
from tools.site.markdown import code, table

_INTRODUCTION: Final = """\
# Tablas y columnas

[In English](tables.md), con `runs`, `data_quality`, las vistas y las consultas guardadas, y con lo que aquí falta: las
particiones, el orden de los archivos y la clase de cada columna. La [guía del analista](../guia-del-analista.md) tiene
SQL para empezar. Las horas están en UTC, con microsegundos.
"""


def spanish_page(contract: SourceContract) -> str:
    """Return the page of a source's own tables."""
    lines = [_INTRODUCTION]
    for dataset in contract.datasets:
        lines += _table(contract, dataset)
    return "\n".join(lines)


def _table(contract: SourceContract, dataset: Dataset) -> Iterator[str]:
    said = {**REJECTED_ITEMS, **contract.spanish}
    yield f"## {code(dataset.name)}"
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
