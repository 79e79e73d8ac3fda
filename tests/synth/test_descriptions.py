"""What a person reads in a plan is described: each resource that the provider lets describe, in every stack."""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from tests.synth.synthesized import Stack

#: As the provider calls what a person reads of a resource.
_DESCRIBING: Final = {"description", "comment", "alarm_description"}
#: Arguments of a resource, in the provider's generated classes, by their names in Python and in Terraform's schema.
_CONFIGURATION: Final = re.compile(
    r'jsii_type="@cdktf/provider-aws\.\w+\.\w+Config",\s+jsii_struct_bases=\[_cdktf_\w+\.TerraformMetaArguments\],'
    r"\s+name_mapping=(?P<arguments>\{.*?\n    \}),",
    re.DOTALL,
)
#: Shorter ones say no more than the type does.
_SHORTEST: Final = 15


@cache
def describing(type_name: str) -> frozenset[str]:
    """Return the arguments by which the provider lets a resource of a type be described."""
    spec = find_spec("cdktf_cdktf_provider_aws")
    assert spec is not None
    assert spec.origin is not None
    module = Path(spec.origin).parent / type_name.removeprefix("aws_") / "__init__.py"
    found = _CONFIGURATION.search(module.read_text(encoding="utf-8"))
    assert found, f"{module} is made otherwise now"
    return frozenset(ast.literal_eval(found["arguments"])) & _DESCRIBING


def test_each_resource_that_can_be_described_is(all_stacks: dict[str, Stack], pipeline: Stack) -> None:
    resources = {
        (name, f"{type_name}.{address}"): (arguments, describing(type_name))
        for name, stack in {**all_stacks, pipeline.name: pipeline}.items()
        for type_name, named in stack.document["resource"].items()
        for address, arguments in named.items()
    }
    can_be = {key: (arguments, names) for key, (arguments, names) in resources.items() if names}
    kinds = {address.partition(".")[0] for _, address in can_be}
    assert {"aws_cloudwatch_metric_alarm", "aws_glue_job", "aws_iam_role", "aws_kms_key"} <= kinds
    bare = {
        key
        for key, (arguments, names) in can_be.items()
        if max(len(str(arguments.get(name) or "")) for name in names) < _SHORTEST
    }
    assert bare == set()
