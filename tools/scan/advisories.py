"""Known vulnerabilities of every package that the project pins, by pip-audit and npm audit.

Both ask the registries, which not every machine reaches. What got no answer is said file by file, and is an error where
``required``: in GitHub's CI.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tools.local.machine_tools import PROJECT
from tools.scan.environment import ScanError, json_of, run, tool
from tools.scan.skips import ACCEPTED

#: Whatever pins Python packages, by the names that such files have here.
_PINS: Final = (
    *("requirements*.txt", "constraints.txt", "lambda_src/requirements.txt", "glue_src/requirements.txt"),
    *("ops/requirements.txt", "ops/report/requirements.txt", "tools/**/requirements.txt", "tools/**/constraints.txt"),
    "tests/sql/requirements.txt",
)
#: More names than these are not written out.
_NAMED: Final = 5


@dataclass
class Answers:
    """What the registries said: on how many packages, vulnerabilities by their ids, and what they gave no answer on."""

    answered: int = 0
    vulnerable: list[tuple[str, str]] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)


def check_advisories(*, required: bool, accepted: Mapping[str, str] = ACCEPTED) -> str:
    """Ask about all pinned packages, and return what to say of it.

    Raises:
        ScanError: a vulnerability is known; or, where ``required``, something could not be asked.
    """
    answers = Answers()
    for file in pins():
        _ask_pip_audit(file, answers)
    _ask_npm(answers)
    found = {identifier for identifier, _ in answers.vulnerable}
    complaints = [said for identifier, said in answers.vulnerable if identifier not in accepted]
    if not answers.unanswered:
        complaints += [
            f"{name} is no longer known: tools/scan/skips.py need not say it" for name in accepted.keys() - found
        ]
    if complaints or (required and answers.unanswered):
        raise ScanError("\n".join((*complaints, *answers.unanswered)))
    if answers.unanswered:
        unanswered = "\n  ".join(answers.unanswered)
        return f"NOT CHECKED, or not all, for here the advisories are out of reach:\n  {unanswered}"
    return f"{answers.answered} packages, no known vulnerability but {len(found)} that tools/scan/skips.py accepts"


def pins() -> list[Path]:
    """Return the files that pin Python packages. Each is asked about by itself: some pin other versions than others."""
    return sorted(file for pattern in _PINS for file in PROJECT.glob(pattern))


def _ask_pip_audit(file: Path, answers: Answers) -> None:
    name = file.relative_to(PROJECT)
    # The files are complete and exact: nothing has to be resolved or installed.
    options = ["--no-deps", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
    done = run([tool("pip-audit"), "--requirement", str(file), *options])
    try:
        packages = json_of(done)["dependencies"]
    except ScanError:
        answers.unanswered.append(f"{name}: {_last_line(done.stderr)}")
        return
    # With status 0: to pip-audit, a package that the registry gives no answer on is one to leave out.
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    answers.answered += len(packages) - len(skipped)
    if skipped:
        answers.unanswered.append(f"{name}: no answer on {len(skipped)} of {len(packages)} packages{_some(skipped)}")
    answers.vulnerable += [
        (found["id"], f"{name}: {package['name']} {package['version']} has {found['id']}, mended in {_mended(found)}")
        for package in packages
        for found in package.get("vulns", ())
    ]


def _ask_npm(answers: Answers) -> None:
    done = run(["npm", "audit", "--json"])
    try:
        answer: dict[str, Any] = json_of(done)
    except ScanError:
        answer = {}
    if "vulnerabilities" not in answer:
        said = answer.get("message") or _last_line(done.stderr)
        answers.unanswered.append(f"package-lock.json: {said}")
        return
    answers.answered += answer["metadata"]["dependencies"]["total"]
    for package in answer["vulnerabilities"].values():
        # Those that are only vulnerable by what they need have just its name here.
        for found in (reason for reason in package["via"] if isinstance(reason, dict)):
            identifier = found["url"].rpartition("/")[2]
            said = f"package-lock.json: {found['name']} {found['range']} has {identifier}: {found['title']}"
            answers.vulnerable.append((identifier, said))


def _mended(found: Mapping[str, Any]) -> str:
    return ", ".join(found["fix_versions"]) or "no version yet"


def _some(names: Sequence[str]) -> str:
    more = " …" if len(names) > _NAMED else ""
    return f": {', '.join(names[:_NAMED])}{more}"


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it said nothing"])[-1]
