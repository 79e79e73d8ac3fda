"""What both stages may do to know who was erased."""

from __future__ import annotations

from contract.layout import TOMBSTONES_KEY
from modules.policies import Statement


def read_tombstones(bucket_arn: str) -> Statement:
    """Return the permission to read the tombstones."""
    return Statement(sid="ReadTombstones", actions=["s3:GetObject"], resources=[f"{bucket_arn}/{TOMBSTONES_KEY}"])


def find_tombstones(bucket_arn: str) -> Statement:
    """Return the permission to be told that there are none: otherwise S3 answers as if they might not be read."""
    return Statement(
        sid="FindTombstones",
        actions=["s3:ListBucket"],
        resources=[bucket_arn],
        conditions={"StringEquals": {"s3:prefix": TOMBSTONES_KEY}},
    )
