"""The demo: the whole platform on this machine, from an empty table to the analysts' answers.

Everything between is the real thing, shown step by step: the cdktf command with Terraform and the AWS provider, the
deployed functions' archives and layers, the deployed event rule, the deployed Spark jobs, Iceberg's tables, and Trino,
the engine of Athena. Done again, it is a further night on what is there.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from contract.runs import RunSummary
from contract.source import SourceContract
from envs.schema import ARROW_ENGINE, GLUE_ENGINE, LAMBDA_ENGINE, SPARK_ENGINE
from ops.queries import Column
from tools.local.asked_once import ask_each_once
from tools.local.demos import with_make, with_python
from tools.local.deployment import Progress, deploy
from tools.local.engines import Engines
from tools.local.errors import DeployError, DownloadError
from tools.local.machine_parts import MachineParts
from tools.local.machine_tools import PROJECT
from tools.local.pipeline import Pipeline
from tools.local.reconciliation import committed_summary, reconcile
from tools.local.sample import Sample
from tools.local.screen import WIDEST_LINE, Screen
from tools.local.trino.client import Connection
from tools.local.workspace import Workspace

#: For a machine on which Trino was left out.
SET_UP_LATER: Final = "With a network, this sets it up: .venv/bin/python -m tools.local trino"

_EXTRACT: Final = {LAMBDA_ENGINE: "ETL-1: Lambda", GLUE_ENGINE: "ETL-1: Glue job on Spark"}
_TRANSFORM: Final = {SPARK_ENGINE: "ETL-2: Glue job on Spark", ARROW_ENGINE: "ETL-2: Lambda with Arrow"}

WHAT_NEXT: Final = """
What to try next
  ask the tables            make query{of} SQL='SELECT * FROM {view} LIMIT 3'
  which SQL to ask          docs/analyst-guide.md (en español: docs/guia-del-analista.md)
  as they were              make query{of} SQL='SELECT * FROM runs' gives snapshot ids for … FOR VERSION AS OF
  a further night           {chosen}.venv/bin/python -m tools.local night
  point this shell there    eval "$({chosen}.venv/bin/python -m tools.local env)"
    then how is all of it   .venv/bin/python -m ops status --env {env}
    then the daily report   .venv/bin/python -m ops report --env {env}
    then see the state      terraform -chdir={output}/stacks/{stack} state list
    or what would change    {choice} .venv/bin/cdktf diff {stack}
  look at the files         {folder}: deploy.log, glue-job.log, emulator.log, trino/trino.log
  more of everything        make demo{of}{engines} USERS=2000
  {extract:<25} make demo{of}{other_extract}
  {transform:<25} make demo{of}{other_transform}
  stop and remove it        make down{of}
