"""Where work units upload their parts: values that can be sent to another process, and what they open there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from lambda_src.s3_objects import OpenUpload, UploadedPart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_s3 import S3Client


class PartSink(Protocol):
    """Takes parts of the datasets' files, from several threads."""

    def upload(self, dataset: str, number: int, body: bytes) -> UploadedPart:
        """Take a part and return its receipt."""


class Uploads(Protocol):
    """What a run has opened."""

    def sink(self, client: S3Client) -> PartSink:
        """Return the sink that uploads by ``client``."""


@dataclass(frozen=True)
class OpenUploads:
    """The open multipart upload of each dataset, by its name."""

    by_dataset: Mapping[str, OpenUpload]

    def sink(self, client: S3Client) -> PartSink:
        """Return a sink that sends parts to S3."""
        return _S3Sink(client, self.by_dataset)


@dataclass(frozen=True)
class NoUploads:
    """What a rehearsal opens: nothing."""

    def sink(self, client: S3Client) -> PartSink:  # noqa: ARG002 - nothing is sent
        """Return a sink that keeps nothing."""
        return NoSink()


@dataclass(frozen=True)
class _S3Sink:
    client: S3Client
    by_dataset: Mapping[str, OpenUpload]

    def upload(self, dataset: str, number: int, body: bytes) -> UploadedPart:
        return self.by_dataset[dataset].upload_part(self.client, number, body)


class NoSink:
    """Drops parts."""

    def upload(self, dataset: str, number: int, body: bytes) -> UploadedPart:  # noqa: ARG002 - nothing is sent
        """Return a receipt for a part that nobody keeps."""
        return UploadedPart(number, len(body), etag="", crc32=None)
