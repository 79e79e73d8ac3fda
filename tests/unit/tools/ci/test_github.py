from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.tools.ci.github_server import OURS, REPOSITORY, TOKEN, Repository, serving
from tools.ci.changes import Action, Change
from tools.ci.exceptions import GitHubError, PipelineError
from tools.ci.github import GitHub
from tools.ci.markdown import markdown, marker
from tools.ci.publish import comment, issue
from tools.ci.report import Report, StackPlan

EMPTY = Report("test", "abc", (StackPlan("cat-test-normalize"),))
DRIFTED = Report("test", "abc", (StackPlan("cat-test-normalize", (Change("aws_x.y", Action.CHANGE),)),))


@pytest.fixture
def repository() -> Repository:
    return Repository()


@pytest.fixture
def variables(repository: Repository) -> Iterator[dict[str, str]]:
    with serving(repository) as url:
        yield {"GITHUB_API_URL": url, "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_TOKEN": TOKEN}


def written(folder: Path, report: Report, title: str) -> Path:
    report.write(folder / "plan.json")
    (folder / "plan.md").write_text(markdown(report, title), encoding="utf-8")
    return folder


def said(issue: int, body: str, number: int, user: dict[str, str] = OURS) -> dict[str, Any]:
    return {"id": number, "issue": issue, "user": user, "body": body}


def test_first_plan_is_a_new_comment(repository: Repository, variables: dict[str, str], tmp_path: Path) -> None:
    comment(written(tmp_path, DRIFTED, "Plan of test"), 7, variables)
    assert [(one["issue"], one["body"]) for one in repository.comments] == [(7, (tmp_path / "plan.md").read_text())]


def test_next_plan_replaces_its_own_comment_only(
    repository: Repository, variables: dict[str, str], tmp_path: Path
) -> None:
    ours = marker(DRIFTED)
    repository.comments += [
        *(said(7, f"{number} of a long talk", number) for number in range(150)),
        said(7, f"{ours}\nsomebody else's, who may write such a line", 200, {"login": "someone"}),
        said(7, f"quoted: {ours}", 201),
        said(7, f"{marker(Report('prod', '', ()))}\nof another environment", 202),
        said(8, f"{ours}\nof another pull request", 203),
        said(7, f"{ours}\nold", 204),
    ]
    before = json.loads(json.dumps(repository.comments))
    comment(written(tmp_path, EMPTY, "Plan of test"), 7, variables)
    assert repository.changes == [("PATCH", "issues/comments/204")]
    assert repository.comments[:-1] == before[:-1]
    assert repository.comments[-1]["body"] == (tmp_path / "plan.md").read_text()


def test_drift_has_one_issue_from_its_opening_to_its_end(
    repository: Repository, variables: dict[str, str], tmp_path: Path
) -> None:
    repository.issues += [
        {"number": 1, "title": "Drift in test", "state": "open", "user": {"login": "someone"}, "body": "mine"},
        {"number": 2, "title": "Drift in test", "state": "open", "user": OURS, "pull_request": {}, "body": "a PR"},
    ]
    issue(written(tmp_path, EMPTY, "Drift in test"), variables)
    assert repository.changes == []
    issue(written(tmp_path, DRIFTED, "Drift in test"), variables)
    issue(written(tmp_path, DRIFTED, "Drift in test"), variables)
    assert repository.changes == [("POST", "issues"), ("PATCH", "issues/3")]
    assert repository.issues[2]["title"] == "Drift in test"
    assert "1 to change" in repository.issues[2]["body"]
    issue(written(tmp_path, EMPTY, "Drift in test"), variables)
    assert (repository.issues[2]["state"], repository.issues[2]["state_reason"]) == ("closed", "completed")
    issue(written(tmp_path, DRIFTED, "Drift in test"), variables)
    assert [one["state"] for one in repository.issues] == ["open", "open", "closed", "open"]


def test_refusal_says_why_and_not_the_token(repository: Repository, variables: dict[str, str]) -> None:
    client = GitHub(variables["GITHUB_API_URL"], REPOSITORY, "another")
    with pytest.raises(
        GitHubError, match=r"GitHub answered GET issues/7/comments.* with 401.*Bad credentials"
    ) as refused:
        client.comment(7, "marker", "body")
    assert "another" not in f"{refused.value} {client!r}"
    assert repository.changes == []


def test_no_answer_is_an_error() -> None:
    with serving(Repository()) as url:
        pass
    with pytest.raises(GitHubError, match="could not be asked"):
        GitHub(url, REPOSITORY, TOKEN).comment(7, "marker", "body")


def test_outside_a_workflow_it_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match="GITHUB_REPOSITORY and GITHUB_TOKEN must be set"):
        comment(written(tmp_path, EMPTY, "Plan of test"), 7, {})
