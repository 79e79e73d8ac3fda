"""modules/terraform.py loads the provider's package without running its __init__, which would take most of a synth."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from local.cdktf_command import QUIET
from tests.synth.synthesized import ROOT

PROVIDER = "cdktf_cdktf_provider_aws"


def run(code: str) -> str:
    environment = {**os.environ, **QUIET}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_only_the_modules_in_use_are_loaded_and_the_package_is_not_executed() -> None:
    code = f"""
import sys
import modules.terraform
print(sum(name.startswith({PROVIDER!r}) for name in sys.modules), hasattr(sys.modules[{PROVIDER!r}], "publication"))
"""
    loaded, executed = run(code).split()
    # Executing the package imports 2,139 modules; these are the resources' own and the JSII assembly's.
    assert 30 < int(loaded) < 90, f"{loaded} modules of the provider are loaded"
    assert executed == "False"


def test_registering_loads_the_package_alone() -> None:
    # Before modules.terraform has it, on a package of the standard library: same function, no Node needed.
    code = """
import sys
from importlib import util
source = util.find_spec("modules.terraform").loader.get_source("modules.terraform")
head = source.partition('register_without_executing("cdktf')[0]
names = {}
exec(compile(head, "door", "exec"), names)
assert "xml" not in sys.modules
names["register_without_executing"]("xml")
first = sys.modules["xml"]
assert not hasattr(first, "__all__")
names["register_without_executing"]("xml")
assert sys.modules["xml"] is first
import xml.etree
print(xml.etree.__name__)
"""
    assert run(code) == "xml.etree"


def test_missing_package_says_how_to_install_it() -> None:
    code = """
from importlib import util
source = util.find_spec("modules.terraform").loader.get_source("modules.terraform")
names = {}
exec(compile(source.partition('register_without_executing("cdktf')[0], "door", "exec"), names)
try:
    names["register_without_executing"]("no_such_package")
except ModuleNotFoundError as error:
    print(error, error.name)
"""
    assert run(code) == "package 'no_such_package' is not installed; run `make setup` no_such_package"


@pytest.mark.parametrize("folder", ["modules", "envs", "main.py"])
def test_the_door_is_the_only_one(folder: str) -> None:
    path = ROOT / folder
    files = [path] if path.is_file() else sorted(path.rglob("*.py"))
    cdktf_import = re.compile(rf"^\s*(from|import) (cdktf|{PROVIDER}|constructs|jsii)\b", re.MULTILINE)
    importing = [
        file.relative_to(ROOT).as_posix() for file in files if cdktf_import.search(file.read_text(encoding="utf-8"))
    ]
    assert importing == (["modules/terraform.py"] if folder == "modules" else [])
