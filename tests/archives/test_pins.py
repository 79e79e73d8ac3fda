"""One version of a package everywhere: what the tests run with is what ships."""

from __future__ import annotations

import email
import re
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from modules.packaging import Archive, LayerTarget, PackagingError
from tests.archives.programs import LAYER_REQUIREMENTS, PACKAGES, ROOT

OTHERS = sorted(file.name for file in [*ROOT.glob("requirements*.txt"), ROOT / "constraints.txt"])
#: Of tools that never meet the platform's packages.
APART = tuple(
    f"{folder}/{name}.txt"
    for folder in ("tools/scan", "tools/sbom", "tools/local/second_emulator")
    for name in ("requirements", "constraints")
)
#: What a package names and does not import for what the platform does with it: the layer's file says which and why.
LEFT_OUT: dict[str, dict[str, set[str]]] = {
    "glue_src": {"pyiceberg": {"click", "rich", "requests", "tenacity", "fsspec"}},
    "lambda_src": {},
}
#: Lambda, for the conditions under which a package needs another.
LAMBDA = {"python_version": "3.12", "python_full_version": "3.12.0", "sys_platform": "linux", "extra": ""}
LAMBDA |= {"platform_machine": "x86_64", "platform_system": "Linux", "os_name": "posix"}
LAMBDA |= {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(\[[a-z0-9,-]+\])?==(?P<version>[0-9][A-Za-z0-9.+!-]*)")


def lines(file: Path) -> list[str]:
    stripped = (line.partition("#")[0].strip() for line in file.read_text(encoding="utf-8").splitlines())
    return [line for line in stripped if line and not line.startswith("-")]


def pins(file: Path) -> dict[str, str]:
    found = [PIN.fullmatch(line) for line in lines(file)]
    return {canonicalize_name(match["name"]): match["version"] for match in found if match}


@pytest.mark.parametrize("name", [*OTHERS, *APART, *(f"{package}/requirements.txt" for package in PACKAGES)])
def test_every_line_is_an_exact_pin(name: str) -> None:
    assert [line for line in lines(ROOT / name) if PIN.fullmatch(line) is None] == []
    assert len(pins(ROOT / name)) == len(lines(ROOT / name)), f"{name} names a package twice"


@pytest.mark.parametrize("other", [*OTHERS, "lambda_src/requirements.txt"])
@pytest.mark.parametrize("package", PACKAGES)
def test_layer_agrees_with(package: str, other: str) -> None:
    layer, theirs = pins(LAYER_REQUIREMENTS[package]), pins(ROOT / other)
    if (package, other) == ("glue_src", "tools/bench/requirements.txt"):
        # The peer in that environment refuses our pyarrow; the file says so.
        assert layer.pop("pyarrow") != theirs["pyarrow"]
    differing = {name: (layer[name], theirs[name]) for name in layer if theirs.get(name, layer[name]) != layer[name]}
    assert differing == {}, f"{package}/requirements.txt and {other} disagree: {differing}"


def test_the_tests_run_with_the_layers_packages() -> None:
    included = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8").splitlines()
    assert {"-r requirements.txt", "-r lambda_src/requirements.txt"} <= set(included)
    assert {"requirements.txt", "requirements-dev.txt", "constraints.txt"} <= set(OTHERS)


def test_the_sdk_is_the_deploying_ones() -> None:
    deploying = pins(ROOT / "requirements.txt")["boto3"]
    assert [pins(file)["boto3"] for file in LAYER_REQUIREMENTS.values()] == [deploying] * len(PACKAGES)


def metadata(layer: Archive) -> dict[str, tuple[str, list[Requirement]]]:
    """Return each package of the layer with its version and its requirements."""
    with zipfile.ZipFile(layer.path) as opened:
        texts = [opened.read(name).decode() for name in opened.namelist() if name.endswith(".dist-info/METADATA")]
    messages = [email.message_from_string(text) for text in texts]
    return {
        canonicalize_name(message["Name"]): (
            message["Version"],
            [Requirement(text) for text in message.get_all("Requires-Dist", [])],
        )
        for message in messages
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_layer_installs_exactly_the_pins(aws_layers: dict[str, Archive], package: str) -> None:
    installed = {name: version for name, (version, _) in metadata(aws_layers[package]).items()}
    assert installed == pins(LAYER_REQUIREMENTS[package])


@pytest.mark.parametrize("package", PACKAGES)
def test_layer_lacks_nothing_that_its_packages_need(aws_layers: dict[str, Archive], package: str) -> None:
    # pip is told not to resolve, so that a build is repeatable: what a package needs has to be named in the file.
    packages = metadata(aws_layers[package])
    unmet = [
        f"{name} needs {requirement}"
        for name, (_, requirements) in packages.items()
        for requirement in requirements
        if requirement.marker is None or requirement.marker.evaluate(LAMBDA)
        if not _met(requirement, packages)
        if canonicalize_name(requirement.name) not in LEFT_OUT[package].get(name, set())
    ]
    assert unmet == []


def _met(requirement: Requirement, packages: dict[str, tuple[str, list[Requirement]]]) -> bool:
    version = packages.get(canonicalize_name(requirement.name), (None,))[0]
    return version is not None and requirement.specifier.contains(version, prereleases=True)


LOCK = re.compile(r"^(?P<pin>[A-Za-z0-9._-]+==[^ ]+)(?P<hashes>( \\\n +--hash=sha256:[0-9a-f]{64})+)$", re.MULTILINE)
#: Each with what it locks; what that needs in its turn is pinned in constraints.txt.
LOCKS = {
    "tools/ci/requirements.lock": "requirements.txt",
    **{f"{package}/requirements.lock": f"{package}/requirements.txt" for package in PACKAGES},
}


def locked(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    found = [match["pin"] for match in LOCK.finditer(text)]
    assert len(found) == text.count("=="), f"{name} has a line without a hash"
    return {canonicalize_name(pin.partition("==")[0]): pin.partition("==")[2] for pin in found}


@pytest.mark.parametrize("name", LOCKS)
def test_lock_has_the_pins_with_hashes(name: str) -> None:
    lock, wanted = locked(name), pins(ROOT / LOCKS[name])
    assert {package: lock.get(package) for package in wanted} == wanted, "tools/lock.sh writes it anew"
    others = {**pins(ROOT / "constraints.txt"), **pins(ROOT / "lambda_src" / "requirements.txt")}
    more = {package: version for package, version in lock.items() if package not in wanted}
    assert {package: others.get(package) for package in more} == more


def test_layers_locks_have_nothing_more() -> None:
    for package in PACKAGES:
        assert locked(f"{package}/requirements.lock") == pins(LAYER_REQUIREMENTS[package])


def test_a_wheel_of_another_hash_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "lambda_src"
    folder.mkdir()
    lock = folder / "requirements.lock"
    lock.write_text(f"six==1.17.0 \\\n    --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    with pytest.raises(PackagingError, match="DO NOT MATCH THE HASHES"):
        LayerTarget(python_version="3.12", platform="manylinux_2_28_x86_64").download(lock, tmp_path / "wheels")
