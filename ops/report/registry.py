"""Which contracts' reports have a part of their own; the report of any other has what every report has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from contract.source import SourceContract
from ops.report.catia_report import CATIA
from ops.report.own import OwnReport

#: By the contract's name.
_OWN: Final[Mapping[str, OwnReport]] = {"catia": CATIA}


def own_report(contract: SourceContract) -> OwnReport | None:
    """Return what a contract's report has of its own, or None."""
    return _OWN.get(contract.name)
