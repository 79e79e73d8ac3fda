"""An object's content by ranges; an answer that breaks off while it is read is asked for again."""

from __future__ import annotations

import io
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import IncompleteReadError, ReadTimeoutError, ResponseStreamingError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

_BROKEN_OFF: Final = (IncompleteReadError, ReadTimeoutError, ResponseStreamingError)
#: How often an answer that breaks off is asked for.
_READS: Final = 4


def body_of(s3: S3Client, **request: Any) -> tuple[bytes, GetObjectOutputTypeDef]:
    """Return an object's content, or the ``Range`` of it that is asked for, with S3's answer.

    Raises:
        botocore.exceptions.ClientError: S3 refuses it.
    """
    for left in reversed(range(_READS)):
        try:
            answer = s3.get_object(**request)
            return answer["Body"].read(), answer
        except _BROKEN_OFF:
            # The client repeats requests, but not the reading of an answer.
            if not left:
                raise
    raise AssertionError


def range_of(s3: S3Client, first: int, end: int, **request: Any) -> bytes:
    """Return an object's bytes from ``first`` to before ``end``; raises as :func:`body_of` does."""
    found, answer = body_of(s3, **request, Range=f"bytes={first}-{end - 1}")
    # A server may answer with the whole, and then says nothing of a range: RFC 9110, 14.2.
    return found if "ContentRange" in answer else found[first:end]


class Ranges(io.RawIOBase):
    """Content of a known size that can be read in any order."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size
        self._position = 0

    @abstractmethod
    def content(self, first: int, end: int) -> bytes:
        """Return the bytes from ``first`` to before ``end``; there is at least one."""

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that it can be read in any order."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a position, and return it."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = start + offset
        return self._position

    def tell(self) -> int:
        """Return the position."""
        return self._position

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer from the position on, as far as there is content, and return how much that was."""
        end = min(self._position + len(buffer), self._size)
        if self._position >= end:
            return 0
        content = self.content(self._position, end)
        buffer[: len(content)] = content
        self._position += len(content)
        return len(content)
