"""checkov over the stacks' synthesized JSON: nothing may fail but what tools/scan/skips.py says, and that must.

checkov reads each stack twice. As Terraform's JSON (terraform_json), and in the form of a plan (terraform_plan): only
there does it look into policies that are JSON text, which are all of CDKTF's, and only there does it tell a resource's
type. The values are those of the JSON, references included; what a real plan makes of them is scanned where one is
made, in tests/integration.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from envs.selection import DEFAULT_CHOICE, ENVIRONMENTS
from tools.local.synthesis import synthesize
from tools.scan.documents import Document, shipped_and_variants
from tools.scan.environment import ScanError, json_of, run, tool
from tools.scan.skips import SKIPS, Skip
from tools.scan.variants import DELIVERIES, PIPELINE, VARIANTS

JSON_FRAMEWORK: Final = "terraform_json"
PLAN_FRAMEWORK: Final = "terraform_plan"


@dataclass(frozen=True, order=True)
class Finding:
    """A check that failed. ``resource`` is the last part of its address: of the others checkov may know nothing."""

    stack: str
    check: str
    resource: str
    what: str

    def __str__(self) -> str:
        return f"{self.stack}: {self.check} on {self.resource}: {self.what}"


@dataclass(frozen=True)
class Report:
    """What checkov said of some files: how many checks passed, and each that failed."""

    passed: int
    failed: frozenset[Finding]


@dataclass(frozen=True)
class Verdict:
    """Findings that nothing excuses, and checks with resources that need no excuse; a scan is good with neither."""

    failed: Sequence[Finding]
    unused: Sequence[tuple[str, str]]
    skipped: int


@dataclass(frozen=True)
class Synthesized:
    """A stack's document, and whether its environment has a KMS key of its own."""

    document: Path
    own_key: bool


def checkov(files: Mapping[str, Path], framework: str) -> Report:
    """Return what checkov finds in these files, by the names of the stacks in them.

    Raises:
        ScanError: checkov could not look at all of it.
    """
    names = {str(path.resolve()): name for name, path in files.items()}
    # Without a network, and with status 0 where checks have failed, so that any other means that it broke down.
    options = ["--framework", framework, "--output", "json", "--compact", "--skip-download", "--soft-fail"]
    done = run([tool("checkov"), "--file", *names, *options])
    answer = json_of(done)
    # A check that raises is left out of the report and told on the side.
    if done.returncode != 0 or "[ERROR" in done.stderr or not answer.get("results"):
        message = f"checkov ended with {done.returncode} and looked at nothing, or not at all:\n{done.stderr.strip()}"
        raise ScanError(message)
    results = answer["results"]
    seen = {str(Path(found["file_abs_path"]).resolve()) for found in results["passed_checks"]}
    unseen = sorted(name for path, name in names.items() if path not in seen)
    if unseen or results["parsing_errors"]:
        message = f"checkov did not read {', '.join(unseen)} {results['parsing_errors']}"
        raise ScanError(message)
    failed = frozenset(
        Finding(
            stack=names[str(Path(found["file_abs_path"]).resolve())],
            check=found["check_id"],
            resource=found["resource"].rpartition(".")[2],
            what=found["check_name"],
        )
        for found in results["failed_checks"]
    )
    return Report(len(results["passed_checks"]), failed)


def scan(documents: Mapping[str, Path]) -> Report:
    """Return what checkov finds in stacks, each read as JSON and in the form of a plan.

    Raises:
        ScanError: checkov could not look at all of it.
    """
    with tempfile.TemporaryDirectory() as folder:
        read, plans = {}, {}
        for number, (name, path) in enumerate(documents.items()):
            document = json.loads(path.read_text(encoding="utf-8"))
            read[name], plans[name] = Path(folder) / f"{number}.tf.json", Path(folder) / f"{number}.plan.json"
            read[name].write_text(json.dumps(as_read(document)))
            plans[name].write_text(json.dumps(_as_plan(document)))
        reports = checkov(read, JSON_FRAMEWORK), checkov(plans, PLAN_FRAMEWORK)
    return Report(sum(report.passed for report in reports), reports[0].failed | reports[1].failed)


