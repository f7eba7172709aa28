"""Makes the leads and events of the large benchmark, slice of time by slice of time, so that memory holds one slice.

usage: slices.py FOLDER LEADS EVENTS [ROWS]

Writes `leads.parquet` and `events-time.parquet`, drawn like those of `workload.py`, in row groups of as many rows. The year is cut
into slices with as many events each, ROWS or 1,000,000. `shapes.py` compares what both make.
"""

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa

import workload
from workload import SEED, YEAR_START_US, YEAR_US

# Two row groups: drawn, sorted and written they take less than 1 GiB.
ROWS = 2 * workload.ROWS_PER_GROUP


def main(folder, lead_count, event_count, rows=ROWS):
    folder.mkdir(parents=True, exist_ok=True)
    # Another seed than the workload's: it is to be like it, not a part of it.
    of_leads, of_habits, of_events = np.random.SeedSequence([SEED, 1]).spawn(3)
    ids = 1000 + 7 * np.arange(lead_count, dtype=np.int64)
    workload.write_all(slices_of_leads(of_leads, ids, rows), folder / "leads.parquet")
    habits = np.random.default_rng(of_habits)
    activity, pages = workload.draw_activity(habits, lead_count), workload.order_pages(habits)
    workload.write_all(slices_of_events(of_events, ids, activity, pages, event_count, rows), folder / "events-time.parquet")


def slices_of_leads(seeds, ids, rows):
    for first in range(0, len(ids), rows):
        yield workload.make_leads(np.random.default_rng(seeds.spawn(1)[0]), ids[first:first + rows])


def slices_of_events(seeds, ids, activity, pages, event_count, rows):
    for first in range(0, event_count, rows):
        behind = min(first + rows, event_count)
        random = np.random.default_rng(seeds.spawn(1)[0])
        begin, end = (YEAR_START_US + YEAR_US * row // event_count for row in (first, behind))
        lead = workload.pick(random, behind - first, activity)
        when = np.sort(random.integers(begin, end, behind - first))
        yield pa.table({
            "lead_id": pa.array(ids[lead]),
            "timestamp": pa.array(when, pa.timestamp("us", tz="UTC")),
            **workload.make_columns(random, behind - first, pages),
        })


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
