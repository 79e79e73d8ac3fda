"""The operators' one command: ``python -m ops``. ``app.py`` lists the commands.

``commands/`` reads the command line, the modules here do the work, ``show/`` prints, ``report/`` is the daily report.
Imports ``contract``, ``envs``, and from ETL-1 and ETL-2 what they define for others: errors, events, plans.
"""
