"""Where work units upload their parts: a value that can be sent to another process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from lambda_src.s3_objects import OpenUpload, UploadedPart

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Upload = Callable[[str, int, bytes], UploadedPart]
"""Takes a part of a dataset's file, by its number, and returns its receipt; called from several threads."""


@dataclass(frozen=True)
class Uploads:
    """The open multipart upload of each dataset, by its name; None in a dry run, which drops its parts."""

    by_dataset: Mapping[str, OpenUpload] | None

    def by(self, client: S3Client) -> Upload:
        """Return what uploads by ``client``."""
        return partial(self._upload, client)

    def _upload(self, client: S3Client, dataset: str, number: int, body: bytes) -> UploadedPart:
        if self.by_dataset is None:
            return UploadedPart(number, len(body), etag="", crc32=None)
        return self.by_dataset[dataset].upload_part(client, number, body)
