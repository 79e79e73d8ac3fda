"""Who was erased, without saying who: hashes of people's identifiers, and up to when their items are left out.

One object of the bucket (``contract.layout.TOMBSTONES_KEY``) has them all. It only grows: a run of ETL-1 says by a
digest which state of it the run honoured, and ETL-2 takes no other run.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from contract.json_values import InvalidValueError, instant, text, whole_number
from contract.keys import RULE, read_key

_VERSION: Final = 1
_HASH: Final = re.compile(r"[0-9a-f]{64}")


class TombstonesError(ValueError):
    """The tombstones, or their key, cannot be read. No run may go on as if there were none."""


@dataclass(frozen=True)
class Tombstone:
    """One person: items dated up to ``covers_until`` are left out. Instants are time-zone aware."""

    hash: str
    covers_until: datetime
    written_at: datetime


@dataclass(frozen=True)
class HonouredTombstones:
    """Which state of the tombstones a run honoured: their digest, how many there were, and since when."""

    digest: str
    count: int
    newest_written_at: datetime

    def document(self) -> dict[str, object]:
        """Return it as a run summary's JSON has it."""
        return {
            "digest": self.digest,
            "count": self.count,
            "newest_written_at": self.newest_written_at.isoformat(),
        }

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> HonouredTombstones:
        """Read what :meth:`document` gave.

        Raises:
            KeyError, TypeError, ValueError: the document is not of that form.
        """
        return cls(text(document["digest"]), whole_number(document["count"]), instant(document["newest_written_at"]))


@dataclass(frozen=True)
class Tombstones:
    """All tombstones, by hash."""

    by_hash: Mapping[str, Tombstone] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.by_hash)

    def with_added(self, added: Iterable[Tombstone]) -> Tombstones:
        """Return these and others. Of two for the same person, the one that covers more stays."""
        merged = dict(self.by_hash)
        for one in added:
            known = merged.get(one.hash)
            if known is None or known.covers_until < one.covers_until:
                merged[one.hash] = one
        return Tombstones(merged)

    @property
    def honoured(self) -> HonouredTombstones | None:
        """What a run says that left out all of these; None where there are none."""
        if not self.by_hash:
            return None
        lines = [f"{one.hash} {one.covers_until.isoformat()}\n" for _, one in sorted(self.by_hash.items())]
        digest = hashlib.sha256("".join(lines).encode()).hexdigest()
        return HonouredTombstones(digest, len(lines), max(one.written_at for one in self.by_hash.values()))

    def to_json(self) -> str:
        """Return the object's content."""
        entries = [
            {
                "hash": one.hash,
                "covers_until": one.covers_until.isoformat(),
                "written_at": one.written_at.isoformat(),
            }
            for _, one in sorted(self.by_hash.items())
        ]
        return json.dumps({"version": _VERSION, "tombstones": entries}, indent=1) + "\n"

    @classmethod
    def from_json(cls, document: str | bytes) -> Tombstones:
        """Read what :meth:`to_json` wrote.

        Raises:
            TombstonesError: it is not such a document.
        """
        try:
            return cls._from_document(json.loads(document))
        except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
            told = str(error) if isinstance(error, InvalidValueError) else type(error).__name__
            message = (
                f"the tombstones are damaged ({told}): people who were erased would come back. Restore an earlier "
                "version of the object: docs/runbook.md, A person asks to be erased."
            )
            raise TombstonesError(message) from None

    @classmethod
    def _from_document(cls, document: dict[str, Any]) -> Tombstones:
        if document["version"] != _VERSION:
            message = f"version {_VERSION} is expected"
            raise InvalidValueError(message)
        entries = [
            Tombstone(_hash(entry["hash"]), instant(entry["covers_until"]), instant(entry["written_at"]))
            for entry in document["tombstones"]
        ]
        by_hash = {one.hash: one for one in entries}
        if len(by_hash) != len(entries):
            message = "a hash stands there twice"
            raise InvalidValueError(message)
        return cls(by_hash)


def _hash(value: object) -> str:
    written = text(value)
    if _HASH.fullmatch(written) is None:
        message = "a hash is 64 hexadecimal digits"
        raise InvalidValueError(message)
    return written


def parse_key(written: str) -> bytes:
    """Return the key that a parameter holds.

    Raises:
        TombstonesError: it is none; its value is never told.
    """
    key = read_key(written)
    if key is None:
        message = (
            f"the tombstones' key is not {RULE}: restore the parameter's earlier value. "
            "With another key nobody who was erased is known again."
        )
        raise TombstonesError(message)
    return key


def hash_of(key: bytes, contract_name: str, identifier: str) -> str:
    """Return the hash of a person of a contract; another contract's person of the same identifier has another."""
    return hmac.digest(key, _domain(contract_name) + _bytes(identifier), "sha256").hex()


def _domain(contract_name: str) -> bytes:
    return f"tombstone\0{contract_name}\0".encode()


def _bytes(identifier: str) -> bytes:
    """Return an identifier's bytes. Lone surrogates are no text, and yet somebody's key could have some."""
    try:
        return identifier.encode()
    except UnicodeEncodeError:
        return identifier.encode("utf-8", "surrogatepass")


@dataclass(frozen=True)
class Coverage:
    """Which people's items a run leaves out: the tombstones, the key of their hashes, and what tells a person."""

    contract_name: str
    #: What stands before the identifier in a partition key.
    prefix: str
    key: bytes = field(repr=False)
    tombstones: Tombstones

    def watch(self) -> CoverageWatch:
        """Return what looks people up, and remembers the last one."""
        return CoverageWatch(self)


class CoverageWatch:
    """Looks people up by their partition keys. Items of one key come together: each is hashed once."""

    def __init__(self, coverage: Coverage) -> None:
        """Know nobody yet."""
        self._key, self._prefix = coverage.key, coverage.prefix
        self._domain = _domain(coverage.contract_name)
        # By bytes: this is asked once for each person of the table.
        self._until = {bytes.fromhex(one.hash): one.covers_until for one in coverage.tombstones.by_hash.values()}
        self._last: tuple[str | None, datetime | None] = None, None

    def covered_until(self, partition_key: str | None) -> datetime | None:
        """Return up to when the items of a partition key are left out; None for all that is nobody's who was erased."""
        last = self._last
        if partition_key == last[0]:
            return last[1]
        found = self._look_up(partition_key)
        self._last = partition_key, found
        return found

    def _look_up(self, partition_key: str | None) -> datetime | None:
        if partition_key is None or not partition_key.startswith(self._prefix):
            return None
        message = self._domain + _bytes(partition_key[len(self._prefix) :])
        return self._until.get(hmac.digest(self._key, message, "sha256"))
