"""The archives as the services get them, in a Python that has nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contract.sources import contract_named, contract_names
from modules.packaging import Archive
from tests.archives.programs import PACKAGES, ROOT, bare_python, etl_job_sources, sources, spark_sources

WHERE = """
import json
loaded = {name: getattr(module, "__file__", None) or "" for name, module in sorted(sys.modules.items())}
print(json.dumps(loaded))
"""
TOOLS = {"cdktf", "constructs", "jsii", "pytest", "pydantic", "mypy_boto3_s3", "envs", "tools"}


def modules_in(files: list[Path]) -> list[str]:
    names = [file.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".") for file in files]
    return [name.removesuffix(".__init__") for name in names]


def loaded(paths: list[Path], folder: Path, *modules: str) -> dict[str, str]:
    code = "".join(f"import {module}\n" for module in modules)
    found: dict[str, str] = json.loads(bare_python(paths, code + WHERE, folder))
    return found


def test_handler(function_paths: list[Path], tmp_path: Path) -> None:
    found = loaded(function_paths, tmp_path, "lambda_src.handler")
    function, layer = function_paths
    assert Path(found["lambda_src.handler"]) == function / "lambda_src" / "handler.py"
    assert Path(found["contract.layout"]) == function / "contract" / "layout.py"
    for name in ("boto3", "botocore", "aws_lambda_powertools"):
        assert Path(found[name]) == layer / name / "__init__.py", f"{name} must come from the layer"
    assert TOOLS & set(found) == set()
    assert set(modules_in(spark_sources("lambda_src"))) & set(found) == set()
    assert [name for name, file in found.items() if str(ROOT) in file or "site-packages" in file] == []


def test_etl_handler(etl_function_paths: list[Path], tmp_path: Path) -> None:
    found = loaded(etl_function_paths, tmp_path, "glue_src.handler")
    function, layer = etl_function_paths
    assert Path(found["glue_src.handler"]) == function / "glue_src" / "handler.py"
    assert Path(found["contract.layout"]) == function / "contract" / "layout.py"
    for name in ("boto3", "botocore", "pyarrow"):
        assert Path(found[name]) == layer / name / "__init__.py", f"{name} must come from the layer"
    # PyIceberg has its models from pydantic.
    assert (TOOLS - {"pydantic"} | {"pyspark", "pandas", "numpy"}) & set(found) == set()
    assert set(modules_in(spark_sources("glue_src"))) & set(found) == set()
    assert [name for name, file in found.items() if str(ROOT) in file or "site-packages" in file] == []


def test_trimmed_pyarrow_reads_sorts_counts_and_writes(etl_function_paths: list[Path], tmp_path: Path) -> None:
    code = """
import io
from datetime import datetime, timezone
import pyarrow as pa, pyarrow.compute as pc, pyarrow.csv, pyarrow.dataset, pyarrow.ipc, pyarrow.parquet as pq
csv = b'a,b,t\\n2,"x ""y",2026-01-31T04:30:00.000001Z\\n1,,2026-01-30T04:30:00.000000Z\\n'
instant = pa.timestamp("us", tz="UTC")
types = pyarrow.csv.ConvertOptions(column_types={"a": pa.int64(), "b": pa.string(), "t": instant})
table = pyarrow.csv.read_csv(io.BytesIO(csv), convert_options=types)
table = table.take(pc.sort_indices(table, sort_keys=[("t", "ascending")]))
table = table.set_column(1, "b", pc.replace_substring_regex(table["b"], pattern="[y]", replacement="z"))
counted = table.group_by("b").aggregate([("a", "count")]).join(table, "b")
pq.write_table(table, "out.parquet", compression="zstd")
written = pq.ParquetFile("out.parquet")
assert written.metadata.row_group(0).column(0).compression == "ZSTD"
assert pyarrow.dataset.dataset("out.parquet").count_rows() == counted.num_rows == 2
assert written.read()["t"].to_pylist() == [
    datetime(2026, 1, 30, 4, 30, tzinfo=timezone.utc), datetime(2026, 1, 31, 4, 30, 0, 1, tzinfo=timezone.utc)
]
print(*written.read()["a"].to_pylist(), *written.read()["b"].to_pylist())
"""
    assert bare_python(etl_function_paths, code, tmp_path) == '1 2  x "z'


@pytest.mark.parametrize("package", PACKAGES)
def test_handler_is_the_function_that_lambda_calls(
    paths_of_functions: dict[str, list[Path]], tmp_path: Path, package: str
) -> None:
    code = f"""
import inspect, {package}.handler
print(*inspect.signature({package}.handler.handler).parameters)
"""
    assert len(bare_python(paths_of_functions[package], code, tmp_path).split()) == 2


def test_scan_path_loads_no_pandas(function_paths: list[Path], tmp_path: Path) -> None:
    assert {"pandas", "numpy"} & set(loaded(function_paths, tmp_path, "lambda_src.handler")) == set()


def test_whole_layer_can_be_imported(function_paths: list[Path], tmp_path: Path) -> None:
    code = "import pandas, numpy, tzdata, zoneinfo\nprint(pandas.DataFrame({'a': [1, 2]}).a.sum(), numpy.__name__)"
    assert bare_python(function_paths, code, tmp_path) == "3 numpy"


def test_time_zones_come_with_the_layer(function_paths: list[Path], tmp_path: Path) -> None:
    code = "from contract.zones import zone\nprint(zone('America/Bogota').key)"
    assert bare_python(function_paths, code, tmp_path) == "America/Bogota"


def test_glue_library_from_its_zip(job_paths: list[Path], tmp_path: Path) -> None:
    names = modules_in([*etl_job_sources(), *sources("contract")])
    found = loaded(job_paths, tmp_path, *names)
    library = str(job_paths[0])
    assert {name for name, file in found.items() if file.startswith(library)} == set(names)
    assert TOOLS & set(found) == set()
    assert [name for name, file in found.items() if str(ROOT / "glue_src") in file] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_archive_alone_knows_every_contract(archives: dict[str, Archive], tmp_path: Path, package: str) -> None:
    code = """
import json
from contract.sources import contract_named, contract_names
print(json.dumps({name: contract_named(name).last_dataset.name for name in contract_names()}))
"""
    # From the zip, as Glue has it on its path; and with the standard library only, for the layers are not the same.
    found = json.loads(bare_python([archives[package].path], code, tmp_path))
    assert found == {name: contract_named(name).last_dataset.name for name in contract_names()}


@pytest.mark.parametrize("module", ["envs.naming", "modules.terraform", "envs.schema", "tools", "cdktf"])
@pytest.mark.parametrize("fixture", ["function_paths", "etl_function_paths", "job_paths"])
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
    assert bare_python(paths, code, tmp_path) == module.partition(".")[0]
