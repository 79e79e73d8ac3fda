"""The ARNs that each scope of the workflows' permissions stands for: the platform's names, and no others."""

from __future__ import annotations

from fnmatch import fnmatchcase

from contract.layout import ARTIFACTS_PREFIX, first_metadata_root
from contract.serving import views_of
from envs.schema import Environment
from modules.account import Account
from modules.ci.access import Scope
from modules.policies import Conditions
from modules.tags import common_tags

#: Where Lambda, and Glue's jobs and crawlers, have their log groups.
_LOGS = ("/aws/lambda/", "/aws-glue/jobs/", "/aws-glue/crawlers-role/")


def arns(scope: Scope, environment: Environment, account: Account) -> list[str]:
    """Return what a scope's actions are allowed on in one environment."""
    names = environment.names
    any_name, bucket = names.any_name(), bucket_arn(environment, account)
    glue = ("crawler", "job", "trigger", "workflow")
    return {
        Scope.ALARMS: [account.arn("cloudwatch", f"alarm:{any_name}")],
        Scope.ARTIFACTS: [f"{bucket}/{ARTIFACTS_PREFIX}*"],
        Scope.BUCKET: [bucket],
        # Budgets, too, are in no region.
        Scope.BUDGETS: [f"arn:{account.partition}:budgets::{account.id}:budget/{any_name}"],
        Scope.CATALOG: catalog_arns(environment, account),
        # Dashboards are in no region.
        Scope.DASHBOARDS: [f"arn:{account.partition}:cloudwatch::{account.id}:dashboard/{any_name}"],
        Scope.EVERYTHING: ["*"],
        Scope.FUNCTIONS: [account.arn("lambda", f"{kind}:{any_name}") for kind in ("function", "layer")],
        Scope.GLUE: [account.arn("glue", f"{kind}/{any_name}") for kind in glue],
        Scope.KEYS: [account.arn("kms", "key/*")],
        Scope.LOG_GROUPS: [account.arn("logs", f"log-group:{folder}{any_name}") for folder in _LOGS],
        Scope.POLICIES: [account.policy_arn(names.any_analysts_policy())],
        Scope.QUEUES: [account.arn("sqs", any_name)],
        Scope.ROLES: [account.role_arn(name) for name in names.any_service_role()],
        Scope.RULES: [account.arn("events", f"rule/{any_name}")],
        Scope.SCHEDULE_GROUPS: [account.arn("scheduler", f"schedule-group/{any_name}")],
        Scope.SCHEDULES: [account.arn("scheduler", f"schedule/{any_name}/{any_name}")],
        Scope.TOPICS: [account.arn("sns", any_name)],
        Scope.VIEWS: view_arns(environment, account),
        Scope.WORKGROUP: _workgroup_arns(environment, account),
    }[scope]


def bucket_arn(environment: Environment, account: Account) -> str:
    """Return the ARN of the bucket that both ETLs share."""
    return f"arn:{account.partition}:s3:::{environment.normalize.s3_bucket_name}"


def _workgroup_arns(environment: Environment, account: Account) -> list[str]:
    pattern, named = environment.names.any_workgroup(), environment.etl.athena.work_group_name
    names = [pattern] if fnmatchcase(named, pattern) else [pattern, named]
    return [account.arn("athena", f"workgroup/{name}") for name in names]


def first_metadata_arn(environment: Environment, account: Account) -> str:
    """Return the pattern of what a table's readers start from, which lies among the programs."""
    return f"{bucket_arn(environment, account)}/{first_metadata_root()}*"


def catalog_arns(environment: Environment, account: Account) -> list[str]:
    """Return what Glue checks for work on the databases and on any of their tables."""
    databases = _databases(environment)
    return [
        account.arn("glue", "catalog"),
        *(account.arn("glue", f"database/{database}") for database in databases),
        *(account.arn("glue", f"table/{database}/*") for database in databases),
    ]


def _databases(environment: Environment) -> list[str]:
    is_on = environment.privacy.pseudonymous_tables
    return [environment.etl.catalog.database_name, *([environment.names.pseudonymous_database] if is_on else [])]


def view_arns(environment: Environment, account: Account) -> list[str]:
    """Return what Glue checks for work on the views."""
    databases, views = _databases(environment), views_of(environment.contract)
    return [
        account.arn("glue", "catalog"),
        *(account.arn("glue", f"database/{database}") for database in databases),
        *(account.arn("glue", f"table/{database}/{view.name}") for database in databases for view in views),
    ]


def own_key(environment: Environment) -> Conditions:
    """Return the condition that a key is the environment's: a key has no name, but it has tags."""
    tags = common_tags(environment)
    return {"StringEquals": {f"aws:ResourceTag/{tag}": tags[tag] for tag in ("Environment", "ProjectId")}}
