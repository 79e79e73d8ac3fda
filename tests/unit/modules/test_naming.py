from __future__ import annotations

from fnmatch import fnmatchcase

import pytest

from envs import naming
from envs.naming import NameRule, Names, state_key

RULES = [rule for rule in vars(naming).values() if isinstance(rule, NameRule)]

#: Property → name with {} for the environment, and the service's longest name, from its API reference.
NAMES = {
    "normalize_stack": ("cat-{}-normalize", 64),
    "etl_stack": ("cat-{}-etl2", 64),
    "state_bucket": ("cat-{}-terraform-state", 63),
    "reports_bucket": ("cat-{}-normalize-reports", 63),
    "database": ("cat_{}_analytics_db", 255),
    "pseudonymous_database": ("cat_{}_pseudonymous_db", 255),
    "pseudonym_key": ("/cat/{}/pseudonym-key", 1011),
    "tombstone_key": ("/cat/{}/tombstone-key", 1011),
    "workgroup": ("wg-cat-{}-analytics", 128),
    "everyday_workgroup": ("wg-cat-{}-everyday", 128),
    "operators_workgroup": ("wg-cat-{}-operators", 128),
    "full_policy": ("cat-{}-analysts-full", 128),
    "everyday_policy": ("cat-{}-analysts-everyday", 128),
    "normalize_function": ("cat-{}-lambda-normalize", 64),
    "normalize_layer": ("cat-{}-normalize-dependencies", 140),
    "normalize_log_group": ("/aws/lambda/cat-{}-lambda-normalize", 512),
    "normalize_role": ("cat-{}-normalize-function", 64),
    "normalize_job": ("cat-{}-normalize-spark", 255),
    "normalize_job_role": ("cat-{}-normalize-job", 64),
    "normalize_job_failed_rule": ("cat-{}-normalize-job-failed", 64),
    "normalize_slow_job_rule": ("cat-{}-normalize-job-slow", 64),
    "normalize_job_logs": ("/aws-glue/jobs/cat-{}-normalize-spark", 512),
    "schedule_group": ("cat-{}-normalize", 64),
    "schedule": ("cat-{}-normalize-daily", 64),
    "schedule_role": ("cat-{}-normalize-schedule", 64),
    "normalize_dead_letters": ("cat-{}-normalize-dead-letters", 80),
    "alerts_topic": ("cat-{}-alerts", 256),
    "chat_topic": ("cat-{}-alerts-chat", 256),
    "alerts_dead_letters": ("cat-{}-alerts-dead-letters", 80),
    "monthly_budget": ("cat-{}-monthly", 100),
    "glue_job": ("cat-{}-etl2-parquet", 255),
    "glue_job_role": ("cat-{}-etl2-job", 64),
    "etl_function": ("cat-{}-etl2-parquet", 64),
    "etl_layer": ("cat-{}-etl2-dependencies", 140),
    "etl_log_group": ("/aws/lambda/cat-{}-etl2-parquet", 512),
    "etl_function_role": ("cat-{}-etl2-function", 64),
    "crawler": ("cat-{}-curated-crawler", 255),
    "crawler_role": ("cat-{}-etl2-crawler", 64),
    "workflow": ("cat-{}-etl2-workflow", 255),
    "arrival_trigger": ("cat-{}-etl2-on-arrival", 255),
    "success_trigger": ("cat-{}-etl2-on-success", 255),
    "arrival_rule": ("cat-{}-etl2-run-arrived", 64),
    "arrival_rule_role": ("cat-{}-etl2-events", 64),
    "job_failed_rule": ("cat-{}-etl2-job-failed", 64),
    "slow_job_rule": ("cat-{}-etl2-job-slow", 64),
    "glue_job_logs": ("/aws-glue/jobs/cat-{}-etl2-parquet", 512),
    "dashboard": ("cat-{}-platform", 255),
    "crawler_failed_rule": ("cat-{}-etl2-crawler-failed", 64),
    "event_source": ("cat-{}-etl2", 256),
    "etl_dead_letters": ("cat-{}-etl2-dead-letters", 80),
    "pipeline_stack": ("cat-{}-pipeline", 64),
    "plan_role": ("cat-{}-pipeline-plan", 64),
    "deploy_role": ("cat-{}-pipeline-deploy", 64),
    "change_guard_role": ("cat-{}-pipeline-change-guard", 64),
    "boundary": ("cat-{}-pipeline-boundary", 128),
    "key_alias": ("alias/cat-{}-data", 256),
    "normalize_glue_security": ("cat-{}-normalize-own-key", 255),
    "etl_glue_security": ("cat-{}-etl2-own-key", 255),
}


