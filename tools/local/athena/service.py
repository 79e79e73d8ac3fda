"""The HTTP side of it: Athena's JSON protocol in front of the operations, and of the emulator for all others."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
import uuid
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from botocore.exceptions import ClientError

from tools.local.athena.operations import Operations
from tools.local.athena.workgroups import InvalidRequestError
from tools.local.processes import HOST

_JSON: Final = "application/x-amz-json-1.1"
#: What the emulator answers: it keeps workgroups, named queries, catalogs and tags.
_PASSED_ON: Final = (
    "WorkGroup",
    "NamedQuer",
    "DataCatalog",
    "Database",
    "TableMetadata",
    "TagResource",
    "TagsForResource",
)
#: Headers of a request that concern one connection only.
_OWN_HEADERS: Final = frozenset(("host", "connection", "content-length", "expect", "transfer-encoding"))


class Service(ThreadingHTTPServer):
    """Answers on loopback until it is shut down."""

    daemon_threads = True

    def __init__(self, port: int, operations: Operations, emulator: str) -> None:
        super().__init__((HOST, port), _Handler)
        self.operations, self.emulator = operations.known(), emulator


class _Handler(BaseHTTPRequestHandler):
    server: Service
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer one request."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        operation = self.headers.get("x-amz-target", "").rpartition(".")[2]
        if any(part in operation for part in _PASSED_ON):
            self._pass_on(body)
            return
        answer = self.server.operations.get(operation)
        if answer is None:
            self._refuse(f"{operation or 'This'} is not answered here: this Athena is one machine's, over Trino.")
            return
        try:
            self._answer(HTTPStatus.OK, answer(json.loads(body or b"{}")))
        except InvalidRequestError as error:
            self._refuse(str(error))
        except ClientError as error:
            self._refuse(error.response["Error"].get("Message", str(error)))
        except (TypeError, ValueError) as error:
            self._refuse(f"The request is not of the operation's form: {error}")

    def do_GET(self) -> None:
        """Say that the server is there."""
        self._answer(HTTPStatus.OK, {})

    def _refuse(self, message: str) -> None:
        document = {"__type": "InvalidRequestException", "Message": message, "AthenaErrorCode": "INVALID_INPUT"}
        self._answer(HTTPStatus.BAD_REQUEST, document)

    def _answer(self, status: int, document: dict[str, Any]) -> None:
        self._send(status, _JSON, json.dumps(document).encode())

    def _pass_on(self, body: bytes) -> None:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _OWN_HEADERS}
        request = urllib.request.Request(self.server.emulator + self.path, body, headers)  # noqa: S310 - loopback
        try:
            with urllib.request.urlopen(request) as answer:  # noqa: S310 - loopback
                self._send(answer.status, answer.headers.get("content-type", _JSON), answer.read())
        except urllib.error.HTTPError as error:
            self._send(error.code, error.headers.get("content-type", _JSON), error.read())

    def _send(self, status: int, content_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("x-amzn-RequestId", str(uuid.uuid4()))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - http.server's name
        """Keep no record: SQL holds people's words."""
