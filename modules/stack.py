"""The stacks: provider, state backend, tags, readable addresses, outputs; and the constructs wired together."""

from __future__ import annotations

from collections.abc import Mapping

from envs.naming import state_key
from envs.schema import EVERYDAY, FULL, Environment
from modules.account import Account
from modules.etl.construct import Etl, EtlCode, EtlProps
from modules.normalize.construct import Normalize, NormalizeCode, NormalizeProps
from modules.outputs import Output
from modules.tags import common_tags
from modules.terraform import (
    AwsProvider,
    AwsProviderDefaultTags,
    Construct,
    IamRole,
    Node,
    S3Backend,
    TerraformElement,
    TerraformOutput,
    TerraformStack,
)

#: The first Terraform whose S3 backend locks by itself. An older one knows nothing of ``use_lockfile``.
TERRAFORM_VERSION = ">= 1.11"


class PlatformStack(TerraformStack):
    """A stack of one environment, with its provider and its remote state.

    Constructs name their resources by Terraform address (``aws_s3_bucket.reports``), and that is the address in the
    state: it does not follow the construct tree, so code can be rearranged without a resource being replaced.
    """

    def __init__(self, scope: Construct, name: str, environment: Environment) -> None:
        super().__init__(scope, name)
        self.environment = environment
        self._addresses: dict[str, str] = {}
        self.add_override("terraform.required_version", TERRAFORM_VERSION)
        provider = environment.provider
        AwsProvider(
            self,
            "aws",
            region=provider.region,
            allowed_account_ids=list(provider.allowed_account_ids) or None,
            default_tags=[AwsProviderDefaultTags(tags=common_tags(environment))],
            # An endpoint of one's own has no host name per bucket.
            s3_use_path_style=True if provider.custom_endpoint else None,
        )
        self._keep_state(name)
        self.account = Account.of(self, provider.region)

    def _keep_state(self, name: str) -> None:
        provider = self.environment.provider
        backend = S3Backend(
            self,
            bucket=self.environment.names.state_bucket,
            key=state_key(name),
            region=provider.region,
            encrypt=True,
        )
        # CDKTF's backend has no parameters for these.
        backend.add_override("use_lockfile", value=True)
        if provider.allowed_account_ids:
            backend.add_override("allowed_account_ids", list(provider.allowed_account_ids))
        if provider.custom_endpoint:
            backend.add_override("use_path_style", value=True)

    def _allocate_logical_id(self, tf_element: TerraformElement | Node) -> str:
        # Assets ask with their node, for the name of a folder.
        if not isinstance(tf_element, TerraformElement):
            return str(tf_element.id)
        node = Node.of(tf_element)
        address = f"{type(tf_element).__name__} {node.id}"
        first = self._addresses.setdefault(address, node.path)
        if first != node.path:
            message = f"address {node.id!r} is taken by {first!r} and {node.path!r}: give one another name"
            raise ValueError(message)
        return str(node.id).rpartition(".")[2]

    def _bound_roles(self) -> None:
        """Bound every role where workflows deploy: they may make no other (docs/adr/0021)."""
        if self.environment.pipeline.repository is None:
            return
        for construct in Node.of(self).find_all():
            if isinstance(construct, IamRole):
                construct.permissions_boundary = self.account.policy_arn(self.environment.names.boundary)

    def _publish(self, outputs: Mapping[str, Output]) -> None:
        key = state_key(Node.of(self).id)
        state = Output(
            value=f"s3://{self.environment.names.state_bucket}/{key}", description="Where this stack's state is kept"
        )
        for name, output in {**outputs, "state": state}.items():
            TerraformOutput(self, name, value=output.value, description=output.description)


class NormalizeStack(PlatformStack):
    """ETL-1 of one environment."""

    def __init__(self, scope: Construct, environment: Environment, code: NormalizeCode) -> None:
        super().__init__(scope, environment.names.normalize_stack, environment)
        props = NormalizeProps(environment=environment, account=self.account, code=code)
        normalize = Normalize(self, "normalize", props)
        self._bound_roles()
        schedule = environment.normalize.schedule
        due = f"{schedule.cron_expression} {schedule.time_zone}"
        status = f"ENABLED {due}" if normalize.schedule else "DISABLED: run ETL-1 by hand"
        self._publish(
            {
                "bucket_name": Output(
                    value=normalize.bucket.bucket, description="Bucket of clean zone, curated zone and Athena results"
                ),
                "bucket_arn": Output(value=normalize.bucket.arn, description="ARN of that bucket"),
                **normalize.engine.outputs,
                "source_table_name": Output(
                    value=environment.normalize.dynamo_table_name, description="The DynamoDB table that is read"
                ),
                "schedule_status": Output(value=status, description="Whether ETL-1 runs by itself, and when"),
                "alerts_topic_arn": Output(
                    value=normalize.topic.arn, description="Topic of every failure: subscribe to it"
                ),
                **_chat_output(normalize),
            }
        )


def _chat_output(normalize: Normalize) -> dict[str, Output]:
    """Return the topic for a chat, where there is one."""
    if normalize.chat is None:
        return {}
    said = "Topic of failures as Amazon Q Developer shows them in a chat: add it to the channel"
    return {"chat_topic_arn": Output(value=normalize.chat.arn, description=said)}


class EtlStack(PlatformStack):
    """ETL-2 of one environment."""

    def __init__(self, scope: Construct, environment: Environment, code: EtlCode) -> None:
        super().__init__(scope, environment.names.etl_stack, environment)
        etl = Etl(self, "etl", EtlProps(environment=environment, account=self.account, code=code))
        self._bound_roles()
        self._publish(
            {
                **etl.engine.outputs,
                "crawler_name": Output(value=etl.crawler.name, description="The crawler that keeps the catalog"),
                "arrival_rule_name": Output(
                    value=etl.arrival.rule.name, description="The EventBridge rule that a new run fires"
                ),
                "dead_letters_url": Output(
                    value=etl.arrival.dead_letters.url, description="Queue of events that could not be delivered"
                ),
                "database_name": Output(
                    value=etl.catalog.database.name, description="Database of the curated tables and views"
                ),
                "workgroup_name": Output(
                    value=etl.workgroups[FULL].name, description="Athena workgroup of analysts with full rights"
                ),
                **_for_people(etl),
                "dashboard_name": Output(
                    value=etl.dashboard.dashboard_name, description="CloudWatch dashboard of both ETLs"
                ),
                "curated_location": Output(
                    value=f"s3://{etl.bucket.bucket}/{environment.etl.curated_prefix}",
                    description="Where the curated tables' files lie",
                ),
            }
        )


def _for_people(etl: Etl) -> dict[str, Output]:
    """Return the policies that people are given, and where everyday analysts work."""
    found = {}
    for group, made in etl.policies.items():
        what = f"managed policy of {group} analysts"
        found[f"{group}_policy_name"] = Output(value=made.name, description=f"Name of the {what}: for permission sets")
        found[f"{group}_policy_arn"] = Output(value=made.arn, description=f"ARN of the {what}: for roles and groups")
    if etl.pseudonymous_catalog:
        found["everyday_workgroup_name"] = Output(
            value=etl.workgroups[EVERYDAY].name, description="Athena workgroup of everyday analysts"
        )
        found["pseudonymous_database_name"] = Output(
            value=etl.pseudonymous_catalog.database.name, description="Database in which people are pseudonyms"
        )
    return found