"""


class Demo:
    """The steps, each of which may be done again, with one engine of each ETL."""

    def __init__(self, workspace: Workspace, screen: Screen, engines: Engines) -> None:
        self.workspace = workspace
        self._screen = screen
        self._engines = engines

    def run(self, sample: Sample) -> None:
        """Do all steps with a sample.

        Raises:
            LocalError: a step failed.
        """
        self.start_emulator()
        parts = MachineParts(self.workspace, with_spark=self._engines.transform == SPARK_ENGINE)
        self.fill_table(sample)
        self.make_state_bucket()
        self.deploy_stacks(parts)
        self.make_pseudonym_key()
        self.night(sample, lambda: self.await_trino(parts))
        self._screen.console.print(
            what_next(self.workspace, self._engines, sample), highlight=False, markup=False, soft_wrap=True
        )

    def night(self, sample: Sample, connection: Callable[[], Connection | None]) -> None:
        """Run the deployed pipeline once, and ask the tables, where in the end there is a connection to ask by.

        Raises:
            LocalError: a step failed.
        """
        pipeline = Pipeline.of(self.workspace, self._engines)
        summary = self.normalize(pipeline)
        self.await_event(pipeline)
        self.curate(pipeline, summary)
        athena = connection()
        if athena:
            self.answer(summary, sample, athena)
        self._screen.summary()

    def start_emulator(self) -> None:
        """Start the emulator."""
        with self._screen.step("AWS emulator") as step:
            lost = self.workspace.emulator.is_stale()
            started = self.workspace.up()
            state = "started" if started else "was running"
            ended = "; the last one had ended, and all that was in it with it" if lost else ""
            step.detail = f"{state} at {self.workspace.emulator.endpoint_url()}{ended}"

    def fill_table(self, sample: Sample) -> None:
        """Make the source table hold the sample."""
        with self._screen.step("Source table") as step:
            table = self.workspace.source_table()
            table.ensure()
            state = "loaded" if table.load(sample.items) else "were there"
            step.detail = f"{table.name}: {sample.said} {state}"

    def make_state_bucket(self) -> None:
        """Make the bucket that keeps Terraform's state, by the command that makes it in AWS."""
        with self._screen.step("State bucket") as step:
            step.detail = self._command("tools.state_bucket", "--env", self.workspace.environment.name)

    def make_pseudonym_key(self) -> None:
        """Make the key of pseudonyms, by the operators' command; one that is there stays."""
        with self._screen.step("Key of pseudonyms") as step:
            name = self.workspace.environment.names.pseudonym_key
            wanted = [{"Key": "Name", "Option": "Equals", "Values": [name]}]
            if self.workspace.clients().ssm.describe_parameters(ParameterFilters=wanted)["Parameters"]:  # type: ignore[arg-type]
                step.detail = f"{name} was there"
                return
            step.detail = self._command("ops", "pseudonyms", "make-key", "--env", self.workspace.environment.name)

    def _command(self, module: str, *words: str) -> str:
        """Run one of the project's own commands as a user would, and return what it says."""
        command, variables = (sys.executable, "-m", module, *words), {**self.workspace.variables(), **self._variables()}
        done = subprocess.run(command, check=False, cwd=PROJECT, env=variables, capture_output=True, text=True)
        if done.returncode != 0:
            message = f"{' '.join(command)} ended with status {done.returncode}:\n{done.stderr}"
            raise DeployError(message)
        return done.stdout.strip()

    def deploy_stacks(self, parts: MachineParts | None = None) -> None:
        """Deploy both stacks, while ``parts`` come along."""
        with self._screen.step("cdktf deploy") as step:

            def show(progress: Progress) -> None:
                beside = f"   {parts.said}" if parts else ""
                step.progress(f"{progress.words[:WIDEST_LINE]}{beside}")

            step.progress(Progress().words)
            variables = {**self.workspace.variables(), **self._variables()}
            done = deploy([self.workspace.environment.names.any_name()], variables, self.workspace.deploy_log, show)
            step.detail = f"{len(done.done)} resources created or changed by Terraform"

    def await_trino(self, parts: MachineParts) -> Connection | None:
        """Return what asks Trino, or None where it cannot be fetched: the demo goes on without SQL."""
        with self._screen.step("Trino") as step:
            try:
                parts.wait(step.progress)
            except DownloadError as error:
                step.detail = f"left out, and all SQL with it: {error}\n{SET_UP_LATER}"
                return None
            athena = self.workspace.trino.connection()
            step.detail = f"answers at {athena.host}:{athena.port}, begun beside the deployment"
            return athena

    def normalize(self, pipeline: Pipeline) -> RunSummary:
        """Run ETL-1 and return the summary that it committed."""
        with self._screen.step(_EXTRACT[self._engines.extract]) as step:
            answer = pipeline.normalize(on_line=step.line)
            summary = committed_summary(self.workspace.clients().s3, self.workspace.environment, answer)
            step.detail = _counts(self.workspace.environment.contract, summary)
        return summary

    def await_event(self, pipeline: Pipeline) -> None:
        """Wait for the event that starts ETL-2."""
        with self._screen.step("EventBridge rule") as step:
            step.detail = f"reported s3://…/{pipeline.await_arrival().key.rpartition('/')[2]}"

    def curate(self, pipeline: Pipeline, summary: RunSummary) -> None:
        """Have ETL-2 take the run."""
        with self._screen.step(_TRANSFORM[self._engines.transform]) as step:
            pipeline.curate(summary, step.line)
            tables = [pipeline.table(dataset.name) for dataset in self.workspace.environment.contract.datasets]
            written = [state.current for state in tables if state.current and state.run_id == summary.run_id]
            size = sum(int(snapshot.summary.get("added-files-size", 0)) for snapshot in written)
            step.detail = f"{len(written)} of {len(tables)} tables changed, {size:,} bytes of Parquet written"

    def answer(self, summary: RunSummary, sample: Sample, athena: Connection) -> None:
        """Check the tables against the run, and ask the views."""
        with self._screen.step("Reconciliation") as step:
            rows = reconcile(self.workspace.environment.contract, summary, athena)
            step.detail = f"{rows:,} rows in {len(summary.objects)} tables: as many as the run wrote, none lost"
        with self._screen.step("SQL through the views") as step:
            can_be_asked = ask_each_once(self.workspace.environment.contract, athena)
            answers = {title: athena.ask(sql) for title, sql in sample.questions.items()}
            step.detail = f"{len(answers)} queries on Trino; {can_be_asked}"
        asking = f"make query{with_make(self.workspace.directory)}"
        for title, answer in answers.items():
            command = f"{asking} SQL={shlex.quote(' '.join(sample.questions[title].split()))}"
            self._screen.answer(title, [*map(Column, answer.columns, answer.types)], answer.rows, command)

    def _variables(self) -> dict[str, str]:
        return self._engines.variables(self.workspace.environment)


def what_next(workspace: Workspace, engines: Engines, sample: Sample) -> str:
    """Return commands to go on with, as they can be typed in the project's folder; ``engines`` is what runs now."""
    on_glue, on_arrow = engines.extract == GLUE_ENGINE, engines.transform == ARROW_ENGINE
    return WHAT_NEXT.format(
        of=with_make(workspace.directory),
        chosen=with_python(workspace.directory),
        output=workspace.cdktf_output.relative_to(PROJECT),
        folder=workspace.directory.relative_to(PROJECT),
        env=workspace.environment.name,
        stack=workspace.environment.names.normalize_stack,
        view=sample.view,
        choice=" ".join(f"{name}={value}" for name, value in engines.variables(workspace.environment).items()),
        engines=_chosen(engines),
        extract="ETL-1 as a function" if on_glue else "ETL-1 as a Spark job",
        transform="ETL-2 as a Spark job" if on_arrow else "ETL-2 as a function",
        other_extract=_chosen(replace(engines, extract=LAMBDA_ENGINE if on_glue else GLUE_ENGINE)),
        other_transform=_chosen(replace(engines, transform=SPARK_ENGINE if on_arrow else ARROW_ENGINE)),
    )


def _chosen(engines: Engines) -> str:
    """Return the words by which make takes these engines; what it takes anyway is left out."""
    words = {"ENGINE": (engines.extract, LAMBDA_ENGINE), "TRANSFORM": (engines.transform, SPARK_ENGINE)}
    return "".join(f" {word}={value}" for word, (value, usual) in words.items() if value != usual)


def _counts(contract: SourceContract, summary: RunSummary) -> str:
    items = summary.items
    rows = (f"; {summary.rows_of(part.name):,} {part.name}" for part in contract.parts)
    return f"{items.scanned:,} items = {items.terms}{''.join(rows)}"
