"""Which class a column may be of, by its name and values: a proposal that leans towards people, to be confirmed."""

from __future__ import annotations

import re
from typing import Final

from contract.column_types import ColumnType
from contract.datasets import IDENTIFIER, ORGANISATION, PERSONAL, TECHNICAL, DataClass
from tools.contract.inference import Attribute

_WHO: Final = re.compile(
    "user|customer|client|person|employee|member|guest|usuario|cliente|empleado|afiliado", re.IGNORECASE
)
_OWN: Final = re.compile(
    "name|nombre|apellido|mail|correo|phone|tel|movil|celular|address|direcci|birth|nacimiento|cedula|document|passport"
    "|author|host|comment|note|subject|text|message|description|mensaje|observa|gender|sexo|salary|salario|ip$",
    re.IGNORECASE,
)
_SHARED: Final = re.compile(
    "city|ciudad|department|gerencia|area|office|oficina|branch|sucursal|company|empresa|team|country|pais|region",
    re.IGNORECASE,
)
#: Texts with more different values than so many are no list of kinds.
_KINDS: Final = 20


def proposed_class(attribute: Attribute, *, is_partition_key: bool) -> DataClass:
    """Return a class. What might be of people is personal; only keys, kinds, numbers and times are technical."""
    if attribute.is_key:
        return IDENTIFIER if is_partition_key and _WHO.search(attribute.name) else TECHNICAL
    if _SHARED.search(attribute.name):
        return ORGANISATION
    if _WHO.search(attribute.name) or _OWN.search(attribute.name) or attribute.type == ColumnType.JSON:
        return PERSONAL
    return PERSONAL if attribute.type == ColumnType.TEXT and attribute.distinct > _KINDS else TECHNICAL
