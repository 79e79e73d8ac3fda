from __future__ import annotations

from pathlib import Path

import pytest

from tools.local.machine_tools import (
    find_java_home,
    java_major,
    node_major,
    output_of,
    terraform_version,
    tool_environment,
)


def make_java(folder: Path, specification: str) -> Path:
    """A JDK's home whose java says that it is of that version."""
    java = folder / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(
        f"#!/bin/sh\necho '    java.home = {folder}'\necho '    java.specification.version = {specification}'\n"
    )
    java.chmod(0o755)
    return folder


@pytest.mark.parametrize(("specification", "major"), [("1.8", 8), ("11", 11), ("17", 17), ("21", 21)])
def test_java_major(specification: str, major: int) -> None:
    assert java_major(f"  java.specification.version = {specification}\n") == major


def test_java_major_of_anything_else_is_none() -> None:
    assert java_major("No Java runtime present, requesting install.") is None


@pytest.mark.parametrize(("version", "major"), [("v20.20.2\n", 20), ("v8.1.0", 8), ("20.1", None), ("", None)])
def test_node_major(version: str, major: int | None) -> None:
    assert node_major(version) == major


@pytest.mark.parametrize(
    ("text", "version"),
    [("Terraform v1.11.4\non linux_amd64", (1, 11, 4)), ("Terraform v1.12.0-beta1", (1, 12, 0)), ("OpenTofu", None)],
)
def test_terraform_version(text: str, version: tuple[int, ...] | None) -> None:
    assert terraform_version(text) == version


def test_java_home_comes_before_path(tmp_path: Path) -> None:
    home, other = make_java(tmp_path / "home", "17"), make_java(tmp_path / "other", "11")
    assert find_java_home({"JAVA_HOME": str(home), "PATH": str(other / "bin")}) == home


def test_unsupported_java_home_is_passed_over(tmp_path: Path) -> None:
    home, other = make_java(tmp_path / "home", "21"), make_java(tmp_path / "other", "1.8")
    assert find_java_home({"JAVA_HOME": str(home), "PATH": str(other / "bin")}) == other


def test_no_java_is_none(tmp_path: Path) -> None:
    assert find_java_home({"PATH": str(tmp_path), "JAVA_HOME": str(tmp_path / "gone")}) is None


def test_output_of_what_fails_is_empty(tmp_path: Path) -> None:
    assert output_of(tmp_path / "missing") == ""
    assert output_of("sh", "-c", "echo shown; exit 3") == ""


def test_own_tools_come_first() -> None:
    before = {"PATH": "/somewhere/bin", "KEPT": "yes"}
    after = tool_environment(before)
    assert after["PATH"].endswith(".venv/bin:/somewhere/bin")
    assert after["KEPT"] == "yes"
    assert before == {"PATH": "/somewhere/bin", "KEPT": "yes"}
