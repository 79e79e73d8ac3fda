"""What holds for every stack: which there are, provider, state backend, and what may not stand in any of them."""

from __future__ import annotations

import getpass
import json
import re
from pathlib import Path

import pytest

from contract.masking import pseudonymous_datasets
from contract.sources.catia import CONTRACT
from envs.selection import ENVIRONMENTS
from tests.synth.synthesized import ROOT, Stack, run_main, stacks_in
from tools.local.machine_tools import TERRAFORM_AT_LEAST
from tools.scan.variants import SOURCE_KEY

#: What holds data, or says where data came from. The own key, where there is one: test_own_key.py.
PSEUDONYMOUS = [dataset.name for dataset in pseudonymous_datasets(CONTRACT)]
GUARDED = {
    "cat-prod-normalize": ["aws_s3_bucket.reports"],
    "cat-prod-etl2": [
        "aws_glue_catalog_database.analytics",
        "aws_glue_catalog_database.pseudonymous",
        *sorted(f"aws_glue_catalog_table.iceberg_{table.name}" for table in CONTRACT.tables),
        *sorted(f"aws_glue_catalog_table.pseudonymous_iceberg_{name}" for name in PSEUDONYMOUS),
        *sorted(f"aws_s3_object.first_metadata_{table.name}" for table in CONTRACT.tables),
        *sorted(f"aws_s3_object.pseudonymous_first_metadata_{name}" for name in PSEUDONYMOUS),
    ],
}


def manifest(folder: Path) -> dict[str, list[str]]:
    document = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return {name: stack["dependencies"] for name, stack in document["stacks"].items()}


def test_test_and_prod_by_default_in_deploy_order(default_output: Path) -> None:
    assert manifest(default_output) == {
        "cat-test-normalize": [],
        "cat-test-etl2": ["cat-test-normalize"],
        "cat-prod-normalize": [],
        "cat-prod-etl2": ["cat-prod-normalize"],
    }


def test_choice_narrows(local_output: Path) -> None:
    assert manifest(local_output) == {"cat-local-normalize": [], "cat-local-etl2": ["cat-local-normalize"]}


def test_same_bytes_again_from_another_folder(default_output: Path, tmp_path: Path) -> None:
    done = run_main(tmp_path / "again", working_directory=tmp_path)
    assert done.returncode == 0, done.stderr
    first, second = (
        {file.relative_to(folder): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
        for folder in (default_output, tmp_path / "again")
    )
    assert set(first) == set(second)
    assert [str(name) for name in first if first[name] != second[name]] == []


def test_faults_end_the_synth_with_a_message_and_write_nothing(tmp_path: Path) -> None:
    done = run_main(tmp_path / "out", CAT_ENV="nowhere,local")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-2:] == [
        f"environment 'nowhere': no such environment; known are {', '.join(sorted(ENVIRONMENTS))}",
        (
            "AWS_ENDPOINT_URL = '': the local environment needs an endpoint on this machine; run `make demo`, or set "
            "the variables that `python -m tools.local env` prints"
        ),
    ]
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_backend(stack: Stack) -> None:
    path_style = {"use_path_style": True} if stack.env == "local" else {}
    assert stack.document["terraform"]["backend"] == {
        "s3": {
            "bucket": f"cat-{stack.env}-terraform-state",
            "key": f"{stack.name}/terraform.tfstate",
            "region": "us-east-1",
            "encrypt": True,
            "use_lockfile": True,
            **path_style,
        }
    }


def test_terraform_that_cannot_lock_in_s3_is_refused(stack: Stack) -> None:
    # The version that setup asks for; tests/guards tries what Terraform says.
    assert stack.document["terraform"]["required_version"] == ">= " + ".".join(map(str, TERRAFORM_AT_LEAST))


def test_provider(stack: Stack) -> None:
    path_style = {"s3_use_path_style": True} if stack.env == "local" else {}
    tags = {
        "Environment": stack.env.upper(),
        "Project": "CAT-NORMALIZE",
        "ProjectId": "P2124",
        "ManagedBy": "CDKTF",
    }
    assert stack.document["provider"] == {
        "aws": [{"region": "us-east-1", "default_tags": [{"tags": tags}], **path_style}]
    }
    assert stack.document["terraform"]["required_providers"] == {"aws": {"source": "aws", "version": "5.100.0"}}


def test_etl_finds_the_bucket_and_the_topic_by_their_names(etl: Stack) -> None:
    assert etl["data.aws_s3_bucket.reports"] == {"bucket": f"cat-{etl.env}-normalize-reports"}
    assert etl["data.aws_sns_topic.alerts"] == {"name": f"cat-{etl.env}-alerts"}
    assert [address for address in etl.addresses if address.startswith("data.")] == [
        "data.aws_caller_identity.current",
        "data.aws_partition.current",
        "data.aws_s3_bucket.reports",
        "data.aws_sns_topic.alerts",
    ]


def test_no_reference_to_the_other_stacks_state(stack: Stack) -> None:
    other = f"cat-{stack.env}-normalize" if stack.name.endswith("etl2") else f"cat-{stack.env}-etl2"
    assert "terraform_remote_state" not in stack.text
    assert f"{other}/terraform.tfstate" not in stack.text
    assert "cross-stack" not in stack.text


def test_every_reference_is_to_something_in_this_stack(stack: Stack) -> None:
    references = set(re.findall(r"\$\{(?:data\.)?aws_\w+\.\w+", stack.text))
    assert references, "the search for references finds none"
    unknown = {reference for reference in references if reference.removeprefix("${") not in stack.addresses}
    assert unknown == set()


def test_nothing_of_this_machine_and_no_account_number(stack: Stack, default_output: Path, local_output: Path) -> None:
    texts = [stack.text, *((folder / "manifest.json").read_text() for folder in (default_output, local_output))]
    home = str(Path.home())
    traces = {str(ROOT), str(default_output), home if len(home) > 1 else "/root"}
    traces |= {f"/{getpass.getuser()}/", "/tmp/", f"/{ROOT.parts[1]}/", "/usr/"}  # noqa: S108 - looked for, not used
    for text in texts:
        assert [trace for trace in traces if trace in text] == []
        # A key that a setting names, in the variants that have one.
        assert re.findall(r"(?<=[\":/])\d{12}(?=[\":/\\])", text.replace(SOURCE_KEY, "")) == []
        assert "localhost" not in text
        assert "127.0.0.1" not in text


def test_prevent_destroy_only_in_prod(stacks: dict[str, Stack]) -> None:
    for name, stack in stacks.items():
        guarded = [
            f"{type_name}.{resource}"
            for type_name, named in stack.document["resource"].items()
            for resource, settings in named.items()
            if settings.get("lifecycle", {}).get("prevent_destroy")
        ]
        assert sorted(guarded) == GUARDED.get(name, []), name


@pytest.mark.parametrize("name", ["aws_s3_bucket.reports", "aws_athena_workgroup.analytics"])
def test_force_destroy_everywhere_else(stacks: dict[str, Stack], name: str) -> None:
    forced = {stack.env: stack[name]["force_destroy"] for stack in stacks.values() if name in stack.addresses}
    assert forced == {"test": True, "prod": False, "local": True}


def test_stacks_in_finds_all(default_output: Path) -> None:
    assert len(stacks_in(default_output)) == 4
