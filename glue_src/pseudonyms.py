"""The everyday analysts' tables: what a mask makes of the run that the full tables hold (docs/adr/0047).

They follow the full tables by the same plan and protocol. What was checked of the run there is not checked again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from contract.keys import RULE, read_key
from contract.masking import Mask, pseudonymous_datasets
from contract.runs import RunSummary
from glue_src import logs
from glue_src.arguments import Arguments
from glue_src.clean_zone import CleanZone
from glue_src.engine import LakeEngine
from glue_src.exceptions import PseudonymKeyError, TableMovedError
from glue_src.forgetting import Forgetting
from glue_src.maintenance import expired_snapshots
from glue_src.plan import Change, change_of
from glue_src.publishing import staged
from glue_src.tables import TableState
from glue_src.upkeep import Upkeep

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


def pseudonym_key(ssm: SSMClient, parameter: str, environment: str) -> bytes:
    """Return the key of an environment's pseudonyms.

    Raises:
        PseudonymKeyError: there is none, or the parameter holds something else.
    """
    try:
        value = ssm.get_parameter(Name=parameter, WithDecryption=True)["Parameter"]["Value"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ParameterNotFound":
            raise
        raise PseudonymKeyError(parameter, environment, "is missing") from None
    key = read_key(value)
    if key is None:
        raise PseudonymKeyError(parameter, environment, f"holds no key: one is {RULE}")
    return key


@dataclass(frozen=True)
class PseudonymousTables:
    """Keeps them. ``engine`` is the full tables'; ``read`` returns a pseudonymous table's state, ``key`` the key."""

    arguments: Arguments
    database: str
    engine: LakeEngine
    clean_zone: CleanZone
    read: Callable[[str], TableState]
    key: Callable[[], bytes]

    def follow(self, summary: RunSummary, now: Callable[[], datetime]) -> None:
        """Bring all tables to a run that the full ones hold; those that hold it by this mask stay as they are.

        Raises:
            PseudonymKeyError: there is no key; nothing was changed.
            TableError: a table cannot be read or written as it is.
        """
        mask = Mask(self.arguments.contract.name, self.key())
        engine = self.engine.masked(self.database, mask)
        upkeep = Upkeep(engine, self.clean_zone.bucket, self.read, self.arguments.days_kept)
        datasets = pseudonymous_datasets(self.arguments.contract)
        states = {dataset.name: upkeep.evolved(dataset) for dataset in datasets}
        changes = [
            change_of(dataset, summary, states[dataset.name], rebuild=dataset.name in self.arguments.rebuild, mask=mask)
            for dataset in datasets
        ]
        told = {change.dataset.name: change.told() for change in changes}
        logs.info("pseudonymous tables planned", run_id=summary.run_id, tables=told)
        due_changes = [change for change in changes if not change.is_none]
        try:
            self._publish(engine, summary, due_changes)
        except TableMovedError as error:
            if (self.read(error.table).run_id or "") < summary.run_id:
                raise
            logs.info("another job has published this run or a newer one", run_id=summary.run_id, table=error.table)
            return
        due = {name: expired_snapshots(state, now(), self.arguments.history_days) for name, state in states.items()}
        upkeep.clean_up(datasets, due, {change.dataset.name for change in due_changes}, now)

    def forget(self, before: datetime) -> None:
        """Have the tables keep nothing but what they hold, and of files that no snapshot names those since.

        Raises:
            PseudonymKeyError: there is no key; nothing was changed.
            TableError: a table cannot be read or written as it is.
        """
        arguments = self.arguments
        engine = self.engine.masked(self.database, Mask(arguments.contract.name, self.key()))
        forgetting = Forgetting(
            engine, self.clean_zone.bucket, self.read, arguments.contract, arguments.days_kept, before
        )
        forgetting.run_on(pseudonymous_datasets(arguments.contract))

    def _publish(self, engine: LakeEngine, summary: RunSummary, changes: list[Change]) -> None:
        if not changes:
            return
        with (
            logs.timed("pseudonymous tables published", run_id=summary.run_id),
            staged(engine, self.clean_zone, summary, changes) as tables,
        ):
            for change in changes:
                tables.publish(change.dataset)
