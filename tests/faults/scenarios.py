"""How a case is played: the fault, what is left after it, and the retry."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from threading import Barrier
from typing import Final

from contract.runs import RunSummary
from contract.settings import LambdaVariable
from tests.faults import actions
from tests.faults.cases import ByMicroburst, ByProxy, Case, Killed, Published, Raised
from tests.faults.function_process import Answer, FunctionProcess, Invocation, KilledError
from tests.faults.invariant import View, assert_whole_or_absent
from tests.faults.process_cases import KillCase, TwoRunsCase, WritesCase
from tests.faults.proxy import ANY_OPERATION, Exchange, Proxy, Rule, pass_on
from tests.faults.stage import DAY, Item, Scene, Stage, fill, invocation_of, surroundings, table_name

_MEETING_SECONDS: Final = 60.0
_COMPLETE: Final = "CompleteMultipartUpload"
_CHANGED_EVERY: Final = 10


def play(stage: Stage, case: Case) -> None:
    """Play a case and assert all that must hold."""
    with stage.scene() as scene:
        if isinstance(case, TwoRunsCase):
            _play_two_runs(stage, case, scene)
        elif isinstance(case, WritesCase):
            _play_writes(stage, case, scene)
        else:
            _play_fault(stage, case, scene)


def _play_fault(stage: Stage, case: Case, scene: Scene) -> None:
    by_microburst = [fault.rule for fault in case.made_by if isinstance(fault, ByMicroburst)]
    by_proxy = _proxy_rules(stage, case)
    upstream = stage.microburst.url if by_microburst else stage.endpoint_url
    with closing(Proxy(upstream)) as proxy, stage.function(proxy.url, case.id) as function:
        proxy.inject([*by_proxy, *_ends_of_time(case), *surroundings(case)])
        proxy.victim = function
        rule_ids = stage.microburst.add(case.id, by_microburst)
        before = View.of(scene)
        answer = _call(function, _faulty(case, scene))
        assert all(map(stage.microburst.fired, rule_ids)), answer
        assert all(map(proxy.struck, by_proxy)), answer
        stage.microburst.calm(case.id)
        proxy.inject(surroundings(case))
        is_whole = _assert_end(stage, case, scene, before, answer)
        if answer is not None and not is_whole:
            # Lambda's own retry most often comes to the same process.
            _retry(stage, case, scene, function)
    if answer is None:
        with stage.function(stage.endpoint_url, case.id) as function:
            _retry(stage, case, scene, function)


def _proxy_rules(stage: Stage, case: Case) -> list[Rule]:
    if isinstance(case, KillCase):
        number = 1 + int(case.share * stage.requests(case))
        kill = actions.killed_after if case.after else actions.killed_before
        return [kill(ANY_OPERATION, number).rule]
    return [fault.rule for fault in case.made_by if isinstance(fault, ByProxy)]


def _ends_of_time(case: Case) -> Iterator[Rule]:
    if case.time_is_up_at:
        yield Rule(case.time_is_up_at, actions.let_time_be_up)


def _faulty(case: Case, scene: Scene) -> Invocation:
    right = invocation_of(case, scene)
    return dataclasses.replace(right, environment={**right.environment, **case.environment})


def _call(function: FunctionProcess, invocation: Invocation) -> Answer | None:
    """Return the function's answer, or None where it was killed."""
    try:
        return function.invoke(invocation)
    except KilledError:
        return None


def _assert_end(stage: Stage, case: Case, scene: Scene, before: View, answer: Answer | None) -> bool:
    """Assert that a run ended as it must and left what it may; return whether it is whole."""
    end = case.end
    assert (answer is None) == isinstance(end, Killed)
    if answer is not None:
        assert answer.seconds_left > 0, answer.message
        assert answer.error[:1] == ((end.error,) if isinstance(end, Raised) else ()), answer.message
    if isinstance(end, Raised) and answer is not None:
        assert "NormalizeError" in answer.error
        for part in (*end.names, end.remedy):
            assert part.format(table=table_name(case.table), bucket=scene.bucket) in answer.message
    if isinstance(end, Published) and answer is not None:
        assert answer.summary is not None
        scan = answer.summary["scan"]
        assert (scan["retried_requests"], scan["throttled_requests"]) == (end.retried, end.throttled)
    cleaned = not isinstance(end, Raised) or end.cleaned
    is_whole = assert_whole_or_absent(scene, before, answer, stage.reference(case.table), cleaned=cleaned)
    if isinstance(end, Killed) and end.committed is not None:
        assert is_whole == end.committed
    return is_whole


