"""The only composer of physical names, each checked against its service's length and character rules."""

from __future__ import annotations

import re
from dataclasses import dataclass

from contract.snapshots import event_source


@dataclass(frozen=True)
class NameRule:
    """What a service accepts as a name: a pattern for the whole name, its length, and the same in words."""

    service: str
    pattern: str
    longest: int
    words: str
    shortest: int = 1

    def fault(self, name: str) -> str | None:
        """Return what is wrong with ``name``, with the remedy, or None."""
        if not self.shortest <= len(name) <= self.longest:
            return (
                f"{self.service} {name!r} has {len(name)} characters; the rule is {self.shortest} to {self.longest}: "
                "shorten or lengthen it."
            )
        if re.fullmatch(self.pattern, name, re.ASCII) is None:
            return f"{self.service} {name!r} breaks the rule: {self.words}."
        return None

    def check(self, name: str) -> str:
        """Return ``name`` as it is.

        Raises:
            ValueError: the service would refuse it.
        """
        fault = self.fault(name)
        if fault is not None:
            raise ValueError(fault)
        return name


# Sources: each service's API reference (CreateBucket naming rules, CreateFunction, CreateRole, CreateJob, ...).
BUCKET = NameRule(
    "S3 bucket",
    r"(?!xn--|sthree-|amzn-s3-demo-)(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]*[a-z0-9]"
    r"(?<!-s3alias)(?<!--ol-s3)(?<!\.mrap)(?<!--x-s3)(?<!--table-s3)",
    63,
    "lower-case letters, digits, single dots and hyphens, beginning and ending with a letter or digit, not like an IP "
    "address, none of S3's reserved beginnings (xn--, sthree-, amzn-s3-demo-) and endings (-s3alias, --ol-s3, .mrap, "
    "--x-s3, --table-s3)",
    shortest=3,
)
DYNAMODB_TABLE = NameRule(
    "DynamoDB table", r"[A-Za-z0-9_.-]+", 255, "letters, digits, underscores, dots and hyphens", shortest=3
)
LAMBDA_FUNCTION = NameRule("Lambda function", r"[A-Za-z0-9_-]+", 64, "letters, digits, underscores and hyphens")
LAMBDA_LAYER = NameRule("Lambda layer", r"[A-Za-z0-9_-]+", 140, "letters, digits, underscores and hyphens")
IAM_ROLE = NameRule("IAM role", r"[\w+=,.@-]+", 64, "letters, digits and _+=,.@-")
IAM_POLICY = NameRule("IAM policy", r"[\w+=,.@-]+", 128, "letters, digits and _+=,.@-")
SQS_QUEUE = NameRule("SQS queue", r"[A-Za-z0-9_-]+", 80, "letters, digits, underscores and hyphens")
SNS_TOPIC = NameRule("SNS topic", r"[A-Za-z0-9_-]+", 256, "letters, digits, underscores and hyphens")
SCHEDULE = NameRule("EventBridge schedule", r"[A-Za-z0-9_.-]+", 64, "letters, digits, underscores, dots and hyphens")
SCHEDULE_GROUP = NameRule("schedule group", r"[A-Za-z0-9_.-]+", 64, "letters, digits, underscores, dots and hyphens")
EVENT_RULE = NameRule("EventBridge rule", r"[A-Za-z0-9_.-]+", 64, "letters, digits, underscores, dots and hyphens")
ALARM = NameRule("CloudWatch alarm", r"[A-Za-z0-9_.-]+", 255, "letters, digits, underscores, dots and hyphens")
BUDGET = NameRule("budget", r"[A-Za-z0-9_-]+", 100, "letters, digits, underscores and hyphens")
DASHBOARD = NameRule("CloudWatch dashboard", r"[A-Za-z0-9_-]+", 255, "letters, digits, underscores and hyphens")
GLUE_RESOURCE = NameRule("Glue resource", r"[A-Za-z0-9_.-]+", 255, "letters, digits, underscores, dots and hyphens")
KMS_ALIAS = NameRule(
    "KMS alias", r"alias/(?!aws/)[A-Za-z0-9/_-]+", 256, "alias/, then letters, digits, /, _ and -", shortest=7
)
PARAMETER = NameRule(
    "SSM parameter", r"/(?!aws|ssm)[A-Za-z0-9_./-]+", 1011, "/, then letters, digits, slashes, _, . and -", shortest=2
)
GLUE_DATABASE = NameRule("Glue database", r"[a-z0-9_]+", 255, "lower-case letters, digits and underscores (for Athena)")
ATHENA_WORKGROUP = NameRule("Athena workgroup", r"[A-Za-z0-9._-]+", 128, "letters, digits, dots, underscores, hyphens")
STACK = NameRule("stack", r"[a-z][a-z0-9-]+", 64, "lower-case letters, digits and hyphens, beginning with a letter")
ENVIRONMENT = NameRule("environment", r"[a-z][a-z0-9]*", 8, "lower-case letters and digits, beginning with a letter")


