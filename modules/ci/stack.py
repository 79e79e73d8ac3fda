"""What GitHub's workflows act as: the stack that an administrator deploys once for each environment (docs/adr/0021)."""

from __future__ import annotations

from typing import Final

from envs.schema import Environment
from modules.ci.boundary import boundary
from modules.ci.permissions import Permissions
from modules.outputs import Output
from modules.policies import Statement, policy
from modules.roles import ServiceRoleProps, add_service_role
from modules.stack import PlatformStack
from modules.tags import DELIVERY, ResourceType
from modules.terraform import (
    Construct,
    DataAwsIamOpenidConnectProvider,
    IamOpenidConnectProvider,
    IamPolicy,
    IamRole,
    TerraformResourceLifecycle,
)

ISSUER: Final = "token.actions.githubusercontent.com"
AUDIENCE: Final = "sts.amazonaws.com"
MAIN: Final = "refs/heads/main"


class PipelineStack(PlatformStack):
    """The roles with which a repository's workflows plan and deploy one environment, and what bounds them."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        """Make the stack.

        Raises:
            ValueError: the environment names no repository.
        """
        repository = environment.pipeline.repository
        if repository is None:
            message = f"environment {environment.name!r} names no repository: set pipeline.repository in envs/"
            raise ValueError(message)
        super().__init__(scope, environment.names.pipeline_stack, environment)
        self._provider_arn = self._identity_provider()
        self._subject = f"repo:{repository}"
        permissions = Permissions(environment, self.account)
        IamPolicy(
            self,
            "aws_iam_policy.boundary",
            name=environment.names.boundary,
            description=f"The most that a role of the CAT platform may do in {environment.name}",
            policy=policy(*boundary(environment, self.account)),
            # Roles that are deployed already would be left with nothing.
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True),
            tags=DELIVERY.tags(ResourceType.SECURITY),
        )
        plan = self._role(
            "plan",
            environment.names.plan_role,
            f"Plans the CAT platform's {environment.name} environment: pull requests, and main every night",
            [f"{self._subject}:pull_request", f"{self._subject}:ref:{MAIN}"],
            permissions.plan(),
        )
        deploy = self._role(
            "deploy",
            environment.names.deploy_role,
            f"Deploys the CAT platform's {environment.name} environment, from GitHub's environment of that name",
            [f"{self._subject}:environment:{environment.name}"],
            permissions.deploy(),
        )
        guard = add_service_role(
            self,
            ServiceRoleProps(
                address="change_guard",
                name=environment.names.change_guard_role,
                description=f"A person deploys with it what no workflow may change in {environment.name}",
                trust_policy=policy(self._assumed_by_people()),
                permissions=permissions.change_guard(),
                component=DELIVERY,
            ),
        ).role
        self._publish(
            {
                "change_guard_role_arn": Output(
                    value=guard.arn, description="Role of the person who deploys what no workflow may"
                ),
                "plan_role_arn": Output(value=plan.arn, description="Role of the workflows that plan"),
                "deploy_role_arn": Output(value=deploy.arn, description="Role of the workflow that deploys"),
            }
        )

    def _identity_provider(self) -> str:
        if not self.environment.pipeline.creates_identity_provider:
            found = DataAwsIamOpenidConnectProvider(
                self, "aws_iam_openid_connect_provider.github", url=f"https://{ISSUER}"
            )
            return found.arn
        made = IamOpenidConnectProvider(
            self,
            "aws_iam_openid_connect_provider.github",
            url=f"https://{ISSUER}",
            client_id_list=[AUDIENCE],
            tags=DELIVERY.tags(ResourceType.SECURITY),
        )
        return made.arn

    def _role(
        self, address: str, name: str, description: str, subjects: list[str], permissions: list[Statement]
    ) -> IamRole:
        trust = Statement(
            sid="AssumedByWorkflow",
            actions=["sts:AssumeRoleWithWebIdentity"],
            federated=[self._provider_arn],
            # Whole subjects, without wildcards.
            conditions={"StringEquals": {f"{ISSUER}:aud": AUDIENCE, f"{ISSUER}:sub": subjects}},
        )
        props = ServiceRoleProps(
            address=address,
            name=name,
            description=description,
            trust_policy=policy(trust),
            permissions=permissions,
            component=DELIVERY,
        )
        return add_service_role(self, props).role

    def _assumed_by_people(self) -> Statement:
        """Whoever the account's own policies let assume it, but no role of the platform or of its workflows."""
        return Statement(
            sid="AssumedByPeople",
            actions=["sts:AssumeRole"],
            accounts=[self.account.root_arn],
            conditions={"ArnNotLike": {"aws:PrincipalArn": self.account.role_arn(self.environment.names.any_name())}},
        )
