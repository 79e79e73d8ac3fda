from __future__ import annotations

from dataclasses import replace

import pytest

from envs import selection
from envs.selection import environment_named, selected_environments
from envs.test import TEST
from envs.validation import ConfigurationError
from tests.unit.envs.samples import changed

LOOPBACK = {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}
KNOWN = ", ".join(sorted(selection.ENVIRONMENTS))


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        (None, ["test", "prod"]),
        ("", ["test", "prod"]),
        (" , ", ["test", "prod"]),
        ("test", ["test"]),
        ("prod", ["prod"]),
        ("prod,test", ["prod", "test"]),
        (" test , local ", ["test", "local"]),
        ("test,test", ["test"]),
    ],
)
def test_choice(choice: str | None, names: list[str]) -> None:
    variables = LOOPBACK if choice is None else {**LOOPBACK, "CAT_ENV": choice}
    assert [environment.name for environment in selected_environments(variables)] == names


@pytest.mark.parametrize(
    ("name", "meant"), [("staging", ""), *((name, "test") for name in ("TEST", "test.py", "test prod"))]
)
def test_unknown_name(name: str, meant: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        selected_environments({"CAT_ENV": name})
    guess = f"; did you mean {meant!r}?" if meant else ""
    assert str(raised.value) == f"environment {name!r}: no such environment; known are {KNOWN}{guess}"


def test_faults_of_all_chosen_environments_together(monkeypatch: pytest.MonkeyPatch) -> None:
    faulty = changed("normalize.lambda_.timeout", 0, TEST)
    monkeypatch.setitem(selection.ENVIRONMENTS, "test", faulty)
    monkeypatch.setitem(selection.ENVIRONMENTS, "prod", replace(faulty, name="prod"))
    with pytest.raises(ConfigurationError) as raised:
        selected_environments({"CAT_ENV": "test,nowhere,prod"})
    said = "  - normalize.lambda_.timeout = 0: must be from 1 to 900; Lambda stops after 15 minutes: raise memory_size"
    assert str(raised.value).splitlines() == [
        "environment 'test' has 1 faulty settings:",
        f"{said} instead",
        f"environment 'nowhere': no such environment; known are {KNOWN}",
        "environment 'prod' has 1 faulty settings:",
        f"{said} instead",
    ]


@pytest.mark.parametrize(
    "endpoint",
    ["http://127.0.0.1:4566", "http://127.1.2.3", "https://localhost:1", "http://LOCALHOST:1", "http://[::1]:4566"],
)
def test_local_with_a_loopback_endpoint(endpoint: str) -> None:
    environment = environment_named("local", {"AWS_ENDPOINT_URL": endpoint})
    assert environment.provider.custom_endpoint is True


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "localhost:4566",
        "127.0.0.1:4566",
        "https://s3.amazonaws.com",
        "http://0.0.0.0:4566",
        "http://10.0.0.1",
        "http://127.0.0.1.example.org",
        "http://localhost.example.org",
        "http://localhost@example.org",
        "http://[::2]",
        "http://[::1",
        "http://",
    ],
)
def test_local_refused_without_a_loopback_endpoint(endpoint: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        environment_named("local", {"AWS_ENDPOINT_URL": endpoint})
    assert str(raised.value) == (
        f"AWS_ENDPOINT_URL = {endpoint!r}: the local environment needs an endpoint on this machine; "
        "run `make demo`, or set the variables that `python -m tools.local env` prints"
    )


def test_any_local_environment_is_bound_to_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(selection.ENVIRONMENTS, "bench", replace(TEST, name="bench", is_local=True))
    with pytest.raises(ConfigurationError, match=r"^AWS_ENDPOINT_URL = '': the bench environment needs"):
        environment_named("bench", {})
    variables = {**LOOPBACK, "CAT_LOCAL_ENGINE": "glue", "CAT_LOCAL_OWN_KEY": "true"}
    chosen = environment_named("bench", variables)
    assert (chosen.normalize.extract.engine, chosen.encryption.customer_managed_key) == ("glue", True)


def test_a_name_alone_makes_no_environment_local(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(selection.ENVIRONMENTS, "local", replace(TEST, name="local"))
    variables = {"AWS_ENDPOINT_URL": "https://s3.amazonaws.com", "CAT_LOCAL_ENGINE": "glue"}
    assert environment_named("local", variables).normalize.extract.engine == "lambda"


def test_local_refused_where_one_service_leaves_the_machine() -> None:
    variables = {**LOOPBACK, "AWS_ENDPOINT_URL_S3": "https://s3.amazonaws.com"}
    with pytest.raises(ConfigurationError, match=r"^AWS_ENDPOINT_URL_S3 = 'https://s3\.amazonaws\.com': the local"):
        environment_named("local", variables)
    assert environment_named("local", {**LOOPBACK, "AWS_ENDPOINT_URL_S3": "http://[::1]:9"}).name == "local"


@pytest.mark.parametrize(("variables", "custom"), [({}, False), ({"AWS_ENDPOINT_URL": ""}, False), (LOOPBACK, True)])
def test_others_take_any_endpoint_and_remember_that_there_is_one(variables: dict[str, str], *, custom: bool) -> None:
    environment = environment_named("test", variables)
    assert environment == replace(TEST, provider=replace(TEST.provider, custom_endpoint=custom))
    assert TEST.provider.custom_endpoint is False


@pytest.mark.parametrize(
    ("engine", "expected"), [(None, "lambda"), ("", "lambda"), ("lambda", "lambda"), ("glue", "glue")]
)
def test_the_local_engine_can_be_chosen(engine: str | None, expected: str) -> None:
    variables = LOOPBACK if engine is None else {**LOOPBACK, "CAT_LOCAL_ENGINE": engine}
    assert environment_named("local", variables).normalize.extract.engine == expected
    assert environment_named("prod", variables).normalize.extract.engine == "lambda"


@pytest.mark.parametrize(
    ("engine", "expected"), [(None, "spark"), ("", "spark"), ("spark", "spark"), ("arrow", "arrow")]
)
def test_the_local_engine_of_etl2_can_be_chosen(engine: str | None, expected: str) -> None:
    variables = LOOPBACK if engine is None else {**LOOPBACK, "CAT_LOCAL_TRANSFORM": engine}
    assert environment_named("local", variables).etl.transform.engine == expected
    assert environment_named("prod", variables).etl.transform.engine == "spark"


@pytest.mark.parametrize(("text", "expected"), [("", False), ("false", False), ("true", True)])
def test_the_local_environment_can_have_its_own_key(text: str, *, expected: bool) -> None:
    variables = {**LOOPBACK, "CAT_LOCAL_OWN_KEY": text}
    assert environment_named("local", variables).encryption.customer_managed_key is expected
    assert environment_named("prod", variables).encryption.customer_managed_key is False
    with pytest.raises(ConfigurationError, match=r"encryption\.customer_managed_key = 'yes'"):
        environment_named("local", {**LOOPBACK, "CAT_LOCAL_OWN_KEY": "yes"})


def test_the_local_environment_can_have_a_repository() -> None:
    variables = {**LOOPBACK, "CAT_LOCAL_REPOSITORY": "owner/name"}
    assert environment_named("local", variables).pipeline.repository == "owner/name"
    assert environment_named("prod", variables).pipeline.repository is None
    with pytest.raises(ConfigurationError, match=r"pipeline\.repository = 'owner/\*'"):
        environment_named("local", {**LOOPBACK, "CAT_LOCAL_REPOSITORY": "owner/*"})


def test_choosing_engines_changes_nothing_else() -> None:
    variables = {**LOOPBACK, "CAT_LOCAL_ENGINE": "glue", "CAT_LOCAL_TRANSFORM": "arrow"}
    chosen = environment_named("local", variables)
    assert chosen.normalize.extract.engine == "glue"
    back = changed("etl.transform.engine", "spark", changed("normalize.extract.engine", "lambda", chosen))
    assert back == environment_named("local", LOOPBACK)


def test_an_unknown_local_engine_is_a_fault_like_any_other() -> None:
    with pytest.raises(ConfigurationError, match=r"normalize\.extract\.engine = 'spark': must be one of glue, lambda"):
        environment_named("local", {**LOOPBACK, "CAT_LOCAL_ENGINE": "spark"})
    with pytest.raises(ConfigurationError, match=r"etl\.transform\.engine = 'glue': must be one of arrow, spark"):
        environment_named("local", {**LOOPBACK, "CAT_LOCAL_TRANSFORM": "glue"})


@pytest.mark.parametrize("name", ["test", "prod", "local"])
def test_account_can_be_named_by_a_variable(name: str) -> None:
    variables = {**LOOPBACK, f"CAT_{name.upper()}_ACCOUNT_ID": "012345678901"}
    assert environment_named(name, variables).provider.allowed_account_ids == ("012345678901",)
    assert environment_named(name, {**LOOPBACK, "CAT_OTHER_ACCOUNT_ID": "1"}).provider.allowed_account_ids == ()
    assert environment_named(name, {**variables, f"CAT_{name.upper()}_ACCOUNT_ID": ""}) == environment_named(
        name, LOOPBACK
    )


def test_account_of_a_variable_is_checked_like_a_setting() -> None:
    with pytest.raises(
        ConfigurationError, match=r"provider\.allowed_account_ids\.0 = '12345': must be an AWS account id"
    ):
        environment_named("prod", {"CAT_PROD_ACCOUNT_ID": "12345"})


def test_account_of_a_variable_narrows_the_setting_and_never_replaces_it(monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = changed("provider.allowed_account_ids", ("111111111111", "222222222222"), TEST)
    monkeypatch.setitem(selection.ENVIRONMENTS, "test", allowed)
    found = environment_named("test", {"CAT_TEST_ACCOUNT_ID": "222222222222"})
    assert found.provider.allowed_account_ids == ("222222222222",)
    with pytest.raises(ConfigurationError) as raised:
        environment_named("test", {"CAT_TEST_ACCOUNT_ID": "333333333333"})
    assert str(raised.value) == (
        "CAT_TEST_ACCOUNT_ID = '333333333333': provider.allowed_account_ids of environment 'test' is 111111111111, "
        "222222222222; name one of them, or change it there"
    )


def test_the_local_environment_takes_another_contract() -> None:
    variables = {**LOOPBACK, "CAT_LOCAL_CONTRACT": "tickets"}
    chosen = environment_named("local", variables)
    assert (chosen.name, chosen.contract.name) == ("local", "tickets")
    assert chosen.normalize.dynamo_table_name == "cat-local-help-desk-table"
    assert chosen.normalize.extract.exclusion_rules == ()
    # Others have a contract of their own.
    assert environment_named("tickets", {**variables, "CAT_LOCAL_CONTRACT": "catia"}).contract_name == "tickets"
    assert environment_named("test", variables) == environment_named("test", LOOPBACK)
    assert environment_named("local", {**LOOPBACK, "CAT_LOCAL_CONTRACT": ""}) == environment_named("local", LOOPBACK)


def test_a_contract_that_is_none_is_told() -> None:
    with pytest.raises(ConfigurationError, match="contract 'visits': no such module in contract/sources/; there are"):
        environment_named("local", {**LOOPBACK, "CAT_LOCAL_CONTRACT": "visits"})
