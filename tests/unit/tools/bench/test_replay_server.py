from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from tests.unit.tools.bench.server import dynamodb_client, running, s3_client
from tools.bench.items import Kind, generate
from tools.bench.processes import take_statistics
from tools.bench.replay_server import Replay, build_table
from tools.bench.s3_sink import S3Sink

ITEMS = 600
TABLE, KNOWN = build_table("t", ITEMS, clean=False, segment_counts=[1, 3])
PART_BYTES = 5 * 1024 * 1024


@pytest.fixture
def sink() -> S3Sink:
    return S3Sink(keep=True)


@pytest.fixture
def port(sink: S3Sink) -> Iterator[int]:
    with running(Replay({"t": TABLE}, sink)) as number:
        yield number


def test_boto3_reads_the_items_back(port: int) -> None:
    pages = dynamodb_client(port).get_paginator("scan").paginate(TableName="t", ReturnConsumedCapacity="TOTAL")
    read = list(pages)

    assert [item for page in read for item in page["Items"]] == [sample.item for sample in generate(ITEMS)]
    assert len(read) == len(TABLE.pages_of(1)) > 1
    assert all(page["ConsumedCapacity"]["CapacityUnits"] > 0 for page in read)


def test_the_checksum_header_is_the_sdks_own(port: int) -> None:
    first = dynamodb_client(port).scan(TableName="t")

    # With another value the SDK would have retried, and with one attempt raised.
    assert first["ResponseMetadata"]["HTTPHeaders"]["x-amz-crc32"] == str(TABLE.pages_of(1)[0].plain_crc)


def test_segments_are_read_apart_and_only_where_encoded(port: int) -> None:
    client = dynamodb_client(port)
    pages = [
        client.get_paginator("scan").paginate(TableName="t", TotalSegments=3, Segment=segment) for segment in range(3)
    ]

    assert sum(page["Count"] for segment in pages for page in segment) == ITEMS
    with pytest.raises(ClientError, match="No page was encoded"):
        client.scan(TableName="t", TotalSegments=2, Segment=0)


def test_the_table_describes_itself(port: int) -> None:
    described = dynamodb_client(port).describe_table(TableName="t")["Table"]

    assert described["ItemCount"] == ITEMS
    assert described["TableSizeBytes"] == TABLE.data_bytes
    assert [key["AttributeName"] for key in described["KeySchema"]] == ["PK", "SK"]


def test_what_is_not_replayed_is_refused(port: int) -> None:
    with pytest.raises(ClientError, match="GetItem is not replayed"):
        dynamodb_client(port).get_item(TableName="t", Key={"PK": {"S": "a"}, "SK": {"S": "b"}})


def test_a_slow_page_holds_no_other_connection() -> None:
    with running(Replay({"t": TABLE}, S3Sink(), latency=0.5)) as port, ThreadPoolExecutor(1) as threads:
        client = dynamodb_client(port)
        page = threads.submit(client.scan, TableName="t")
        take_statistics(port)

        assert not page.done()
        assert page.result()["Count"] > 0


def test_a_multipart_upload_is_put_together_in_the_order_of_its_parts(port: int, sink: S3Sink) -> None:
    content = b"linea\n" * 2_000_000
    s3_client(port).upload_fileobj(
        io.BytesIO(content),
        "b",
        "k/ñ.csv",
        Config=TransferConfig(multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES),
    )

    assert sink.objects["/b/k/ñ.csv"].content == content
    assert take_statistics(port) == {"/b/k/ñ.csv": {"bytes": len(content), "lines": 2_000_000}}
    assert take_statistics(port) == {}


def test_objects_are_put_and_uploads_aborted(port: int, sink: S3Sink) -> None:
    client = s3_client(port)
    client.put_object(Bucket="b", Key="small", Body=b"")
    upload = client.create_multipart_upload(Bucket="b", Key="k")["UploadId"]
    client.upload_part(Bucket="b", Key="k", UploadId=upload, PartNumber=1, Body=b"x")
    client.abort_multipart_upload(Bucket="b", Key="k", UploadId=upload)

    assert set(sink.objects) == {"/b/small"}
    with pytest.raises(ClientError, match="NoSuchUpload"):
        client.complete_multipart_upload(Bucket="b", Key="k", UploadId=upload)
    client.delete_object(Bucket="b", Key="small")
    assert not sink.objects


def test_requests_may_come_in_any_number_of_packets(port: int) -> None:
    connection = HTTPConnection("127.0.0.1", port)
    connection.putrequest("PUT", "/b/k")
    connection.putheader("Content-Length", "4")
    connection.endheaders()
    for byte in b"abcd":
        connection.send(bytes([byte]))
    response = connection.getresponse()

    assert (response.status, response.read()) == (200, b"")
    connection.close()
    assert take_statistics(port) == {"/b/k": {"bytes": 4, "lines": 0}}


def test_the_known_counts_add_up() -> None:
    assert sum(KNOWN[kind.value] for kind in Kind) == ITEMS
    assert all(KNOWN.values())
