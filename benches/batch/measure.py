"""Measures bantam beside SQL by hand, in turns, and compares every lead of every run.

Run it as `cargo xtask bench batch`, which builds bantam and installs what this needs. It uses the standard library alone: on Linux
a child's peak of memory begins at the size of the process that started it, so this one stays small.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent.parent / "docs" / "benchmarks.md"
AS_OF = "2025-12-17T00:00:00Z"
VARIANTS = {"lead": "by lead", "time": "by time", "lead-text": "by lead, ids as text", "time-text": "by time, ids as text"}
HEADINGS = ["leads", "events", "order", "threads", "bantam", "SQL by hand", "ratio", "peak, bantam", "peak, SQL", "measured"]
# The table in the page begins and ends here.
BEGIN, END = "<!-- batch: begin -->", "<!-- batch: end -->"


def main():
    options = read_options()
    data = make_data(options)
    rows = []
    for variant in options.variants.split(","):
        rows.append(measure(options, data, variant))
        print(rows[-1], flush=True)
    print_table(rows)
    if options.write:
        write_rows(rows)


def read_options():
    parser = argparse.ArgumentParser(prog="cargo xtask bench batch")
    parser.add_argument("--bantam", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--variants", default="lead,time", help=f"some of {','.join(VARIANTS)} (default: lead,time)")
    parser.add_argument("--write", action="store_true", help="put the rows into docs/benchmarks.md")
    options = parser.parse_args()
    unknown = set(options.variants.split(",")) - set(VARIANTS)
    if unknown or options.rounds < 1:
        parser.error(f"there is no variant `{unknown.pop()}`" if unknown else "at least one round is needed")
    return options


def make_data(options):
    """Makes the files, unless an earlier run of the same generator left them."""
    folder = options.data / f"batch-{options.leads}-{options.events}"
    done = folder / "made-by.py"
    generator = (HERE / "workload.py").read_text()
    if not done.exists() or done.read_text() != generator:
        subprocess.run([sys.executable, HERE / "workload.py", folder, str(options.leads), str(options.events)], check=True)
        done.write_text(generator)
    return folder


def measure(options, data, variant):
    """Runs both, one time more than there are rounds: the first warms caches and is not counted."""
    leads = data / ("leads-text.parquet" if variant.endswith("-text") else "leads.parquet")
    events = data / f"events-{variant}.parquet"
    ours, theirs = data / "bantam.parquet", data / "by-hand.parquet"
    commands = {
        "bantam": [options.bantam, "score", HERE / "definition.yaml", "--leads", leads, "--events", events, "--as-of", AS_OF,
                   "--threads", options.threads, "--output", ours, "--force"],
        "sql": [sys.executable, HERE / "by_hand.py", leads, events, theirs, options.threads],
    }
    runs = {"bantam": [], "sql": []}
    for turn in range(options.rounds + 1):
        order = list(commands) if turn % 2 else list(reversed(commands))
        for name in order:
            said = data / f"{name}.out"
            run = run_child([str(word) for word in commands[name]], said)
            if name == "sql":
                # The statement alone: starting Python is not what anybody wants to know.
                run.seconds = float(said.read_text())
            if turn > 0:
                runs[name].append(run)
        subprocess.run([sys.executable, HERE / "compare.py", ours, theirs], check=True, stdout=subprocess.DEVNULL if turn else None)
        times = ", ".join(f"{name} {runs[name][-1].seconds:.3f} s" for name in order) if turn else "warm, all leads equal"
        print(f"{VARIANTS[variant]}, round {turn}: {times}", flush=True)
    return Row(variant, options, {name: summarise(runs) for name, runs in runs.items()})


class Run:
    """A finished process, or the medians of several."""

    def __init__(self, seconds, peak_mib):
        self.seconds, self.peak_mib = seconds, peak_mib


def run_child(command, output):
    """Runs a command to its end."""
    talk = output.with_suffix(".err")
    with open(output, "w") as sink, open(talk, "w") as errors:
        start = time.perf_counter()
        child = subprocess.Popen(command, stdout=sink, stderr=errors)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{' '.join(command)}\nended with {child.returncode}\n{talk.read_text()}")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Run(seconds, usage.ru_maxrss / unit)


def summarise(runs):
    return Run(statistics.median(run.seconds for run in runs), statistics.median(run.peak_mib for run in runs))


class Row:
    """A row of the page's table. The first four cells say which measurement it is."""

    def __init__(self, variant, options, medians):
        bantam, sql = medians["bantam"], medians["sql"]
        self.key = [f"{options.leads:,}", f"{options.events:,}", VARIANTS[variant], str(options.threads)]
        self.figures = [f"{bantam.seconds:.2f} s", f"{sql.seconds:.2f} s", f"{sql.seconds / bantam.seconds:.1f}",
                        f"{bantam.peak_mib:,.0f} MiB", f"{sql.peak_mib:,.0f} MiB",
                        f"{date.today()}, medians of {options.rounds}; {machine()}"]

    def __str__(self):
        return "| " + " | ".join(self.key + self.figures) + " |"

    def replaces(self, line):
        return [cell.strip() for cell in line.strip("| ").split("|")][:4] == self.key


def print_table(rows):
    print("\n| " + " | ".join(HEADINGS) + " |")
    for row in rows:
        print(row)


def write_rows(rows):
    """Puts rows into the page, in the place of earlier ones of the same measurement."""
    before, rest = PAGE.read_text().split(BEGIN)
    table, after = rest.split(END)
    lines = [line for line in table.splitlines() if line.startswith("|") and "not yet measured" not in line]
    kept = [line for line in lines if not any(row.replaces(line) for row in rows)]
    table = "\n".join(kept + [str(row) for row in rows])
    PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}")
    print(f"wrote {PAGE}")


def machine():
    """What the figures depend on beside the code."""
    processor = platform.processor() or platform.machine()
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        names = [line.split(":", 1)[1].strip() for line in facts.read_text().splitlines() if line.startswith("model name")]
        processor = names[0] if names else processor
    versions = (HERE.parent / "requirements.txt").read_text().split()
    duckdb = next(word for word in versions if word.startswith("duckdb==")).replace("duckdb==", "DuckDB ")
    return f"{processor}, {os.cpu_count()} cores, {platform.system()}, {duckdb}"


main()
