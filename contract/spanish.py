"""Spanish, for the people whose data it is: what tables, columns and queries are that every contract has."""

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
NIGHTS: Final[Mapping[str, str]] = {
    "runs": "Una fila por cada ejecución y tabla: qué cambió la ejecución, y la instantánea que se lee desde entonces.",
    "run_id": "La ejecución de ETL-1.",
    "business_day": "El día al que pertenece la ejecución, AAAA-MM-DD.",
    "dataset": "La tabla.",
    "committed_at": "Cuándo registró ETL-2 la ejecución; UTC.",
    "snapshot_id": (
        "La instantánea de la tabla después de la ejecución, para FOR VERSION AS OF; nula si la tabla no tiene."
    ),
    "rows_now": "Filas de la tabla después de la ejecución.",
    "rows_before": "Filas de la tabla antes de la ejecución.",
    "partitions_rewritten": "Particiones cuyas filas la ejecución reemplazó o agregó.",
    "partitions_gone": "Particiones que la ejecución quitó.",
    "bytes_written": "Bytes de los archivos de datos que la ejecución agregó; 0 si nada había cambiado.",
    "seconds": "Cuánto tomó leer, revisar y escribir.",
    "snapshot_expired_at": "Desde cuándo ya no se puede consultar snapshot_id; UTC, nula mientras se pueda.",
    "data_quality": (
        "Una fila por cada revisión que ETL-2 hizo de una ejecución antes de publicarla o ponerla en cuarentena."
    ),
    "check_name": "Qué se revisó.",
    "outcome": "passed (pasó) o failed (falló); una sola que falle pone la ejecución en cuarentena.",
    "rows_checked": "Filas, o registros, que se miraron: los de las particiones reescritas.",
    "rows_failed": "Cuántos de ellos no son como deben ser.",
    "allowed_ratio": "La proporción de ellos que puede ser así, de 0 (ninguno) a 1.",
    "checked_at": "Cuándo se hizo la revisión; UTC.",
}
QUERIES: Final[Mapping[str, str]] = {
    "changes_by_run": (
        "Qué cambió cada ejecución de los últimos 30 días: filas, particiones y bytes, lo más reciente"
        " primero; las tablas que quedaron igual no aparecen."
    ),
    "failed_checks": (
        "Las revisiones de los últimos 30 días que fallaron, lo más reciente primero: cada una puso en"
        " cuarentena su ejecución, lo que ninguna otra tabla muestra."
    ),
    "freshness": (
        "Por tabla: la ejecución más reciente que ETL-2 registró, su día, y cuánto hace de él hasta hoy (UTC)."
    ),
    "rejected_by_reason": "Los registros que no se pudieron normalizar, por motivo, con la clave de uno como ejemplo.",
    "snapshots_by_day": (
        "La instantánea de cada tabla después de cada día, para `SELECT … FROM tabla FOR VERSION AS OF snapshot_id`."
    ),
}
