"""How far an erasure has come, in the bucket and without identity: it holds hashes, instants and counts."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from contract.json_values import instant, text, whole_numbers
from contract.layout import erasure_key, erasures_prefix
from glue_src.storage import Bucket
from ops.exits import attention


@dataclass(frozen=True)
class Journal:
    """One erasure. ``done`` has when each step ended, by its name; ``run_id`` is the run that left the people out."""

    request_id: str
    hashes: tuple[str, ...]
    covers_until: datetime
    run_id: str | None = None
    done: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    @classmethod
    def begun(cls, hashes: tuple[str, ...], now: datetime) -> Journal:
        """Return the journal of an erasure that begins now."""
        return cls(f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}", hashes, now)

    def with_step(self, name: str, at: datetime, **counts: int) -> Journal:
        """Return the journal with a step that has ended."""
        return replace(self, done={**self.done, name: at.isoformat()}, counts={**self.counts, **counts})

    def ended_at(self, name: str) -> datetime:
        """Return when a step ended that has."""
        return datetime.fromisoformat(self.done[name])

    def to_json(self) -> str:
        """Return it as the bucket has it."""
        document = {**asdict(self), "covers_until": self.covers_until.isoformat()}
        return json.dumps(document, indent=1) + "\n"

    @classmethod
    def from_json(cls, content: bytes) -> Journal:
        """Read what :meth:`to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: it is something else.
        """
        document = json.loads(content)
        run_id = document["run_id"]
        return cls(
            text(document["request_id"]),
            tuple(map(text, document["hashes"])),
            instant(document["covers_until"]),
            None if run_id is None else text(run_id),
            {name: instant(at).isoformat() for name, at in document["done"].items()},
            whole_numbers(document["counts"]),
        )


def write(bucket: Bucket, journal: Journal) -> Journal:
    """Write a journal, and return it."""
    bucket.put(erasure_key(journal.request_id), journal.to_json().encode())
    return journal


def unfinished(bucket: Bucket, last_step: str) -> Iterator[Journal]:
    """Yield the erasures that have not ended, oldest first.

    Raises:
        OpsError: a journal is damaged.
    """
    for stored in bucket.list(erasures_prefix()):
        try:
            journal = Journal.from_json(bucket.read(stored.key))
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            message = f"The journal {stored.key} is damaged ({type(error).__name__})."
            remedy = "Delete that object, and give the same people again: every step may be repeated."
            raise attention(message, remedy) from None
        if last_step not in journal.done:
            yield journal
