"""Every setting of an environment: its type, its default, and the rule for its value.

What each is for and what changes with it is in tools/site/settings.toml; docs/reference/settings.md has all of it.
The settings are plain frozen dataclasses, so that a type checker reads the environments' files and building a value
never raises; envs/validation.py then checks the whole tree with pydantic and reports all faults together.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field, fields
from typing import Annotated, Any, Literal, TypeVar, cast

from pydantic import AfterValidator, ConfigDict, with_config

from contract.datasets import Dataset
from contract.layout import TableZones
from contract.nearest import did_you_mean
from contract.source import SourceContract
from contract.sources import contract_named
from contract.spark_catalog import ICEBERG_VERSIONS
from envs import naming, rules
from envs.cron import check_cron

#: The worker types that this platform is sized for, each with its DPU, which is what is paid.
WORKER_DPU = {"G.1X": 1, "G.2X": 2, "G.4X": 4}
#: Glue gives an executor all of its worker's processors, and each runs one task.
_UNIT_PROCESSORS = 4

#: Glue's limit counts from the start of the workers, and they install the job's modules before the script runs.
_GLUE_START_MINUTES = 5

#: What can run ETL-1.
LAMBDA_ENGINE = "lambda"
GLUE_ENGINE = "glue"
#: What can run ETL-2.
SPARK_ENGINE = "spark"
ARROW_ENGINE = "arrow"
#: How many events ETL-2's function works on at once. One after the other, as with the Spark job: Lambda keeps the
#: others in its own queue and tries them again for up to six hours. The concurrency is taken from the account's.
ARROW_CONCURRENCY = 1
#: Who asks Athena: each group has a workgroup of its own, whose answers lie below the group's name (docs/adr/0048).
FULL = "full"
EVERYDAY = "everyday"
OPERATORS = "operators"
#: When the crawler runs.
ON_DEMAND = "on_demand"
AFTER_JOB = "after_job"

_checked = with_config(ConfigDict(strict=True, revalidate_instances="always"))

_Settings = TypeVar("_Settings")


def _settings(settings: type[_Settings]) -> type[_Settings]:
    """Have a settings class checked as a part of its environment, and name the nearest setting to one it has not."""
    known = [setting.name for setting in fields(cast("Any", settings))]
    made = settings.__init__

    @functools.wraps(made)
    def init(self: _Settings, **values: Any) -> None:
        for name in values.keys() - set(known):
            message = f"{settings.__name__} has no setting {name!r}{did_you_mean(name, known)}"
            raise TypeError(message)
        made(self, **values)

    type.__setattr__(settings, "__init__", init)
    return _checked(settings)


_Days = Annotated[int, rules.between(1, 3650, "give a number of days")]
_Prefix = Annotated[str, rules.PREFIX]
_Workers = Annotated[int, rules.between(2, 299, "a Spark job needs a driver and a worker")]
_FunctionSeconds = Annotated[int, rules.between(1, 900, "Lambda stops after 15 minutes: raise memory_size instead")]
_FunctionMemory = Annotated[int, rules.between(128, 10240, "Lambda's memory in MB")]
_LogDays = Annotated[int, rules.one_of(rules.LOG_RETENTION_DAYS, "CloudWatch Logs knows no other days")]
_Ratio = Annotated[float, rules.between(0, 1, "write 0.05 for five of a hundred")]
_WorkerType = Annotated[str, rules.one_of(WORKER_DPU, "a larger one holds larger partitions")]
_GlueMinutes = Annotated[int, rules.between(1, 7 * 24 * 60, "minutes until Glue stops a run")]


@_settings
@dataclass(frozen=True, kw_only=True)
class ProjectSettings:
    """Who the platform belongs to; part of the tags and of the function's environment."""

    project_id: str = "P2124"
    client: str = "CAT"
    project: str = "CAT-NORMALIZE"


@_settings
@dataclass(frozen=True, kw_only=True)
class ProviderSettings:
    """Where Terraform works."""

    region: Annotated[str, rules.REGION] = "us-east-1"
    allowed_account_ids: tuple[Annotated[str, rules.ACCOUNT_ID], ...] = ()
    custom_endpoint: bool = False


@_settings
@dataclass(frozen=True, kw_only=True)
class EncryptionSettings:
    """With whose key data is encrypted: the environment's own in KMS, or each service's (docs/adr/0017)."""

    customer_managed_key: bool = False
    deletion_window: Annotated[int, rules.between(7, 30, "KMS knows no other days")] = 30


