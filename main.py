"""Builds the stacks of the chosen environments: ``test`` and ``prod``, or what CAT_ENV names."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from envs.schema import GLUE_ENGINE, Environment
from envs.selection import selected_environments
from envs.validation import ConfigurationError
from modules.normalize.construct import NormalizeCode
from modules.normalize.function import FunctionCode
from modules.packaging import NOT_ON_SPARK, LayerTarget, PackagingError, code_archive, exact_pins, layer_archive
from modules.spark_job import SparkCode
from modules.stack import EtlStack, NormalizeStack
from modules.terraform import App

ROOT = Path(__file__).resolve().parent
BUILD = ROOT / "build"
NORMALIZE_REQUIREMENTS = ROOT / "lambda_src" / "requirements.txt"
NORMALIZE_SCRIPT = ROOT / "lambda_src" / "spark_job.py"


def add_stacks(app: App, environment: Environment) -> None:
    """Add both stacks of one environment, in the order in which they are deployed."""
    normalize = NormalizeStack(app, environment, normalize_code(environment))
    etl = EtlStack(
        app,
        environment,
        SparkCode(script=ROOT / "glue_src" / "job.py", library=code_archive(ROOT, "glue_src", BUILD)),
    )
    etl.add_dependency(normalize)


def normalize_code(environment: Environment) -> NormalizeCode:
    """Return the code of ETL-1 for the environment's engine: its kind decides what the stack is made of."""
    code = code_archive(ROOT, "lambda_src", BUILD)
    if environment.normalize.extract.engine == GLUE_ENGINE:
        pins = exact_pins(NORMALIZE_REQUIREMENTS, without=NOT_ON_SPARK)
        return SparkCode(script=NORMALIZE_SCRIPT, library=code, modules=pins)
    settings = environment.normalize.lambda_
    target = LayerTarget(python_version=settings.python_version, platform=settings.platform)
    return FunctionCode(function=code, layer=layer_archive(NORMALIZE_REQUIREMENTS, target, BUILD))


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
