"""What can go wrong with the local platform; every message says what happened and what to do.

LocalError
├── EmulatorError   the emulator does not start, or does not run
├── DownloadError   something large that is fetched once cannot be had, or is not what is pinned
├── DeployError     a command that deploys failed
├── SynthesisError  a program that writes stacks failed
├── FunctionError   a function raised, or did not do what it was started for
├── ArrivalError    the deployed EventBridge rule is missing or silent
├── GlueJobError    the Spark job failed
├── SideEnvironmentError   packages for a tool of its own cannot be installed
├── TrinoError      SQL that Trino refuses, or a server that does not start or does not answer
├── ReconciliationError   run summary and tables disagree
└── SampleError     no items can be made up that a contract reads
"""

from __future__ import annotations


class LocalError(RuntimeError):
    """The base of all. ``details`` is what a program said last: shown with --debug."""

    def __init__(self, message: str, details: str = "") -> None:
        self.details = details
        super().__init__(message)


class EmulatorError(LocalError):
    """The emulator does not start, or is asked for while it does not run."""


class DownloadError(LocalError):
    """What is fetched once cannot be had, or is not what is pinned; the message says what and why."""


class DeployError(LocalError):
    """A command that deploys failed; the message says why."""


class SynthesisError(LocalError):
    """A program that writes stacks failed; the message has the program and what it said."""


class FunctionError(LocalError):
    """A function raised, or did not do what it was started for; the message says what it said."""


class ArrivalError(LocalError):
    """The deployed rule is missing, does not start ETL-2, or said nothing in time."""


class GlueJobError(LocalError):
    """The job failed; the message says why."""


class SideEnvironmentError(LocalError):
    """Packages cannot be installed into an environment beside the project's own; the message ends with pip's words."""


class TrinoError(LocalError):
    """Trino refuses or fails a statement, does not start, or does not answer; the message has its own words."""


class ReconciliationError(LocalError):
    """A run's summary and the tables that were made from it do not agree."""


class SampleError(LocalError):
    """Items for a demo could not be made up."""
