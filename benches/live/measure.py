"""Measures scoring one lead at a time, by bantam and by two others; every lead's score must be the same.

Run it as `cargo xtask bench live`. It uses the standard library alone. Programs and packages go below `target/`.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PAGE = ROOT / "docs" / "benchmarks.md"
HEADINGS = ["what", "µs per lead", "leads per second", "ratio", "measured"]
# The table in the page begins and ends here.
BEGIN, END = "<!-- live: begin -->", "<!-- live: end -->"
# Everything that the script in JavaScript needs beside it.
FOR_NODE = ["package.json", "package-lock.json", "by_json_rules.mjs"]


def main():
    options = read_options()
    options.data.mkdir(parents=True, exist_ok=True)
    figures = measure_rust(options) | measure_node(options)
    rows = [row(name, micros, figures["score_lead"], options) for name, micros in sorted(figures.items(), key=lambda figure: figure[1])]
    print("\n| " + " | ".join(HEADINGS) + " |")
    print("\n".join(rows))
    if options.write:
        write_rows(rows)


def read_options():
    parser = argparse.ArgumentParser(prog="cargo xtask bench live")
    parser.add_argument("--cargo", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--leads", type=int, default=64)
    parser.add_argument("--events", type=int, default=200, help="of each lead (default: 200)")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--write", action="store_true", help="put the rows into docs/benchmarks.md")
    options = parser.parse_args()
    if min(options.leads, options.events, options.rounds) < 1:
        parser.error("there must be at least one lead, one event and one round")
    return options


def measure_rust(options):
    """Builds and runs `crates/bantam-engine/benches/live.rs`, which compares both of its sides and writes the leads."""
    numbers = ["--leads", options.leads, "--events", options.events, "--rounds", options.rounds, "--data", options.data]
    command = [options.cargo, "bench", "--package", "bantam-engine", "--bench", "live", "--", *map(str, numbers)]
    return figures_of(command)


def measure_node(options):
    """Runs `by_json_rules.mjs`, with its packages beside a copy of it."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        print("skipped json-rules-engine: `node` and `npm` are not both installed here", flush=True)
        return {}
    folder = options.data / "node"
    folder.mkdir(exist_ok=True)
    lock = (HERE / "package-lock.json").read_text()
    installed = folder / "installed.json"
    for name in FOR_NODE:
        shutil.copy(HERE / name, folder)
    if not installed.exists() or installed.read_text() != lock:
        subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True)
        installed.write_text(lock)
    return figures_of([node, folder / "by_json_rules.mjs", options.data / "leads.json", str(options.rounds)])


def figures_of(command):
    """Runs a program that prints its figures; what else it says goes to the terminal."""
    run = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if run.returncode != 0:
        sys.exit(f"{command[0]} ended with {run.returncode}; nothing was written")
    return json.loads(run.stdout)


def row(name, micros, ours, options):
    """A row of the page's table."""
    how = f"{date.today()}, {options.leads} leads with {options.events} events each; {machine()}"
    cells = [title(name), f"{micros:,.2f}" if micros < 100 else f"{micros:,.0f}", f"{1e6 / micros:,.0f}"]
    return "| " + " | ".join([*cells, f"{micros / ours:,.1f}", how]) + " |"


def title(name):
    """What scored, with its version."""
    if name == "cel":
        packages = tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]
        return "`cel` " + next(package["version"] for package in packages if package["name"] == "cel")
    if name == "json-rules-engine":
        node = subprocess.run(["node", "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()
        version = json.loads((HERE / "package.json").read_text())["dependencies"][name]
        return f"`{name}` {version}, Node.js {node.removeprefix('v')}"
    return f"bantam, `{name}`"


def write_rows(rows):
    """Puts the table into the page. A row that could not be measured here keeps its place, with its own date."""
    before, rest = PAGE.read_text().split(BEGIN)
    table, after = rest.split(END)
    lines = [line for line in table.splitlines() if line.startswith("|")]
    measured = {first_word(row) for row in rows}
    kept = [line for line in lines if first_word(line) not in measured and "not yet measured" not in line]
    table = "\n".join(kept[:2] + rows + kept[2:])
    PAGE.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}")
    print(f"wrote {PAGE}")


def first_word(row):
    """What tells a row's side, whatever its version."""
    return row.strip("| ").split()[0]


def machine():
    """What the figures depend on beside the code."""
    processor = platform.processor() or platform.machine()
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        names = [line.split(":", 1)[1].strip() for line in facts.read_text().splitlines() if line.startswith("model name")]
        processor = names[0] if names else processor
    return f"{processor}, {os.cpu_count()} cores, {platform.system()}"


main()
