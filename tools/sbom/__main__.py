"""``python -m tools.sbom``: bills of material (CycloneDX) of what deploys and of what is deployed, into build/sbom."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import Final

from tools.local.errors import SideEnvironmentError
from tools.local.machine_tools import PROJECT, tool_environment
from tools.local.side_environment import python_with

FOLDER: Final = PROJECT / "build" / "sbom"
#: By the name of each bill.
LOCKS: Final = {
    "deploying": PROJECT / "tools" / "ci" / "requirements.lock",
    "layer-lambda_src": PROJECT / "lambda_src" / "requirements.lock",
    "layer-glue_src": PROJECT / "glue_src" / "requirements.lock",
}
NPM: Final = "npm"


def write_bills(folder: Path = FOLDER) -> list[Path]:
    """Write a bill for each lock, the same bytes for the same lock, and for npm's packages; return the files.

    Raises:
        SideEnvironmentError: the tool cannot be installed.
        CalledProcessError: it, or npm, failed.
    """
    here = Path(__file__).parent
    tool = python_with(
        [here / "requirements.txt"], PROJECT / "build" / "sbom-venv", [here / "constraints.txt"]
    ).with_name("cyclonedx-py")
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{name}.cdx.json" for name in (*LOCKS, NPM)]
    for lock, file in zip(LOCKS.values(), files, strict=False):
        options = ["--output-reproducible", "--output-format", "JSON", "--output-file", str(file)]
        subprocess.run((str(tool), "requirements", str(lock), *options), check=True, capture_output=True)
    npm = ("npm", "sbom", "--sbom-format", "cyclonedx", "--package-lock-only")
    done = subprocess.run(npm, check=True, cwd=PROJECT, env=tool_environment(), capture_output=True)
    files[-1].write_bytes(done.stdout)
    return files


def main() -> None:
    """Write the bills, and say where."""
    argparse.ArgumentParser(prog="python -m tools.sbom", description=__doc__).parse_args()
    try:
        for file in write_bills():
            sys.stdout.write(f"{file.relative_to(PROJECT)}\n")
    except (SideEnvironmentError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", None) or b""
        sys.exit(f"sbom: {error}\n{said.decode(errors='replace')}")


if __name__ == "__main__":
    main()
