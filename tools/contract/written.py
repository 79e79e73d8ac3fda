"""A contract's file from what was observed, tried before it is there: it imports, is whole, and reads the sample."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from contract.column_types import Kind
from contract.datasets import IDENTIFIER, DataClass
from contract.items.outcomes import Rejected
from contract.source import ContractError, SourceContract
from lambda_src.normalize import Normalizer
from tools.contract.classes import proposed_class
from tools.contract.inference import Attribute, Observation
from tools.contract.names import column_name
from tools.contract.sampling import UnusableSampleError

_BUILDERS: Final = {
    Kind.TEXT: "text",
    Kind.INTEGER: "integer",
    Kind.DOUBLE: "double",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "day",
    Kind.INSTANT: "instant",
    Kind.JSON: "json",
}
_TEMPLATE: Final = '''\
"""{table}: a first contract, made of a sample of {items:,} items. Read each line, and confirm or change it.

{shapes}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contract.datasets import (
{imports}
)
from contract.items import typed
from contract.items.outcomes import AcceptedItem
from contract.source import ItemKind, SourceContract

# The numbers are field ids: each column's own for ever. The classes are guesses: docs/privacy.md says what follows.
ROWS = Dataset(
    name="{name}",
    description="One row per item.",
    columns=(
{columns}
    ),
    key={keys},
    sort_by={keys},
{partition}
)


def read(item: Mapping[str, Any]) -> AcceptedItem:
    """Return the row of an item, given in DynamoDB's wire format.

    Raises:
        ItemRejectedError: it breaks a rule.
    """
    return AcceptedItem("{name}", {{ROWS.name: [typed.row(item, ROWS)]}})


