"""microburst in a process of its own before the emulator: failures of AWS in the very form in which AWS sends them."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

HOST: Final = "127.0.0.1"
_START_SECONDS: Final = 30.0


class Microburst:
    """One proxy for many cases at once: a case's rules are for the requests that its own access key has signed."""

    def __init__(self, upstream_url: str, log: Path) -> None:
        port = _free_port()
        self.url = f"http://{HOST}:{port}"
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                (sys.executable, "-m", "microburst", "--upstream", upstream_url, "--port", str(port), "--no-resign"),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._await_health(log)

    def add(self, name: str, rules: Sequence[dict[str, Any]]) -> list[int]:
        """Add rules for the requests of the function of this name; return their ids."""
        marked = [{**rule, "headers": _of(name)} for rule in rules]
        return [rule["id"] for rule in self._control("PATCH", "rules", marked)]

    def calm(self, name: str) -> None:
        """Remove the rules for a function."""
        self._control("DELETE", "rules", [{"headers": _of(name)}])

    def fired(self, rule_id: int) -> int:
        """Return how often a rule has struck."""
        return sum(rule["fired_count"] for rule in self._control("GET", "rules") if rule["id"] == rule_id)

    def close(self) -> None:
        """Stop the proxy, at once: it would wait for the requests that it is told not to answer."""
        self._process.kill()
        self._process.wait()

    def _await_health(self, log: Path) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                self._control("GET", "health")
            except OSError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    self.close()
                    message = f"microburst did not start on {self.url}:\n{log.read_text()}"
                    raise RuntimeError(message) from None
                time.sleep(0.1)
            else:
                return

    def _control(self, method: str, what: str, body: list[dict[str, Any]] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/_microburst/{what}", data, method=method)  # noqa: S310 our own
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as answer:
            return json.load(answer)


def marks_of(name: str) -> dict[str, str]:
    """Return the variables by which the SDK marks the requests of a function of this name."""
    return {"AWS_SDK_UA_APP_ID": f"{name}."}


def _of(name: str) -> dict[str, str]:
    """Return what the headers of a marked request hold; no other name's mark has it in it."""
    (mark,) = marks_of(name).values()
    return {"User-Agent": f"app/{mark}"}


def _free_port() -> int:
    with closing(socket.socket()) as candidate:
        candidate.bind((HOST, 0))
        return int(candidate.getsockname()[1])
