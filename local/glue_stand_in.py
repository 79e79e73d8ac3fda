"""Runs the deployed Glue job on this machine.

What this stands in for: the emulator accepts a Spark job, answers that each of its runs SUCCEEDED, and runs nothing.
It does not deliver events to workflows either, nor run crawlers. So here the deployed job's own script, library and
default arguments are read back from the emulator's Glue and S3, and run by a real Spark as Glue would run them: one run
at a time, the library by ``--py-files``, the arguments in ``sys.argv``, with the rights of the job's role. What it
cannot show: Glue's workers, start-up time, queueing and retries. The job registers its partitions by itself, so that
nothing waits for the crawler.
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

from local.errors import GlueJobError
from local.followed import OnLine, Program
from local.machine_tools import tool_environment
from local.spark_options import spark_options_for_s3
from local.webhdfs import WebHdfsGateway

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_s3 import S3Client

SPARK_SUBMIT: Final = Path(sysconfig.get_path("scripts"), "spark-submit")
#: Two tasks at once, and each tried as often as on a cluster.
MASTER: Final = "local[2,4]"
LOOPBACK: Final = "127.0.0.1"

#: A small job on one machine: no page to serve, no 200 partitions to shuffle into.
LOCAL_OPTIONS: Final = {
    "spark.driver.bindAddress": LOOPBACK,
    "spark.driver.host": LOOPBACK,
    "spark.ui.enabled": "false",
    "spark.log.level": "WARN",
    "spark.sql.shuffle.partitions": "4",
}


@dataclass(frozen=True)
class DeployedJob:
    """What Glue would run: addresses in S3, and the arguments in the order of ``sys.argv``."""

    name: str
    role: str
    script: str
    libraries: tuple[str, ...]
    arguments: tuple[str, ...]

    @property
    def buckets(self) -> list[str]:
        """The buckets that its arguments and its code name."""
        named = {urlsplit(address).netloc for address in (self.script, *self.libraries)}
        by_argument = dict(zip(self.arguments[::2], self.arguments[1::2], strict=True))
        return sorted(named | {by_argument.get("--bucket", "")} - {""})


def deployed_job(glue: GlueClient, name: str, run_arguments: Mapping[str, str] | None = None) -> DeployedJob:
    """Read a job as it is deployed, with the arguments of one run, and those that Glue adds to each.

    A run's own arguments take the place of the job's, as in StartJobRun. Which Glue adds: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
    """
    job = glue.get_job(JobName=name)["Job"]
    defaults = job["DefaultArguments"]
    own = {"--JOB_NAME": name, "--JOB_RUN_ID": f"jr_{uuid.uuid4().hex}", **defaults, **(run_arguments or {})}
    return DeployedJob(
        name=name,
        role=job["Role"],
        script=job["Command"]["ScriptLocation"],
        libraries=tuple(address for address in defaults.get("--extra-py-files", "").split(",") if address),
        arguments=tuple(word for pair in own.items() for word in pair),
    )


def run_job(job: DeployedJob, s3: S3Client, environment: Mapping[str, str], log: Path, on_line: OnLine) -> None:
    """Run the job to its end, its output written to ``log`` and given line by line to ``on_line``.

    Args:
        job: what to run.
        s3: a client of the S3 that holds the job's code and data, with the rights of the job's role.
        environment: the variables that the job's own clients see, the role's credentials among them.
        log: the file for the run's whole output.
        on_line: called with each line.

    Raises:
        GlueJobError: the job ends with an error.
    """
    with tempfile.TemporaryDirectory(prefix="glue-") as folder, WebHdfsGateway(s3) as gateway:
        command = _command(job, _download(s3, job, Path(folder)), gateway.port)
        ended = Program(command, Path(folder), _job_environment(environment)).follow(log, on_line)
    if not ended.well:
        message = f"The Glue job {job.name} {ended.words}"
        raise GlueJobError(message)


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


def _command(job: DeployedJob, code: _Code, gateway_port: int) -> list[str]:
    options = {**LOCAL_OPTIONS, **spark_options_for_s3(job.buckets, gateway_port)}
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
        **inherited,
        "SPARK_LOCAL_IP": LOOPBACK,
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
    }
