"""SQL for Athena: a named query or a statement, run in a workgroup, its rows page by page."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from contract.nearest import did_you_mean
from contract.views import NamedQuery
from envs.schema import EVERYDAY, OPERATORS, Environment
from ops.aws_errors import code_of
from ops.exits import attention, usage
from ops.platform import Platform
from ops.refusals import remedy_of
from ops.typed import option

if TYPE_CHECKING:
    from mypy_boto3_athena.type_defs import QueryExecutionTypeDef

_POLL_SECONDS: Final = 0.5
#: Athena's largest page.
_ROWS_PER_PAGE: Final = 1000
_GOING_ON: Final = frozenset(("QUEUED", "RUNNING"))
#: Where Athena is, if not where everything else is: a standard variable of AWS's SDKs.
_ATHENA_ELSEWHERE: Final = "AWS_ENDPOINT_URL_ATHENA"

#: Athena's types of numbers.
NUMBERS: Final = frozenset(("tinyint", "smallint", "integer", "bigint", "float", "real", "double", "decimal"))

Row = tuple[str | None, ...]


@dataclass(frozen=True)
class Column:
    """A column of an answer: its name and Athena's type."""

    name: str
    type: str


@dataclass(frozen=True)
class Execution:
    """A query that has run: what it read, and how long it took."""

    query_id: str
    scanned_bytes: int
    seconds: float


def sql_named(name: str, named: Iterable[NamedQuery]) -> str:
    """Return a named query's SQL.

    Raises:
        OpsError: there is none of that name.
    """
    by_name = {query.name: query.sql for query in named}
    if name not in by_name:
        close = get_close_matches(name, by_name)
        meant = f"Did you mean {' or '.join(close)}? " if close else ""
        message = f"{name!r} is no named query here."
        raise usage(message, f"{meant}Named queries are {', '.join(by_name)}.")
    return by_name[name]


def sql_of(text: str, named: Iterable[NamedQuery]) -> str:
    """Return the SQL that a command line's one argument means: a named query's, or the text itself.

    Raises:
        OpsError: it is one word and no named query.
    """
    return sql_named(text.strip(), named) if re.fullmatch(r"\w*", text.strip()) else text


def statement_of(text: str, name: str, file: str, named: Iterable[NamedQuery]) -> str | None:
    """Return the SQL that a command line means by its argument, a named query or a file; None if by nothing.

    Raises:
        OpsError: it means several, there is no such query, or the file cannot be read.
    """
    if sum(map(bool, (text, name, file))) > 1:
        message = f"SQL, {option('name')} and {option('file')} each say what is asked."
        raise usage(message, "Give one of them.")
    if name:
        return sql_named(name, named)
    if file:
        return _content_of(file)
    return sql_of(text, named) if text else None


def _content_of(file: str) -> str:
    try:
        content = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{file} cannot be read: {error}."
        raise usage(message, "Give a text file with one statement of SQL, in UTF-8.") from error
    if not content.strip():
        message = f"{'The standard input' if file == '-' else file} is empty."
        raise usage(message, "Give one statement of SQL.")
    # What some editors mark UTF-8 by.
    return content.removeprefix("\ufeff")


def check_is_athena(environment: Environment, variables: Mapping[str, str]) -> None:
    """Check that what answers is Athena, or what answers as it does.

    Raises:
        OpsError: AWS_ENDPOINT_URL names an endpoint that is not AWS's, whose SQL may be another.
    """
    if environment.provider.custom_endpoint and _ATHENA_ELSEWHERE not in variables:
        message = f"AWS_ENDPOINT_URL is not AWS's, and {_ATHENA_ELSEWHERE} names nothing that answers as Athena does."
        raise usage(message, "On one machine: make query, which starts nothing but says what is missing.")


def group_of(workgroup: str, environment: Environment) -> str:
    """Return whose workgroup that is; without a name, the operators.

    Raises:
        OpsError: the environment has none of that name.
    """
    groups = {name: group for group, name in environment.workgroups.items()}
    if workgroup and workgroup not in groups:
        message = f"{workgroup!r} is no workgroup of {environment.name}."
        raise usage(message, f"Workgroups are {', '.join(groups)}{did_you_mean(workgroup, groups) or '.'}")
    return groups.get(workgroup, OPERATORS)


class Query:
    """One query in a group's workgroup, begun when the object is made; tables are those of the group's database."""

    def __init__(self, platform: Platform, sql: str, group: str = OPERATORS) -> None:
        self._platform = platform
        self._sql = sql
        catalog, names = platform.environment.etl.catalog, platform.names
        try:
            answer = platform.athena.start_query_execution(
                QueryString=sql,
                QueryExecutionContext={
                    "Database": names.pseudonymous_database if group == EVERYDAY else catalog.database_name
                },
                WorkGroup=platform.environment.workgroups[group],
            )
        except ClientError as error:
            if code_of(error) != "InvalidRequestException":
                raise
            why = f"Athena refused the query: {error}"
            raise self._refused(why) from error
        self.query_id = answer["QueryExecutionId"]

    def wait(self, beat: Callable[[str, int], None]) -> Execution:
        """Return once the query has ended well; ``beat`` hears its state and the bytes scanned so far.

        Raises:
            OpsError: it failed, or somebody stopped it.
        """
        while True:
            execution = self._platform.athena.get_query_execution(QueryExecutionId=self.query_id)["QueryExecution"]
            state, scanned = str(execution["Status"]["State"]), _scanned(execution)
            beat(state, scanned)
            if state not in _GOING_ON:
                break
            time.sleep(_POLL_SECONDS)
        if state != "SUCCEEDED":
            reason = execution["Status"].get("StateChangeReason", "") or "no reason was given"
            why = f"The query {'was stopped' if state == 'CANCELLED' else 'failed'}: {reason}"
            raise self._refused(why)
        milliseconds = execution.get("Statistics", {}).get("TotalExecutionTimeInMillis", 0)
        return Execution(self.query_id, scanned, milliseconds / 1000)

    def stop(self) -> None:
        """Stop the query: what it has scanned is paid, the rest is not."""
        self._platform.athena.stop_query_execution(QueryExecutionId=self.query_id)

    def columns(self) -> tuple[Column, ...]:
        """Return the answer's columns."""
        answer = self._platform.athena.get_query_results(QueryExecutionId=self.query_id, MaxResults=1)
        told = answer["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
        return tuple(Column(column["Name"], column["Type"]) for column in told)

    def rows(self, columns: tuple[Column, ...]) -> Iterator[Row]:
        """Yield the answer's rows, fetched page by page; a null is None."""
        pages = self._platform.athena.get_paginator("get_query_results").paginate(
            QueryExecutionId=self.query_id, PaginationConfig={"PageSize": _ROWS_PER_PAGE}
        )
        header = tuple(column.name for column in columns)
        for number, page in enumerate(pages):
            for place, row in enumerate(page["ResultSet"]["Rows"]):
                cells = tuple(cell.get("VarCharValue") for cell in row["Data"])
                # A SELECT's first row repeats the names; those of SHOW and DESCRIBE do not.
                if (number, place) != (0, 0) or cells != header:
                    yield cells

    def _refused(self, why: str) -> Exception:
        return attention(f"{why.removesuffix('.')}.", remedy_of(why, self._sql, self._platform))


def _scanned(execution: QueryExecutionTypeDef) -> int:
    return execution.get("Statistics", {}).get("DataScannedInBytes", 0)
