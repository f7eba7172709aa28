"""Makes the files that are measured, below the folder for builds, and keeps them for later runs."""

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
VARIANTS = {"lead": "by lead", "time": "by time", "lead-text": "by lead, ids as text", "time-text": "by time, ids as text"}
FORMATS = {"parquet": "Parquet", "csv": "CSV", "ndjson": "NDJSON"}

# Leads and events of the sample that the large files are judged by, and rows of a slice of it: enough leads for shares to be
# stable, enough slices for seams to show.
SAMPLE, SAMPLE_ROWS = [100_000, 500_000], 60_000


class Files:
    """What both sides read. `ids` is the type of ids, as SQL names it."""

    def __init__(self, leads, events, ids):
        self.leads, self.events, self.ids = leads, events, ids


def make_workload(data, leads, events):
    """Returns the folder with the workload's Parquet files."""
    folder = data / f"batch-{leads}-{events}"
    make_once(folder, "workload.py", [leads, events])
    return folder


def make_big(data, leads, events):
    """Returns the folder with files too large to be made in memory; before, two small ones show that they are drawn alike."""
    folder = data / f"big-{leads}-{events}"
    if not is_made(folder, "slices.py"):
        sample = data / "shapes"
        make_once(sample / "workload", "workload.py", SAMPLE)
        make_once(sample / "slices", "slices.py", [*SAMPLE, SAMPLE_ROWS])
        run_script("shapes.py", [sample / "workload", sample / "slices"])
        make_once(folder, "slices.py", [leads, events])
    return folder


def files(folder, variant, format):
    """Returns the files of a variant; those that are not Parquet are made when they are first asked for."""
    leads, events = folder / ("leads-text" if variant.endswith("-text") else "leads"), folder / f"events-{variant}"
    leads, events = (stem.with_suffix(f".{format}") for stem in (leads, events))
    for path in (leads, events):
        if not path.exists():
            run_script("formats.py", [path.with_suffix(".parquet"), path])
    return Files(leads, events, "VARCHAR" if variant.endswith("-text") else "BIGINT")


def make_once(folder, generator, arguments):
    """Runs a generator, unless an earlier run of the same text left its files."""
    if not is_made(folder, generator):
        shutil.rmtree(folder, ignore_errors=True)
        run_script(generator, [folder, *arguments])
        (folder / "made-by.py").write_text(text_of(generator))


def is_made(folder, generator):
    done = folder / "made-by.py"
    return done.exists() and done.read_text() == text_of(generator)


def text_of(generator):
    """All that the files depend on."""
    return "".join((HERE / name).read_text() for name in sorted({"formats.py", "workload.py", generator}))


def run_script(name, arguments):
    subprocess.run([sys.executable, HERE / name, *map(str, arguments)], check=True)
