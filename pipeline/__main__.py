"""The steps of the workflows: ``plan``, ``drift`` and ``deploy`` an environment, and tell GitHub what was found.

``plan`` and ``drift`` write plan.json and plan.md, without secrets, into a folder, from which ``comment`` and ``issue``
publish them in jobs of their own: who may speak for the repository has no access to AWS.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from envs.selection import environment_named
from envs.validation import ConfigurationError
from pipeline.commands import deploy
from pipeline.exceptions import PipelineError
from pipeline.github import GitHub
from pipeline.markdown import headline, markdown
from pipeline.planning import plan_environment

DRIFTED: Final = 2
FOLDER: Final = Path("build", "pipeline")
PLAN_JSON: Final = "plan.json"
PLAN_MD: Final = "plan.md"


def plan(environment: str, folder: Path, title: str, variables: Mapping[str, str]) -> int:
    """Plan, write what was found into ``folder`` and the run's summary; return 1 for a fault, 2 for changes, or 0."""
    environment_named(environment, variables)
    folder.mkdir(parents=True, exist_ok=True)
    report = plan_environment(environment, variables.get("GITHUB_SHA", "of this folder"), folder)
    report.write(folder / PLAN_JSON)
    text = markdown(report, title)
    (folder / PLAN_MD).write_text(text, encoding="utf-8")
    if "GITHUB_STEP_SUMMARY" in variables:
        with Path(variables["GITHUB_STEP_SUMMARY"]).open("a", encoding="utf-8") as summary:
            summary.write(text)
    sys.stdout.write(f"{title}: {headline(report)}\n{folder / PLAN_MD} has it in full\n")
    for stack in report.stacks:
        if stack.fault:
            sys.stderr.write(f"{stack.stack}: {stack.fault}\n")
    if report.failed:
        return 1
    return 0 if report.empty else DRIFTED


def comment(folder: Path, pull_request: int, variables: Mapping[str, str]) -> None:
    """Write the plan in ``folder`` as the pull request's comment on its environment."""
    text = (folder / PLAN_MD).read_text(encoding="utf-8")
    _github(variables).comment(pull_request, text.partition("\n")[0], text)


def issue(folder: Path, variables: Mapping[str, str]) -> None:
    """Open, bring up to date or close the issue on an environment's drift, as the report in ``folder`` has it."""
    report = json.loads((folder / PLAN_JSON).read_text(encoding="utf-8"))
    text = (folder / PLAN_MD).read_text(encoding="utf-8")
    title = drift_title(report["environment"])
    if report["empty"]:
        _github(variables).close(title, text)
    else:
        _github(variables).tell(title, text)


def drift_title(environment: str) -> str:
    """Return the title of the issue on an environment's drift."""
    return f"Drift in {environment}"


def _github(variables: Mapping[str, str]) -> GitHub:
    missing = [name for name in ("GITHUB_REPOSITORY", "GITHUB_TOKEN") if not variables.get(name)]
    if missing:
        message = f"{' and '.join(missing)} must be set: this step speaks for a repository, in a workflow"
        raise PipelineError(message)
    api_url = variables.get("GITHUB_API_URL", "https://api.github.com")
    return GitHub(api_url, variables["GITHUB_REPOSITORY"], variables["GITHUB_TOKEN"])


def run(arguments: argparse.Namespace, variables: Mapping[str, str]) -> int:
    """Do the step that the command line names; return its status."""
    if arguments.step == "deploy":
        names = environment_named(arguments.env, variables).names
        deploy(arguments.env, [names.normalize_stack, names.etl_stack])
    elif arguments.step == "plan":
        status = plan(arguments.env, arguments.folder, f"Plan of {arguments.env}", variables)
        return 0 if status == DRIFTED else status
    elif arguments.step == "drift":
        return plan(arguments.env, arguments.folder, drift_title(arguments.env), variables)
    elif arguments.step == "comment":
        comment(arguments.folder, arguments.pull_request, variables)
    else:
        issue(arguments.folder, variables)
    return 0


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m pipeline", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    added = {
        "plan": steps.add_parser("plan", help="what a deployment would change"),
        "drift": steps.add_parser("drift", help=f"the same, ending with {DRIFTED} if that is not nothing"),
        "deploy": steps.add_parser("deploy", help="deploy both stacks without asking"),
        "comment": steps.add_parser("comment", help="write the plan into the pull request"),
        "issue": steps.add_parser("issue", help="keep the issue on drift"),
    }
    for name in ("plan", "drift", "deploy"):
        added[name].add_argument("--env", required=True, help="test, prod or local")
    for name in ("plan", "drift", "comment", "issue"):
        added[name].add_argument("--folder", type=Path, default=FOLDER, help="of plan.json and plan.md")
    added["comment"].add_argument("--pull-request", type=int, required=True, help="its number")
    return parser.parse_args(arguments)


def main() -> None:
    """Do one step; end with its status, or with a message if it cannot be done."""
    arguments = _arguments(sys.argv[1:])
    try:
        sys.exit(run(arguments, os.environ))
    except (ConfigurationError, PipelineError) as error:
        sys.exit(f"{arguments.step}: {error}")


if __name__ == "__main__":
    main()
