"""Athena's API on loopback: queries run on Trino, results go to the results prefix, all else is the emulator's.

Clients are pointed here by ``AWS_ENDPOINT_URL_ATHENA`` and run unchanged. Done as Athena does: StartQueryExecution,
StopQueryExecution, GetQueryExecution, BatchGetQueryExecution, ListQueryExecutions, GetQueryResults, a workgroup's
results location and its limit on bytes scanned. Passed on to the emulator: workgroups, named queries, catalogs, tags.
Refused with an error of Athena's own form: everything else, such as prepared statements and notebooks. No result is
reused, the ``.metadata`` file beside a result is not written, and executions are forgotten when the server ends.
"""
