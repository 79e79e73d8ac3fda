from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from contract.sources import contract_names
from envs.validation import ConfigurationError, validated
from tests.other_contract import MORE_SOURCES, contracts_below
from tests.unit.envs.samples import BUCKET, VALID, changed, exclusion_rule, faults

INTEGER = "Input should be a valid integer"
TEXT = "Input should be a valid string"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("normalize.lambda_.timeout", "900", INTEGER),
        ("normalize.lambda_.timeout", 900.0, INTEGER),
        ("normalize.lambda_.timeout", True, INTEGER),
        ("normalize.lambda_.timeout", None, INTEGER),
        ("normalize.extract.scan_segments", "auto", INTEGER),
        ("normalize.extract.max_read_capacity_units", "unlimited", "Input should be a valid number"),
        ("normalize.extract.max_read_capacity_units", True, "Input should be a valid number"),
        ("normalize.extract.glue", None, "Input should be an instance of GlueExtractSettings"),
        ("etl.transform.max_rejected_ratio", "0.05", "Input should be a valid number"),
        ("etl.transform.arrow", None, "Input should be an instance of ArrowSettings"),
        ("normalize.schedule.enabled", 1, "Input should be a valid boolean"),
        ("normalize.schedule.cron_expression", 4, TEXT),
        ("normalize.dynamo_table_name", None, TEXT),
        ("etl.glue.version", 4.0, TEXT),
        ("etl.clean_prefix", b"a/", TEXT),
        ("provider.allowed_account_ids", "123456789012", "Input should be a valid tuple"),
        ("notification_emails", ["a@example.org"], "Input should be a valid tuple"),
        ("deletion_guarded", "no", "Input should be a valid boolean"),
        ("empty_on_destroy", 1, "Input should be a valid boolean"),
        ("tags", MappingProxyType({}), "Input should be a valid dictionary"),
        ("etl.glue", {"number_of_workers": 2}, "Input should be an instance of GlueSettings"),
        ("normalize.lambda_", None, "Input should be an instance of LambdaSettings"),
        ("normalize", None, "Input should be an instance of NormalizeSettings"),
        ("etl", None, "Input should be an instance of EtlSettings"),
    ],
)
def test_wrong_type(path: str, value: object, said: str) -> None:
    # A value of the wrong type is a fault like any other: no conversion, no traceback from a rule that expects more.
    assert faults(changed(path, value)) == [f"{path} = {value!r}: {said}"]


def test_wrong_type_inside_a_tuple_and_a_dictionary() -> None:
    assert faults(changed("provider.allowed_account_ids", (123456789012,))) == [
        f"provider.allowed_account_ids.0 = 123456789012: {TEXT}"
    ]
    assert faults(changed("tags", {1: 2})) == [f"tags.1 = 1: {TEXT}", f"tags.1 = 2: {TEXT}"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"normalize.schedule.cron_expression": None},
            (
                "normalize.schedule.cron_expression = None: an enabled schedule needs an expression; "
                "give one, as in cron(30 4 * * ? *), or set enabled to False"
            ),
        ),
        (
            {"empty_on_destroy": True},
            (
                "empty_on_destroy = True: must be False while deletion_guarded is True, for guarded data is not "
                "emptied; set one of them to False"
            ),
        ),
        (
            {"etl.data_bucket_name": "another"},
            (
                f"etl.data_bucket_name = 'another': must be the bucket that ETL-1 writes, {BUCKET!r}; "
                "give both settings the same name"
            ),
        ),
        (
            {"normalize.extract.engine": "glue", "normalize.extract.scan_segments": 257},
            (
                "normalize.extract.scan_segments = 257: must be at most 256 with the Glue engine, whose driver holds "
                "what every task leaves over; lower it, or give None to have it chosen"
            ),
        ),
        (
            {"normalize.extract.exclusion_rules": (exclusion_rule(), exclusion_rule(values=("2",)))},
            (
                "normalize.extract.exclusion_rules: the name 'monitors' is used 2 times; the run summary counts by "
                "name, so give each rule its own"
            ),
        ),
        (
            {"normalize.extract.exclusion_rules": (exclusion_rule(), exclusion_rule(name="b", attribute="nombre"))},
            (
                "normalize.extract.exclusion_rules.1.attribute = 'nombre': contract 'catia' has PK, SK, user_id; "
                "choose one of its keys and aliases"
            ),
        ),
        (
            {"contract_name": "nowhere", "normalize.extract.exclusion_rules": (exclusion_rule(attribute="nombre"),)},
            (
                f"contract_name = 'nowhere': contract 'nowhere': no such module in contract/sources/; there are "
                f"{', '.join(contract_names())}"
            ),
        ),
    ],
)
def test_settings_that_contradict_each_other(changes: dict[str, Any], expected: str) -> None:
    environment = VALID
    for path, value in changes.items():
        environment = changed(path, value, environment)
    assert faults(environment) == [expected]


