"""Asks Trino itself: the demo's own checks, and tests."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Final

from requests.exceptions import RequestException
from trino.dbapi import connect
from trino.exceptions import Error as ClientError
from trino.exceptions import TrinoQueryError

from tools.local.errors import TrinoError

#: Athena's own name of the account's Glue catalog, which stored views carry.
CATALOG: Final = "awsdatacatalog"
USER: Final = "analyst"
_PROBE: Final = f"SELECT count(*) FROM {CATALOG}.information_schema.schemata"  # noqa: S608 our own name

#: What the server says while its one node is not announced, and for how long that may be.
_NO_NODE: Final = "NO_NODES_AVAILABLE"
_NODE_SECONDS: Final = 60

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Answer:
    """A query's columns, their names and Trino's types, its rows, and what Trino says that it took."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: Rows
    statistics: dict[str, Any]


@dataclass(frozen=True)
class Connection:
    """A server. Names of tables mean those of its own database; answers are in UTC, as Athena's are."""

    host: str
    port: int

    def query(self, sql: str) -> tuple[tuple[str, ...], Rows]:
        """Return the column names and rows of one statement; raises as :meth:`ask`."""
        answer = self.ask(sql)
        return answer.columns, answer.rows

    def ask(self, sql: str) -> Answer:
        """Return the answer of one statement.

        Raises:
            TrinoError: Trino refuses it or fails, in its own words, or cannot be reached.
        """
        try:
            cursor, rows = self._executed(sql.strip().rstrip(";"))
        except TrinoQueryError as error:
            message = f"{error.error_name}: {error.message}"
            raise TrinoError(message) from error
        except (ClientError, RequestException) as error:
            message = f"Trino at {self.host}:{self.port} does not answer: {error}"
            raise TrinoError(message) from error
        described = cursor.description or ()
        columns, types = (tuple(column[index] for column in described) for index in (0, 1))
        return Answer(columns, types, rows, cursor.stats or {})

    def _executed(self, sql: str) -> tuple[Any, Rows]:
        """Execute a statement, again while the server's one node is not announced: on a busy machine that lapses."""
        deadline = time.monotonic() + _NODE_SECONDS
        while True:
            cursor = self._connect(attempts=3).cursor()
            try:
                cursor.execute(sql)
                return cursor, [tuple(row) for row in cursor.fetchall()]
            except TrinoQueryError as error:
                if error.error_name != _NO_NODE or time.monotonic() > deadline:
                    raise
                time.sleep(1)

    def answers(self) -> bool:
        """Tell whether the server answers a query already."""
        try:
            cursor = self._connect(attempts=1).cursor()
            cursor.execute(_PROBE)
            cursor.fetchall()
        except (ClientError, RequestException, OSError):
            return False
        return True

    def _connect(self, attempts: int) -> Any:
        return connect(  # type: ignore[no-untyped-call]
            host=self.host,
            port=self.port,
            user=USER,
            timezone="UTC",
            max_attempts=attempts,
        )
