"""PyIceberg's files on a boto3 client: retries, timeouts and endpoint are those of all other requests."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

from botocore.exceptions import ClientError
from pyiceberg.io import FileIO, InputFile, InputStream, OutputFile, OutputStream

from contract.units import MIB
from glue_src.arrow.ranges import Ranges, body_of, range_of
from glue_src.exceptions import UndeletedError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

#: The catalog's property that holds the client.
S3_CLIENT: Final = "cat.s3-client"

_ABSENT: Final = frozenset({"NoSuchKey", "404", "NoSuchBucket", "NotFound"})
_KEYS_PER_DELETE: Final = 1000
#: Larger files go in parts, side by side.
_ONE_REQUEST: Final = 8 * MIB
#: Where a file of tens of megabytes says what is where, this has all of that.
TAIL_BYTES: Final = 64 * 1024
#: What S3 says of the last bytes of an empty object.
_NOTHING_IN_RANGE: Final = "InvalidRange"
_TAKEN: Final = frozenset({"PreconditionFailed", "412", "ConditionalRequestConflict", "409"})


def bucket_and_key(location: str) -> tuple[str, str]:
    """Return the parts of ``s3://bucket/key``."""
    parts = urlsplit(location, allow_fragments=False)
    return parts.netloc, location.partition(parts.netloc + "/")[2]


class S3Files(FileIO):
    """All objects that a client can reach; PyIceberg makes it from the catalog's properties."""

    def __init__(self, properties: dict[str, Any]) -> None:
        super().__init__(properties)
        self._s3: S3Client = properties[S3_CLIENT]

    @classmethod
    def of(cls, s3: S3Client) -> S3Files:
        """Return the objects that a client can reach."""
        return cls({S3_CLIENT: s3})

    def new_input(self, location: str) -> S3Input:
        """Return an object to read."""
        return S3Input(self._s3, location)

    def new_output(self, location: str) -> S3Output:
        """Return an object to write."""
        return S3Output(self._s3, location)

    def delete(self, location: str | InputFile | OutputFile) -> None:
        """Delete an object; it is no error if there is none."""
        text = location if isinstance(location, str) else location.location
        bucket, key = bucket_and_key(text)
        self._s3.delete_object(Bucket=bucket, Key=key)

    def delete_all(self, locations: Sequence[str]) -> None:
        """Delete objects of one bucket; it is no error if some are gone already.

        Raises:
            UndeletedError: S3 refused to delete some of them.
        """
        for start in range(0, len(locations), _KEYS_PER_DELETE):
            pairs = [bucket_and_key(location) for location in locations[start : start + _KEYS_PER_DELETE]]
            objects: Any = [{"Key": key} for _, key in pairs]
            answer = self._s3.delete_objects(Bucket=pairs[0][0], Delete={"Objects": objects, "Quiet": True})
            if answer.get("Errors"):
                raise UndeletedError(cast("Sequence[Mapping[str, object]]", answer["Errors"]))

    def upload(self, path: Path, location: str) -> None:
        """Make a file an object, in parts where it is large; readers see all of it or nothing."""
        bucket, key = bucket_and_key(location)
        if path.stat().st_size <= _ONE_REQUEST:
            self._s3.put_object(Bucket=bucket, Key=key, Body=path.read_bytes())
        else:
            self._s3.upload_file(str(path), bucket, key)


class _S3Object:
    def __init__(self, s3: S3Client, location: str) -> None:
        super().__init__(location)  # type: ignore[call-arg]
        self._s3 = s3
        self._bucket, self._key = bucket_and_key(location)

    def __len__(self) -> int:
        return _size(self._s3, self._bucket, self._key)

    def exists(self) -> bool:
        """Return whether there is such an object."""
        try:
            len(self)
        except FileNotFoundError:
            return False
        return True


