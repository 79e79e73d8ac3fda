"""The stack of ETL-2: ``construct.py`` puts it together; each other file makes one part of it."""
