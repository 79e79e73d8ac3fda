"""Trino's values as Athena writes them in results: https://docs.aws.amazon.com/athena/latest/ug/data-types.html."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

#: Where Athena's name of a type is another than Trino's.
_RENAMED: Final = {"real": "float"}
#: What Athena says of precision where a type has none of its own.
_PRECISIONS: Final = {
    "varchar": 2_147_483_647,
    "tinyint": 3,
    "smallint": 5,
    "integer": 10,
    "bigint": 19,
    "float": 17,
    "double": 17,
}
#: Java writes numbers from here to there without an exponent.
_PLAIN: Final = (1e-3, 1e7)


@dataclass(frozen=True)
class Column:
    """A column of an answer: its name, and Trino's signature of its type."""

    name: str
    signature: Mapping[str, Any]

    @property
    def type(self) -> str:
        """Athena's name of the type."""
        name = str(self.signature["rawType"])
        return _RENAMED.get(name, name)

    def info(self) -> dict[str, Any]:
        """Return what GetQueryResults says of the column."""
        numbers = [argument["value"] for argument in self.signature["arguments"] if argument["kind"] == "LONG"]
        precision, scale = (*numbers, *(_PRECISIONS.get(self.type, 0), 0)[len(numbers) :])[:2]
        return {
            "CatalogName": "hive",
            "SchemaName": "",
            "TableName": "",
            "Name": self.name,
            "Label": self.name,
            "Type": self.type,
            "Precision": precision,
            "Scale": scale,
            "Nullable": "UNKNOWN",
            "CaseSensitive": self.type in {"varchar", "char"},
        }

    def text(self, value: Any) -> str | None:
        """Return a cell's text, None for a null; ``value`` is as Trino's JSON has it."""
        return None if value is None else _text(value, self.signature)


def _text(value: Any, signature: Mapping[str, Any]) -> str:
    """Return a value's text; inside another value a null is the word."""
    if value is None:
        return "null"
    arguments = [argument["value"] for argument in signature["arguments"]]
    match signature["rawType"]:
        case "boolean":
            text = "true" if value else "false"
        case "real" | "double":
            text = _number(float(value))
        case "varbinary":
            text = base64.b64decode(value).hex(" ")
        case "array":
            text = "[" + ", ".join(_text(each, arguments[0]) for each in value) + "]"
        case "map":
            text = "{" + ", ".join(f"{key}={_text(each, arguments[1])}" for key, each in value.items()) + "}"
        case "row":
            fields = zip(arguments, value, strict=True)
            named = (
                f"{_field(each, place)}={_text(one, each['typeSignature'])}" for place, (each, one) in enumerate(fields)
            )
            text = "{" + ", ".join(named) + "}"
        case _:
            text = str(value)
    return text


def _field(argument: Mapping[str, Any], place: int) -> str:
    name = argument.get("fieldName")
    return str(name["name"]) if name else f"field{place}"


def _number(value: float) -> str:
    """Return a number as Java does: 12.5, 1.0E7, NaN, -Infinity."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    least, first_too_large = _PLAIN
    if value == 0 or least <= abs(value) < first_too_large:
        return repr(value)
    digits, _, exponent = f"{value!r}".partition("e")
    if not exponent:
        digits, _, exponent = _scientific(value).partition("e")
    return f"{digits if '.' in digits else f'{digits}.0'}E{int(exponent)}"


def _scientific(value: float) -> str:
    """Return the shortest digits that give the value again, with an exponent."""
    return next(text for places in range(18) if float(text := f"{value:.{places}e}") == value)
