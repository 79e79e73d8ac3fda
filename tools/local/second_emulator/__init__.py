"""The second, independent AWS emulator (moto): ``SECOND_EMULATOR`` starts it, ``server.py`` is its process."""
