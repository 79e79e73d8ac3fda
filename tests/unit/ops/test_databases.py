from __future__ import annotations

from contract.sources.catia import MESSAGES
from envs.prod import PROD
from envs.test import TEST
from ops.databases import databases_of


def test_pseudonymous_tables_are_told_apart_from_full_ones_of_the_same_name() -> None:
    full, pseudonymous = databases_of(PROD)
    assert (full.name, full.called(MESSAGES)) == (PROD.etl.catalog.database_name, "messages")
    assert pseudonymous.called(MESSAGES) == f"{PROD.names.pseudonymous_database}.messages"
    assert pseudonymous.zones.table_prefix(MESSAGES) == f"{PROD.etl.pseudonymous_prefix}messages/"


def test_an_environment_without_pseudonymous_tables_has_one_database() -> None:
    assert [database.name for database in databases_of(TEST)] == [TEST.etl.catalog.database_name]
