"""What GitHub's workflows may do, and what is left to a person (docs/adr/0039).

Plan reads, deploy changes programs, and the change-guard role changes who may do what. None of them reads data.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from envs.naming import lock_key, state_key
from envs.schema import Environment
from modules.account import Account
from modules.ci.access import ACCESS, ON_THE_BUCKET, WITHOUT_RESOURCE, Scope
from modules.ci.guarded import GUARDED_TYPES, REFUSED_CHANGES, REFUSED_USES
from modules.ci.scopes import arns, first_metadata_arn, own_key
from modules.policies import Conditions, Statement

#: Who may be given a role of the platform.
_SERVICES: Final = ("events", "glue", "lambda", "scheduler")
#: Scopes that have one statement together: IAM counts a role's policies by characters. Of another's resources an action
#: says nothing.
_TOGETHER: Final = {
    **dict.fromkeys((Scope.ALARMS, Scope.BUDGETS, Scope.DASHBOARDS, Scope.LOG_GROUPS), "Watch"),
    **dict.fromkeys((Scope.QUEUES, Scope.RULES, Scope.SCHEDULE_GROUPS, Scope.SCHEDULES, Scope.TOPICS), "Events"),
}
#: Actions on roles that can be allowed only while the role has the permissions boundary.
_BOUNDED: Final = frozenset(
    {"iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"}
)


def _readings() -> Iterator[tuple[Scope, Iterable[str]]]:
    return ((access.scope, access.read) for access in ACCESS.values())


def _scope_of(action: str, scope: Scope) -> Scope:
    """Return what an action is allowed on, which a type's others are allowed on ``scope``."""
    if action in WITHOUT_RESOURCE:
        return Scope.EVERYTHING
    return Scope.BUCKET if action in ON_THE_BUCKET else scope


