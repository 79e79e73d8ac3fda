from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from envs.local import LOCAL
from tools.local.errors import EmulatorError
from tools.local.workspace import Workspace

SECOND = replace(LOCAL, name="second")


def test_a_second_environment_shares_the_emulator_and_no_file(tmp_path: Path) -> None:
    first = Workspace(LOCAL, tmp_path)
    second = first.beside(SECOND)
    assert second.emulator is first.emulator
    assert (first.environment, second.environment) == (LOCAL, SECOND)
    files = [
        (each.cdktf_output, each.deploy_log, each.normalize_log, each.job_log, each.trino.directory)
        for each in (first, second)
    ]
    assert set(files[0]).isdisjoint(files[1])
    assert all(path.parent.is_dir() for path in files[1])


def test_an_emulator_that_does_not_run_is_told(tmp_path: Path) -> None:
    with pytest.raises(EmulatorError, match="was not started"):
        Workspace(LOCAL, tmp_path).source_table()