CONTRACT = SourceContract(
    name="{name}",
    description="{table}",
    table="{part}",
    key_attributes={attributes},{number_keys}
    kinds=(ItemKind("{name}", ROWS),),
    datasets=(REJECTED, ROWS),
    item_reader=f"{{__name__}}:read",
)
'''


@dataclass(frozen=True)
class Outcome:
    """What the contract makes of the sample: how many items it takes, and why it rejects the others."""

    accepted: int
    rejected: Mapping[str, int]


def module_text(name: str, table: str, seen: Observation) -> str:
    """Return the contract's module.

    Raises:
        UnusableSampleError: there is no item, or a key is of a type that no column has.
    """
    if not seen.items:
        message = f"{table} has no items: fill it first, or write the contract by hand."
        raise UnusableSampleError(message)
    columns = dict(_columns(seen))
    lost = [attribute for attribute in seen.attributes if attribute.is_key and attribute.type is None]
    if lost:
        keys = ", nor of the key ".join(f"{attribute.name}; it is {_kinds(attribute)}" for attribute in lost)
        message = f"{table}: no column can have the values of the key {keys}."
        raise UnusableSampleError(message)
    numbers = [each.name for each in seen.attributes if _is_number_as_text(each, seen)]
    dated = _dated_key(seen)
    used = {"REJECTED", "Dataset"} | ({"Partition"} if dated else set())
    lines = []
    for field_id, attribute in enumerate(seen.attributes, start=1):
        lines += [f"        # {each}" for each in _remarks(attribute)]
        if made := made_by(attribute, seen):
            written, words = _column(field_id, columns[attribute.name], made, attribute, seen)
            lines.append(written)
            used |= words
    return _TEMPLATE.format(
        table=table,
        items=seen.items,
        shapes=_shapes(seen),
        imports="\n".join(
            f"    {each}," for each in sorted(used, key=lambda each: (not each.isupper(), each.islower(), each))
        ),
        name=name,
        columns="\n".join(lines),
        keys=_tuple([columns[key] for key in seen.keys]),
        partition=_partition(dated, columns),
        part=table.removesuffix("-table").replace("_", "-").lower(),
        attributes=_tuple(seen.keys),
        number_keys=f"\n    number_keys={_tuple(numbers)}," if numbers else "",
    )


def _columns(seen: Observation) -> Iterator[tuple[str, str]]:
    taken: set[str] = set()
    for attribute in seen.attributes:
        name = column_name(attribute.name, taken)
        taken.add(name)
        yield attribute.name, name


def _dated_key(seen: Observation) -> Attribute | None:
    """Return a key by whose beginnings the table can be divided: each holds a day, at one and the same place."""
    return next(
        (each for each in seen.attributes if each.is_key and each.day_ends and _class_of(each, seen) is not IDENTIFIER),
        None,
    )


def _partition(key: Attribute | None, columns: Mapping[str, str]) -> str:
    if key is None:
        whole = "Without a partition each change rewrites the whole table"
        return f"    # {whole}: docs/how-to/another-table.md says when to divide it."
    month = key.day_ends - len("-31")
    return (
        "    # All values hold a day. So many characters reach to the end of its month; CONFIRM that all will.\n"
        f'    partition=Partition("{columns[key.name]}", {month}),'
    )


def _class_of(attribute: Attribute, seen: Observation) -> DataClass:
    return proposed_class(attribute, is_partition_key=attribute.name == seen.keys[0])


def _is_number_as_text(attribute: Attribute, seen: Observation) -> bool:
    """Return whether a number gets a column of texts: only a text can become a pseudonym. It holds the digits."""
    return bool(attribute.type and attribute.type.is_number) and _class_of(attribute, seen) is IDENTIFIER


def made_by(attribute: Attribute, seen: Observation) -> str:
    """Return what makes an attribute's column, as ``text`` or ``decimal(9, 2)``; an empty text where it gets none."""
    if attribute.type is None:
        return ""
    if _is_number_as_text(attribute, seen):
        return "text"
    if attribute.type.kind is Kind.DECIMAL:
        return f"decimal({attribute.type.precision}, {attribute.type.scale})"
    return "prose" if attribute.is_prose else _BUILDERS[attribute.type.kind]


def _shapes(seen: Observation) -> str:
    if seen.shapes == 1:
        return "All items have the same attributes."
    return (
        f"Items have {seen.shapes} different sets of attributes. Where these are several kinds of items, give each a\n"
        "dataset and an ItemKind of its own: docs/how-to/another-table.md#several-kinds-in-one-table shows how."
        + "".join(f"\n{json.dumps(name)} seems to tell the kinds apart." for name in seen.telling)
    )


def _column(field_id: int, name: str, made: str, attribute: Attribute, seen: Observation) -> tuple[str, set[str]]:
    """Return the line that makes a column, and the words that it needs."""
    data_class = _class_of(attribute, seen)
    source, comment = json.dumps(attribute.name), json.dumps(f"What the source has as {attribute.name}.")
    null = ", nullable=False" if attribute.is_key else ""
    line = f'        {made}({field_id}, "{name}", {data_class.name}, {comment}, {source}{null}),'
    return f"{line}  # CONFIRM: {data_class.name}", {made.partition("(")[0], data_class.name}


def _remarks(attribute: Attribute) -> Iterator[str]:
    """Yield what was seen of an attribute; no value of it."""
    missing = f"; {attribute.percent_missing:.1f} % of the items have none" if attribute.missing else ""
    yield f"{json.dumps(attribute.name)}: {_kinds(attribute)}{missing}."
    if attribute.type is None:
        yield "No column: its values are of kinds that no type of column has, or of too many."
    if attribute.places:
        yield f"Double: numbers of up to {attribute.places} digits behind the point are a program's fractions;"
        yield "a decimal would reject the next longer one. CONFIRM that some 16 digits do."
    if attribute.epoch:
        yield f"CONFIRM: may be {attribute.epoch} since 1970; docs/how-to/another-table.md makes a timestamp of them."
    if attribute.entries:
        paths = ", ".join(json.dumps(f"{attribute.name}.{entry}") for entry in attribute.entries)
        yield f"Entries that may become columns of their own: {paths}."
    for reason, times in attribute.odd.items():
        yield f"ODD, would reject {times} items: {reason}."


def _kinds(attribute: Attribute) -> str:
    return ", ".join(f"{kind} in {times:,}" for kind, times in attribute.kinds.items()) or "in no item"


def _tuple(names: Sequence[str]) -> str:
    return "(" + ", ".join(f'"{name}"' for name in names) + ("," if len(names) == 1 else "") + ")"


def checked(text: str, name: str, items: Sequence[Mapping[str, Any]], target: Path) -> Outcome:
    """Write a contract's module, after it was loaded, checked, and had read the sample; return what it makes of that.

    Raises:
        UnusableSampleError: what was written is no contract.
    """
    module = ModuleType(f"contract.sources.{name}")
    # Its reader is looked for by the module's name.
    sys.modules[module.__name__] = module
    try:
        exec(compile(text, str(target), "exec"), vars(module))  # noqa: S102 - it is what will be imported
        contract: SourceContract = module.CONTRACT
        contract.check()
        normalizer = Normalizer(contract)
        rejected = Counter(each.code for each in map(normalizer.normalize, items) if isinstance(each, Rejected))
    except (ContractError, SyntaxError) as error:
        message = f"what was made of the sample is no contract: {error}"
        raise UnusableSampleError(message) from error
    finally:
        del sys.modules[module.__name__]
    target.write_text(text, encoding="utf-8")
    return Outcome(len(items) - rejected.total(), dict(rejected.most_common()))
