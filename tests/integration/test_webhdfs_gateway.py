"""The WebHDFS gateway under a real Spark session and a real S3 emulator."""

from __future__ import annotations

import hashlib
import http.client
import io
import json
import random
import socket
import uuid
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pyarrow.parquet
import pytest
from botocore.config import Config
from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession

from glue_src.transform import session_of
from local.spark_options import spark_options_for_s3
from local.webhdfs import WebHdfsGateway

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mypy_boto3_s3 import S3Client

    from local.workspace import Workspace

# Py4J leaves its connections to Java to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")

CSV_KEY = "reports/etl-process1/conversations/dt=2026-01-31/conversations-20260131T043000.123456Z-ab12cd.csv"
PEOPLE = [("Zoë", 1), ("a/b%", 2), ("04:30 à+ü", 3)]


@dataclass(frozen=True)
class Lake:
    s3: S3Client
    bucket: str
    gateway_port: int
    spark: SparkSession

    def url(self, key: str) -> str:
        return f"s3://{self.bucket}/{key}"

    def put(self, key: str, content: bytes) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=content)

    def get(self, key: str) -> bytes:
        with closing(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"]) as content:
            return content.read()

    def keys(self, prefix: str) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [found["Key"] for page in pages for found in page.get("Contents", [])]

    def path(self, key: str) -> Any:
        assert self.spark._jvm is not None
        return self.spark._jvm.org.apache.hadoop.fs.Path(self.url(key))

    @property
    def file_system(self) -> Any:
        return self.path("").getFileSystem(self.spark._jsc.hadoopConfiguration())

    def create_empty(self, key: str, *, overwrite: bool) -> None:
        self.file_system.create(self.path(key), overwrite).close()

    def delete(self, key: str, *, recursive: bool) -> bool:
        deleted: bool = self.file_system.delete(self.path(key), recursive)
        return deleted


@pytest.fixture(scope="module")
def lake(workspace: Workspace) -> Iterator[Lake]:
    s3 = workspace.clients().s3
    # A name of its own: within one JVM, Hadoop goes on using a bucket's first gateway.
    bucket = f"gateway-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=bucket)
    with WebHdfsGateway(s3) as gateway:
        builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
        for name, value in spark_options_for_s3([bucket], gateway.port).items():
            builder = builder.config(name, value)
        spark = session_of(builder)
        try:
            yield Lake(s3, bucket, gateway.port, spark)
        finally:
            spark.stop()


def test_spark_reads_the_csv_that_boto3_put(lake: Lake) -> None:
    lake.put(CSV_KEY, 'name,number\nZoë,1\n"a, b",2\n'.encode())
    for address in (CSV_KEY, "reports/etl-process1/conversations/*/*.csv", "reports"):
        rows = lake.spark.read.csv(lake.url(address), header=True).select("name", "number").collect()
        assert [tuple(row) for row in rows] == [("Zoë", "1"), ("a, b", "2")]


def test_spark_reads_a_file_right_in_the_bucket(lake: Lake) -> None:
    lake.put("top", b"1")
    reader = lake.spark.read.format("binaryFile").option("recursiveFileLookup", "true")
    for address in ("top", ""):
        paths = reader.load(lake.url(address)).select("path").collect()
        assert lake.url("top") in [path for (path,) in paths]


def test_parquet_is_written_and_overwritten_without_leftovers(lake: Lake) -> None:
    for count in (1000, 10):
        lake.spark.range(count).coalesce(1).write.mode("overwrite").parquet(lake.url("curated/numbers"))
        (success, part) = lake.keys("curated/numbers")
        assert success == "curated/numbers/_SUCCESS"
        table = pyarrow.parquet.read_table(io.BytesIO(lake.get(part)))
        assert table.column("id").to_pylist() == list(range(count))
        assert lake.spark.read.parquet(lake.url("curated/numbers")).count() == count
    assert not [key for key in lake.keys("") if "_temporary" in key]


@pytest.mark.parametrize("mode", ["static", "dynamic"])
def test_partitions_have_the_names_that_spark_gives_them(lake: Lake, mode: str) -> None:
    frame = lake.spark.createDataFrame(PEOPLE, ["name", "number"])
    folder = f"partitioned-{mode}"
    for _ in range(2):
        writer = frame.write.mode("overwrite").option("partitionOverwriteMode", mode)
        writer.partitionBy("name").parquet(lake.url(folder))
    found = {key.split("/")[1] for key in lake.keys(f"{folder}/")} - {"_SUCCESS"}
    assert found == {"name=Zoë", "name=a%2Fb%25", "name=04%3A30 à+ü"}
    rows = lake.spark.read.parquet(lake.url(folder)).select("name", "number").collect()
    assert sorted(map(tuple, rows)) == sorted(PEOPLE)


def test_a_missing_path_is_an_analysis_exception(lake: Lake) -> None:
    with pytest.raises(AnalysisException, match="PATH_NOT_FOUND"):
        lake.spark.read.parquet(lake.url("missing"))


def test_an_existing_path_is_not_written_to(lake: Lake) -> None:
    lake.put("taken/part", b"1")
    with pytest.raises(AnalysisException, match="PATH_ALREADY_EXISTS"):
        lake.spark.range(1).write.parquet(lake.url("taken"))


def test_a_large_file_comes_back_bit_by_bit(lake: Lake, tmp_path: Path) -> None:
    content = random.Random(1).randbytes(25_000_001)
    (tmp_path / "large").write_bytes(content)
    local = lake.spark._jvm.org.apache.hadoop.fs.Path(str(tmp_path / "large"))  # type: ignore[union-attr]
    lake.file_system.copyFromLocalFile(local, lake.path("large/file.bin"))
    assert lake.get("large/file.bin") == content
    frame = lake.spark.read.format("binaryFile").load(lake.url("large")).selectExpr("length", "sha2(content, 256)")
    assert [tuple(row) for row in frame.collect()] == [(len(content), hashlib.sha256(content).hexdigest())]


def test_a_file_is_read_from_where_the_reader_goes(lake: Lake) -> None:
    lake.put("seek", bytes(range(256)))
    with closing(lake.file_system.open(lake.path("seek"))) as stream:
        for position in (200, 3, 255):
            stream.seek(position)
            assert stream.read() == position
        assert stream.read() == -1


@pytest.mark.parametrize(
    "name", ["dt=2026-01-31", "two words", "à é ü ß 日本 🦋", "50%", "a%20b", "a+b c", ".part.crc", "q?#&;@'\"[]"]
)
def test_names_arrive_as_they_are(lake: Lake, name: str) -> None:
    key = f"names/{name}/in/{name}"
    lake.put(key, b"hello\n")
    with closing(lake.file_system.open(lake.path(key))) as stream:
        assert stream.read() == ord("h")
    assert lake.file_system.rename(lake.path(f"names/{name}/in"), lake.path(f"names/{name}/out"))
    assert lake.keys(f"names/{name}/") == [f"names/{name}/out/{name}"]
    (status,) = lake.file_system.listStatus(lake.path(f"names/{name}/out"))
    assert status.getPath().equals(lake.path(f"names/{name}/out/{name}"))
    lake.create_empty(f"names/{name}/made {name}", overwrite=True)
    assert lake.get(f"names/{name}/made {name}") == b""


def test_empty_directories_are_remembered_but_not_stored(lake: Lake) -> None:
    files = lake.file_system
    assert files.mkdirs(lake.path("made/a/b"))
    assert [status.getPath().getName() for status in files.listStatus(lake.path("made"))] == ["a"]
    assert lake.keys("made") == []
    assert files.rename(lake.path("made/a"), lake.path("made/c"))
    assert files.exists(lake.path("made/c/b"))
    assert not files.exists(lake.path("made/a"))
    assert lake.delete("made", recursive=True)
    assert not files.exists(lake.path("made/c"))


def test_a_directory_outlives_its_last_file_as_long_as_the_gateway(lake: Lake) -> None:
    lake.put("outlived/file", b"1")
    assert lake.delete("outlived/file", recursive=False)
    assert lake.file_system.exists(lake.path("outlived"))
    lake.create_empty("outlived/again", overwrite=True)
    lake.s3.delete_object(Bucket=lake.bucket, Key="outlived/again")
    assert not lake.file_system.exists(lake.path("outlived"))


def test_a_rename_that_makes_no_sense_is_refused(lake: Lake) -> None:
    lake.put("tree/branch/leaf", b"1")
    lake.put("tree/fruit", b"2")
    for source, target in (
        ("tree/missing", "tree/new"),
        ("tree/branch", "tree/branch/below"),
        ("tree/branch", "tree/fruit"),
        ("tree/fruit", "nowhere/fruit"),
    ):
        assert not lake.file_system.rename(lake.path(source), lake.path(target))
    assert lake.file_system.rename(lake.path("tree/fruit"), lake.path("tree/branch"))
    assert lake.keys("tree/") == ["tree/branch/fruit", "tree/branch/leaf"]


def test_a_full_directory_is_deleted_only_with_all_in_it(lake: Lake) -> None:
    lake.put("full/of/something", b"1")
    lake.put("full-not", b"1")
    with pytest.raises(Py4JJavaError, match="PathIsNotEmptyDirectoryException"):
        lake.delete("full", recursive=False)
    assert lake.delete("full", recursive=True)
    assert lake.keys("full") == ["full-not"]
    assert not lake.delete("full", recursive=True)


def test_an_existing_file_is_overwritten_only_if_asked(lake: Lake) -> None:
    lake.put("kept", b"1")
    with pytest.raises(Py4JJavaError, match="FileAlreadyExistsException"):
        lake.create_empty("kept", overwrite=False)
    lake.create_empty("kept", overwrite=True)
    assert lake.get("kept") == b""


def test_a_file_that_was_cut_off_is_never_seen(lake: Lake) -> None:
    address = f"/webhdfs/v1/{lake.bucket}/cut-off?op=CREATE&overwrite=true&data=true"
    with socket.create_connection(("127.0.0.1", lake.gateway_port)) as connection:
        connection.sendall(f"PUT {address} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nA00000\r\n".encode())
        connection.sendall(bytes(0xA00000))
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
    assert lake.keys("cut-off") == []
    assert lake.s3.list_multipart_uploads(Bucket=lake.bucket).get("Uploads", []) == []


def answer_of(port: int, method: str, path_and_query: str) -> tuple[int, dict[str, str]]:
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
        connection.request(method, f"/webhdfs/v1/{path_and_query}")
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())["RemoteException"]


def test_an_unknown_operation_is_refused(lake: Lake) -> None:
    status, error = answer_of(lake.gateway_port, "PUT", f"{lake.bucket}/x?op=TRUNCATE")
    assert (status, error["exception"]) == (400, "UnsupportedOperationException")


def client_of_nobody() -> S3Client:
    # Port 9 is nobody's: a server of ours listens on one that the system chose, far above it.
    return boto3.client(
        "s3",
        endpoint_url="http://127.0.0.1:9",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106
        config=Config(retries={"total_max_attempts": 1}),
    )


def test_an_s3_failure_is_told_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    with closing(client_of_nobody()) as nobody, WebHdfsGateway(nobody) as gateway:
        status, error = answer_of(gateway.port, "GET", "bucket/key?op=GETFILESTATUS")
    assert (status, error["javaClassName"]) == (500, "java.io.IOException")
    assert "Could not connect" in error["message"]
    assert "op=GETFILESTATUS failed" in caplog.text


def test_buckets_that_hadoop_would_mix_up_are_refused() -> None:
    with pytest.raises(ValueError, match="apart"):
        spark_options_for_s3(["reports", "reports.old"], 1)
