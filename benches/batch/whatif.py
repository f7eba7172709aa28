"""Measures what a change of a definition costs that somebody tries out, on leads and events in memory.

Run it as `cargo xtask bench whatif`; the measurement itself is crates/bantam-insight/benches/whatif.rs.
"""

import json
import subprocess
import sys

import data
import jobs
from options import parser
from tables import Table, measured

ROOT = jobs.HERE.parent.parent
TABLE = Table("whatif", [">leads", ">events", "what changes", ">all leads", "measured"], keys=3)
# What all others are compared with.
ANEW = "everything: scored anew"


def main():
    options = parser("whatif", leads=1_000_000, events=20_000_000, rounds=9, program="--cargo").parse_args()
    folder = data.make_workload(options.data, options.leads, options.events)
    files = data.files(folder, "time", "parquet")
    figures = measure(options, files)
    print(f"built in {figures['built_s']:.1f} s; every lead of every change equal")
    times = {change["change"]: change["ms"] for change in figures["changes"]} | {ANEW: figures["anew_ms"]}
    key = [f"{options.leads:,}", f"{options.events:,}"]
    rows = [[*key, name, f"{ms:,.0f} ms", measured(options.rounds)] for name, ms in times.items()]
    TABLE.show(rows)
    if options.write:
        TABLE.write(rows)


def measure(options, files):
    arguments = ["--definition", jobs.DEFINITION, "--leads", files.leads, "--events", files.events, "--rounds", options.rounds]
    bench = [options.cargo, "bench", "--package", "bantam-insight", "--bench", "whatif", "--"]
    run = subprocess.run([*map(str, [*bench, *arguments])], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if run.returncode != 0:
        sys.exit(f"the measurement ended with {run.returncode}; nothing was written")
    return json.loads(run.stdout)


main()
