from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.packaging import LayerTarget, PackagingError, layer_archive, layer_files, needed_at_run_time

AWS = LayerTarget(python_version="3.12", platform="manylinux_2_28_x86_64")
HERE = LayerTarget(python_version="3.12", platform=None)

#: Folders whose Python files are for developers only.
DROPPED_FOLDERS = ["test", "tests", "testing", "include", "__pycache__", "bin"]


def wheel(folder: Path, name: str, files: dict[str, str]) -> Path:
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}/", "")
        for file, content in files.items():
            archive.writestr(file, content)
    return path


@pytest.mark.parametrize(
    "name",
    [
        "a.py",
        "pandas/core/frame.py",
        "pandas/testing.py",
        "pandas/_testing/__init__.py",
        "numpy/testing/__init__.py",
        "numpy/testing/_private/utils.py",
        "a/test_a.py",
        "a/contest/b.py",
        "a/latest.py",
        "a/includes/b.py",
        "a/_core.cpython-312-x86_64-linux-gnu.so",
        "numpy.libs/libopenblas64_p-r0-0cf96a72.3.23.dev.so",
        "pyarrow/__init__.py",
        "pyarrow/fs.py",
        "pyarrow/lib.cpython-312-x86_64-linux-gnu.so",
        "pyarrow/_csv.cpython-312-x86_64-linux-gnu.so",
        "pyarrow/libarrow.so.2600",
        "pyarrow/libarrow_python.so.2600",
        "pyarrow/libarrow_substrait.so.2600",
        "pyarrow/libparquet.so.2600",
        "pyarrow/_s3fs.cpython-312-x86_64-linux-gnu.so",
        "pyarrow/libarrow_s3.so.2600",
        "zstandard/backend_c.cpython-312-x86_64-linux-gnu.so",
        "a/libarrow_flight.so.2600",
        "a/flight.py",
        "botocore/data/s3/2006-03-01/service-2.json.gz",
        "tzdata/zoneinfo/America/Bogota",
        "a-1.0.dist-info/METADATA",
        "a-1.0.dist-info/entry_points.txt",
        "a-1.0.dist-info/licenses/LICENSE",
        "a-1.0.data/purelib/a.py",
        "a-1.0.data/platlib/a/_a.so",
        "a/py.typed",
    ],
)
def test_kept(name: str) -> None:
    assert needed_at_run_time(name)


@pytest.mark.parametrize(
    "name",
    [
        "pandas/tests/frame/test_api.py",
        "six/test/x.py",
        "numpy/testing/tests/test_utils.py",
        "tests/a.so",
        "a/conftest.py",
        "conftest.py",
        "a/__pycache__/b.cpython-312.pyc",
        "a/b.pyc",
        "a/b.pyi",
        "a/b.pyx",
        "a/b.pxd",
        "numpy/_core/include/numpy/arrayobject.h",
        "a/b.c",
        "a/b.cpp",
        "numpy/_core/lib/libnpymath.a",
        "a-1.0.dist-info/RECORD",
        "a-1.0.dist-info/INSTALLER",
        "a-1.0.dist-info/sboms/auditwheel.cdx.json",
        "jmespath-1.1.0.data/scripts/jp.py",
        "a-1.0.data/data/share/man/man1/a.1",
        "a-1.0.data/headers/a.h",
        "bin/normalizer",
        "a/b.pxi",
        "a/b.cc",
        "pyarrow/src/arrow/python/common.cc",
        "pyarrow/src/arrow/python/CMakeLists.txt",
        "pyarrow/flight.py",
        "pyarrow/_flight.cpython-312-x86_64-linux-gnu.so",
        "pyarrow/libarrow_flight.so.2600",
        "pyarrow/libarrow_python_flight.so.2600",
        "zstandard/_cffi.cpython-312-x86_64-linux-gnu.so",
        "zstandard/backend_cffi.py",
        "hive_metastore/ttypes.py",
        "fb303/FacebookService.py",
        "pyarrow/_pyarrow_cpp_tests.cpython-312-x86_64-linux-gnu.so",
        "pyarrow/libarrow_python.so",
        "pyarrow/libarrow_python.so.2600.1.0",
    ],
)
def test_trimmed(name: str) -> None:
    assert not needed_at_run_time(name)


