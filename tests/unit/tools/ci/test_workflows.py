"""The workflows run what is in this repository, and those who may speak for it have no way into AWS."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from typing import Final

import pytest

from envs.selection import ENVIRONMENTS, account_variable
from tools.ci import __main__ as ci
from tools.ci import publish
from tools.local.machine_tools import PROJECT
from tools.scan.workflows import WORKFLOWS

TEXTS: Final = {file.name: file.read_text(encoding="utf-8") for file in sorted(WORKFLOWS.iterdir())}
OURS: Final = ("deploy.yml", "drift.yml", "plan.yml")
#: What the expressions of the workflows stand for.
VALUES: Final = {"$ENVIRONMENT": "test", "$COMMIT": "abc1234", "$PULL_REQUEST": "7"}
PARSERS: Final = {"tools.ci": ci._arguments, "tools.ci.publish": publish._arguments}


def runs(text: str) -> list[str]:
    return re.findall(r"^ *(?:- )?run: (.*)$", text, re.MULTILINE)


def jobs(text: str) -> dict[str, str]:
    """Each job's text by its name."""
    found = re.split(r"^  ([a-z-]+):\n", text.partition("\njobs:\n")[2], flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2], strict=True))


COMMANDS: Final = sorted({command for name in OURS for command in runs(TEXTS[name])})


