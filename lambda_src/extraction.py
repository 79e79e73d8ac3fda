"""Items in; CSV records and counts out."""

from __future__ import annotations

from pkgutil import resolve_name
from typing import TYPE_CHECKING

from lambda_src.normalize import Normalizer
from lambda_src.records import Records
from lambda_src.unusual import UNUSUAL, NoUsualItems

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import msgspec

    from lambda_src.exclusions import ExclusionRule
    from lambda_src.tally import Tally
    from lambda_src.unusual import UsualItemReader
    from contract.source import SourceContract


class Extraction:
    """Normalizes items; keeps their CSV records until these are taken, and the counts.

    ``unusual_items`` says how many of them took the long way, through the contract's ``item_reader``: the outcome is
    the same, the time several times as long.
    """

    def __init__(self, contract: SourceContract, rules: Sequence[ExclusionRule]) -> None:
        """Start with nothing; ``rules`` that take no item are counted as 0."""
        self.unusual_items = 0
        self._normalizer = Normalizer(contract, rules)
        self._records = Records(contract, (rule.name for rule in rules))
        reader = contract.usual_item_reader
        make: type[UsualItemReader] = resolve_name(reader) if reader else NoUsualItems
        self._usual_items = make(self._normalizer.exclusions, self._records)

    @property
    def tally(self) -> Tally:
        """The counts of all items so far, and of all their records, taken or not."""
        return self._records.tally

    def add(self, items: Iterable[bytes | memoryview | msgspec.Raw]) -> None:
        """Normalize items, each given as the UTF-8 bytes of its DynamoDB JSON."""
        for item in items:
            try:
                self._usual_items.place(item)
            except UNUSUAL:
                self.unusual_items += 1
                self._records.add(self._normalizer.normalize_json(bytes(item).decode()))

    def take_rows(self) -> dict[str, bytes]:
        """Return the CSV records since the last call, without headers, by dataset name; every dataset is there."""
        return self._records.take()
