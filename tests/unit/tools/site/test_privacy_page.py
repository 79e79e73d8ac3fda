"""docs/privacy.md says of every place and every column what the settings and the contract say."""

from __future__ import annotations

import pytest

from contract.datasets import DataClass
from envs.prod import PROD
from envs.retention import Place, kept
from envs.schema import Environment
from tests.unit.envs.samples import changed
from tools.site.pages import DOCS
from tools.site.privacy_page import privacy_page

WITH_PSEUDONYMS = changed("privacy.pseudonymous_tables", True, PROD)


def test_page_is_in_the_navigation_and_on_the_first_page() -> None:
    assert "privacy.md" in (DOCS.parent / "tools" / "site" / "mkdocs.yml").read_text(encoding="utf-8")
    assert "](privacy.md)" in (DOCS / "index.md").read_text(encoding="utf-8")


def test_every_column_of_a_person_is_named_with_its_class() -> None:
    lines = {line.split("|")[1].strip(): line for line in privacy_page(PROD).splitlines() if line.startswith("| ")}
    for dataset in PROD.contract.tables:
        for column in dataset.columns:
            if column.data_class is not DataClass.TECHNICAL:
                assert f"`{column.name}`" in lines[column.data_class.value]


@pytest.mark.parametrize("environment", [WITH_PSEUDONYMS, changed("privacy.pseudonymous_tables", False, PROD)])
def test_every_place_has_its_sum_and_every_zone_its_row(environment: Environment) -> None:
    page = privacy_page(environment)
    for each in kept(environment):
        assert f"| {each.place.value} | {each.told} |" in page
    etl = environment.etl
    zones = (etl.clean_prefix, etl.curated_prefix, etl.restricted_prefix, etl.athena_results_prefix)
    assert [zone for zone in zones if f"`{zone}`" not in page] == []
    assert (f"`{etl.pseudonymous_prefix}`" in page) == environment.privacy.pseudonymous_tables
    assert (f"| {Place.PSEUDONYMOUS.value} |" in page) == environment.privacy.pseudonymous_tables


def test_page_follows_the_settings() -> None:
    page = privacy_page(changed("etl.curated.history_days", 11, changed("privacy.rejected_days", 3, PROD)))
    assert "from every other place 43 days later (11 + 30 + 2 = 43: earlier states of the tables)" in page
    assert "earlier states 35 days" in page
    assert "rejected items 35 days" in page
    assert "11 + 7 + 30 + 2 = 50" in page


def test_what_is_out_of_reach_is_said_with_aws_own_days() -> None:
    _, _, beyond = privacy_page(PROD).partition("## What is out of reach")
    for days in (45, 90, 35):
        assert f"[{days} days](aws-facts.md#how-long-aws-keeps-what)" in beyond


def test_a_request_is_answered_in_this_order() -> None:
    _, _, page = privacy_page(PROD).partition("## When somebody asks")
    steps = [page.index(f"`python -m ops person {verb} --env prod") for verb in ("find", "export", "erase", "prove")]
    assert steps == sorted(steps)
