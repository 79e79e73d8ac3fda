"""Names of a contract and of its columns, made of a table's and of its attributes'."""

from __future__ import annotations

import re
from pathlib import Path

from contract import sources
from contract.datasets import DATA_QUALITY, DAY_FOLDER, REJECTED, RUNS
from contract.source import faults_of_names
from contract.sources import contract_names


def snake_case(name: str) -> str:
    """Return a name in lower-case letters, digits and underscores, beginning with a letter."""
    apart = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    plain = re.sub("[^a-z0-9]+", "_", apart.lower()).strip("_")
    return plain if plain[:1].isalpha() else f"c_{plain}".rstrip("_")


def column_name(attribute: str, taken: set[str]) -> str:
    """Return a column's name that is not taken yet."""
    name = snake_case(attribute)
    while name in taken or name == DAY_FOLDER:
        name += "_"
    return name


def module_of(name: str) -> Path:
    """Return the file in which a contract of that name is looked for."""
    return Path(sources.__file__).with_name(f"{name}.py")


def contract_name_of(table: str) -> str:
    """Return the name of a contract for a table."""
    return snake_case(table.removesuffix("-table"))


def fault_of(name: str) -> str:
    """Return why a contract cannot be called so; an empty text if it can."""
    if fault := next(faults_of_names("--name", [name]), ""):
        return fault
    if name in {REJECTED.name, RUNS.name, DATA_QUALITY.name}:
        return f"--name {name!r}: every contract has a table of that name; choose another"
    if name in contract_names():
        return f"--name {name!r}: there is such a contract already in contract/sources/; choose another"
    return ""
