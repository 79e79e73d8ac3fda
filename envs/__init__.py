"""Settings: what they are (``schema.py``), which are valid, every physical name, and a file for each environment.

Imports ``contract``. To add an environment, add a file beside ``test.py``.
"""
