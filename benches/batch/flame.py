"""Records where the time of a batch run goes and draws it as a flame graph.

Run it as `cargo xtask bench flame`, which builds bantam with frame pointers and installs what this needs.

One picture for work, with zoom and search, stays below the folder for builds. With `--write` a still one goes into the docs: the
script that zooms is not ours to ship.
"""

import re
import subprocess
import sys
from pathlib import Path

import data
import jobs
from options import add_choice, at_least_one, parser
from runs import run
from stacks import clean
from tables import PAGE, Table, measured

ROOT = PAGE.parent.parent
TABLE = Table("flame", ["order", ">leads", ">events", ">threads", ">samples", "picture", "measured"], keys=1)
# Samples a second and core. A prime number, so that they do not keep step with anything that happens regularly.
RATE = 997
# The most bytes of a picture in the docs. Functions below a part of all samples, in percent, are left out until it fits.
BYTES_MAX = 400_000
SMALLEST = [0.1, 0.2, 0.5, 1, 2]
# What a picture without the script has no use for.
FOR_ZOOM = r'<script.*?</script>|<text id="(?:unzoom|search|matched|details)".*?</text>| onload="init\(evt\)"| fg:[xw]="\d+"'


def main():
    options = read_options()
    folder = data.make_workload(options.data, options.leads, options.events)
    rows = []
    for variant in options.variant:
        stacks = options.data / f"flame-{variant}.folded"
        samples = collapse(options, record(options, folder, variant), stacks)
        name = f"flame-{variant}.svg"
        draw(options, stacks, options.data / name, variant, still=False)
        if options.write:
            (PAGE.parent / "benchmarks").mkdir(exist_ok=True)
            draw(options, stacks, PAGE.parent / "benchmarks" / name, variant, still=True)
        rows.append([data.VARIANTS[variant], f"{options.leads:,}", f"{options.events:,}", str(options.threads), f"{samples:,}",
                     f"[{name}](benchmarks/{name})", measured(1)])
    TABLE.show(rows)
    if options.write:
        TABLE.write(rows)


def read_options():
    given = parser("flame", leads=100_000, events=2_000_000)
    given.add_argument("--tools", type=Path, required=True)
    given.add_argument("--threads", type=at_least_one, default=2, metavar="N", help="how many cores to use (default: 2)")
    add_choice(given, "--variant", ["lead", "time"], "lead,time")
    return given.parse_args()


def record(options, folder, variant):
    """Runs bantam once, so that files are in memory, and once with samples taken."""
    scored = jobs.score("flame", options.bantam, jobs.DEFINITION, data.files(folder, variant, "parquet"), options.threads,
                        folder / "flame.parquet")
    run(scored, folder)
    samples = folder / "perf.data"
    # By the clock of the processor time: other counters are missing on many virtual machines.
    perf = ["perf", "record", "--quiet", "--event", "cpu-clock", "--freq", str(RATE), "--call-graph", "fp", "--output", samples, "--"]
    if subprocess.run([*perf, *scored.command], stdout=subprocess.DEVNULL).returncode != 0:
        sys.exit("`perf record` did not work; where it may not take samples, `sysctl kernel.perf_event_paranoid=1` allows it")
    return samples


def collapse(options, samples, stacks):
    """Writes one line a stack with how often it was seen; returns the number of samples."""
    # Without the period of a sample each counts as one. The build has no line numbers to look inlined functions up in.
    fields = "comm,pid,tid,time,event,ip,sym,dso"
    script = subprocess.Popen(["perf", "script", "--input", samples, "--no-inline", "--fields", fields], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL)
    folded = subprocess.run([options.tools / "inferno-collapse-perf", "--kernel"], stdin=script.stdout, text=True, check=True,
                            stdout=subprocess.PIPE).stdout
    if script.wait() != 0 or not folded:
        sys.exit("`perf script` gave no samples")
    counts = clean(folded.splitlines())
    stacks.write_text("".join(f"{stack} {count}\n" for stack, count in sorted(counts.items())))
    return sum(counts.values())


def draw(options, stacks, picture, variant, still):
    title = f"bantam score: {options.events:,} events of {options.leads:,} leads, {data.VARIANTS[variant]}"
    command = [options.tools / "inferno-flamegraph", "--deterministic", "--colors", "rust", "--width", "1600", "--title", title]
    for smallest in SMALLEST:
        how = ["--minwidth", str(smallest), *(["--no-javascript"] if still else []), stacks]
        svg = subprocess.run([*command, *how], text=True, check=True, stdout=subprocess.PIPE).stdout
        if still:
            svg = re.sub(FOR_ZOOM, "", svg, flags=re.DOTALL)
        if len(svg.encode()) <= BYTES_MAX:
            break
    check(svg, picture.name)
    picture.write_text(svg)
    print(f"{picture}: {len(svg.encode()):,} bytes, functions from {smallest} % of all samples", flush=True)


def check(svg, name):
    """A picture must not tell where it was made."""
    for place in (ROOT, Path.home(), Path.cwd()):
        if len(place.parts) > 1 and str(place) in svg:
            sys.exit(f"{name} holds the path {place}")


main()