#: What makes the curated tables has one name, whichever service runs it.
_ETL_ENGINE = ("etl2", "parquet")


@dataclass(frozen=True)
class Names:
    """Every physical name of one environment. ``env`` is the environment's own, such as ``test``."""

    env: str

    def __post_init__(self) -> None:
        ENVIRONMENT.check(self.env)

    def _name(self, rule: NameRule, *parts: str) -> str:
        return rule.check("-".join(("cat", self.env, *parts)))

    # --- stacks and their state -------------------------------------------------------------------------------------

    @property
    def normalize_stack(self) -> str:
        """ETL-1's stack."""
        return self._name(STACK, "normalize")

    @property
    def etl_stack(self) -> str:
        """ETL-2's stack."""
        return self._name(STACK, "etl2")

    @property
    def state_bucket(self) -> str:
        """The bucket that keeps both stacks' Terraform state."""
        return self._name(BUCKET, "terraform", "state")

    # --- how changes are delivered ----------------------------------------------------------------------------------

    @property
    def pipeline_stack(self) -> str:
        """The stack of what GitHub's workflows act as."""
        return self._name(STACK, "pipeline")

    @property
    def plan_role(self) -> str:
        """The role with which a workflow plans."""
        return self._name(IAM_ROLE, "pipeline", "plan")

    @property
    def deploy_role(self) -> str:
        """The role with which a workflow deploys."""
        return self._name(IAM_ROLE, "pipeline", "deploy")

    @property
    def change_guard_role(self) -> str:
        """The role with which a person changes what no workflow may."""
        return self._name(IAM_ROLE, "pipeline", "change", "guard")

    @property
    def boundary(self) -> str:
        """The policy that bounds every role of the platform where workflows deploy it."""
        return self._name(IAM_POLICY, "pipeline", "boundary")

    def any_name(self) -> str:
        """Return the pattern of every name that begins with the environment, for permissions."""
        return f"cat-{self.env}-*"

    def any_service_role(self) -> tuple[str, str]:
        """Return the patterns of both ETLs' roles, for permissions; the workflows' own roles fit neither."""
        return f"{self.normalize_stack}-*", f"{self.etl_stack}-*"

    # --- data -------------------------------------------------------------------------------------------------------

    @property
    def reports_bucket(self) -> str:
        """The bucket of clean zone, curated zone and Athena results."""
        return self._name(BUCKET, "normalize", "reports")

    def source_table(self, table: str) -> str:
        """The DynamoDB table that is read; ``table`` is what the contract calls it."""
        return self._name(DYNAMODB_TABLE, table, "table")

    @property
    def database(self) -> str:
        """The Glue database, in Athena's alphabet."""
        return GLUE_DATABASE.check(f"cat_{self.env}_analytics_db")

    @property
    def pseudonymous_database(self) -> str:
        """The Glue database of the tables without people's names, for everyday analysts."""
        return GLUE_DATABASE.check(f"cat_{self.env}_pseudonymous_db")

    @property
    def workgroup(self) -> str:
        """The Athena workgroup of analysts who may see people's names and words."""
        return ATHENA_WORKGROUP.check(f"wg-cat-{self.env}-analytics")

    @property
    def everyday_workgroup(self) -> str:
        """The Athena workgroup of everyday analysts."""
        return ATHENA_WORKGROUP.check(f"wg-cat-{self.env}-everyday")

    @property
    def operators_workgroup(self) -> str:
        """The Athena workgroup of ``ops``: operators see rejected items, and their answers are nobody else's."""
        return ATHENA_WORKGROUP.check(f"wg-cat-{self.env}-operators")

    def any_workgroup(self) -> str:
        """Return the pattern of the environment's workgroups, for permissions."""
        return f"wg-cat-{self.env}-*"

    @property
    def full_policy(self) -> str:
        """The policy of analysts who may see people's names and words."""
        return self._name(IAM_POLICY, "analysts", "full")

    @property
    def everyday_policy(self) -> str:
        """The policy of everyday analysts, to whom people are pseudonyms."""
        return self._name(IAM_POLICY, "analysts", "everyday")

    def any_analysts_policy(self) -> str:
        """Return the pattern of the analysts' policies, for permissions; the boundary is none of them."""
        return f"cat-{self.env}-analysts-*"

    @property
    def key_alias(self) -> str:
        """The alias of the environment's own KMS key, by which ETL-2's stack finds it."""
        return KMS_ALIAS.check(f"alias/cat-{self.env}-data")

    @property
    def pseudonym_key(self) -> str:
        """The parameter with the key of pseudonyms: ``ops`` makes it, no template ever holds it."""
        return PARAMETER.check(f"/cat/{self.env}/pseudonym-key")

    @property
    def tombstone_key(self) -> str:
        """The parameter with the key of tombstones: ``ops`` makes it, and it is never replaced."""
        return PARAMETER.check(f"/cat/{self.env}/tombstone-key")

    # --- ETL-1 ------------------------------------------------------------------------------------------------------

    @property
    def normalize_function(self) -> str:
        """The Lambda function of ETL-1."""
        return self._name(LAMBDA_FUNCTION, "lambda", "normalize")

    @property
    def normalize_layer(self) -> str:
        """The Lambda layer with the function's dependencies."""
        return self._name(LAMBDA_LAYER, "normalize", "dependencies")

    @property
    def normalize_log_group(self) -> str:
        """The function's log group, where Lambda itself would create one."""
        return f"/aws/lambda/{self.normalize_function}"

    @property
    def normalize_role(self) -> str:
        """The function's execution role."""
        return self._name(IAM_ROLE, "normalize", "function")

    @property
    def normalize_job(self) -> str:
        """The Spark job of ETL-1, where it takes the function's place."""
        return self._name(GLUE_RESOURCE, "normalize", "spark")

    @property
    def normalize_job_role(self) -> str:
        """That job's role."""
        return self._name(IAM_ROLE, "normalize", "job")

    @property
    def normalize_job_failed_rule(self) -> str:
        """The EventBridge rule for a failed, stopped or timed-out run of that job."""
        return self._name(EVENT_RULE, "normalize", "job", "failed")

    @property
    def normalize_slow_job_rule(self) -> str:
        """The EventBridge rule for a run of that job that takes long."""
        return self._name(EVENT_RULE, "normalize", "job", "slow")

    @property
    def normalize_job_logs(self) -> str:
        """The name, or its beginning, of that job's own log groups."""
        return f"/aws-glue/jobs/{self.normalize_job}"

    @property
    def normalize_glue_security(self) -> str:
        """The Glue security configuration of that job, where the environment has its own key."""
        return self._name(GLUE_RESOURCE, "normalize", "own", "key")

    @property
    def schedule_group(self) -> str:
        """The group that has the schedule in it, and no other: Scheduler's metrics are those of a whole group."""
        return self._name(SCHEDULE_GROUP, "normalize")

    @property
    def schedule(self) -> str:
        """The daily schedule of ETL-1."""
        return self._name(SCHEDULE, "normalize", "daily")

    @property
    def schedule_role(self) -> str:
        """The role with which the schedule invokes the function or starts the job."""
        return self._name(IAM_ROLE, "normalize", "schedule")

    @property
    def alerts_dead_letters(self) -> str:
        """The queue of failures' events that EventBridge could not tell to the topic."""
        return self._name(SQS_QUEUE, "alerts", "dead", "letters")

    @property
    def normalize_dead_letters(self) -> str:
        """The queue of what the schedule could not deliver."""
        return self._name(SQS_QUEUE, "normalize", "dead", "letters")

    @property
    def alerts_topic(self) -> str:
        """The topic that every failure of both stacks reaches."""
        return self._name(SNS_TOPIC, "alerts")

    @property
    def chat_topic(self) -> str:
        """The topic of failures as messages for a chat, where the environment has one."""
        return self._name(SNS_TOPIC, "alerts", "chat")

    @property
    def monthly_budget(self) -> str:
        """The budget, where the environment has one."""
        return self._name(BUDGET, "monthly")

    def normalize_alarm(self, about: str) -> str:
        """The alarm on ETL-1 that is about this, e.g. ``errors``."""
        return self._name(ALARM, "normalize", about)

    # --- ETL-2 ------------------------------------------------------------------------------------------------------

    @property
    def glue_job(self) -> str:
        """The Spark job of ETL-2."""
        return self._name(GLUE_RESOURCE, *_ETL_ENGINE)

    @property
    def glue_job_role(self) -> str:
        """The Spark job's role."""
        return self._name(IAM_ROLE, "etl2", "job")

    @property
    def etl_function(self) -> str:
        """The Lambda function of ETL-2, where it takes the Spark job's place: and its name."""
        return self._name(LAMBDA_FUNCTION, *_ETL_ENGINE)

    @property
    def etl_layer(self) -> str:
        """The Lambda layer with that function's dependencies."""
        return self._name(LAMBDA_LAYER, "etl2", "dependencies")

    @property
    def etl_log_group(self) -> str:
        """That function's log group, where Lambda itself would create one."""
        return f"/aws/lambda/{self.etl_function}"

    @property
    def etl_function_role(self) -> str:
        """That function's execution role."""
        return self._name(IAM_ROLE, "etl2", "function")

    @property
    def crawler(self) -> str:
        """The crawler that keeps the catalog."""
        return self._name(GLUE_RESOURCE, "curated", "crawler")

    @property
    def crawler_role(self) -> str:
        """The crawler's role."""
        return self._name(IAM_ROLE, "etl2", "crawler")

    @property
    def etl_glue_security(self) -> str:
        """The Glue security configuration of job and crawler, where the environment has its own key."""
        return self._name(GLUE_RESOURCE, "etl2", "own", "key")

    @property
    def workflow(self) -> str:
        """The Glue workflow that an arriving run starts."""
        return self._name(GLUE_RESOURCE, "etl2", "workflow")

    @property
    def arrival_trigger(self) -> str:
        """The workflow's first trigger: events in, job started."""
        return self._name(GLUE_RESOURCE, "etl2", "on", "arrival")

    @property
    def success_trigger(self) -> str:
        """The workflow's second trigger: job succeeded, crawler started."""
        return self._name(GLUE_RESOURCE, "etl2", "on", "success")

    @property
    def arrival_rule(self) -> str:
        """The EventBridge rule for a committed run."""
        return self._name(EVENT_RULE, "etl2", "run", "arrived")

    @property
    def arrival_rule_role(self) -> str:
        """The role with which EventBridge notifies the workflow."""
        return self._name(IAM_ROLE, "etl2", "events")

    @property
    def job_failed_rule(self) -> str:
        """The EventBridge rule for a failed, stopped or timed-out job run."""
        return self._name(EVENT_RULE, "etl2", "job", "failed")

    @property
    def slow_job_rule(self) -> str:
        """The EventBridge rule for a job run that takes long."""
        return self._name(EVENT_RULE, "etl2", "job", "slow")

    @property
    def glue_job_logs(self) -> str:
        """The name, or its beginning, of the job's own log groups."""
        return f"/aws-glue/jobs/{self.glue_job}"

    @property
    def crawler_failed_rule(self) -> str:
        """The EventBridge rule for a failed crawl."""
        return self._name(EVENT_RULE, "etl2", "crawler", "failed")

    @property
    def event_source(self) -> str:
        """The source of the events by which ETL-2 announces published tables."""
        return EVENT_RULE.check(event_source(self.env))

    @property
    def etl_dead_letters(self) -> str:
        """The queue of events that EventBridge could not deliver."""
        return self._name(SQS_QUEUE, "etl2", "dead", "letters")

    def verification(self, token: str = "") -> str:
        """What a verification makes for a while: a queue, a target, a lock. Without a token, how all of them begin."""
        return self._name(SQS_QUEUE, "verify", token)

    def etl_alarm(self, about: str) -> str:
        """The alarm on ETL-2 that is about this, e.g. ``data-checks``."""
        return self._name(ALARM, "etl2", about)

    @property
    def dashboard(self) -> str:
        """The dashboard of both ETLs."""
        return self._name(DASHBOARD, "platform")


def state_key(stack: str) -> str:
    """Return the key of a stack's Terraform state in the state bucket."""
    return f"{stack}/terraform.tfstate"


def lock_key(stack: str) -> str:
    """Return the key of the object that Terraform creates beside a stack's state while it changes that."""
    return f"{state_key(stack)}.tflock"


def environment_of(name: str) -> str:
    """Return the environment of a name that :class:`Names` gives to a resource."""
    return name.split("-")[1]
