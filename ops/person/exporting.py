"""``export``: all that is held of a person as one ZIP, each table of each place as JSON and as CSV."""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Final

from contract.source import SourceContract
from ops.exits import usage
from ops.exports import whole_file, write_csv
from ops.person.finding import Findings, HeldRow, find
from ops.person.places import Place
from ops.person.readme import README, readme
from ops.platform import Platform
from ops.queries import Column

#: Folders of the ZIP.
FOLDERS: Final = {
    Place.SOURCE: "source",
    Place.CURRENT: "tables-now",
    Place.EARLIER: "tables-earlier-states",
    Place.UNNAMED: "tables-other-files",
    Place.PSEUDONYMOUS: "pseudonymous-tables",
    Place.CLEAN: "clean-days",
    Place.QUARANTINE: "quarantine",
    Place.SUMMARIES: "run-summaries",
    Place.RESULTS: "query-results",
    Place.ELSEWHERE: "elsewhere",
}
_OLD: Final = "-old-versions"
_NO_TABLE: Final = "rows"
#: Beside a row's own columns.
_SINCE, _UNTIL, _COPIES = "held_since", "held_until", "copies"


@dataclass
class Kept:
    """One row, from when to when it is held, and how often; the same row of many states or days is one."""

    cells: Mapping[str, Any]
    since: datetime
    until: datetime
    copies: int = 0


@dataclass
class Collection:
    """A person's rows by folder and table, each once. It is in memory: one person's."""

    files: dict[tuple[str, str], dict[str, Kept]] = field(default_factory=dict)

    def take(self, held: HeldRow, now: datetime) -> None:
        """Take in a row; the source's is held now, any other since its states or its object were written."""
        since, until = _times(held, now)
        folder = FOLDERS[held.spot.place] + (_OLD if held.spot.is_old else "")
        kept = self.files.setdefault((folder, held.spot.table or _NO_TABLE), {})
        row = kept.setdefault(_json(held.cells), Kept(held.cells, since, until))
        row.since, row.until, row.copies = min(row.since, since), max(row.until, until), row.copies + 1


def _times(held: HeldRow, now: datetime) -> tuple[datetime, datetime]:
    if held.states is not None:
        return held.states.first, held.states.last
    at = held.version.modified_at if held.version else now
    return at, at


def export(
    platform: Platform, user: str, target: Path, now: datetime, beat: Callable[[str], None] = lambda _: None
) -> Findings:
    """Write all that is held of a person to a ZIP for its owner alone, and return what was found.

    Raises:
        OpsError: the contract names nobody, or the file cannot be written.
    """
    collection = Collection()
    found = find(platform, (user,), mentions=False, take_row=lambda held: collection.take(held, now), beat=beat)
    contract = platform.environment.contract
    try:
        with whole_file(target) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            names = sorted(collection.files)
            archive.writestr(README, readme(contract, platform.names.env, now, names, found.unread))
            for folder, table in names:
                _write(archive, f"{folder}/{table}", table, list(collection.files[folder, table].values()), contract)
    except OSError as error:
        message = f"{target} could not be written: {error}."
        raise usage(message, "Is there room and permission?") from error
    return found


def _write(archive: zipfile.ZipFile, name: str, table: str, rows: list[Kept], contract: SourceContract) -> None:
    rows.sort(key=lambda row: _json(row.cells))
    with archive.open(f"{name}.json", "w") as packed, TextIOWrapper(packed, "utf-8") as file:
        file.write("[")
        for index, row in enumerate(rows):
            told = {"row": row.cells, **_held(row)}
            file.write((",\n" if index else "\n") + _json(told))
        file.write("\n]\n")
    names = list(dict.fromkeys(column for row in rows for column in row.cells))
    columns = [Column(each, _type(contract, table, each)) for each in (*names, _SINCE, _UNTIL)]
    with archive.open(f"{name}.csv", "w") as packed, TextIOWrapper(packed, "utf-8", newline="") as file:
        write_csv(file, [*columns, Column(_COPIES, "bigint")], _csv_rows(rows, names))


def _held(row: Kept) -> dict[str, Any]:
    return {_SINCE: row.since.isoformat(), _UNTIL: row.until.isoformat(), _COPIES: row.copies}


def _csv_rows(rows: list[Kept], names: list[str]) -> Iterator[tuple[str | None, ...]]:
    for row in rows:
        yield (*(_cell(row.cells.get(name)) for name in names), *map(_cell, _held(row).values()))


def _type(contract: SourceContract, table: str, name: str) -> str:
    """Return ``bigint`` for a column of the contract's numbers: all else may be a formula."""
    for dataset in contract.tables:
        if dataset.name == table and name in dataset.column_names:
            kind = dataset.column(name).type
            return "bigint" if kind.is_number else "varchar"
    return "varchar"


def _cell(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return value.isoformat() if isinstance(value, datetime | date) else _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)
