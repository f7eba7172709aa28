"""Measures what more rules, and other kinds of them, cost: bantam alone, with several definitions in turns.

Run it as `cargo xtask bench rules`, which builds bantam and installs what this needs.
"""

import re
import subprocess
import sys

import data
import jobs
from options import at_least_one, parser
from runs import in_turns, run
from tables import Table, measured, peak, seconds

# What the others are compared with, and what the SQL by hand computes.
FIRST = "definition"
# Files by their names, with what the page calls them.
DEFINITIONS = {
    FIRST: "24 rules",
    "50-rules": "50 rules",
    "once-per": "24, six with `once_per`",
    "signals": "24 and three about signals",
    "sequence": "24 and one about a sequence",
}
TABLE = Table("rules", [">leads", ">events", "order", ">threads", "definition", ">rules", ">bantam", ">to 24 rules", ">peak",
                        "measured"], keys=5)


def main():
    options = read_options()
    rules = {name: count_rules(options, name) for name in DEFINITIONS}
    folder = data.make_workload(options.data, options.leads, options.events)
    rows = []
    for variant in ("lead", "time"):
        runs = measure(options, folder, data.files(folder, variant, "parquet"), data.VARIANTS[variant])
        for name, run in runs.items():
            key = [f"{options.leads:,}", f"{options.events:,}", data.VARIANTS[variant], str(options.threads), DEFINITIONS[name]]
            rows.append([*key, str(rules[name]), seconds(run), f"{run.seconds / runs[FIRST].seconds:.2f}", peak(run),
                         measured(options.rounds)])
    TABLE.show(rows)
    if options.write:
        TABLE.write(rows)


def read_options():
    given = parser("rules", leads=100_000, events=2_000_000, rounds=5)
    given.add_argument("--threads", type=at_least_one, default=2, metavar="N", help="how many cores to use (default: 2)")
    return given.parse_args()


def path(name):
    return jobs.DEFINITION if name == FIRST else jobs.HERE / "definitions" / f"{name}.yaml"


def count_rules(options, name):
    """Checks a definition and returns how many rules it has, as bantam tells them."""
    check = [options.bantam, "check", "--deny-warnings", path(name)]
    checked = subprocess.run(check, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    found = re.findall(r"(\d+) (?:fit|engagement) rules", checked.stdout)
    if checked.returncode != 0 or not found:
        sys.exit(f"{name}: nothing to measure\n{checked.stdout}")
    return sum(map(int, found))


def measure(options, folder, files, title):
    """Returns the medians of every definition by its name."""
    outputs = {name: folder / f"{name}.parquet" for name in DEFINITIONS}
    others = {name: make_other(options, folder, files, name) for name in DEFINITIONS}

    def compare(turn, done):
        for name, output in outputs.items():
            jobs.compare(output, others[name], aloud=False)
        times = ", ".join(f"{name} {run.seconds:.3f} s" for name, run in done.items())
        print(f"{title}, round {turn}: {times if turn else 'warm, all leads equal'}", flush=True)

    scored = [jobs.score(name, options.bantam, path(name), files, options.threads, output) for name, output in outputs.items()]
    return in_turns(scored, options.rounds, folder, compare)


def make_other(options, folder, files, name):
    """Returns what the result must be: that of SQL where there is some, else bantam's own with other threads."""
    other = folder / f"{name}-other.parquet"
    if name == FIRST:
        run(jobs.by_hand("SQL", files, options.threads, other), folder)
    else:
        threads = 2 if options.threads == 1 else 1
        run(jobs.score(f"{name}-other", options.bantam, path(name), files, threads, other), folder)
    return other


main()
