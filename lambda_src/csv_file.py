"""One dataset's CSV object, cut into parts while it grows: memory holds one part, however long the file is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from modules.contract import cells
from modules.contract.runs import RunObject

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from modules.contract.datasets import Dataset

#: S3 takes parts from 5 MiB (the last may be smaller) and 10,000 of them: at this size a file of up to 78 GiB.
PART_BYTES: Final = 8 * 1024 * 1024


class CsvFile:
    """A CSV file with its header. ``upload`` gets its parts in order; each is the caller's to keep."""

    def __init__(
        self, dataset: Dataset, key: str, upload: Callable[[bytes], None], part_bytes: int = PART_BYTES
    ) -> None:
        """Start the file with the dataset's header, so that an empty dataset is a file too."""
        self.dataset = dataset
        self._key = key
        self._upload = upload
        self._part_bytes = part_bytes
        self._rows = 0
        self._uploaded_bytes = 0
        self._buffer = bytearray(cells.record(dataset.column_names).encode())

    def write(self, rows: Sequence[tuple[str | None, ...]]) -> None:
        """Append rows of cell texts (those of one item, not of a table); upload the part if that fills it."""
        self._buffer += "".join(map(cells.record, rows)).encode()
        self._rows += len(rows)
        if len(self._buffer) >= self._part_bytes:
            self._flush()

    def finish(self) -> RunObject:
        """Upload what is left and return what the file is: its key, data rows and bytes."""
        if self._buffer:
            self._flush()
        return RunObject(self.dataset.name, self._key, self._rows, self._uploaded_bytes)

    def _flush(self) -> None:
        part, self._buffer = bytes(self._buffer), bytearray()
        self._upload(part)
        self._uploaded_bytes += len(part)
