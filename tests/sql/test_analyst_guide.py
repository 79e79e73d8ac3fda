"""The analyst's guide, in both languages: its answers are Athena's engine's, and its programs run."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from rich.console import Console

from ops.queries import Column
from ops.show import queries as show_queries
from tests.snapshots import ADVICE, is_update
from tests.sql.athena import WORKGROUP, Api
from tests.sql.guide import guide_lake
from tools.local.machine_tools import PROJECT
from tools.local.side_environment import python_with
from tools.site.blocks import Block, blocks

GUIDES: Final = tuple(PROJECT / "docs" / name for name in ("analyst-guide.md", "guia-del-analista.md"))
#: A question, and the answer below it.
ANSWERED: Final = re.compile(r"```sql\n(?P<sql>[^`]*)```\n\n```text\n(?P<answer>[^`]*)```")
#: What the programs' own environment is for: the others' packages are this one's.
ALONE: Final = "awswrangler"
PROGRAMS: Final = [block for block in blocks(GUIDES[0].read_text(encoding="utf-8")) if block.language == "python"]
REQUIREMENTS: Final = Path(__file__).parent / "requirements.txt"


@pytest.fixture
def example(api: Api) -> Api:
    api.lake.fill(guide_lake())
    return api


def answer(api: Api, sql: str) -> str:
    """What ``ops query`` shows of a statement's answer."""
    query = api.start(sql)
    done = api.ended(query)
    assert done["Status"]["State"] == "SUCCEEDED", done["Status"]
    told = api.client.get_query_results(QueryExecutionId=query)["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    file = io.StringIO()
    columns = [Column(column["Name"], column["Type"]) for column in told]
    show_queries.show(columns, api.rows(query)[1:], Console(file=file, width=100), more=False, form=show_queries.TABLE)
    return "".join(f"{line.rstrip()}\n" for line in file.getvalue().splitlines())


def test_answers_are_what_the_engine_says(example: Api) -> None:
    """In both languages: that they ask the same is tested by their text."""
    asked = [found["sql"] for found in ANSWERED.finditer(GUIDES[0].read_text(encoding="utf-8"))]
    assert len(asked) == 13
    answers = {sql: answer(example, sql) for sql in asked}
    for guide in GUIDES:
        text = guide.read_text(encoding="utf-8")
        right = ANSWERED.sub(lambda found: f"```sql\n{found['sql']}```\n\n```text\n{answers[found['sql']]}```", text)
        if is_update():
            guide.write_text(right, encoding="utf-8")
        else:
            assert right == text, f"{guide.name}: {ADVICE}"


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda block: block.text.splitlines()[0])
def test_programs_run_as_they_stand(example: Api, program: Block) -> None:
    python = (
        python_with([REQUIREMENTS], PROJECT / "build" / "analyst-venv") if ALONE in program.text else sys.executable
    )
    code = program.text.replace("wg-cat-prod-analytics", WORKGROUP).replace(
        "cat_prod_analytics_db", example.lake.database
    )
    done = subprocess.run(
        (str(python), "-c", code),
        check=False,
        env=example.variables(),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"\d", done.stdout)
