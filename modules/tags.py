"""Tags for cost and ownership: common ones for the provider, and each component's own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from contract.version import VERSION
from envs.schema import Environment
from envs.tag_names import Tag

MANAGED_BY = "CDKTF"


class ResourceType(Enum):
    """The kinds of resources that costs are told apart by."""

    COMPUTE = "COMPUTE"
    STORAGE = "STORAGE"
    CATALOG = "CATALOG"
    ANALYTICS = "ANALYTICS"
    ORCHESTRATION = "ORCHESTRATION"
    SECURITY = "SECURITY"
    MONITORING = "MONITORING"


@dataclass(frozen=True)
class Component:
    """A part of the platform, as its tags name it."""

    etl_component: str
    etl_stage: str

    def tags(self, resource_type: ResourceType) -> dict[str, str]:
        """Return the tags of one resource of this component.

        What runs the programs has their version, and nothing else: a release then changes no tag of what no workflow
        may change, such as roles, the bucket and keys (docs/adr/0055).
        """
        version: dict[str, str] = {Tag.VERSION: VERSION} if resource_type is ResourceType.COMPUTE else {}
        return {
            Tag.ETL_COMPONENT: self.etl_component,
            Tag.ETL_STAGE: self.etl_stage,
            Tag.RESOURCE_TYPE: resource_type.value,
            **version,
        }


NORMALIZE = Component("ETL-1", "EXTRACT-TRANSFORM")
ETL = Component("ETL-2", "TRANSFORM-LOAD")
DELIVERY = Component("DELIVERY", "DEPLOY")


def common_tags(environment: Environment) -> dict[str, str]:
    """Return the tags of every resource of an environment; the configuration may add to them, and not replace them."""
    project = environment.project
    return {
        **environment.tags,
        Tag.ENVIRONMENT: environment.name.upper(),
        Tag.PROJECT: project.project,
        Tag.PROJECT_ID: project.project_id,
        Tag.MANAGED_BY: MANAGED_BY,
    }
