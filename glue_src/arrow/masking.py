"""Rows as the pseudonymous tables have them, by ``contract.masking``; its rules go through RE2."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from contract.datasets import Column, Dataset
from contract.masking import RULES, SUSPICIOUS, Mask, Treatment, treatment_of


def masked(rows: pa.RecordBatch, dataset: Dataset, mask: Mask) -> pa.RecordBatch:
    """Return what a mask makes of a dataset's rows; their columns are the dataset's, in its order."""
    columns = [_column(rows.column(column.name), column, mask) for column in dataset.columns]
    return pa.RecordBatch.from_arrays(columns, schema=rows.schema)


def _column(cells: pa.Array, column: Column, mask: Mask) -> pa.Array:
    treatment = treatment_of(column)
    if treatment is Treatment.PSEUDONYM:
        return _pseudonyms(cells, column, mask)
    if treatment is Treatment.CLEANED:
        return cleaned(cells)
    return pa.nulls(len(cells), cells.type) if treatment is Treatment.REMOVED else cells


def _pseudonyms(cells: pa.Array, column: Column, mask: Mask) -> pa.Array:
    """Return the pseudonyms; each identifier's is made once."""
    encoded = cells.dictionary_encode()
    made = [mask.pseudonym(column, value) for value in encoded.dictionary.to_pylist()]
    return pa.array(made, cells.type).take(encoded.indices)


def cleaned(texts: pa.Array) -> pa.Array:
    """Return texts with markers in the place of what the rules find."""
    suspicious = pc.fill_null(pc.match_substring_regex(texts, SUSPICIOUS), fill_value=False)
    found = texts.filter(suspicious)
    for rule in RULES:
        found = pc.replace_substring_regex(found, rule.pattern, rf"\1{rule.marker}\2")
    return pc.replace_with_mask(texts, suspicious, found)
