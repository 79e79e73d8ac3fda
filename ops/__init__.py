"""The operators' one command: ``python -m ops``. What each part is for: ops/app.py."""
