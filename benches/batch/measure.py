"""Measures bantam beside SQL by hand, in turns, and compares every lead of every run.

Run it as `cargo xtask bench batch`, which builds bantam and installs what this needs.
"""

import data
import jobs
from options import add_choice, counts, parser
from runs import in_turns
from tables import Table, measured, peak, seconds

TABLE = Table("batch", [">leads", ">events", "order", "format", ">threads", ">bantam", ">SQL by hand", ">ratio", ">peak, bantam",
                        ">peak, SQL", ">bantam, all columns ranked", ">its peak", "measured"], keys=5)
THREADS = Table("threads", [">leads", ">events", "order", "format", "threads", ">bantam with fewer", ">with more", ">ratio",
                            ">SQL with fewer", ">with more", ">ratio", "measured"], keys=5)


def main():
    options = read_options()
    folder = data.make_workload(options.data, options.leads, options.events)
    rows, thread_rows = [], []
    for variant in options.variants:
        for format in options.formats:
            key = [f"{options.leads:,}", f"{options.events:,}", data.VARIANTS[variant], data.FORMATS[format]]
            runs = measure(options, folder, data.files(folder, variant, format), f"{key[2]}, {key[3]}")
            rows += [key + cells(options, runs, threads) for threads in options.threads]
            if len(options.threads) > 1:
                thread_rows.append(key + thread_cells(options, runs))
    for table, of_table in ((TABLE, rows), (THREADS, thread_rows)):
        if of_table:
            table.show(of_table)
        if of_table and options.write:
            table.write(of_table)


def read_options():
    given = parser("batch", leads=100_000, events=2_000_000, rounds=5)
    given.add_argument("--threads", type=counts, default=[2], metavar="N,N", help="how many cores to use (default: 2)")
    add_choice(given, "--variants", data.VARIANTS, "lead,time")
    add_choice(given, "--formats", data.FORMATS, "parquet")
    return given.parse_args()


def measure(options, folder, files, title):
    """Returns the medians of both sides, by name and number of threads."""
    def ours(side, threads, more=()):
        job = name(side, threads)
        return jobs.score(job, options.bantam, jobs.DEFINITION, files, threads, folder / f"{job}.parquet", more=more)

    sides = []
    for threads in options.threads:
        theirs = name("SQL", threads)
        sides.append((jobs.by_hand(theirs, files, threads, folder / f"{theirs}.parquet"),
                      [ours("bantam", threads, jobs.AS_BY_HAND), ours("all", threads)]))

    def compare(turn, done):
        for theirs, each in sides:
            for job in each:
                jobs.compare(folder / f"{job.name}.parquet", folder / f"{theirs.name}.parquet", aloud=turn == 0)
        times = ", ".join(f"{name} {run.seconds:.3f} s" for name, run in done.items())
        print(f"{title}, round {turn}: {times if turn else 'warm, all leads equal'}", flush=True)

    return in_turns([job for theirs, each in sides for job in (theirs, *each)], options.rounds, folder, compare)


def name(side, threads):
    return f"{side}-{threads}"


def cells(options, runs, threads):
    bantam, sql, ranked = (runs[name(side, threads)] for side in ("bantam", "SQL", "all"))
    return [str(threads), seconds(bantam), seconds(sql), f"{sql.seconds / bantam.seconds:.1f}", peak(bantam), peak(sql),
            seconds(ranked), peak(ranked), measured(options.rounds, with_duckdb=True)]


def thread_cells(options, runs):
    """How much faster the most threads are than the fewest."""
    fewest, most = options.threads[0], options.threads[-1]
    row = [f"{fewest} to {most}"]
    for side in ("bantam", "SQL"):
        fewer, more = runs[name(side, fewest)], runs[name(side, most)]
        row += [seconds(fewer), seconds(more), f"{fewer.seconds / more.seconds:.2f}"]
    return row + [measured(options.rounds, with_duckdb=True)]


main()
