from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

#: What the unit tests exercise. Node and the provider's bindings must not be needed for any of it.
UNIT_TESTED = [
    "envs.selection",
    "contract.cells",
    "contract.layout",
    "contract.runs",
    "contract.settings",
    "contract.serving",
    "envs.naming",
    "modules.packaging",
    "modules.policies",
    "tools.state_bucket",
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
    assert {"contract", "envs", "modules", "lambda_src", "glue_src", "boto3", "pydantic"} <= loaded


@pytest.mark.parametrize("place", ["modules", "envs", "main.py", "tools/scan", "tools/ci"])
def test_infrastructure_imports_no_contract_itself(place: str) -> None:
    """An environment names its contract; what is made of it takes it from there."""
    found = [ROOT / place] if place.endswith(".py") else sorted((ROOT / place).rglob("*.py"))
    assert found
    importing = [
        f"{file.relative_to(ROOT)}: {name}"
        for file in found
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        for name in _imported(node)
        if name.startswith("contract.sources.")
        and name not in ("contract.sources.contract_named", "contract.sources.contract_names")
    ]
    assert importing == []


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [
            f"{node.module}.{alias.name}" if node.module == "contract.sources" else str(node.module)
            for alias in node.names
        ]
    return []
