"""``python -m tools.fuzz``, without the fuzzer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from tools.fuzz import __main__ as command_line
from tools.fuzz import seeds
from tools.fuzz.environment import FuzzerError
from tools.fuzz.inputs import items_of

ITEM = b'{"PK":{"S":"USER#1"},"SK":{"S":"REGISTER"}}'


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("FOUND", "BROKEN", "CORPUS"):
        monkeypatch.setattr(command_line, name, tmp_path / name)
    monkeypatch.setattr(command_line, "PROJECT", tmp_path)
    monkeypatch.setattr(seeds, "write", lambda _: None)
    seeds.store([b'{"old":1}'], tmp_path / "CORPUS")
    return tmp_path


def name_of(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def test_seeds_are_items_of_the_sample_and_cases_made_by_hand() -> None:
    inputs = list(seeds.inputs())

    assert len(inputs) > 1_000
    assert all(items_of(data) for data in inputs)


def test_inputs_are_stored_by_their_hashes_without_lines_that_are_no_items(tmp_path: Path) -> None:
    seeds.store([ITEM + b"\nno item", ITEM, b"[]"], tmp_path)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {name_of(ITEM): ITEM}


def test_what_broke_a_property_is_named(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(arguments: Sequence[str]) -> int:
        assert "-max_total_time=7" in arguments
        (folders / "BROKEN" / "crash-1").write_bytes(ITEM)
        return 77

    monkeypatch.setattr(command_line, "_run", run)

    with pytest.raises(FuzzerError, match=r"ended with 77; .*\n  python -m tools.fuzz --replay BROKEN/crash-1$"):
        command_line.fuzz(seconds=7, runs=-1)


def test_a_merged_corpus_replaces_the_old_one(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(arguments: Sequence[str]) -> int:
        (Path(arguments[1]) / "any name").write_bytes(ITEM)
        return 0

    monkeypatch.setattr(command_line, "_run", run)
    command_line.update_corpus()

    assert [path.read_bytes() for path in (folders / "CORPUS").iterdir()] == [ITEM]


@pytest.mark.parametrize("code", [0, 1])
def test_a_merge_that_gives_nothing_leaves_the_corpus(
    folders: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(command_line, "_run", lambda _: code)

    with pytest.raises(FuzzerError, match=f"merging ended with {code} and 0 inputs; the corpus is as it was"):
        command_line.update_corpus()
    assert [path.read_bytes() for path in (folders / "CORPUS").iterdir()] == [b'{"old":1}']


def test_an_input_is_replayed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replayed: list[list[bytes]] = []
    monkeypatch.setattr(command_line, "check", replayed.append)
    (tmp_path / "crash-1").write_bytes(ITEM + b"\n[]")
    monkeypatch.setattr("sys.argv", ["fuzz", "--replay", str(tmp_path / "crash-1")])
    command_line.main()

    assert replayed == [[ITEM]]
