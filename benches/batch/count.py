"""Counts the leads of a result; exits with 1 where they are not as many as expected, each once.

usage: count.py RESULT LEADS
"""

import sys

import duckdb

result, expected = sys.argv[1], int(sys.argv[2])
rows, leads = duckdb.execute(f"SELECT count(*), count(DISTINCT lead_id) FROM read_parquet('{result}')").fetchone()
if (rows, leads) != (expected, expected):
    sys.exit(f"{rows:,} rows of {leads:,} leads, where {expected:,} leads are expected")
print(f"{rows:,} leads, as expected")
