"""What is fetched once: whole or not at all, by one process at a time, and nothing but what is pinned."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tools.local import maven
from tools.local.errors import DownloadError
from tools.local.user_cache import cache_folder, made_once

SMALL = next(one for one in maven.pinned("spark") if one.name == "hadoop-aws")


def test_folder_follows_the_standard_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "cat-data-platform"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "cat-data-platform"


def test_one_makes_it_and_all_get_it(tmp_path: Path) -> None:
    made: list[str] = []

    def make(folder: Path) -> None:
        time.sleep(0.05)
        (folder / "content").write_text("whole")
        made.append(folder.name)

    threads = [threading.Thread(target=made_once, args=(tmp_path / "cache" / "x", make)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == ["x.part"]
    assert (tmp_path / "cache" / "x" / "content").read_text() == "whole"


def test_what_fails_half_way_is_not_there_and_is_made_anew(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").write_text("half")
        message = "no network"
        raise OSError(message)

    with pytest.raises(OSError, match="no network"):
        made_once(tmp_path / "x", fail)
    assert not (tmp_path / "x").exists()
    made_once(tmp_path / "x", lambda folder: (folder / "whole").write_text("whole"))  # type: ignore[arg-type]
    assert [file.name for file in (tmp_path / "x").iterdir()] == ["whole"]


@pytest.mark.parametrize("group", ["spark", "iceberg-1.10.0", "iceberg-1.7.1", "trino"])
def test_every_artifact_is_pinned_by_its_sum(group: str) -> None:
    for artifact in maven.pinned(group):
        assert len(artifact.sha256) == 64
        assert artifact.size > 0


def test_without_network_the_fault_says_what_is_missing_and_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with pytest.raises(
        DownloadError, match=r"hadoop-aws-3\.3\.4\.jar could not be fetched(?s:.*)network is needed"
    ) as raised:
        maven.fetch([SMALL], tmp_path)
    assert "Connection refused" in str(raised.value)
    assert list(tmp_path.iterdir()) == []


def test_file_that_is_not_what_is_pinned_is_not_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The user's own Maven repository comes first, and may hold anything."""
    home = tmp_path / "home"
    file = home / ".m2" / "repository" / "org.apache.hadoop" / SMALL.name / SMALL.revision / SMALL.file_name
    file = Path(str(file).replace("org.apache.hadoop", "org/apache/hadoop"))
    file.parent.mkdir(parents=True)
    file.write_bytes(b"something else")
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", f"-Duser.home={home}")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    (tmp_path / "to").mkdir()
    with pytest.raises(DownloadError, match=r"has the SHA-256 .*It was not kept"):
        maven.fetch([replace(SMALL)], tmp_path / "to")
    assert list((tmp_path / "to").iterdir()) == []
