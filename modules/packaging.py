"""Deterministic archives of the code and of its layer: the same content gives the same bytes, anywhere and any time.

Entries are sorted, dated 1980-01-01 and readable by all; only what is needed at run time goes in. The hashes serve
Lambda (base64 SHA-256) and content-addressed S3 keys (hex SHA-256).
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from contract.units import MIB

#: The earliest time that a zip entry can carry.
_ENTRY_TIME = (1980, 1, 1, 0, 0, 0)
_REGULAR_FILE_FOR_ALL = 0o100644 << 16

#: Lambda's quotas: a zip that is uploaded directly (a larger one has to lie in S3), and a function with its layers
#: unzipped.
LARGEST_UPLOAD = 50 * MIB
LARGEST_UNZIPPED = 250 * MIB

#: What a wheel holds for developers only: tests, type stubs, Cython and C sources, headers, installers' records.
_NOT_AT_RUN_TIME = re.compile(
    r"(^|/)(tests?|testing|include|conftest\.py|__pycache__)(/|$)|\.(pyi|pyx|pxd|pxi|c|h|cc|cpp|hpp|pyc|lib|a)$"
    r"|(^|/)[^/]+\.dist-info/(RECORD|INSTALLER|REQUESTED|direct_url\.json|sboms/.*)$|(^|/)bin/"
    # A wheel's data folder, but for the modules in it (_IN_DATA_FOLDER).
    r"|^[^/]+\.data/(?!(purelib|platlib)/)"
)
#: Modules that a wheel keeps in its data folder; an installer puts them beside the others (PyPA, binary format).
_IN_DATA_FOLDER = re.compile(r"^[^/]+\.data/(purelib|platlib)/")
#: What is of no use in the layers: of pyarrow, Flight, C++ tests and sources, and each library's copies under other
#: names than the linker's (a wheel cannot hold links); of zstandard, its second backend; of PyIceberg, the Hive client.
#: libarrow_substrait stays, libarrow_python is linked to it; so does pyarrow's _s3fs, which PyIceberg imports.
_UNUSED_HERE = re.compile(
    r"^pyarrow/(src/|(lib)?(arrow|arrow_python)?_(flight|pyarrow_cpp_tests)\.|flight\.py"
    r"|lib[^/.]+\.so(\.\d+\.\d+\.\d+)?$)"
    r"|^zstandard/(_cffi\.|backend_cffi\.py)|^(hive_metastore|fb303)/"
)
#: A folder of that name which is part of a public API after all.
_NEEDED_AT_RUN_TIME = re.compile(r"^numpy/testing/(?!tests/).*\.py$")


#: What of the programs' folders is read at run time.
_SHIPPED = frozenset({".py", ".sql", ".json"})
#: What the function's layer has for people only. All else is in the Spark job too, in the same versions: Glue's Python
#: has no msgspec, and an older SDK than the one that the tests run with.
NOT_ON_SPARK = ("pandas", "numpy")


class PackagingError(RuntimeError):
    """An archive cannot be built, or a service would refuse it."""


@dataclass(frozen=True)
class Archive:
    """A zip file on disk with its hashes and sizes in bytes."""

    path: Path
    sha256: str
    zipped_bytes: int
    unzipped_bytes: int

    @property
    def is_uploaded_directly(self) -> bool:
        """Whether Lambda takes it in a request, rather than from S3."""
        return self.zipped_bytes <= LARGEST_UPLOAD

    @property
    def sha256_base64(self) -> str:
        """The hash as Lambda writes it."""
        return base64.b64encode(bytes.fromhex(self.sha256)).decode()


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """Return a zip of ``files`` (name in the archive → content) that depends on nothing else."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _ENTRY_TIME)
            entry.external_attr = _REGULAR_FILE_FOR_ALL
            entry.create_system = 3  # Unix, on whatever system this runs.
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def write_archive(files: Mapping[str, bytes], path: Path) -> Archive:
    """Write a deterministic zip of ``files`` to ``path``, replacing it in one step.

    Raises:
        PackagingError: there is nothing to pack, or Lambda would refuse the size.
    """
    if not files:
        message = f"archive {path.name} would be empty: check the folders that it is made from"
        raise PackagingError(message)
    content = zip_bytes(files)
    archive = Archive(path, hashlib.sha256(content).hexdigest(), len(content), sum(map(len, files.values())))
    _check_size(archive)
    _replace(path, content)
    return archive


def _check_size(archive: Archive) -> None:
    if archive.unzipped_bytes > LARGEST_UNZIPPED:
        message = (
            f"archive {archive.path.name} has {archive.unzipped_bytes / MIB:.1f} MiB unzipped; Lambda takes "
            f"{LARGEST_UNZIPPED / MIB:.0f} MiB: drop a dependency, or trim more of it in modules/packaging.py"
        )
        raise PackagingError(message)


