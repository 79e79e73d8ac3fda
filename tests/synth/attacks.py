"""What somebody tries who holds a workflow's role, or a role of the platform, and what is theirs to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

ID: Final = "111122223333"
BUCKET: Final = "arn:aws:s3:::cat-prod-normalize-reports"
DATA: Final = f"{BUCKET}/reports/etl-process1/messages/dt=2026-01-01/messages-x.csv"
TABLE_FILE: Final = f"{BUCKET}/reports/etl-process2/messages/data/x.parquet"
PROGRAM: Final = f"{BUCKET}/artifacts/0f/job.py"
FIRST_METADATA: Final = f"{BUCKET}/artifacts/tables/messages/00000-x.metadata.json"
STATE: Final = "arn:aws:s3:::cat-prod-terraform-state/cat-prod-normalize/terraform.tfstate"
ROLE: Final = f"arn:aws:iam::{ID}:role/cat-prod-"
FUNCTION: Final = f"arn:aws:lambda:us-east-1:{ID}:function:cat-prod-lambda-normalize"
GLUE: Final = f"arn:aws:glue:us-east-1:{ID}:"
CATALOG: Final = (f"{GLUE}catalog", f"{GLUE}database/cat_prod_analytics_db")
TABLE: Final = f"{GLUE}table/cat_prod_analytics_db/messages"
VIEW: Final = f"{GLUE}table/cat_prod_analytics_db/dashboard_usuarios"
SOURCE: Final = f"arn:aws:dynamodb:us-east-1:{ID}:table/cat-prod-catia-conversations-table"
KEY: Final = f"arn:aws:kms:us-east-1:{ID}:key/1"
TOPIC: Final = f"arn:aws:sns:us-east-1:{ID}:cat-prod-alerts"
QUEUE: Final = f"arn:aws:sqs:us-east-1:{ID}:cat-prod-etl2-dead-letters"
LOG_GROUP: Final = f"arn:aws:logs:us-east-1:{ID}:log-group:/aws/lambda/cat-prod-lambda-normalize"
WORKGROUP: Final = f"arn:aws:athena:us-east-1:{ID}:workgroup/wg-cat-prod-analytics"
RULE: Final = f"arn:aws:events:us-east-1:{ID}:rule/cat-prod-etl2-run-arrived"
ANALYSTS: Final = f"arn:aws:iam::{ID}:policy/cat-prod-analysts-everyday"
BOUNDARY: Final = f"arn:aws:iam::{ID}:policy/cat-prod-pipeline-boundary"
SCHEDULE: Final = f"arn:aws:scheduler:us-east-1:{ID}:schedule/cat-prod-normalize/cat-prod-normalize-daily"

BOUNDED: Final = {"iam:permissionsboundary": BOUNDARY}
OWN_KEY: Final = {"aws:resourcetag/environment": "PROD", "aws:resourcetag/projectid": "P2124"}
BY_LAMBDA: Final = {**OWN_KEY, "kms:viaservice": "lambda.us-east-1.amazonaws.com"}


@dataclass(frozen=True)
class Call:
    """An action on a resource, with the keys that conditions may ask for."""

    action: str
    resource: str
    context: dict[str, str] = field(default_factory=dict)

    @property
    def service(self) -> str:
        return self.action.partition(":")[0]

    def __str__(self) -> str:
        return f"{self.action} on {self.resource.rpartition(':')[2]}"


def on_role(action: str, name: str = "normalize-function", **context: str) -> Call:
    return Call(f"iam:{action}", f"{ROLE}{name}", {**BOUNDED, **context})


def pass_role(name: str, service: str) -> Call:
    return on_role("PassRole", name, **{"iam:passedtoservice": f"{service}.amazonaws.com"})


#: One call that reads, writes or removes data, or has it read: refused whoever has granted it.
ON_DATA: Final = [
    *(
        Call(f"s3:{action}", resource)
        for action in ("GetObject", "GetObjectVersion", "PutObject", "DeleteObject", "DeleteObjectVersion")
        for resource in (DATA, TABLE_FILE, f"{BUCKET}/athena/results/x.csv", "arn:aws:s3:::somebodys-bucket/x")
    ),
    *(Call(f"dynamodb:{action}", SOURCE) for action in ("Scan", "GetItem", "ExportTableToPointInTime", "DeleteTable")),
    Call("lambda:InvokeFunction", FUNCTION),
    Call("glue:StartJobRun", f"{GLUE}job/cat-prod-etl2-parquet"),
    Call("glue:CreateSession", f"{GLUE}session/x"),
    Call("athena:StartQueryExecution", WORKGROUP),
    Call("athena:GetQueryResults", WORKGROUP),
    *(Call(f"logs:{action}", f"{LOG_GROUP}:*") for action in ("GetLogEvents", "FilterLogEvents", "StartQuery")),
    Call("sqs:ReceiveMessage", QUEUE),
    Call("sts:AssumeRole", f"{ROLE}etl2-job"),
    Call("sts:AssumeRole", f"{ROLE}pipeline-change-guard"),
]
#: One call after which others can: refused to workflows whoever has granted it.
ON_GUARDED: Final = [
    *(
        on_role(action, name)
        for name in ("normalize-function", "etl2-job", "pipeline-deploy", "pipeline-plan", "pipeline-change-guard")
        for action in (
            *("AttachRolePolicy", "CreateRole", "DeleteRole", "DeleteRolePermissionsBoundary", "DeleteRolePolicy"),
            *("PutRolePermissionsBoundary", "PutRolePolicy", "UpdateAssumeRolePolicy", "DetachRolePolicy"),
            *("AddRoleToInstanceProfile", "TagRole", "UntagRole"),
        )
    ),
    *(
        Call(f"iam:{action}", policy)
        for policy in (BOUNDARY, ANALYSTS)
        for action in (
            *("CreatePolicy", "CreatePolicyVersion", "DeletePolicy", "DeletePolicyVersion", "SetDefaultPolicyVersion"),
            *("TagPolicy", "UntagPolicy"),
        )
    ),
    *(
        Call(f"iam:{action}", f"arn:aws:iam::{ID}:{who}/somebody")
        for action, who in (("AttachUserPolicy", "user"), ("AttachGroupPolicy", "group"), ("PutUserPolicy", "user"))
    ),
    Call("iam:CreateAccessKey", f"arn:aws:iam::{ID}:user/somebody"),
    *(
        Call(f"s3:{action}", BUCKET)
        for action in (
            *(
                "CreateBucket",
                "PutAccessPointPolicy",
                "DeleteBucket",
                "DeleteBucketPolicy",
                "PutBucketAcl",
                "PutBucketNotification",
                "PutBucketPolicy",
            ),
            *("PutBucketOwnershipControls", "PutBucketPublicAccessBlock", "PutBucketVersioning", "PutBucketTagging"),
            *("PutEncryptionConfiguration", "PutLifecycleConfiguration", "PutReplicationConfiguration"),
        )
    ),
    *(
        Call(f"s3:{action}", FIRST_METADATA)
        for action in (
            *("PutObject", "DeleteObject", "DeleteObjectVersion", "AbortMultipartUpload", "ReplicateObject"),
            "RestoreObject",
        )
    ),
    *(
        Call(f"kms:{action}", KEY, BY_LAMBDA)
        for action in ("PutKeyPolicy", "ScheduleKeyDeletion", "DisableKey", "TagResource", "UpdateAlias")
    ),
    *(
        Call(f"lambda:{action}", FUNCTION)
        for action in ("AddPermission", "RemovePermission", "CreateFunctionUrlConfig")
    ),
    *(Call(f"sns:{action}", TOPIC) for action in ("AddPermission", "SetTopicAttributes", "Subscribe")),
    *(Call(f"sqs:{action}", QUEUE) for action in ("AddPermission", "SetQueueAttributes")),
    *(Call(f"athena:{action}", WORKGROUP) for action in ("CreateWorkGroup", "UpdateWorkGroup")),
    Call("glue:PutResourcePolicy", CATALOG[0]),
    Call("lakeformation:GrantPermissions", "*"),
]
#: Never granted: what Terraform needs no right for, or the workflows have it for less.
NOT_GRANTED: Final = [
    Call("kms:CreateGrant", KEY, BY_LAMBDA),
    Call("kms:Decrypt", KEY, OWN_KEY),
    Call("kms:Decrypt", KEY, {"kms:viaservice": "lambda.us-east-1.amazonaws.com"}),
    *(Call(f"glue:{action}", TABLE) for action in ("CreateTable", "UpdateTable", "DeleteTable")),
    Call("glue:DeleteDatabase", CATALOG[1]),
    *(Call(f"logs:{action}", LOG_GROUP) for action in ("DeleteLogGroup", "PutRetentionPolicy", "CreateExportTask")),
    Call("sns:DeleteTopic", TOPIC),
    Call("sqs:DeleteQueue", QUEUE),
    Call("lambda:UpdateFunctionCode", f"arn:aws:lambda:us-east-1:{ID}:function:somebodys"),
    Call("lambda:CreateEventSourceMapping", "*"),
    Call("s3:GetObject", STATE.replace("cat-prod-normalize", "cat-prod-pipeline")),
    pass_role("normalize-function", "ec2"),
    pass_role("pipeline-change-guard", "lambda"),
]
#: Several calls, each of another kind: what they would come to, if none were refused.
PATHS: Final = {
    "code is started at once": [Call("lambda:UpdateFunctionCode", FUNCTION), Call("lambda:InvokeFunction", FUNCTION)],
    "a job is changed and started": [
        *(Call("glue:UpdateJob", f"{GLUE}job/cat-prod-etl2-parquet"), pass_role("etl2-job", "glue")),
        Call("glue:StartJobRun", f"{GLUE}job/cat-prod-etl2-parquet"),
    ],
    "a role of one's own reads data": [on_role("CreateRole"), on_role("PutRolePolicy"), Call("sts:AssumeRole", ROLE)],
    "a data role trusts the deployer": [on_role("UpdateAssumeRolePolicy"), Call("sts:AssumeRole", f"{ROLE}etl2-job")],
    "a role loses its bound": [on_role("DeleteRolePermissionsBoundary"), on_role("AttachRolePolicy")],
    "the schedule copies data to the programs": [
        *(on_role("PutRolePolicy", "normalize-schedule"), pass_role("normalize-schedule", "scheduler")),
        *(Call("scheduler:UpdateSchedule", SCHEDULE), Call("s3:GetObject", PROGRAM)),
    ],
    "the bucket lets the deployer in": [Call("s3:PutBucketPolicy", BUCKET), Call("s3:GetObject", DATA)],
    "data goes with a lifecycle of a day": [
        *(Call("s3:PutBucketVersioning", BUCKET), Call("s3:PutLifecycleConfiguration", BUCKET)),
    ],
    "outsiders call the function": [
        *(Call("lambda:UpdateFunctionCode", FUNCTION), Call("lambda:AddPermission", FUNCTION)),
    ],
    "a table is made anew over other files": [
        *(Call("s3:PutObject", FIRST_METADATA), Call("glue:DeleteTable", TABLE), Call("glue:CreateTable", TABLE)),
    ],
    "the catalog shows other files": [Call("s3:PutObject", PROGRAM), Call("glue:UpdateTable", TABLE)],
    "answers go to another bucket": [Call("athena:UpdateWorkGroup", WORKGROUP), Call("athena:CreateNamedQuery", "*")],
    "others decrypt with the key": [Call("kms:CreateGrant", KEY, OWN_KEY), Call("kms:Decrypt", KEY, OWN_KEY)],
    "everyday analysts see people": [
        *(Call("iam:CreatePolicyVersion", ANALYSTS), Call("iam:SetDefaultPolicyVersion", ANALYSTS)),
    ],
    "the deployer becomes an analyst": [
        *(on_role("AttachRolePolicy", "pipeline-deploy"), Call("athena:StartQueryExecution", WORKGROUP)),
    ],
    "nobody hears of it": [Call("sns:SetTopicAttributes", TOPIC), Call("logs:DeleteLogGroup", LOG_GROUP)],
}
#: What a deployment needs, so that the refusals above are not those of a role that may do nothing.
DEPLOYS: Final = [
    *(Call("s3:PutObject", PROGRAM), Call("s3:GetObject", FIRST_METADATA), Call("s3:PutObject", STATE)),
    *(Call("lambda:UpdateFunctionCode", FUNCTION), Call("glue:UpdateJob", f"{GLUE}job/cat-prod-etl2-parquet")),
    *(pass_role("etl2-job", "glue"), pass_role("normalize-function", "lambda")),
    *(Call("glue:UpdateTable", resource) for resource in (*CATALOG, VIEW)),
    *(Call("events:PutTargets", RULE), Call("scheduler:UpdateSchedule", SCHEDULE)),
    *(Call("kms:Decrypt", KEY, BY_LAMBDA), Call("s3:GetBucketPolicy", BUCKET), on_role("GetRolePolicy")),
    Call("kms:CreateGrant", KEY, {**BY_LAMBDA, "kms:grantisforawsresource": "true"}),
]
#: What is left to the change-guard, and what it has not either.
GUARDS: Final = [
    *(on_role("CreateRole"), on_role("PutRolePolicy"), on_role("UpdateAssumeRolePolicy")),
    *(Call("s3:PutBucketPolicy", BUCKET), Call("s3:PutLifecycleConfiguration", BUCKET)),
    *(Call("glue:CreateTable", TABLE), Call("s3:PutObject", FIRST_METADATA), Call("lambda:AddPermission", FUNCTION)),
    *(Call("sns:SetTopicAttributes", TOPIC), Call("logs:PutRetentionPolicy", LOG_GROUP)),
    *(Call(f"iam:{action}", ANALYSTS) for action in ("CreatePolicy", "CreatePolicyVersion", "SetDefaultPolicyVersion")),
    Call("athena:UpdateWorkGroup", WORKGROUP.replace("analytics", "everyday")),
]
UNBOUNDED: Final = [
    *(
        Call(f"iam:{action}", f"{ROLE}normalize-function", context)
        for action in ("CreateRole", "PutRolePermissionsBoundary", "PutRolePolicy", "DeleteRolePolicy")
        for context in ({}, {"iam:permissionsboundary": "arn:aws:iam::aws:policy/AdministratorAccess"})
    ),
    on_role("DeleteRolePermissionsBoundary"),
    on_role("AttachRolePolicy"),
    *(
        on_role(action, name)
        for action in ("PutRolePolicy", "UpdateAssumeRolePolicy")
        for name in ("pipeline-deploy", "pipeline-change-guard")
    ),
    *(
        Call(f"iam:{action}", policy)
        for action in ("CreatePolicy", "CreatePolicyVersion", "SetDefaultPolicyVersion", "DeletePolicy")
        for policy in (BOUNDARY, ANALYSTS.replace("prod", "test"))
    ),
    *(
        Call(f"iam:{action}", f"arn:aws:iam::{ID}:{who}/somebody")
        for action, who in (("AttachUserPolicy", "user"), ("AttachGroupPolicy", "group"), ("AttachRolePolicy", "role"))
    ),
    Call("s3:DeleteBucket", BUCKET),
]
#: What no role of the platform may do, had its own policy all rights.
BEYOND_BOUNDARY: Final = [
    *(
        on_role(action, name)
        for action in ("PutRolePolicy", "PassRole", "CreateRole", "UpdateAssumeRolePolicy", "AttachRolePolicy")
        for name in ("normalize-function", "pipeline-deploy")
    ),
    *(Call("sts:AssumeRole", f"{ROLE}{name}") for name in ("etl2-job", "pipeline-deploy", "pipeline-change-guard")),
    *(
        Call(f"s3:{action}", "arn:aws:s3:::somebodys-bucket/x")
        for action in ("GetObject", "PutObject", "DeleteObject", "AbortMultipartUpload")
    ),
    *(Call(f"s3:{action}", "arn:aws:s3:::somebodys-bucket") for action in ("ListBucket", "GetBucketLocation")),
    *(Call(f"s3:{action}", resource) for action in ("PutObject", "DeleteObject") for resource in (PROGRAM, STATE)),
    Call("s3:GetObject", STATE),
    *(Call(f"s3:{action}", BUCKET) for action in ("PutBucketPolicy", "PutLifecycleConfiguration", "DeleteBucket")),
    *(Call(f"dynamodb:{action}", SOURCE) for action in ("DeleteTable", "PutItem", "UpdateItem", "DeleteItem")),
    Call("dynamodb:Scan", f"arn:aws:dynamodb:us-east-1:{ID}:table/somebodys"),
    Call("lambda:InvokeFunction", f"arn:aws:lambda:us-east-1:{ID}:function:somebodys"),
    Call("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:999999999999:function:cat-prod-lambda-normalize"),
    Call("lambda:UpdateFunctionCode", FUNCTION),
    Call("glue:StartJobRun", f"{GLUE}job/somebodys"),
    Call("glue:UpdateJob", f"{GLUE}job/cat-prod-etl2-parquet"),
    *(Call(f"glue:{action}", TABLE) for action in ("DeleteTable", "CreateTable")),
    Call("glue:GetTable", f"{GLUE}table/somebodys/x"),
    Call("kms:Decrypt", KEY, {}),
    *(Call("kms:Decrypt", KEY, {tag: value}) for tag, value in OWN_KEY.items()),
    Call("kms:CreateGrant", KEY, OWN_KEY),
    Call("sns:Publish", f"arn:aws:sns:us-east-1:{ID}:somebodys"),
    Call("sqs:SendMessage", f"arn:aws:sqs:us-east-1:{ID}:somebodys"),
    Call("events:PutEvents", f"arn:aws:events:us-east-1:{ID}:event-bus/default", {"events:source": "somebodys"}),
    Call("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": "Somebodys"}),
    Call("logs:PutLogEvents", f"arn:aws:logs:us-east-1:{ID}:log-group:/somebodys:log-stream:x"),
]
