"""What is wrong with a contract's examples and its reader, as far as a demo's made-up items tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pkgutil import resolve_name
from typing import Any, Final

from contract.items.outcomes import Rejected
from contract.items.rejections import ItemRejectedError
from contract.nearest import did_you_mean
from contract.source import SourceContract
from tools.contract.reading import ReaderError, Reading, failures_told
from tools.local.errors import SampleError
from tools.local.made_up import made_up
from tools.local.sample_shapes import wire
from tools.local.source_table import Item

_ITEMS: Final = 40


def example_faults(contract: SourceContract) -> Iterator[str]:
    """Yield a fault where made-up items are rejected or the reader fails, else each of the examples."""
    try:
        with failures_told(contract):
            items = made_up(contract, _ITEMS, seed=1, newest=datetime.now(UTC).date()).items
        reading = Reading(contract)
        accepted = [item for item in items if not isinstance(reading.outcome(item), Rejected)]
        yield from _unread(contract, items)
        for source, values in contract.examples.items():
            # An entry of a list has no place of its own.
            for value in () if "[]" in source else values:
                yield from _refused(source, value, accepted, reading)
    except (SampleError, ReaderError) as error:
        yield str(error)


def _refused(source: str, value: Any, items: Sequence[Item], reading: Reading) -> Iterator[str]:
    """Find out whether an example is rejected in each of the items: one may be right in items of one kind only."""
    reasons: Counter[str] = Counter()
    for item in items:
        outcome = reading.outcome(_with(item, source.split("."), value))
        if not isinstance(outcome, Rejected):
            return
        reasons[outcome.row.reason] += 1
    if reasons:
        ((reason, _),) = reasons.most_common(1)
        yield f"examples of {source!r}: {value!r} would be rejected: {reason}"


def _with(item: Mapping[str, Any], path: Sequence[str], value: Any) -> Item:
    name, *inner = path
    entries = item.get(name, {}).get("M", {})
    return {**item, name: {"M": _with(entries, inner, value)} if inner else wire(value)}


def _unread(contract: SourceContract, items: Sequence[Item]) -> Iterator[str]:
    """Find examples of attributes that the contract's functions never look at: misspelt ones, most likely."""
    names = {source: source.partition(".")[0].partition("[]")[0] for source in contract.examples}
    read = _names_read(contract, items) if names else set()
    for source in [source for source, name in names.items() if name not in read]:
        yield f"examples names {source!r}, which nothing reads{did_you_mean(source, sorted(read))}"


def _names_read(contract: SourceContract, items: Sequence[Item]) -> set[str]:
    read: set[str] = set(contract.key_attributes)
    functions = [resolve_name(name) for name in (contract.item_reader, contract.item_date) if name]
    for item in items:
        for function in functions:
            try:
                function(_Watched(item, read))
            except ItemRejectedError:
                # One of twenty made-up items is to be.
                continue
    return read


class _Watched(Mapping[str, Any]):
    """An item that keeps which attributes it was asked for."""

    def __init__(self, item: Item, asked: set[str]) -> None:
        self._item, self._asked = item, asked

    def __getitem__(self, name: str) -> Any:
        self._asked.add(name)
        return self._item[name]

    def __iter__(self) -> Iterator[str]:
        self._asked.update(self._item)
        return iter(self._item)

    def __len__(self) -> int:
        return len(self._item)
