"""Fast readers, a package for each source that has one: see ``protocol.py``."""
