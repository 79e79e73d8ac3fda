"""The data contract: columns, S3 keys, cell escaping, run summaries and the settings that both programs read.

Standard library only and valid on Python 3.10, because this package ships inside the Lambda archive (Python 3.12)
and the Glue library (Python 3.10 on Glue 4.0, 3.11 on Glue 5.0).
"""
