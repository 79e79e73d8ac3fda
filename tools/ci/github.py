"""Comments and issues by GitHub's REST API, as the token of a workflow run.

https://docs.github.com/en/rest/issues: a pull request's comments are those of the issue of its number.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tools.ci.exceptions import GitHubError

#: Who a workflow's own token acts as; only its comments and issues are ours to change.
AUTHOR: Final = "github-actions[bot]"
_PAGE: Final = 100
_SECONDS: Final = 30
_LONGEST_ANSWER: Final = 500


@dataclass(frozen=True)
class GitHub:
    """One repository behind the API; ``repository`` is ``owner/name``."""

    api_url: str
    repository: str
    token: str = field(repr=False)

    def comment(self, pull_request: int, marker: str, body: str) -> None:
        """Write the comment that begins with ``marker``, over the one that is there or as a new one.

        Raises:
            GitHubError: the API refuses, or does not answer.
        """
        path = f"issues/{pull_request}/comments"
        for found in self._all(path, {}):
            if _is_ours(found) and str(found["body"]).startswith(marker):
                self._ask("PATCH", f"issues/comments/{found['id']}", {"body": body})
                return
        self._ask("POST", path, {"body": body})

    def tell(self, title: str, body: str) -> None:
        """Open an issue of that title, or bring the open one up to date.

        Raises:
            GitHubError: as :meth:`comment`.
        """
        found = self._open_issue(title)
        if found is None:
            self._ask("POST", "issues", {"title": title, "body": body})
        else:
            self._ask("PATCH", f"issues/{found}", {"body": body})

    def close(self, title: str, body: str) -> bool:
        """Close the open issue of that title with ``body`` as its last word; return whether there was one.

        Raises:
            GitHubError: as :meth:`comment`.
        """
        found = self._open_issue(title)
        if found is None:
            return False
        self._ask("PATCH", f"issues/{found}", {"body": body, "state": "closed", "state_reason": "completed"})
        return True

    def _open_issue(self, title: str) -> int | None:
        for found in self._all("issues", {"state": "open", "creator": AUTHOR}):
            if "pull_request" not in found and _is_ours(found) and found["title"] == title:
                return int(found["number"])
        return None

    def _all(self, path: str, query: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        page = 1
        while True:
            asked = urllib.parse.urlencode({**query, "per_page": _PAGE, "page": page})
            found = self._ask("GET", f"{path}?{asked}")
            yield from found
            if len(found) < _PAGE:
                return
            page += 1

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        request = urllib.request.Request(  # noqa: S310 the address is the runner's own, GITHUB_API_URL
            f"{self.api_url}/repos/{self.repository}/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - https only
                return json.load(answer)
        except urllib.error.HTTPError as error:
            said = error.read().decode(errors="replace")[:_LONGEST_ANSWER]
            message = f"GitHub answered {method} {path} with {error.code}: {said}"
            raise GitHubError(message) from error
        except (OSError, ValueError) as error:
            message = f"GitHub could not be asked ({method} {path}): {error}"
            raise GitHubError(message) from error


def _is_ours(found: Mapping[str, Any]) -> bool:
    user = found.get("user") or {}
    return bool(user.get("login") == AUTHOR)
