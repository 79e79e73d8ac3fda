"""A contract that is not CatIA's: one key, two datasets, no views of its own, and words that SQL has for itself."""

from __future__ import annotations

from contract.datasets import REJECTED, TECHNICAL, Dataset, Partition, count, instant, text
from contract.source import ItemKind, Relation, SourceContract

_PARCEL_ID = text(1, "parcel_id", TECHNICAL, "The parcel.", "parcel_id", nullable=False)

STOPS = Dataset(
    name="stops",
    description="One row per stop of a parcel.",
    columns=(
        _PARCEL_ID,
        count(2, "position", TECHNICAL, "Place of the stop on the way, from 1.", "stops"),
        text(3, "from", TECHNICAL, "Where it came from.", "stops[].from"),
        instant(4, "left_at", TECHNICAL, "When it went on; UTC.", "stops[].left_at"),
    ),
    key=("parcel_id", "position"),
    sort_by=("parcel_id", "position"),
    partition=Partition("parcel_id", 1),
)

PARCELS = Dataset(
    name="parcels",
    description="One row per parcel.",
    columns=(
        _PARCEL_ID,
        text(2, "order", TECHNICAL, "What was ordered.", "order"),
        count(3, "stop_count", TECHNICAL, "Its stops.", "stops"),
    ),
    key=("parcel_id",),
    sort_by=("parcel_id",),
)

CONTRACT = SourceContract(
    name="parcels",
    description="The depot's parcels",
    table="depot-parcels",
    key_attributes=("parcel_id",),
    aliases={"depot": "DEPOT#"},
    kinds=(ItemKind("sent_parcels", PARCELS), ItemKind("empty_crates")),
    datasets=(STOPS, REJECTED, PARCELS),
    relations=(Relation("has_parcel", STOPS, PARCELS, ("parcel_id",), counted_in="stop_count"),),
    item_reader="contract.sources.parcels:read",
)
