"""What is made of the answers of pip-audit and npm audit: which may not come, and then nothing may seem well."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from typing import Any

import pytest

from tools.local.machine_tools import PROJECT
from tools.scan import advisories
from tools.scan.advisories import check_advisories
from tools.scan.environment import ScanError

WELL = {"dependencies": [{"name": "boto3", "version": "1.0", "vulns": []}]}
VULNERABLE = {
    "dependencies": [
        {"name": "rsa", "version": "4.7", "vulns": [{"id": "PYSEC-1", "fix_versions": ["4.8"], "description": "…"}]}
    ]
}
#: With status 0, from a registry that has packages and no advisories.
LEFT_OUT = {"dependencies": [{"name": "boto3", "skip_reason": "Dependency not found on PyPI"}]}
NPM_WELL = {"vulnerabilities": {}, "metadata": {"dependencies": {"total": 7}}}
NPM_VULNERABLE = {
    "vulnerabilities": {
        "tar": {"via": [{"name": "tar", "range": "<7", "url": "https://…/GHSA-1", "title": "Writes anywhere"}]},
        "cdktf-cli": {"via": ["tar"]},
    },
    "metadata": {"dependencies": {"total": 7}},
}
NPM_OUT_OF_REACH = {"message": "405 Method Not Allowed", "error": {"summary": ""}}


def answering(monkeypatch: pytest.MonkeyPatch, pip: Any, npm: Any, error: str = "") -> None:
    """Have pip-audit and npm audit print these; None for nothing but ``error``."""

    def run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        answer = npm if command[0] == "npm" else pip
        return subprocess.CompletedProcess(command, 1, "" if answer is None else json.dumps(answer), error)

    monkeypatch.setattr(advisories, "run", run)
    monkeypatch.setattr(advisories, "tool", lambda name: name)
    monkeypatch.setattr(advisories, "pins", lambda: [PROJECT / "requirements.txt"])


def test_nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, WELL, NPM_WELL)
    assert (
        check_advisories(required=True) == "8 packages, no known vulnerability but 0 that tools/scan/skips.py accepts"
    )


@pytest.mark.parametrize("required", [True, False])
def test_known_vulnerability_fails(monkeypatch: pytest.MonkeyPatch, *, required: bool) -> None:
    answering(monkeypatch, VULNERABLE, NPM_VULNERABLE)
    with pytest.raises(ScanError) as told:
        check_advisories(required=required)
    assert str(told.value).splitlines() == [
        "requirements.txt: rsa 4.7 has PYSEC-1, mended in 4.8",
        "package-lock.json: tar <7 has GHSA-1: Writes anywhere",
    ]


def test_accepted_is_told_and_only_as_long_as_it_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, VULNERABLE, NPM_VULNERABLE)
    accepted = {"PYSEC-1": "…", "GHSA-1": "…"}
    assert check_advisories(required=True, accepted=accepted).endswith("but 2 that tools/scan/skips.py accepts")
    answering(monkeypatch, WELL, NPM_VULNERABLE)
    with pytest.raises(ScanError, match=r"^PYSEC-1 is no longer known"):
        check_advisories(required=False, accepted=accepted)
    # Without all answers nobody knows.
    answering(monkeypatch, LEFT_OUT, NPM_VULNERABLE)
    assert check_advisories(required=False, accepted=accepted).startswith("NOT CHECKED")


@pytest.mark.parametrize(
    ("pip", "npm", "error", "said"),
    [
        (LEFT_OUT, NPM_WELL, "", "requirements.txt: no answer on 1 of 1 packages: boto3"),
        (None, NPM_WELL, "…\nNo route to host", "requirements.txt: No route to host"),
        (WELL, NPM_OUT_OF_REACH, "", "package-lock.json: 405 Method Not Allowed"),
        (WELL, None, "No route to host", "package-lock.json: No route to host"),
    ],
    ids=["pip left out", "pip failed", "npm refused", "npm failed"],
)
def test_no_answer_is_said_and_fails_where_one_is_required(
    monkeypatch: pytest.MonkeyPatch, pip: Any, npm: Any, error: str, said: str
) -> None:
    answering(monkeypatch, pip, npm, error)
    told = check_advisories(required=False)
    assert told.startswith("NOT CHECKED")
    assert said in told
    with pytest.raises(ScanError, match="^" + said):
        check_advisories(required=True)


def test_every_file_with_pins_is_asked_about() -> None:
    asked = {file.relative_to(PROJECT).as_posix() for file in advisories.pins()}
    listed = subprocess.run(("git", "ls-files", "*.txt"), check=True, cwd=PROJECT, capture_output=True, text=True)
    assert asked == set(listed.stdout.split())


def test_githubs_ci_requires_an_answer() -> None:
    workflow = (PROJECT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert "ADVISORIES: required" in workflow
    assert "--advisories $(ADVISORIES)" in (PROJECT / "Makefile").read_text(encoding="utf-8")
