"""Measures bantam on more events than fit into the memory that it is given.

Run it as `cargo xtask bench big`, which builds bantam and installs what this needs.
"""

import argparse

import data
import jobs
from options import at_least_one, parser
from runs import in_turns
from tables import Table, measured, peak, seconds

GIB = 1 << 30
# The most that DuckDB holds at once; what does not fit it writes to disk.
SQL_MEMORY = "16GB"
TABLE = Table("big", [">leads", ">events", "order", ">threads", "address space", ">bantam", ">peak, bantam", ">SQL by hand", ">peak, SQL",
                      "compared", "measured"], keys=5)


def main():
    options = read_options()
    folder = data.make_big(options.data, options.leads, options.events)
    runs = measure(options, folder, data.files(folder, "time", "parquet"))
    row = [f"{options.leads:,}", f"{options.events:,}", data.VARIANTS["time"], str(options.threads), f"{options.memory_gib:g} GiB",
           seconds(runs["bantam"]), peak(runs["bantam"])]
    if options.compare:
        row += [seconds(runs["SQL"]), peak(runs["SQL"]), "every lead with SQL", measured(options.rounds, with_duckdb=True)]
    else:
        row += ["", "", "number of leads", measured(options.rounds)]
    TABLE.show([row])
    if options.write:
        TABLE.write([row])


def read_options():
    given = parser("big", leads=5_000_000, events=100_000_000, rounds=1)
    given.add_argument("--threads", type=at_least_one, default=2, metavar="N", help="how many cores to use (default: 2)")
    given.add_argument("--memory-gib", type=gibibytes, default=2, metavar="N", help="the address space that bantam gets (default: 2)")
    given.add_argument("--compare", action="store_true", help=f"run the SQL, too, with {SQL_MEMORY}, and compare every lead")
    return given.parse_args()


def gibibytes(text):
    number = float(text)
    if number <= 0:
        raise argparse.ArgumentTypeError("more than 0 is needed")
    return number


def measure(options, folder, files):
    """Returns the medians of bantam, and of SQL where it is compared with. Nothing runs before that to be warm: it takes minutes."""
    ours, theirs = folder / "bantam.parquet", folder / "SQL.parquet"
    sides = [jobs.score("bantam", options.bantam, jobs.DEFINITION, files, options.threads, ours, int(options.memory_gib * GIB))]
    if options.compare:
        sides.append(jobs.by_hand("SQL", files, options.threads, theirs, SQL_MEMORY))

    def compare(turn, done):
        jobs.count(ours, options.leads)
        if options.compare:
            jobs.compare(ours, theirs, aloud=True)
        print(f"round {turn}: " + ", ".join(f"{name} {run.seconds:.1f} s, {peak(run)}" for name, run in done.items()), flush=True)

    return in_turns(sides, options.rounds, folder, compare, warm=False)


main()
