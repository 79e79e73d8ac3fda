"""Where fuzzing starts: items of the sample, in all their shapes and faults, and cases made by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Final

from tools.fuzz.inputs import data_of, items_of
from tools.fuzz.nasty import NASTY_ITEMS
from tools.local.sample_data import generate_items

_USERS: Final = 48
_NEWEST: Final = date(2026, 1, 30)
_MOST_BYTES: Final = 4_096


def write(folder: Path) -> None:
    """Write all seeds, each as one input."""
    store(inputs(), folder)


def inputs() -> Iterator[bytes]:
    """Yield the sample's items one by one, without those that are only long, and the cases made by hand."""
    for item in generate_items(_USERS, seed=1, newest=_NEWEST):
        data = data_of([item])
        if len(data) <= _MOST_BYTES:
            yield data
    yield from NASTY_ITEMS.values()


def store(inputs: Iterable[bytes], folder: Path) -> None:
    """Write inputs under the hashes of their contents, as libFuzzer does; lines that are no items are left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for data in inputs:
        kept = b"\n".join(items_of(data))
        if kept:
            (folder / hashlib.sha1(kept, usedforsecurity=False).hexdigest()).write_bytes(kept)
