"""A small server that answers what these tests ask of GitHub's REST API: the service itself cannot run here.

It knows comments and issues, pages of them, the token and refusals; what else GitHub checks it does not.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

TOKEN: Final = "made-up"
REPOSITORY: Final = "example/platform"
OURS: Final = {"login": "github-actions[bot]"}


@dataclass
class Repository:
    """What the server keeps, and each request that changed something."""

    comments: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    changes: list[tuple[str, str]] = field(default_factory=list)

    def found(self, path: str, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        size, page = int(query["per_page"][0]), int(query["page"][0])
        if path.endswith("/comments"):
            number = int(path.split("/")[-2])
            kept = [comment for comment in self.comments if comment["issue"] == number]
        else:
            kept = [issue for issue in self.issues if issue["state"] == query["state"][0]]
        return kept[(page - 1) * size : page * size]

    def change(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self.changes.append((method, path))
        if method == "PATCH":
            kept, key = (self.comments, "id") if "/comments/" in path else (self.issues, "number")
            (entry,) = [entry for entry in kept if entry[key] == int(path.rpartition("/")[2])]
        elif path.endswith("/comments"):
            entry = {"id": 1000 + len(self.comments), "issue": int(path.split("/")[-2]), "user": OURS}
            self.comments.append(entry)
        else:
            entry = {"number": 1 + len(self.issues), "state": "open", "user": OURS}
            self.issues.append(entry)
        entry.update(body)
        return entry


@contextmanager
def serving(repository: Repository) -> Iterator[str]:
    """Answer at the address that this yields."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            address = urlsplit(self.path)
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or "{}")
            path = address.path.removeprefix(f"/repos/{REPOSITORY}/")
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                self._send(401, {"message": "Bad credentials"})
            elif len(body.get("body", "")) > 65_536:
                self._send(422, {"message": "Validation Failed", "errors": ["body is too long"]})
            elif self.command == "GET":
                self._send(200, repository.found(path, parse_qs(address.query)))
            else:
                self._send(200, repository.change(self.command, path, body))

        do_GET = do_POST = do_PATCH = _answer  # noqa: N815 the library's names

        def _send(self, status: int, answer: Any) -> None:
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
