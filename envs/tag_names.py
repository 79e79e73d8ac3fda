"""The names of the platform's own tags; modules/tags.py has their values."""

from __future__ import annotations

from typing import Final

#: Of every resource of an environment. Its settings may add others.
COMMON_TAGS: Final = ("Environment", "Project", "ProjectId", "ManagedBy")
#: Of each resource by itself.
COMPONENT_TAGS: Final = ("ETLComponent", "ETLStage", "ResourceType")

#: S3's quota for an object; other resources may have 50.
MOST_OBJECT_TAGS: Final = 10
