"""Every column that a contract has ever had: so that a deployment cannot narrow one or give its field id to another.

``contract/sources/column_history.json`` keeps them; ``python -m contract.column_history`` adds a contract's new ones.
Tables remember columns by their field ids (https://iceberg.apache.org/spec/#schema-evolution), those of earlier
snapshots too, and the contract alone does not say what an id has been.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from importlib import resources
from itertools import count
from pathlib import Path
from typing import Final

from contract.column_types import widens
from contract.datasets import Column, Dataset
from contract.source import SourceContract
from contract.sources import contract_named, contract_names

#: By contract, dataset and field id: the column's name and type, with a space between them.
History = Mapping[str, Mapping[str, Mapping[str, str]]]

_FILE: Final = "column_history.json"


def read_history() -> History:
    """Return what the project's file says."""
    history: History = json.loads((resources.files("contract.sources") / _FILE).read_text(encoding="utf-8"))
    return history


def history_faults(contract: SourceContract, history: History) -> list[str]:
    """Return why a contract's tables could not take its columns; a contract without a history has no faults."""
    return [
        fault
        for dataset in contract.tables
        for fault in _dataset_faults(dataset, history.get(contract.name, {}).get(dataset.name, {}))
    ]


def _dataset_faults(dataset: Dataset, before: Mapping[str, str]) -> Iterator[str]:
    free = count(1 + max([*(column.field_id for column in dataset.columns), *map(int, before)], default=0))
    for column in dataset.columns:
        name, kind = before.get(str(column.field_id), _entry(column)).rsplit(" ", 1)
        if name != column.name:
            yield (
                f"{dataset.name}.{column.name} has field id {column.field_id}, which was {name!r}: an id is never "
                f"given to another name; take {next(free)}"
            )
        elif not widens(kind, column.type.name):
            yield (
                f"{dataset.name}.{column.name} was {kind} and is {column.type.name} now: Iceberg cannot read the "
                f"former as the latter; add a column of another name with field id {next(free)}, and drop this one "
                "later"
            )


def _entry(column: Column) -> str:
    return f"{column.name} {column.type.name}"


def with_columns_of(contract: SourceContract, history: History) -> History:
    """Return a history with a contract's columns added; those that it has no more stay."""
    before = history.get(contract.name, {})
    now = {
        dataset.name: {
            **before.get(dataset.name, {}),
            **{str(column.field_id): _entry(column) for column in dataset.columns},
        }
        for dataset in contract.tables
    }
    return {**history, contract.name: {**before, **now}}


def main() -> None:
    """Add the new columns of all contracts to the file, unless one contradicts it."""
    argparse.ArgumentParser(prog="python -m contract.column_history", description=__doc__).parse_args()
    history = read_history()
    for name in contract_names():
        contract = contract_named(name)
        faults = history_faults(contract, history)
        if faults:
            sys.exit(f"contract {name!r}: " + "; ".join(faults))
        history = with_columns_of(contract, history)
    text = json.dumps(history, indent=1, ensure_ascii=False) + "\n"
    with resources.as_file(resources.files("contract.sources") / _FILE) as file:
        Path(file).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
