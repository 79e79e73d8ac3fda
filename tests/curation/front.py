"""A lake whose ETL-2 reaches S3 and Glue through a proxy that can refuse requests; everybody else sees it directly."""

from __future__ import annotations

import dataclasses
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import boto3
from microburst.protocols import render_error  # type: ignore[import-untyped]
from pyspark.sql import SparkSession

from contract.spark_catalog import SPARK_CATALOG
from glue_src.clients import Clients
from glue_src.exceptions import brief
from tests.curation.changing import rows_of_night, run_of_night
from tests.curation.lake import Lake
from tests.faults.actions import wire_answer
from tests.faults.proxy import ANY_OPERATION, Exchange, Proxy, Rule, pass_on

#: What becomes of a request.
Action = Callable[[Exchange], None]
#: The first night that is like all others.
_FIRST: Final = 3
FRONT_BUCKET: Final = "curation-front"
_END_OF_HEAD: Final = b"\r\n\r\n"


@dataclass(frozen=True)
class Refusal:
    """An answer to any request, by S3's and by Glue's words for it."""

    s3: tuple[str, int]
    glue: tuple[str, int]

    def __call__(self, exchange: Exchange) -> None:
        """Answer, without doing anything."""
        is_glue = exchange.request.header("X-Amz-Target") is not None
        code, status = self.glue if is_glue else self.s3
        told = render_error("glue" if is_glue else "s3", code, f"made by the fault tests: {code}", status)
        message: bytes = wire_answer(*told)
        if exchange.request.head.startswith(b"HEAD "):
            message = message[: message.index(_END_OF_HEAD) + len(_END_OF_HEAD)]
        exchange.reply(message)


#: No SDK asks again.
DENIED: Final = Refusal(("AccessDenied", 403), ("AccessDeniedException", 400))
#: All of them do.
SLOWED: Final = Refusal(("SlowDown", 503), ("ThrottlingException", 400))
FAILED: Final = Refusal(("InternalError", 500), ("InternalServiceException", 500))


class AtFirst:
    """Does something else to each request when it comes first; when it is repeated, it is passed on."""

    def __init__(self, action: Action) -> None:
        self._action = action
        self._repeated: set[bytes] = set()

    def __call__(self, exchange: Exchange) -> None:
        """Act, or pass the request on."""
        request = exchange.request
        # Signatures differ with time, and so do bodies that are signed in pieces: those of S3.
        body = request.body if request.header("X-Amz-Target") else b""
        known = request.head.split(b"\r\n", 1)[0] + (request.header("Range") or "").encode() + body
        if known in self._repeated:
            self._repeated.discard(known)
            pass_on(exchange)
        else:
            self._repeated.add(known)
            self._action(exchange)


def each_at_first(action: Action) -> Rule:
    """Let no request of a night succeed when it is first made."""
    return Rule(ANY_OPERATION, AtFirst(action), times=None)


def once(refusal: Refusal, at: int) -> Rule:
    """Refuse a night's request of that number, counted from 1."""
    return Rule(ANY_OPERATION, refusal, at)


def cut(at: int) -> Rule:
    """Let nothing of a night happen from its request of that number on, as if its machine were gone."""
    return Rule(ANY_OPERATION, DENIED, at, times=None)


@dataclass(frozen=True)
class Ended:
    """How a night ended: its error, if any, the operations that it asked for, and how many of them were refused."""

    error: Exception | None
    operations: Sequence[str]
    refused: int

    @property
    def message(self) -> str:
        """What operators read of the error first."""
        return "" if self.error is None else brief(self.error)

    @property
    def trace(self) -> str:
        """All that the log says of the error."""
        return "" if self.error is None else "".join(traceback.format_exception(self.error))


@dataclass
class FrontedLake:
    """``lake`` is what others see; ``etl2`` is the same lake as ETL-2 reaches it, by way of ``proxy``.

    ``last`` is the number of the night that was last begun, ``requests`` are those that a night makes.
    """

    lake: Lake
    etl2: Lake
    proxy: Proxy
    last: int = -1
    requests: int = 0

    def begin(self) -> None:
        """Run the first nights: one fills the tables; after two they have all that later nights find, too."""
        for _ in range(_FIRST):
            self.requests = len(self.night().operations)

    def publish(self) -> None:
        """Publish what the source holds at the next night."""
        self.last += 1
        self.lake.publish(run_of_night(self.last), rows_of_night(self.last))

    def night(self, *rules: Rule) -> Ended:
        """Publish, and run ETL-2."""
        self.publish()
        before = len(self.proxy.operations), sum(map(self.proxy.struck, rules))
        self.proxy.inject(rules)
        error = None
        try:
            self.etl2.night()
        except Exception as raised:  # noqa: BLE001 - which one it is, is the test's question
            error = raised
        finally:
            self.proxy.inject(())
        struck = sum(map(self.proxy.struck, rules)) - before[1]
        return Ended(error, self.proxy.operations[before[0] :], struck)


def fronted(lake: Lake, ways: Clients, proxy: Proxy) -> FrontedLake:
    """Return a lake with ETL-2 behind a proxy, by these clients; its engine must be behind it already."""
    return FrontedLake(lake, dataclasses.replace(lake, clients=ways), proxy)


def clients_behind(proxy: Proxy, clients: Clients) -> Clients:
    """Return clients of S3 and Glue behind a proxy; the others stay as they are."""
    s3, glue = boto3.client("s3", endpoint_url=proxy.url), boto3.client("glue", endpoint_url=proxy.url)
    return dataclasses.replace(clients, s3=s3, glue=glue)


def session_behind(proxy: Proxy, spark: SparkSession) -> SparkSession:
    """Return a session in the same JVM that reaches the tables, and the CSVs of FRONT_BUCKET, through a proxy.

    Hadoop keeps one connection to a bucket for all sessions: so this one has a bucket of its own.
    """
    session = spark.newSession()
    catalog = f"spark.sql.catalog.{SPARK_CATALOG}"
    for name in (f"{catalog}.glue.endpoint", f"{catalog}.s3.endpoint", f"fs.s3a.bucket.{FRONT_BUCKET}.endpoint"):
        session.conf.set(name, proxy.url)
    # Iceberg waits for 2 seconds otherwise when S3 asks to slow down.
    session.conf.set(f"{catalog}.s3.retry.min-wait-ms", 10)
    return session