class S3Input(_S3Object, InputFile):
    """An object to read."""

    def open(self, seekable: bool = True) -> InputStream:  # noqa: FBT001, FBT002 - PyIceberg's own signature
        """Return its content: read as a whole where it need not be seekable, else range by range.

        Raises:
            FileNotFoundError: there is no such object.
        """
        if not seekable or self._key.endswith((".json", ".avro")):
            return io.BytesIO(_body(self._s3, self._bucket, self._key))
        return io.BufferedReader(_Object(self._s3, self._bucket, self._key), buffer_size=64 * 1024)


class S3Output(_S3Object, OutputFile):
    """An object to write."""

    def to_input_file(self) -> S3Input:
        """Return the object to read."""
        return S3Input(self._s3, self.location)

    def create(self, overwrite: bool = False) -> OutputStream:  # noqa: FBT001, FBT002 - PyIceberg's own signature
        """Return a stream whose content becomes the object when it is closed without an error."""
        return _Upload(self._s3, self._bucket, self._key, overwrite=overwrite)


class _Upload(io.BytesIO):
    """Collects an object's content: all that PyIceberg itself writes is small."""

    def __init__(self, s3: S3Client, bucket: str, key: str, *, overwrite: bool) -> None:
        super().__init__()
        self._s3, self._bucket, self._key = s3, bucket, key
        self._condition: Any = {} if overwrite else {"IfNoneMatch": "*"}

    def close(self) -> None:
        """Put the object.

        Raises:
            FileExistsError: there is one already, and it may not be replaced.
        """
        if self.closed:
            return
        content = self.getvalue()
        super().close()
        try:
            self._s3.put_object(Bucket=self._bucket, Key=self._key, Body=content, **self._condition)
        except ClientError as error:
            if error.response["Error"]["Code"] not in _TAKEN:
                raise
            # The client repeats a request whose answer was lost: then the object is this one.
            if _body(self._s3, self._bucket, self._key) != content:
                message = f"s3://{self._bucket}/{self._key} is there already"
                raise FileExistsError(message) from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            super().close()


class _Object(Ranges):
    """An object that is read by ranges.

    The first request is for its end, and tells its size: there a Parquet file says what is where, and of a small one
    that is all.
    """

    def __init__(self, s3: S3Client, bucket: str, key: str) -> None:
        self._s3, self._bucket, self._key = s3, bucket, key
        self._tail, size = _tail(s3, bucket, key)
        self._tail_first = size - len(self._tail)
        super().__init__(size)

    def content(self, first: int, end: int) -> bytes:
        """Return a range, from memory where the tail has its beginning."""
        if first < self._tail_first:
            return read_range(self._s3, self._bucket, self._key, first, end)
        return self._tail[first - self._tail_first : end - self._tail_first]


def read_range(s3: S3Client, bucket: str, key: str, first: int, end: int) -> bytes:
    """Return an object's bytes from ``first`` to before ``end``."""
    with _missing_told(bucket, key):
        return range_of(s3, first, end, Bucket=bucket, Key=key)


def _tail(s3: S3Client, bucket: str, key: str) -> tuple[bytes, int]:
    """Return the last bytes of an object, and how many it has in all."""
    try:
        with _missing_told(bucket, key):
            content, answer = body_of(s3, Bucket=bucket, Key=key, Range=f"bytes=-{TAIL_BYTES}")
    except ClientError as error:
        if error.response["Error"]["Code"] == _NOTHING_IN_RANGE:
            return b"", 0
        raise
    return content, int(answer["ContentRange"].rpartition("/")[2])


def _body(s3: S3Client, bucket: str, key: str) -> bytes:
    with _missing_told(bucket, key):
        return body_of(s3, Bucket=bucket, Key=key)[0]


def _size(s3: S3Client, bucket: str, key: str) -> int:
    with _missing_told(bucket, key):
        return s3.head_object(Bucket=bucket, Key=key)["ContentLength"]


@contextmanager
def _missing_told(bucket: str, key: str) -> Iterator[None]:
    """Raise FileNotFoundError, as PyIceberg expects it, where S3 has no such object."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in _ABSENT:
            message = f"s3://{bucket}/{key} is missing"
            raise FileNotFoundError(message) from error
        raise
