"""Runs the deployed Glue job on this machine.

What this stands in for: the emulator accepts a Spark job, runs nothing, and answers that each of its runs SUCCEEDED,
unless it is told otherwise (tools/local/glue_runs.py). It does not deliver events to workflows either, nor run
crawlers. So here the deployed job's own script, library, arguments and ``--conf`` are read back from the emulator's
Glue and S3, and run by a real Spark as Glue would run them: one run at a time, the library by ``--py-files``, the
arguments in ``sys.argv``, with the rights of the job's role, and with the Iceberg of the job's Glue version. What it
cannot show: Glue's workers, start-up time, queueing and retries.
"""

from __future__ import annotations

import sys
import sysconfig
import tempfile
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from contract.spark_catalog import ICEBERG_VERSIONS
from tools.local import spark_jars
from tools.local.errors import GlueJobError
from tools.local.followed import OnLine, Program
from tools.local.machine_tools import tool_environment
from tools.local.processes import HOST
from tools.local.spark_options import local_options

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_s3 import S3Client

SPARK_SUBMIT: Final = Path(sysconfig.get_path("scripts"), "spark-submit")
#: Two tasks at once, and each tried as often as on a cluster.
MASTER: Final = "local[2,4]"

#: Java of a job that ends within a minute: the quick compiler and the plain collector.
JAVA_OPTIONS: Final = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
#: A small job on one machine: no page to serve, no 200 partitions to shuffle into.
SMALL_JOB: Final = {
    "spark.driver.bindAddress": HOST,
    "spark.driver.host": HOST,
    "spark.ui.enabled": "false",
    "spark.log.level": "WARN",
    "spark.sql.shuffle.partitions": "4",
    # Nobody promises that Glue's workers are told a region: ours are not, so that a program must say it itself.
    **{f"spark.executorEnv.{name}": "" for name in ("AWS_REGION", "AWS_DEFAULT_REGION")},
}


@dataclass(frozen=True)
class DeployedJob:
    """What Glue would run: addresses in S3, Spark's options, and the arguments in the order of ``sys.argv``."""

    name: str
    role: str
    glue_version: str
    script: str
    libraries: tuple[str, ...]
    spark_options: Mapping[str, str]
    arguments: tuple[str, ...]

    @property
    def run_id(self) -> str:
        """The id of its run, as Glue gives it to the script."""
        return self.arguments[self.arguments.index("--JOB_RUN_ID") + 1]


def deployed_job(glue: GlueClient, name: str, run_arguments: Mapping[str, str] | None = None) -> DeployedJob:
    """Read a job as it is deployed, with the arguments of one run, and those that Glue adds to each.

    A run's own arguments take the place of the job's, as in StartJobRun. Which Glue adds: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html

    Raises:
        GlueJobError: its ``--conf`` is not in Glue's form.
    """
    job = glue.get_job(JobName=name)["Job"]
    defaults = job["DefaultArguments"]
    own = {"--JOB_NAME": name, "--JOB_RUN_ID": f"jr_{uuid.uuid4().hex}", **defaults, **(run_arguments or {})}
    return DeployedJob(
        name=name,
        role=job["Role"],
        glue_version=job["GlueVersion"],
        script=job["Command"]["ScriptLocation"],
        libraries=tuple(address for address in defaults.get("--extra-py-files", "").split(",") if address),
        spark_options=parse_conf(own.get("--conf", "")),
        arguments=tuple(word for pair in own.items() for word in pair),
    )


def parse_conf(text: str) -> dict[str, str]:
    """Return the Spark options of a job's ``--conf``, which is ``a=1 --conf b=2 --conf c=3`` for several.

    The form: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-iceberg.html

    Raises:
        GlueJobError: a part of it is no option.
    """
    options: dict[str, str] = {}
    for part in text.split(" --conf ") if text else ():
        name, equals, value = part.strip().partition("=")
        if not equals or not name.startswith("spark."):
            message = f"--conf has {part!r}, which is no spark.NAME=VALUE; Glue takes a=1 --conf b=2 for several."
            raise GlueJobError(message)
        options[name] = value
    return options


def run_job(job: DeployedJob, s3: S3Client, environment: Mapping[str, str], log: Path, on_line: OnLine) -> None:
    """Run the job to its end, its output written to ``log`` and given line by line to ``on_line``.

    Args:
        job: what to run.
        s3: a client of the S3 that holds the job's code and data, with the rights of the job's role.
        environment: the variables that the job sees, the role's credentials among them.
        log: the file for the run's whole output.
        on_line: called with each line.

    Raises:
        GlueJobError: the job ends with an error.
        DownloadError: its jars are not on this machine and cannot be fetched.
    """

    def tell(there: int, wanted: int) -> None:
        on_line(f"Spark's jars: {there / 1e6:,.0f} of {wanted / 1e6:,.0f} MB")

    jars = spark_jars.ensure(ICEBERG_VERSIONS[job.glue_version], tell)
    with tempfile.TemporaryDirectory(prefix="glue-") as folder:
        options = {**SMALL_JOB, **job.spark_options, **local_options(s3.meta.endpoint_url, jars)}
        command = _command(job, _download(s3, job, Path(folder)), options)
        ended = Program(command, Path(folder), _job_environment(environment)).follow(log, on_line)
    if not ended.well:
        message = f"The Glue job {job.name} {ended.words}"
        raise GlueJobError(message, ended.tail)


@dataclass(frozen=True)
class _Code:
    script: Path
    libraries: tuple[Path, ...]


def _download(s3: S3Client, job: DeployedJob, folder: Path) -> _Code:
    return _Code(
        script=_fetched(s3, job.script, folder),
        libraries=tuple(_fetched(s3, address, folder) for address in job.libraries),
    )


def _fetched(s3: S3Client, address: str, folder: Path) -> Path:
    where = urlsplit(address)
    file = folder / Path(where.path).name
    s3.download_file(where.netloc, where.path.lstrip("/"), str(file))
    return file


def _command(job: DeployedJob, code: _Code, options: Mapping[str, str]) -> list[str]:
    return [
        str(SPARK_SUBMIT),
        *("--master", MASTER),
        *(word for name, value in options.items() for word in ("--conf", f"{name}={value}")),
        *("--py-files", ",".join(map(str, code.libraries))),
        str(code.script),
        *job.arguments,
    ]


def _job_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The job's code must come from its archive: nothing of this project may be importable beside it."""
    inherited = {name: value for name, value in tool_environment(environment).items() if not name.startswith("PYTHON")}
    return {
        "SPARK_SUBMIT_OPTS": JAVA_OPTIONS,
        **inherited,
        "SPARK_LOCAL_IP": HOST,
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
    }
