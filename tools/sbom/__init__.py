"""Bills of material: ``python -m tools.sbom``."""
