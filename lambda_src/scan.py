"""The source table, page by page.

Reads are eventually consistent: half the price, and a snapshot of a living table is no sharper with strong ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lambda_src.aws_errors import explained
from lambda_src.exceptions import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import ScanInputTypeDef

_REMEDIES: Final = {
    "ResourceNotFoundException": "Create the table in this region and account, or correct DYNAMODB_TABLE_NAME.",
    "AccessDeniedException": (
        "Allow the function's role dynamodb:Scan on the table, and kms:Decrypt on its key if it has one."
    ),
    "ProvisionedThroughputExceededException": "Raise the table's read capacity, or run when it is less busy.",
    "ThrottlingException": "Raise the table's read capacity, or run when it is less busy.",
}


class Page(NamedTuple):
    """One page of a scan: items in wire format, how many DynamoDB says it scanned, and read units consumed."""

    items: list[dict[str, Any]]
    scanned: int
    capacity_units: float


def scan(client: DynamoDBClient, table: str, segments: int) -> Iterator[Page]:
    """Yield every page of ``table``, one segment after the other.

    Raises:
        SourceError: DynamoDB does not answer, or refuses.
    """
    for segment in range(segments):
        yield from scan_segment(client, table, segment, segments)


def scan_segment(client: DynamoDBClient, table: str, segment: int, segments: int) -> Iterator[Page]:
    """Yield the pages of one of the ``segments`` (1 means the whole table) that a scan is split into.

    Raises:
        SourceError: DynamoDB does not answer, or refuses.
    """
    request: ScanInputTypeDef = {"TableName": table, "ReturnConsumedCapacity": "TOTAL"}
    if segments > 1:
        request |= {"Segment": segment, "TotalSegments": segments}
    while True:
        with explained(SourceError, f"scanning table {table!r}", _REMEDIES):
            response = client.scan(**request)
        capacity = response.get("ConsumedCapacity", {}).get("CapacityUnits", 0.0)
        yield Page(response["Items"], response["ScannedCount"], capacity)
        if not response.get("LastEvaluatedKey"):
            return
        request["ExclusiveStartKey"] = response["LastEvaluatedKey"]
