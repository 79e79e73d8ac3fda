"""Both programs and the contract as the services will have them: their sources, what they import, a bare Python.

Either program may run as a Spark job or as a Lambda function; both get the whole of its folder.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("lambda_src", "glue_src")
#: What is in both archives, beside the programs.
SHARED = "contract"
#: What the layer of each program's function holds.
LAYER_REQUIREMENTS = {package: ROOT / package / "requirements.txt" for package in PACKAGES}
#: What AWS Glue 5 has installed and the job may import.
PROVIDED_BY_GLUE = ("pyspark", "py4j", "awsglue", "boto3", "botocore")

#: Files that only the Spark job loads. That of lambda_src has the layer's packages but for NOT_ON_SPARK.
ON_SPARK_ONLY = {
    "lambda_src": ("spark_engine.py", "spark_job.py"),
    "glue_src": ("glue_src/job.py", "spark/*.py"),
}
#: Files that only the function loads: pyarrow and PyIceberg are not in the job's requirements.
IN_FUNCTION_ONLY = ("glue_src/handler.py", "arrow/*.py")


def sources(folder: str) -> list[Path]:
    """Return every Python file of a folder, those below it too."""
    return sorted((ROOT / folder).rglob("*.py"))


def function_sources(package: str) -> list[Path]:
    """Return a program's files that its function may load."""
    on_spark_only = spark_sources(package)
    return [file for file in sources(package) if file not in on_spark_only]


def spark_sources(package: str) -> list[Path]:
    """Return a program's files that only its Spark job may load."""
    return [file for file in sources(package) if any(map(file.match, ON_SPARK_ONLY[package]))]


def etl_job_sources() -> list[Path]:
    """Return the files of ETL-2 that its Spark job may load."""
    return [file for file in sources("glue_src") if not any(map(file.match, IN_FUNCTION_ONLY))]


def is_shared(module: str) -> bool:
    """Whether a module is in both archives."""
    return module.partition(".")[0] == SHARED


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
