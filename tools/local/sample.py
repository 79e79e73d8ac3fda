"""What a demo shows: items for the source table, and what is asked of the tables in the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tools.local.source_table import Item

#: Asked of any contract's tables.
RUNS_QUESTION: Final = {
    "What did the last runs change? (runs)": """
        SELECT business_day AS day, dataset, rows_now AS rows, partitions_rewritten + partitions_gone AS changed,
            bytes_written AS bytes, CAST(snapshot_id AS varchar) AS snapshot_id
        FROM runs
        ORDER BY run_id DESC, dataset
        LIMIT 8""",
}


@dataclass(frozen=True)
class Sample:
    """Items in DynamoDB's wire format, and what is ``said`` of them; questions in Athena's SQL, by their titles.

    ``view`` is one that is worth a look.
    """

    items: Sequence[Item]
    said: str
    questions: Mapping[str, str]
    view: str
