"""Compares two workloads of equal size: the same things come up as often and as unevenly. Exits with 1 where they do not.

usage: shapes.py FOLDER OTHER
"""

import sys

import duckdb

# What comes up, by file. Pages count by their rank: which one is the most visited is drawn anew for each workload.
SHARES = {
    "leads": ["industry", "country", "title", "department", "lead_source", "consent", "employees IS NULL", "annual_revenue IS NULL",
              "regexp_replace(email, '.*@|[0-9]+', '', 'g')", "month(created_at::TIMESTAMP)"],
    "events-time": ["event", "channel", "(event, path IS NULL)", 'month("timestamp"::TIMESTAMP)', 'hour("timestamp"::TIMESTAMP)'],
}
QUANTILES = {"leads": ["ln(employees)", "ln(annual_revenue)"], "events-time": ["value"]}
# How far apart two shares may lie, and two quantiles, as a part of the larger one.
SHARE, QUANTILE = 0.01, 0.05
POINTS = [0.25, 0.5, 0.75, 0.9, 0.95, 0.99]


def main(folders):
    database = duckdb.connect()
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
    """Returns what is compared: a title, how far it may lie apart, and a function from a database and a table to figures by key."""
    for what in SHARES[file]:
        yield what, SHARE, lambda database, table, what=what: shares(database, table, what)
    for what in QUANTILES[file]:
        yield what, QUANTILE, lambda database, table, what=what: quantiles(database, f"SELECT {what} FROM {table}")
    if file == "events-time":
        yield "pages by rank", SHARE, lambda database, table: ranked(shares(database, f"{table} WHERE path IS NOT NULL", "path"))
        yield "events per lead", QUANTILE, lambda database, table: quantiles(database, f"SELECT count(*) FROM {table} GROUP BY lead_id")
        yield "events earlier than the one before", 0, steps_back


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
    times = [row[0] for row in database.execute(f'SELECT epoch_us("timestamp") FROM {table}').fetchall()]
    return {"count": sum(time < before for before, time in zip(times, times[1:]))}


def distance(one, other, limit):
    return abs(one - other) / max(one, other, 1) if limit == QUANTILE else abs(one - other)


main(sys.argv[1:])
