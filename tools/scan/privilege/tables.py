"""The tables of docs/security.md, from the synthesized stacks, the recorded calls and the reasons."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from tools.scan.privilege.calls import ENV, Calls
from tools.scan.privilege.check import calls_of, needed
from tools.scan.privilege.confused_deputies import WITHOUT_CONDITION, Admission, admissions
from tools.scan.privilege.roles import ACCOUNT, REGION, Document, Grant, Role, resolved
from tools.scan.privilege.unrecorded import Unrecorded
from tools.scan.skips import SKIPS
from tools.site.markdown import lines

#: Each statement of a role, with all that any variant of the stacks grants by it.
Statements = dict[tuple[str, str], dict[Grant, frozenset[str]]]


def role_rows(roles: Iterable[Role], calls: Calls, reasons: Sequence[Unrecorded]) -> str:
    """Return a row for each statement of each role: what it allows on what, and by which recorded operations."""
    rows = []
    for (role, sid), grants in _statements(roles, calls).items():
        unrecorded = sorted({grant.action for grant, operations in grants.items() if not operations})
        numbers = [
            number
            for number, reason in enumerate(reasons, start=1)
            if (reason.role, reason.sid) == (role, sid) and set(reason.actions) & set(unrecorded)
        ]
        operations = sorted(set().union(*grants.values()))
        evidence = [", ".join(operations)] if operations else []
        evidence += [
            f"not recorded: {_codes(unrecorded)} ({', '.join(f'reason {number}' for number in numbers)})"
        ] * bool(unrecorded)
        rows.append(
            (
                f"`{role}`",
                sid,
                _codes(grant.action for grant in grants),
                "<br>".join(_unique(_resource(grant) for grant in grants)),
                "; ".join(evidence),
            )
        )
    return lines(rows)


def _statements(roles: Iterable[Role], calls: Calls) -> Statements:
    found: Statements = defaultdict(dict)
    for role in roles:
        own = calls_of(role, calls)
        for grant in role.grants:
            operations = frozenset(chain.from_iterable(own[call] for call in needed(role, grant, own)))
            known = found[role.generic_name, grant.sid]
            general = _general(grant, role.env)
            known[general] = known.get(general, frozenset()) | operations
    return dict(sorted(found.items(), key=lambda item: item[0][0]))


def _general(grant: Grant, env: str) -> Grant:
    texts = (
        text.replace(f"cat-{env}-", f"cat-{ENV}-")
        .replace(f"cat_{env}_", f"cat_{ENV}_")
        .replace(f"/cat/{env}/", f"/cat/{ENV}/")
        for text in (grant.resource, grant.condition)
    )
    return Grant(grant.sid, grant.action, *texts)


def _resource(grant: Grant) -> str:
    resource = f"`{_short(grant.resource)}`" if grant.resource != "*" else "all"
    tested = [(key, value) for keys in json.loads(grant.condition).values() for key, value in keys.items()]
    return resource + "".join(f", `{key}` `{_short(value)}`" for key, value in tested)


def delivery_rows(document: Document) -> str:
    """Return a row for each statement of the roles that deliver a platform, and of the policy that bounds it."""
    resources = document["resource"]
    policies = {
        **{resources["aws_iam_role"][name]["name"]: each for name, each in resources["aws_iam_role_policy"].items()},
        **{each["name"]: each for each in resources["aws_iam_policy"].values()},
    }
    return _policy_rows(policies, document)


def people_rows(document: Document) -> str:
    """Return a row for each statement of the policies that people are given."""
    return _policy_rows({each["name"]: each for each in document["resource"]["aws_iam_policy"].values()}, document)


def _policy_rows(policies: Mapping[str, Any], document: Document) -> str:
    return lines(
        (
            f"`{_of_environment(name)}`",
            statement["Sid"],
            statement["Effect"].lower(),
            _codes(statement["Action"]),
            "<br>".join(_tested_resources(statement)),
        )
        for name, each in policies.items()
        for statement in json.loads(resolved(each["policy"], document))["Statement"]
    )


def _tested_resources(statement: Mapping[str, Any]) -> Iterator[str]:
    for word, key in (("", "Resource"), ("not on ", "NotResource")):
        for resource in statement.get(key, ()):
            yield word + ("all" if resource == "*" else f"`{_of_environment(_short(resource))}`")
    for operator, keys in statement.get("Condition", {}).items():
        for key, value in keys.items():
            values = value if isinstance(value, list) else [value]
            yield f"if {operator} `{key}`: {', '.join(f'`{_of_environment(_short(each))}`' for each in values)}"


def _of_environment(text: str) -> str:
    return re.sub(r"cat([-_])prod([-_])", rf"cat\1{ENV}\2", text)


def reason_rows(reasons: Sequence[Unrecorded]) -> str:
    """Return a row for each reason why something is granted that was not recorded."""
    return lines(
        (str(number), f"`{reason.role}`", reason.sid, _codes(reason.actions), reason.why, _source(reason.source))
        for number, reason in enumerate(reasons, start=1)
    )


def admission_rows(documents: Iterable[Document]) -> str:
    """Return a row for each statement by which a resource lets services in."""
    found = sorted({_of_any_environment(each) for document in documents for each in admissions(document)}, key=str)
    return lines(
        (
            f"`{each.resource}`",
            _codes(each.services),
            _codes(each.actions),
            "<br>".join(f"`{_short(condition)}`" for condition in each.conditions)
            or " ".join(WITHOUT_CONDITION[excuse] for excuse in each.excuses),
        )
        for each in found
    )


def _of_any_environment(each: Admission) -> Admission:
    conditions = each.conditions
    for env in ("test", "prod", "local"):
        conditions = tuple(condition.replace(f"cat-{env}-", f"cat-{ENV}-") for condition in conditions)
    return Admission(each.resource, each.services, each.actions, conditions)


def skip_rows() -> str:
    """Return a row for each check of checkov that is skipped."""
    return lines(
        (
            skip.check,
            _codes(skip.on),
            skip.what,
            skip.why + (" Not with a key of one's own." if skip.ends_with_own_key else ""),
        )
        for skip in SKIPS
    )


def _codes(texts: Iterable[str]) -> str:
    return ", ".join(f"`{text}`" for text in sorted(set(texts)))


def _source(source: str) -> str:
    return f"<{source}>" if source.startswith("https:") else f"`{source}`"


def _short(text: str) -> str:
    """Return an ARN without what is the same in all of them."""
    return text.replace(f":{REGION}:{ACCOUNT}:", ":").replace("arn:aws:", "").replace(ACCOUNT, "this account")


def _unique(texts: Iterable[str]) -> Iterator[str]:
    yield from dict.fromkeys(texts)
