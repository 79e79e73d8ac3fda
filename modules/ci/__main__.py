"""Builds the stacks of what GitHub's workflows act as, of test and prod or what CAT_ENV names.

``cdktf deploy --app ".venv/bin/python -m modules.ci" cat-test-pipeline``: apart from main.py, because a workflow
must not be able to change its own permissions.
"""

from __future__ import annotations

import os
import sys

from envs.selection import selected_environments
from envs.validation import ConfigurationError
from modules.ci.stack import PipelineStack
from modules.provider_lock import synthesize
from modules.terraform import App


def main() -> None:
    """Synthesize the chosen environments' stacks into the folder that the cdktf command names."""
    try:
        environments = selected_environments(os.environ)
        if not any(environment.pipeline.repository for environment in environments):
            sys.exit("no chosen environment names a repository: set pipeline.repository in envs/ (docs/delivery.md)")
        app = App()
        for environment in environments:
            if environment.pipeline.repository:
                PipelineStack(app, environment)
    except ConfigurationError as error:
        sys.exit(str(error))
    synthesize(app)


if __name__ == "__main__":
    main()
