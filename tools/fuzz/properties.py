"""What holds of extraction for any items: one home for the tests, the corpus's replay and the fuzzer.

Items are JSON texts, as DynamoDB sends them. ``contract.sources.catia.normalize`` says what becomes of each;
``lambda_src.extraction`` has to say the same, whatever stands before and after it.
"""

from __future__ import annotations

import csv
import io
import json
import pickle
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final, NoReturn

import msgspec
from xxhash import xxh3_64_intdigest

from contract import cells
from contract.datasets import REJECTED, Dataset
from contract.items.outcomes import Excluded, Outcome, Rejected, Row, Tombstoned
from contract.sources.catia import CONTRACT, CONVERSATIONS, FEEDBACK
from contract.units import MIB
from lambda_src.exclusions import ExclusionRule
from lambda_src.extraction import Extraction
from lambda_src.normalize import Normalizer
from lambda_src.scan_answer import ScanAnswer, UnreadableAnswerError
from lambda_src.tally import RunningSums, Tally

#: One of every kind of rule, for callers without rules of their own.
RULES: Final = (
    ExclusionRule("monitors", "user_id", "starts_with", ("monitor-", "check")),
    ExclusionRule("nobody", "user_id", "equals", ("0", "nadie")),
    ExclusionRule("tests", "PK", "starts_with", ("TEST#",)),
    ExclusionRule("first", "PK", "equals", ("USER#usuario-00001",)),
    ExclusionRule("old", "SK", "starts_with", ("CONVERSATION#19", "FEEDBACK#1")),
    ExclusionRule("bare", "SK", "equals", ("REGISTER#",)),
)
_EVIDENCE_CHARACTERS: Final = 2_000
_LONGEST_CELL: Final = 64 * MIB


class BrokenPropertyError(AssertionError):
    """Extraction does what it must not; the message says which rule it breaks, and shows by what."""


@dataclass(frozen=True)
class Fate:
    """What becomes of one item by the reference: its CSV records by dataset name, and its counts."""

    rows: Mapping[str, bytes]
    tally: Tally