def test_workflows_are_found() -> None:
    assert set(TEXTS) == {"ci.yml", *OURS}
    assert all(len(runs(text)) == text.count("run:") for text in TEXTS.values())
    assert {name: list(jobs(TEXTS[name])) for name in OURS} == {
        "deploy.yml": ["test", "plan-prod", "prod"],
        "drift.yml": ["drift", "issue"],
        "plan.yml": ["plan", "comment"],
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_command_is_one_that_exists(command: str) -> None:
    program, *arguments = [VALUES.get(word, word) for word in shlex.split(command)]
    if program == "make":
        listed = subprocess.run(("make", "help"), check=True, cwd=PROJECT, capture_output=True, text=True).stdout
        assert f"make {arguments[0]} " in listed
        return
    assert program in (".venv/bin/python", "python")
    assert arguments[0] == "-m"
    parsed = PARSERS[arguments[1]](arguments[2:])
    assert getattr(parsed, "env", "test") in ENVIRONMENTS


@pytest.mark.parametrize("name", OURS)
def test_access_to_aws_and_a_voice_are_never_in_one_job(name: str) -> None:
    assert "\npermissions: {}\n" in TEXTS[name]
    for job in jobs(TEXTS[name]).values():
        speaks = "pull-requests: write" in job or "issues: write" in job
        assert ("id-token: write" in job) == ("configure-aws-credentials" in job)
        assert ("id-token: write" in job) != speaks
        assert ("tools.ci.publish" in job) == speaks
        assert "secrets." not in job


@pytest.mark.parametrize("name", OURS)
def test_jobs_with_access_to_aws_install_by_hashes_and_before_they_have_it(name: str) -> None:
    for job, text in jobs(TEXTS[name]).items():
        if "id-token: write" in text:
            assert [command for command in runs(text) if not command.startswith(".venv/bin/python")] == [
                "make deployer"
            ]
            assert text.index("make deployer") < text.index("configure-aws-credentials"), job


#: When a job with access to AWS runs at all: exactly so, or not only by what GitHub's environment admits.
CONDITIONS: Final = {
    ("deploy.yml", "test"): "vars.CAT_PIPELINE == 'on'",
    ("deploy.yml", "plan-prod"): None,
    ("deploy.yml", "prod"): None,
    ("drift.yml", "drift"): "vars.CAT_PIPELINE == 'on' && github.ref == 'refs/heads/main'",
    ("plan.yml", "plan"): (
        "vars.CAT_PIPELINE == 'on' && github.event.pull_request.head.repo.full_name == github.repository"
    ),
}
#: By what a workflow is started. A deployment by hand, or of another branch, is none of them.
TRIGGERS: Final = {
    "ci.yml": "  pull_request:\n  push:\n    branches: [main]\n",
    "deploy.yml": "  push:\n    branches: [main]\n",
    "drift.yml": '  schedule:\n    # After prod\'s nightly run.\n    - cron: "17 6 * * *"\n  workflow_dispatch:\n',
    "plan.yml": "  pull_request:\n",
}


def test_jobs_with_access_to_aws_run_on_these_conditions_only() -> None:
    found: dict[tuple[str, str], str | None] = {}
    for name in OURS:
        for job, text in jobs(TEXTS[name]).items():
            if "id-token: write" in text:
                condition = re.search(r"^    if: (.*)$", text, re.MULTILINE)
                found[name, job] = condition[1] if condition else None
    assert found == CONDITIONS


@pytest.mark.parametrize("name", OURS)
def test_workflows_say_which_accounts_the_environments_are_in(name: str) -> None:
    for environment in ("test", "prod"):
        variable = account_variable(environment)
        assert f"\n  {variable}: ${{{{ vars.{variable} }}}}\n" in TEXTS[name].partition("\njobs:\n")[0]


def test_workflows_are_started_by_these_events_only() -> None:
    for name, text in TEXTS.items():
        assert re.findall(r"^on:\n((?:  .*\n)+)", text, re.MULTILINE) == [TRIGGERS[name]], name


def test_a_change_to_what_guards_asks_for_its_owners() -> None:
    lines = (PROJECT / ".github" / "CODEOWNERS").read_text(encoding="utf-8").splitlines()
    owned = {line.split()[0]: line.split()[1:] for line in lines if line and not line.startswith("#")}
    assert next(iter(owned)) == "*", "everything has an owner; later lines win"
    assert all(owners and all(owner.startswith("@") for owner in owners) for owners in owned.values())
    for path in owned.keys() - {"*"}:
        assert (PROJECT / path.strip("/")).exists(), path
    assert {"/.github/", "/modules/ci/"} <= owned.keys()


def test_only_githubs_environments_deploy() -> None:
    for name in OURS:
        for job, text in jobs(TEXTS[name]).items():
            environment = re.search(r"^    environment: (\w+)$", text, re.MULTILINE)
            deploys = "tools.ci deploy" in text
            assert deploys == (environment is not None), f"{name}: {job}"
            if environment:
                assert f"vars.CAT_{environment[1].upper()}_DEPLOY_ROLE" in text
                assert f"tools.ci deploy --env {environment[1]}\n" in text
            else:
                assert "_DEPLOY_ROLE" not in text


#: What each job may do with GitHub's token, and the role that it takes.
AS_AWS, SPEAKS = {"contents: read", "id-token: write"}, {"contents: read"}
RIGHTS: Final = {
    ("deploy.yml", "test"): (AS_AWS, ["${{ vars.CAT_TEST_DEPLOY_ROLE }}"]),
    ("deploy.yml", "plan-prod"): (AS_AWS, ["${{ vars.CAT_PROD_PLAN_ROLE }}"]),
    ("deploy.yml", "prod"): (AS_AWS, ["${{ vars.CAT_PROD_DEPLOY_ROLE }}"]),
    ("drift.yml", "drift"): (AS_AWS, ["${{ matrix.role }}"]),
    ("drift.yml", "issue"): (SPEAKS | {"issues: write"}, []),
    ("plan.yml", "plan"): (AS_AWS, ["${{ matrix.role }}"]),
    ("plan.yml", "comment"): (SPEAKS | {"pull-requests: write"}, []),
}
MATRIX: Final = "".join(
    f"          - environment: {name}\n            role: ${{{{ vars.CAT_{name.upper()}_PLAN_ROLE }}}}\n"
    for name in ("test", "prod")
)


def test_jobs_have_these_rights_and_no_more() -> None:
    found = {}
    for name in OURS:
        for job, text in jobs(TEXTS[name]).items():
            (block,) = re.findall(r"^    permissions:\n((?:      .*\n)+)", text, re.MULTILINE)
            rights = {line.partition("#")[0].strip() for line in block.splitlines()}
            found[name, job] = rights, re.findall(r"role-to-assume: (.*)", text)
            assert text.count("persist-credentials: false") == text.count("uses: actions/checkout@") == 1
            assert ("${{ matrix.role }}" in text) == (MATRIX in text)
    assert found == RIGHTS


def test_no_deployment_is_cut_off() -> None:
    assert TEXTS["deploy.yml"].count("cancel-in-progress: false") == len(jobs(TEXTS["deploy.yml"]))
    assert "--as-change-guard" not in "".join(TEXTS.values())


def test_prod_waits_for_test_and_for_its_plan() -> None:
    found = jobs(TEXTS["deploy.yml"])
    assert "    needs: test\n" in found["plan-prod"]
    assert "    needs: plan-prod\n" in found["prod"]
    assert ".venv/bin/python -m tools.ci plan --env prod\n" in found["plan-prod"], "nothing to read before approving"


def test_forks_get_no_token() -> None:
    condition = "github.event.pull_request.head.repo.full_name == github.repository"
    assert condition in jobs(TEXTS["plan.yml"])["plan"]
    assert "pull_request_target" not in TEXTS["plan.yml"]


def test_region_is_the_environments() -> None:
    regions = {region for text in TEXTS.values() for region in re.findall(r"aws-region: (.*)", text)}
    assert regions == {ENVIRONMENTS[name].provider.region for name in ("test", "prod")}


def test_same_actions_at_the_same_commits_everywhere() -> None:
    pins: dict[str, set[str]] = {}
    for text in TEXTS.values():
        for action, commit in re.findall(r"uses: ([\w/-]+)@([0-9a-f]{40} # v[0-9.]+)$", text, re.MULTILINE):
            pins.setdefault(action, set()).add(commit)
    assert {action: commits for action, commits in pins.items() if len(commits) > 1} == {}
    assert sum(text.count("uses:") for text in TEXTS.values()) == sum(
        len(re.findall(r"uses: [\w/-]+@[0-9a-f]{40} # v", text)) for text in TEXTS.values()
    )


def test_speaking_needs_nothing_installed() -> None:
    # Without the packages of this interpreter, as on a fresh runner.
    command = [sys.executable, "-S", "-m", "tools.ci.publish", "comment", "--pull-request", "7", "--folder", "nowhere"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("comment: ")
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr
