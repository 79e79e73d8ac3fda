"""What can go wrong with a plan, a deployment or a report; each message says what and what to do.

PipelineError
├── CommandError    cdktf or Terraform failed
└── GitHubError     GitHub's API refused
"""

from __future__ import annotations


class PipelineError(RuntimeError):
    """The step cannot go on."""


class CommandError(PipelineError):
    """A command ended with an error; ``said`` is the end of what it said."""

    def __init__(self, command: str, status: int, said: str) -> None:
        super().__init__(f"{command} ended with {status}:\n{said}")
        self.said = said


class GitHubError(PipelineError):
    """GitHub's API refused a request."""
