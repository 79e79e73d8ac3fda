"""The bills of material name every package that deploys or is deployed, with its hashes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.archives.test_pins import locked
from tools.local.machine_tools import PROJECT
from tools.sbom.__main__ import LOCKS, write_bills


@pytest.fixture(scope="module")
def bills(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each bill's file by its name."""
    return {file.name.partition(".")[0]: file for file in write_bills(tmp_path_factory.mktemp("sbom"))}


@pytest.mark.parametrize("name", LOCKS)
def test_bill_has_the_lock(bills: dict[str, Path], name: str) -> None:
    bill = json.loads(bills[name].read_text(encoding="utf-8"))
    assert bill["bomFormat"] == "CycloneDX"
    found = {each["name"]: each["version"] for each in bill["components"]}
    assert found == locked(str(LOCKS[name].relative_to(PROJECT)))
    assert all(each["externalReferences"][0]["hashes"] for each in bill["components"])


def test_bill_of_npm_has_the_command_that_deploys(bills: dict[str, Path]) -> None:
    bill = json.loads(bills["npm"].read_text(encoding="utf-8"))
    wanted = json.loads((PROJECT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    version = wanted["node_modules/cdktf-cli"]["version"]
    assert ("cdktf-cli", version) in {(each["name"], each["version"]) for each in bill["components"]}
