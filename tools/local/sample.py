"""What a demo shows: items for the source table, and what is asked of the tables in the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tools.local.source_table import Item


@dataclass(frozen=True)
class Sample:
    """Items in DynamoDB's wire format, and what is ``said`` of them; questions in Athena's SQL, by their titles.

    ``view`` is one that is worth a look.
    """

    items: Sequence[Item]
    said: str
    questions: Mapping[str, str]
    view: str
