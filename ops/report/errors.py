"""What a report can fail for, told as what to do."""

from __future__ import annotations


class ReportError(Exception):
    """There is no report to be made; the message says why and what to do."""
