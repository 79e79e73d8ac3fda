from __future__ import annotations

from pathlib import Path

import pytest

from tools.local import side_environment
from tools.local.errors import SideEnvironmentError
from tools.local.side_environment import python_with


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(side_environment, "PROJECT", tmp_path)
    return tmp_path / "side"


def test_what_is_installed_is_used_again_until_the_requirements_change(folder: Path) -> None:
    requirements = folder.parent / "requirements.txt"
    requirements.write_text("# nothing\n", encoding="utf-8")
    python = python_with([requirements], folder)
    mark = folder / "mark"
    mark.touch()

    assert python_with([requirements], folder) == python
    assert python.exists()
    assert mark.exists()
    requirements.write_text("# nothing else\n", encoding="utf-8")
    python_with([requirements], folder)
    assert not mark.exists()


def test_what_cannot_be_installed_is_told_and_tried_again(folder: Path) -> None:
    requirements = folder.parent / "requirements.txt"
    requirements.write_text("./no-such-package\n", encoding="utf-8")

    for _ in range(2):
        with pytest.raises(SideEnvironmentError, match=r"requirements\.txt cannot be installed: .*no-such-package"):
            python_with([requirements], folder)
