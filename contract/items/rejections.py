"""Why an item cannot be normalized."""

from __future__ import annotations

from typing import Final


class RejectionCode:
    """Why items of any table are rejected; a contract has further codes of its own.

    Run summaries count by these values and people query them: they never change meaning.
    """

    MALFORMED_ATTRIBUTE: Final = "malformed_attribute"
    WRONG_TYPE: Final = "wrong_type"
    INVALID_KEY: Final = "invalid_key"
    INVALID_JSON: Final = "invalid_json"
    INVALID_UNICODE: Final = "invalid_unicode"
    INVALID_TIMESTAMP: Final = "invalid_timestamp"
    UNKNOWN_VALUE: Final = "unknown_value"
    INVALID_VALUE: Final = "invalid_value"
    MISSING_VALUE: Final = "missing_value"
    TOO_DEEPLY_NESTED: Final = "too_deeply_nested"


class ItemRejectedError(Exception):
    """One item breaks a rule.

    ``code`` is for counting; ``rule`` is for people; ``path`` leads from the item to the wrong value and grows
    while the exception rises, so that right items never pay for it.
    """

    def __init__(self, code: str, rule: str, path: str = "") -> None:
        """Start with the innermost ``path`` that is known."""
        super().__init__(code, rule, path)
        self.code = code
        self.rule = rule
        self.path = path

    def within(self, outer: str) -> None:
        """Lengthen the path at its front, by an attribute's name or ``[index]``."""
        separator = "." if self.path and not self.path.startswith("[") else ""
        self.path = outer + separator + self.path

    @property
    def reason(self) -> str:
        """The ``reason`` cell: ``code: path: rule``."""
        return ": ".join(part for part in (self.code, self.path, self.rule) if part)
