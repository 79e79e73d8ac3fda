"""Each contract's demo has a folder of its own, and a way to say that commands are about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from envs.local import LOCAL
from envs.selection import LOCAL_CONTRACT_VARIABLE
from tools.local.machine_tools import DEFAULT_DIRECTORY

_PREFIX: Final = f"{DEFAULT_DIRECTORY.name}-"


def directory_of(contract_name: str) -> Path:
    """Return the folder of a contract's demo."""
    if contract_name == LOCAL.contract_name:
        return DEFAULT_DIRECTORY
    return DEFAULT_DIRECTORY.with_name(f"{_PREFIX}{contract_name}")


def contract_of(directory: Path) -> str:
    """Return the contract whose demo's folder has that name."""
    return directory.name.removeprefix(_PREFIX) if directory.name.startswith(_PREFIX) else LOCAL.contract_name


def beside(directory: Path) -> Iterator[Path]:
    """Yield the folders of other contracts' demos that are there."""
    found = (directory.with_name(DEFAULT_DIRECTORY.name), *sorted(directory.parent.glob(f"{_PREFIX}*")))
    return (each for each in found if each != directory and each.is_dir())


def with_make(directory: Path) -> str:
    """Return what follows ``make demo`` for a demo's contract: nothing for the usual one."""
    return f" CONTRACT={contract_of(directory)}" if contract_of(directory) != LOCAL.contract_name else ""


def with_python(directory: Path) -> str:
    """Return what stands before a command of Python's for a demo's contract: nothing for the usual one."""
    return f"{LOCAL_CONTRACT_VARIABLE}={contract_of(directory)} " if with_make(directory) else ""
