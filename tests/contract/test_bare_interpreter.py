"""The archives as the services get them, in a Python that has nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.contract.programs import ON_SPARK_ONLY, ROOT, bare_python, sources

WHERE = """
import json
loaded = {name: getattr(module, "__file__", None) or "" for name, module in sorted(sys.modules.items())}
print(json.dumps(loaded))
"""
TOOLS = {"cdktf", "constructs", "jsii", "pytest", "pydantic", "mypy_boto3_s3", "envs", "local"}


def modules_of(package: str) -> list[str]:
    names = [file.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".") for file in sources(package)]
    return [name.removesuffix(".__init__") for name in names]


def loaded(paths: list[Path], folder: Path, *modules: str) -> dict[str, str]:
    code = "".join(f"import {module}\n" for module in modules)
    found: dict[str, str] = json.loads(bare_python(paths, code + WHERE, folder))
    return found


def test_handler(function_paths: list[Path], tmp_path: Path) -> None:
    found = loaded(function_paths, tmp_path, "lambda_src.handler")
    function, layer = function_paths
    assert Path(found["lambda_src.handler"]) == function / "lambda_src" / "handler.py"
    assert Path(found["modules.contract.layout"]) == function / "modules" / "contract" / "layout.py"
    for name in ("boto3", "botocore", "aws_lambda_powertools"):
        assert Path(found[name]) == layer / name / "__init__.py", f"{name} must come from the layer"
    assert TOOLS & set(found) == set()
    assert {f"lambda_src.{name.removesuffix('.py')}" for name in ON_SPARK_ONLY} & set(found) == set()
    assert [name for name, file in found.items() if str(ROOT) in file or "site-packages" in file] == []


def test_handler_is_the_function_that_lambda_calls(function_paths: list[Path], tmp_path: Path) -> None:
    code = """
import inspect, lambda_src.handler
print(*inspect.signature(lambda_src.handler.handler).parameters)
"""
    event, context = bare_python(function_paths, code, tmp_path).split()
    assert (event, context) == ("event", "context")


def test_scan_path_loads_no_pandas(function_paths: list[Path], tmp_path: Path) -> None:
    assert {"pandas", "numpy"} & set(loaded(function_paths, tmp_path, "lambda_src.handler")) == set()


def test_whole_layer_can_be_imported(function_paths: list[Path], tmp_path: Path) -> None:
    code = "import pandas, numpy, tzdata, zoneinfo\nprint(pandas.DataFrame({'a': [1, 2]}).a.sum(), numpy.__name__)"
    assert bare_python(function_paths, code, tmp_path) == "3 numpy"


def test_time_zones_come_with_the_layer(function_paths: list[Path], tmp_path: Path) -> None:
    code = """
import zoneinfo
zoneinfo.reset_tzpath(to=[])
print(zoneinfo.ZoneInfo("America/Bogota").key)
"""
    assert bare_python(function_paths, code, tmp_path) == "America/Bogota"


def test_glue_library_from_its_zip(job_paths: list[Path], tmp_path: Path) -> None:
    names = modules_of("glue_src") + modules_of("modules/contract")
    found = loaded(job_paths, tmp_path, *names)
    library = str(job_paths[0])
    assert {name for name, file in found.items() if file.startswith(library)} == {*names, "modules"}
    assert TOOLS & set(found) == set()
    assert [name for name, file in found.items() if str(ROOT / "glue_src") in file] == []


@pytest.mark.parametrize("module", ["modules.naming", "modules.terraform", "envs.schema", "local", "cdktf"])
@pytest.mark.parametrize("fixture", ["function_paths", "job_paths"])
def test_nothing_of_the_infrastructure_is_there(
    request: pytest.FixtureRequest, tmp_path: Path, fixture: str, module: str
) -> None:
    paths: list[Path] = request.getfixturevalue(fixture)
    code = f"""
try:
    import {module}
except ModuleNotFoundError as error:
    print(error.name)
"""
    assert bare_python(paths, code, tmp_path) == (module if module.startswith("modules") else module.partition(".")[0])
