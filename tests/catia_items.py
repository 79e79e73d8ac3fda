"""What becomes of items of CatIA's table, as tests ask for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from contract.items.outcomes import Outcome
from contract.sources.catia import CONTRACT
from lambda_src.exclusions import ExclusionRule
from lambda_src.extraction import Extraction
from lambda_src.normalize import Normalizer


def normalize(item: Mapping[str, Any], rules: Sequence[ExclusionRule] = ()) -> Outcome:
    """Return what becomes of an item in wire format."""
    return Normalizer(CONTRACT, rules).normalize(item)


def normalize_json(item: str, rules: Sequence[ExclusionRule] = ()) -> Outcome:
    """Return what becomes of an item given as DynamoDB's JSON."""
    return Normalizer(CONTRACT, rules).normalize_json(item)


def extraction(rules: Sequence[ExclusionRule] = ()) -> Extraction:
    """Return an extraction that has seen no item yet."""
    return Extraction(CONTRACT, rules)
