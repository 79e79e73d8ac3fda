"""An emulator with the curated tables, and what runs ETL-1 and ETL-2 there: a function and a job that do nothing."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from contract.datasets import REJECTED, DataClass, Dataset
from contract.sources.catia import CONVERSATIONS, FEEDBACK, MESSAGES
from envs.local import LOCAL
from ops.app import made
from ops.exits import Exit
from ops.platform import Platform
from tests.emulators import emulator_in
from tests.iceberg_lake import IcebergLake, Row, platform_on, utc
from tools.local.aws_environment import emulator_variables
from tools.local.emulator import Emulator

DAY = date(2026, 1, 30)
#: Stands in all that is somebody's own, and in who they are; and what people share with colleagues.
NAME, SHARED = "Ana Secreta", "Gerencia Planta"
#: What the function of ETL-1 answers is what it was last given as ANSWER; what it was asked is in its log.
_FUNCTION = """\
import json, os
def handler(event, context):
    print(json.dumps({"message": "asked", "event": event}))
    return json.loads(os.environ["ANSWER"])
"""


def rows(count: int, month: str = "2026-01") -> dict[Dataset, list[Row]]:
    """So many conversations of one message each, half of them rated, all of one month; one rejected item."""
    year, number = map(int, month.split("-"))
    keys = [(f"user-{each} {NAME}", f"{month}-{each % 28 + 1:02}T10:00:00Z", each % 28 + 1) for each in range(count)]
    planted: dict[Dataset, list[Row]] = {
        CONVERSATIONS: [
            {
                "user_id": user,
                "conversation_id": f"CONVERSATION#{time}",
                "created_at": utc(year, number, day, 10).replace(tzinfo=None),
                "message_count": 1,
                "question_count": 1,
            }
            for user, time, day in keys
        ],
        MESSAGES: [
            {"user_id": user, "conversation_id": f"CONVERSATION#{time}", "position": 1, "sender": "user"}
            for user, time, _ in keys
        ],
        FEEDBACK: [
            {
                "user_id": user,
                "feedback_id": f"FEEDBACK#{time}",
                "created_at": utc(year, number, day, 11).replace(tzinfo=None),
                "feedback_type": "like",
            }
            for user, time, day in keys[::2]
        ],
        REJECTED: [{"item_key": "a-key", "reason": f"wrong_type: PK: {NAME}", "item_json": f'{{"nombre": "{NAME}"}}'}],
    }
    words = {DataClass.IDENTIFIER: NAME, DataClass.PERSONAL: NAME, DataClass.ORGANISATION: SHARED}
    return {
        dataset: [
            {column.name: words[column.data_class] for column in dataset.columns if column.data_class in words} | row
            for row in some
        ]
        for dataset, some in planted.items()
    }


@pytest.fixture(scope="package")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator_in(tmp_path_factory.mktemp("ops")) as emulator:
        yield emulator


@contextmanager
def lake_on(emulator: Emulator) -> Iterator[IcebergLake]:
    """Empty tables on an emulator, for a while."""
    lake = IcebergLake(LOCAL, emulator.endpoint_url())
    lake.create()
    try:
        yield lake
    finally:
        lake.destroy()


@pytest.fixture(scope="module")
def lake(emulator: Emulator) -> Iterator[IcebergLake]:
    """Two nights' tables; each module has its own."""
    with lake_on(emulator) as lake:
        lake.night(date(2026, 1, 29), rows(30), began=utc(2026, 1, 30, 4, 30))
        lake.night(DAY, rows(40), began=utc(2026, 1, 31, 4, 30))
        yield lake


@pytest.fixture(scope="module")
def platform(lake: IcebergLake) -> Platform:
    return platform_on(lake)


@pytest.fixture(scope="module")
def job(lake: IcebergLake) -> Iterator[str]:
    """ETL-2's job, which the emulator calls SUCCEEDED whatever it is to do."""
    name = LOCAL.names.glue_job
    lake.glue.create_job(Name=name, Role="role", Command={"Name": "glueetl", "ScriptLocation": "s3://nowhere/job.py"})
    yield name
    lake.glue.delete_job(JobName=name)


@pytest.fixture
def ops(lake: IcebergLake) -> Callable[..., Result]:
    """``python -m ops`` in this process; what it says to a person holds nobody's words unless they are asked for."""
    variables = {**emulator_variables(lake.endpoint_url), "CAT_ENV": "local"}

    def run(*words: str, columns: int = 200) -> Result:
        done = CliRunner().invoke(made(completion=False), words, env={**variables, "COLUMNS": str(columns)})
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
        # Who asks about a person has named them.
        if not {"--items", "--show", "person"} & set(words):
            assert NAME not in done.stdout + done.stderr
        return done

    return run


def told(done: Result) -> Any:
    assert done.exit_code in (Exit.WELL, Exit.ATTENTION), done.stderr
    return json.loads(done.stdout)


class AnsweringFunction:
    """ETL-1's function, which answers what it is told to."""

    def __init__(self, platform: Platform, lake: IcebergLake) -> None:
        self._platform = platform
        role = lake.iam.create_role(RoleName="any", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr("made.py", _FUNCTION)
        platform.lambda_.create_function(
            FunctionName=platform.names.normalize_function,
            Runtime="python3.12",
            Role=role,
            Handler="made.handler",
            Code={"ZipFile": content.getvalue()},
            Timeout=30,
        )

    def answers(self, text: str) -> None:
        """Let it answer this JSON."""
        self._platform.lambda_.update_function_configuration(
            FunctionName=self._platform.names.normalize_function, Environment={"Variables": {"ANSWER": text}}
        )

    def tagged(self, version: str) -> None:
        """Let it be of this version."""
        function = self._platform.lambda_.get_function(FunctionName=self._platform.names.normalize_function)
        arn = function["Configuration"]["FunctionArn"]
        self._platform.lambda_.tag_resource(Resource=arn, Tags={"Version": version})


@pytest.fixture(scope="module")
def function(platform: Platform, lake: IcebergLake) -> AnsweringFunction:
    return AnsweringFunction(platform, lake)
