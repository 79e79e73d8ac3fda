"""The object whose arrival starts ETL-2 once the contract's columns have changed, so that views find them at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from contract.layout import schema_marker_prefix
from contract.partition_sums import version_of
from contract.source import SourceContract
from modules.tags import ETL, ResourceType
from modules.terraform import Construct, S3Object, TerraformResource, TerraformResourceLifecycle


@dataclass(frozen=True, kw_only=True)
class SchemaMarkerProps:
    """Whose columns, in which bucket, and what has to be there before the object arrives."""

    contract: SourceContract
    bucket_name: str
    after: Sequence[TerraformResource]


def add_schema_marker(scope: Construct, props: SchemaMarkerProps) -> None:
    """Add the object to ``scope``; its key is its content's hash: without a change of columns, nothing is written."""
    content = json.dumps({table.name: version_of(table) for table in props.contract.tables}, indent=1) + "\n"
    S3Object(
        scope,
        "aws_s3_object.schema_marker",
        bucket=props.bucket_name,
        key=f"{schema_marker_prefix()}{hashlib.sha256(content.encode()).hexdigest()}.json",
        content=content,
        content_type="application/json",
        # Written only once the tables and what it starts are there.
        depends_on=list(props.after),
        lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        tags=ETL.tags(ResourceType.STORAGE),
    )
