from __future__ import annotations

import os
import shutil
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tools.bench.lake import scratch
from tools.bench.lake.scratch import bytes_below, bytes_without_name, watched


def test_a_watch_finds_the_most_that_lay_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "_SECONDS_BETWEEN_LOOKS", 0.001)
    (tmp_path / "below").mkdir()
    file = tmp_path / "below" / "run"

    with watched(tmp_path) as watch:
        file.write_bytes(b"x" * 1000)
        while not watch.most_bytes:
            pass
        file.unlink()

    assert (watch.most_bytes, bytes_below(tmp_path)) == (1000, 0)


def test_a_file_that_is_deleted_while_it_is_open_takes_room(tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb") as file:
        file.write(b"x" * 1000)
        file.flush()
        (tmp_path / "file").unlink()
        assert (bytes_below(tmp_path), bytes_without_name(tmp_path)) == (0, 1000)
    assert bytes_without_name(tmp_path) == 0


def test_a_folder_that_vanishes_while_it_is_looked_at_holds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("gone", "stays"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(b"x" * 10)
    look = os.scandir

    def look_too_late(folder: Any) -> Any:
        if isinstance(folder, str) and Path(folder).name == "gone":
            shutil.rmtree(folder)
        return look(folder)

    monkeypatch.setattr(os, "scandir", look_too_late)
    assert bytes_below(tmp_path) == 10


def test_a_watch_that_cannot_look_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "_SECONDS_BETWEEN_LOOKS", 0.001)
    (tmp_path / "file").write_bytes(b"x")

    looked = Event()

    def refuse(path: Path) -> int:
        looked.set()
        raise PermissionError(path)

    monkeypatch.setattr(scratch, "_size", refuse)
    with pytest.raises(PermissionError), watched(tmp_path):
        assert looked.wait(60)
