"""Amazon S3 seen as a file system: files, directories, rename, recursive delete.

S3 keeps objects under flat keys. Hadoop's committers need directories that exist before anything lies in them,
and renames of whole trees. This module gives keys those meanings, as Hadoop's FileSystem specification has them:
https://hadoop.apache.org/docs/r3.3.4/hadoop-project-dist/hadoop-common/filesystem/filesystem.html

Paths are decoded text of the form ``/<bucket>/<key>``. Where one key is another's directory too (``a`` beside
``a/b``), which no file system can show, the file is shown.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import IO, TYPE_CHECKING

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from local.webhdfs_paths import EmptyDirectories, FileStatus, Location

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ListObjectsV2OutputTypeDef, ObjectIdentifierTypeDef

DELETE_OBJECTS_LIMIT = 1000  # keys in one DeleteObjects call, by the S3 API's reference

#: The request's own thread reads the body, so that the body's end is known before the request is answered.
_UPLOAD_IN_THIS_THREAD = TransferConfig(use_threads=False)


class DirectoryNotEmptyError(OSError):
    """A directory that holds something was to be deleted without ``recursive``."""


class S3FileSystem:
    """File system operations on S3. Every path is ``/<bucket>/<key>``; a missing bucket is a missing path.

    What S3 itself refuses is raised as botocore has it. A rename copies and then deletes: it is not atomic, one
    that fails half way leaves its source whole beside a part of the copy, and a file larger than 5 GiB, the limit
    of CopyObject, cannot be renamed. Permissions, owners and times cannot be set, as S3 has none to set.
    """

    def __init__(self, s3_client: S3Client) -> None:
        self._s3 = s3_client
        self._empty_directories = EmptyDirectories()

    def status(self, path: str) -> FileStatus:
        """Return the status of a file or directory.

        Raises:
            FileNotFoundError: nothing lies at ``path``.
        """
        status = self._find(Location.of(path))
        if status is None:
            message = f"{path} does not exist."
            raise FileNotFoundError(message)
        return status

    def list_directory(self, path: str) -> list[FileStatus]:
        """Return what lies directly in a directory, by name; of a file, its own status with an empty name.

        Raises:
            FileNotFoundError: nothing lies at ``path``.
        """
        status = self.status(path)
        if not status.is_directory:
            return [FileStatus("", length=status.length, modified_milliseconds=status.modified_milliseconds)]
        directory = Location.of(path)
        entries = {
            remembered.name: FileStatus(remembered.name, is_directory=True)
            for remembered in self._empty_directories.below(directory)
            if remembered != directory == remembered.parent
        }
        for page in self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=directory.bucket, Prefix=directory.prefix, Delimiter="/"
        ):
            entries.update((entry.name, entry) for entry in _entries(page, directory))
        return sorted(entries.values(), key=lambda entry: entry.name)

    def open(self, path: str, offset: int, length: int | None) -> tuple[int, StreamingBody | None]:
        """Open a file at byte ``offset``, for ``length`` bytes or up to its end.

        Returns:
            The number of bytes that follow and their stream, which the caller closes; no stream for no bytes.

        Raises:
            FileNotFoundError: no file lies at ``path``.
        """
        status = self.status(path)
        if status.is_directory:
            message = f"{path} is a directory."
            raise FileNotFoundError(message)
        end = status.length if length is None else min(status.length, offset + length)
        if offset >= end:
            return 0, None  # S3 answers a range without bytes with an error
        file = Location.of(path)
        answer = self._s3.get_object(Bucket=file.bucket, Key=file.key, Range=f"bytes={offset}-{end - 1}")
        return answer["ContentLength"], answer["Body"]

    def create(self, path: str, content: IO[bytes]) -> None:
        """Write a file, in parts where it is large; nobody sees it, or an older one's end, until it is complete.

        Raises:
            Exception: whatever ``content`` raised when it was read. Then no file was written.
        """
        file = Location.of(path)
        self._s3.upload_fileobj(content, file.bucket, file.key, Config=_UPLOAD_IN_THIS_THREAD)
        self._empty_directories.forget_above(file)

    def check_can_create(self, path: str, *, overwrite: bool) -> None:
        """Make sure that a file may be written at ``path``.

        Raises:
            FileExistsError: a directory lies there, or a file that may not be overwritten.
        """
        status = self._find(Location.of(path))
        if status is not None and (status.is_directory or not overwrite):
            message = f"{path} already exists{' and is a directory' if status.is_directory else ''}."
            raise FileExistsError(message)

    def make_directories(self, path: str) -> None:
        """Make a directory and those above it; one that exists is left as it is.

        Raises:
            FileExistsError: a file lies there.
        """
        directory = Location.of(path)
        status = self._find(directory)
        if status is None:
            self._empty_directories.remember(directory)
        elif not status.is_directory:
            message = f"{path} already exists and is a file."
            raise FileExistsError(message)

    def rename(self, path: str, new_path: str) -> bool:
        """Move a file or a directory with all below it. An existing directory at ``new_path`` is moved into.

        Returns:
            Whether it was moved: not where the source or the new parent is missing, where a file lies at the
            new path, or where the new path lies within the source.
        """
        source = Location.of(path)
        status = self._find(source)
        destination = self._destination(source, Location.of(new_path))
        if status is None or destination is None:
            return False
        if status.is_directory:
            self._move_directory(source, destination)
        else:
            self._copy(source, destination)
            self._delete_objects(source.bucket, [source.key])
        self._keep_directory(source.parent)
        return True

    def delete(self, path: str, *, recursive: bool) -> bool:
        """Delete a file or a directory.

        Returns:
            Whether there was anything to delete.

        Raises:
            DirectoryNotEmptyError: the directory holds something and ``recursive`` is false.
        """
        location = Location.of(path)
        status = self._find(location)
        if status is None:
            return False
        if status.is_directory:
            self._delete_directory(location, recursive=recursive)
        else:
            self._delete_objects(location.bucket, [location.key])
        self._keep_directory(location.parent)
        return True

    def _find(self, location: Location) -> FileStatus | None:
        file = self._find_file(location) if location.key else None
        if file is None and self._is_directory(location):
            return FileStatus(location.name, is_directory=True)
        return file

    def _find_file(self, location: Location) -> FileStatus | None:
        try:
            answer = self._s3.head_object(Bucket=location.bucket, Key=location.key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.NOT_FOUND:
                return None
            raise
        return _file_status(location.name, answer["ContentLength"], answer["LastModified"])

    def _is_directory(self, location: Location) -> bool:
        if self._empty_directories.below(location):
            return True
        try:
            page = self._s3.list_objects_v2(Bucket=location.bucket, Prefix=location.prefix, MaxKeys=1)
        except self._s3.exceptions.NoSuchBucket:
            return False
        return not location.key or page["KeyCount"] > 0

    def _destination(self, source: Location, requested: Location) -> Location | None:
        status = self._find(requested)
        if status is not None and status.is_directory:
            requested = requested.child(source.name)
            status = self._find(requested)
        parent = self._find(requested.parent)
        if status is not None or source.holds(requested) or parent is None or not parent.is_directory:
            return None
        return requested

    def _move_directory(self, source: Location, destination: Location) -> None:
        def moved(location: Location) -> Location:
            return Location(destination.bucket, destination.key + location.key.removeprefix(source.key))

        for directory in self._empty_directories.below(source):
            self._empty_directories.remember(moved(directory))
        keys = self._keys_below(source)
        for key in keys:
            file = Location(source.bucket, key)
            self._copy(file, moved(file))
        self._delete_objects(source.bucket, keys)
        self._empty_directories.forget_below(source)

    def _delete_directory(self, directory: Location, *, recursive: bool) -> None:
        keys = self._keys_below(directory)
        within = {*keys, *(below.prefix for below in self._empty_directories.below(directory))}
        if within - {directory.prefix} and not recursive:
            message = f"{directory} is not empty."
            raise DirectoryNotEmptyError(message)
        self._delete_objects(directory.bucket, keys)
        self._empty_directories.forget_below(directory)

    def _keep_directory(self, directory: Location) -> None:
        # A directory outlives the last file taken out of it; a prefix does not.
        if not self._is_directory(directory):
            self._empty_directories.remember(directory)

    def _keys_below(self, directory: Location) -> list[str]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=directory.bucket, Prefix=directory.prefix)
        return [found["Key"] for page in pages for found in page.get("Contents", ())]

    def _copy(self, source: Location, destination: Location) -> None:
        self._s3.copy_object(
            Bucket=destination.bucket,
            Key=destination.key,
            CopySource={"Bucket": source.bucket, "Key": source.key},
        )
        self._empty_directories.forget_above(destination)

    def _delete_objects(self, bucket: str, keys: Sequence[str]) -> None:
        for start in range(0, len(keys), DELETE_OBJECTS_LIMIT):
            few: list[ObjectIdentifierTypeDef] = [{"Key": key} for key in keys[start : start + DELETE_OBJECTS_LIMIT]]
            answer = self._s3.delete_objects(Bucket=bucket, Delete={"Objects": few, "Quiet": True})
            if answer.get("Errors"):
                message = f"S3 left objects of {bucket} undeleted: {answer['Errors']}"
                raise OSError(message)


def _file_status(name: str, length: int, modified: datetime) -> FileStatus:
    return FileStatus(name, length=length, modified_milliseconds=int(modified.timestamp() * 1000))


def _entries(page: ListObjectsV2OutputTypeDef, directory: Location) -> Iterator[FileStatus]:
    # An empty name is the directory's own marker object, or an empty folder name (a//b) that Hadoop cannot say.
    for folder in page.get("CommonPrefixes", ()):
        if name := folder["Prefix"].removeprefix(directory.prefix).rstrip("/"):
            yield FileStatus(name, is_directory=True)
    for file in page.get("Contents", ()):
        if name := file["Key"].removeprefix(directory.prefix):
            yield _file_status(name, file["Size"], file["LastModified"])
