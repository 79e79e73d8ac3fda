from __future__ import annotations

import importlib.util
import zipfile
from pathlib import Path

import pytest

from envs.local import LOCAL
from envs.schema import Environment, FunctionSettings
from envs.test import TEST
from modules.packaging import Archive, LayerTarget, code_archive, layer_archive
from tests.archives.programs import LAYER_REQUIREMENTS, PROVIDED_BY_GLUE, ROOT

#: What those packages need in their turn.
PROVIDED_WITH_THEM = ("s3transfer", "jmespath", "urllib3", "dateutil", "six")


def unzipped(archive: Archive, folder: Path) -> Path:
    with zipfile.ZipFile(archive.path) as opened:
        opened.extractall(folder)
    return folder


@pytest.fixture(scope="session")
def archives(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Archive]:
    """The code archives of both programs, as main.py makes them."""
    build = tmp_path_factory.mktemp("archives")
    return {package: code_archive(ROOT, package, build) for package in ("lambda_src", "glue_src")}


@pytest.fixture(scope="session")
def local_layers() -> dict[str, Archive]:
    """The programs' layers for the interpreter that runs the tests; kept in build/ between sessions."""
    return layers(LOCAL)


@pytest.fixture(scope="session")
def aws_layers() -> dict[str, Archive]:
    """The programs' layers for Lambda itself; kept in build/ between sessions."""
    return layers(TEST)


def layers(environment: Environment) -> dict[str, Archive]:
    settings: dict[str, FunctionSettings] = {
        "lambda_src": environment.normalize.lambda_,
        "glue_src": environment.etl.transform.arrow,
    }
    return {
        package: layer_archive(
            LAYER_REQUIREMENTS[package],
            LayerTarget(python_version=function.python_version, platform=function.platform),
            ROOT / "build",
        )
        for package, function in settings.items()
    }


@pytest.fixture(scope="session")
def paths_of_functions(
    archives: dict[str, Archive], local_layers: dict[str, Archive], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[Path]]:
    """Where Lambda's Python finds each program's modules: the function's folder and the layer's python folder."""
    return {
        package: [
            unzipped(archives[package], tmp_path_factory.mktemp("function")),
            unzipped(layer, tmp_path_factory.mktemp("layer")) / "python",
        ]
        for package, layer in local_layers.items()
    }


@pytest.fixture(scope="session")
def function_paths(paths_of_functions: dict[str, list[Path]]) -> list[Path]:
    """Where ETL-1's function finds modules."""
    return paths_of_functions["lambda_src"]


@pytest.fixture(scope="session")
def etl_function_paths(paths_of_functions: dict[str, list[Path]]) -> list[Path]:
    """Where ETL-2's function finds modules."""
    return paths_of_functions["glue_src"]


@pytest.fixture(scope="session")
def job_paths(archives: dict[str, Archive], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Where Glue's Python finds modules: the library, as a zip, and what Glue itself has installed."""
    provided = tmp_path_factory.mktemp("provided")
    for name in (*PROVIDED_BY_GLUE, *PROVIDED_WITH_THEM):
        spec = importlib.util.find_spec(name)
        assert spec is not None, name
        assert spec.origin is not None, name
        origin = Path(spec.origin)
        place = origin.parent if origin.name == "__init__.py" else origin
        (provided / place.name).symlink_to(place)
    return [archives["glue_src"].path, provided]
