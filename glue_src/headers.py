"""Which of the contract's columns a clean CSV has: its header may be of an older contract, never of a foreign one."""

from __future__ import annotations

from contract.datasets import Column, Dataset
from glue_src.exceptions import ForeignHeaderError


def columns_in(header: str, dataset: Dataset, key: str) -> tuple[Column, ...]:
    """Return the columns that a header names, in its order; ``key`` says in an error whose header it is.

    A column that is not there was added to the contract later: it may be null, or the file could not be read.

    Raises:
        ForeignHeaderError: a name is unknown or stands twice, or a column is missing that may not be null.
    """
    known = {column.name: column for column in dataset.columns}
    names = header.split(",")
    faults = [f"names the unknown column {name!r}" for name in names if name not in known]
    faults += [f"names {name!r} twice" for name in known if names.count(name) > 1]
    faults += [f"lacks {name!r}, which may not be null" for name in known if _is_required(known[name], names)]
    if faults:
        raise ForeignHeaderError(dataset.name, key, " and ".join(faults))
    return tuple(known[name] for name in names)


def _is_required(column: Column, names: list[str]) -> bool:
    return not column.nullable and column.name not in names
