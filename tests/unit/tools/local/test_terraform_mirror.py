from __future__ import annotations

from pathlib import Path

import pytest

from tools.local import terraform_mirror
from tools.local.terraform_mirror import (
    AWS_PROVIDER_VERSION,
    find_mirror,
    machine_target,
    terraform_environment,
    write_configuration,
)

PROVIDER = f"registry.terraform.io/hashicorp/aws/{AWS_PROVIDER_VERSION}"


def make_mirror(folder: Path, target: str | None = None) -> Path:
    (folder / PROVIDER / (target or machine_target())).mkdir(parents=True)
    return folder


@pytest.fixture(autouse=True)
def no_system_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terraform_mirror, "SYSTEM_FOLDERS", ())


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_mirror_is_found_some_folders_down(tmp_path: Path, depth: int) -> None:
    mirror = make_mirror(tmp_path.joinpath(*["sub"] * depth))
    assert find_mirror([tmp_path / "missing", tmp_path]) == mirror


def test_search_is_bounded(tmp_path: Path) -> None:
    make_mirror(tmp_path / "a" / "b" / "c" / "d")
    assert find_mirror([tmp_path]) is None


@pytest.mark.parametrize("name", ["windows_amd64", "plan9_mips"])
def test_mirror_of_another_machine_is_none(tmp_path: Path, name: str) -> None:
    make_mirror(tmp_path, name)
    assert find_mirror([tmp_path]) is None


def test_plugin_cache_is_no_mirror(tmp_path: Path) -> None:
    make_mirror(tmp_path / "plugin-cache")
    assert find_mirror([tmp_path]) is None


def test_nearest_mirror_wins(tmp_path: Path) -> None:
    make_mirror(tmp_path / "a" / "deep")
    near = make_mirror(tmp_path / "b")
    assert find_mirror([tmp_path]) == near


def test_configuration_names_the_mirror_and_leaves_other_providers_to_the_registry(tmp_path: Path) -> None:
    text = write_configuration(tmp_path / "new", Path('/a "b"')).read_text()
    assert r'path    = "/a \"b\""' in text
    assert text.count('"registry.terraform.io/hashicorp/aws"') == 2


def test_environment_with_a_mirror_overrides_a_file_that_is_not_there(tmp_path: Path) -> None:
    make_mirror(tmp_path / ".terraform.d" / "plugins")
    found = terraform_environment(
        tmp_path / "own", {"HOME": str(tmp_path), "TF_CLI_CONFIG_FILE": str(tmp_path / "missing.rc")}
    )
    assert found == {
        "TF_CLI_CONFIG_FILE": str(tmp_path / "own" / "terraform.rc"),
        "CDKTF_SKIP_PROVIDER_LOCK": "true",
        "CDKTF_DISABLE_PLUGIN_CACHE_ENV": "true",
    }
    assert (tmp_path / "own" / "terraform.rc").is_file()


def test_environment_without_a_mirror_uses_the_registry_and_one_cache(tmp_path: Path) -> None:
    found = terraform_environment(tmp_path / "own", {"HOME": str(tmp_path)})
    cache = tmp_path / "own" / "plugin-cache"
    assert found == {"TF_CLI_CONFIG_FILE": None, "TF_PLUGIN_CACHE_DIR": str(cache)}
    assert cache.is_dir()


@pytest.mark.parametrize("named", [True, False])
def test_configuration_of_the_users_own_is_left_alone(tmp_path: Path, named: bool) -> None:
    make_mirror(tmp_path / ".terraform.d" / "plugins")
    own = tmp_path / ("named.rc" if named else ".terraformrc")
    own.touch()
    environment = {"HOME": str(tmp_path)} | ({"TF_CLI_CONFIG_FILE": str(own)} if named else {})
    assert terraform_environment(tmp_path / "own", environment) == {}
