"""Both programs and the contract as the services will have them: their sources, what they import, a bare Python."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]
LAYER_REQUIREMENTS = ROOT / "lambda_src" / "requirements.txt"
#: What AWS Glue 4.0 and 5.0 have installed and the job may import.
PROVIDED_BY_GLUE = ("pyspark", "awsglue", "boto3", "botocore")

#: Files of lambda_src that only the Spark job loads, on Glue 5.0; it has the layer's packages but for NOT_ON_SPARK.
ON_SPARK_ONLY = ("spark_engine.py", "spark_job.py")


def sources(folder: str) -> list[Path]:
    """Return every Python file of a folder, those below it too."""
    return sorted((ROOT / folder).rglob("*.py"))


def imported(file: Path) -> set[str]:
    """Return the full names of the modules that a file imports when it runs, not only when it is type-checked."""
    found = set()
    for node in _run_time_nodes(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file.name} has a relative import"
            found.add(str(node.module))
    return found


def _run_time_nodes(node: ast.AST) -> Iterable[ast.AST]:
    yield node
    type_checking = isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    for child in node.orelse if type_checking and isinstance(node, ast.If) else ast.iter_child_nodes(node):
        yield from _run_time_nodes(child)


def bare_python(paths: Iterable[Path], code: str, working_directory: Path) -> str:
    """Run ``code`` with the standard library and ``paths``, and nothing else: no site-packages, no variables."""
    start = f"import sys; sys.path[:0] = {[str(path) for path in paths]!r}\n"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-B", "-c", start + code],
        cwd=working_directory,
        env={"AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