def _replace(path: Path, content: bytes) -> None:
    # Two synths may build the same archive at once: each must only ever see a whole file.
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def sources(root: Path, folders: Iterable[str]) -> dict[str, bytes]:
    """Return the code and data files in and below ``folders`` (relative to ``root``) by their path from ``root``."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for folder in folders
        for path in sorted((root / folder).rglob("*"))
        if path.suffix in _SHIPPED
    }


def code_archive(root: Path, package: str, build: Path) -> Archive:
    """Return the archive of one program: its folder and the contract's, as they are."""
    return write_archive(sources(root, [package, "contract"]), build / f"{package}.zip")


@dataclass(frozen=True, kw_only=True)
class LayerTarget:
    """The interpreter that a layer is built for; ``platform`` None means the one that runs now."""

    python_version: str
    platform: str | None

    @property
    def _wheel_options(self) -> list[str]:
        if self.platform is None:
            return []
        tag = "cp" + self.python_version.replace(".", "")
        # pip takes each platform tag by its name alone: the older ones that the newest system also runs are listed.
        architecture = self.platform.removeprefix("manylinux_2_28_")
        platforms = [self.platform, f"manylinux_2_17_{architecture}", f"manylinux2014_{architecture}"]
        options = ["--implementation", "cp", "--python-version", self.python_version, "--abi", tag, "--abi", "none"]
        return options + [option for platform in platforms for option in ("--platform", platform)]

    @property
    def tag(self) -> str:
        """A name for the target that can be part of a file name."""
        if self.platform is None:
            return f"{sys.implementation.cache_tag}-{sys.platform}"
        return f"cp{self.python_version.replace('.', '')}-{self.platform}"

    def download(self, lock: Path, folder: Path) -> None:
        """Download the wheels of ``lock`` into ``folder``: those of its hashes, and no others.

        Raises:
            PackagingError: pip finds no such wheel, or no registry; its own words are part of the message.
        """
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--only-binary", ":all:", "--dest", str(folder), "--require-hashes", "--requirement", str(lock)]
        done = subprocess.run([*command, *self._wheel_options], capture_output=True, text=True, check=False)
        if done.returncode:
            message = f"wheels of {lock.name} for {self.tag} cannot be downloaded:\n{done.stderr.strip()}"
            raise PackagingError(message)


def exact_pins(requirements: Path, without: Collection[str]) -> tuple[str, ...]:
    """Return the pins of ``requirements`` as ``name==version``, but for those of the packages in ``without``."""
    lines = (line.partition("#")[0].strip() for line in requirements.read_text(encoding="utf-8").splitlines())
    return tuple(line for line in lines if line and line.partition("==")[0] not in without)


def lock_of(requirements: Path) -> Path:
    """Return the file that has the same pins with the hashes of their archives; tools/lock.sh writes it."""
    return requirements.with_suffix(".lock")


def layer_archive(requirements: Path, target: LayerTarget, build: Path) -> Archive:
    """Return the Lambda layer of ``requirements`` (every dependency pinned, transitive ones too) for ``target``.

    What is installed has the hashes of the lock beside the requirements.

    The result is kept in ``build`` under a name that depends on the pins, the target and this file, and is used again.
    """
    lock = lock_of(requirements)
    recipe = hashlib.sha256(lock.read_bytes() + Path(__file__).read_bytes() + target.tag.encode()).hexdigest()
    path = build / f"layer-{target.tag}-{recipe[:16]}.zip"
    if path.exists():
        return _read_archive(path)
    wheels = Path(tempfile.mkdtemp(prefix="layer-"))
    try:
        target.download(lock, wheels)
        return write_archive(layer_files(sorted(wheels.glob("*.whl"))), path)
    finally:
        shutil.rmtree(wheels)


def layer_files(wheels: Iterable[Path]) -> dict[str, bytes]:
    """Return what the wheels need at run time, laid out as Lambda expects a Python layer."""
    files: dict[str, bytes] = {}
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            for entry in archive.infolist():
                if not entry.is_dir() and needed_at_run_time(entry.filename):
                    files[f"python/{_IN_DATA_FOLDER.sub('', entry.filename)}"] = archive.read(entry)
    return files


def needed_at_run_time(name: str) -> bool:
    """Whether a wheel's file goes into the layer."""
    if _NEEDED_AT_RUN_TIME.search(name):
        return True
    return not (_NOT_AT_RUN_TIME.search(name) or _UNUSED_HERE.search(name))


def _read_archive(path: Path) -> Archive:
    content = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        unzipped = sum(entry.file_size for entry in archive.infolist())
    return Archive(path, hashlib.sha256(content).hexdigest(), len(content), unzipped)
