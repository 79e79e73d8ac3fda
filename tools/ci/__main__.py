"""The steps of the workflows that AWS lets in: ``plan``, ``drift`` and ``deploy`` an environment.

``plan`` and ``drift`` write plan.json and plan.md, without secrets, into a folder; tools/ci/publish.py tells GitHub.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from envs.selection import environment_named
from envs.validation import ConfigurationError
from tools.ci.commands import deploy
from tools.ci.exceptions import PipelineError
from tools.ci.markdown import headline, markdown
from tools.ci.planning import check_unguarded, plan_environment
from tools.ci.publish import FOLDER, PLAN_JSON, PLAN_MD, drift_title

DRIFTED: Final = 2


def plan(arguments: argparse.Namespace, title: str, variables: Mapping[str, str]) -> int:
    """Plan, write what was found into its folder and the run's summary; return 1 for a fault, 2 for changes, or 0."""
    environment, folder = arguments.env, arguments.folder
    environment_named(environment, variables)
    folder.mkdir(parents=True, exist_ok=True)
    report = plan_environment(environment, arguments.commit, folder)
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


def run(arguments: argparse.Namespace, variables: Mapping[str, str]) -> int:
    """Do the step that the command line names; return its status."""
    if arguments.step == "deploy":
        names = environment_named(arguments.env, variables).names
        if not arguments.as_change_guard:
            FOLDER.mkdir(parents=True, exist_ok=True)
            check_unguarded(plan_environment(arguments.env, "", FOLDER))
        deploy(arguments.env, [names.normalize_stack, names.etl_stack])
    elif arguments.step == "plan":
        status = plan(arguments, f"Plan of {arguments.env}", variables)
        return 0 if status == DRIFTED else status
    else:
        return plan(arguments, drift_title(arguments.env), variables)
    return 0


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.ci", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    added = {
        "plan": steps.add_parser("plan", help="what a deployment would change"),
        "drift": steps.add_parser("drift", help=f"the same, ending with {DRIFTED} if that is not nothing"),
        "deploy": steps.add_parser("deploy", help="deploy both stacks without asking, if a workflow may"),
    }
    for name in ("plan", "drift", "deploy"):
        added[name].add_argument("--env", required=True, help="test, prod or local")
    added["deploy"].add_argument(
        "--as-change-guard",
        action="store_true",
        help="deploy also what no workflow may change: for a person who has assumed that role",
    )
    for name in ("plan", "drift"):
        added[name].add_argument("--folder", type=Path, default=FOLDER, help="for plan.json and plan.md")
        commit = os.environ.get("GITHUB_SHA", "of this folder")
        added[name].add_argument("--commit", default=commit, help="what is planned, for the report")
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
