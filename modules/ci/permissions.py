"""What GitHub's workflows may do: plan reads, deploy changes what has the platform's names, and neither reads data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from envs.naming import state_key
from envs.schema import Environment
from modules.account import Account
from modules.ci.access import ACCESS, WITHOUT_RESOURCE, Scope
from modules.ci.scopes import arns
from modules.policies import Conditions, Statement
from modules.tags import common_tags

#: Who may be given a role of the platform.
_SERVICES: Final = ("events", "glue", "lambda", "scheduler")
#: Actions on roles that can be allowed only while the role has the permissions boundary.
_BOUNDED: Final = frozenset(
    {"iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"}
)
_LOCK_SUFFIX: Final = ".tflock"


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
            *self._statements("Read", ((access.scope, access.read) for access in ACCESS.values())),
            self._decrypt(),
        ]

    def deploy(self) -> list[Statement]:
        """Return what a deployment needs: to read, to change and to lock."""
        wanted = ((access.scope, (*access.read, *access.write)) for access in ACCESS.values())
        return [
            self._list_state(),
            Statement(sid="KeepState", actions=["s3:GetObject", "s3:PutObject"], resources=self._states()),
            Statement(
                sid="LockState",
                actions=["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
                resources=[f"{state}{_LOCK_SUFFIX}" for state in self._states()],
            ),
            *self._statements("Keep", wanted, without=_BOUNDED),
            Statement(
                sid="KeepRolesBounded",
                actions=sorted(_BOUNDED),
                resources=self._arns(Scope.ROLES),
                conditions={"StringEquals": {"iam:PermissionsBoundary": self.boundary_arn}},
            ),
            Statement(
                sid="PassRoles",
                actions=["iam:PassRole"],
                resources=self._arns(Scope.ROLES),
                conditions={"StringEquals": {"iam:PassedToService": [f"{name}.amazonaws.com" for name in _SERVICES]}},
            ),
            self._decrypt(),
            Statement(
                sid="Encrypt",
                actions=["kms:CreateGrant", "kms:Encrypt", "kms:GenerateDataKey"],
                resources=self._arns(Scope.KEYS),
                conditions=self._own_key(),
            ),
        ]

    @property
    def boundary_arn(self) -> str:
        """The ARN of the policy that bounds the platform's roles."""
        return self.account.policy_arn(self.environment.names.boundary)

    def _decrypt(self) -> Statement:
        """A function's variables, and the checksums of programs, where they are encrypted."""
        region = self.account.region
        services = {"kms:ViaService": [f"{name}.{region}.amazonaws.com" for name in ("lambda", "s3")]}
        return Statement(
            sid="Decrypt",
            actions=["kms:Decrypt"],
            resources=self._arns(Scope.KEYS),
            conditions={"StringEquals": {**self._own_key()["StringEquals"], **services}},
        )

    def _statements(
        self, verb: str, wanted: Iterable[tuple[Scope, Iterable[str]]], without: frozenset[str] = frozenset()
    ) -> list[Statement]:
        """Return one statement for each scope that has actions."""
        actions: defaultdict[Scope, set[str]] = defaultdict(set)
        for scope, names in wanted:
            for name in set(names) - without:
                actions[Scope.EVERYTHING if name in WITHOUT_RESOURCE else scope].add(name)
        return [
            Statement(
                sid=f"{verb}{scope.value}",
                actions=sorted(actions[scope]),
                resources=self._arns(scope),
                conditions=self._own_key() if scope is Scope.KEYS else {},
            )
            for scope in Scope
            if actions[scope]
        ]

    def _own_key(self) -> Conditions:
        """A key has no name: which is the environment's shows in its tags."""
        tags = common_tags(self.environment)
        return {"StringEquals": {f"aws:ResourceTag/{tag}": tags[tag] for tag in ("Environment", "ProjectId")}}

    def _arns(self, scope: Scope) -> list[str]:
        return arns(scope, self.environment, self.account)

    def _list_state(self) -> Statement:
        return Statement(sid="ListState", actions=["s3:ListBucket"], resources=[self._state_bucket()])

    def _states(self) -> list[str]:
        names = self.environment.names
        return [f"{self._state_bucket()}/{state_key(stack)}" for stack in (names.normalize_stack, names.etl_stack)]

    def _state_bucket(self) -> str:
        return f"arn:{self.account.partition}:s3:::{self.environment.names.state_bucket}"