@_settings
@dataclass(frozen=True, kw_only=True)
class FunctionSettings:
    """A Lambda function."""

    timeout: _FunctionSeconds
    memory_size: _FunctionMemory
    log_retention: _LogDays = 30
    python_version: Annotated[str, rules.one_of(("3.12",), "the layer's wheels are pinned for it")] = "3.12"
    platform: Literal["manylinux_2_28_x86_64"] | None = "manylinux_2_28_x86_64"


@_settings
@dataclass(frozen=True, kw_only=True)
class LambdaSettings(FunctionSettings):
    """The Normalize function."""

    name: Annotated[str, rules.named_by(naming.LAMBDA_FUNCTION)]


@_settings
@dataclass(frozen=True, kw_only=True)
class ScheduleSettings:
    """When ETL-1 runs by itself.

    A run belongs to the business day, in ``extract.time_zone``, in which it was due: docs/adr/0038.
    """

    enabled: bool
    cron_expression: Annotated[str, AfterValidator(check_cron)] | None = None
    time_zone: Annotated[str, rules.TIME_ZONE] = "UTC"


@_settings
@dataclass(frozen=True, kw_only=True)
class LifecycleSettings:
    """After how many days S3 deletes each kind of object. A table's files never: ETL-2 expires its snapshots."""

    enabled: bool = True
    noncurrent_version_expiration: _Days = 30
    abort_incomplete_multipart_upload: _Days = 1
    athena_results_expiration: _Days = 7
    clean_expiration: _Days = 7


@_settings
@dataclass(frozen=True, kw_only=True)
class ExclusionRule:
    """Items that a run counts but does not publish, by the first rule that fits them."""

    name: Annotated[str, rules.LABEL]
    #: One of the table's keys, or an alias: both are the contract's.
    attribute: str
    operator: Literal["equals", "starts_with"]
    values: Annotated[tuple[str, ...], rules.NOT_EMPTY]


@_settings
@dataclass(frozen=True, kw_only=True)
class GlueJobSettings:
    """The size of a Spark job."""

    number_of_workers: _Workers
    worker_type: _WorkerType
    version: str
    timeout: _GlueMinutes = 60
    log_retention: _LogDays = 30

    @property
    def processing_units(self) -> int:
        """How many DPU are paid while a run is going on."""
        return self.number_of_workers * WORKER_DPU[self.worker_type]

    @property
    def tasks_at_once(self) -> int:
        """How many tasks the workers beside the driver process at the same time: one to a processor."""
        return (self.number_of_workers - 1) * WORKER_DPU[self.worker_type] * _UNIT_PROCESSORS


@_settings
@dataclass(frozen=True, kw_only=True)
class GlueExtractSettings(GlueJobSettings):
    """The Spark job that takes the function's place. What size suits which table: docs/scaling.md.

    ``timeout`` includes the start of the workers, ``time_limit_minutes`` is what it leaves to the run itself.
    """

    number_of_workers: _Workers = 5
    worker_type: _WorkerType = "G.1X"
    version: Annotated[str, rules.one_of(ICEBERG_VERSIONS, "the code needs their Python 3.11")] = "5.1"
    timeout: Annotated[int, rules.between(10, 7 * 24 * 60, "minutes, of which the workers' start takes some")] = 240

    @property
    def time_limit_minutes(self) -> int:
        """After how many minutes the run has to have ended, lest Glue stop it before it has cleaned up."""
        return self.timeout - _GLUE_START_MINUTES


@_settings
@dataclass(frozen=True, kw_only=True)
class ExtractSettings:
    """How the source table is read. ``glue`` counts with that engine only."""

    engine: Annotated[str, rules.one_of((LAMBDA_ENGINE, GLUE_ENGINE), "docs/scaling.md says when to take which")] = (
        LAMBDA_ENGINE
    )
    time_zone: Annotated[str, rules.TIME_ZONE] = "America/Bogota"
    scan_segments: Annotated[int, rules.between(1, 1000, "give None to have it chosen")] | None = None
    max_read_capacity_units: Annotated[float, rules.between(1, 10_000_000, "give None for no limit")] | None = None
    exclusion_rules: tuple[ExclusionRule, ...] = ()
    glue: GlueExtractSettings = field(default_factory=GlueExtractSettings)


