"""Builds the stacks of the chosen environments: ``test`` and ``prod``, or what CAT_ENV names."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from envs.schema import Environment
from envs.selection import selected_environments
from envs.validation import ConfigurationError
from modules.packaging import LayerTarget, PackagingError, code_archive, layer_archive
from modules.stack import EtlCode, EtlStack, NormalizeCode, NormalizeStack
from modules.terraform import App

ROOT = Path(__file__).resolve().parent
BUILD = ROOT / "build"


def add_stacks(app: App, environment: Environment) -> None:
    """Add both stacks of one environment, in the order in which they are deployed."""
    settings = environment.normalize.lambda_
    target = LayerTarget(python_version=settings.python_version, platform=settings.platform)
    normalize = NormalizeStack(
        app,
        environment,
        NormalizeCode(
            function=code_archive(ROOT, "lambda_src", BUILD),
            layer=layer_archive(ROOT / "lambda_src" / "requirements.txt", target, BUILD),
        ),
    )
    etl = EtlStack(
        app,
        environment,
        EtlCode(script=ROOT / "glue_src" / "job.py", library=code_archive(ROOT, "glue_src", BUILD)),
    )
    etl.add_dependency(normalize)


def main() -> None:
    """Synthesize the chosen environments' stacks into the folder that the cdktf command names."""
    try:
        environments = selected_environments(os.environ)
        app = App()
        for environment in environments:
            add_stacks(app, environment)
    except (ConfigurationError, PackagingError) as error:
        sys.exit(str(error))
    app.synth()


if __name__ == "__main__":
    main()
