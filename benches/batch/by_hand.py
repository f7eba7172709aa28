"""Runs `by_hand.sql` in DuckDB and prints the seconds that the statement took, without the start of Python.

usage: by_hand.py LEADS EVENTS TYPE_OF_IDS OUTPUT THREADS MEMORY

The files may be Parquet, CSV or NDJSON. The latter two are read with names and types given, so that DuckDB has nothing to guess.
"""

import sys
import time
from pathlib import Path

import duckdb

LEAD = {"industry": "VARCHAR", "employees": "INTEGER", "country": "VARCHAR", "title": "VARCHAR", "department": "VARCHAR",
        "annual_revenue": "BIGINT", "email": "VARCHAR", "lead_source": "VARCHAR", "consent": "BOOLEAN", "created_at": "TIMESTAMP"}
EVENT = {"timestamp": "TIMESTAMP", "event": "VARCHAR", "path": "VARCHAR", "channel": "VARCHAR", "value": "INTEGER"}


def main(leads, events, ids, output, threads, memory):
    statement = Path(__file__).with_name("by_hand.sql").read_text()
    for name, text in (("leads", reading(leads, ids, LEAD)), ("events", reading(events, ids, EVENT)), ("output", output)):
        statement = statement.replace("{" + name + "}", text)
    # Nothing in the statement asks for the order of rows, and without it DuckDB is free to be faster.
    connection = duckdb.connect(config={
        "threads": int(threads), "memory_limit": memory, "preserve_insertion_order": False,
        "temp_directory": str(Path(output).with_suffix(".spilled")),
    })
    start = time.perf_counter()
    connection.execute(statement)
    print(time.perf_counter() - start)


def reading(path, ids, columns):
    """Returns what stands behind FROM."""
    typed = ", ".join(f"'{name}': '{type}'" for name, type in {"lead_id": ids, **columns}.items())
    match Path(path).suffix:
        case ".parquet":
            return f"read_parquet('{path}')"
        case ".csv":
            form = """auto_detect = false, header = true, delim = ',', quote = '"', escape = '"'"""
            return f"read_csv('{path}', {form}, columns = {{{typed}}})"
        case ".ndjson":
            return f"read_json('{path}', format = 'newline_delimited', columns = {{{typed}}})"


main(*sys.argv[1:])
