"""Who stands behind a source table, as operators are told of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from modules.contract.source import SourceContract

#: By the contract's name.
_WRITERS: Final = {"catia": "the chatbot"}


def writer_of(contract: SourceContract) -> str:
    """Return what writes the items, and owns their table."""
    return _WRITERS.get(contract.name, "another system")
