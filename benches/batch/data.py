"""Makes the files that are measured, below the folder for builds, and keeps them for later runs."""

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
VARIANTS = {"lead": "by lead", "time": "by time", "lead-text": "by lead, ids as text", "time-text": "by time, ids as text"}
FORMATS = {"parquet": "Parquet", "csv": "CSV", "ndjson": "NDJSON"}


class Files:
    """What both sides read. `ids` is the type of ids, as SQL names it."""

    def __init__(self, leads, events, ids):
        self.leads, self.events, self.ids = leads, events, ids


def make_workload(data, leads, events):
    """Returns the folder with the workload's Parquet files."""
    folder = data / f"batch-{leads}-{events}"
    make_once(folder, "workload.py", [leads, events])
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
    done = folder / "made-by.py"
    text = "".join((HERE / name).read_text() for name in sorted({"formats.py", "workload.py", generator}))
    if done.exists() and done.read_text() == text:
        return
    shutil.rmtree(folder, ignore_errors=True)
    run_script(generator, [folder, *arguments])
    done.write_text(text)


def run_script(name, arguments):
    subprocess.run([sys.executable, HERE / name, *map(str, arguments)], check=True)
