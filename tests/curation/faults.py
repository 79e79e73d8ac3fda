"""What can happen to a run, and to the machine that curates it."""

from __future__ import annotations

import dataclasses
from typing import Any

from sources.catia import MESSAGES
from tests.curation.lake import MONDAY, Lake, run_id


class CrashError(Exception):
    """The machine is gone."""


class Crashing:
    """A client that crashes at the ``at``-th call of a method, counted from 1."""

    def __init__(self, client: Any, method: str, at: int) -> None:
        self.client, self.method, self.at = client, method, at

    def __getattr__(self, name: str) -> Any:
        return self._call if name == self.method else getattr(self.client, name)

    def _call(self, *arguments: Any, **keywords: Any) -> Any:
        self.at -= 1
        if self.at == 0:
            raise CrashError
        return getattr(self.client, self.method)(*arguments, **keywords)


# What can happen to Monday's second run.


def lose_summary(lake: Lake) -> None:
    lake.delete(lake.summary_key(MONDAY, run_id(2)))


def garble_summary(lake: Lake) -> None:
    lake.put(lake.summary_key(MONDAY, run_id(2)), b'{"run_id":')


def lose_an_item(lake: Lake) -> None:
    summary = lake.summary(MONDAY, run_id(2))
    lake.put_summary(dataclasses.replace(summary, items=dataclasses.replace(summary.items, scanned=99)))


def take_another_runs_summary(lake: Lake) -> None:
    lake.put(lake.summary_key(MONDAY, run_id(2)), lake.get(lake.summary_key(MONDAY, run_id(1))))


def list_no_messages(lake: Lake) -> None:
    summary = lake.summary(MONDAY, run_id(2))
    objects = tuple(written for written in summary.objects if written.dataset != MESSAGES.name)
    lake.put_summary(dataclasses.replace(summary, objects=objects))


def list_a_foreign_key(lake: Lake) -> None:
    summary = lake.summary(MONDAY, run_id(2))
    objects = tuple(
        dataclasses.replace(written, key=lake.clean_key(MESSAGES, MONDAY, run_id(1)))
        if written.dataset == MESSAGES.name
        else written
        for written in summary.objects
    )
    lake.put_summary(dataclasses.replace(summary, objects=objects))


def lose_messages(lake: Lake) -> None:
    lake.delete(lake.clean_key(MESSAGES, MONDAY, run_id(2)))


def cut_messages(lake: Lake) -> None:
    key = lake.clean_key(MESSAGES, MONDAY, run_id(2))
    lake.put(key, lake.get(key)[:-1])