def test_every_name_is_listed_here() -> None:
    properties = {name for name, member in vars(Names).items() if isinstance(member, property)}
    assert properties == set(NAMES)


@pytest.mark.parametrize("env", ["test", "prod", "local"])
@pytest.mark.parametrize("name", NAMES)
def test_name(name: str, env: str) -> None:
    assert getattr(Names(env), name) == NAMES[name][0].format(env)


def test_source_table_is_named_by_its_contract() -> None:
    assert Names("prod").source_table("catia-conversations") == "cat-prod-catia-conversations-table"
    assert len(Names("abcdefgh").source_table("t" * 236)) == 255
    with pytest.raises(ValueError, match="DynamoDB table 'cat-prod-a b-table' breaks the rule"):
        Names("prod").source_table("a b")


def test_alarms_are_named_by_what_they_are_about() -> None:
    names = Names("prod")
    assert names.normalize_alarm("errors") == "cat-prod-normalize-errors"
    assert names.etl_alarm("data-checks") == "cat-prod-etl2-data-checks"
    with pytest.raises(ValueError, match="CloudWatch alarm 'cat-prod-etl2-data checks' breaks the rule"):
        names.etl_alarm("data checks")


@pytest.mark.parametrize("name", NAMES)
def test_longest_environment_fits_every_service(name: str) -> None:
    text, longest = getattr(Names("abcdefgh"), name), NAMES[name][1]
    assert text == NAMES[name][0].format("abcdefgh")
    assert len(text) <= longest


@pytest.mark.parametrize(
    ("env", "fault"),
    [
        ("", "environment '' has 0 characters; the rule is 1 to 8: shorten or lengthen it."),
        ("abcdefghi", "environment 'abcdefghi' has 9 characters; the rule is 1 to 8: shorten or lengthen it."),
        *(
            (
                env,
                f"environment {env!r} breaks the rule: lower-case letters and digits, beginning with a letter.",
            )
            for env in ["Test", "1st", "te-st", "te_st", "tést", "test\n", " test"]
        ),
    ],
)
def test_environment_refused(env: str, fault: str) -> None:
    with pytest.raises(ValueError, match="environment") as raised:
        Names(env)
    assert str(raised.value) == fault


def test_a_name_too_long_for_its_service_is_refused_when_it_is_composed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(naming, "SQS_QUEUE", NameRule("SQS queue", r"[a-z-]+", 29, "letters"))
    with pytest.raises(ValueError, match="'cat-local-normalize-dead-letters' has 32 characters; the rule is 1 to 29"):
        _ = Names("local").normalize_dead_letters


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.service)
def test_length_at_both_edges(rule: NameRule) -> None:
    shortest = max(rule.shortest, 2) if rule is naming.STACK else rule.shortest
    begin = {naming.KMS_ALIAS: "alias/", naming.PARAMETER: "/"}.get(rule, "")
    assert rule.fault(begin.ljust(shortest, "a")) is None
    assert rule.fault(begin.ljust(rule.longest, "a")) is None
    for length in (rule.shortest - 1, rule.longest + 1):
        name = begin.ljust(length, "a")
        assert rule.fault(name) == (
            f"{rule.service} {name!r} has {length} characters; the rule is {rule.shortest} to {rule.longest}: "
            "shorten or lengthen it."
        )


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule is not naming.KMS_ALIAS], ids=lambda rule: rule.service
)
@pytest.mark.parametrize("name", ["aaa b", "aaa/b", "aaañ", "aaa٣", "aaa\n", "aaa*", "aaa:b"])
def test_signs_that_no_service_takes(rule: NameRule, name: str) -> None:
    if rule is naming.ENVIRONMENT:
        name = name.removeprefix("aa")
    assert rule.fault(name) == f"{rule.service} {name!r} breaks the rule: {rule.words}."


