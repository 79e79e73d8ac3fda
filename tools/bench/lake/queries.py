"""What the documentation's ten questions read, by Trino's own count of the bytes that it fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from contract.sources.catia import CONTRACT
from contract.sources.catia.views import VIEWS
from tools.bench.lake.lake import Lake
from tools.bench.processes import PROJECT
from tools.local.trino.client import Connection
from tools.local.trino.distribution import ensure
from tools.local.trino.server import TrinoServer

QUESTIONS: Final = PROJECT / "docs" / "analyst-guide.md"
#: `dashboard_usuarios` of all users puts all texts together.
_HEAP_MB: Final = 6000
_QUESTION: Final = re.compile(r"^### (?P<title>.+?)\n.*?^```sql\n(?P<sql>.+?)^```", re.MULTILINE | re.DOTALL)
#: The documentation's user, in whose place one is asked for who is there.
_USER: Final = "u-001"


@dataclass(frozen=True)
class Question:
    """A heading of the documentation, with its first SQL."""

    title: str
    sql: str


@dataclass(frozen=True)
class Reading:
    """What one question read of a lake, and the bytes of all its current data files."""

    question: str
    bytes_read: int
    bytes_of_all: int


def questions(text: str) -> list[Question]:
    """Return the questions of a page."""
    return [Question(found["title"], found["sql"].strip()) for found in _QUESTION.finditer(text)]


def read_by_questions(lake: Lake, name: str, folder: Path) -> list[Reading]:
    """Ask a lake all questions, each once, by a Trino of its own with settings and data in ``folder``."""
    trino = TrinoServer(folder, _HEAP_MB)
    trino.start(ensure(), lake.endpoint, name)
    try:
        connection = trino.connection()
        for view in VIEWS:
            connection.query(f"CREATE OR REPLACE VIEW {view.name} AS {view.sql}")
        return list(_readings(lake, name, connection))
    finally:
        trino.stop()


def _readings(lake: Lake, name: str, connection: Connection) -> Iterator[Reading]:
    states = {dataset.name: lake.state(name, dataset) for dataset in CONTRACT.datasets}
    of_all = sum(state.current.data_bytes for state in states.values() if state.current)

    ((user,),) = connection.ask("SELECT max(user_id) FROM conversations").rows
    for question in questions(QUESTIONS.read_text(encoding="utf-8")):
        answer = connection.ask(question.sql.replace(_USER, user))
        yield Reading(question.title, int(answer.statistics["physicalInputBytes"]), of_all)
