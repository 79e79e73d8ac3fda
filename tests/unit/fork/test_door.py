"""The moved door: two prefixes changed, and nothing else."""

from __future__ import annotations

from pathlib import Path

from fork.door import moved
from local.machine_tools import PROJECT

SOURCE = (PROJECT / "modules" / "terraform.py").read_text(encoding="utf-8")


def changed(before: str, after: str) -> list[tuple[str, str]]:
    lines = zip(before.splitlines(), after.splitlines(), strict=True)
    return [(old.strip(), new.strip()) for old, new in lines if old != new]


def test_only_imports_and_the_registration_change() -> None:
    found = changed(SOURCE, moved(SOURCE))

    assert ("from cdktf import (", "from cdktn import (") in found
    assert (
        'register_without_executing("cdktf_cdktf_provider_aws")',
        'register_without_executing("cdktn_provider_aws")',
    ) in (found)
    assert {
        new.replace("cdktn_provider_aws", "cdktf_cdktf_provider_aws").replace("cdktn", "cdktf") for _, new in found
    } == {old for old, _ in found}
    assert all(old.startswith(("from cdktf", "import cdktf", "register_without_executing(")) for old, _ in found)


def test_nothing_of_cdktf_is_left_but_words() -> None:
    code = [line for line in moved(SOURCE).splitlines() if "import" in line.split() and "cdktf" in line]

    assert code == []


def test_other_packages_and_texts_stay() -> None:
    source = 'from cdktfx import A\nfrom constructs import Construct\nimport os  # cdktf\nNAME = "cdktf"\n'

    assert moved(source) == source


def test_the_fork_is_pinned_for_its_own_environment_alone() -> None:
    files = [
        path.name for path in Path(PROJECT).glob("requirements*.txt") if "cdktn" in path.read_text(encoding="utf-8")
    ]

    assert files == ["requirements-fork.txt"]