@pytest.mark.parametrize(
    "name", ["abc", "a" * 63, "a-b", "a.b", "1ab", "0.0.0", "1.2.3.4.5", "a1.2.3.4", "1.2.3.a", "x-s3", "a--b"]
)
def test_bucket_accepted(name: str) -> None:
    assert naming.BUCKET.fault(name) is None


@pytest.mark.parametrize(
    "name",
    [
        *["Abc", "a_b", "-ab", "ab-", ".ab", "ab.", "a..b", "192.168.5.4", "999.1.2.3"],
        *["xn--abc", "sthree-abc", "amzn-s3-demo-abc"],
        *["abc-s3alias", "abc--ol-s3", "abc.mrap", "abc--x-s3", "abc--table-s3"],
    ],
)
def test_bucket_refused(name: str) -> None:
    assert naming.BUCKET.fault(name) == (
        f"S3 bucket {name!r} breaks the rule: lower-case letters, digits, single dots and hyphens, beginning and "
        "ending with a letter or digit, not like an IP address, none of S3's reserved beginnings (xn--, sthree-, "
        "amzn-s3-demo-) and endings (-s3alias, --ol-s3, .mrap, --x-s3, --table-s3)."
    )


@pytest.mark.parametrize(
    ("rule", "accepted", "refused"),
    [
        (naming.DYNAMODB_TABLE, "A_b.c-9", "a+b"),
        (naming.LAMBDA_FUNCTION, "A_b-9", "a.b"),
        (naming.LAMBDA_LAYER, "A_b-9", "a.b"),
        (naming.IAM_ROLE, "A_b+=,.@-9", "a#b"),
        (naming.SQS_QUEUE, "A_b-9", "a.fifo"),
        (naming.SNS_TOPIC, "A_b-9", "a.fifo"),
        (naming.SCHEDULE, "A_b.c-9", "a+b"),
        (naming.EVENT_RULE, "A_b.c-9", "a+b"),
        (naming.GLUE_DATABASE, "a_9", "A_9"),
        (naming.GLUE_DATABASE, "9_a", "a-9"),
        (naming.ATHENA_WORKGROUP, "A_b.c-9", "a+b"),
        (naming.STACK, "a-9", "9-a"),
        (naming.STACK, "ab", "a_b"),
    ],
)
def test_alphabets(rule: NameRule, accepted: str, refused: str) -> None:
    assert rule.check(accepted) == accepted
    with pytest.raises(ValueError, match="breaks the rule"):
        rule.check(refused)


def test_state_key() -> None:
    assert state_key("cat-test-etl2") == "cat-test-etl2/terraform.tfstate"


@pytest.mark.parametrize("name", ["cat-test-data", "alias/aws/s3", "alias/a b", "alias/a:b", "alias/a\n", "alias/ñ"])
def test_aliases_of_keys_that_kms_does_not_take(name: str) -> None:
    assert naming.KMS_ALIAS.fault(name) is not None


def test_patterns_of_roles_leave_out_those_of_the_workflows() -> None:
    names = Names("test")
    ours = [names.normalize_role, names.normalize_job_role, names.schedule_role, names.glue_job_role]
    ours += [names.etl_function_role, names.crawler_role, names.arrival_rule_role]
    theirs = [names.plan_role, names.deploy_role, names.change_guard_role, names.boundary]
    fitting = [name for name in ours + theirs if any(fnmatchcase(name, one) for one in names.any_service_role())]
    assert fitting == ours
    assert all(fnmatchcase(name, names.any_name()) for name in ours + theirs)
