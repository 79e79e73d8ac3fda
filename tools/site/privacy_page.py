"""docs/privacy.md: what is kept of people, where, why, how long and who may read it; the prose is in a template."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from string import Template
from typing import Final

from contract.datasets import DATA_QUALITY, RUNS, DataClass, Dataset
from contract.layout import ARTIFACTS_PREFIX, RUNS_FOLDER, quarantine_root
from envs.retention import LAG_DAYS, Kept, Place, kept, longest
from envs.schema import Environment
from tools.site.markdown import code, table

TEMPLATE: Final = Path(__file__).with_name("privacy.md.template")

_MEANINGS: Final = {
    DataClass.IDENTIFIER: "who somebody is: how the source tells people apart",
    DataClass.PERSONAL: "somebody's own: a name, words that they wrote or were told",
    DataClass.ORGANISATION: "shared with colleagues: a department, a city",
    DataClass.TECHNICAL: "all else: keys, times, counts, kinds",
}
_OPERATORS: Final = "ETL-2, operators"
_FULL: Final = "ETL-2, analysts with full access, operators"
_NO_CONTENT: Final = "no content"
_NOBODY: Final = "nobody's"

_Row = tuple[str, str, str, str, str, str]


def privacy_page(environment: Environment) -> str:
    """Return the page, with the tables of one environment."""
    found = {each.place: each for each in kept(environment)}
    most = longest(environment)
    noncurrent = environment.normalize.lifecycle.noncurrent_version_expiration
    history = found[Place.TABLES].own_days
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        writer=environment.contract.writer,
        bucket=environment.normalize.s3_bucket_name,
        promise=str(environment.privacy.max_days_after_removal),
        longest_days=most.days,
        longest_told=most.told,
        longest_place=most.place.value,
        lag=f"{LAG_DAYS} days",
        results_days=f"{history} + {found[Place.RESULTS].own_days} + {noncurrent} + {LAG_DAYS} = "
        f"{history + found[Place.RESULTS].days}",
        log_days=_log_days(environment),
        classes=_text(_classes(environment)),
        places=_text(_places(environment, found)),
        sums=_text(_sums(found.values())),
    )


def _text(lines: Iterator[str]) -> str:
    return "\n".join(lines).rstrip("\n")


def _classes(environment: Environment) -> Iterator[str]:
    tables = environment.contract.tables
    rows = (
        (
            each.value,
            _MEANINGS[each],
            "all other columns" if each is DataClass.TECHNICAL else _columns(tables, each),
        )
        for each in DataClass
    )
    yield from table(("class", "what it tells", "columns"), rows)


def _columns(tables: Collection[Dataset], data_class: DataClass) -> str:
    """Return the columns of a class, table by table."""
    named = (
        (dataset, [column.name for column in dataset.columns if column.data_class is data_class]) for dataset in tables
    )
    return "; ".join(f"{code(dataset.name)}: {', '.join(map(code, names))}" for dataset, names in named if names)


def _held(*tables: Dataset) -> str:
    """Return the classes that tables have, in the classes' own order."""
    found = {column.data_class for dataset in tables for column in dataset.columns}
    return ", ".join(each.value for each in DataClass if each in found)


def _places(environment: Environment, found: dict[Place, Kept]) -> Iterator[str]:
    rows = (*_tables(environment, found), *_files(environment, found), *_without_content(environment))
    yield from table(("place", "what is in it", "whose", "why", "how long", "who may read"), rows)


def _tables(environment: Environment, found: dict[Place, Kept]) -> Iterator[_Row]:
    contract, etl, names = environment.contract, environment.etl, environment.names
    everybody = f"everybody's whom {contract.writer} knows"
    analysts = [dataset for dataset in contract.tables_of_analysts if dataset not in (RUNS, DATA_QUALITY)]
    restricted = [dataset for dataset in contract.tables if dataset.is_restricted]
    yield (
        f"the source, {code(environment.normalize.dynamo_table_name)}",
        "all that follows is made from it",
        everybody,
        f"{contract.writer}'s own",
        "as the source decides",
        "its owner; ETL-1, which writes nothing there",
    )
    yield (
        f"tables, {code(etl.curated_prefix)}, database {code(etl.catalog.database_name)}",
        _held(*analysts),
        everybody,
        "to answer questions about the service",
        "until the next night",
        _FULL,
    )
    yield (
        "earlier states of these, same place",
        _held(*analysts),
        everybody,
        "to compare, and to go back after a mistake",
        _days(found[Place.TABLES]),
        _FULL,
    )
    if Place.PSEUDONYMOUS in found:
        yield (
            f"their pseudonymous twins, {code(etl.pseudonymous_prefix)}, database {code(names.pseudonymous_database)}",
            "the same, people as pseudonyms; names are left out, and of texts the addresses and numbers that are found",
            everybody,
            "for everyday work, which needs nobody's name",
            _days(found[Place.PSEUDONYMOUS]),
            "all analysts, ETL-2, operators",
        )
    yield (
        f"{', '.join(code(dataset.name) for dataset in restricted)} and earlier states, {code(etl.restricted_prefix)}",
        _held(*restricted),
        "whose items could not be read: each item whole",
        "to find out why, and to mend it",
        f"until the next night; earlier states {_days(found[Place.REJECTED])}",
        _OPERATORS,
    )


