"""The daily report: one day's facts, from the bucket, as one self-contained HTML page. docs/report.md."""
