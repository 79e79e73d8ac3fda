from __future__ import annotations

import itertools
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tools.local.installation import SAID_AGAIN, PipProgress, SetupError, now_and_then, run, say
from tools.local.machine_tools import PROJECT
from tools.local.setup_machine import Stamps, check_own_folders, check_terraform

FIND_PYTHON = PROJECT / "tools" / "local" / "find_python.sh"


@pytest.fixture
def stamps(tmp_path: Path) -> Stamps:
    (tmp_path / "requirements.txt").write_text("one==1\n")
    return Stamps(tmp_path, tmp_path / ".venv" / "setup")


def test_nothing_is_current_before_it_is_recorded(stamps: Stamps) -> None:
    assert not stamps.is_current("python", ["requirements.txt"])


def test_recorded_step_is_current_until_a_file_changes(stamps: Stamps, tmp_path: Path) -> None:
    stamps.record("python", ["requirements.txt", "3.11"])
    assert stamps.is_current("python", ["requirements.txt", "3.11"])
    (tmp_path / "requirements.txt").write_text("one==2\n")
    assert not stamps.is_current("python", ["requirements.txt", "3.11"])


def test_texts_count_as_files_do(stamps: Stamps) -> None:
    stamps.record("python", ["requirements.txt", "3.11"])
    assert not stamps.is_current("python", ["requirements.txt", "3.12"])
    assert not stamps.is_current("node", ["requirements.txt", "3.11"])


@pytest.mark.parametrize("text", ["Terraform v1.11.0", "Terraform v1.14.3\non darwin_arm64", "Terraform v2.0.0"])
def test_new_enough_terraform_passes(text: str) -> None:
    check_terraform(text)


@pytest.mark.parametrize(("text", "found"), [("", "none"), ("Terraform v1.10.5\n", r"1\.10\.5")])
def test_missing_or_old_terraform_is_told_with_the_remedy(text: str, found: str) -> None:
    with pytest.raises(SetupError, match=rf"1\.11 or newer.*found: {found}\.\n.*https://developer"):
        check_terraform(text)


def test_failed_installation_says_which_command() -> None:
    with pytest.raises(SetupError, match=r"sh -c exit 7\nfailed: .*status 7.*make setup again"):
        run("sh", "-c", "exit 7")


def test_failed_installation_that_was_heard_shows_its_last_lines(capfd: pytest.CaptureFixture[str]) -> None:
    heard: list[str] = []
    with pytest.raises(SetupError, match="status 1"):
        run("sh", "-c", "seq 30; echo no >&2; exit 1", hear=heard.append)
    assert heard == [f"{number}\n" for number in range(1, 31)]
    said = capfd.readouterr()
    assert said.out == ""
    assert sorted(said.err.split()) == sorted(["no", *map(str, range(11, 31))])


def test_pip_is_told_of_now_and_then() -> None:
    said, seconds = list[str](), iter((0.0, 1.0, 9.9, 10.0, 11.0, 12.0, 19.9, 20.0))
    progress = PipProgress(said.append, lambda: next(seconds))
    for line in (
        "Collecting boto3==1.2 (from -r requirements.txt (line 3))",
        "  Downloading boto3-1.2-py3-none-any.whl.metadata (6.6 kB)",
        "Collecting pyspark==3.5 (from -r requirements-dev.txt (line 4))",
        "Collecting py4j==0.10 (from pyspark==3.5)",
        "Installing collected packages: py4j, boto3, pyspark",
        "  Attempting uninstall: boto3",
        "Successfully installed boto3-1.2 py4j-0.10 pyspark-3.5",
    ):
        progress.hear(f"{line}\n")
    assert said == [
        "2 packages found; collecting pyspark==3.5",
        "unpacking 3 packages (up to some minutes)",
        "3 packages installed",
    ]


def test_pip_is_silent_while_it_unpacks_and_setup_is_not() -> None:
    said, there = list[str](), iter((2, 3, 4))
    progress = PipProgress(said.append, there=lambda: next(there))
    progress.look()
    progress.hear("Installing collected packages: py4j, boto3, pyspark\n")
    progress.look()
    progress.hear("  Attempting uninstall: boto3\n")
    progress.look()
    progress.hear("Successfully installed boto3-1.2 py4j-0.10 pyspark-3.5\n")
    progress.look()
    assert said[1:] == ["1 of 3 packages unpacked", "2 of 3 packages unpacked", "3 packages installed"]


def test_a_look_is_taken_now_and_then() -> None:
    looked = threading.Event()
    with now_and_then(looked.set, 0.01):
        assert looked.wait(30)


def test_no_line_of_progress_is_longer_than_a_terminal_is_wide(capsys: pytest.CaptureFixture[str]) -> None:
    seconds = itertools.count(step=SAID_AGAIN)
    progress = PipProgress(say, lambda: next(seconds))
    many = [f"a-package-with-a-name-{number}" for number in range(138)]
    for line in (
        f"Collecting {many[0]} @ https://{'.'.join(many[:9])}/a.whl",
        f"Requirement already satisfied: {'/'.join(many)}",
        f"Installing collected packages: {', '.join(many)}",
        f"Successfully installed {' '.join(many)}",
    ):
        progress.hear(f"{line}\n")
    said = capsys.readouterr().out.splitlines()
    assert (len(said), said[-1]) == (4, "setup: 138 packages installed")
    assert max(map(len, said)) <= 80


def find_python(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    tools = os.pathsep.join((str(folder), "/usr/bin", "/bin"))
    return subprocess.run(
        ("/bin/sh", str(FIND_PYTHON)),
        check=False,
        cwd=folder,
        env={"PATH": tools, **environment},
        capture_output=True,
        text=True,
    )


def test_named_python_is_taken(tmp_path: Path) -> None:
    done = find_python(tmp_path, PYTHON=sys.executable)
    assert (done.returncode, done.stdout.strip()) == (0, sys.executable)


def test_name_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    shim = tmp_path / "python3.11"
    shim.write_text("#!/bin/sh\necho 'version not installed' >&2\nexit 127\n")
    shim.chmod(0o755)
    own = tmp_path / "python3.12"
    own.symlink_to(sys.executable)
    assert find_python(tmp_path).stdout.strip() == str(own)


def test_no_python_is_told_with_the_remedy(tmp_path: Path) -> None:
    for name in ("python3.11", "python3.12", "python3.13", "python3", "python"):
        (tmp_path / name).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    done = find_python(tmp_path)
    assert done.returncode == 1
    assert "make setup PYTHON=" in done.stderr


@pytest.mark.parametrize("name", [".venv", "node_modules"])
def test_what_another_checkout_has_is_not_changed(tmp_path: Path, name: str) -> None:
    check_own_folders(tmp_path)
    (tmp_path / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SetupError, match=f"{name} is a link"):
        check_own_folders(tmp_path)
