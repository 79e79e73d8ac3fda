r"""What becomes of a cell in the pseudonymous tables, by its column's class: pure, and the same on every engine.

An identifier becomes a pseudonym: HMAC-SHA-256 under the environment's key, the same in all tables of a source. What
is personal becomes null; prose keeps its words, without e-mail addresses and numbers of phones, cards and documents.

``RULES`` are written in what the regular expressions of Python, RE2 (Arrow) and Java (Spark) have in common: no looking
around, no references back, every class spelled out, every repetition of a group bounded. Each engine applies them with
its own: a match becomes its first group, the marker, its second group.

What no pattern finds: names in running text; numbers and addresses spelled in words (``juan arroba correo``);
documents with letters, or of 6 digits and fewer; 7-digit phones that are grouped otherwise than 3 and 4 and whose last
four look like a year. What is taken for a document though it may be none: any other number of 7 to 11 digits, such as a
date without hyphens, and an amount of a million or more that has no currency beside it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from typing import Final

from contract.datasets import Column, DataClass, Dataset
from contract.partition_sums import PartitionSum, PartitionSums
from contract.source import SourceContract

_KEY_ID_DIGITS: Final = 8

#: Stands between an amount and its currency while numbers are looked for. It is of Unicode's private use.
_AMOUNT: Final = "\ue000"
_CURRENCY: Final = r"(?:[Pp]esos|PESOS|COP|cop|USD|usd|EUR|[Dd]ólares|[Ee]uros|[Mm]il|[Mm]illones)"
#: What may stand before a number: no digit, letter, decimal point or currency.
_BEFORE: Final = rf"(^ *|[^{_AMOUNT}$0-9A-Za-z .,+]|[^{_AMOUNT}$0-9 ][.,]|[^{_AMOUNT}$ ] +)"
#: What may stand after it: the end, or anything but a digit, a letter or decimals. Full stops are its sentence's.
_AFTER: Final = rf"([.,]*(?:[^{_AMOUNT}0-9A-Za-z.,]|$))"

_LOCAL: Final = "[^ \u00a0\\t\\r\\n@<>()\\[\\],;:\"'¿¡«»“”]{1,64}"
_LABEL: Final = "[^ \u00a0\\t\\r\\n@<>()\\[\\],;:\"'¿¡«»“”.!?]{1,63}"
_EMAIL: Final = rf"(){_LOCAL}@{_LABEL}(?:\.{_LABEL}){{0,8}}()"

_CARD: Final = (
    "(?:[0-9]{13,19}"
    # Grouped in any way. No day of a month begins so: two dates side by side are no card.
    "|(?:[4-6][0-9]|3[4-9])(?:[ -]?[0-9]){11,17}"
    "|2[2-7][0-9]{2}(?:[ -][0-9]{4}){3})"
)
_PHONE: Final = (
    r"(?:\+[0-9](?:[ .()-]{0,2}[0-9]){7,14}"
    # Colombia's: a mobile's or a city's three digits, and seven more.
    r"|(?:(?:00)?57[ -]?)?(?:3[0-9]{2}|60[1-8]|\((?:3[0-9]{2}|60[1-8])\))(?:[ .-]{0,2}[0-9]){7}"
    # A city's own seven digits; the last four are no year.
    "|[2-8][0-9]{2}[ -](?:[03-9][0-9]{3}|1[0-8][0-9]{2}|2[1-9][0-9]{2}))"
)
#: Cédula and NIT, which has a digit to check it by.
_DOCUMENT: Final = "(?:[0-9]{7,11}|[0-9]{1,3}(?:[.,'][0-9]{3}){2,3})(?: ?- ?[0-9])?"


@dataclass(frozen=True)
class Rule:
    """One pattern with two groups: what is between them becomes ``marker``."""

    pattern: str
    marker: str


def _numbers(what: str, marker: str) -> tuple[Rule, Rule]:
    """Return a rule, twice: where numbers follow each other, one's end is the next one's beginning."""
    rule = Rule(f"{_BEFORE}{what}{_AFTER}", marker)
    return rule, rule


#: In the order in which they are applied.
RULES: Final = (
    Rule(_EMAIL, "[email]"),
    Rule(rf"([0-9])( *{_CURRENCY})", _AMOUNT),
    Rule(r"((?:COP|USD|EUR|US|€) *)(\$? *[0-9])", _AMOUNT),
    *_numbers(_CARD, "[card]"),
    *_numbers(_PHONE, "[phone]"),
    *_numbers(_DOCUMENT, "[document]"),
    Rule(f"(){_AMOUNT}()", ""),
)
#: A text without any of these has nothing that a rule could find.
SUSPICIOUS: Final = f"[0-9@{_AMOUNT}]"
_SUSPICIOUS: Final = re.compile(SUSPICIOUS)
_COMPILED: Final = tuple((re.compile(rule.pattern), rf"\g<1>{rule.marker}\g<2>") for rule in RULES)


class Treatment(Enum):
    """What becomes of a column's cells."""

    KEPT = "kept"
    PSEUDONYM = "pseudonym"
    REMOVED = "removed"
    CLEANED = "cleaned"


