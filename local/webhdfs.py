"""A loopback server that speaks WebHDFS and keeps its files in Amazon S3, for Hadoop clients without an S3 library.

It answers the requests that Hadoop 3.3.4's client makes for Spark, as the WebHDFS REST specification has them:
https://hadoop.apache.org/docs/r3.3.4/hadoop-project-dist/hadoop-hdfs/WebHDFS.html
A file's path is ``/webhdfs/v1/<bucket>/<key>``. There is no authentication: it listens on 127.0.0.1 only.
"""

from __future__ import annotations

import io
import json
import logging
import re
import shutil
import threading
from contextlib import closing
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from local.webhdfs_filesystem import DirectoryNotEmptyError, S3FileSystem
from local.webhdfs_paths import FileStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from typing import Self

    from _typeshed import WriteableBuffer
    from mypy_boto3_s3 import S3Client

HOST = "127.0.0.1"
PATH_PREFIX = "/webhdfs/v1"
DATA_PARAMETER = "data"  # ours: says that the request has been redirected
BLOCK_SIZE = 128 * 1024 * 1024  # HDFS's own: by it Hadoop's input formats split a file
COPY_BUFFER_SIZE = 1024 * 1024

_NON_ASCII_BYTE = re.compile(rb"[\x80-\xff]")

logger = logging.getLogger(__name__)


class InvalidRequestError(Exception):
    """The request is not one that this server understands."""


#: How an error is said in WebHDFS: the HTTP status, and the Java exception that the client raises in its turn.
_JAVA_EXCEPTIONS: Mapping[type[Exception], tuple[HTTPStatus, str]] = {
    FileNotFoundError: (HTTPStatus.NOT_FOUND, "java.io.FileNotFoundException"),
    FileExistsError: (HTTPStatus.FORBIDDEN, "org.apache.hadoop.fs.FileAlreadyExistsException"),
    DirectoryNotEmptyError: (HTTPStatus.FORBIDDEN, "org.apache.hadoop.fs.PathIsNotEmptyDirectoryException"),
    InvalidRequestError: (HTTPStatus.BAD_REQUEST, "java.lang.UnsupportedOperationException"),
}


