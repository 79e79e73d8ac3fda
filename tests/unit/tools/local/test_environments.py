from __future__ import annotations

from pathlib import Path

from tools.local.aws_environment import emulator_environment, forget_accounts, without_aws
from tools.local.cdktf_command import cdktf_environment, changed

MACHINE = {
    "AWS_PROFILE": "production",
    "AWS_SESSION_TOKEN": "secret",
    "AWS_CA_BUNDLE": "/certificates.pem",
    "HOME": "/home/somebody",
    "HTTPS_PROXY": "http://proxy:3128",
}


def test_nothing_of_the_machines_accounts_is_left() -> None:
    found = emulator_environment("http://127.0.0.1:4566", MACHINE)
    assert "AWS_PROFILE" not in found
    assert "AWS_SESSION_TOKEN" not in found
    assert found["AWS_SHARED_CREDENTIALS_FILE"] == found["AWS_CONFIG_FILE"] == "/dev/null"
    assert found["AWS_EC2_METADATA_DISABLED"] == "true"
    assert found["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"


def test_loopback_goes_by_no_proxy() -> None:
    found = emulator_environment("http://127.0.0.1:4566", MACHINE)
    assert found["HTTPS_PROXY"] == "http://proxy:3128"
    assert "127.0.0.1" in found["NO_PROXY"]
    assert "127.0.0.1" in found["no_proxy"]


def test_what_is_not_of_an_account_stays() -> None:
    assert without_aws(MACHINE) == {name: MACHINE[name] for name in ("AWS_CA_BUNDLE", "HOME", "HTTPS_PROXY")}


def test_accounts_are_forgotten_in_place() -> None:
    environment = dict(MACHINE)
    forget_accounts(environment)
    assert "AWS_PROFILE" not in environment
    assert environment["AWS_CONFIG_FILE"] == "/dev/null"
    assert environment["HOME"] == "/home/somebody"


def test_none_unsets_a_variable() -> None:
    assert changed({"A": "1", "B": "2"}, {"A": None, "C": "3"}) == {"B": "2", "C": "3"}


def test_cdktf_is_quiet_and_sends_nothing(tmp_path: Path) -> None:
    found = cdktf_environment({"HOME": str(tmp_path), "PATH": "/bin"}, tmp_path)
    assert found["CHECKPOINT_DISABLE"] == "1"
    assert "20" in found["JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION"].split(",")
    assert found["PATH"].endswith(":/bin")
