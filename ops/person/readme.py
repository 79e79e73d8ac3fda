"""What goes with a person's data: what each file and each column is, in Spanish and in English."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from contract.datasets import Dataset
from contract.source import SourceContract
from contract.spanish import REJECTED_ITEMS

if TYPE_CHECKING:
    from ops.person.finding import Unread

README: Final = "LEEME-README.md"

_SPANISH: Final = """# Sus datos

Estos son los datos que la plataforma guarda sobre usted en el entorno {environment}, a {at} (UTC). Cada archivo está
dos veces: en JSON, tal como es, y en CSV, para una hoja de cálculo (un texto que parecería una fórmula lleva un
apóstrofo delante). `held_since` y `held_until` dicen entre qué momentos consta que se guardó la fila; `copies`, en
cuántas copias.

- `source`: la tabla de origen. `tables-now`: lo que ven los analistas hoy.
- `tables-earlier-states`: estados anteriores de las tablas. `tables-other-files`: archivos que ningún estado nombra.
- `clean-days`: archivos diarios intermedios. `query-results`: resultados de consultas.
- `…-old-versions`: versiones anteriores de esos archivos.
- `pseudonymous-tables`: las mismas filas como las ven los demás analistas: sin nombres, con un seudónimo.
- `rejected`: registros que no se pudieron normalizar.
"""
_ENGLISH: Final = """# Your data

This is what the platform holds about you in the environment {environment}, as of {at} (UTC). Each file is there twice:
as JSON, as it is, and as CSV, for a spreadsheet (a text that looks like a formula has an apostrophe in front).
`held_since` and `held_until` say between which times the row is known to be held; `copies`, in how many copies.

- `source`: the source table. `tables-now`: what analysts see today.
- `tables-earlier-states`: earlier states of the tables. `tables-other-files`: files that no state names.
- `clean-days`: daily files in between. `query-results`: answers of queries.
- `…-old-versions`: earlier versions of such files.
- `pseudonymous-tables`: the same rows as most analysts see them: without names, under a pseudonym.
- `rejected`: items that could not be normalized.
"""
_NOTHING: Final = "No se guarda nada. / Nothing is held."
_INCOMPLETE: Final = "**INCOMPLETO / INCOMPLETE**: {count} no se pudieron leer / could not be read."


def readme(
    contract: SourceContract,
    environment: str,
    at: datetime,
    files: Sequence[tuple[str, str]],
    unread: Sequence[Unread],
) -> str:
    """Return the text; ``files`` are folder and table of each."""
    words = {"environment": environment, "at": f"{at:%Y-%m-%d %H:%M}"}
    parts = [_SPANISH.format(**words), _ENGLISH.format(**words), "# Archivos / Files\n"]
    parts.append("\n".join(f"- `{folder}/{table}`" for folder, table in files) or _NOTHING)
    if unread:
        parts.append(_INCOMPLETE.format(count=len(unread)))
    tables = {table for _, table in files}
    parts += [part for dataset in contract.datasets if dataset.name in tables for part in _columns(contract, dataset)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _columns(contract: SourceContract, dataset: Dataset) -> Iterator[str]:
    spanish = {**REJECTED_ITEMS, **contract.spanish}
    yield f"## {dataset.name}"
    yield f"{spanish.get(dataset.name, '')}\n{dataset.description}"
    lines = [
        f"| `{column.name}` | {spanish.get(column.name, '')} | {column.comment} |".replace("\n", " ")
        for column in dataset.columns
    ]
    yield "\n".join(("| columna / column | español | English |", "|---|---|---|", *lines))
