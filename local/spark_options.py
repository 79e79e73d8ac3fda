"""Spark's options for reading and writing ``s3://`` addresses through a local WebHDFS gateway.

Hadoop's ViewFileSystemOverloadScheme gives another scheme's name to a mount table:
https://hadoop.apache.org/docs/r3.3.4/hadoop-project-dist/hadoop-hdfs/ViewFsOverloadScheme.html
It and the WebHDFS client are part of PySpark's own Hadoop libraries; no other jar is needed.
"""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: A directory of many files is renamed within one request; the client's own limit is one minute.
_READ_TIMEOUT = "15m"


def spark_options_for_s3(buckets: Sequence[str], gateway_port: int) -> dict[str, str]:
    """Return the Spark options by which ``s3://<bucket>/<key>`` means that object behind the gateway.

    They must be there before the JVM starts: in the builder of the first session, in ``spark-submit --conf``,
    or in ``spark-defaults.conf``. An address in any other bucket fails with "Could not initialize target File
    System". Hadoop keeps a bucket's file system, and with it the port, for as long as the JVM lives.

    Args:
        buckets: the names of the buckets that are to be reached.
        gateway_port: the port of a running ``WebHdfsGateway`` on 127.0.0.1.

    Raises:
        ValueError: one bucket's name begins with another's and a dot. A mount table's options are found by
            ``fs.viewfs.mounttable.<bucket>.``, so that Hadoop would take the one's for the other's.
    """
    for bucket, other in permutations(buckets, 2):
        if other.startswith(f"{bucket}."):
            message = f"Hadoop cannot tell the mount tables of the buckets {bucket} and {other} apart."
            raise ValueError(message)
    options = {
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme",
        "spark.hadoop.dfs.webhdfs.socket.read-timeout": _READ_TIMEOUT,
        # Without this Spark asks on which hosts each file's blocks lie. No answer would be of use; and the mount table
        # has none for files right in the bucket, which Spark takes for a directory that was deleted meanwhile.
        "spark.sql.sources.ignoreDataLocality": "true",
        # Java 17 writes an address in the locale's encoding: in the C locale, letters with accents as "?".
        "spark.driver.extraJavaOptions": "-Dfile.encoding=UTF-8",
    }
    for bucket in buckets:
        # The link for whatever no other link covers, so for all. With linkMergeSlash instead, Hadoop 3.3.4 returns
        # statuses whose paths it then cannot open.
        options[f"spark.hadoop.fs.viewfs.mounttable.{bucket}.linkFallback"] = (
            f"webhdfs://127.0.0.1:{gateway_port}/{bucket}"
        )
    return options
