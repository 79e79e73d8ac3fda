from __future__ import annotations

from envs.alert_texts import with_remedy, without_command


def test_what_the_stacks_write_is_taken_apart_where_operators_look() -> None:
    text = with_remedy("A run failed. Readers see what they saw.", "cat-prod-etl2-failed", "Glue job failed")
    assert text.endswith(" Type: python -m ops doctor --env prod. See the runbook, Glue job failed.")
    assert without_command(text) == ("A run failed. Readers see what they saw.", "See the runbook, Glue job failed.")
    assert without_command("Somebody's own alarm.") == ("Somebody's own alarm.", "")
