"""The names of the platform's own tags; modules/tags.py has their values."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Tag(StrEnum):
    """The first ones are of every resource of an environment, the others of each resource by itself."""

    ENVIRONMENT = "Environment"
    PROJECT = "Project"
    PROJECT_ID = "ProjectId"
    MANAGED_BY = "ManagedBy"

    ETL_COMPONENT = "ETLComponent"
    ETL_STAGE = "ETLStage"
    RESOURCE_TYPE = "ResourceType"
    #: Of what runs the programs only: modules/tags.py says why.
    VERSION = "Version"


#: What an object in S3 has of them.
OF_OBJECTS: Final = tuple(tag for tag in Tag if tag is not Tag.VERSION)
#: S3's quota for an object; other resources may have 50.
MOST_OBJECT_TAGS: Final = 10
