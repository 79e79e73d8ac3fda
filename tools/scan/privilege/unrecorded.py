"""What a role is granted though no recorded call needs it: each with the reason, and with how else it was checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from envs.local import LOCAL
from tools.scan.privilege.roles import Grant, Role


@dataclass(frozen=True)
class Unrecorded:
    """Actions of one statement of one role, by its name with ``{env}``.

    ``within`` is a text that the grant's resource or condition holds, where the reason is for a part of the statement
    only. ``source`` is the page of AWS or the tests that say so.
    """

    role: str
    sid: str
    actions: tuple[str, ...]
    why: str
    source: str
    within: str = ""

    def covers(self, role: Role, grant: Grant) -> bool:
        """Tell whether this is the reason for a grant."""
        return (
            role.generic_name == self.role
            and grant.sid == self.sid
            and grant.action in self.actions
            and self.within in f"{grant.resource} {grant.condition}"
        )


_DOCS: Final = "https://docs.aws.amazon.com"
_FUNCTIONS: Final = ("cat-{env}-normalize-function", "cat-{env}-etl2-function")
_JOBS: Final = ("cat-{env}-normalize-job", "cat-{env}-etl2-job")
_CRAWLER: Final = "cat-{env}-etl2-crawler"
_SCHEDULE: Final = "cat-{env}-normalize-schedule"
_DATA_KEY: Final = ("kms:Decrypt", "kms:GenerateDataKey")
_ON_ERRORS: Final = (
    "The SDK aborts an upload in parts that fails half-way, and files so large that it goes in parts are not in this "
    "run."
)

_OF_FUNCTIONS: Final = tuple(
    reason
    for role in _FUNCTIONS
    for reason in (
        Unrecorded(
            role,
            "WriteLogs",
            ("logs:CreateLogStream", "logs:PutLogEvents"),
            "Lambda writes a function's log as the function's role; the emulator writes it as itself.",
            f"{_DOCS}/lambda/latest/dg/monitoring-cloudwatchlogs.html",
        ),
        Unrecorded(
            role,
            "ReportFailures",
            ("sns:Publish",),
            "Lambda reports an event that it gives up as the function's role; the emulator does it as itself.",
            f"{_DOCS}/lambda/latest/dg/invocation-async-retain-records.html",
        ),
        Unrecorded(
            role,
            "UseKey",
            _DATA_KEY,
            "That report goes to a topic that is encrypted with the key; the emulator asks for no key.",
            f"{_DOCS}/sns/latest/dg/sns-key-management.html",
            within="sns.",
        ),
        Unrecorded(
            role,
            "ReadVariables",
            ("kms:Decrypt",),
            "Lambda decrypts a function's variables as the function's role; the emulator does not encrypt them.",
            f"{_DOCS}/lambda/latest/dg/configuration-envvars-encryption.html",
        ),
    )
)
_OF_JOBS: Final = tuple(
    reason
    for role in _JOBS
    for reason in (
        Unrecorded(
            role,
            "WriteLogs",
            ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"),
            "Glue writes a job's log as the job's role; the stand-in for Glue writes a file.",
            f"{_DOCS}/glue/latest/dg/monitor-continuous-logging.html",
        ),
        Unrecorded(
            role,
            "WriteMetrics",
            ("cloudwatch:PutMetricData",),
            "Glue writes its own metrics of a job as the job's role; the stand-in for Glue has none.",
            f"{_DOCS}/glue/latest/dg/monitoring-awsglue-with-cloudwatch-metrics.html",
        ),
        Unrecorded(
            role,
            "EncryptLogs",
            ("logs:AssociateKmsKey",),
            "Glue encrypts the log group that it makes as the job's role; the stand-in for Glue makes none.",
            f"{_DOCS}/glue/latest/dg/encryption-security-configuration.html",
        ),
    )
)
_OF_THE_CRAWLER: Final = (
    *(
        Unrecorded(_CRAWLER, sid, actions, why, f"{_DOCS}/glue/latest/dg/crawler-prereqs.html")
        for sid, actions, why in (
            (
                "ListCuratedZone",
                ("s3:ListBucket",),
                "The emulator runs no crawler. One looks for metadata files in its targets.",
            ),
            (
                "FindBucket",
                ("s3:GetBucketLocation",),
                "The emulator runs no crawler. AWS's own policy for Glue has it on every bucket, this one on its own.",
            ),
            ("ReadCuratedZone", ("s3:GetObject",), "The emulator runs no crawler. One reads metadata files."),
            (
                "FindDatabase",
                ("glue:GetDatabase",),
                "The emulator runs no crawler. One looks up its target's database.",
            ),
            (
                "KeepCatalog",
                ("glue:GetTable", "glue:GetTables", "glue:UpdateTable"),
                (
                    "The emulator runs no crawler. AWS's own policy for Glue has all of Glue on all tables; this one "
                    "has what reads and updates tables, on the platform's own, and nothing that makes or deletes any."
                ),
            ),
            (
                "WriteLogs",
                ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"),
                "The emulator runs no crawler. Glue writes its log as its role.",
            ),
        )
    ),
    *(
        Unrecorded(
            _CRAWLER,
            sid,
            actions,
            "The emulator runs no crawler. AWS asks for it of every role that works with a security configuration.",
            f"{_DOCS}/glue/latest/dg/encryption-security-configuration.html",
        )
        for sid, actions in (("UseKey", _DATA_KEY), ("EncryptLogs", ("logs:AssociateKmsKey",)))
    ),
)
_OF_SERVICES: Final = (
    Unrecorded(
        "cat-{env}-etl2-events",
        "NotifyWorkflow",
        ("glue:NotifyEvent",),
        "The emulator delivers no event to a Glue workflow.",
        f"{_DOCS}/glue/latest/dg/starting-workflow-eventbridge.html",
    ),
    Unrecorded(
        _SCHEDULE,
        "InvokeFunction",
        ("lambda:InvokeFunction",),
        "The local environment has no schedule, and the emulator would start its target as itself.",
        f"{_DOCS}/scheduler/latest/UserGuide/setting-up.html",
    ),
    Unrecorded(
        _SCHEDULE,
        "StartJob",
        ("glue:StartJobRun",),
        "The local environment has no schedule, and the emulator starts no universal targets.",
        f"{_DOCS}/scheduler/latest/UserGuide/managing-targets-universal.html",
    ),
    Unrecorded(
        _SCHEDULE,
        "KeepUndelivered",
        ("sqs:SendMessage",),
        "The local environment has no schedule; what a schedule cannot deliver goes to the queue as its role.",
        f"{_DOCS}/scheduler/latest/UserGuide/configuring-schedule-dlq.html",
    ),
    Unrecorded(
        _SCHEDULE,
        "UseKey",
        _DATA_KEY,
        "The local environment has no schedule; that queue is encrypted with the key.",
        f"{_DOCS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html",
    ),
    Unrecorded(
        _SCHEDULE,
        "ReadSchedule",
        ("kms:Decrypt",),
        "The local environment has no schedule; Scheduler decrypts its input as its role.",
        f"{_DOCS}/scheduler/latest/UserGuide/encryption-rest.html",
    ),
)
#: Without leave to list the key as a prefix, S3 says of a missing object that it may not be read.
_TOLD_OF_ABSENCE: Final = (
    "Needed by no call: it lets S3 answer 404 where there are no tombstones; the emulator always does."
)
_NOBODY_ERASED: Final = "In this run nobody is erased, so no key of tombstones is asked for."
_OF_TOMBSTONES: Final = (
    *(
        reason
        for role in ("cat-{env}-normalize-function", "cat-{env}-normalize-job")
        for reason in (
            Unrecorded(
                role,
                "FindTombstones",
                ("s3:ListBucket",),
                _TOLD_OF_ABSENCE,
                f"{_DOCS}/AmazonS3/latest/API/API_GetObject.html",
            ),
            Unrecorded(
                role,
                "ReadTombstoneKey",
                ("ssm:GetParameter",),
                _NOBODY_ERASED,
                f"{_DOCS}/systems-manager/latest/APIReference/API_GetParameter.html",
            ),
        )
    ),
    *(
        Unrecorded(
            role,
            "ListZones",
            ("s3:ListBucket",),
            _TOLD_OF_ABSENCE,
            f"{_DOCS}/AmazonS3/latest/API/API_HeadObject.html",
            within="tombstones.json",
        )
        for role in ("cat-{env}-etl2-function", "cat-{env}-etl2-job")
    ),
)
_OF_PROGRAMS: Final = (
    *(
        Unrecorded(
            role,
            "DecryptSourceTable",
            ("kms:Decrypt",),
            "DynamoDB has a table's own key decrypted as who reads the table; the emulator encrypts no table.",
            f"{_DOCS}/amazondynamodb/latest/developerguide/encryption.usagenotes.html",
        )
        for role in ("cat-{env}-normalize-function", "cat-{env}-normalize-job")
    ),
    *(
        Unrecorded(
            role,
            "ReadParameter",
            ("kms:Decrypt",),
            "Systems Manager decrypts the key of pseudonyms as who asks for it; the emulator asks for no key.",
            f"{_DOCS}/kms/latest/developerguide/services-parameter-store.html",
        )
        for role in ("cat-{env}-etl2-function", "cat-{env}-etl2-job")
    ),
    *(
        Unrecorded(role, "WriteCuratedZone", ("s3:AbortMultipartUpload",), _ON_ERRORS, source)
        for role, source in (
            ("cat-{env}-etl2-function", f"{_DOCS}/AmazonS3/latest/userguide/mpuoverview.html"),
            ("cat-{env}-etl2-job", f"{_DOCS}/AmazonS3/latest/userguide/mpuoverview.html"),
        )
    ),
    Unrecorded(
        "cat-{env}-etl2-function",
        "WriteCuratedZone",
        ("s3:DeleteObject",),
        "Of pseudonymous tables, files go with snapshots older than the history, or a day after a killed run.",
        "tests/curation/test_pseudonyms.py",
        within="pseudonymous",
    ),
    Unrecorded(
        "cat-{env}-etl2-job",
        "WriteCuratedZone",
        ("s3:DeleteObject",),
        "Files go with snapshots older than the history, or a day after a killed run: no recorded night was that late.",
        "tests/curation/test_nights.py",
    ),
    Unrecorded(
        "cat-{env}-etl2-function",
        "WriteCuratedZone",
        ("s3:DeleteObject",),
        "So go the tables' files too; it is recorded where rejected items lie, when a failed run had written some.",
        "tests/curation/test_nights.py",
        within=f"{LOCAL.etl.curated_prefix}*",
    ),
    Unrecorded(
        "cat-{env}-normalize-job",
        "FindOpenUploads",
        ("s3:ListBucketMultipartUploads",),
        "Only if S3's answer to CreateMultipartUpload is lost; recorded for the function, which has the same code.",
        "tests/faults/destination_cases.py",
    ),
)

UNRECORDED: Final[tuple[Unrecorded, ...]] = (
    *_OF_FUNCTIONS,
    *_OF_JOBS,
    *_OF_THE_CRAWLER,
    *_OF_SERVICES,
    *_OF_PROGRAMS,
    *_OF_TOMBSTONES,
)