def test_settings_that_only_just_agree() -> None:
    disabled = changed("normalize.schedule.enabled", value=False)
    assert faults(changed("normalize.schedule.cron_expression", None, disabled)) == []
    unguarded = changed("deletion_guarded", value=False)
    assert faults(unguarded) == faults(changed("empty_on_destroy", True, unguarded)) == []


@pytest.mark.parametrize(
    ("clean", "curated", "results", "overlaps"),
    [
        ("a/", "b/", "c/", []),
        ("a/b/", "a/c/", "a/d/", []),
        ("a/", "ab/", "a-b/", []),
        ("artifact/", "artifacts2/", "x/artifacts/", []),
        ("a/", "a/", "c/", [("clean_prefix", "curated_prefix")]),
        ("a/b/", "a/", "c/", [("clean_prefix", "curated_prefix")]),
        ("a/", "a/b/", "c/", [("curated_prefix", "clean_prefix")]),
        ("a/", "b/", "a/c/", [("athena_results_prefix", "clean_prefix")]),
        ("a/", "b/", "b/", [("athena_results_prefix", "curated_prefix")]),
        ("artifacts/", "b/", "c/", [("clean_prefix", "artifacts")]),
        ("a/", "artifacts/b/", "c/", [("curated_prefix", "artifacts")]),
        ("a/", "reports/privacy/x/", "c/", [("curated_prefix", "erasures")]),
        ("a/", "b/", "artifacts/", [("athena_results_prefix", "artifacts")]),
        ("a/", "a/", "a/", [("clean_prefix", "curated_prefix")] + [("athena_results_prefix", "clean_prefix")] * 2),
    ],
)
def test_prefixes_apart(clean: str, curated: str, results: str, overlaps: list[tuple[str, str]]) -> None:
    environment = changed("etl.clean_prefix", clean)
    environment = changed("etl.curated_prefix", curated, environment)
    found = faults(changed("etl.athena_results_prefix", results, environment))
    assert len(found) == len(overlaps), found
    for one, other in overlaps:
        fitting = [fault for fault in found if one in fault and other in fault]
        assert fitting, f"no fault names {one} and {other}: {found}"
        assert all(fault.endswith("; choose folders apart") for fault in fitting)


def test_all_faults_in_one_message() -> None:
    environment = changed("normalize.lambda_.timeout", 901)
    environment = changed("etl.glue.number_of_workers", 1, environment)
    environment = changed("etl.glue.worker_type", "Z.1X", environment)
    environment = changed("etl.curated_prefix", "artifacts/x/", environment)
    with pytest.raises(ConfigurationError) as raised:
        validated(environment)
    assert str(raised.value) == (
        "environment 'sample' has 4 faulty settings:\n"
        "  - normalize.lambda_.timeout = 901: must be from 1 to 900; Lambda stops after 15 minutes: raise memory_size "
        "instead\n"
        "  - etl.glue.number_of_workers = 1: must be from 2 to 299; a Spark job needs a driver and a worker\n"
        "  - etl.glue.worker_type = 'Z.1X': must be one of G.1X, G.2X, G.4X; a larger one holds larger partitions"
        "; did you mean 'G.1X'?\n"
        "  - etl.curated_prefix = 'artifacts/x/': must not overlap the artifacts' prefix, 'artifacts/'; choose folders "
        "apart"
    )


