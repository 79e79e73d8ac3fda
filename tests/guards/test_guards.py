"""Prod's data survives every single command; two settings, deployed, let it go."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.guards.document import DOCUMENT
from tests.guards.life import NAMES, REPORT, TABLE, Life
from tests.guards.roots import Root
from tests.guards.variants import EMPTIED, NEW_ADDRESS, OLD_ADDRESS, SHIPPED, UNGUARDED
from tests.integration.test_readme_and_runbook import documents

DATABASE: Final = "aws_glue_catalog_database.analytics"


def test_each_setting_switches_off_one_guard(variants: Path, variables: Mapping[str, str]) -> None:
    found = {}
    for variant in (SHIPPED, UNGUARDED, EMPTIED):
        stack = Root(variants / variant / "stacks" / NAMES.normalize_stack, variables).document()
        bucket = stack["resource"]["aws_s3_bucket"]["reports"]
        found[variant] = (bucket["lifecycle"]["prevent_destroy"], bucket["force_destroy"])
    assert found == {SHIPPED: (True, False), UNGUARDED: (False, False), EMPTIED: (False, True)}


def test_an_existing_bucket_is_adopted_with_its_data(life: Life) -> None:
    assert life.imported.status == 0, life.imported.said
    assert f"{OLD_ADDRESS}: Import prepared!" in life.imported.said
    # The bucket's tags, and the topic.
    assert "Plan: 1 to add, 1 to change, 0 to destroy." in life.adopted.said
    assert f"{OLD_ADDRESS} will be updated in-place" in life.adopted.said
    assert life.adopted.status == 0, life.adopted.said
    assert life.kept_by_adoption == [REPORT]


def test_a_renamed_bucket_is_moved_and_not_destroyed(life: Life) -> None:
    assert f'bucket.move_from_id("{OLD_ADDRESS}")' in documents()[DOCUMENT]
    assert life.renamed.status == 0, life.renamed.said
    assert f"{OLD_ADDRESS} has moved to {NEW_ADDRESS}" in life.renamed.said
    # The topic is not in that small stack.
    assert "Plan: 0 to add, 0 to change, 1 to destroy." in life.renamed.said
    assert "aws_sns_topic.alerts will be destroyed" in life.renamed.said


def test_terraform_refuses_to_destroy_what_holds_data(life: Life) -> None:
    # Of ETL-2 it names the table only: the database would go after it.
    for refused, address in ((life.normalize_refused, OLD_ADDRESS), (life.etl_refused, TABLE)):
        assert refused.status == 1
        assert f"Resource {address} has lifecycle.prevent_destroy set" in refused.said


def test_without_that_guard_etl2_goes_first_and_s3_still_refuses(life: Life) -> None:
    said = life.unguarded.said
    etl_gone = said.index(f"{DATABASE} (etl/catalog/{DATABASE}): Destruction complete")
    assert etl_gone < said.index(f"{OLD_ADDRESS} (normalize/bucket/{OLD_ADDRESS}): Destroying...")
    assert f"deleting S3 Bucket ({NAMES.reports_bucket})" in said
    assert "BucketNotEmpty" in said
    assert life.unguarded.status == 1
    assert life.etl_state_left == ""
    assert life.kept_by_s3 == [REPORT]


def test_with_both_settings_deployed_the_bucket_goes_with_its_data(life: Life) -> None:
    assert life.emptied.status == 0, life.emptied.said
    assert "Destroy complete! Resources: 1 destroyed." in life.emptied.said
    assert NAMES.reports_bucket not in life.buckets_left
    assert NAMES.state_bucket in life.buckets_left
