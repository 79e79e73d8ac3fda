"""Whether a SQL statement only reads, decided by a parser of Athena's dialect: docs/adr/0042."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Final

from contract.nearest import did_you_mean
from contract.serving import read_by, views_of
from contract.source import SourceContract
from contract.views import View
from ops.exits import OpsError, usage
from ops.typed import by_make

if TYPE_CHECKING:
    from sqlglot.expressions import Expr, Expression

DIALECT: Final = "athena"
#: Between EXPLAIN and its statement: https://docs.aws.amazon.com/athena/latest/ug/athena-explain-statement.html
_EXPLAIN_OPTIONS: Final = re.compile(
    r"\A\s*(ANALYZE\b\s*)?(VERBOSE\b\s*)?(\(\s*(FORMAT|TYPE)\b[^()]*\)\s*)?", re.IGNORECASE
)
_READING: Final = ("SELECT", "WITH", "VALUES", "TABLE", "SHOW", "DESCRIBE", "DESC", "EXPLAIN")
#: Athena's other statements: https://docs.aws.amazon.com/athena/latest/ug/ddl-sql-reference.html
_OTHERS: Final = (
    *("ALTER", "CREATE", "DEALLOCATE", "DELETE", "DROP", "EXECUTE", "INSERT", "MERGE", "MSCK", "OPTIMIZE", "PREPARE"),
    *("UNLOAD", "UPDATE", "USING", "VACUUM"),
)
_FIRST_WORD: Final = re.compile(r"\A(?:\s|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*(\w*)", re.DOTALL)
_READ: Final = (
    "Ask with one statement that reads: SELECT, WITH, VALUES, TABLE, SHOW, DESCRIBE, or EXPLAIN and one of these."
)
#: What the parser says of a quote without another: behind the line of the text's end, where in the text it is.
_OPENED: Final = re.compile(r"Missing (\S+) from \d+:(\d+)")


def check_only_reads(sql: str) -> None:
    """Make sure that a text is one statement that only reads.

    Raises:
        OpsError: it is not, or the parser does not understand it.
    """
    from sqlglot.errors import SqlglotError

    try:
        reads = _only_reads(sql)
    except (SqlglotError, RecursionError) as error:
        raise _not_understood(sql, error) from error
    if not reads:
        message = "This is not one statement that only reads, so it was not run."
        raise usage(message, _READ + _to_write())


def _to_write() -> str:
    return " make query only reads." if by_make() else " To run it all the same, add --write."


def without_end(sql: str) -> str:
    """Return a text without a semicolon at its end and comments behind that: Athena's grammar has no place for them."""
    from sqlglot import TokenType, tokenize
    from sqlglot.errors import SqlglotError

    try:
        tokens = tokenize(sql, dialect=DIALECT)
    except SqlglotError:
        return sql
    last = next((token for token in reversed(tokens) if token.token_type is not TokenType.SEMICOLON), None)
    return sql if last is None or last is tokens[-1] else sql[: last.end + 1]


def check_asks_no_view_for_the_past(sql: str, contract: SourceContract, snapshots: str) -> None:
    """Make sure that a statement names no earlier state of a view: Athena would show today's without a word.

    Raises:
        OpsError: it does. ``snapshots`` is the command that gives the snapshots' ids.
    """
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    views = {view.name: view for view in views_of(contract)}
    try:
        tables = [
            table for each in statements_of(sql) for table in each.find_all(exp.Table) if table.args.get("version")
        ]
    except (SqlglotError, RecursionError):
        # With --write what the parser does not know is Athena's to judge.
        return
    for table in tables:
        name = table.name.lower()
        if name in views:
            message = (
                f"{name} is a view: for it Athena ignores FOR VERSION and FOR TIMESTAMP, and shows the current state."
            )
            read = ", ".join(each.name for each in contract.tables if each.name in _read_through(name, views))
            raise usage(
                message, f"Ask the tables that it reads, {read}, each with that clause. Snapshots' ids: {snapshots}"
            )


