"""Items in; CSV records and counts out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from contract.source import SourceContract
from contract.tombstones import Coverage
from lambda_src.exclusions import ExclusionRule
from lambda_src.fast_readers.protocol import TO_SLOW_PATH, fast_reader
from lambda_src.normalize import Normalizer
from lambda_src.records import Records
from lambda_src.tally import Tally


class Extraction:
    """Normalizes items; keeps their CSV records until these are taken, and the counts.

    ``slow_path_items`` says how many of them took the slow path, the contract's ``item_reader``: the outcome is
    the same, the time several times as long.
    """

    def __init__(
        self, contract: SourceContract, rules: Sequence[ExclusionRule], coverage: Coverage | None = None
    ) -> None:
        """Start with nothing; ``rules`` that take no item are counted as 0. ``coverage`` leaves out people."""
        self.slow_path_items = 0
        self._normalizer = Normalizer(contract, rules, coverage)
        self._records = Records(contract, (rule.name for rule in rules))
        covered = None if coverage is None else coverage.watch()
        self._fast_reader = fast_reader(contract)(self._normalizer.exclusions, covered)

    @property
    def tally(self) -> Tally:
        """The counts of all items so far, and of all their records, taken or not."""
        return self._records.tally

    def add(self, items: Iterable[bytes | memoryview | msgspec.Raw]) -> None:
        """Normalize items, each given as the UTF-8 bytes of its DynamoDB JSON."""
        for item in items:
            try:
                outcome = self._fast_reader.read(item)
            except TO_SLOW_PATH:
                self.slow_path_items += 1
                self._records.add(self._normalizer.normalize_json(bytes(item).decode()))
            else:
                self._records.add_read(outcome)

    def take_rows(self) -> dict[str, bytes]:
        """Return the CSV records since the last call, without headers, by dataset name; every dataset is there."""
        return self._records.take()
