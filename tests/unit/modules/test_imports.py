from __future__ import annotations

import subprocess
import sys
from pathlib import Path

#: What the unit tests exercise. Node and the provider's bindings must not be needed for any of it.
UNIT_TESTED = [
    "envs.selection",
    "modules.contract.cells",
    "modules.contract.layout",
    "modules.contract.runs",
    "modules.contract.settings",
    "modules.etl.serving",
    "modules.naming",
    "modules.packaging",
    "modules.policies",
    "modules.state_bucket",
    "modules.tags",
    "lambda_src.handler",
    "glue_src.arguments",
]
ROOT = Path(__file__).parents[3]


def test_unit_tested_code_imports_no_cdktf() -> None:
    code = f"import sys, {', '.join(UNIT_TESTED)}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert loaded & {"cdktf", "cdktf_cdktf_provider_aws", "constructs", "jsii"} == set()
    assert {"envs", "modules", "lambda_src", "glue_src", "boto3", "pydantic"} <= loaded
