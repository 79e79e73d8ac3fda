"""The stack of ETL-1: ``construct.py`` puts it together; each other file makes one part of it."""
