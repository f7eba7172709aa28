"""Writes the rows of a Parquet file as CSV or NDJSON, in their order; times as 2025-06-20T09:30:00.123456Z.

usage: formats.py SOURCE TARGET

DuckDB does it in a stream, so files may be larger than memory.
"""

import sys
from pathlib import Path

import duckdb

OPTIONS = {".csv": "FORMAT csv, HEADER", ".ndjson": "FORMAT json"}


def main(source, target):
    database = duckdb.connect(config={"memory_limit": "2GB"})
    columns = database.execute(f"DESCRIBE SELECT * FROM read_parquet('{source}')").fetchall()
    chosen = ", ".join(written(name, type) for name, type, *_ in columns)
    # Under another name until it is whole, so that nobody takes a part for all.
    part = target.with_name(target.name + ".part")
    database.execute(f"COPY (SELECT {chosen} FROM read_parquet('{source}')) TO '{part}' ({OPTIONS[target.suffix]})")
    part.rename(target)
    print(f"{target.name}: {target.stat().st_size:,} bytes", flush=True)


def written(name, type):
    if not type.startswith("TIMESTAMP"):
        return f'"{name}"'
    # By way of microseconds: times with a zone would be written in the zone of this machine.
    return f"""strftime(make_timestamp(epoch_us("{name}")), '%Y-%m-%dT%H:%M:%S.%fZ') AS "{name}\""""


main(Path(sys.argv[1]), Path(sys.argv[2]))
