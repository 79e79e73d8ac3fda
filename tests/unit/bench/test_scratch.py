from __future__ import annotations

from pathlib import Path

import pytest

from bench.lake import scratch
from bench.lake.scratch import bytes_below, watched


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
