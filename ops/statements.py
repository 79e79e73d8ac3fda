"""Whether a SQL statement only reads, decided by a parser of Athena's dialect: docs/adr/0042."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Final

from ops.exits import usage

if TYPE_CHECKING:
    from sqlglot.expressions import Expression

_DIALECT: Final = "athena"
#: Between EXPLAIN and its statement: https://docs.aws.amazon.com/athena/latest/ug/athena-explain-statement.html
_EXPLAIN_OPTIONS: Final = re.compile(
    r"\A\s*(ANALYZE\b\s*)?(VERBOSE\b\s*)?(\(\s*(FORMAT|TYPE)\b[^()]*\)\s*)?", re.IGNORECASE
)
_REMEDY: Final = (
    "Ask with one statement that reads: SELECT, WITH, VALUES, TABLE, SHOW, DESCRIBE, or EXPLAIN and one of these. To "
    "run it all the same, add --write."
)


def check_only_reads(sql: str) -> None:
    """Make sure that a text is one statement that only reads.

    Raises:
        OpsError: it is not, or the parser does not understand it.
    """
    from sqlglot.errors import SqlglotError

    # It remarks on statements of which it knows the first word only.
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    try:
        reads = _only_reads(sql)
    except (SqlglotError, RecursionError) as error:
        message = "This is no SQL of Athena's, as far as this program knows it, so it was not run."
        raise usage(message, _REMEDY) from error
    if not reads:
        message = "This is not one statement that only reads, so it was not run."
        raise usage(message, _REMEDY)


def _only_reads(sql: str) -> bool:
    import sqlglot
    from sqlglot import exp

    statements = [each for each in sqlglot.parse(sql, dialect=_DIALECT) if each is not None]
    if len(statements) != 1:
        return False
    (statement,) = statements
    if isinstance(statement, exp.Command):
        # Of these the parser knows the first word, and has the others as a text. Nothing that begins with SHOW writes;
        # EXPLAIN ANALYZE runs what it is about.
        word, others = str(statement.this).upper(), statement.text("expression")
        return word == "SHOW" or (word == "EXPLAIN" and _only_reads(_EXPLAIN_OPTIONS.sub("", others, count=1)))
    reading = (exp.Select, exp.SetOperation, exp.Values, exp.Subquery, exp.Describe)
    return isinstance(statement, reading) and not _writes_inside(statement)


def _writes_inside(statement: Expression) -> bool:
    """Tell whether a query has a writing statement, an INTO, or a table function that takes another engine's SQL."""
    from sqlglot import exp

    if statement.find(exp.DDL, exp.DML, exp.Into, exp.Command) is not None:
        return True
    return any(function.name.lower() == "query" for function in statement.find_all(exp.Anonymous))