@dataclass(frozen=True)
class Permissions:
    """The statements of one environment's roles."""

    environment: Environment
    account: Account

    def plan(self) -> list[Statement]:
        """Return what a plan needs, which takes no lock: it only reads."""
        return [
            self._list_state(),
            Statement(sid="ReadState", actions=["s3:GetObject"], resources=self._states()),
            *self._statements("Read", _readings()),
            self._use_key("kms:Decrypt"),
            *self._refused_to_workflows(),
        ]

    def deploy(self) -> list[Statement]:
        """Return what a workflow's deployment needs: to read, to lock, and to change programs and what starts them."""
        wanted = (
            (access.deployed or access.scope, access.write)
            for kind, access in ACCESS.items()
            if kind not in GUARDED_TYPES
        )
        return [
            *self._keep_state(),
            *self._statements("Keep", chain(_readings(), wanted)),
            *self._pass_roles_and_use_key(),
            *self._refused_to_workflows(),
        ]

    def change_guard(self) -> list[Statement]:
        """Return what the person needs who deploys what no workflow may: all that Terraform does, and no data."""
        wanted = ((access.scope, access.write) for access in ACCESS.values())
        return [
            *self._keep_state(),
            *self._statements("Keep", chain(_readings(), wanted), without=_BOUNDED),
            Statement(
                sid="KeepRolesBounded",
                actions=sorted(_BOUNDED),
                resources=self._arns(Scope.ROLES),
                conditions={"StringEquals": {"iam:PermissionsBoundary": self.boundary_arn}},
            ),
            *self._pass_roles_and_use_key(),
            *self._refused_to_all(),
        ]

    @property
    def boundary_arn(self) -> str:
        """The ARN of the policy that bounds the platform's roles."""
        return self.account.policy_arn(self.environment.names.boundary)

    def _keep_state(self) -> list[Statement]:
        state = self._state_bucket()
        return [
            self._list_state(),
            Statement(sid="KeepState", actions=["s3:GetObject", "s3:PutObject"], resources=self._states()),
            Statement(
                sid="LockState",
                actions=["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
                resources=[f"{state}/{lock_key(stack)}" for stack in self._stacks()],
            ),
        ]

    def _pass_roles_and_use_key(self) -> list[Statement]:
        passed_to = [f"{name}.amazonaws.com" for name in _SERVICES]
        return [
            Statement(
                sid="PassRoles",
                actions=["iam:PassRole"],
                resources=self._arns(Scope.ROLES),
                conditions={"StringEquals": {"iam:PassedToService": passed_to}},
            ),
            self._use_key("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"),
            # A grant to anybody else would let them decrypt.
            Statement(
                sid="GrantToServices",
                actions=["kms:CreateGrant"],
                resources=self._arns(Scope.KEYS),
                conditions={**self._own_key_through_services(), "Bool": {"kms:GrantIsForAWSResource": "true"}},
            ),
        ]

    def _refused_to_workflows(self) -> list[Statement]:
        return [
            *self._refused_to_all(),
            Statement(sid="NeverGuarded", effect="Deny", actions=REFUSED_CHANGES, resources=["*"]),
            Statement(
                sid="NeverFirstMetadata",
                effect="Deny",
                actions=["s3:AbortMultipartUpload", "s3:Delete*", "s3:Put*", "s3:Replicate*", "s3:Restore*"],
                resources=[first_metadata_arn(self.environment, self.account)],
            ),
        ]

    def _refused_to_all(self) -> list[Statement]:
        """Whatever a bucket's policy or another policy of the role grants: no data is read, written or had read."""
        state = self._state_bucket()
        return [
            Statement(
                sid="NeverOtherObjects",
                effect="Deny",
                actions=["s3:*"],
                other_resources_than=[*self._arns(Scope.BUCKET), *self._arns(Scope.ARTIFACTS), state, f"{state}/*"],
            ),
            Statement(sid="NeverUseData", effect="Deny", actions=REFUSED_USES, resources=["*"]),
        ]

    def _use_key(self, *actions: str) -> Statement:
        """A function's variables, a schedule's input, and programs, where they are encrypted."""
        conditions = self._own_key_through_services()
        return Statement(sid="UseKey", actions=actions, resources=self._arns(Scope.KEYS), conditions=conditions)

    def _own_key_through_services(self) -> Conditions:
        services = [f"{name}.{self.account.region}.amazonaws.com" for name in ("lambda", "s3", "scheduler")]
        return {"StringEquals": {**own_key(self.environment)["StringEquals"], "kms:ViaService": services}}

    def _statements(
        self, verb: str, wanted: Iterable[tuple[Scope, Iterable[str]]], without: frozenset[str] = frozenset()
    ) -> list[Statement]:
        """Return one statement for each scope that has actions, or for those that have one together."""
        actions: defaultdict[str, set[str]] = defaultdict(set)
        scopes: defaultdict[str, set[Scope]] = defaultdict(set)
        for scope, names in wanted:
            for name in set(names) - without:
                found = _scope_of(name, scope)
                what = _TOGETHER.get(found, found.value)
                actions[what].add(name)
                scopes[what].add(found)
        return [
            Statement(
                sid=f"{verb}{what}",
                actions=sorted(actions[what]),
                resources=[arn for scope in Scope if scope in scopes[what] for arn in self._arns(scope)],
                conditions=own_key(self.environment) if Scope.KEYS in scopes[what] else {},
            )
            for what in dict.fromkeys(_TOGETHER.get(scope, scope.value) for scope in Scope)
            if actions[what]
        ]

    def _arns(self, scope: Scope) -> list[str]:
        return arns(scope, self.environment, self.account)

    def _list_state(self) -> Statement:
        return Statement(sid="ListState", actions=["s3:ListBucket"], resources=[self._state_bucket()])

    def _states(self) -> list[str]:
        return [f"{self._state_bucket()}/{state_key(stack)}" for stack in self._stacks()]

    def _stacks(self) -> tuple[str, str]:
        names = self.environment.names
        return names.normalize_stack, names.etl_stack

    def _state_bucket(self) -> str:
        return f"arn:{self.account.partition}:s3:::{self.environment.names.state_bucket}"