def _files(environment: Environment, found: dict[Place, Kept]) -> Iterator[_Row]:
    contract, etl = environment.contract, environment.etl
    everybody, clean = f"everybody's whom {contract.writer} knows", [*contract.datasets]
    yield (
        f"CSV of each run, {code(etl.clean_prefix)}",
        _held(*clean),
        everybody,
        "what tables are made from, and can be made anew from",
        f"{_days(found[Place.CLEAN])}; rejected items {_days(found[Place.CLEAN_REJECTED])}",
        "ETL-1, ETL-2, operators",
    )
    yield (
        "parts of uploads of runs that were killed",
        _held(*clean),
        everybody,
        "nothing: they are left over",
        _days(found[Place.UPLOADS]),
        "nobody: they are no objects",
    )
    yield (
        f"results of Athena, {code(etl.athena_results_prefix)}",
        "what somebody asked for",
        "who is in the answer",
        "Athena answers through files",
        f"{_days(found[Place.RESULTS])} after the question",
        "who asked, as far as the workgroups keep them apart; operators",
    )
    yield (
        "noncurrent versions of all these",
        "the same",
        "the same",
        "to bring back what was deleted by mistake",
        "counted above",
        "operators, by version",
    )
    yield (
        "exports and reports on an operator's machine",
        "one person's data; a day's numbers",
        "who asked; nobody's",
        "to answer a request; to see how a day was",
        "until the operator deletes them",
        "the operator",
    )


def _without_content(environment: Environment) -> Iterator[_Row]:
    etl, days = environment.etl, environment.normalize.lifecycle.clean_expiration
    yield (
        f"marks of quarantined runs, {code(quarantine_root(etl.restricted_prefix))}",
        f"{_NO_CONTENT}: names of checks, counts",
        _NOBODY,
        "to keep a run from being tried again",
        f"{days} days",
        _OPERATORS,
    )
    yield (
        f"run summaries, {code(f'{etl.clean_prefix}{RUNS_FOLDER}/')}",
        f"{_NO_CONTENT}: counts, hash sums of partitions",
        _NOBODY,
        "to prove that nothing was lost",
        f"{days} days",
        "ETL-1, ETL-2, operators",
    )
    yield (
        f"tables {code(RUNS.name)}, {code(DATA_QUALITY.name)}",
        f"{_NO_CONTENT}: {_held(RUNS, DATA_QUALITY)}",
        _NOBODY,
        "to tell what each night did",
        "for good",
        _FULL,
    )
    yield (
        "logs, metrics, alerts, dead letters",
        f"{_NO_CONTENT}: names of objects, counts, hashes",
        _NOBODY,
        "to find faults",
        f"logs {_log_days(environment)} days, metrics and letters as AWS has it",
        "operators, who subscribes to alerts",
    )
    yield (
        f"programs, {code(ARTIFACTS_PREFIX)}, and Terraform's state",
        f"{_NO_CONTENT} of the source; addresses of who gets alerts",
        "operators'",
        "to deploy",
        "as long as the platform",
        "who deploys",
    )


def _days(found: Kept) -> str:
    return f"{found.days} days"


def _log_days(environment: Environment) -> int:
    """Return for how many days the longest logs of an environment's own are kept."""
    normalize, etl = environment.normalize, environment.etl
    of_normalize = (normalize.lambda_.log_retention, normalize.extract.glue.log_retention)
    return max(*of_normalize, etl.glue.log_retention, etl.transform.arrow.log_retention)


def _sums(found: Collection[Kept]) -> Iterator[str]:
    rows = ((each.place.value, each.told, ", ".join(map(code, each.settings))) for each in found)
    yield from table(("place", "days", "settings"), rows)
