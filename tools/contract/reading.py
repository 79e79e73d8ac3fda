"""A contract's reader, tried on items: what becomes of each, or where it fails. Nothing of an item is told."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from contract.items.outcomes import Excluded, Outcome, Rejected, Tombstoned
from contract.source import SourceContract
from lambda_src import normalize
from lambda_src.normalize import Normalizer
from tools.local.errors import LocalError

_CELLS: Final = "its reader returns a row of another number of cells than its dataset has columns"


class ReaderError(Exception):
    """A contract's reader fails, which would end a run; the message says where."""


@contextmanager
def failures_told(contract: SourceContract) -> Iterator[None]:
    """Tell what a contract's reader raises beside rejections with its place; not in its words, which may quote items.

    Raises:
        ReaderError: it raised something.
    """
    try:
        yield
    except (LocalError, ReaderError):
        raise
    except Exception as error:
        file = Path(sys.modules[contract.item_reader.partition(":")[0]].__file__ or "")
        stack = traceback.extract_tb(error.__traceback__)
        frames = [frame for frame in stack if Path(frame.filename) == file]
        if isinstance(error, IndexError) and stack[-1].filename == normalize.__file__:
            # It looked for a cell that is not there.
            raise ReaderError(_CELLS) from error
        where = f", line {frames[-1].lineno} of {file.name}" if frames else ""
        message = f"its reader fails: {type(error).__name__}{where}"
        raise ReaderError(message) from error


class Reading:
    """Says what becomes of items by a contract, as ETL-1 does; no exclusion rules, which are an environment's."""

    def __init__(self, contract: SourceContract) -> None:
        """Import the contract's reader."""
        self._contract = contract
        self._normalizer = Normalizer(contract)
        self._cells = {dataset.name: len(dataset.columns) for dataset in contract.datasets}

    def outcome(self, item: Mapping[str, Any]) -> Outcome:
        """Return what becomes of an item, given in DynamoDB's wire format.

        Raises:
            ReaderError: the contract's reader fails.
        """
        with failures_told(self._contract):
            outcome = self._normalizer.normalize(item)
        if not isinstance(outcome, Rejected | Excluded | Tombstoned):
            for name, rows in outcome.rows.items():
                if any(len(row) != self._cells[name] for row in rows):
                    raise ReaderError(_CELLS)
        return outcome
