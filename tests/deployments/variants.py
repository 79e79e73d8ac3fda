"""``python -m tests.deployments.variants FOLDER``: local as workflows deploy it, and with changed programs.

Both have a budget, which local has not. Each is written to a folder of its name, by the code of main.py and of the
pipeline's own program; the environment comes from the variables, as it does for who deploys.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Final

import main as platform
from envs.local import LOCAL
from envs.selection import environment_named
from modules.ci.stack import PipelineStack
from modules.provider_lock import synthesize
from modules.terraform import App

FIRST: Final = "first"
CHANGED: Final = "changed"
#: What gets one byte more: a file of each program.
ONE_BYTE_LONGER: Final = (f"{platform.NORMALIZE_PACKAGE}/handler.py", f"{platform.ETL_PACKAGE}/job.py")


def write(folder: Path, *, with_pipeline: bool) -> None:
    """Synthesize the platform's stacks into ``folder``, and beside them the stack of what the workflows act as."""
    folder.mkdir(parents=True)
    app, local = App(outdir=str(folder)), environment_named(LOCAL.name, os.environ)
    environment = replace(local, alerts=replace(local.alerts, monthly_budget_usd=25))
    if with_pipeline:
        PipelineStack(app, environment)
    platform.add_stacks(app, environment)
    synthesize(app)


def change_programs(source: Path) -> None:
    """Have main.py take the programs from a copy in which each has one byte more."""
    for package in (platform.NORMALIZE_PACKAGE, platform.ETL_PACKAGE, "contract"):
        shutil.copytree(platform.ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ONE_BYTE_LONGER:
        with (source / name).open("a", encoding="utf-8") as file:
            file.write("\n")
    build = source / "build"
    build.mkdir()
    for layer in platform.BUILD.glob("layer-*.zip"):
        (build / layer.name).symlink_to(layer)
    platform.ROOT, platform.BUILD = source, build


def main(folder: Path) -> None:
    """Write both variants."""
    write(folder / FIRST, with_pipeline=True)
    change_programs(folder / "source")
    write(folder / CHANGED, with_pipeline=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
