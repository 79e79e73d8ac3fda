"""The programs that are measured. Each module has ``prepare(task)``, which returns the work to be timed."""
