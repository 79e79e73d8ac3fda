"""Which named queries a group of people can run: those over tables that it may read."""

from __future__ import annotations

from contract.masking import pseudonymous_datasets
from contract.serving import named_queries_of, named_queries_over
from contract.views import NamedQuery
from envs.schema import EVERYDAY, OPERATORS, Environment


def named_queries_for(group: str, environment: Environment) -> tuple[NamedQuery, ...]:
    """Return the named queries that a group can run, by name: operators all."""
    contract = environment.contract
    if group == OPERATORS:
        return named_queries_of(contract)
    tables = pseudonymous_datasets(contract) if group == EVERYDAY else contract.tables_of_analysts
    return named_queries_over(contract, tables)
