"""Compares two results lead by lead; prints the number of leads, or the first that differ and exits with 1.

usage: compare.py RESULT OTHER
"""

import sys

import duckdb

COLUMNS = ["fit", "engagement", "score", "stage"]


def main(result, other):
    database = duckdb.connect()
    for name, path in (("result", result), ("other", other)):
        # Ids as texts: one side may read numbers as numbers.
        columns = f"CAST(lead_id AS VARCHAR) AS lead_id, {', '.join(COLUMNS)}"
        database.execute(f"CREATE TABLE {name} AS SELECT {columns} FROM read_parquet('{path}')")
    rows = [database.execute(f"SELECT count(*), count(DISTINCT lead_id) FROM {name}").fetchall()[0] for name in ("result", "other")]
    differing = database.execute(f"""
        SELECT result.*, other.* FROM result FULL JOIN other ON result.lead_id = other.lead_id
        WHERE result.lead_id IS NULL OR other.lead_id IS NULL
           OR {" OR ".join(f"result.{column} IS DISTINCT FROM other.{column}" for column in COLUMNS)}
        LIMIT 5
    """).fetchall()
    (count, distinct), counts_of_other = rows
    if differing or count != distinct or rows[0] != counts_of_other:
        sys.exit(f"results differ: {count} rows of {distinct} leads beside {counts_of_other[0]} of {counts_of_other[1]}\n"
                 + "\n".join(map(str, differing)))
    print(f"{count:,} leads compared, all equal in {', '.join(COLUMNS)}")


main(sys.argv[1], sys.argv[2])
