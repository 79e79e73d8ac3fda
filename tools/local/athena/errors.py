"""How Athena refuses: https://docs.aws.amazon.com/athena/latest/APIReference/CommonErrors.html."""

from __future__ import annotations


class InvalidRequestError(Exception):
    """The request cannot be met, and the message says why: Athena's InvalidRequestException."""