def test_a_rule_between_settings_waits_for_the_settings_themselves() -> None:
    environment = changed("deletion_guarded", "no", changed("empty_on_destroy", True))
    environment = changed("normalize.schedule.cron_expression", None, environment)
    assert [fault.partition(":")[0] for fault in faults(environment)] == [
        "deletion_guarded = 'no'",
        "normalize.schedule.cron_expression = None",
    ]


def test_exclusion_rules_follow_the_contract() -> None:
    attributes = {"a": "parcel_id", "b": "depot", "c": "parcel"}
    rules = tuple(exclusion_rule(name=name, attribute=attribute) for name, attribute in attributes.items())
    environment = changed("normalize.extract.exclusion_rules", rules, changed("contract_name", "parcels"))
    with contracts_below(MORE_SOURCES):
        (fault,) = faults(environment)
    assert fault == (
        "normalize.extract.exclusion_rules.2.attribute = 'parcel': contract 'parcels' has parcel_id, depot; choose "
        "one of its keys and aliases; did you mean 'parcel_id'?"
    )


def test_a_key_that_is_an_alias_too_is_named_once(tmp_path: Path) -> None:
    (tmp_path / "crates.py").write_text(
        "from dataclasses import replace\n"
        "from contract.sources.tickets import CONTRACT as TICKETS\n"
        'CONTRACT = replace(TICKETS, name="crates", aliases={"ticket_id": ""})\n',
        encoding="utf-8",
    )
    environment = changed("normalize.extract.exclusion_rules", (exclusion_rule(attribute="parcel"),))
    with contracts_below(tmp_path):
        (fault,) = faults(changed("contract_name", "crates", environment))
    assert "contract 'crates' has ticket_id; choose one" in fault


def test_a_contract_that_contradicts_itself_is_a_fault_of_the_setting(tmp_path: Path) -> None:
    (tmp_path / "crates.py").write_text(
        "from dataclasses import replace\n"
        "from contract.sources.catia import CONTRACT as CATIA\n"
        'CONTRACT = replace(CATIA, name="crates", key_attributes=(), datasets=CATIA.datasets[:2])\n',
        encoding="utf-8",
    )
    with contracts_below(tmp_path):
        said, *contradictions = faults(changed("contract_name", "crates"))
    assert said == f"contract_name = 'crates': contract 'crates' has {len(contradictions)} faults:"
    assert contradictions[0].startswith("    - key_attributes are (): name the partition key")
    assert any(line.startswith("    - datasets lack REJECTED") for line in contradictions)


def test_settings_cannot_be_changed_after_their_check() -> None:
    assert validated(VALID) is VALID
    environment: Any = VALID
    with pytest.raises(FrozenInstanceError):
        environment.name = "prod"


@pytest.mark.parametrize("count", [3, 4])
def test_objects_in_s3_carry_ten_tags_of_which_seven_are_the_platforms(count: int) -> None:
    own = {f"Tag{number}": "x" for number in range(count)}
    # A tag that the platform sets itself counts once.
    found = faults(changed("tags", {**own, "Project": "replaced", "ETLStage": "replaced"}))
    said = "tags: an object in S3 carries at most 10 tags, of which 7 are the platform's own; take away 1 of "
    assert found == ([f"{said}Tag0, Tag1, Tag2, Tag3"] if count > 3 else [])


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:kms:us-east-1:123456789012:alias/source",
        "arn:aws:kms:us-east-1:123456789012:key/*",
        "1234abcd-12ab-34cd-56ef-1234567890ab",
    ],
)
def test_source_tables_key_is_named_by_its_arn(arn: str) -> None:
    (fault,) = faults(changed("normalize.source_key_arn", arn))
    assert fault.startswith(f"normalize.source_key_arn = {arn!r}: must be the ARN of a KMS key, not of an alias")
