"""Builds the stacks of the chosen environments: ``test`` and ``prod``, or what CAT_ENV names."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from envs.schema import ARROW_ENGINE, GLUE_ENGINE, Environment, FunctionSettings
from envs.selection import selected_environments
from envs.validation import ConfigurationError
from modules.etl.construct import EtlCode
from modules.lambda_function import FunctionCode
from modules.normalize.construct import NormalizeCode
from modules.packaging import NOT_ON_SPARK, LayerTarget, PackagingError, code_archive, exact_pins, layer_archive
from modules.provider_lock import synthesize
from modules.spark_job import SparkCode
from modules.stack import EtlStack, NormalizeStack
from modules.terraform import App

ROOT = Path(__file__).resolve().parent
BUILD = ROOT / "build"
#: The folders of both programs, as the code imports them.
NORMALIZE_PACKAGE = "lambda_src"
ETL_PACKAGE = "glue_src"


def add_stacks(app: App, environment: Environment) -> None:
    """Add both stacks of one environment, in the order in which they are deployed."""
    normalize = NormalizeStack(app, environment, normalize_code(environment))
    etl = EtlStack(app, environment, etl_code(environment))
    etl.add_dependency(normalize)


def normalize_code(environment: Environment) -> NormalizeCode:
    """Return the code of ETL-1 for the environment's engine: its kind decides what the stack is made of."""
    if environment.normalize.extract.engine == GLUE_ENGINE:
        pins = exact_pins(requirements(NORMALIZE_PACKAGE), without=NOT_ON_SPARK)
        return spark_code(NORMALIZE_PACKAGE, "spark_job.py", pins)
    return function_code(NORMALIZE_PACKAGE, environment.normalize.lambda_)


def etl_code(environment: Environment) -> EtlCode:
    """Return the code of ETL-2 for the environment's engine, as :func:`normalize_code` does for ETL-1."""
    transform = environment.etl.transform
    if transform.engine == ARROW_ENGINE:
        return function_code(ETL_PACKAGE, transform.arrow)
    return spark_code(ETL_PACKAGE, "job.py")


def spark_code(package: str, script: str, modules: Sequence[str] = ()) -> SparkCode:
    """Return a program as a Spark job runs it: its script, its archive, and the pins of what Glue has not."""
    library = code_archive(ROOT, package, BUILD)
    return SparkCode(script=ROOT / package / script, library=library, modules=modules)


def function_code(package: str, settings: FunctionSettings) -> FunctionCode:
    """Return a program as a Lambda function runs it: its archive, and the layer for the function's Python."""
    target = LayerTarget(python_version=settings.python_version, platform=settings.platform)
    layer = layer_archive(requirements(package), target, BUILD)
    return FunctionCode(function=code_archive(ROOT, package, BUILD), layer=layer)


def requirements(package: str) -> Path:
    """Return the file that pins what a program's layer holds."""
    return ROOT / package / "requirements.txt"


def main() -> None:
    """Synthesize the chosen environments' stacks into the folder that the cdktf command names."""
    try:
        environments = selected_environments(os.environ)
        app = App()
        for environment in environments:
            add_stacks(app, environment)
    except (ConfigurationError, PackagingError) as error:
        sys.exit(str(error))
    synthesize(app)


if __name__ == "__main__":
    main()
