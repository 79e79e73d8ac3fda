"""The source tables that the platform can be deployed for: a module or package each, with its ``CONTRACT``."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from contract.source import ContractError, SourceContract


def contract_names() -> tuple[str, ...]:
    """Return the names of all contracts, sorted."""
    return tuple(sorted(module.name for module in iter_modules(__path__)))


@cache
def contract_named(name: str) -> SourceContract:
    """Return the contract of that name, checked.

    Raises:
        ContractError: there is none, or it contradicts itself.
    """
    if name not in contract_names():
        message = f"contract {name!r}: no such module in contract/sources/; there are {', '.join(contract_names())}"
        raise ContractError(message)
    contract: SourceContract = import_module(f"{__name__}.{name}").CONTRACT
    if contract.name != name:
        message = f"contract {name!r} calls itself {contract.name!r}: write its module's name"
        raise ContractError(message)
    contract.check()
    return contract
