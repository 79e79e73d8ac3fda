"""The platform on one machine: emulator, Spark, Trino, demo. Start with README.md."""
