"""The programs that the platform needs beside Python: which of them this machine has, in which versions.

Standard library only: this runs before the virtual environment exists.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

PROJECT: Final = Path(__file__).resolve().parents[2]
VENV: Final = PROJECT / ".venv"
#: A link to the JDK that setup chose, the machine's or one from PyPI.
JDK_LINK: Final = VENV / "jdk"

#: Where the local platform keeps its files, unless told otherwise.
DEFAULT_DIRECTORY: Final = PROJECT / ".local"
#: Held while setup installs, and in a demo's folder while the demo is being made.
SETUP_LOCK: Final = DEFAULT_DIRECTORY / "setup.lock"
DEMO_LOCK: Final = "demo.lock"

JAVA_VERSIONS: Final = (8, 11, 17)
"""What Spark 3.5 runs on: https://spark.apache.org/docs/3.5.6/#downloading"""
NODE_VERSIONS: Final = range(20, 24)
"""The tests' browser needs 20; from 24 on its terminal library has no prebuilt binary."""
TERRAFORM_AT_LEAST: Final = (1, 11)
"""The first with S3 state locking that is no longer experimental."""

Version = tuple[int, ...]


def output_of(*command: str | Path) -> str:
    """Return what a command prints to both streams, or an empty text where it is missing or fails."""
    try:
        done = subprocess.run(
            command, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout


def java_major(settings: str) -> int | None:
    """Return the major version in what ``java -XshowSettings:properties`` prints; ``1.8`` is 8."""
    match = re.search(r"java\.specification\.version = (?:1\.)?(\d+)", settings)
    return int(match[1]) if match else None


def node_major(version: str) -> int | None:
    """Return the major version in what ``node --version`` prints."""
    match = re.fullmatch(r"v(\d+)\.\d+\.\d+", version.strip())
    return int(match[1]) if match else None


def terraform_version(text: str) -> Version | None:
    """Return the version in what ``terraform version`` prints."""
    match = re.search(r"Terraform v(\d+)\.(\d+)\.(\d+)", text)
    return tuple(int(part) for part in match.groups()) if match else None


def find_java_home(environment: Mapping[str, str]) -> Path | None:
    """Return the home of the machine's JDK that Spark can use, ``JAVA_HOME`` before ``PATH``, or None."""
    for java in _java_candidates(environment):
        settings = output_of(java, "-XshowSettings:properties", "-version")
        home = re.search(r"java\.home = (.+)", settings)
        if home and java_major(settings) in JAVA_VERSIONS:
            return Path(home[1].strip())
    return None


def _java_candidates(environment: Mapping[str, str]) -> Iterator[Path]:
    if environment.get("JAVA_HOME"):
        yield Path(environment["JAVA_HOME"], "bin", "java")
    on_path = shutil.which("java", path=environment.get("PATH"))
    if on_path:
        yield Path(on_path)


def tool_environment(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return a copy of an environment (default: this process's) in which setup's own tools come first."""
    result = dict(os.environ if environment is None else environment)
    result["PATH"] = os.pathsep.join((str(VENV / "bin"), result.get("PATH", os.defpath)))
    if JDK_LINK.exists():
        result["JAVA_HOME"] = str(JDK_LINK)
    return result


def java_command(environment: Mapping[str, str] | None = None) -> Path:
    """Return the Java that setup chose, or the one on PATH where setup has not run."""
    home = tool_environment(environment).get("JAVA_HOME")
    return Path(home, "bin", "java") if home else Path("java")
