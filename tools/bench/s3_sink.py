"""The S3 side of the replay server: takes objects, counts their bytes and lines, and drops them unless told to keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from threading import Lock
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

_XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n<{root}>{members}</{root}>'


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass
class StoredObject:
    """What is known of an object, or of one part of it; ``content`` only where it is kept."""

    size: int
    lines: int
    content: bytes | None


class S3Sink:
    """Objects and open uploads, by path ``/bucket/key``. Safe to use from several threads."""

    def __init__(self, *, keep: bool = False) -> None:
        """Keep nothing but sizes unless ``keep``: holding every benchmark run would fill the machine."""
        self.objects: dict[str, StoredObject] = {}
        self._uploads: dict[str, dict[int, StoredObject]] = {}
        self._keep = keep
        self._numbers = count(1)
        self._lock = Lock()

    def handle(self, method: str, target: str, body: bytearray) -> Answer:
        """Answer one path-style request; only what uploading needs is known."""
        parts = urlsplit(target)
        path, query = unquote(parts.path), parse_qs(parts.query, keep_blank_values=True)
        upload = query.get("uploadId", [""])[0]
        with self._lock:
            if method == "POST" and "uploads" in query:
                return self._create(path)
            if upload and upload not in self._uploads:
                return Answer(404, body=_xml("Error", Code="NoSuchUpload", Message="It was never opened."))
            if method == "PUT":
                return self._put(path, body, upload, query)
            if method == "POST":
                return self._complete(path, upload)
            if method == "DELETE":
                self._uploads.pop(upload, None) if upload else self.objects.pop(path, None)
                return Answer(204)
        return Answer(404, body=_xml("Error", Code="NoSuchKey", Message="Only uploads are known here."))

    def take_statistics(self) -> dict[str, dict[str, int]]:
        """Return bytes and lines of all objects by path, and forget them: each measurement begins with none."""
        with self._lock:
            statistics = {path: {"bytes": it.size, "lines": it.lines} for path, it in self.objects.items()}
            self.objects.clear()
            self._uploads.clear()
        return statistics

    def _create(self, path: str) -> Answer:
        upload = f"upload-{next(self._numbers)}"
        self._uploads[upload] = {}
        bucket, _, key = path.lstrip("/").partition("/")
        return Answer(200, body=_xml("InitiateMultipartUploadResult", Bucket=bucket, Key=key, UploadId=upload))

    def _put(self, path: str, body: bytearray, upload: str, query: Mapping[str, Any]) -> Answer:
        stored = StoredObject(len(body), body.count(b"\n"), bytes(body) if self._keep else None)
        if upload:
            self._uploads[upload][int(query["partNumber"][0])] = stored
        else:
            self.objects[path] = stored
        return Answer(200, {"ETag": f'"{len(body):032x}"'})

    def _complete(self, path: str, upload: str) -> Answer:
        parts = [part for _, part in sorted(self._uploads.pop(upload).items())]
        content = b"".join(part.content or b"" for part in parts) if self._keep else None
        stored = StoredObject(sum(part.size for part in parts), sum(part.lines for part in parts), content)
        self.objects[path] = stored
        return Answer(200, body=_xml("CompleteMultipartUploadResult", ETag=f"{stored.size:032x}"))


def _xml(root: str, **members: str) -> bytes:
    text = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in members.items())
    return _XML.format(root=root, members=text).encode()
