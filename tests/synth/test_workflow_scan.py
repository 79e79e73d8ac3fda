from __future__ import annotations

from pathlib import Path

import pytest

from tools.scan.environment import ScanError
from tools.scan.workflows import WORKFLOWS, check_workflows


def changed(tmp_path: Path, old: str, new: str) -> Path:
    """The project's own workflows with something replaced."""
    texts = {file.name: file.read_text(encoding="utf-8") for file in WORKFLOWS.iterdir()}
    assert any(old in text for text in texts.values())
    for name, text in texts.items():
        (tmp_path / name).write_text(text.replace(old, new), encoding="utf-8")
    return tmp_path


def test_the_projects_own_pass() -> None:
    assert check_workflows() == "4 as GitHub's schema has it, 0 findings of zizmor"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("runs-on:", "runs-in:", "runs-in"),
        ("@3d3c42e5aac5ba805825da76410c181273ba90b1", "@v7", "unpinned-uses"),
        ("contents: read", "contents: write", "excessive-permissions"),
        ("persist-credentials: false", "clean: true", "artipacked"),
        ("run: bash .ci/run", "run: echo ${{ github.head_ref }}", "template-injection"),
    ],
    ids=lambda value: value if value.isidentifier() else "",
)
def test_fault_is_found(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    with pytest.raises(ScanError, match=complaint):
        check_workflows(changed(tmp_path, old, new))


def test_no_workflows_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ScanError, match="no workflows"):
        check_workflows(tmp_path)
