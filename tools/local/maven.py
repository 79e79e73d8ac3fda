"""Fetches pinned artifacts from Maven's central repository with the Ivy that PySpark brings along; no Maven is needed.

Which ones, their sizes and SHA-256: ``artifacts.toml``. Nothing else comes with them: Ivy is told to ignore what they
depend on.
"""

from __future__ import annotations

import hashlib
import subprocess
import threading
import tomllib
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlsplit

from tools.local.errors import DownloadError
from tools.local.machine_tools import java_command

_PINS: Final = Path(__file__).with_name("artifacts.toml")
#: So many of Ivy's last lines are told of a failure.
_LOG_TAIL: Final = 12
_PROGRESS_SECONDS: Final = 0.5

#: The user's own Maven repository first, as Maven itself would; then the central one, whose address Ivy knows.
_SETTINGS: Final = """\
<ivysettings>
  <settings defaultResolver="all"/>
  <timeout-constraints>
    <timeout-constraint name="patience" connectionTimeout="20000" readTimeout="60000"/>
  </timeout-constraints>
  <caches defaultCacheDir="${cat.folder}" artifactPattern="[artifact]-[revision].[ext]"
          ivyPattern="ivy/[module]-[revision].xml" ivyDataPattern="ivy/[module]-[revision].properties"/>
  <resolvers>
    <chain name="all" returnFirst="true">
      <filesystem name="own" m2compatible="true">
        <artifact pattern="${user.home}/.m2/repository/[organisation]/[module]/[revision]/[artifact]-[revision].[ext]"/>
      </filesystem>
      <ibiblio name="central" m2compatible="true" usepoms="false" timeoutConstraint="patience"/>
    </chain>
  </resolvers>
</ivysettings>
"""
_MODULE: Final = """\
<ivy-module version="2.0">
  <info organisation="local" module="artifacts"/>
  <dependencies>
{dependencies}
  </dependencies>
</ivy-module>
"""
_DEPENDENCY: Final = (
    '    <dependency org="{one.organisation}" name="{one.name}" rev="{one.revision}" transitive="false">'
    '<artifact name="{one.name}" type="{one.extension}" ext="{one.extension}"/></dependency>'
)

#: Called with the bytes that are there and those that there will be.
OnBytes = Callable[[int, int], None]


@dataclass(frozen=True)
class Artifact:
    """One file of the repository, pinned."""

    organisation: str
    name: str
    revision: str
    extension: str
    size: int
    sha256: str

    @property
    def file_name(self) -> str:
        """The file's name in the repository and here."""
        return f"{self.name}-{self.revision}.{self.extension}"


def pinned(group: str) -> tuple[Artifact, ...]:
    """Return the artifacts of a group of ``artifacts.toml``."""
    groups = tomllib.loads(_PINS.read_text(encoding="utf-8"))
    return tuple(Artifact(**entry) for entry in groups[group])


def digest_of(artifacts: Iterable[Artifact]) -> str:
    """Return a short text that changes with any of the artifacts."""
    return hashlib.sha256("".join(one.sha256 for one in artifacts).encode()).hexdigest()[:12]


def fetch(artifacts: Sequence[Artifact], folder: Path, on_bytes: OnBytes = lambda *_: None) -> tuple[Path, ...]:
    """Fetch artifacts into ``folder`` and return their files in the same order.

    Raises:
        DownloadError: one cannot be had, or is not what is pinned.
    """
    files = tuple(folder / one.file_name for one in artifacts)
    with TemporaryDirectory(prefix=".ivy-", dir=folder) as work:
        with _watched(artifacts, Path(work), on_bytes):
            _run_ivy(artifacts, Path(work))
        for one, file in zip(artifacts, files, strict=True):
            fetched = Path(work) / one.file_name
            _check(one, fetched)
            fetched.rename(file)
    return files


def _run_ivy(artifacts: Sequence[Artifact], folder: Path) -> None:
    settings, module = folder / "ivysettings.xml", folder / "ivy.xml"
    settings.write_text(_SETTINGS, encoding="utf-8")
    module.write_text(
        _MODULE.format(dependencies="\n".join(_DEPENDENCY.format(one=one) for one in artifacts)), encoding="utf-8"
    )
    command = [
        str(java_command()),
        *_proxy_options(),
        f"-Dcat.folder={folder}",
        *("-cp", str(_ivy_jar()), "org.apache.ivy.Main"),
        *("-settings", str(settings), "-ivy", str(module), "-warn"),
    ]
    done = subprocess.run(
        command, check=False, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    missing = [one.file_name for one in artifacts if not (folder / one.file_name).is_file()]
    if missing:
        said = "\n".join(line for line in done.stdout.splitlines() if line.strip())
        tail = "\n".join(said.splitlines()[-_LOG_TAIL:])
        message = (
            f"{', '.join(missing)} could not be fetched from Maven's central repository. A network is needed the first "
            f"time, at most {_megabytes(artifacts)} MB; HTTPS_PROXY is heeded. Ivy said last:\n{tail}"
        )
        raise DownloadError(message)


def _check(artifact: Artifact, file: Path) -> None:
    with file.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if found != artifact.sha256:
        message = (
            f"{artifact.file_name} has the SHA-256 {found}; {_PINS.name} pins {artifact.sha256}. It was not kept. "
            "Look whether a proxy or the copy in ~/.m2 has another file of this name."
        )
        raise DownloadError(message)


@contextmanager
def _watched(artifacts: Sequence[Artifact], folder: Path, on_bytes: OnBytes) -> Iterator[None]:
    """Tell how many bytes are there while the block lasts; Ivy's own dots are not for people."""
    total, ended = sum(one.size for one in artifacts), threading.Event()

    def watch() -> None:
        while not ended.wait(_PROGRESS_SECONDS):
            on_bytes(min(total, _bytes_in(folder)), total)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def _bytes_in(folder: Path) -> int:
    try:
        return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
    except FileNotFoundError:
        # A file that was being written has got its final name just now.
        return 0


def _megabytes(artifacts: Iterable[Artifact]) -> int:
    return round(sum(one.size for one in artifacts) / 1e6)


def _ivy_jar() -> Path:
    spec = find_spec("pyspark")
    jars = [Path(folder, "jars") for folder in (spec.submodule_search_locations or ())] if spec else []
    found = [jar for folder in jars for jar in folder.glob("ivy-*.jar")]
    if not found:
        message = "PySpark is not installed, or has no Ivy among its jars. Set the machine up: make setup"
        raise DownloadError(message)
    return found[0]


def _proxy_options() -> list[str]:
    """Java knows nothing of HTTPS_PROXY."""
    proxy = urlsplit(urllib.request.getproxies().get("https", ""))
    if proxy.hostname is None:
        return []
    return [f"-Dhttps.proxyHost={proxy.hostname}", f"-Dhttps.proxyPort={proxy.port or 80}"]
