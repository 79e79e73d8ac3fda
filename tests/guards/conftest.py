from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

from envs.naming import Names
from envs.prod import PROD
from tests.emulators import running_in
from tests.guards.life import Life, live
from tests.guards.roots import Root, run
from tests.guards.variants import SHIPPED
from tools.local.machine_tools import PROJECT
from tools.local.workspace import Workspace

#: The emulator's.
ACCOUNT: Final = "000000000000"
NAMES: Final = Names("prod")


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """An emulator of its own: nothing is deployed there but what these tests deploy."""
    with running_in(tmp_path_factory.mktemp("guards"), PROD) as workspace:
        yield workspace


@pytest.fixture(scope="session")
def variables(platform: Workspace) -> Mapping[str, str]:
    """Under which prod is deployed, from the account that it is told to live in."""
    # The fixture that takes back what tests do to the environment comes too late for those of the session.
    return {
        **platform.variables(),
        "TF_CLI_ARGS": "-no-color",
        "CAT_ENV": "prod",
        "CAT_PROD_ACCOUNT_ID": ACCOUNT,
    }


@pytest.fixture(scope="session")
def variants(tmp_path_factory: pytest.TempPathFactory, variables: Mapping[str, str]) -> Path:
    """The folder of tests/guards/variants.py."""
    folder = tmp_path_factory.mktemp("variants")
    done = run((sys.executable, "-m", "tests.guards.variants", str(folder)), PROJECT, variables)
    assert done.status == 0, done.said
    return folder


@pytest.fixture(scope="session")
def state_bucket(variables: Mapping[str, str]) -> str:
    """prod's, made as ``make bootstrap ENV=prod`` makes it."""
    done = run((sys.executable, "-m", "tools.state_bucket", "--env", "prod"), PROJECT, variables)
    assert done.status == 0, done.said
    return NAMES.state_bucket


@pytest.fixture(scope="session")
def life(
    variants: Path,
    variables: Mapping[str, str],
    platform: Workspace,
    state_bucket: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Life:
    assert state_bucket
    return live(variants, tmp_path_factory.mktemp("life"), variables, platform.clients().s3)


@pytest.fixture
def root(variants: Path, variables: Mapping[str, str], state_bucket: str, tmp_path: Path) -> Root:
    """A root without resources and with a state of its own in prod's bucket."""
    assert state_bucket
    shipped = Root(variants / SHIPPED / "stacks" / NAMES.normalize_stack, variables)
    root = shipped.without_provider(tmp_path / tmp_path.name)
    root.succeed("init", "-input=false")
    return root
