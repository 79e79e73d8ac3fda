"""What both of our engines are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.lake.bucket import key_of
from bench.lake.task import LakeTask
from glue_src.engine import Source
from sources.catia import CONTRACT

if TYPE_CHECKING:
    from glue_src.engine import TransformEngine


def sources(task: LakeTask) -> list[Source]:
    """Return the CSV of a day as the engines know them."""
    return [
        Source(
            dataset=dataset,
            key=key_of(task.source_of(dataset.name)),
            bytes=task.source_of(dataset.name).stat().st_size,
            columns=dataset.columns,
            target=f"{key_of(task.target_of(dataset.name).parent)}/",
        )
        for dataset in CONTRACT.datasets
    ]


def staged(engine: TransformEngine, of: Sequence[Source]) -> dict[str, int]:
    """Stage a day with all its facts, and return the rows of each dataset.

    Raises:
        ValueError: the facts find fault with a day that has none.
    """
    with engine.transform(of, CONTRACT.relations) as run:
        tables, relations = run.stage(), run.relate()
    unrelated = any(found.without_parent or found.miscounted for found in relations.values())
    if unrelated or any(facts.nulls or facts.duplicate_keys for facts in tables.values()):
        message = f"the generated day has no faults, but the engine found {tables} and {relations}."
        raise ValueError(message)
    return {name: facts.rows for name, facts in tables.items()}
