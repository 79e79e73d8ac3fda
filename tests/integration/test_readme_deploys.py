"""What the README and docs/first-deployment.md call deploying, as it stands: the test environment, on an emulator.

What the page does with the deployed platform is tried on the local one: tests/integration/test_verify.py.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from contract.items.outcomes import Excluded, Rejected, Tombstoned
from envs.local import LOCAL
from envs.test import TEST
from lambda_src.normalize import Normalizer
from tests.emulators import running_in
from tests.integration.test_readme_and_runbook import BY_CI, DEPLOYING, RUNNABLE, Block, run_block
from tools.local.machine_tools import PROJECT
from tools.local.source_table import SourceTable
from tools.site.blocks import blocks

PAGE: Final = "docs/first-deployment.md"
STEPS: Final = [
    Block(PAGE, *block) for block in blocks((PROJECT / PAGE).read_text(encoding="utf-8")) if block.language == "bash"
]


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


def test_the_page_deploys_as_the_readme_does() -> None:
    (block,) = (block for block in RUNNABLE if block.heading == DEPLOYING)
    assert [step.commands for step in STEPS if step.heading == "Deploy"] == [block.commands]


def test_the_page_makes_a_source_that_etl_1_reads(tmp_path: Path) -> None:
    with running_in(tmp_path / "emulator", LOCAL) as workspace:
        for step in STEPS:
            if step.commands.startswith("aws "):
                run_block(step, step.commands, workspace.variables(), tmp_path)
        table = SourceTable.of(TEST, workspace.clients().dynamodb)
        outcomes = [Normalizer(TEST.contract).normalize(item) for item in table.scan()]
    accepted = {
        outcome.kind: {name: len(rows) for name, rows in outcome.rows.items() if rows}
        for outcome in outcomes
        if not isinstance(outcome, Excluded | Rejected | Tombstoned)
    }
    assert accepted == {"conversations": {"conversations": 1, "messages": 2}, "feedback": {"feedback": 1}}, outcomes
