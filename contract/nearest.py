"""What somebody meant who misspelt a name or took a number that there is not."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(value: object, choices: Iterable[object]) -> str:
    """Return ``; did you mean …?`` with the choice that is nearest to ``value``, or nothing where none is near."""
    known = list(choices)
    if isinstance(value, int | float) and not isinstance(value, bool):
        numbers = [choice for choice in known if isinstance(choice, int | float)]
        found: list[object] = [min(numbers, key=lambda choice: abs(choice - value))] if numbers else []
    else:
        by_text = {str(choice).casefold(): choice for choice in known}
        found = [by_text[text] for text in get_close_matches(str(value).casefold(), by_text, n=1)]
    return f"; did you mean {found[0]!r}?" if found else ""
