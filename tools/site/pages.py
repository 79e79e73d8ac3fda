"""Every file of docs/ that this package writes, and from what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from contract.serving import named_queries_of, views_of
from envs.prod import PROD
from tools.local.machine_tools import PROJECT
from tools.site.outputs_page import outputs_page
from tools.site.pictures.architecture import architecture
from tools.site.pictures.drawing import svg
from tools.site.pictures.lineage import Lineage
from tools.site.pictures.rooms import rooms
from tools.site.pictures.stacks import Stack
from tools.site.privacy_page import privacy_page
from tools.site.settings_page import settings_page
from tools.site.spanish_page import spanish_page
from tools.site.tables_page import TOLD_BY_COLUMN, tables_page

DOCS: Final = PROJECT / "docs"
ZONES: Final = {
    PROD.etl.clean_prefix: "clean zone, CSV",
    PROD.etl.curated_prefix: "curated zone, Iceberg tables",
    PROD.etl.athena_results_prefix: "answers to queries",
}
WRITER: Final = PROD.contract.writer


def stacks_of_prod(documents: Mapping[str, Path]) -> tuple[Stack, Stack]:
    """Return the stacks of prod, in the order in which they are deployed; ``documents`` says where each stack is."""
    first, second = (
        Stack(name, json.loads(documents[name].read_text(encoding="utf-8")))
        for name in (PROD.names.normalize_stack, PROD.names.etl_stack)
    )
    return first, second


def pages(stacks: tuple[Stack, Stack]) -> Mapping[Path, str]:
    """Return the text of each file, by its path."""
    return {**pages_of_code(), **pages_of_stacks(stacks)}


def pages_of_code() -> Mapping[Path, str]:
    """Return those that follow from settings, contract and SQL."""
    reference, lineage = DOCS / "reference", lineage_of_prod()
    pictures = {
        DOCS / "pictures" / f"{view.name}.svg": svg(
            lineage.graph(view),
            f"Where each column of {view.name} comes from",
            f"From the attributes of {lineage.source}, by way of the tables' columns. The same stands in the table"
            " of the reference.",
        )
        for view in lineage.views
        if view.name in TOLD_BY_COLUMN
    }
    return {
        DOCS / "pictures" / "rooms.svg": svg(
            rooms(),
            "The project's folders, and which import which",
            "Arrows lead from a folder to those that it imports; none leads back up.",
        ),
        DOCS / "privacy.md": privacy_page(PROD),
        reference / "settings.md": settings_page(),
        reference / "tablas.md": spanish_page(PROD.contract),
        reference / "tables.md": tables_page(lineage, named_queries_of(PROD.contract)),
        **pictures,
    }


@cache
def lineage_of_prod() -> Lineage:
    """Return where the columns of prod's tables and views come from."""
    return Lineage(PROD.contract, views_of(PROD.contract), f"{WRITER}'s items")


def pages_of_stacks(stacks: tuple[Stack, Stack]) -> Mapping[Path, str]:
    """Return those that follow from the synthesized stacks."""
    return {
        DOCS / "reference" / "outputs.md": outputs_page(stacks),
        DOCS / "pictures" / "architecture.svg": svg(
            architecture(stacks, ZONES, WRITER),
            "CAT Data Platform: from a DynamoDB table to SQL",
            f"A schedule starts the Normalize function, which scans {WRITER}'s table and writes CSV to the clean"
            " zone. The arrival of a run fires a rule, which starts a workflow: a Spark job writes what changed to the"
            " Iceberg tables of the curated zone and commits it in the database. Athena reads the database. A crawler"
            " runs on demand. Every failure reaches one topic.",
        ),
    }
