"""The datasets and their columns, defined once for the CSV header, the Spark schema and the catalog tables."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

PARTITION_COLUMN = "dt"
PARTITION_COMMENT = "Business day of the snapshot, YYYY-MM-DD."

#: How an instant is written in a CSV cell: UTC, microseconds, always 27 characters.
CSV_TIMESTAMP_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"
#: The same instant format in Spark's pattern language.
SPARK_TIMESTAMP_FORMAT = "yyyy-MM-dd'T'HH:mm:ss.SSSSSSX"


class ColumnType(Enum):
    """A column's logical type; its value is the name that Glue, Hive and Spark share for it."""

    TEXT = "string"
    COUNT = "bigint"
    INSTANT = "timestamp"
    SHARE = "double"


@dataclass(frozen=True)
class Column:
    """One column: its name, logical type, whether it may be null, and the comment shown in the catalog.

    ``source`` names the attributes of the source's items that its values come from; ``[]`` stands for a list's entries.
    It is empty where no single attribute is meant: rejected items are kept whole, and ETL-2 has its own to say.
    """

    name: str
    type: ColumnType
    nullable: bool
    comment: str
    source: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dataset:
    """One table of the platform.

    ``key`` names the columns that identify a row within a day; ``sort_by`` those that curated files are sorted by, so
    that readers can skip row groups.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    sort_by: tuple[str, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        """Column names in the order of the CSV header."""
        return tuple(column.name for column in self.columns)

    def entries_of(self, attribute: str) -> tuple[str, ...]:
        """Return the entries of a map attribute that columns come from, in the columns' order."""
        sources = (source.partition(".") for column in self.columns for source in column.source)
        return tuple(entry for name, _, entry in sources if name == attribute)


def _text(name: str, comment: str, *source: str, nullable: bool = True) -> Column:
    return Column(name, ColumnType.TEXT, nullable, comment, source)


def _count(name: str, comment: str, *source: str) -> Column:
    return Column(name, ColumnType.COUNT, nullable=False, comment=comment, source=source)


def _instant(name: str, comment: str, *source: str, nullable: bool = True) -> Column:
    return Column(name, ColumnType.INSTANT, nullable, comment, source)


def _user_data(name: str, what: str) -> Column:
    attribute = f"UserData.{name}"
    return _text(name, f"{attribute}: {what}.", attribute)


_USER_ID = _text("user_id", "The user: PK without its USER# prefix.", "PK", nullable=False)
_CONVERSATION_ID = _text("conversation_id", "The conversation: the whole SK.", "SK", nullable=False)
_CREATED_AT = _instant(
    "created_at", "CreatedAt, or the time in SK where it is missing; UTC.", "CreatedAt", "SK", nullable=False
)

CONVERSATIONS = Dataset(
    name="conversations",
    description="One row per conversation item of the source table.",
    columns=(
        _USER_ID,
        _CONVERSATION_ID,
        _CREATED_AT,
        _user_data("nombre", "the user's name"),
        _user_data("ciudad", "the user's city"),
        _user_data("gerencia", "the user's department"),
        _user_data("subgerencia", "the user's sub-department"),
        _user_data("oficinas_asesoras", "the user's advisory office"),
        _user_data("nivel_directivo", "the user's management level"),
        _count("message_count", "Messages in the conversation.", "Conversation"),
        _count("question_count", "Messages that the user sent.", "Conversation[].from"),
    ),
    key=("user_id", "conversation_id"),
    sort_by=("created_at", "user_id", "conversation_id"),
)

MESSAGES = Dataset(
    name="messages",
    description="One row per message of a conversation.",
    columns=(
        _USER_ID,
        _CONVERSATION_ID,
        _count("position", "Place of the message in its conversation, from 1.", "Conversation"),
        _text("sender", "user, bot, or the source's own word where it is neither.", "Conversation[].from"),
        _text("text", "What was said.", "Conversation[].text"),
        _instant("sent_at", "The message's own timestamp; UTC.", "Conversation[].timestamp"),
    ),
    key=("user_id", "conversation_id", "position"),
    # A conversation's id begins with its time: so a week's messages lie together, each conversation in one piece.
    sort_by=("conversation_id", "user_id", "position"),
)

FEEDBACK = Dataset(
    name="feedback",
    description="One row per feedback item of the source table.",
    columns=(
        _USER_ID,
        _text("feedback_id", "The feedback: the whole SK.", "SK", nullable=False),
        _CREATED_AT,
        _text("feedback_type", "like or dislike.", "Feedback.type"),
        _text("comment", "The user's own words.", "Feedback.comment"),
        _text("option", "The answer that the user picked.", "Feedback.option"),
    ),
    key=("user_id", "feedback_id"),
    sort_by=("created_at", "user_id", "feedback_id"),
)

REJECTED = Dataset(
    name="rejected",
    description="One row per item that could not be normalized, with the reason and the whole item.",
    columns=(
        _text("item_key", "PK and SK of the item, as JSON.", nullable=False),
        _text("reason", "The rule that the item breaks.", nullable=False),
        _text("item_json", "The item in DynamoDB's own JSON.", nullable=False),
    ),
    key=(),
    sort_by=("reason", "item_key"),
)

#: What ETL-1 writes, in the order in which a run publishes it: conversations last, for its arrival starts ETL-2.
DATASETS = (MESSAGES, FEEDBACK, REJECTED, CONVERSATIONS)

DATA_QUALITY = Dataset(
    name="data_quality",
    description="One row per check that ETL-2 made of a run before it published the day, or quarantined it.",
    columns=(
        _text("run_id", "The run of ETL-1 that was checked.", nullable=False),
        _text("dataset", "The table that was checked.", nullable=False),
        _text("check_name", "What was checked.", nullable=False),
        _text("outcome", "passed or failed; one failed check quarantines the run.", nullable=False),
        _count("rows_checked", "Rows, or items, that were looked at."),
        _count("rows_failed", "Those of them that are not as they should be."),
        Column("allowed_share", ColumnType.SHARE, nullable=False, comment="The share of them that may be so; 0: none."),
        _instant("checked_at", "When the check was made; UTC.", nullable=False),
    ),
    key=("run_id", "dataset", "check_name"),
    sort_by=("run_id", "dataset", "check_name"),
)

#: The curated tables: what ETL-1 writes, and what ETL-2 says of it.
TABLES = (*DATASETS, DATA_QUALITY)
