"""What lies in the bucket: bytes by what they are for, and the objects that were written of late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from glue_src.exceptions import TableError
from ops.platform import Platform
from ops.tables import table_state
from ops.versions import versions


class Stock(Enum):
    """What bytes of the bucket are for."""

    CURRENT = "tables, current rows"
    HISTORY = "tables, history"
    METADATA = "tables, metadata"
    PSEUDONYMOUS = "pseudonymous tables"
    CLEAN = "clean days"
    RESULTS = "Athena's results"
    REST = "code and the rest"
    NONCURRENT = "old versions"


@dataclass(frozen=True)
class Stored:
    """Bytes by what they are for. ``written`` counts the objects that were written since an instant and still exist."""

    bytes: Mapping[Stock, int] = field(default_factory=dict)
    written: int = 0


def stored(platform: Platform, since: datetime) -> Stored:
    """Return what lies in the bucket; of the tables' data files, what no current snapshot needs is their history."""
    found: defaultdict[Stock, int] = defaultdict(int)
    written = 0
    stocks = _stocks(platform)
    for version in versions(platform):
        if not version.is_marker:
            stock = _stock(stocks, version.key) if version.is_latest else Stock.NONCURRENT
            found[stock] += version.bytes
            written += version.modified_at >= since
    current = _current_bytes(platform)
    found[Stock.CURRENT] = current
    found[Stock.HISTORY] = max(0, found[Stock.HISTORY] - current)
    return Stored({stock: found[stock] for stock in Stock}, written)


def _stocks(platform: Platform) -> dict[str, Stock]:
    """Return what current objects are for by how their keys begin, a longer beginning before a shorter one.

    Of a table's data files, all count as history at first.
    """
    etl = platform.environment.etl
    tables = [etl.table_zones.table_prefix(dataset) for dataset in platform.environment.contract.tables]
    return {
        **{f"{table}metadata/": Stock.METADATA for table in tables},
        **dict.fromkeys(tables, Stock.HISTORY),
        etl.pseudonymous_prefix: Stock.PSEUDONYMOUS,
        etl.clean_prefix: Stock.CLEAN,
        etl.athena_results_prefix: Stock.RESULTS,
    }


def _stock(stocks: Mapping[str, Stock], key: str) -> Stock:
    return next((stock for prefix, stock in stocks.items() if key.startswith(prefix)), Stock.REST)


def _current_bytes(platform: Platform) -> int:
    """Return the bytes of the data files that the tables' current snapshots need."""
    total = 0
    for dataset in platform.environment.contract.tables:
        try:
            current = table_state(platform, dataset).current
        except TableError:
            continue
        total += current.data_bytes if current else 0
    return total
