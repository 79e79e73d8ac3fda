"""The data contract: columns, S3 keys, cell escaping, run summaries and the settings that both programs read.

Standard library only and valid on Python 3.11, because this package ships inside the Lambda archives (Python 3.12) and
the Glue libraries (3.11).
"""