class ChunkedBody(io.RawIOBase):
    """The content of a request sent in chunks (RFC 9112, section 7.1).

    Reading raises ``ConnectionResetError`` where the sender went away before the last chunk, and
    ``InvalidRequestError`` for a chunk without a size.
    """

    def __init__(self, connection: io.BufferedIOBase) -> None:
        self._connection = connection
        self._left_in_chunk = 0
        self._is_complete = False

    def readable(self) -> bool:
        """Say that this can be read."""
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Read at most one chunk's rest into ``buffer``; return the number of bytes, 0 at the content's end."""
        if not self._left_in_chunk and not self._is_complete:
            self._begin_chunk()
        view = memoryview(buffer).cast("B")
        content = self._connection.read(min(len(view), self._left_in_chunk))
        if self._left_in_chunk and not content:
            _raise_cut_off()
        view[: len(content)] = content
        self._left_in_chunk -= len(content)
        if content and not self._left_in_chunk:
            self._read_line()
        return len(content)

    def _begin_chunk(self) -> None:
        size, _, _ = self._read_line().partition(b";")
        try:
            self._left_in_chunk = int(size, base=16)
        except ValueError as error:
            message = f"{size!r} is not a chunk's size."
            raise InvalidRequestError(message) from error
        if self._left_in_chunk == 0:
            self._is_complete = True
            while self._read_line():
                pass  # trailer fields, which end with an empty line

    def _read_line(self) -> bytes:
        line = self._connection.readline()
        if not line.endswith(b"\n"):
            _raise_cut_off()
        return line.strip()


def _raise_cut_off() -> None:
    message = "The client went away before the end of the file it was sending."
    raise ConnectionResetError(message)


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # Spark's tasks connect at once

    def __init__(self, file_system: S3FileSystem) -> None:
        self.file_system = file_system
        super().__init__((HOST, 0), _RequestHandler)


class _RequestHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer's body waits for the acknowledgement of its head
    server: _Server
    raw_requestline: bytes

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except ConnectionError as error:
            # A reader that seeks hangs up on the rest; a writer that hangs up has failed, and knows.
            logger.info("The client at %s hung up: %s", self.client_address, error)
            self.close_connection = True

    def parse_request(self) -> bool:
        # Java sends a path's accents as bare UTF-8, in which http.server would see Latin-1, and spaces ("à" ends
        # in the byte of a no-break space).
        self.raw_requestline = _NON_ASCII_BYTE.sub(lambda byte: b"%%%02X" % byte[0][0], self.raw_requestline)
        return super().parse_request()

    def do_GET(self) -> None:
        self._handle()

    def do_PUT(self) -> None:
        self._handle()

    def do_DELETE(self) -> None:
        self._handle()

    def _handle(self) -> None:
        self._is_answered = False
        try:
            address = urlsplit(self.path)
            self._path = unquote(address.path, errors="strict").removeprefix(PATH_PREFIX)
            self._parameters = {name.lower(): value for name, value in parse_qsl(address.query)}
            self._operation()(self)
        except ConnectionError:
            raise
        except Exception as error:  # noqa: BLE001 - the client hears of whatever went wrong
            self._answer_error(error)

    def _operation(self) -> Callable[[_RequestHandler], None]:
        name = self._parameters.get("op", "").upper()
        operation = _OPERATIONS.get((self.command, name))
        if operation is None:
            message = f"This server has no operation {self.command} {name or 'without a name'}."
            raise InvalidRequestError(message)
        return operation

    def get_home_directory(self) -> None:
        self._answer_json({"Path": "/"})

    def get_file_status(self) -> None:
        status = self.server.file_system.status(self._path)
        self._answer_json({"FileStatus": _file_status_json(status, path_suffix="")})

    def list_status(self) -> None:
        entries = self.server.file_system.list_directory(self._path)
        found = [_file_status_json(entry, path_suffix=entry.name) for entry in entries]
        self._answer_json({"FileStatuses": {"FileStatus": found}})

    def get_block_locations(self) -> None:
        length = self.server.file_system.status(self._path).length
        self._answer_json({"LocatedBlocks": _located_blocks_json(length)})

    def open(self) -> None:
        file_system = self.server.file_system
        if not self._flag(DATA_PARAMETER):
            file_system.status(self._path)
            self._redirect()
            return
        length, content = file_system.open(self._path, self._number("offset") or 0, self._number("length"))
        self._begin_answer(HTTPStatus.OK, "application/octet-stream", length)
        if content is not None:
            with closing(content):
                shutil.copyfileobj(content, self.wfile, COPY_BUFFER_SIZE)

    def create(self) -> None:
        self.server.file_system.check_can_create(self._path, overwrite=self._flag("overwrite"))
        if not self._flag(DATA_PARAMETER):
            self._redirect()
            return
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            message = "A file's content has to be sent in chunks."
            raise InvalidRequestError(message)
        self.server.file_system.create(self._path, io.BufferedReader(ChunkedBody(self.rfile), COPY_BUFFER_SIZE))
        self._begin_answer(HTTPStatus.CREATED)

    def make_directories(self) -> None:
        self.server.file_system.make_directories(self._path)
        self._answer_json({"boolean": True})

    def rename(self) -> None:
        if "renameoptions" in self._parameters:
            message = "This server renames without options only."
            raise InvalidRequestError(message)
        renamed = self.server.file_system.rename(self._path, self._parameters.get("destination", ""))
        self._answer_json({"boolean": renamed})

    def delete(self) -> None:
        deleted = self.server.file_system.delete(self._path, recursive=self._flag("recursive"))
        self._answer_json({"boolean": deleted})

    def _flag(self, name: str) -> bool:
        return self._parameters.get(name) == "true"

    def _number(self, name: str) -> int | None:
        text = self._parameters.get(name)
        if text is None:
            return None
        if not text.isdecimal():
            message = f"{name} {text!r} is not a number of bytes."
            raise InvalidRequestError(message)
        return int(text)

    def _redirect(self) -> None:
        # The client moves a file's content only where it was sent to for it, be it to the same server.
        location = f"http://{HOST}:{self.server.server_port}{PATH_PREFIX}{quote(self._path)}"
        query = f"{urlsplit(self.path).query}&{DATA_PARAMETER}=true"
        self._begin_answer(HTTPStatus.TEMPORARY_REDIRECT, location=f"{location}?{query}")

    def _answer_error(self, error: Exception) -> None:
        status, java_class = _JAVA_EXCEPTIONS.get(
            type(error), (HTTPStatus.INTERNAL_SERVER_ERROR, "java.io.IOException")
        )
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            logger.error("%s %s failed", self.command, self.path, exc_info=error)
        # What is left of a file's content, in or out, cannot be told from another request or answer.
        if self._is_answered or "Transfer-Encoding" in self.headers:
            self.close_connection = True
        if not self._is_answered:
            self._answer_json(_remote_exception_json(error, java_class), status)

    def _answer_json(self, answer: Mapping[str, Any], status: HTTPStatus = HTTPStatus.OK) -> None:
        content = json.dumps(answer).encode()
        self._begin_answer(status, "application/json", len(content))
        self.wfile.write(content)

    def _begin_answer(
        self, status: HTTPStatus, content_type: str | None = None, length: int = 0, *, location: str | None = None
    ) -> None:
        self._is_answered = True
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        for name, value in (("Content-Type", content_type), ("Location", location)):
            if value is not None:
                self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        logger.debug(format, *args)


_OPERATIONS: Mapping[tuple[str, str], Callable[[_RequestHandler], None]] = {
    ("GET", "GETHOMEDIRECTORY"): _RequestHandler.get_home_directory,
    ("GET", "GETFILESTATUS"): _RequestHandler.get_file_status,
    ("GET", "LISTSTATUS"): _RequestHandler.list_status,
    ("GET", "GET_BLOCK_LOCATIONS"): _RequestHandler.get_block_locations,
    ("GET", "OPEN"): _RequestHandler.open,
    ("PUT", "CREATE"): _RequestHandler.create,
    ("PUT", "MKDIRS"): _RequestHandler.make_directories,
    ("PUT", "RENAME"): _RequestHandler.rename,
    ("DELETE", "DELETE"): _RequestHandler.delete,
}


def _file_status_json(status: FileStatus, *, path_suffix: str) -> dict[str, Any]:
    return {
        "pathSuffix": path_suffix,
        "type": "DIRECTORY" if status.is_directory else "FILE",
        "length": status.length,
        "modificationTime": status.modified_milliseconds,
        "accessTime": 0,
        "blockSize": 0 if status.is_directory else BLOCK_SIZE,
        "replication": 0 if status.is_directory else 1,
        "owner": "",
        "group": "",
        "permission": "755" if status.is_directory else "644",
    }


def _located_blocks_json(length: int) -> dict[str, Any]:
    # One block, on no host in particular: Hadoop's input formats want one that covers the file.
    block = {
        "block": {"blockPoolId": "", "blockId": 0, "generationStamp": 0, "numBytes": length},
        "startOffset": 0,
        "isCorrupt": False,
        "locations": [],
        "cachedLocations": [],
    }
    return {
        "fileLength": length,
        "isUnderConstruction": False,
        "isLastBlockComplete": True,
        "locatedBlocks": [block] if length else [],
    }


def _remote_exception_json(error: Exception, java_class: str) -> dict[str, Any]:
    exception = java_class.rpartition(".")[2]
    message = str(error) or type(error).__name__
    return {"RemoteException": {"exception": exception, "javaClassName": java_class, "message": message}}


class WebHdfsGateway:
    """A running server, from entering to leaving its ``with`` block.

    Args:
        s3_client: the boto3 client through which every file is read and written.
    """

    def __init__(self, s3_client: S3Client) -> None:
        self._server = _Server(S3FileSystem(s3_client))
        self._thread = threading.Thread(target=self._server.serve_forever, name="webhdfs-gateway")

    @property
    def port(self) -> int:
        """The port on 127.0.0.1 that the server listens on."""
        return self._server.server_port

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
