"""Items as JSON, and what extraction makes of them."""

from __future__ import annotations

from typing import Any

from contract.items.wire_json import wire_json
from contract.sources.catia import CONTRACT
from lambda_src.exclusions import ExclusionRule
from lambda_src.extraction import Extraction
from tools.local.sample_shapes import wire

SORT_KEY = "CONVERSATION#2026-01-31T04:30:00Z"
FEEDBACK_KEY = "FEEDBACK#2026-01-31T04:30:00Z"


def item(sort_key: str = SORT_KEY, partition_key: str = "USER#7", **attributes: Any) -> bytes:
    """An item as JSON; attributes are given in wire format."""
    return wire_json({"PK": wire(partition_key), "SK": wire(sort_key), **attributes}).encode()


def extracted(*items: bytes, rules: tuple[ExclusionRule, ...] = ()) -> tuple[dict[str, str], Extraction]:
    """The rows of all datasets that have any, and what gave them."""
    extraction = Extraction(CONTRACT, rules)
    extraction.add(items)
    return {name: rows.decode() for name, rows in extraction.take_rows().items() if rows}, extraction
