from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.synth.synthesized import (
    ARROW_VARIANT,
    ENVIRONMENTS,
    GLUE_VARIANT,
    LOOPBACK,
    STACKS,
    VARIANTS,
    Stack,
    run_main,
    run_main_for_variant,
    stacks_in,
)
from tools.local.cdktf_command import QUIET
from tools.scan.variants import DELIVERED, PIPELINE

# For the tests that make constructs in this process: jsii starts Node at the first import of modules.terraform.
os.environ.update(QUIET)


@pytest.fixture(scope="session")
def default_output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What main.py writes without CAT_ENV."""
    folder = tmp_path_factory.mktemp("default")
    done = run_main(folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def local_output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What main.py writes for the local environment."""
    folder = tmp_path_factory.mktemp("local")
    done = run_main(folder, CAT_ENV="local", AWS_ENDPOINT_URL=LOOPBACK)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def stacks(default_output: Path, local_output: Path) -> dict[str, Stack]:
    """Every stack of every environment by its name."""
    found = {**stacks_in(default_output), **stacks_in(local_output)}
    assert set(found) == set(STACKS)
    return found


@pytest.fixture(scope="session")
def variants(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Stack]:
    """The stacks of prod with other engines and with a key of their own, by what they are a variant of."""
    found = {}
    for variant in dict.fromkeys(VARIANTS.values()):
        folder = tmp_path_factory.mktemp(variant)
        done = run_main_for_variant(folder, variant)
        assert done.returncode == 0, done.stderr
        found[variant] = stacks_in(folder)
    return {name: found[variant][name.partition(" ")[0]] for name, variant in VARIANTS.items()}


@pytest.fixture(scope="session")
def glue_normalize(variants: dict[str, Stack]) -> Stack:
    """ETL-1's stack of prod with the Glue engine."""
    return variants[GLUE_VARIANT]


@pytest.fixture(scope="session")
def arrow_etl(variants: dict[str, Stack]) -> Stack:
    """ETL-2's stack of prod with the Arrow engine."""
    return variants[ARROW_VARIANT]


@pytest.fixture(scope="session")
def all_stacks(stacks: dict[str, Stack], variants: dict[str, Stack]) -> dict[str, Stack]:
    """Every stack, the variants too."""
    return {**stacks, **variants}


@pytest.fixture(scope="session")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Stack]:
    """The stacks of prod where workflows deploy it."""
    folder = tmp_path_factory.mktemp(DELIVERED)
    done = run_main_for_variant(folder, DELIVERED)
    assert done.returncode == 0, done.stderr
    return stacks_in(folder)


@pytest.fixture(scope="session")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Stack:
    """The stack of what the workflows act as."""
    folder = tmp_path_factory.mktemp(PIPELINE)
    done = run_main_for_variant(folder, DELIVERED, PIPELINE)
    assert done.returncode == 0, done.stderr
    (stack,) = stacks_in(folder).values()
    return stack


@pytest.fixture(params=(*STACKS, *VARIANTS))
def stack(request: pytest.FixtureRequest, all_stacks: dict[str, Stack]) -> Stack:
    """Each stack in turn, the variants too."""
    return all_stacks[request.param]


@pytest.fixture(params=ENVIRONMENTS)
def normalize(request: pytest.FixtureRequest, stacks: dict[str, Stack]) -> Stack:
    """ETL-1's stack of each environment in turn."""
    return stacks[f"cat-{request.param}-normalize"]


@pytest.fixture(params=ENVIRONMENTS)
def etl(request: pytest.FixtureRequest, stacks: dict[str, Stack]) -> Stack:
    """ETL-2's stack of each environment in turn."""
    return stacks[f"cat-{request.param}-etl2"]


@pytest.fixture
def prod_normalize(stacks: dict[str, Stack]) -> Stack:
    return stacks["cat-prod-normalize"]


@pytest.fixture
def prod_etl(stacks: dict[str, Stack]) -> Stack:
    return stacks["cat-prod-etl2"]