def _read_through(name: str, views: dict[str, View]) -> set[str]:
    """Return the names that a view reads, and those that the views among them read."""
    names = read_by(views[name].sql)
    return names.union(*(_read_through(each, views) for each in names & views.keys()))


def _not_understood(sql: str, error: Exception) -> OpsError:
    """Return what to say of a text that the parser cannot read: where it stopped, or a first word that there is not."""
    found = _FIRST_WORD.match(sql)
    word, start = (found[1], found.start(1)) if found else ("", 0)
    if word.upper() in _OTHERS:
        message = "This is no SQL of Athena's, as far as this program knows it, so it was not run."
        return usage(message, _READ + _to_write())
    if word and word.upper() not in _READING:
        place = _place_at(sql, start, word)
        remedy = f"No statement begins with {word}{did_you_mean(word, (*_READING, *_OTHERS)) or '.'}"
    else:
        place, remedy = _place_of(sql, error)
    return usage(f"Athena could not read this SQL, so it was not run{place}.", remedy)


def _place_of(sql: str, error: Exception) -> tuple[str, str]:
    """Return where a text could not be read, and what to do there, as far as the parser says."""
    places = getattr(error, "errors", None)
    if places:
        # It counts columns to a word's end.
        found, word = places[0], places[0]["highlight"]
        wanted = re.fullmatch(r"Expecting (\S+)", found["description"] or "")
        place = _place(found["line"], found["col"] - len(word) + 1, word)
        return place + (f", where {wanted[1]} should be" if wanted else ""), "Correct it there, or just before."
    if opened := _OPENED.search(str(error.__cause__)):
        return _place_at(sql, int(opened[2]), opened[1]), "What it opens has no end: close it."
    return "", "Correct it."


def _place_at(sql: str, start: int, word: str) -> str:
    return _place(sql.count("\n", 0, start) + 1, start - sql.rfind("\n", 0, start), word)


def _place(line: int, column: int, word: str) -> str:
    return f": line {line}, column {column}, at {word!r}"


def statements_of(sql: str) -> list[Expr]:
    """Return the statements of a text, as a parser of Athena's dialect reads them.

    Raises:
        sqlglot.errors.SqlglotError: it cannot read them.
    """
    import sqlglot

    # It remarks on statements of which it knows the first word only.
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)
    return [each for each in sqlglot.parse(sql, dialect=DIALECT) if each is not None]


def _only_reads(sql: str) -> bool:
    from sqlglot import exp
    from sqlglot.errors import ParseError

    statements = statements_of(sql)
    if len(statements) != 1:
        return False
    (statement,) = statements
    if isinstance(statement, exp.Condition | exp.Alias):
        # A misspelt first word and another are a column and its alias.
        message = "an expression is no statement"
        raise ParseError(message)
    if isinstance(statement, exp.Command):
        # Of these the parser knows the first word, and has the others as a text. Nothing that begins with SHOW writes;
        # EXPLAIN ANALYZE runs what it is about.
        word, others = str(statement.this).upper(), statement.text("expression")
        return word == "SHOW" or (word == "EXPLAIN" and _only_reads(_explained(sql, others)))
    reading = (exp.Select, exp.SetOperation, exp.Values, exp.Subquery, exp.Describe)
    return isinstance(statement, reading) and not _writes_inside(statement)


def _explained(sql: str, others: str) -> str:
    """Return the statement that an EXPLAIN is about, where it stands: errors tell their place by it."""
    before = sql[: max(sql.find(others), 0)]
    options = _EXPLAIN_OPTIONS.match(others)
    length = len(before) + (options.end() if options else 0)
    return re.sub(r"\S", " ", (before + others)[:length]) + (before + others)[length:]


def _writes_inside(statement: Expression) -> bool:
    """Tell whether a query has a writing statement, an INTO, or a table function that takes another engine's SQL."""
    from sqlglot import exp

    if statement.find(exp.DDL, exp.DML, exp.Into, exp.Command) is not None:
        return True
    return any(function.name.lower() == "query" for function in statement.find_all(exp.Anonymous))