def parse(item: bytes) -> dict[str, Any] | None:
    """Return an item, or None for what is no JSON object, or more than Python's json takes and gives back.

    DynamoDB sends neither: it nests 32 levels and writes numbers as text. Python takes ``NaN``, which is no JSON.
    """
    try:
        parsed = json.loads(item.decode(), parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def check(items: Sequence[bytes], rules: Sequence[ExclusionRule] = RULES) -> None:
    """Check everything that must hold of these items; each must be one that :func:`parse` takes.

    Raises:
        BrokenPropertyError: something does not hold.
    """
    fates = [fate(item, rules) for item in items]
    whole = _of_one_page(items, fates, rules)
    _page_by_page_backwards(items, fates, rules)
    _conserves(len(items), whole)


def check_divided(segments: Sequence[Sequence[Sequence[bytes]]], rules: Sequence[ExclusionRule] = RULES) -> None:
    """Check that segments (one or more), each of pages of items, give together what their items give.

    Raises:
        BrokenPropertyError: something does not hold.
    """
    fates = [fate(item, rules) for pages in segments for page in pages for item in page]
    together = Tally()
    rows: dict[str, bytes] = {dataset.name: b"" for dataset in CONTRACT.datasets}
    for pages in segments:
        extraction = Extraction(CONTRACT, rules)
        for page in pages:
            _add(extraction, page, page)
            for name, records in extraction.take_rows().items():
                rows[name] += records
        # As a process sends it to another.
        together.add(pickle.loads(pickle.dumps(extraction.tally)))  # noqa: S301 our own
    for name, records in rows.items():
        expected = b"".join(each.rows[name] for each in fates)
        if records != expected:
            _broken(f"the rows of {name} depend on segments and pages", records, expected, segments)
    _same_counts(together, _total(fates, rules), segments)
    _conserves(len(fates), together)


def fate(item: bytes, rules: Sequence[ExclusionRule]) -> Fate:
    """Return what the reference says of one item, after checking that a rejected one can be had back."""
    outcome = Normalizer(CONTRACT, rules).normalize_json(item.decode())
    records = {name: "".join(map(cells.record, rows)).encode() for name, rows in _rows(outcome).items()}
    if REJECTED.name in records:
        _can_be_had_back(item, records[REJECTED.name])
    return Fate({dataset.name: records.get(dataset.name, b"") for dataset in CONTRACT.datasets}, _tally(outcome))


def _total(fates: Iterable[Fate], rules: Sequence[ExclusionRule]) -> Tally:
    """Return the counts and sums of several items together."""
    tally = Tally(excluded=Counter(dict.fromkeys((rule.name for rule in rules), 0)), sums=_no_sums())
    for each in fates:
        tally.add(each.tally)
    return tally


def _same_counts(found: Tally, expected: Tally, evidence: object) -> None:
    """Check counts, names that count 0 items among the excluding rules included."""
    if found != expected or dict(found.excluded) != dict(expected.excluded):
        _broken("the counts or sums differ from the reference's", found, expected, evidence)


def _rows(outcome: Outcome) -> Mapping[str, Sequence[Row]]:
    if isinstance(outcome, Excluded | Tombstoned):
        return {}
    return {REJECTED.name: [outcome.row]} if isinstance(outcome, Rejected) else outcome.rows


def _tally(outcome: Outcome) -> Tally:
    tally = Tally(sums=_no_sums())
    for dataset in CONTRACT.datasets:
        records: dict[str, str] = {}
        for row in _rows(outcome).get(dataset.name, ()):
            partition = _partition(dataset, row)
            records[partition] = records.get(partition, "") + cells.record(row)
        for partition, joined in records.items():
            tally.sums[dataset.name][partition] = [joined.count("\n"), xxh3_64_intdigest(joined.encode())]
    if isinstance(outcome, Excluded):
        tally.excluded[outcome.rule] = 1
    elif isinstance(outcome, Rejected):
        tally.rejected[outcome.code] = 1
    else:
        tally.accepted[outcome.kind] = 1
    return tally


def _partition(dataset: Dataset, row: Row) -> str:
    """Return what ``contract.partition_sums`` calls the row's partition."""
    if dataset.partition is None:
        return ""
    cell = row[dataset.column_names.index(dataset.partition.column)]
    if cell is None:
        _broken("a row has no partition", dataset.name, row)
    return cell[: dataset.partition.width]


def _no_sums() -> dict[str, RunningSums]:
    return {dataset.name: RunningSums() for dataset in CONTRACT.datasets}


def _of_one_page(items: Sequence[bytes], fates: Sequence[Fate], rules: Sequence[ExclusionRule]) -> Tally:
    """All items at once, in an answer of DynamoDB's."""
    extraction = Extraction(CONTRACT, rules)
    _add(extraction, _of_an_answer(items), items)
    rows = extraction.take_rows()
    for dataset in CONTRACT.datasets:
        expected = b"".join(each.rows[dataset.name] for each in fates)
        if rows[dataset.name] != expected:
            _broken(f"the rows of {dataset.name} differ from the reference's", rows[dataset.name], expected, items)
    if any(extraction.take_rows().values()):
        _broken("rows are taken twice", items)
    _same_counts(extraction.tally, _total(fates, rules), items)
    return extraction.tally


def _of_an_answer(items: Sequence[bytes]) -> list[msgspec.Raw]:
    body = b'{"Items":[%b],"Count":%d,"ScannedCount":%d}' % (b",".join(items), len(items), len(items))
    try:
        answer = ScanAnswer.of(body)
    except UnreadableAnswerError as error:
        _broken(f"an answer {error}", items)
    if len(answer.items) != answer.scanned or answer.next_key:
        _broken("an answer's items are not those that DynamoDB scanned", answer, items)
    return answer.items


def _page_by_page_backwards(items: Sequence[bytes], fates: Sequence[Fate], rules: Sequence[ExclusionRule]) -> None:
    """One item a page, the other way round, every one twice: order, company and repetition change nothing."""
    extraction = Extraction(CONTRACT, rules)
    for item, expected in zip(reversed(items), reversed(fates), strict=True):
        for form in (item, memoryview(item)):
            _add(extraction, [form], items)
            rows = extraction.take_rows()
            if rows != expected.rows:
                _broken("an item's rows depend on what came before it", rows, expected.rows, item, items)
    _same_counts(extraction.tally, _total([*fates, *fates], rules), items)


def _add(extraction: Extraction, page: Sequence[bytes | memoryview | msgspec.Raw], evidence: Sequence[bytes]) -> None:
    try:
        extraction.add(page)
    except Exception as error:
        message = f"{type(error).__name__} leaves Extraction.add: {error}: {_shown(evidence)}"
        raise BrokenPropertyError(message) from error


def _conserves(items: int, tally: Tally) -> None:
    counts = tally.item_counts(items)
    if counts.unaccounted:
        _broken("items are lost or doubled", counts)
    rows = {
        CONVERSATIONS: counts.accepted["conversations"],
        FEEDBACK: counts.accepted["feedback"],
        REJECTED: counts.rejected_total,
    }
    for dataset, expected in rows.items():
        if tally.rows[dataset.name] != expected:
            _broken(f"{dataset.name} has more or fewer rows than items", tally)


def _can_be_had_back(item: bytes, record: bytes) -> None:
    """A rejected item's row is one line, and holds the item and its key as JSON."""
    whole = parse(item) or {}
    if record.count(b"\n") != 1 or not record.endswith(b"\n"):
        _broken("a record is not one line", record)
    before = csv.field_size_limit(_LONGEST_CELL)
    try:
        ((item_key, _, item_json),) = csv.reader(io.StringIO(record.decode(), newline=""), strict=True)
    finally:
        csv.field_size_limit(before)
    key = {name: whole[name] for name in ("PK", "SK") if name in whole}
    for name, expected, cell in (("item_key", key, item_key), ("item_json", whole, item_json)):
        found = parse(cells.restore(cell).encode())
        if found != expected:
            _broken(f"a rejected item cannot be had back from its {name}", cell, expected)


def _refuse(constant: str) -> NoReturn:
    message = f"{constant} is no JSON"
    raise ValueError(message)


def _finite(digits: str) -> float:
    number = float(digits)
    return number if isfinite(number) else _refuse(digits)


def _broken(rule: str, *evidence: object) -> NoReturn:
    message = "\n".join([rule, *map(_shown, evidence)])
    raise BrokenPropertyError(message)


def _shown(evidence: object) -> str:
    text = repr(evidence)
    return text if len(text) <= _EVIDENCE_CHARACTERS else f"{text[:_EVIDENCE_CHARACTERS]}… ({len(text)} characters)"
