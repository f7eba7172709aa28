"""Makes the leads and events that the batch benchmark scores: the same rows on every machine, for equal numbers.

usage: workload.py FOLDER LEADS EVENTS

Writes Parquet (zstd, 500,000 rows a row group): `leads`, and `events` twice, all of a lead together and in order of time;
each once with integers for ids and once with texts (`-text`). The times are those of 2025. What leads are and do is
skewed as it is in life: few kinds of events, pages and industries make up most of the rows, and so do few leads.
"""

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

SEED = 1_765_929_600
YEAR_START_US = 1_735_689_600_000_000
YEAR_US = 365 * 86_400_000_000
ROWS_PER_GROUP = 500_000

EVENTS = """page_view email_open login feature_used page_scroll email_click session_start ad_impression search video_play
    content_download email_bounce form_submit social_click webinar_attend unsubscribe chat_start trial_start demo_request
    support_ticket""".split()
HAVE_PATHS = ["page_view", "page_scroll", "form_submit", "content_download", "search"]
CHANNELS = "organic direct email paid_search paid_social referral partner newsletter event bot".split()
INDUSTRIES = """software manufacturing retail healthcare fintech education construction logistics energy media telecom legal
    hospitality agriculture government nonprofit automotive insurance real_estate other""".split()
COUNTRIES = """US GB DE FR CA IN NL AU BR ES IT SE JP PL MX CH SG IE DK NO FI BE AT PT CZ ZA NZ AR CL CO TR IL KR ID VN PH
    TH NG IR KP""".split()
DEPARTMENTS = "marketing sales engineering finance operations hr it product support legal".split()
LEVELS = ["Analyst", "Specialist", "Engineer", "Manager", "Senior Manager", "Director of", "Head of", "VP of",
          "Chief Officer of", "Student", "Consultant", "Coordinator", "Assistant", "Founder", "Intern"]
SOURCES = "organic paid referral event partner outbound content import".split()
# How many pages a site has below each folder; with `/pricing` and `/` themselves they are 2,000.
PAGES = {"/pricing/plan-": 19, "/careers/job-": 30, "/docs/topic/": 550, "/blog/2025/post-": 1100,
         "/product/feature-": 200, "/customers/story-": 99}


def main(folder, lead_count, event_count):
    folder.mkdir(parents=True, exist_ok=True)
    of_leads, of_events = (np.random.default_rng(seed) for seed in np.random.SeedSequence(SEED).spawn(2))
    ids = 1000 + 7 * np.arange(lead_count, dtype=np.int64)
    texts = pa.array([f"lead_{number:08d}" for number in ids], pa.string())
    leads = make_leads(of_leads, ids)
    write(leads, folder / "leads.parquet")
    write(leads.set_column(0, "lead_id", texts), folder / "leads-text.parquet")
    lead, when, columns = make_events(of_events, lead_count, event_count)
    for name, order in (("lead", np.lexsort((when, lead))), ("time", np.argsort(when, kind="stable"))):
        rows = pa.array(order)
        rest = {
            "timestamp": pa.array(when[order], pa.timestamp("us", tz="UTC")),
            **{column: values.take(rows) for column, values in columns.items()},
        }
        write(pa.table({"lead_id": pa.array(ids[lead[order]]), **rest}), folder / f"events-{name}.parquet")
        write(pa.table({"lead_id": texts.take(pa.array(lead[order])), **rest}), folder / f"events-{name}-text.parquet")


