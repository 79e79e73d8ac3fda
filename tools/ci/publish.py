"""The steps of the workflows that speak for the repository: the ``comment`` with a plan, the ``issue`` on drift.

Standard library only, and apart from python -m tools.ci: these jobs have no access to AWS and install nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tools.ci.exceptions import PipelineError
from tools.ci.github import GitHub

#: Where the plan lies, and in which forms.
FOLDER: Final = Path("build", "pipeline")
PLAN_JSON: Final = "plan.json"
PLAN_MD: Final = "plan.md"


def drift_title(environment: str) -> str:
    """Return the title of the issue on an environment's drift."""
    return f"Drift in {environment}"


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


def _github(variables: Mapping[str, str]) -> GitHub:
    missing = [name for name in ("GITHUB_REPOSITORY", "GITHUB_TOKEN") if not variables.get(name)]
    if missing:
        message = f"{' and '.join(missing)} must be set: this step speaks for a repository, in a workflow"
        raise PipelineError(message)
    api_url = variables.get("GITHUB_API_URL", "https://api.github.com")
    return GitHub(api_url, variables["GITHUB_REPOSITORY"], variables["GITHUB_TOKEN"])


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.ci.publish", description=__doc__)
    steps = parser.add_subparsers(dest="step", required=True)
    comments = steps.add_parser("comment", help="write the plan into the pull request")
    comments.add_argument("--pull-request", type=int, required=True, help="its number")
    for step in (comments, steps.add_parser("issue", help="open, bring up to date or close the issue on drift")):
        step.add_argument("--folder", type=Path, default=FOLDER, help="of plan.json and plan.md")
    return parser.parse_args(arguments)


def main() -> None:
    """Do one step; end with a message if it cannot be done."""
    arguments = _arguments(sys.argv[1:])
    try:
        if arguments.step == "comment":
            comment(arguments.folder, arguments.pull_request, os.environ)
        else:
            issue(arguments.folder, os.environ)
    except (OSError, PipelineError) as error:
        sys.exit(f"{arguments.step}: {error}")


if __name__ == "__main__":
    main()
