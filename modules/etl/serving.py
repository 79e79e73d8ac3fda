"""What Athena serves: views with their column types, and named queries, from the package's own ``.sql`` files.

The SQL is in the dialect of Athena engine version 3 (Trino). A file's first line is a comment that describes the view
or query; that is the description's only home. Tables are named without a database: it comes from the query's context.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Final

from modules.contract.datasets import PARTITION_COLUMN, PARTITION_COMMENT, ColumnType, Dataset
from sources.catia import CONVERSATIONS, FEEDBACK, MESSAGES

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_SQL: Final = resources.files("modules.etl") / "sql"
_DESCRIPTION_MARK: Final = "-- "
_PRESTO_TYPES: Final = {
    ColumnType.TEXT: "varchar",
    ColumnType.COUNT: "bigint",
    ColumnType.INSTANT: "timestamp(3)",
}

#: Athena's own name of the account's Glue catalog, as it stands in stored views.
_GLUE_CATALOG: Final = "awsdatacatalog"
#: Table parameters by which the engine knows a VIRTUAL_VIEW for one of its own (Trino: ViewReaderUtil.isTrinoView).
PRESTO_VIEW_PARAMETERS: Final = {"presto_view": "true", "comment": "Presto View"}


@dataclass(frozen=True)
class ViewColumn:
    """One column of a view: its name, logical type, and the comment shown in the catalog."""

    name: str
    type: ColumnType
    comment: str

    @property
    def hive_type(self) -> str:
        """The type as the Glue table's column has it."""
        return self.type.value

    @property
    def presto_type(self) -> str:
        """The type as the stored view has it; Athena calls a view stale whose query gives another."""
        return _PRESTO_TYPES[self.type]


@dataclass(frozen=True)
class View:
    """A view: its SELECT (Athena SQL, without CREATE VIEW) and the columns that it gives, in order."""

    name: str
    description: str
    sql: str
    columns: tuple[ViewColumn, ...]


@dataclass(frozen=True)
class NamedQuery:
    """A query kept in the workgroup for analysts to start from."""

    name: str
    description: str
    sql: str


def presto_view_text(view: View, database: str) -> str:
    """Return what a Glue table's ``view_original_text`` must hold for Athena to read ``view`` in ``database``.

    The format is Trino's (``ViewReaderUtil.encodeViewData`` of ``ConnectorViewDefinition``); AWS documents none. The
    same view always gives the same text.
    """
    definition = {
        "originalSql": view.sql,
        "catalog": _GLUE_CATALOG,
        "schema": database,
        "columns": [{"name": column.name, "type": column.presto_type} for column in view.columns],
    }
    encoded = base64.b64encode(json.dumps(definition, ensure_ascii=False).encode()).decode("ascii")
    return f"/* Presto View: {encoded} */"


def _read(file: Traversable) -> tuple[str, str]:
    """Return a file's description and the SQL below it."""
    first_line, _, sql = file.read_text(encoding="utf-8").partition("\n")
    if not first_line.startswith(_DESCRIPTION_MARK):
        message = (
            f"{file.name} begins with {first_line!r}; its first line must describe it, after {_DESCRIPTION_MARK!r}."
        )
        raise ValueError(message)
    return first_line.removeprefix(_DESCRIPTION_MARK), sql.strip()


def _view(name: str, *columns: ViewColumn) -> View:
    description, sql = _read(_SQL / "views" / f"{name}.sql")
    return View(name, description, sql, columns)


def _latest(dataset: Dataset) -> View:
    columns = (ViewColumn(column.name, column.type, column.comment) for column in dataset.columns)
    return _view(f"latest_{dataset.name}", *columns, _text(PARTITION_COLUMN, PARTITION_COMMENT))


def _named_query(file: Traversable) -> NamedQuery:
    description, sql = _read(file)
    return NamedQuery(file.name.removesuffix(".sql"), description, sql)


def _text(name: str, comment: str) -> ViewColumn:
    return ViewColumn(name, ColumnType.TEXT, comment)


def _count(name: str, comment: str) -> ViewColumn:
    return ViewColumn(name, ColumnType.COUNT, comment)


def _instant(name: str, comment: str) -> ViewColumn:
    return ViewColumn(name, ColumnType.INSTANT, comment)


def _last_known(name: str, what: str) -> ViewColumn:
    return _text(name, f"{what}, from the user's newest conversation that has it; null where none has.")


#: In dependency order: each view reads tables and views before it.
VIEWS: Final = (
    _view("latest_snapshot", _text(PARTITION_COLUMN, PARTITION_COMMENT)),
    _latest(CONVERSATIONS),
    _latest(MESSAGES),
    _latest(FEEDBACK),
    _view(
        "feedback_in_context",
        _text("user_id", "The user."),
        _text("feedback_id", "The feedback."),
        _instant("created_at", "When the feedback was given; UTC."),
        _text("feedback_type", "like or dislike."),
        _text("comment", "The user's own words."),
        _text("option", "The answer that the user picked."),
        _text("conversation_id", "The user's newest conversation that is not after the feedback, or null."),
        _instant("conversation_created_at", "When that conversation began; UTC."),
        _text("gerencia", "The department that the conversation names."),
        _text("last_question", "Text of the conversation's last message from the user."),
        _text("last_answer", "Text of the conversation's last message from the bot."),
    ),
    _view(
        "dashboard_usuarios",
        _text("usuario_id", "The user; each has one row."),
        _last_known("nombre", "Name"),
        _last_known("gerencia", "Department"),
        _last_known("ciudad", "City"),
        _last_known("oficinas_asesoras", "Advisory office"),
        _last_known("subgerencia", "Sub-department"),
        _last_known("nivel_directivo", "Management level"),
        _instant("fecha_primera_conversacion", "When the first conversation began, UTC; null without conversations."),
        _count("numero_conversaciones", "Conversations, those without messages included."),
        _text(
            "conversacion_completa",
            "All messages as `sender: text`, ` | ` between them; ` || ` between conversations, those without messages"
            " left out.",
        ),
        _text(
            "feedback_total",
            "All feedback, each as `type: option: comment` without the parts it lacks; ` || ` between them.",
        ),
        _count("numero_feedback", "Feedback given, of any type."),
        _text(
            "pregunta_conversacion",
            "All messages from the user, ` | ` between them; ` || ` between conversations, those without questions left"
            " out.",
        ),
        _count("numero_preguntas", "Messages from the user."),
        _text("feedback", "like, dislike, mixed (both occur) or empty (neither does)."),
        _text("respuesta_feedback", "The comments of all feedback that has one; ` || ` between them."),
    ),
)

#: Every file of the folder, by name.
NAMED_QUERIES: Final = tuple(
    _named_query(file) for file in sorted((_SQL / "named_queries").iterdir(), key=lambda file: file.name)
)
