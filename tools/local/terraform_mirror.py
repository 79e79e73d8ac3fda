"""Where Terraform gets the AWS provider: from a mirror on this machine where there is one, else from its registry.

A mirror is a folder as ``terraform providers mirror`` makes it:
``registry.terraform.io/hashicorp/aws/<version>/<os>_<architecture>``
(https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories). It is looked for,
never configured, so that no machine's paths stand in this repository.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

#: The version that cdktf-cdktf-provider-aws (requirements.txt) binds.
AWS_PROVIDER_VERSION: Final = "5.100.0"
REGISTRY: Final = "registry.terraform.io"

CONFIG_FILE: Final = "TF_CLI_CONFIG_FILE"
PLUGIN_CACHE: Final = "TF_PLUGIN_CACHE_DIR"
#: cdktf-cli takes every option from a variable of this prefix too. ``terraform providers lock`` ignores mirrors.
SKIP_PROVIDER_LOCK: Final = "CDKTF_SKIP_PROVIDER_LOCK"
#: Without this cdktf-cli links what it takes from a mirror into a cache in the user's home.
NO_CDKTF_CACHE: Final = "CDKTF_DISABLE_PLUGIN_CACHE_ENV"

SYSTEM_FOLDERS: Final = ("/opt", "/usr/local/share", "/usr/local/lib", "/usr/share", "/usr/lib", "/var/lib", "/srv")
HOME_FOLDERS: Final = (".terraform.d", ".local/share", ".cache")
CACHE_NAME: Final = "plugin-cache"
"""cdktf-cli's cache is laid out like a mirror, but Terraform cannot install from the cache that it installs into."""
DEEPEST: Final = 3
"""A mirror lies at most so many folders below the ones above: a bound on the search's time."""


def search_folders(home: Path) -> tuple[Path, ...]:
    """Return the usual places of a mirror."""
    return (*(home / folder for folder in HOME_FOLDERS), *map(Path, SYSTEM_FOLDERS))


def find_mirror(folders: Iterable[Path], target: str | None = None) -> Path | None:
    """Return the first folder, breadth first below ``folders``, that mirrors the AWS provider for this machine."""
    wanted = Path(REGISTRY, "hashicorp", "aws", AWS_PROVIDER_VERSION, target or machine_target())
    level = [folder for folder in folders if folder.is_dir()]
    for _ in range(DEEPEST + 1):
        for folder in level:
            if (folder / wanted).is_dir():
                return folder
        level = [child for folder in level for child in _subfolders(folder)]
    return None


def machine_target() -> str:
    """Return this machine as Terraform names it, for example ``linux_amd64``."""
    machine = platform.machine().lower()
    architecture = {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)
    return f"{platform.system().lower()}_{architecture}"


def _subfolders(folder: Path) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except PermissionError:
        return
    for entry in entries:
        if entry.name != CACHE_NAME and entry.is_dir(follow_symlinks=False):
            yield Path(entry.path)


def terraform_environment(directory: Path, environment: Mapping[str, str]) -> dict[str, str | None]:
    """Return the variables that let Terraform and cdktf find the provider; None means: unset it.

    A command-line configuration of the user's own is left alone. Where there is none and this machine has a mirror, one
    that names the mirror is written into ``directory``; without a mirror, what the registry gives is kept there once
    for all stacks.
    """
    home = Path(environment.get("HOME", "~")).expanduser()
    if _own_configuration(environment, home):
        return {}
    mirror = find_mirror(search_folders(home))
    if mirror is None:
        cache = directory / CACHE_NAME
        cache.mkdir(parents=True, exist_ok=True)
        return {CONFIG_FILE: None, PLUGIN_CACHE: environment.get(PLUGIN_CACHE, str(cache))}
    file = write_configuration(directory, mirror)
    return {CONFIG_FILE: str(file), SKIP_PROVIDER_LOCK: "true", NO_CDKTF_CACHE: "true"}


def _own_configuration(environment: Mapping[str, str], home: Path) -> bool:
    named = environment.get(CONFIG_FILE)
    return Path(named).is_file() if named else (home / ".terraformrc").is_file()


def write_configuration(directory: Path, mirror: Path) -> Path:
    """Write a Terraform command-line configuration that takes from ``mirror`` what it has; return the file."""
    provider = f"{REGISTRY}/hashicorp/aws"
    text = f"""\
provider_installation {{
  filesystem_mirror {{
    path    = {json.dumps(str(mirror))}
    include = [{json.dumps(provider)}]
  }}
  direct {{
    exclude = [{json.dumps(provider)}]
  }}
}}
"""
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / "terraform.rc"
    file.write_text(text)
    return file
