"""What the programs import is what they will find, on every Python that runs them."""

from __future__ import annotations

import ast
import re
import sys
import zipfile
from pathlib import Path

import pytest

from modules.packaging import NOT_ON_SPARK, Archive
from tests.archives.programs import (
    PROVIDED_BY_GLUE,
    ROOT,
    SHARED,
    etl_job_sources,
    function_sources,
    imported,
    is_shared,
    sources,
)

#: Names of the standard library that Python 3.11 (Glue 5) has not: module → what came with 3.12 or later.
NEWER_THAN_3_11 = {
    "calendar": {"Month", "Day"},
    "collections.abc": {"Buffer"},
    "copy": {"replace"},
    "itertools": {"batched"},
    "math": {"sumprod", "fma"},
    "os": {"process_cpu_count"},
    "typing": {"override", "TypeAliasType", "get_protocol_members", "is_protocol", "NoDefault", "ReadOnly", "TypeIs"},
    "warnings": {"deprecated"},
}
#: The whole of glue_src is in the job's library, what only the function loads too.
ON_GLUE = [*sources(SHARED), *sources("glue_src")]
#: What a shared file imports inside a function that only the Spark job calls.
LOADED_ON_GLUE_ONLY: dict[str, set[str]] = {"lambda_src": set(), "glue_src": {"awsglue"}}


def path_in_project(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def top_level(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("file", sources(SHARED), ids=path_in_project)
def test_what_is_shared_imports_the_standard_library_and_itself(file: Path) -> None:
    foreign = {
        name for name in imported(file) if not is_shared(name) and name.partition(".")[0] not in sys.stdlib_module_names
    }
    assert foreign == set(), f"{file.name} ships in both archives, where these are not: {foreign}"


@pytest.mark.parametrize("file", ON_GLUE, ids=path_in_project)
def test_python_3_11_can_compile_it(file: Path) -> None:
    source = file.read_text(encoding="utf-8")
    tree = ast.parse(source, filename=file.name, feature_version=(3, 11))
    compile(tree, file.name, "exec")
    future = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == "__future__"]
    has_code = any(not isinstance(node, ast.Expr) for node in tree.body)
    assert future or not has_code, "annotations must stay text: write from __future__ import annotations"


def test_the_compiler_check_notices_newer_syntax() -> None:
    with pytest.raises(SyntaxError):
        ast.parse("type Name = int", feature_version=(3, 11))


@pytest.mark.parametrize("file", ON_GLUE, ids=path_in_project)
def test_python_3_11_has_the_names_it_uses(file: Path) -> None:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    newer = [
        f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name in NEWER_THAN_3_11.get(str(node.module), set())
    ]
    newer += [
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        if node.attr in NEWER_THAN_3_11.get(node.value.id, set())
    ]
    assert newer == []


@pytest.mark.parametrize("file", etl_job_sources(), ids=path_in_project)
def test_job_imports_what_glue_has(file: Path) -> None:
    known = {*sys.stdlib_module_names, *PROVIDED_BY_GLUE, "glue_src"}
    foreign = {name for name in imported(file) if name.partition(".")[0] not in known}
    assert {name for name in foreign if not is_shared(name)} == set()


def packages_in(layer: Archive) -> set[str]:
    with zipfile.ZipFile(layer.path) as opened:
        return {name.split("/")[1].removesuffix(".py") for name in opened.namelist()}


def foreign_imports(files: list[Path]) -> set[str]:
    """Return the packages that a program's files import and neither it nor the standard library has."""
    used = set().union(*(imported(file) for file in files))
    own = {name for name in used if f"{name}.".startswith(f"{files[0].parent.name}.") or is_shared(name)}
    return top_level(used - own) - sys.stdlib_module_names


@pytest.mark.parametrize("fixture", ["local_layers", "aws_layers"])
@pytest.mark.parametrize(
    ("package", "least"), [("lambda_src", {"boto3", "aws_lambda_powertools"}), ("glue_src", {"boto3", "pyarrow"})]
)
def test_function_imports_what_the_layer_has(
    request: pytest.FixtureRequest, fixture: str, package: str, least: set[str]
) -> None:
    used = foreign_imports(function_sources(package)) - LOADED_ON_GLUE_ONLY[package]
    assert least <= used, "the search for imports finds too little"
    missing = used - packages_in(request.getfixturevalue(fixture)[package])
    assert missing == set(), f"add them, pinned, to {package}/requirements.txt: {missing}"


def test_spark_job_imports_what_glue_and_the_layers_pins_have(local_layers: dict[str, Archive]) -> None:
    used = foreign_imports(sources("lambda_src"))
    assert {"pyspark", "awsglue"} <= used, "the search for imports finds too little"
    assert used - (packages_in(local_layers["lambda_src"]) - set(NOT_ON_SPARK)) - set(PROVIDED_BY_GLUE) == set()


@pytest.mark.parametrize("folder", ["lambda_src", "glue_src", SHARED])
def test_programs_know_nothing_of_the_emulator(folder: str) -> None:
    for file in sources(folder):
        text = file.read_text(encoding="utf-8").lower()
        traces = [word for word in ("ministack", "localstack", "emulator", "127.0.0.1", "localhost") if word in text]
        assert traces == [], file.name


#: What is told its contract. Fast readers and sections of the daily report are about one, as their
#: names say.
TOLD_THEIR_CONTRACT = ("modules", "envs", "lambda_src", "glue_src", "ops", "tools/local", "tools/site", "tools/ci")


@pytest.mark.parametrize("folder", TOLD_THEIR_CONTRACT)
def test_no_contract_is_known_by_name(folder: str) -> None:
    files = [file for file in (ROOT / folder).rglob("*.py") if not re.search(r"/catia[_/]", file.as_posix())]
    assert files
    known = {
        path_in_project(file): {name for name in imported(file) if name.startswith("contract.sources.")}
        for file in files
    }
    assert {path: names for path, names in known.items() if names} == {}
