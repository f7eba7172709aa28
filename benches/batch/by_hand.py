"""Runs `by_hand.sql` in DuckDB and prints the seconds that the statement took, without the start of Python.

usage: by_hand.py LEADS EVENTS OUTPUT THREADS
"""

import sys
import time
from pathlib import Path

import duckdb

leads, events, output, threads = sys.argv[1:]
statement = Path(__file__).with_name("by_hand.sql").read_text()
for name, path in (("leads", leads), ("events", events), ("output", output)):
    statement = statement.replace("{" + name + "}", path)
connection = duckdb.connect(config={"threads": int(threads)})
start = time.perf_counter()
connection.execute(statement)
print(time.perf_counter() - start)
