"""For all tests: an environment without accounts and proxies. For those that ask: an emulator of their own."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tools.local.aws_environment import forget_accounts
from tools.local.cdktf_command import QUIET
from tools.local.machine_tools import tool_environment

if TYPE_CHECKING:
    from tools.local.workspace import Workspace

#: What a developer's shell may hold and a test must not depend on.
FOREIGN: Final = ("CAT_", "CDKTF_", "TF_", "PYSPARK_", "SPARK_")
PROXIES: Final = frozenset(("http_proxy", "https_proxy", "all_proxy", "no_proxy"))
#: Programs that run for seconds are to save processors rather than memory: Go's collector for Terraform and its
#: provider, a quick compiler and a plain collector for Spark's JVM.
FRUGAL: Final = {"GOGC": "400", "SPARK_SUBMIT_OPTS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"}

USERS: Final = 60
SEED: Final = 20260131
NEWEST: Final = date(2026, 1, 30)


#: What shares something slow, a deployment or Spark for example, runs in one process, where pytest-xdist has several:
#: whole folders, but for modules that share nothing slow with the rest of theirs. The longest come first, so that no
#: process waits for another at the end. All other modules are handed out one by one.
SCOPES: Final = (
    "integration",
    "curation",
    "deployments",
    "sql",
    "integration/test_readme_deploys.py",
    "faults",
    "guards",
    "synth",
    "report",
    "ops",
    "archives",
    "curation/test_arrow_engine.py",
    "curation/test_arrow_kills.py",
    "integration/test_local_parts.py",
)
#: The fixture that deploys (tests/integration/conftest.py). Asked for in another process, it would deploy once more.
DEPLOYED_ONCE: Final = "platforms"


def pytest_configure(config: pytest.Config) -> None:
    """Have what programs leave in the folder for temporary files go with the session: cdktf leaves all of its own.

    What tests wrote themselves stays where pytest keeps it, for whoever looks for a failure's cause.
    """
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())
    folder = tempfile.mkdtemp(prefix="cat-tests-")
    os.environ["TMPDIR"] = tempfile.tempdir = folder
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    # Hundreds of the project's programs are started: each would compile all that it imports.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def scope_of(nodeid: str) -> str:
    """Return the folder or module, from here, whose tests run in one process with this one."""
    module = nodeid.partition("::")[0].removeprefix("tests/")
    folder = module.partition("/")[0]
    return folder if folder in SCOPES and module not in SCOPES else module


class ByScope(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out whole scopes, in the order of the collected tests."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByScope:
    """Tell pytest-xdist how tests are handed out."""
    return ByScope(config, log)


def pytest_xdist_auto_num_workers() -> int:
    """Tell pytest-xdist how many processes ``auto`` means: one more than processors, for deployments mostly wait."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long.

    Raises:
        UsageError: a test asks for what another process has deployed already.
    """
    order = {scope: place for place, scope in enumerate(SCOPES)}
    items.sort(key=lambda item: order.get(scope_of(item.nodeid), len(order)))
    for item in items:
        deploys = DEPLOYED_ONCE in getattr(item, "fixturenames", ())
        if deploys and scope_of(item.nodeid) != "integration":
            message = f"{item.nodeid} would have the platforms deployed again: its module is not of that scope"
            raise pytest.UsageError(message)


def _is_foreign(name: str) -> bool:
    return name.startswith(FOREIGN) or name.lower() in PROXIES


@pytest.fixture(scope="session", autouse=True)
def machine_environment() -> Iterator[None]:
    """Take out this machine's accounts and settings; put in the tools that setup chose."""
    before = dict(os.environ)
    forget_accounts(os.environ)
    for name in filter(_is_foreign, before):
        del os.environ[name]
    os.environ.update({**tool_environment(), **QUIET, **FRUGAL})
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(autouse=True)
def unchanged_environment() -> Iterator[None]:
    """Take back what a test did to the environment."""
    before = dict(os.environ)
    yield
    if os.environ != before:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A running emulator with a folder and a port of its own."""
    # Every run of a single test loads this file: what few tests ask for is loaded for them.
    from envs.local import LOCAL
    from tests.emulators import running_in

    with running_in(tmp_path_factory.mktemp("local"), LOCAL) as workspace:
        yield workspace


@pytest.fixture(scope="session")
def sample() -> list[dict[str, Any]]:
    """The items of the source table when the stacks are deployed."""
    from tools.local.sample_data import generate_items

    return list(generate_items(USERS, SEED, NEWEST))
