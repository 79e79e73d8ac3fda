"""The version of this code: in tags, logs, run summaries, the report, and told by ``python -m ops version``.

Semantic versioning (https://semver.org); docs/upgrading.md says what each part promises.
"""

from __future__ import annotations

from typing import Final

VERSION: Final = "0.1.0"
