"""Trino on loopback as the local Athena: one process whose catalog is the emulator's Glue and S3.

It outlives the command that started it, so that later commands can ask it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tools.local.aws_environment import CREDENTIALS, REGION
from tools.local.errors import TrinoError
from tools.local.processes import HOST, Server
from tools.local.trino.client import CATALOG, Connection
from tools.local.trino.distribution import Distribution

_START_SECONDS: Final = 180

_HEAP_MB: Final = 1000
#: What one query may have of the heap, and what is not Trino's to give: the rest of a node's memory.
_QUERY_RATIO: Final = 0.4
_HEADROOM_RATIO: Final = 0.2
#: A small server that starts fast: the quick compiler and the plain collector.
_JVM_OPTIONS: Final = (
    *("-server", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:ReservedCodeCacheSize=256M"),
    *("-Djol.skipHotspotSAAttach=true", "-Djol.skipDynamicAttach=true", "-Djdk.attach.allowAttachSelf=true"),
    *("--enable-native-access=ALL-UNNAMED", "-Duser.timezone=UTC", "-Dfile.encoding=UTF-8"),
    *("-Dnode.environment=local", "-Dnode.id=local", f"-Dnode.bind-ip={HOST}", f"-Dnode.internal-address={HOST}"),
)
_CONFIGURATION: Final = """\
coordinator=true
node-scheduler.include-coordinator=true
http-server.http.port={port}
discovery.uri=http://{host}:{port}
query.max-memory={query_mb:.0f}MB
query.max-memory-per-node={query_mb:.0f}MB
memory.heap-headroom-per-node={headroom_mb:.0f}MB
catalog.management=static
plugin.dir={plugins}
sql.default-catalog={catalog}
sql.default-schema={database}
"""
_GLUE_CATALOG: Final = """\
connector.name=iceberg
iceberg.catalog.type=glue
hive.metastore.glue.endpoint-url={endpoint}
hive.metastore.glue.region={region}
hive.metastore.glue.aws-access-key={key}
hive.metastore.glue.aws-secret-key={secret}
fs.native-s3.enabled=true
s3.endpoint={endpoint}
s3.region={region}
s3.path-style-access=true
s3.aws-access-key={key}
s3.aws-secret-key={secret}
"""


class TrinoServer(Server):
    """One server, known by the directory that holds its settings, data and log."""

    def __init__(self, directory: Path, heap_mb: int = _HEAP_MB) -> None:
        super().__init__(directory, "trino")
        self._heap_mb = heap_mb

    @property
    def _catalog(self) -> Path:
        return self.directory / "etc" / "catalog" / f"{CATALOG}.properties"

    def connection(self) -> Connection:
        """Return what asks the running server; names of tables without a database mean those of its own.

        Raises:
            TrinoError: none runs.
        """
        process = self.running()
        if process is None:
            message = "Trino, which answers SQL here, does not run. Set it up: .venv/bin/python -m tools.local trino"
            raise TrinoError(message)
        return Connection(HOST, process.port)

    def start(self, distribution: Distribution, endpoint: str, database: str) -> bool:
        """Have a server that answers from the emulator at ``endpoint``; tell whether it had to be started.

        ``database`` is the one that names of tables without a database mean.

        Raises:
            TrinoError: it ends while it starts, or does not answer in time.
        """
        catalog = _GLUE_CATALOG.format(
            endpoint=endpoint,
            region=REGION,
            key=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            secret=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        )
        running = self.running()
        if running and self._catalog.read_text() == catalog:
            return False
        self.stop()
        self._catalog.parent.mkdir(parents=True, exist_ok=True)
        self._catalog.write_text(catalog)
        self._start(distribution, database)
        return True

    def _start(self, distribution: Distribution, database: str) -> None:
        port = self._port()
        configuration = self.directory / "etc" / "config.properties"
        configuration.write_text(
            _CONFIGURATION.format(
                host=HOST,
                port=port,
                plugins=distribution.plugins,
                catalog=CATALOG,
                database=database,
                query_mb=self._heap_mb * _QUERY_RATIO,
                headroom_mb=self._heap_mb * _HEADROOM_RATIO,
            )
        )
        command = (
            *(str(distribution.java), "-cp", f"{distribution.libraries}/*", f"-Xmx{self._heap_mb}M", *_JVM_OPTIONS),
            *(f"-Dconfig={configuration}", f"-Dnode.data-dir={self.directory / 'data'}"),
            "io.trino.server.TrinoServer",
        )
        environment = {"HOME": str(self.directory), "LANG": "C.UTF-8"}
        process = self._spawn(command, port, environment, self.directory)
        # An answer to a query: a server that says it has started may still refuse for lack of nodes.
        said = self._await(process, Connection(HOST, port).answers, _START_SECONDS)
        if said is not None:
            message = f"Trino did not start on {process.endpoint_url}. The end of {self.log}:\n{said}"
            raise TrinoError(message)
