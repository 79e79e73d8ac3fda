from __future__ import annotations

import pytest

from tools.ci.changes import Action, Change
from tools.ci.losses import losses
from tools.ci.markdown import markdown
from tools.ci.report import Report, StackPlan

BUCKET = Change("aws_s3_bucket.reports", Action.REPLACE, guarded=True)


def test_a_replacement_that_takes_data_is_said_in_words_before_the_rows() -> None:
    text = markdown(Report("prod", "abc", (StackPlan("cat-prod-normalize", (BUCKET,)),)), "Plan of prod")
    told = "`aws_s3_bucket.reports` is replaced by a new, empty one. With it goes every table's files, all clean days"
    assert f"**Data goes with this:**\n\n- {told}" in text
    assert text.index(told) < text.index("#### cat-prod-normalize")


@pytest.mark.parametrize(
    "change",
    [
        Change("aws_s3_bucket.reports", Action.CHANGE, guarded=True),
        Change("aws_s3_bucket.reports", Action.FORGET),
        Change("aws_lambda_function.normalize", Action.REPLACE),
        Change("aws_glue_catalog_table.a_view", Action.REPLACE, guarded=False),
    ],
    ids=lambda change: f"{change.address} {change.action.name}",
)
def test_nothing_is_said_of_what_takes_no_data(change: Change) -> None:
    assert list(losses([change])) == []
    assert "Data goes" not in markdown(Report("prod", "abc", (StackPlan("stack", (change,)),)), "Plan")


def test_a_tables_entry_is_told_apart_from_a_views() -> None:
    (told,) = losses([Change("aws_glue_catalog_table.iceberg_messages", Action.DESTROY, guarded=True)])
    assert told.endswith("which files are the table's current state; its files stay.")
