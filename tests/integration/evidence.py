"""What the roles of a deployed pipeline did, against what tools/scan/privilege/recorded.json says that they do."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager

import boto3

from tests.snapshots import UPDATE, is_update
from tools.local.aws_environment import CREDENTIALS, REGION
from tools.local.workspace import Workspace
from tools.scan.privilege.calls import Calls, calls_in, keep, of_roles, read_decisions, recorded, steady

_REFUSAL = "refusal"
ADVICE = f"{UPDATE}=1 make test PYTEST_ARGS=tests/integration writes tools/scan/privilege/recorded.json anew"


def calls_made(workspace: Workspace) -> Calls:
    """All that roles did on this emulator; nothing may have been refused."""
    decisions = read_decisions(workspace.emulator.decisions)
    assert [decision for decision in decisions if not decision["allowed"]] == []
    return calls_in(decisions)


def check_made_as_recorded(workspace: Workspace, role_names: Collection[str], do_all: Callable[[], None]) -> None:
    """Check that these roles did all that is recorded of them, and that no role did anything that is not recorded.

    ``do_all`` is for tests that run without those which do it otherwise.
    """
    roles = [steady(name) for name in role_names]
    if not of_roles(recorded(), roles).keys() <= calls_made(workspace).keys():
        do_all()
    made = of_roles(calls_made(workspace), roles)
    if is_update():
        kept = {call: operations for call, operations in recorded().items() if call.role not in roles}
        keep({**kept, **made})
    assert made == of_roles(recorded(), roles), ADVICE
    check_nothing_new(workspace)


def check_nothing_new(workspace: Workspace) -> None:
    """Check that everything that roles did is recorded, whichever deployment it was recorded in."""
    known = recorded()
    new = {call: by for call, by in calls_made(workspace).items() if not by <= known.get(call, frozenset())}
    assert new == {}, ADVICE


@contextmanager
def refusing(workspace: Workspace, role: str, action: str, resource: str = "*") -> Iterator[None]:
    """Refuse a deployed role one action while the block lasts. What was refused is forgotten, what it did is not."""
    session = boto3.Session(
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        region_name=REGION,
    )
    refusal = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": action, "Resource": resource}]}
    with closing(session.client("iam", endpoint_url=workspace.emulator.endpoint_url())) as iam:
        iam.put_role_policy(RoleName=role, PolicyName=_REFUSAL, PolicyDocument=json.dumps(refusal))
        try:
            yield
        finally:
            iam.delete_role_policy(RoleName=role, PolicyName=_REFUSAL)
    made = read_decisions(workspace.emulator.decisions)
    refused = [decision for decision in made if not decision["allowed"]]
    # Each decision is written down once: a second refusal of the same request leaves no line.
    assert {(decision["role"], decision["action"]) for decision in refused} <= {(role, action)}
    allowed = "".join(f"{json.dumps(decision)}\n" for decision in made if decision["allowed"])
    workspace.emulator.decisions.write_text(allowed, encoding="utf-8")


@contextmanager
def forgetting(workspace: Workspace, role: str) -> Iterator[None]:
    """Forget what a role did and was refused while the block lasted: it is none of the platform's."""
    try:
        yield
    finally:
        others = [decision for decision in read_decisions(workspace.emulator.decisions) if decision["role"] != role]
        kept = "".join(f"{json.dumps(decision)}\n" for decision in others)
        workspace.emulator.decisions.write_text(kept, encoding="utf-8")