FOLDER = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1).filter(lambda name: name not in DROPPED_FOLDERS)
MODULE = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1).filter(lambda name: name != "conftest")


@given(st.lists(FOLDER, max_size=4), MODULE, st.sampled_from([".py", ".so", ".abi3.so", ".so.23"]))
def test_no_module_is_lost_outside_developers_folders(folders: list[str], name: str, ending: str) -> None:
    assert needed_at_run_time("/".join([*folders, name + ending]))


@given(st.lists(FOLDER, min_size=1, max_size=3), st.sampled_from(["test", "tests", "__pycache__"]), MODULE)
def test_nothing_is_kept_inside_tests(folders: list[str], tests: str, name: str) -> None:
    assert not needed_at_run_time("/".join([*folders, tests, f"{name}.py"]))


def test_layer_holds_the_wheels_modules_where_lambda_looks_for_them(tmp_path: Path) -> None:
    wheels = [
        wheel(
            tmp_path, "one", {"one/__init__.py": "1", "one/tests/test_one.py": "", "one-1.0.dist-info/METADATA": "m"}
        ),
        wheel(tmp_path, "two", {"two.py": "2", "two-1.0.data/purelib/three.py": "3", "two-1.0.data/scripts/two": ""}),
    ]
    assert layer_files(wheels) == {
        "python/one/__init__.py": b"1",
        "python/one-1.0.dist-info/METADATA": b"m",
        "python/two.py": b"2",
        "python/three.py": b"3",
    }


def test_target_names() -> None:
    assert AWS.tag == "cp312-manylinux_2_28_x86_64"
    assert HERE.tag == f"{sys.implementation.cache_tag}-{sys.platform}"


@pytest.mark.parametrize(
    ("target", "options"),
    [
        (HERE, []),
        (
            AWS,
            [
                *["--implementation", "cp", "--python-version", "3.12", "--abi", "cp312", "--abi", "none"],
                *["--platform", "manylinux_2_28_x86_64", "--platform", "manylinux_2_17_x86_64"],
                *["--platform", "manylinux2014_x86_64"],
            ],
        ),
    ],
)
def test_pip_gets_exact_wheels_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: LayerTarget, options: list[str]
) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    target.download(tmp_path / "requirements.lock", tmp_path / "wheels")
    assert commands == [
        [
            *[sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"],
            *["--only-binary", ":all:", "--dest", str(tmp_path / "wheels")],
            *["--require-hashes", "--requirement", str(tmp_path / "requirements.lock"), *options],
        ]
    ]


def test_failed_download_says_what_pip_said(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.with_suffix(".lock").write_text("./no-such-file-1.0-py3-none-any.whl\n")
    with pytest.raises(PackagingError) as raised:
        layer_archive(requirements, HERE, tmp_path / "build")
    first, _, rest = str(raised.value).partition("\n")
    assert first == f"wheels of requirements.lock for {HERE.tag} cannot be downloaded:"
    assert "no-such-file" in rest
    assert not (tmp_path / "build").exists()


def test_layer_is_built_once_for_the_same_pins_and_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    requirements, build, downloads = tmp_path / "requirements.txt", tmp_path / "build", []
    lock = requirements.with_suffix(".lock")
    lock.write_text("one==1.0\n")

    def download(self: LayerTarget, lock: Path, folder: Path) -> None:
        downloads.append(self.tag)
        wheel(folder, "one", {"one.py": lock.read_text()})

    monkeypatch.setattr(LayerTarget, "download", download)
    built = layer_archive(requirements, AWS, build)
    assert layer_archive(requirements, AWS, build) == built
    assert downloads == [AWS.tag]
    assert built.path.name.startswith(f"layer-{AWS.tag}-")
    layer_archive(requirements, HERE, build)
    lock.write_text("one==1.1\n")
    layer_archive(requirements, AWS, build)
    assert downloads == [AWS.tag, HERE.tag, AWS.tag]
    assert len(list(build.iterdir())) == 3