@_settings
@dataclass(frozen=True, kw_only=True)
class NormalizeSettings:
    """ETL-1: bucket, source table, function or Spark job, schedule. ``lambda_`` counts with that engine only."""

    s3_bucket_name: Annotated[str, rules.named_by(naming.BUCKET)]
    dynamo_table_name: Annotated[str, rules.named_by(naming.DYNAMODB_TABLE)]
    lambda_: LambdaSettings
    schedule: ScheduleSettings
    source_key_arn: Annotated[str, rules.KEY_ARN] | None = None
    lifecycle: LifecycleSettings = field(default_factory=LifecycleSettings)
    extract: ExtractSettings = field(default_factory=ExtractSettings)


@_settings
@dataclass(frozen=True, kw_only=True)
class CrawlerSettings:
    """The crawler on the curated tables, which readers do not need: the tables' own commits keep the catalog.

    After each job it could publish the metadata file of a commit that is failing at that moment (docs/adr/0031).
    """

    run: Annotated[str, rules.one_of((ON_DEMAND, AFTER_JOB), "on_demand leaves it to people to start it")] = ON_DEMAND


@_settings
@dataclass(frozen=True, kw_only=True)
class CatalogSettings:
    """The Glue database of the curated tables, and the crawler on them."""

    database_name: Annotated[str, rules.named_by(naming.GLUE_DATABASE)]
    crawler: CrawlerSettings = field(default_factory=CrawlerSettings)


@_settings
@dataclass(frozen=True, kw_only=True)
class AthenaSettings:
    """The workgroup of analysts with full rights; the others' names follow from the environment's."""

    work_group_name: Annotated[str, rules.named_by(naming.ATHENA_WORKGROUP)]
    bytes_scanned_cutoff: Annotated[int, rules.between(10_000_000, 2**53, "Athena's least cutoff is 10 MB")] = (
        10 * 2**30
    )


@_settings
@dataclass(frozen=True, kw_only=True)
class GlueSettings(GlueJobSettings):
    """ETL-2's Spark job and its events' batching."""

    version: Annotated[
        str,
        rules.one_of(
            ICEBERG_VERSIONS, "older ones lack a fitting Iceberg: that of 4.0, 1.0.0, cannot publish a branch"
        ),
    ] = "5.1"
    event_batch_size: Annotated[int, rules.between(1, 100, "arrivals that start the job at once")] = 10
    event_batch_window: Annotated[int, rules.between(1, 900, "seconds an arrival waits for company")] = 60


@_settings
@dataclass(frozen=True, kw_only=True)
class ArrowSettings(FunctionSettings):
    """The function that takes ETL-2's Spark job's place. What size suits which tables: docs/lake-costs.md."""

    timeout: _FunctionSeconds = 900
    memory_size: _FunctionMemory = 3538
    ephemeral_storage: Annotated[int, rules.between(512, 10240, "Lambda's /tmp in MB")] = 2048


@_settings
@dataclass(frozen=True, kw_only=True)
class TransformSettings:
    """How curated tables are made, and which runs are published. ``arrow`` counts with that engine only."""

    engine: Annotated[str, rules.one_of((SPARK_ENGINE, ARROW_ENGINE), "docs/adr/0029 says when to take which")] = (
        SPARK_ENGINE
    )
    max_rejected_ratio: _Ratio = 0.05
    max_removed_ratio: _Ratio = 0.2
    arrow: ArrowSettings = field(default_factory=ArrowSettings)


@_settings
@dataclass(frozen=True, kw_only=True)
class CuratedSettings:
    """The curated tables."""

    history_days: _Days = 30