_BY_CLASS: Final = {
    DataClass.IDENTIFIER: Treatment.PSEUDONYM,
    DataClass.PERSONAL: Treatment.REMOVED,
    DataClass.ORGANISATION: Treatment.KEPT,
    DataClass.TECHNICAL: Treatment.KEPT,
}
_SAID: Final = {
    Treatment.PSEUDONYM: "Here a pseudonym, the same in all tables. ",
    Treatment.REMOVED: "Here always null. ",
    Treatment.CLEANED: "Here without addresses and numbers of people. ",
    Treatment.KEPT: "",
}
#: How pseudonyms and sums are made; change it with them.
_METHOD: Final = "hmac-sha256/1"
#: Of all that decides what a cell becomes: it changes with any rule.
MASK_VERSION: Final = hashlib.sha256(
    json.dumps(
        [
            _METHOD,
            [[rule.pattern, rule.marker] for rule in RULES],
            [[each.value, treatment.value] for each, treatment in _BY_CLASS.items()],
        ]
    ).encode()
).hexdigest()[:8]


def treatment_of(column: Column) -> Treatment:
    """Return what becomes of a column's cells."""
    if column.data_class is DataClass.PERSONAL and column.is_prose:
        return Treatment.CLEANED
    return _BY_CLASS[column.data_class]


def cleaned(text: str) -> str:
    """Return a text with markers in the place of what the rules find."""
    if _SUSPICIOUS.search(text) is None:
        return text
    for pattern, replacement in _COMPILED:
        text = pattern.sub(replacement, text)
    return text


def pseudonymous_datasets(contract: SourceContract) -> tuple[Dataset, ...]:
    """Return the tables that everyday analysts have: all that a run brings but what only operators may read.

    They have the names, columns and keys of the full ones, and say of a column what became of it.
    """
    return tuple(
        replace(dataset, columns=tuple(map(_described, dataset.columns)))
        for dataset in contract.datasets
        if not dataset.is_restricted
    )


def _described(column: Column) -> Column:
    return replace(column, comment=f"{_SAID[treatment_of(column)]}{column.comment}")


@dataclass(frozen=True)
class Mask:
    """Makes pseudonyms for one source's tables. It never shows its key."""

    contract_name: str
    key: bytes = field(repr=False)

    def pseudonym(self, column: Column, value: str) -> str:
        """Return the pseudonym of an identifier: 64 hexadecimal digits, for ever the same under one key."""
        return self._keyed(f"{self.contract_name}/{column.name}", value).hex()

    def cell(self, column: Column, value: object) -> object:
        """Return what becomes of one cell."""
        treatment = treatment_of(column)
        if treatment is Treatment.KEPT or value is None:
            return value
        if treatment is Treatment.REMOVED:
            return None
        return self.pseudonym(column, str(value)) if treatment is Treatment.PSEUDONYM else cleaned(str(value))

    @cached_property
    def key_id(self) -> str:
        """What tells one key from another, and nothing of the key."""
        return self._keyed("key-id", "").hex()[:_KEY_ID_DIGITS]

    def version(self, sums_version: str, dataset: Dataset) -> str:
        """Return what must be equal for a masked table to be comparable with a run; see ``partition_sums.version_of``.

        It changes with the rules, with the columns' classes, and with the key: then the table is written anew.
        """
        treated = json.dumps([(column.name, treatment_of(column).value) for column in dataset.columns])
        columns = hashlib.sha256(treated.encode()).hexdigest()[:8]
        return f"{sums_version}/mask-{MASK_VERSION}-{columns}-{self.key_id}"

    def sums(self, dataset: Dataset, sums: PartitionSums) -> PartitionSums:
        """Return sums that change with a partition's rows and tell nothing of them.

        A run's own are hashes of rows with names in them. Of a partition of one row, whoever may read the table's
        metadata could try names until one gives that hash.
        """
        return {partition: self._sum(dataset, partition, one) for partition, one in sums.items()}

    def _sum(self, dataset: Dataset, partition: str, one: PartitionSum) -> PartitionSum:
        keyed = self._keyed(f"sum/{dataset.name}/{partition}", str(one.hashes))
        return PartitionSum.of(one.rows, int.from_bytes(keyed[:8], "big"))

    def _keyed(self, domain: str, value: str) -> bytes:
        # No domain holds a NUL: so no two pairs of domain and value are the same bytes.
        return hmac.digest(self.key, f"{domain}\0{value}".encode("utf-8", "surrogatepass"), "sha256")