def _retry(stage: Stage, case: Case, scene: Scene, function: FunctionProcess) -> None:
    """Assert that the same run without the fault succeeds, beside whatever the fault has left."""
    before = View.of(scene)
    answer = function.invoke(invocation_of(case, scene))
    assert answer.summary is not None, answer.message
    assert assert_whole_or_absent(scene, before, answer, stage.reference(case.table))


def _play_two_runs(stage: Stage, case: Case, scene: Scene) -> None:
    meeting = Barrier(2)

    def meet(exchange: Exchange) -> None:
        meeting.wait(_MEETING_SECONDS)
        pass_on(exchange)

    with ExitStack() as stack:
        functions = []
        for name in ("first", "second"):
            proxy = stack.enter_context(closing(Proxy(stage.endpoint_url)))
            proxy.inject([Rule(_COMPLETE, meet)])
            functions.append(stack.enter_context(stage.function(proxy.url, f"{case.id}-{name}")))
        before = View.of(scene)
        call = invocation_of(case, scene)
        threads = stack.enter_context(ThreadPoolExecutor(len(functions)))
        answers = list(threads.map(lambda function: function.invoke(call), functions))
    run_ids = {answer.summary["run_id"] for answer in answers if answer.summary}
    assert len(run_ids) == len(functions), [answer.message for answer in answers]
    assert scene.run_ids() == (*sorted(run_ids, reverse=True), before.taken.run_id)
    for run_id in run_ids:
        assert scene.reference(scene.zone.complete_run(DAY, run_id)) == stage.reference(case.table)
    assert scene.open_uploads() == before.uploads


def _play_writes(stage: Stage, case: WritesCase, scene: Scene) -> None:
    """Write while the table is read: what is not touched is there as before, and nothing that was never written."""
    table = f"cat-faults-{case.id}-table"
    items = stage.items[case.table]
    source = fill(stage.clients, table, items)
    changes = Changes.of(items)

    def change(exchange: Exchange) -> None:
        source.delete(changes.deleted)
        source.write(changes.added)
        pass_on(exchange)

    right = invocation_of(case, scene)
    call = dataclasses.replace(right, environment={**right.environment, LambdaVariable.DYNAMODB_TABLE_NAME: table})
    with closing(Proxy(stage.endpoint_url)) as proxy, stage.function(proxy.url, case.id) as function:
        before = _published(scene, function.invoke(call))
        proxy.inject([Rule("Scan", change, first=2)])
        during = _published(scene, function.invoke(call))
    found = {name: _differences(scene, name, before, during) for name in ("conversations", "messages", "feedback")}
    for gone, new in found.values():
        assert gone <= changes.deleted_users
        assert new <= changes.added_users
    assert any(gone or new for gone, new in found.values())
    assert scene.open_uploads() == set()


def _published(scene: Scene, answer: Answer) -> RunSummary:
    """Return the summary of the run that has just been made, which ETL-2 takes."""
    assert answer.summary is not None, answer.message
    taken = scene.taken()
    assert taken.run_id == answer.summary["run_id"]
    return taken


def _differences(scene: Scene, dataset: str, before: RunSummary, during: RunSummary) -> tuple[set[bytes], set[bytes]]:
    """Return the users with records that only the run before has, and those with records that only the later one has.

    A record that is there twice differs from one that is there once.
    """
    older, newer = (Counter(scene.records(summary, dataset)) for summary in (before, during))
    return _users_of(older - newer), _users_of(newer - older)


def _users_of(records: Iterable[bytes]) -> set[bytes]:
    return {record.partition(b",")[0] for record in records}


@dataclasses.dataclass(frozen=True)
class Changes:
    """Users who are deleted, and users who are new."""

    deleted: Sequence[Item]
    added: Sequence[Item]

    @classmethod
    def of(cls, items: Sequence[Item]) -> Changes:
        """Delete every tenth user, and give as many conversations to users of their own."""
        users = sorted({item["PK"]["S"] for item in items})[::_CHANGED_EVERY]
        deleted = [item for item in items if item["PK"]["S"] in users]
        added = [{**item, "PK": {"S": item["PK"]["S"] + "-nuevo"}} for item in deleted]
        return cls(deleted, added)

    @property
    def deleted_users(self) -> set[bytes]:
        return _users(self.deleted)

    @property
    def added_users(self) -> set[bytes]:
        return _users(self.added)


def _users(items: Sequence[Item]) -> set[bytes]:
    return {item["PK"]["S"].removeprefix("USER#").encode() for item in items}