@_settings
@dataclass(frozen=True, kw_only=True)
class EtlSettings:
    """ETL-2: zones of the bucket, job or function, catalog, Athena. ``glue`` counts with the Spark engine only."""

    data_bucket_name: Annotated[str, rules.named_by(naming.BUCKET)]
    catalog: CatalogSettings
    athena: AthenaSettings
    glue: GlueSettings
    transform: TransformSettings = field(default_factory=TransformSettings)
    curated: CuratedSettings = field(default_factory=CuratedSettings)
    clean_prefix: _Prefix = "reports/etl-process1/"
    curated_prefix: _Prefix = "reports/etl-process2/"
    pseudonymous_prefix: _Prefix = "reports/etl-process2-pseudonymous/"
    restricted_prefix: _Prefix = "reports/etl-process2-restricted/"
    athena_results_prefix: _Prefix = "athena/results/"

    def results_prefix(self, group: str) -> str:
        """Return where the answers to a group's queries lie."""
        return f"{self.athena_results_prefix}{group}/"

    @property
    def table_zones(self) -> TableZones:
        """Which table lies below which prefix."""
        return TableZones(self.curated_prefix, self.restricted_prefix)

    @property
    def log_retention(self) -> int:
        """After how many days logs go that are not one engine's."""
        return self.transform.arrow.log_retention if self.transform.engine == ARROW_ENGINE else self.glue.log_retention


@_settings
@dataclass(frozen=True, kw_only=True)
class AlarmSettings:
    """Thresholds of the alarms. All alarms: docs/operations.md."""

    freshness_hours: Annotated[
        int, rules.between(1, rules.MOST_ALARM_HOURS, "CloudWatch looks back seven days at most")
    ] = 26
    run_time_share: Annotated[float, rules.between(0.1, 1, "write 0.8 for four fifths of the timeout")] = 0.8


@_settings
@dataclass(frozen=True, kw_only=True)
class AlertSettings:
    """What rings beside the alarms."""

    monthly_budget_usd: Annotated[float, rules.between(0.01, 10_000_000, "give None for no budget")] | None = None
    chat: bool = False


@_settings
@dataclass(frozen=True, kw_only=True)
class PrivacySettings:
    """How people's data is kept from those who do not need it, and for how long (docs/privacy.md)."""

    pseudonymous_tables: bool = False
    rejected_days: _Days = 30
    max_days_after_removal: _Days | None = 65


ReportLanguage = Literal["en", "es"]


@_settings
@dataclass(frozen=True, kw_only=True)
class ReportSettings:
    """The daily report (docs/report.md)."""

    language: ReportLanguage = "en"


@_settings
@dataclass(frozen=True, kw_only=True)
class PipelineSettings:
    """The GitHub repository whose workflows plan and deploy the environment (docs/delivery.md)."""

    repository: Annotated[str, rules.REPOSITORY] | None = None
    creates_identity_provider: bool = True


@_settings
@dataclass(frozen=True, kw_only=True)
class Environment:
    """One environment: both stacks' settings and what they share."""

    name: Annotated[str, rules.named_by(naming.ENVIRONMENT)]
    contract_name: Annotated[str, rules.CONTRACT] = "catia"
    normalize: NormalizeSettings
    etl: EtlSettings
    project: ProjectSettings = field(default_factory=ProjectSettings)
    provider: ProviderSettings = field(default_factory=ProviderSettings)
    encryption: EncryptionSettings = field(default_factory=EncryptionSettings)
    alarms: AlarmSettings = field(default_factory=AlarmSettings)
    alerts: AlertSettings = field(default_factory=AlertSettings)
    privacy: PrivacySettings = field(default_factory=PrivacySettings)
    report: ReportSettings = field(default_factory=ReportSettings)
    pipeline: PipelineSettings = field(default_factory=PipelineSettings)
    is_local: bool = False
    deletion_guarded: bool = True
    empty_on_destroy: bool = False
    notification_emails: tuple[Annotated[str, rules.EMAIL], ...] = ()
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def contract(self) -> SourceContract:
        """What the source table's items are, and what becomes of them."""
        return contract_named(self.contract_name)

    @property
    def names(self) -> naming.Names:
        """The environment's physical names."""
        return naming.Names(self.name)

    def days_kept(self, dataset: Dataset) -> int:
        """For how many days earlier states of a table can be asked for."""
        return dataset.days_kept(self.etl.curated.history_days, self.privacy.rejected_days)

    @property
    def workgroups(self) -> dict[str, str]:
        """The name of each group's Athena workgroup."""
        everyday = {EVERYDAY: self.names.everyday_workgroup} if self.privacy.pseudonymous_tables else {}
        return {FULL: self.etl.athena.work_group_name, **everyday, OPERATORS: self.names.operators_workgroup}

    @property
    def freshness_hours(self) -> int | None:
        """How long it may be without new data, None where nothing runs by itself."""
        return self.alarms.freshness_hours if self.normalize.schedule.enabled else None
