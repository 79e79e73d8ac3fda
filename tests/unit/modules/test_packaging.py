from __future__ import annotations

import base64
import hashlib
import os
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules import packaging
from modules.packaging import Archive, PackagingError, code_archive, exact_pins, write_archive, zip_bytes

SOURCES = {
    "program/__init__.py": "",
    "program/a.py": "A = 1\n",
    "program/b.py": "B = 'ñ'\n" * 50,
    "program/engine/__init__.py": "",
    "program/engine/deep/c.py": "C = 2\n",
    "contract/__init__.py": "",
    "contract/columns.py": "C = 3\n",
    "contract/items/__init__.py": "",
    "contract/items/readers.py": "D = 4\n",
    "contract/sources/__init__.py": "",
    "contract/sources/parcels.py": "E = 5\n",
}


def project(root: Path, order: Iterator[str], when: int) -> Path:
    """Write the sources below ``root`` in the given order, dated ``when``."""
    for name in order:
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(SOURCES[name], encoding="utf-8")
        os.utime(file, (when, when))
    return root


@pytest.fixture
def loose_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def test_same_content_gives_same_bytes_anywhere_and_any_time(
    tmp_path: Path, loose_umask: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    del loose_umask
    one = project(tmp_path / "one", iter(SOURCES), when=10**9)
    first = code_archive(one, "program", tmp_path / "build1")
    os.umask(0o077)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    other = project(tmp_path / "elsewhere" / "two", reversed(SOURCES), when=1_700_000_001)
    (other / "program" / "a.py").chmod(0o700)
    for folder in ("program", "program/engine"):
        (other / folder / "__pycache__").mkdir()
        (other / folder / "__pycache__" / "a.cpython-311.pyc").write_bytes(b"x")
    (other / "program" / "requirements.txt").write_text("boto3\n")
    second = code_archive(other, "program", tmp_path / "build2")
    assert first.path.read_bytes() == second.path.read_bytes()
    assert (first.sha256, first.zipped_bytes) == (second.sha256, second.zipped_bytes)


def test_archive_says_what_is_on_disk(tmp_path: Path) -> None:
    archive = code_archive(project(tmp_path, iter(SOURCES), when=10**9), "program", tmp_path / "build")
    content = archive.path.read_bytes()
    assert archive.path == tmp_path / "build" / "program.zip"
    assert archive.sha256 == hashlib.sha256(content).hexdigest()
    assert archive.sha256_base64 == base64.b64encode(hashlib.sha256(content).digest()).decode()
    assert archive.zipped_bytes == len(content)
    assert archive.unzipped_bytes == sum(len(text.encode()) for text in SOURCES.values())


def test_entries_are_sorted_dated_1980_and_readable_by_all(tmp_path: Path) -> None:
    archive = code_archive(project(tmp_path, reversed(SOURCES), when=10**9), "program", tmp_path / "build")
    with zipfile.ZipFile(archive.path) as opened:
        entries = opened.infolist()
        assert [entry.filename for entry in entries] == sorted(SOURCES)
        assert {name: opened.read(name).decode() for name in opened.namelist()} == SOURCES
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 for entry in entries} == {stat.S_IFREG | 0o644}
    assert {entry.create_system for entry in entries} == {3}


@given(st.dictionaries(st.text("abc/", min_size=1), st.binary(), min_size=1))
def test_order_of_files_does_not_matter(files: dict[str, bytes]) -> None:
    assert zip_bytes(files) == zip_bytes(dict(reversed(files.items())))


def test_changed_content_changes_the_hash(tmp_path: Path) -> None:
    one, other = write_archive({"a": b"1"}, tmp_path / "one.zip"), write_archive({"a": b"2"}, tmp_path / "other.zip")
    renamed = write_archive({"b": b"1"}, tmp_path / "renamed.zip")
    assert len({one.sha256, other.sha256, renamed.sha256}) == 3


def test_empty_refused(tmp_path: Path) -> None:
    with pytest.raises(PackagingError) as raised:
        write_archive({}, tmp_path / "x.zip")
    assert str(raised.value) == "archive x.zip would be empty: check the folders that it is made from"
    assert list(tmp_path.iterdir()) == []


def test_limits_are_lambdas() -> None:
    assert (packaging.LARGEST_UPLOAD, packaging.LARGEST_UNZIPPED) == (52_428_800, 262_144_000)


def test_size_over_the_limit_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packaging, "LARGEST_UNZIPPED", 2**20)
    with pytest.raises(PackagingError) as raised:
        write_archive({"noise": bytes(2 * 2**20)}, tmp_path / "x.zip")
    assert str(raised.value) == (
        "archive x.zip has 2.0 MiB unzipped; Lambda takes 1 MiB: drop a dependency, or trim more of it in "
        "modules/packaging.py"
    )
    assert list(tmp_path.iterdir()) == [], "a refused archive must not be left for the next build to find"


def test_size_at_the_limit_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"a": b"x" * 1000}
    monkeypatch.setattr(packaging, "LARGEST_UNZIPPED", 1000)
    assert write_archive(files, tmp_path / "x.zip").unzipped_bytes == 1000


def test_zip_over_the_limit_is_not_uploaded_directly() -> None:
    archive = Archive(Path("x.zip"), "", packaging.LARGEST_UPLOAD, 1)
    assert archive.is_uploaded_directly
    assert not replace(archive, zipped_bytes=packaging.LARGEST_UPLOAD + 1).is_uploaded_directly


def test_interrupted_write_leaves_the_old_archive_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.zip"
    old = write_archive({"a": b"old"}, path)

    def interrupt(*_: Path) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_archive({"a": b"new"}, path)
    assert list(tmp_path.iterdir()) == [path]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == old.sha256


def test_archive_replaces_an_older_one(tmp_path: Path) -> None:
    path = tmp_path / "build" / "x.zip"
    write_archive({"a": b"old"}, path)
    new = write_archive({"a": b"new"}, path)
    assert new == Archive(path, hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size, 3)
    assert list(path.parent.iterdir()) == [path]


def test_exact_pins(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("# why\none==1.0\n\ntwo==2.0  # because\nthree_3==3.0.post1\n", encoding="utf-8")
    assert exact_pins(requirements, without=()) == ("one==1.0", "two==2.0", "three_3==3.0.post1")
    assert exact_pins(requirements, without=("two", "thr")) == ("one==1.0", "three_3==3.0.post1")
