"""What can be refused is tried with the real tools, and each message is found in docs/state.md with what to do."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.guards.document import messages
from tests.guards.life import Life
from tests.guards.roots import Done, Root, cdktf, fits, run
from tests.guards.variants import ELSEWHERE, FRESH, OTHER_ACCOUNT, SHIPPED
from tools.local.cdktf_command import changed
from tools.local.machine_tools import PROJECT

#: Both are what Terraform and boto3 know of who deploys.
NOBODY: Final = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}


@dataclass(frozen=True)
class Scene:
    """What a mistake is made with."""

    variants: Path
    variables: Mapping[str, str]
    folder: Path
    root: Root

    def deploy(self, stack: str, variant: str) -> Done:
        return cdktf(self.variables, "deploy", stack, "--auto-approve", output=self.variants / variant)

    def init(self, variant: str, **changes: str | None) -> Done:
        folder = self.variants / variant / "stacks" / f"cat-{FRESH if variant == FRESH else 'prod'}-normalize"
        return Root(folder, changed(self.variables, changes)).terraform("init", "-input=false")

    def bootstrap(self, **changes: str | None) -> Done:
        command = (sys.executable, "-m", "tools.state_bucket", "--env", "prod")
        return run(command, PROJECT, changed(self.variables, changes))


def wrong_settings(scene: Scene) -> Done:
    """cdktf, with an environment that there is not and one whose file was changed for the worse."""
    project = scene.folder / "project"
    for package in ("contract", "envs", "modules", "lambda_src", "glue_src"):
        shutil.copytree(PROJECT / package, project / package)
    for file in ("main.py", "cdktf.json"):
        shutil.copy(PROJECT / file, project)
    (project / ".venv").symlink_to(PROJECT / ".venv")
    settings = project / "envs" / "test.py"
    settings.write_text(settings.read_text().replace("timeout=300", "timeout=901"))
    return cdktf({**scene.variables, "CAT_ENV": "test,nowhere"}, "list", folder=project)


def old_terraform(scene: Scene) -> Done:
    # There is one Terraform here: so it is the stack that asks for one that is newer by as much.
    document = scene.root.document()
    document["terraform"]["required_version"] = ">= 99.11"
    scene.root.write(document)
    return scene.root.terraform("plan", "-input=false")


def account_set_since(scene: Scene) -> Done:
    document = scene.root.document()
    del document["terraform"]["backend"]["s3"]["allowed_account_ids"]
    scene.root.write(document)
    return scene.root.terraform("init", "-input=false")


def locked(scene: Scene) -> Done:
    scene.root.hold(a={"provisioner": [{"local-exec": {"command": "terraform plan -input=false"}}]})
    return scene.root.terraform("apply", "-input=false", "-auto-approve")


def damaged(scene: Scene) -> Done:
    scene.root.hold(a={})
    scene.root.succeed("apply", "-input=false", "-auto-approve")
    backend = scene.root.document()["terraform"]["backend"]["s3"]
    (scene.folder / "empty").write_text("<html>")
    target = f"s3://{backend['bucket']}/{backend['key']}"
    assert run(("aws", "s3", "cp", "empty", target), scene.folder, scene.root.variables).status == 0
    return scene.root.terraform("plan", "-input=false")


@dataclass(frozen=True)
class Mistake:
    """Something done wrongly, and what is said to it."""

    said: tuple[str, ...]
    make: Callable[[Scene], Done]


MISTAKES: Final = (
    Mistake(("environment '…': no such environment", "environment '…' has … faulty settings"), wrong_settings),
    Mistake(
        ("guards its data, so it has to be said in which account it lives",),
        lambda scene: scene.bootstrap(CAT_PROD_ACCOUNT_ID=None),
    ),
    Mistake(
        ("the credentials belong to account …; environment '…' allows …",),
        lambda scene: scene.bootstrap(CAT_PROD_ACCOUNT_ID=OTHER_ACCOUNT),
    ),
    Mistake(("AWS account ID not allowed: …",), lambda scene: scene.init(ELSEWHERE)),
    Mistake(("No usable AWS credentials were found",), lambda scene: scene.bootstrap(**NOBODY)),
    Mistake(("No valid credential sources found",), lambda scene: scene.init(FRESH, **NOBODY)),
    Mistake(
        ('S3 bucket "cat-…-terraform-state" does not exist',), lambda scene: scene.deploy("cat-fresh-normalize", FRESH)
    ),
    Mistake(("Unsupported Terraform Core version",), old_terraform),
    Mistake(("Backend configuration changed",), account_set_since),
    Mistake(("Error acquiring the state lock",), locked),
    Mistake(("Unsupported state file format",), damaged),
    Mistake(("Could not find stack for pattern '…'",), lambda scene: scene.deploy("cat-test-normalize", SHIPPED)),
    Mistake(
        ("The following dependencies are not included in the stacks to run: …",),
        lambda scene: scene.deploy("cat-prod-etl2", SHIPPED),
    ),
    Mistake(
        ("The following dependant stacks are not included in the stacks to run: …",),
        lambda scene: cdktf(
            scene.variables, "destroy", "cat-prod-normalize", "--auto-approve", output=scene.variants / SHIPPED
        ),
    ),
)

#: These come in the life of prod's data.
IN_LIFE: Final[dict[str, Callable[[Life], Done]]] = {
    "reading S3 Bucket (cat-…-normalize-reports): couldn't find resource": lambda life: life.etl_first,
    "reading SNS Topic (cat-…-alerts): empty result": lambda life: life.etl_first,
    "creating S3 Bucket (…): BucketAlreadyExists": lambda life: life.made_twice,
    "has lifecycle.prevent_destroy set": lambda life: life.normalize_refused,
    "BucketNotEmpty": lambda life: life.unguarded,
}


@pytest.fixture
def scene(variants: Path, variables: Mapping[str, str], root: Root, tmp_path: Path) -> Scene:
    return Scene(variants, variables, tmp_path, root)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.said[0])
def test_mistake_is_refused_with_the_message_that_is_explained(scene: Scene, mistake: Mistake) -> None:
    done = mistake.make(scene)
    assert done.status != 0
    for message in mistake.said:
        assert fits(message, done.said), done.said


@pytest.mark.parametrize("message", IN_LIFE)
def test_refusal_in_the_life_of_data_says_what_is_explained(life: Life, message: str) -> None:
    done = IN_LIFE[message](life)
    assert done.status != 0
    assert fits(message, done.said), done.said


def test_every_message_that_is_explained_is_tried() -> None:
    tried = {message for mistake in MISTAKES for message in mistake.said} | IN_LIFE.keys()
    assert messages()
    assert set(messages()) == tried


def test_removed_output_mends_a_changed_backend(scene: Scene) -> None:
    scene.root.hold(a={})
    scene.root.succeed("apply", "-input=false", "-auto-approve")
    assert account_set_since(scene).status == 1
    shutil.rmtree(scene.root.folder / ".terraform")
    scene.root.succeed("init", "-input=false")
    assert scene.root.succeed("state", "list") == "terraform_data.a"
