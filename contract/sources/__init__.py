"""The source tables that the platform can be deployed for: a module or package each, with its ``CONTRACT``."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from contract.nearest import did_you_mean
from contract.source import ContractError, SourceContract

#: What a module raises that is no Python, gives a part of a contract arguments that it does not take, or lacks a file.
_UNLOADABLE = (SyntaxError, ImportError, NameError, AttributeError, TypeError, ValueError, OSError)


def contract_names() -> tuple[str, ...]:
    """Return the names of all contracts, sorted."""
    return tuple(sorted(module.name for module in iter_modules(__path__)))


@cache
def contract_named(name: str) -> SourceContract:
    """Return the contract of that name, checked.

    Raises:
        ContractError: there is none, it cannot be loaded, or it contradicts itself.
    """
    contract = unchecked_contract(name)
    contract.check()
    return contract


def unchecked_contract(name: str) -> SourceContract:
    """Return the contract of that name, whether or not its parts fit together.

    Raises:
        ContractError: there is none, or it cannot be loaded.
    """
    if name not in contract_names():
        message = f"contract {name!r}: no such module in contract/sources/; there are {', '.join(contract_names())}"
        message += did_you_mean(name, contract_names())
        raise ContractError(message)
    with loading(name):
        contract: SourceContract = import_module(f"{__name__}.{name}").CONTRACT
    if contract.name != name:
        message = f"contract {name!r} calls itself {contract.name!r}: write its module's name"
        raise ContractError(message)
    return contract


@contextmanager
def loading(name: str) -> Iterator[None]:
    """Tell what is raised while a contract's modules are loaded, with its place.

    Raises:
        ContractError: something was.
    """
    try:
        yield
    except ContractError:
        raise
    except _UNLOADABLE as error:
        message = f"contract {name!r} cannot be loaded: {_place(error)}{type(error).__name__}: {error}"
        raise ContractError(message) from error


def _place(error: Exception) -> str:
    """Return the last line of the contracts' own that the error came by, if any; a syntax error says it itself."""
    sources = Path(__file__).parent
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        if path.is_relative_to(sources) and path != Path(__file__):
            return f"contract/sources/{path.relative_to(sources)}, line {frame.lineno}: "
    return ""
