"""Compares two workloads of equal size: the same things come up as often and as unevenly. Exits with 1 where they do not.

usage: shapes.py FOLDER OTHER
"""

import sys

import duckdb

# What comes up, by file. Pages count by their rank: which one is the most visited is drawn anew for each workload.
SHARES = {
    "leads": ["industry", "country", "title", "department", "lead_source", "consent", "employees IS NULL", "annual_revenue IS NULL",
              "CASE WHEN email LIKE '%@company%' THEN 'company' ELSE email_domain(email) END", "month(created_at::TIMESTAMP)"],
    "events-time": ["event", "channel", "(event, path IS NULL)", 'month("timestamp"::TIMESTAMP)', 'hour("timestamp"::TIMESTAMP)'],
}
QUANTILES = {"leads": ["ln(employees)", "ln(annual_revenue)"], "events-time": ["value"]}
# How far apart two shares may lie, and two quantiles, as a part of the larger one.
SHARE, QUANTILE = 0.01, 0.05
POINTS = [0.25, 0.5, 0.75, 0.9, 0.95, 0.99]


def main(folders):
    database = duckdb.connect()
    database.execute("CREATE MACRO email_domain(email) AS split_part(email, '@', 2)")
    problems, shapes = [], 0
    for file in SHARES:
        tables = [f"read_parquet('{folder}/{file}.parquet')" for folder in folders]
        for title, limit, read in shapes_of(file):
            one, other = (read(database, table) for table in tables)
            shapes += 1
            apart = max(distance(one.get(key, 0), other.get(key, 0), limit) for key in one | other)
            if apart > limit:
                problems.append(f"{file}, {title}: {apart:.3f} apart, {limit} at most")
    sys.exit("\n".join(problems)) if problems else print(f"{shapes} shapes compared, all alike")


def shapes_of(file):
    """Returns what is compared: a title, how far it may lie apart, and a function from a table to figures by key."""
    for expression in SHARES[file]:
        yield expression, SHARE, lambda database, table, it=expression: shares(database, table, it)
    for expression in QUANTILES[file]:
        yield expression, QUANTILE, lambda database, table, it=expression: quantiles(database, f"SELECT {it} FROM {table}")
    if file == "events-time":
        yield "pages by rank", SHARE, lambda database, table: ranked(shares(database, f"{table} WHERE path IS NOT NULL", "path"))
        yield "events per lead", QUANTILE, lambda database, table: quantiles(
            database, f"SELECT count(*) FROM {table} GROUP BY lead_id")
        yield "order", 0, lambda database, table: steps_back(database, table)


def shares(database, table, expression):
    rows = database.execute(f"SELECT {expression}, count(*) FROM {table} GROUP BY ALL").fetchall()
    total = sum(count for _, count in rows)
    return {key: count / total for key, count in rows}


def ranked(shares):
    return dict(enumerate(sorted(shares.values(), reverse=True)))


def quantiles(database, query):
    found = database.execute(f"SELECT quantile_cont(x::DOUBLE, {POINTS}) FROM ({query}) AS t(x)").fetchone()[0]
    return dict(zip(POINTS, found))


def steps_back(database, table):
    """How many events are earlier than the one before them."""
    later = f'SELECT epoch_us("timestamp") < lag(epoch_us("timestamp")) OVER (ORDER BY file_row_number) AS back FROM {table}'
    return {"back": database.execute(f"SELECT count(*) FROM ({later}) WHERE back".replace("')", "', file_row_number = true)")).fetchone()[0]}


def distance(one, other, limit):
    return abs(one - other) / max(one, other, 1) if limit == QUANTILE else abs(one - other)


main(sys.argv[1:])
