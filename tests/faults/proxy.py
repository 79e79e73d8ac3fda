"""A proxy before the emulator that passes every byte on as it came, except where a rule says otherwise.

It does what microburst cannot: strike exactly the n-th request of a kind, lose the answer to a request that was carried
out, falsify a page without a trace in its form, kill the process that asks.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BufferedIOBase
from typing import Final, Protocol

from tests.faults.http_messages import CutShortError, Message, Request, read_answer, read_head, read_request_body

HOST: Final = "127.0.0.1"
ANY_OPERATION: Final = "*"
_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
_SILENCE_SECONDS: Final = 120.0
#: SO_LINGER on, for no time: closing sends RST instead of FIN.
_RESET: Final = struct.pack("ii", 1, 0)


class Victim(Protocol):
    """A process that can be killed, or left without time."""

    def let_time_be_up(self) -> None:
        """Leave it hardly any time."""

    def kill(self) -> None:
        """Kill it, with all that it has forked."""

    def kill_a_worker(self) -> None:
        """Kill one of the processes that it has forked."""


class Exchange:
    """One request, and what an action may do with it. Until it replies, the client waits."""

    def __init__(self, request: Request, proxy: Proxy, client: socket.socket) -> None:
        self.request = request
        self.is_over = False
        self._proxy = proxy
        self._client = client

    def forward(self) -> Message:
        """Send the request on, byte for byte, and return the whole answer."""
        with (
            socket.create_connection(self._proxy.upstream, timeout=_SILENCE_SECONDS) as server,
            server.makefile("rb") as stream,
        ):
            server.sendall(self.request.data)
            return read_answer(stream, self.request.head.split(b" ", 1)[0].decode())

    def reply(self, data: bytes) -> None:
        """Send bytes to the client."""
        self._client.sendall(data)

    def reset(self) -> None:
        """Reset the client's connection."""
        self._client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.is_over = True

    def hang_up(self) -> None:
        """End the client's connection in good order."""
        self.is_over = True

    @property
    def _victim(self) -> Victim:
        assert self._proxy.victim is not None
        return self._proxy.victim

    def let_time_be_up(self) -> None:
        """Leave the function hardly any time."""
        self._victim.let_time_be_up()

    def kill(self) -> None:
        """Kill the function's process, with all that it has forked."""
        self._victim.kill()
        self.is_over = True

    def kill_a_worker(self) -> None:
        """Kill one of the processes that the function's process has forked."""
        self._victim.kill_a_worker()


def pass_on(exchange: Exchange) -> None:
    """Do nothing but forward and answer."""
    exchange.reply(exchange.forward().data)


@dataclass(frozen=True)
class Rule:
    """An action for the requests ``first`` to ``first + times - 1`` of an operation; ``times`` of None is for ever."""

    operation: str
    action: Callable[[Exchange], None]
    first: int = 1
    times: int | None = 1

    def strikes(self, operation: str, seen: Mapping[str, int]) -> bool:
        """Return whether the rule is for the newest request, given how many of each operation have been seen."""
        if self.operation not in {operation, ANY_OPERATION}:
            return False
        last = float("inf") if self.times is None else self.first + self.times - 1
        return self.first <= seen[self.operation] <= last


class Proxy:
    """Listens on a free loopback port until it is closed.

    ``operations`` are those that it was asked for, in order. ``victim`` is the process that rules strike.
    """

    def __init__(self, upstream_url: str) -> None:
        host, _, port = upstream_url.removeprefix("http://").partition(":")
        self.upstream = (host, int(port))
        self.operations: list[str] = []
        self.victim: Victim | None = None
        self._lock = threading.Lock()
        self._rules: tuple[Rule, ...] = ()
        self._seen: Counter[str] = Counter()
        self._struck: Counter[Rule] = Counter()
        self._clients: set[socket.socket] = set()
        self._listener = socket.create_server((HOST, 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self._listener.getsockname()[1]}"

    def inject(self, rules: Sequence[Rule]) -> None:
        """Go by these rules from now on, and count requests anew."""
        with self._lock:
            self._rules = tuple(rules)
            self._seen.clear()

    def struck(self, rule: Rule) -> int:
        """Return how often a rule has struck."""
        with self._lock:
            return self._struck[rule]

    def close(self) -> None:
        """Stop listening and end all connections."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            clients = tuple(self._clients)
        for client in clients:
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            client.settimeout(_SILENCE_SECONDS)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._clients.add(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        """Answer a client's requests until one of both sides ends the connection."""
        stream = client.makefile("rb")
        try:
            while self._answer(client, stream):
                pass
        except (OSError, CutShortError):
            # The client has gone, killed perhaps: so must its connection.
            pass
        finally:
            with self._lock:
                self._clients.discard(client)
            stream.close()
            client.close()

    def _answer(self, client: socket.socket, stream: BufferedIOBase) -> bool:
        """Answer the client's next request; return whether another may follow."""
        head = read_head(stream)
        if not head:
            return False
        request = Request(head, b"")
        if (request.header("Expect") or "").lower() == "100-continue":
            client.sendall(_CONTINUE)
        request = Request(head, read_request_body(stream, head))
        exchange = Exchange(request, self, client)
        self._action(request.operation)(exchange)
        return not exchange.is_over

    def _action(self, operation: str) -> Callable[[Exchange], None]:
        with self._lock:
            self.operations.append(operation)
            self._seen.update((operation, ANY_OPERATION))
            for rule in self._rules:
                if rule.strikes(operation, self._seen):
                    self._struck[rule] += 1
                    return rule.action
        return pass_on
