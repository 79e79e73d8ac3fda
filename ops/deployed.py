"""Which version of the code is deployed: by the tags of what runs it, and by what its newest run says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from botocore.exceptions import ClientError

from contract.version import VERSION
from envs.tag_names import Tag
from ops.aws_errors import is_absence
from ops.engines import JOB, DeployedEngine, extract_engine, transform_engine
from ops.platform import Platform
from ops.runs import recent_runs


@dataclass(frozen=True)
class Part:
    """What runs an ETL; ``version`` is empty where it tells none, as before there were versions."""

    etl: str
    name: str
    exists: bool
    version: str


@dataclass(frozen=True)
class Versions:
    """The version of this checkout, of what is deployed, and of the code that made the newest run."""

    code: str
    parts: tuple[Part, ...] = ()
    newest_run: str = ""
    newest_run_version: str = ""

    @property
    def differences(self) -> list[str]:
        """What of the deployment is not of this checkout's version, one sentence each."""
        return [_difference(part, self.code) for part in self.parts if part.version != self.code]


def gather(platform: Platform) -> Versions:
    """Ask AWS which version is deployed, and the clean zone which made the newest run."""
    parts = tuple(_part(platform, engine) for engine in (extract_engine(platform), transform_engine(platform)))
    newest = recent_runs(platform.clean_zone, 1).newest
    if newest is None:
        return Versions(VERSION, parts)
    return Versions(VERSION, parts, newest.run_id, newest.code_version)


def _part(platform: Platform, engine: DeployedEngine) -> Part:
    try:
        tags = _job_tags(platform, engine.name) if engine.kind == JOB else _function_tags(platform, engine.name)
    except ClientError as error:
        if not is_absence(error):
            raise
        return Part(engine.etl, engine.name, exists=False, version="")
    return Part(engine.etl, engine.name, exists=True, version=tags.get(Tag.VERSION, ""))


def _function_tags(platform: Platform, name: str) -> Mapping[str, str]:
    return platform.lambda_.get_function(FunctionName=name).get("Tags", {})


def _job_tags(platform: Platform, name: str) -> Mapping[str, str]:
    platform.glue.get_job(JobName=name)
    caller = platform.sts.get_caller_identity()
    partition = caller["Arn"].split(":")[1]
    region = platform.environment.provider.region
    arn = f"arn:{partition}:glue:{region}:{caller['Account']}:job/{name}"
    return platform.glue.get_tags(ResourceArn=arn)["Tags"]


def _difference(part: Part, code: str) -> str:
    if not part.exists:
        return f"{part.etl}: {part.name} is not deployed"
    if not part.version:
        return f"{part.etl}: {part.name} tells no version: it was deployed before there were any"
    return f"{part.etl}: {part.name} is of version {part.version}, this checkout of {code}"
