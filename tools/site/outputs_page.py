"""docs/reference/outputs.md: what each stack tells those who deployed it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from tools.site.markdown import code, table
from tools.site.pictures.stacks import Stack

_INTRODUCTION: Final = """\
# Stacks, outputs and resources

`cdktf output cat-test-normalize` prints a stack's outputs once it is deployed. The addresses are those of
`terraform state list`; they are the names in the code, and do not change when code is moved.
"""


def outputs_page(stacks: Sequence[Stack]) -> str:
    """Return the page for the stacks of one environment."""
    return "\n".join([_INTRODUCTION, *(line for stack in stacks for line in _stack(stack))])


def _stack(stack: Stack) -> Iterator[str]:
    yield f"## {code(stack.name)}"
    yield ""
    outputs: Mapping[str, Any] = stack.document["output"]
    yield from table(
        ("output", "what it is"), ((code(name), _said(output)) for name, output in sorted(outputs.items()))
    )
    rows = (
        (code(f"{type_name}.{name}"), _said(arguments))
        for type_name, named in sorted(stack.document["resource"].items())
        for name, arguments in sorted(named.items())
    )
    yield from table(("resource", "what it is for"), rows)


def _said(arguments: Mapping[str, Any]) -> str:
    return str(arguments.get("description") or arguments.get("alarm_description") or "")