def as_read(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stack without what checkov breaks down at: it takes whatever is in ``terraform`` for a block."""
    terraform = {name: block for name, block in document["terraform"].items() if not isinstance(block, str)}
    return {**document, "terraform": terraform}


def _as_plan(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a stack's resources as ``terraform show -json`` shows planned ones."""
    resources = [
        {
            "address": f"{kind}.{name}",
            "mode": "managed",
            "type": kind,
            "name": name,
            "values": {key: value for key, value in settings.items() if key != "//"},
        }
        for kind, named in _policies_apart(document["resource"]).items()
        for name, settings in named.items()
    ]
    return {
        "format_version": "1.2",
        # By this and by the next two checkov knows a plan.
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": resources}},
        "resource_changes": [],
        "configuration": {"root_module": {}},
    }


def _policies_apart(resources: Mapping[str, Any]) -> dict[str, Any]:
    """Return the resources, with queues' own policies as resources beside them: checkov reads them only there."""
    queues = resources.get("aws_sqs_queue", {})
    policies = {name: {"policy": queue["policy"]} for name, queue in queues.items() if "policy" in queue}
    return {**resources, "aws_sqs_queue_policy": {**resources.get("aws_sqs_queue_policy", {}), **policies}}


def judge(findings: Iterable[Finding], with_own_key: Container[str], skips: Sequence[Skip] = SKIPS) -> Verdict:
    """Return which findings no skip excuses, and which skips excuse none; fewer count for stacks ``with_own_key``."""
    failed: list[Finding] = []
    used: set[tuple[Skip, str]] = set()
    skipped = 0
    for finding in sorted(findings):
        excuses = [skip for skip in skips if _excuses(skip, finding) and not _ended(skip, finding, with_own_key)]
        used.update((skip, finding.resource) for skip in excuses)
        skipped += bool(excuses)
        if not excuses:
            failed.append(finding)
    unused = [(skip.check, name) for skip in skips for name in skip.on if (skip, name) not in used]
    return Verdict(failed, unused, skipped)


def _excuses(skip: Skip, finding: Finding) -> bool:
    return skip.check == finding.check and finding.resource in skip.on


def _ended(skip: Skip, finding: Finding, with_own_key: Container[str]) -> bool:
    return skip.ends_with_own_key and finding.stack in with_own_key


def check_stacks() -> str:
    """Synthesize all stacks that can be deployed to AWS, scan them, and return what to say of it.

    Raises:
        ScanError: a check has failed, a skip has outlived what it was for, or checkov could not look.
        SynthesisError: there is nothing to look at, for a synth failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        stacks = synthesized(Path(folder))
        report = scan({name: stack.document for name, stack in stacks.items()})
    verdict = judge(report.failed, {name for name, stack in stacks.items() if stack.own_key})
    complaints = [f"failed: {finding}" for finding in verdict.failed]
    complaints += [
        f"{check} on {name} does not fail: tools/scan/skips.py need not say it" for check, name in verdict.unused
    ]
    if complaints:
        raise ScanError("\n".join(complaints))
    return (
        f"{len(stacks)} stacks: {report.passed} checks passed, 0 failed, {verdict.skipped} skipped by the "
        f"{len(SKIPS)} entries of tools/scan/skips.py"
    )


def synthesized(folder: Path) -> dict[str, Synthesized]:
    """Synthesize test, prod, prod's variants and what the workflows act as; return the stacks by their names.

    Raises:
        SynthesisError: a synth failed.
    """
    main, variant_of = [sys.executable, "main.py"], [sys.executable, "-m", "tools.scan.synthesis"]
    stacks = {
        document.name: Synthesized(document.path, _has_own_key(document))
        for document in shipped_and_variants(folder, main, variant_of)
    }
    for variant in DELIVERIES:
        for stack, path in synthesize(folder / variant, [*variant_of, variant, PIPELINE]).items():
            stacks[stack] = Synthesized(path, own_key=False)
    return stacks


def _has_own_key(document: Document) -> bool:
    environments = [VARIANTS[document.variant]] if document.variant else [ENVIRONMENTS[name] for name in DEFAULT_CHOICE]
    return any(
        environment.encryption.customer_managed_key
        for environment in environments
        if document.stack in (environment.names.normalize_stack, environment.names.etl_stack)
    )
