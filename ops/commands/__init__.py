"""The commands, each a few lines: what the command line says goes to the modules that gather, act and show."""
