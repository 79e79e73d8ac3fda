"""CatIA's fast reader; ``reader.py`` has it."""
