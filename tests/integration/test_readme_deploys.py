"""What the README calls deploying, as it stands: the test environment, on an emulator of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from envs.local import LOCAL
from tests.emulators import running_in
from tests.integration.test_readme_and_runbook import BY_CI, DEPLOYING, RUNNABLE, run_block

if TYPE_CHECKING:
    from pathlib import Path


def test_commands_deploy_as_they_stand(tmp_path: Path) -> None:
    (block,) = (block for block in RUNNABLE if block.heading == DEPLOYING)
    assert [line for line in block.commands.splitlines() if line in BY_CI] == []
    # Nobody is here to type yes.
    commands = re.sub(r"^(cdktf deploy .*)$", r"\1 --auto-approve", block.commands, flags=re.MULTILINE)
    with running_in(tmp_path / "emulator", LOCAL) as workspace:
        run_block(block, commands, workspace.variables(), tmp_path)
        clients = workspace.clients()
        function = clients.lambda_.get_function(FunctionName="cat-test-lambda-normalize")
        assert function["Configuration"]["Runtime"] == "python3.12"
        assert clients.glue.get_job(JobName="cat-test-etl2-parquet")["Job"]["GlueVersion"] == "5.1"
