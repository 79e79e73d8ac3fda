from __future__ import annotations

import importlib.util
import zipfile
from pathlib import Path

import pytest

from envs.local import LOCAL
from envs.test import TEST
from modules.packaging import Archive, LayerTarget, code_archive, layer_archive
from tests.contract.programs import LAYER_REQUIREMENTS, PROVIDED_BY_GLUE, ROOT

#: What those packages need in their turn.
PROVIDED_WITH_THEM = ("py4j", "s3transfer", "jmespath", "urllib3", "dateutil", "six")


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
def local_layer() -> Archive:
    """The layer for the interpreter that runs the tests; kept in build/ between sessions."""
    settings = LOCAL.normalize.lambda_
    target = LayerTarget(python_version=settings.python_version, platform=settings.platform)
    return layer_archive(LAYER_REQUIREMENTS, target, ROOT / "build")


@pytest.fixture(scope="session")
def aws_layer() -> Archive:
    """The layer for Lambda itself; kept in build/ between sessions."""
    settings = TEST.normalize.lambda_
    target = LayerTarget(python_version=settings.python_version, platform=settings.platform)
    return layer_archive(LAYER_REQUIREMENTS, target, ROOT / "build")


@pytest.fixture(scope="session")
def function_paths(
    archives: dict[str, Archive], local_layer: Archive, tmp_path_factory: pytest.TempPathFactory
) -> list[Path]:
    """Where Lambda's Python finds modules: the function's folder and the layer's python folder."""
    function = unzipped(archives["lambda_src"], tmp_path_factory.mktemp("function"))
    return [function, unzipped(local_layer, tmp_path_factory.mktemp("layer")) / "python"]


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
