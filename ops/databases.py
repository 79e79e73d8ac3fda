"""The databases of the catalog that an environment has: of the full tables, and of the pseudonymous ones if any."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from contract.datasets import Dataset
from contract.layout import TableZones, pseudonymous_family
from contract.masking import pseudonymous_datasets
from envs.schema import Environment

if TYPE_CHECKING:
    from ops.platform import Platform


@dataclass(frozen=True)
class Database:
    """A database of the catalog: its tables, where they lie, and by what their first metadata is told apart."""

    name: str
    tables: tuple[Dataset, ...]
    zones: TableZones
    family: str
    is_pseudonymous: bool = False

    def called(self, dataset: Dataset) -> str:
        """Return a table's name, with its database where that is not the full tables'."""
        return f"{self.name}.{dataset.name}" if self.is_pseudonymous else dataset.name


def databases_of(environment: Environment) -> Iterator[Database]:
    """Yield the databases that an environment is to have, that of the full tables first."""
    etl = environment.etl
    yield Database(etl.catalog.database_name, environment.contract.tables, etl.table_zones, environment.name)
    if environment.privacy.pseudonymous_tables:
        yield Database(
            environment.names.pseudonymous_database,
            pseudonymous_datasets(environment.contract),
            replace(etl.table_zones, curated=etl.pseudonymous_prefix),
            pseudonymous_family(environment.name),
            is_pseudonymous=True,
        )


def has_database(platform: Platform, name: str) -> bool:
    """Tell whether the catalog has a database of that name."""
    try:
        platform.glue.get_database(Name=name)
    except platform.glue.exceptions.EntityNotFoundException:
        return False
    return True
