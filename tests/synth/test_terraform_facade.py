"""modules/terraform.py loads of the provider only what is used, in Python and in Node: all would be most of a synth."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.synth.synthesized import ROOT
from tools.local.cdktf_command import QUIET

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
    assert 30 < int(loaded) < 120, f"{loaded} modules of the provider are loaded"
    assert executed == "False"


def test_node_loads_only_the_modules_in_use(tmp_path: Path) -> None:
    counter, result = tmp_path / "counter.cjs", tmp_path / "loaded"
    counter.write_text(
        f"""
process.on("exit", () => {{
  const loaded = Object.keys(require.cache).filter((file) => file.includes("@cdktf/provider-aws/lib/"));
  if (loaded.length) require("fs").writeFileSync({json.dumps(str(result))}, String(loaded.length));
}});
""",
        encoding="utf-8",
    )
    code = f"""
import os
os.environ["NODE_OPTIONS"] = {f'--require "{counter}"'!r}
from modules.terraform import App, S3Bucket, TerraformStack
S3Bucket(TerraformStack(App(outdir={str(tmp_path)!r}), "one"), "aws_s3_bucket.one")
print(os.environ["NODE_OPTIONS"])
"""
    assert run(code) == f'--require "{counter}"'
    # The index, the bucket, and a few that the bucket's module needs; as it comes, the index loads them all, 2,136.
    assert 1 < int(result.read_text(encoding="utf-8")) < 10


@pytest.mark.parametrize("folder", ["modules", "envs", "main.py"])
def test_the_door_is_the_only_one(folder: str) -> None:
    path = ROOT / folder
    files = [path] if path.is_file() else sorted(path.rglob("*.py"))
    cdktf_import = re.compile(rf"^\s*(from|import) (cdktf|{PROVIDER}|constructs|jsii)\b", re.MULTILINE)
    importing = [
        file.relative_to(ROOT).as_posix() for file in files if cdktf_import.search(file.read_text(encoding="utf-8"))
    ]
    assert importing == (["modules/terraform.py"] if folder == "modules" else [])
