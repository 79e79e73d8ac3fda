"""What can go wrong with a plan, a deployment or a report; each message says what and what to do.

PipelineError
├── CommandError    cdktf or Terraform failed
├── GuardedError    a person has to deploy this
└── GitHubError     GitHub's API refused
"""

from __future__ import annotations

from collections.abc import Sequence


class PipelineError(RuntimeError):
    """The step cannot go on."""


class CommandError(PipelineError):
    """A command ended with an error; ``said`` is the end of what it said."""

    def __init__(self, command: str, status: int, said: str) -> None:
        super().__init__(f"{command} ended with {status}:\n{said}")
        self.said = said


class GuardedError(PipelineError):
    """A plan changes what no workflow may; ``addresses`` says what."""

    def __init__(self, environment: str, addresses: Sequence[str]) -> None:
        super().__init__(
            f"nothing was deployed to {environment}, for a workflow may not change\n"
            + "".join(f"  {address}\n" for address in addresses)
            + "A person deploys this, as the change-guard role (docs/delivery.md): "
            f"python -m tools.ci deploy --env {environment} --as-change-guard"
        )
        self.addresses = addresses


class GitHubError(PipelineError):
    """GitHub's API refused a request."""
