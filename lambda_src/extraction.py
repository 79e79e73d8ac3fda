"""Items in; CSV records and counts out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambda_src.records import Records
from sources.catia.normalize import normalize_json
from sources.catia.usual_items import UsualItems
from sources.catia.wire_shapes import UNUSUAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import msgspec

    from lambda_src.exclusions import ExclusionRule
    from lambda_src.tally import Tally


class Extraction:
    """Normalizes items; keeps their CSV records until these are taken, and the counts.

    ``unusual_items`` says how many of them took the long way, through :mod:`sources.catia.normalize`: the outcome is
    the same, the time several times as long.
    """

    def __init__(self, rules: Sequence[ExclusionRule]) -> None:
        """Start with nothing; ``rules`` that take no item are counted as 0."""
        self.unusual_items = 0
        self._rules = rules
        self._records = Records(rule.name for rule in rules)
        self._usual_items = UsualItems(rules)

    @property
    def tally(self) -> Tally:
        """The counts of all items so far, and of all their records, taken or not."""
        return self._records.tally

    def add(self, items: Iterable[bytes | memoryview | msgspec.Raw]) -> None:
        """Normalize items, each given as the UTF-8 bytes of its DynamoDB JSON."""
        for item in items:
            try:
                self._usual_items.place(item, self._records)
            except UNUSUAL:
                self.unusual_items += 1
                self._records.add(normalize_json(bytes(item).decode(), self._rules))

    def take_rows(self) -> dict[str, bytes]:
        """Return the CSV records since the last call, without headers, by dataset name; every dataset is there."""
        return self._records.take()
