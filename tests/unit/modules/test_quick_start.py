"""Packages that are registered without being executed, and modules that Node loads when they are asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from modules.quick_start import LAZY_PROVIDER, node_preloading, register_without_executing

PROGRAM = """
import sys
from modules.quick_start import register_without_executing
assert "xml" not in sys.modules
register_without_executing("xml")
first = sys.modules["xml"]
assert not hasattr(first, "__all__")
register_without_executing("xml")
assert sys.modules["xml"] is first
import xml.etree
print(xml.etree.__name__)
"""

INDEX = """
exports.first = exports.second = void 0;
exports.first = require("./first");
exports.second = require("./second");
exports.another = [require("./another")];
"""


def test_registering_loads_the_package_alone() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)

    assert (done.stdout.strip(), done.stderr) == ("xml.etree", "")


def test_missing_package_says_how_to_install_it() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"^package 'no_such_package' is not installed; run `make setup`$"):
        register_without_executing("no_such_package")


@pytest.fixture
def package(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A package of this name whose modules say when they are loaded, in a folder with a nasty name."""
    package_name: str = request.param
    folder = tmp_path / 'a "quoted" \\ folder' / package_name / "lib"
    folder.mkdir(parents=True)
    (folder / "index.js").write_text(INDEX, encoding="utf-8")
    for name in ("first", "second", "another"):
        (folder / f"{name}.js").write_text(f'console.log("{name}"); exports.name = "{name}";', encoding="utf-8")
    return folder


def loaded(package: Path, expression: str) -> list[str]:
    script = package.parent / "copy of the script.cjs"
    script.write_bytes(LAZY_PROVIDER.read_bytes())
    with node_preloading(script):
        return subprocess.run(
            ["node", "-e", f"const index = require('./index.js'); {expression}"],
            cwd=package,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()


@pytest.mark.parametrize("package", ["@cdktf/provider-aws"], indirect=True)
def test_module_of_the_provider_is_loaded_when_it_is_asked_for(package: Path) -> None:
    # What is exported in another form is loaded at once, as ever.
    assert loaded(package, "console.log(Object.keys(index).sort().join())") == ["another", "another,first,second"]
    assert loaded(package, "console.log(index.second.name, index.second.name)") == [
        "another",
        "second",
        "second",
        "second",
    ]


@pytest.mark.parametrize("package", ["@cdktf/provider-other", "some-provider-aws"], indirect=True)
def test_other_packages_are_loaded_as_ever(package: Path) -> None:
    assert loaded(package, "") == ["first", "second", "another"]


@pytest.mark.parametrize("before", [None, "--max-old-space-size=4096"])
def test_options_of_node_are_added_to_and_put_back(monkeypatch: pytest.MonkeyPatch, before: str | None) -> None:
    monkeypatch.delenv("NODE_OPTIONS", raising=False)
    if before:
        monkeypatch.setenv("NODE_OPTIONS", before)

    with node_preloading(Path("script.cjs")):
        inside = os.environ["NODE_OPTIONS"]

    assert inside == " ".join(filter(None, (before, '--require "script.cjs"')))
    assert os.environ.get("NODE_OPTIONS") == before
