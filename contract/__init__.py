"""All that both programs, the stacks and the tools must agree on.

Columns, keys, cell escaping, names of variables and arguments, run summaries, and the sources (``contract.sources``):
what a source's columns are, how its items are normalized, its views. Imports nothing of the project.

Standard library only and valid on Python 3.11: the package ships whole in the Lambda archives (Python 3.12) and the
Glue libraries (3.11). Begin with ``datasets.py`` and ``source.py``.
"""
