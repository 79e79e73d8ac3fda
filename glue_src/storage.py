"""The bucket as ETL-2 uses it: a thin layer over an injected S3 client."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from glue_src.upload_parts import COPY_BYTES, Copied, Part, Slice, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

    from glue_src.upload_parts import Piece

#: Objects above 1 GiB are copied in parts.
_COPY_CONFIG: Final = TransferConfig(multipart_threshold=4 * COPY_BYTES, multipart_chunksize=COPY_BYTES)
_KEYS_PER_DELETE: Final = 1000
_UPLOADS_AT_ONCE: Final = 8


@dataclass(frozen=True)
class StoredObject:
    """An object's key and size in bytes."""

    key: str
    bytes: int


class Bucket:
    """One bucket, through an injected client. Every method raises botocore's ClientError as it comes."""

    def __init__(self, s3: S3Client, name: str) -> None:
        self._s3 = s3
        self.name = name

    def uri(self, key: str) -> str:
        """Return the address by which Spark and the catalog know an object or a folder."""
        return f"s3://{self.name}/{key}"

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield all objects whose key starts with ``prefix``, in key order."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        for page in pages:
            for entry in page.get("Contents", []):
                yield StoredObject(entry["Key"], entry["Size"])

    def find(self, key: str) -> StoredObject | None:
        """Return the object of that key, or None if there is none."""
        try:
            head = self._s3.head_object(Bucket=self.name, Key=key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.NOT_FOUND:
                return None
            raise
        return StoredObject(key, head["ContentLength"])

    def read(self, key: str) -> bytes:
        """Return an object's whole content."""
        return self._s3.get_object(Bucket=self.name, Key=key)["Body"].read()

    def read_range(self, key: str, first: int, end: int) -> bytes:
        """Return an object's bytes from ``first`` to before ``end``, or to its own end where that comes sooner.

        The object must have a byte at ``first``.
        """
        return self._s3.get_object(Bucket=self.name, Key=key, Range=f"bytes={first}-{end - 1}")["Body"].read()

    def put_file(self, path: Path, key: str) -> None:
        """Upload a file, in parts where it is large; readers see the whole object or what was there before."""
        self._s3.upload_file(str(path), self.name, key)

    def put_pieces(self, pieces: Iterable[Piece], key: str) -> None:
        """Make an object of bytes and of slices of other objects, which S3 copies itself where they are large.

        Readers see the whole object or what was there before. If it fails, nothing is left of it.
        """
        upload = self._s3.create_multipart_upload(Bucket=self.name, Key=key)["UploadId"]
        try:
            with ThreadPoolExecutor(_UPLOADS_AT_ONCE) as threads:
                numbered = enumerate(parts_of(pieces), start=1)
                parts = list(threads.map(lambda part: self._put_part(key, upload, *part), numbered))
            self._s3.complete_multipart_upload(
                Bucket=self.name, Key=key, UploadId=upload, MultipartUpload={"Parts": parts}
            )
        except BaseException:
            self._s3.abort_multipart_upload(Bucket=self.name, Key=key, UploadId=upload)
            raise

    def _put_part(self, key: str, upload: str, number: int, part: Part) -> CompletedPartTypeDef:
        if isinstance(part, Copied):
            return {"PartNumber": number, "ETag": self._copy_part(key, upload, number, part.slice)}
        content = b"".join(map(self._content_of, part.pieces))
        sent = self._s3.upload_part(Bucket=self.name, Key=key, UploadId=upload, PartNumber=number, Body=content)
        return {"PartNumber": number, "ETag": sent["ETag"]}

    def _copy_part(self, key: str, upload: str, number: int, source: Slice) -> str:
        copied = self._s3.upload_part_copy(
            Bucket=self.name,
            Key=key,
            UploadId=upload,
            PartNumber=number,
            CopySource={"Bucket": self.name, "Key": source.key},
            CopySourceRange=f"bytes={source.first}-{source.end - 1}",
        )
        return copied["CopyPartResult"]["ETag"]

    def _content_of(self, piece: Piece) -> bytes:
        return self.read_range(piece.key, piece.first, piece.end) if isinstance(piece, Slice) else piece

    def copy(self, source_key: str, target_key: str) -> None:
        """Copy within the bucket, server-side; readers see the old target or the new one, never a part."""
        source = {"Bucket": self.name, "Key": source_key}
        self._s3.copy(source, self.name, target_key, Config=_COPY_CONFIG)  # type: ignore[arg-type]

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; keys that do not exist are no error.

        Raises:
            RuntimeError: S3 refused to delete some of them.
        """
        pending = [{"Key": key} for key in keys]
        for start in range(0, len(pending), _KEYS_PER_DELETE):
            batch = pending[start : start + _KEYS_PER_DELETE]
            answer = self._s3.delete_objects(Bucket=self.name, Delete={"Objects": batch, "Quiet": True})  # type: ignore[typeddict-item]
            if answer.get("Errors"):
                message = f"S3 did not delete {answer['Errors']}: check the job's role for s3:DeleteObject."
                raise RuntimeError(message)

    def tags(self, key: str) -> dict[str, str]:
        """Return an object's tags."""
        answer = self._s3.get_object_tagging(Bucket=self.name, Key=key)
        return {tag["Key"]: tag["Value"] for tag in answer["TagSet"]}

    def add_tag(self, key: str, name: str, value: str) -> None:
        """Give an object a tag besides those that it has; S3 is written to only if it lacks it."""
        tags = self.tags(key)
        if tags.get(name) != value:
            tag_set = [{"Key": tag, "Value": text} for tag, text in {**tags, name: value}.items()]
            self._s3.put_object_tagging(Bucket=self.name, Key=key, Tagging={"TagSet": tag_set})  # type: ignore[typeddict-item]
