"""The sample of any contract: CatIA's own, or one that is made of the contract's columns."""

from __future__ import annotations

from datetime import date

from contract.source import SourceContract
from envs.local import LOCAL
from tools.local.catia_sample import catia_sample
from tools.local.contract_sample import contract_sample
from tools.local.sample import Sample


def made_up(contract: SourceContract, size: int, seed: int, newest: date) -> Sample:
    """Return the sample of so many users or items; nothing is of a day after ``newest`` (UTC).

    Raises:
        SampleError: most of what the contract's columns say is no item for its reader.
    """
    if contract.name == LOCAL.contract_name:
        return catia_sample(size, seed, newest=newest)
    return contract_sample(contract, size, seed, newest=newest)
