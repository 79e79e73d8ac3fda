"""What lies in the archives, to the last file."""

from __future__ import annotations

import getpass
import re
import sys
import zipfile
from pathlib import Path

import pytest

from modules.packaging import LARGEST_UNZIPPED, Archive
from tests.archives.programs import PACKAGES, ROOT


def names_in(archive: Archive) -> list[str]:
    with zipfile.ZipFile(archive.path) as opened:
        return opened.namelist()


@pytest.mark.parametrize("package", PACKAGES)
def test_code_archive_holds_the_program_and_the_contract(archives: dict[str, Archive], package: str) -> None:
    shipped = [
        file.relative_to(ROOT).as_posix()
        for folder in (package, "contract")
        for file in (ROOT / folder).rglob("*")
        if file.suffix in {".py", ".sql", ".json"}
    ]
    assert names_in(archives[package]) == sorted(shipped)


@pytest.mark.parametrize("package", PACKAGES)
def test_code_archive_holds_the_files_as_they_are(archives: dict[str, Archive], package: str) -> None:
    with zipfile.ZipFile(archives[package].path) as opened:
        differing = [name for name in opened.namelist() if opened.read(name) != (ROOT / name).read_bytes()]
    assert differing == []


@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_of_this_machine(archives: dict[str, Archive], package: str) -> None:
    content = archives[package].path.read_bytes()
    with zipfile.ZipFile(archives[package].path) as opened:
        content += b"\n".join(opened.read(name) for name in opened.namelist())
    home = str(Path.home())
    traces = {str(ROOT), f"/{getpass.getuser()}/", home if len(home) > 1 else "/root"}
    assert [trace for trace in traces if trace.encode() in content] == []


@pytest.mark.parametrize("fixture", ["local_layers", "aws_layers"])
@pytest.mark.parametrize("package", PACKAGES)
def test_layer_holds_modules_and_no_development_files(
    request: pytest.FixtureRequest, fixture: str, package: str
) -> None:
    names = names_in(request.getfixturevalue(fixture)[package])
    assert [name for name in names if not name.startswith("python/")] == []
    unneeded = re.compile(
        r"/tests?/|/__pycache__/|\.(pyc|pyi|pyx|pxd|pxi|h|cc)$|/conftest\.py$|\.data/|\.dist-info/RECORD$"
    )
    assert [name for name in names if unneeded.search(name)] == []
    assert [name for name in names if name.startswith("/") or ".." in name.split("/")] == []
    assert len(names) == len(set(names)), "two wheels have a file of the same name"


@pytest.mark.parametrize("package", PACKAGES)
def test_layers_are_built_for_their_interpreters(
    local_layers: dict[str, Archive], aws_layers: dict[str, Archive], package: str
) -> None:
    here = f"cpython-{sys.version_info.major}{sys.version_info.minor}"
    for layer, expected in ((local_layers[package], here), (aws_layers[package], "cpython-312")):
        tags = {found[1] for name in names_in(layer) if (found := re.search(r"\.(cpython-\d+)[^/]*\.so$", name))}
        assert tags == {expected}, layer.path.name


@pytest.mark.parametrize("package", PACKAGES)
def test_aws_layer_and_function_fit_lambda_together(
    archives: dict[str, Archive], aws_layers: dict[str, Archive], package: str
) -> None:
    function, layer = archives[package], aws_layers[package]
    assert function.unzipped_bytes + layer.unzipped_bytes <= LARGEST_UNZIPPED == 250 * 2**20


@pytest.mark.parametrize("package", PACKAGES)
def test_both_layers_have_the_same_packages(
    local_layers: dict[str, Archive], aws_layers: dict[str, Archive], package: str
) -> None:
    local, aws = (
        {name.split("/")[1] for name in names_in(layers[package]) if name.split("/")[1].endswith(".dist-info")}
        for layers in (local_layers, aws_layers)
    )
    assert local == aws
    assert local


@pytest.mark.parametrize("fixture", ["local_layers", "aws_layers"])
def test_libraries_of_pyarrow_that_the_linker_asks_for_are_there_once(
    request: pytest.FixtureRequest, fixture: str
) -> None:
    names = [name.removeprefix("python/pyarrow/") for name in names_in(request.getfixturevalue(fixture)["glue_src"])]
    libraries = sorted(re.sub(r"\.so\.\d+$", "", name) for name in names if re.match(r"lib[^/.]+\.so", name))
    assert libraries == [
        "libarrow",
        "libarrow_acero",
        "libarrow_compute",
        "libarrow_dataset",
        "libarrow_python",
        "libarrow_python_parquet_encryption",
        "libarrow_s3",
        "libarrow_substrait",
        "libparquet",
    ]
