"""Rows as the pseudonymous tables have them, by ``contract.masking``.

Texts stay in Java. Identifiers pass through Python: a key in an expression would stand in plans, and so in logs.
"""

from __future__ import annotations

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from contract.datasets import Column, Dataset
from contract.masking import RULES, Mask, Treatment, treatment_of


def masked(rows: DataFrame, dataset: Dataset, mask: Mask) -> DataFrame:
    """Return what a mask makes of a dataset's rows."""
    types = dict(rows.dtypes)
    return rows.select([_cell(column, types[column.name], mask).alias(column.name) for column in dataset.columns])


def _cell(column: Column, kind: str, mask: Mask) -> Expression:
    treatment, cell = treatment_of(column), F.col(column.name)
    if treatment is Treatment.PSEUDONYM:
        return _pseudonym(cell, column, mask)
    if treatment is Treatment.CLEANED:
        return cleaned(cell)
    return F.lit(None).cast(kind) if treatment is Treatment.REMOVED else cell


def _pseudonym(cell: Expression, column: Column, mask: Mask) -> Expression:
    def pseudonym(value: str | None) -> str | None:
        return None if value is None else mask.pseudonym(column, value)

    return F.udf(pseudonym, "string")(cell)


def cleaned(text: Expression) -> Expression:
    """Return a text with markers in the place of what the rules find."""
    for rule in RULES:
        text = F.regexp_replace(text, rule.pattern, f"$1{rule.marker}$2")
    return text
