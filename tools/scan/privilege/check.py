"""A role against what it was seen to do: everything that it needed is granted, and nothing that it never needed.

The evaluation is ministack's, the same by which the emulator refuses requests; docs/adr/0019 says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document

from envs.selection import ENVIRONMENTS
from tools.scan.privilege.calls import Call, Calls
from tools.scan.privilege.implied import implied_by
from tools.scan.privilege.roles import ACCOUNT, REGION, Grant, Role
from tools.scan.privilege.unrecorded import Unrecorded


@dataclass(frozen=True)
class Findings:
    """What is wrong with a role: calls that it would be refused, and grants that neither a call nor a reason needs."""

    refused: Sequence[Call]
    unused: Sequence[Grant]


def allows(grants: Iterable[Grant], call: Call) -> bool:
    """Tell whether these grants allow a call."""
    return _allows(tuple(grant for grant in grants if grant.action == call.action), call)


@cache
def _allows(grants: tuple[Grant, ...], call: Call) -> bool:
    policy = {"Statement": [grant.statement() for grant in grants]}
    context = EvalContext(
        principal_arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/{call.role}/session",
        principal_type="AssumedRole",
        principal_account=ACCOUNT,
        action=call.action,
        resource_arn=call.resource,
        region=REGION,
        service_context={key.lower(): value for key, value in call.context},
    )
    return bool(evaluate(context, [parse_policy_document(policy)]).decision == "Allow")


def needed(role: Role, grant: Grant, calls: Iterable[Call]) -> list[Call]:
    """Return the calls for which a role needs a grant: with it they are allowed, and without it they are not."""
    others = role.without(grant).grants
    concerned = (call for call in calls if call.action == grant.action)
    return [call for call in concerned if allows([grant], call) and not allows(others, call)]


def check(role: Role, calls: Calls, reasons: Sequence[Unrecorded]) -> Findings:
    """Compare a role with the calls that it made, and with the reasons for what it did not do where it was watched."""
    calls = calls_of(role, calls)
    return Findings(
        refused=[call for call in calls if not allows(role.grants, call)],
        unused=[
            grant
            for grant in role.grants
            if not needed(role, grant, calls) and not any(reason.covers(role, grant) for reason in reasons)
        ],
    )


def calls_of(role: Role, calls: Calls) -> Calls:
    """Return the role's own calls, in its environment, with what they need of a key if the role may use one."""
    own = {
        call.in_environment(role.env): operations
        for call, operations in calls.items()
        if call.role == role.generic_name and _has_subject(role.env, call)
    }
    uses_key = any(grant.action.startswith("kms:") for grant in role.grants)
    return {**own, **(implied_by(own) if uses_key else {})}


def _has_subject(env: str, call: Call) -> bool:
    """Tell whether an environment has what a call is about: not every one has pseudonymous tables."""
    if ENVIRONMENTS[env].privacy.pseudonymous_tables:
        return True
    about = f"{call.resource} {call.context}"
    return not any(word in about for word in ("pseudonymous", "pseudonym-key"))


def outlived(roles: Sequence[Role], calls: Calls, reasons: Sequence[Unrecorded]) -> list[str]:
    """Return the reasons, action by action, that excuse nothing: no role has the grant, or a call needs it."""
    excusing = {
        (reason, grant.action)
        for role, own in ((role, calls_of(role, calls)) for role in roles)
        for grant in role.grants
        if not needed(role, grant, own)
        for reason in reasons
        if reason.covers(role, grant)
    }
    return [
        f"{reason.role}, {reason.sid} {reason.within}: {action}"
        for reason in reasons
        for action in reason.actions
        if (reason, action) not in excusing
    ]