def make_leads(random, ids):
    count = len(ids)
    level, department = draw(random, count, len(LEVELS), 0.7), draw(random, count, len(DEPARTMENTS), 0.5)
    titles = [f"{level} {department.title()}" for level in LEVELS for department in DEPARTMENTS]
    employees = np.clip(random.lognormal(4.0, 2.0, count), 1, 500_000).astype(np.int32)
    revenue = (employees * random.lognormal(11.5, 0.6, count)).astype(np.int64)
    return pa.table({
        "lead_id": pa.array(ids),
        "industry": coded(draw(random, count, len(INDUSTRIES), 0.8), INDUSTRIES),
        "employees": pa.array(employees, mask=random.random(count) < 0.10),
        "country": coded(draw(random, count, len(COUNTRIES), 1.1), COUNTRIES),
        "title": coded(level * len(DEPARTMENTS) + department, titles),
        "department": coded(department, DEPARTMENTS, missing=random.random(count) < 0.05),
        "annual_revenue": pa.array(revenue, mask=random.random(count) < 0.20),
        "email": pa.array(addresses(random, ids), pa.string()),
        "lead_source": coded(draw(random, count, len(SOURCES), 0.6), SOURCES),
        "consent": pa.array(random.random(count) < 0.7),
        "created_at": pa.array(YEAR_START_US + random.integers(0, YEAR_US, count), pa.timestamp("us", tz="UTC")),
    })


def addresses(random, ids):
    """Nearly a quarter of all leads write from a free mailbox, the others from one of 5,000 companies."""
    kind, company = random.random(len(ids)), random.integers(0, 5000, len(ids))
    for number, kind, company in zip(ids, kind, company):
        domain = "gmail.com" if kind < 0.18 else "yahoo.com" if kind < 0.23 else f"company{company:04d}.com"
        yield f"user{number}@{domain}"


def make_events(random, lead_count, count):
    lead = pick(random, count, draw_activity(random, lead_count)).astype(np.int32)
    when = YEAR_START_US + random.integers(0, YEAR_US, count)
    return lead, when, make_columns(random, count)


def draw_activity(random, lead_count):
    """How much each lead does, compared with others."""
    return random.lognormal(0.0, 1.3, lead_count)


def order_pages(random):
    """All pages, the most visited first."""
    pages = [f"{folder}{number:04d}" for folder, pages in PAGES.items() for number in range(pages)]
    return random.permutation(np.array(["/", "/pricing", *pages], dtype=object))


def make_columns(random, count, pages=None):
    """What happened and where. Without `pages` their order is drawn here, between other draws: data once made stay the same."""
    name = draw(random, count, len(EVENTS), 1.0)
    pages = order_pages(random) if pages is None else pages
    path = draw(random, count, len(pages), 1.0)
    has_path = np.isin(name, [EVENTS.index(event) for event in HAVE_PATHS])
    return {
        "event": coded(name, EVENTS),
        "path": coded(path, pages, missing=~has_path),
        "channel": coded(draw(random, count, len(CHANNELS), 0.8), CHANNELS),
        "value": pa.array(np.minimum(random.exponential(45, count), 3600).astype(np.int32)),
    }


def draw(random, count, kinds, skew):
    """Numbers below `kinds`; number k comes up in proportion to 1 / (k + 1) ** skew."""
    return pick(random, count, 1.0 / np.arange(1, kinds + 1) ** skew)


def pick(random, count, weights):
    """Places in `weights`, each as often as it weighs."""
    upper = np.cumsum(weights)
    return np.searchsorted(upper[:-1], random.random(count) * upper[-1], side="right")


def coded(codes, texts, missing=None):
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32), mask=missing), pa.array(list(texts), pa.string()))


def write(table, path):
    write_all([table], path)


def write_all(tables, path):
    """Writes tables one behind the other, each of a whole number of row groups but the last."""
    writer, rows = None, 0
    for table in tables:
        writer = writer or open_file(path, table.schema)
        writer.write_table(table, row_group_size=ROWS_PER_GROUP)
        rows += table.num_rows
    writer.close()
    print(f"{path.name}: {rows:,} rows, {path.stat().st_size:,} bytes", flush=True)


def open_file(path, schema):
    # A dictionary of times would only be given up again, half way.
    columns = [column for column in schema.names if column != "timestamp"]
    return pq.ParquetWriter(path, schema, compression="zstd", compression_level=3, use_dictionary=columns)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
