"""One item of the source table in, one outcome out: total over everything DynamoDB can hold."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pkgutil import resolve_name
from typing import Any, Final

from contract.datasets import Column
from contract.items.attribute_values import unwrap, without_null_types
from contract.items.outcomes import Accepted, Excluded, Outcome, Rejected, RejectedRow, Tombstoned
from contract.items.readers import described
from contract.items.rejections import ItemRejectedError, RejectionCode
from contract.items.wire_json import wire_json
from contract.source import SourceContract
from contract.tombstones import Coverage
from lambda_src.exclusions import ExclusionRule, Exclusions

_TOO_DEEP: Final = "values are nested deeper than can be read"


class Normalizer:
    """Says what becomes of items, by a contract's reader and an environment's rules, which are its ``exclusions``."""

    def __init__(
        self, contract: SourceContract, rules: Sequence[ExclusionRule] = (), coverage: Coverage | None = None
    ) -> None:
        """Import the contract's reader; ``coverage`` says which people's items are left out.

        Raises:
            ExclusionError: a rule names an attribute that the contract does not know.
        """
        self._read: Callable[[Mapping[str, Any]], Accepted] = resolve_name(contract.item_reader)
        self._keys = contract.key_attributes
        self._columns = {
            dataset.name: [(index, column, column.type.fits) for index, column in enumerate(dataset.columns)]
            for dataset in contract.datasets
        }
        self.exclusions = Exclusions(contract, rules)
        self._covered = None if coverage is None else coverage.watch()
        self._date: Callable[[Mapping[str, Any]], datetime | None] | None = (
            resolve_name(contract.item_date) if contract.item_date else None
        )

    def normalize(self, item: Mapping[str, Any]) -> Outcome:
        """Return what becomes of ``item``, given in DynamoDB's wire format: ``{"PK": {"S": …}, …}``.

        The first rule that fits takes the item before anything else is read; then come people who were erased. Binary
        values may be bytes (as botocore gives them) or base64 text (as the wire has them).
        """
        try:
            keys = [_key_text(item, name) for name in self._keys]
            rule = self.exclusions.first(*keys)
            if rule is not None:
                return Excluded(rule.name)
            return Tombstoned() if self._is_covered(item, keys[0]) else self._accepted(item)
        except ItemRejectedError as rejection:
            return self._rejected(item, rejection)
        except RecursionError:
            return self._rejected(item, ItemRejectedError(RejectionCode.TOO_DEEPLY_NESTED, _TOO_DEEP))

    def _is_covered(self, item: Mapping[str, Any], partition_key: str | None) -> bool:
        """Return whether an item is left out: one of a person who was erased, from before then or of no known date."""
        until = None if self._covered is None else self._covered.covered_until(partition_key)
        if until is None:
            return False
        date = self._date(item) if self._date else None
        return date is None or date <= until

    def normalize_json(self, item: str) -> Outcome:
        """Return what becomes of an item that is given as DynamoDB's JSON.

        What DynamoDB never sends (numbers that are no texts, more than its 32 levels) can be too much for a parser.
        Then the item is rejected as it is, its key unread.
        """
        try:
            return self.normalize(json.loads(item))
        except RecursionError:
            rejection = ItemRejectedError(RejectionCode.TOO_DEEPLY_NESTED, _TOO_DEEP)
        except ValueError as error:
            rejection = ItemRejectedError(RejectionCode.MALFORMED_ATTRIBUTE, f"the item cannot be read: {error}")
        return Rejected(rejection.code, RejectedRow(wire_json({}), rejection.reason, item))

    def _accepted(self, item: Mapping[str, Any]) -> Accepted:
        """Read an item, and look at each cell: one that ETL-2 could not take would stop the whole day there."""
        accepted = self._read(item)
        for dataset_name, rows in accepted.rows.items():
            for index, column, fits in self._columns[dataset_name]:
                for row in rows:
                    cell = row[index]
                    if not (column.nullable if cell is None else fits(cell)):
                        raise _misfit(cell, column, dataset_name)
        return accepted

    def _rejected(self, item: Mapping[str, Any], rejection: ItemRejectedError) -> Rejected:
        key = {name: item[name] for name in self._keys if name in item}
        return Rejected(rejection.code, RejectedRow(wire_json(key), rejection.reason, wire_json(item)))


def _misfit(cell: str | None, column: Column, dataset_name: str) -> ItemRejectedError:
    said = f"column {column.name} of {dataset_name!r}"
    if cell is None:
        rule = f"expected a value, found nothing; {said} may not be null"
        return ItemRejectedError(RejectionCode.MISSING_VALUE, rule, column.name)
    rule = f"{said} is {column.type.name}: expected {column.type.rule}, found {described(cell)}"
    return ItemRejectedError(RejectionCode.INVALID_VALUE, rule, column.name)


def _key_text(item: Mapping[str, Any], name: str) -> str | None:
    """Return a key for exclusion rules as DynamoDB's JSON writes it: a text, a number's digits or a binary's base64.

    None if it is missing, or of a type that no key has.
    """
    wire = item.get(name)
    key = unwrap(wire)
    if isinstance(key, str):
        return key
    said = without_null_types(wire) if isinstance(wire, dict) else {}
    if said.keys() == {"B"}:
        content = said["B"]
        return b64encode(content).decode() if isinstance(content, bytes) else str(content)
    return None
