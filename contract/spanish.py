"""Spanish, for the people whose data it is: what datasets and columns are that every contract has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

#: A source's own contract has its own (``SourceContract.spanish``).
REJECTED_ITEMS: Final[Mapping[str, str]] = {
    "rejected": "Una fila por cada registro que no se pudo normalizar, con el motivo y el registro completo.",
    "item_key": "PK y SK del registro, en JSON.",
    "reason": "La regla que el registro incumple.",
    "item_json": "El registro en el JSON propio de DynamoDB.",
}
