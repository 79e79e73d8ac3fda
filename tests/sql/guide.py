"""The small example behind the guide's answers: eight users of three departments, from January on."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Final

from tests.sql.lake import Lake, Row
from tests.sql.samples import check, conversation, feedback, messages, run, tables

_FIRST: Final = datetime(2026, 1, 5, 15, tzinfo=UTC)
_DAYS: Final = 40
#: From which user on they begin late, and from which day.
_LATE: Final = 7
_FEBRUARY: Final = 27
_DEPARTMENTS: Final = ("Gerencia Comercial", "Gerencia Financiera", None)
_QUESTIONS: Final = ("¿Cómo solicito las vacaciones?", "Necesito el certificado laboral", "¿Dónde consulto la nómina?")
_ANSWERS: Final = ("En el portal, por el menú Solicitudes.", "Se envía por correo en dos días.", "")


def guide_lake() -> Lake:
    """Return the same rows each time."""
    chance, conversations, said, given = random.Random(7), [], [], []
    for day in range(_DAYS):
        # The last two begin in February; who has a higher number is there less often.
        for user in (
            each
            for each in range(1, 9)
            if (day == 0 and each == 1) or (chance.random() < 1.5 / (each + 3) and (each < _LATE or day >= _FEBRUARY))
        ):
            who, at = f"u-{user:03}", _FIRST + timedelta(days=day)
            name, place = f"CONVERSATION#{at:%Y-%m-%dT%H:%M:%SZ}", chance.randrange(3)
            turns = _turns(chance, at, who, name)
            questions = sum(message["sender"] == "user" for message in turns)
            one = conversation(
                who, name, 0, gerencia=_DEPARTMENTS[place], message_count=len(turns), question_count=questions
            )
            conversations.append({**one, "created_at": at})
            said += turns
            if chance.random() < 0.4:
                kind = "dislike" if chance.random() < 0.3 else "like"
                rated = feedback(who, name.replace("CONVERSATION", "FEEDBACK"), 0, feedback_type=kind)
                given.append({**rated, "created_at": at + timedelta(minutes=9)})
    return {**tables(conversations, said, given), **_nights()}


def _turns(chance: random.Random, at: datetime, who: str, name: str) -> list[Row]:
    """Return a conversation's messages: one or two questions, each with an answer, seconds later, or none."""
    texts: list[tuple[str | None, str | None]] = []
    for _ in range(chance.randint(1, 2)):
        topic = chance.randrange(3)
        texts.append(("user", _QUESTIONS[topic]))
        if chance.random() < 0.9:
            texts.append(("bot", _ANSWERS[topic]))
    moment, timed = at, []
    for message in messages(who, name, *texts):
        moment += timedelta(seconds=chance.randint(2, 20))
        timed.append({**message, "sent_at": moment})
    return timed


def _nights() -> Lake:
    """Return what three nights did and checked; of the second a check failed."""
    days = [date(2026, 2, 11) + timedelta(days=night) for night in range(3)]
    checks = [
        check(
            f"run-{night:03}",
            name,
            datetime(day.year, day.month, day.day, 4, 40, tzinfo=UTC) + timedelta(days=1),
            failed=failed,
        )
        for night, day in enumerate(days)
        for name, failed in (("unique_key", 0), ("has_conversation", 2 if night == 1 else 0))
    ]
    # Each night's conversations and feedback, of all items; four are rejected, which may be, two have no table.
    rows = [{"conversations": 60 + 3 * night, "feedback": 31 + 2 * night} for night in range(3)]
    checks += [
        {
            **check(each["run_id"], "rejected_ratio", each["checked_at"], failed=0),
            "dataset": "rejected",
            "rows_checked": sum(rows[night].values()) + 6,
            "rows_failed": 4,
            "allowed_ratio": 0.05,
        }
        for night, each in enumerate(checks[::2])
    ]
    return {
        "runs": [
            run(night, name, day, snapshot_id=1_000 + night, rows_now=count)
            for night, day in enumerate(days)
            if night != 1
            for name, count in rows[night].items()
        ],
        "data_quality": checks,
    }
