"""The operators' one command: ``python -m ops``. What each part is for: ops/app.py.

``commands/`` reads the command line, the modules here do the work, ``show/`` prints, ``report/`` is the daily report.
Imports ``contract``, ``envs`` and what the programs say of themselves.
"""
