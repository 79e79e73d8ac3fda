"""Trino, the engine of Athena, on this machine: ``server`` starts it, ``client`` asks it."""
