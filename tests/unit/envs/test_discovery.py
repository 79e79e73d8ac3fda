"""An environment is a file: what has one is found, and what is not as it should be is told."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import envs
from envs import selection
from envs.discovery import environments_in
from envs.local import LOCAL
from envs.prod import PROD
from envs.test import TEST
from envs.validation import ConfigurationError

COPY = "from dataclasses import replace\nfrom envs.test import TEST\n"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """An empty package, ``more_envs`` in ``tmp_path``."""
    (tmp_path / "more_envs").mkdir()
    (tmp_path / "more_envs" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    yield import_module("more_envs")
    for name in [name for name in sys.modules if name.partition(".")[0] == "more_envs"]:
        del sys.modules[name]


def write(package: ModuleType, name: str, text: str) -> None:
    (Path(package.__path__[0]) / f"{name}.py").write_text(COPY + text, encoding="utf-8")


def test_all_files_of_the_folder_are_known() -> None:
    assert environments_in(envs).items() >= {"test": TEST, "prod": PROD, "local": LOCAL}.items()
    assert environments_in(envs).items() <= selection.ENVIRONMENTS.items()


def test_what_ships_comes_first_and_stays_the_same_three() -> None:
    assert list(selection.SHIPPED) == ["test", "prod", "local"]
    assert list(selection.ENVIRONMENTS)[:3] == ["test", "prod", "local"]


def test_one_file_is_an_environment(package: ModuleType) -> None:
    write(package, "staging", 'STAGING = replace(TEST, name="staging")\n')
    write(package, "sizes", "SMALL = 1\n")
    found = environments_in(package)
    assert {name: environment.name for name, environment in found.items()} == {"staging": "staging"}


def test_a_copy_that_kept_its_name_is_refused(package: ModuleType) -> None:
    # It would take the place of the other, with its stacks and its state.
    write(package, "staging", "STAGING = TEST\n")
    with pytest.raises(ConfigurationError) as raised:
        environments_in(package)
    assert str(raised.value) == "more_envs/staging.py: STAGING is called 'test': name it 'staging'"
