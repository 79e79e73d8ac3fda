"""Joins of parts under both of the SDK's settings for checksums: S3 refuses a join that lacks what was promised.

An upload that was opened with an algorithm is completed with each part's checksum, or refused
(https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html). No emulator refuses it: so what is
sent is checked here, and both emulators put the object together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from contract.units import MIB
from envs.local import LOCAL
from glue_src.arrow.s3_files import S3_CLIENT, S3Files
from glue_src.clients import default_clients
from lambda_src.clients import make_clients
from lambda_src.s3_objects import MultipartObject
from tests.emulators import running_in
from tools.local.aws_environment import emulator_variables
from tools.local.emulator import FIRST_EMULATOR
from tools.local.second_emulator.program import SECOND_EMULATOR

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET: Final = "joined"
PARTS: Final = (b"a" * 5 * MIB, b"b" * 5 * MIB, b"the last one may be small")
WHOLE: Final = b"".join(PARTS)


@pytest.fixture(scope="module", params=[FIRST_EMULATOR, SECOND_EMULATOR], ids=["ministack", "moto"])
def endpoint_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_in(tmp_path_factory.mktemp("joined"), LOCAL, request.param) as workspace:
        workspace.clients().s3.create_bucket(Bucket=BUCKET)
        yield workspace.emulator.endpoint_url()


def by_normalize(_: Path) -> tuple[S3Client, Callable[[], None]]:
    """ETL-1: parts by its own requests."""
    client = make_clients().s3

    def upload() -> None:
        made = MultipartObject(client, BUCKET, "object")
        opened = made.begin("text/csv")
        made.complete([opened.upload_part(client, number, body) for number, body in enumerate(PARTS, 1)])

    return client, upload


def by_transform(folder: Path) -> tuple[S3Client, Callable[[], None]]:
    """ETL-2's Arrow engine: a file by the SDK's own upload."""
    client, file = default_clients.__wrapped__().s3, folder / "file"
    file.write_bytes(WHOLE)
    return client, lambda: S3Files({S3_CLIENT: client}).upload(file, f"s3://{BUCKET}/object")


@contextmanager
def sent_by(client: S3Client) -> Iterator[dict[str, list[Any]]]:
    """Requests that go out while the block lasts, by operation."""
    sent: dict[str, list[Any]] = {}

    def keep(request: Any, event_name: str, **_: Any) -> None:
        sent.setdefault(event_name.rpartition(".")[2], []).append(request)

    client.meta.events.register_last("before-send.s3", keep)
    yield sent
    client.meta.events.unregister("before-send.s3", keep)


@pytest.mark.parametrize("setting", ["when_supported", "when_required"])
@pytest.mark.parametrize("program", [by_normalize, by_transform])
def test_what_opens_with_checksums_is_joined_with_them(
    endpoint_url: str, program: Any, setting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in emulator_variables(endpoint_url).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_REQUEST_CHECKSUM_CALCULATION", setting)
    client, upload = program(tmp_path)
    with sent_by(client) as sent:
        upload()

    (opened,), (joined,) = sent["CreateMultipartUpload"], sent["CompleteMultipartUpload"]
    promised = opened.headers.get("x-amz-checksum-algorithm", b"").decode()
    checked_parts = sum(f"x-amz-checksum-{promised.lower()}" in request.headers for request in sent["UploadPart"])
    named_parts = len(re.findall(rf"<Checksum{promised}>[^<]+</Checksum{promised}>", joined.body.decode()))
    count = len(sent["UploadPart"])
    assert (checked_parts, named_parts) == ((count, count) if promised else (0, 0))
    # ETL-1's own requests promise always; the SDK's, where it is to.
    assert bool(promised) == (program is by_normalize or setting == "when_supported")
    assert client.get_object(Bucket=BUCKET, Key="object")["Body"].read() == WHOLE
