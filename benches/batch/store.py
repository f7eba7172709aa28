"""Measures the service on a large store: bringing history in, starting, deciding all leads by another definition, reading.

Run it as `cargo xtask bench store`, which builds bantam and installs what this needs.
"""

import base64
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
import urllib.request

import data
import jobs
from options import parser
from tables import Table, measured

ADDRESS, READ_KEY, WRITE_KEY = "127.0.0.1:7599", "RK_BENCH", "WK_BENCH"
TABLE = Table("store", [">leads", ">events", "what", ">figure", ">peak memory", "measured"], keys=3)
# How often something is read, and how long the service may take for anything at all.
READS, PATIENCE = 25, 1_800


def main():
    options = parser("store", leads=1_000_000, events=20_000_000).parse_args()
    files = data.files(data.make_workload(options.data, options.leads, options.events), "time", "parquet")
    folder = options.data / "store"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    store = folder / "leads.db"
    rows = []

    def tell(row):
        rows.append(row)
        print(*row, sep="  ", flush=True)

    for what, option, path in (("import the leads", "--leads", files.leads), ("import the events, in order of time", "--events", files.events)):
        taken, memory = imported(options.bantam, store, option, path)
        tell([what, f"{taken:,.0f} s", memory])
    size = f"{store.stat().st_size / 1e9:.1f} GB"
    for what, definition in definitions(folder):
        with Service(options.bantam, store, definition) as service:
            taken, answers = service.decide_all()
            tell([f"decide all leads {what}, while facts come in", f"{taken:,.0f} s", service.peak()])
            tell([f"a fact to its answer meanwhile, the slowest of a hundred, {what}", f"{percentile(answers, 99):,.0f} ms", ""])
    with Service(options.bantam, store, definition) as service:
        tell([f"start, on a store of {size}", f"{service.ready * 1e3:,.0f} ms", service.peak()])
        for what, path in service.lists():
            tell([what, f"{service.median(path):,.1f} ms", ""])
    key = [f"{options.leads:,}", f"{options.events:,}"]
    rows = [[*key, *row, measured(1)] for row in rows]
    TABLE.show(rows)
    if options.write:
        TABLE.write(rows)
    shutil.rmtree(folder)


def definitions(folder):
    """Yields definitions that decide all leads one after the other, with what they are."""
    yield "for the first time", jobs.DEFINITION
    text = jobs.DEFINITION.read_text()
    # What was kept of a lead does not have the new property, so it is made from the log.
    rule = "    Extra: {on: page_view, if: event.extra == \"q\", points: 1, within: 30d}\n"
    more = text.replace("  path: text\n", "  path: text\n  extra: text\n").replace("    Logged in:", f"{rule}    Logged in:")
    points = more.replace("Sent a form: {on: form_submit, points: 10}", "Sent a form: {on: form_submit, points: 14}")
    assert text != more != points
    for what, changed in (("by a definition that reads more", more), ("by other points", points)):
        path = folder / f"{what}.yaml"
        path.write_text(changed)
        yield what, path


def imported(bantam, store, option, path):
    """Returns the seconds that an import takes, and the most memory it had."""
    command = [bantam, "import", "--store", store, "--definition", jobs.DEFINITION, option, path]
    start = time.perf_counter()
    process = subprocess.Popen([*map(str, command)], stderr=subprocess.PIPE, text=True)
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    if status != 0 or " 0 there before, 0 rejected" not in said:
        sys.exit(f"the import ended with {status}:\n{said}")
    return time.perf_counter() - start, f"{used.ru_maxrss / 1024:,.0f} MiB"


def percentile(times, percent):
    return sorted(times)[min(len(times) - 1, len(times) * percent // 100)] * 1e3


class Service:
    """The service on a store, as long as the block lasts."""

    def __init__(self, bantam, store, definition):
        keys = ["--read-key", READ_KEY, "--write-key", WRITE_KEY]
        command = [bantam, "serve", "--store", store, "--definition", definition, "--listen", ADDRESS, *keys]
        start = time.perf_counter()
        self.process = subprocess.Popen([*map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not self.is_ready():
            if self.process.poll() is not None or time.perf_counter() - start > PATIENCE:
                sys.exit("the service does not start")
            time.sleep(0.01)
        self.ready = time.perf_counter() - start

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def is_ready(self):
        try:
            return urllib.request.urlopen(f"http://{ADDRESS}/healthz", timeout=5).status == 200
        except OSError:
            return False

    def read(self, path):
        request = urllib.request.Request(f"http://{ADDRESS}{path}", headers={"authorization": f"Bearer {READ_KEY}"})
        return json.load(urllib.request.urlopen(request))

    def send(self, number):
        """Sends one fact; returns the seconds until it is answered, which is when it is on the disk."""
        fact = {"userId": str(number), "event": "page_view", "properties": {"path": "/pricing"}, "messageId": f"bench-{number}-{time.time()}"}
        # SDKs give the write key as a name without a password.
        key = base64.b64encode(f"{WRITE_KEY}:".encode()).decode()
        headers = {"authorization": f"Basic {key}", "content-type": "application/json"}
        request = urllib.request.Request(f"http://{ADDRESS}/v1/track", json.dumps(fact).encode(), headers)
        start = time.perf_counter()
        urllib.request.urlopen(request).read()
        return time.perf_counter() - start

    def decide_all(self):
        """Waits until all leads are decided; returns the seconds, and those that facts took meanwhile."""
        start, answers = time.perf_counter(), [self.send(1)]
        while self.read("/api/definitions")["renewal"]:
            answers.append(self.send(len(answers) + 1))
            if time.perf_counter() - start > PATIENCE:
                sys.exit("deciding all leads does not end")
            time.sleep(0.05)
        return time.perf_counter() - start, answers

    def lists(self):
        """Returns what is read, with the paths."""
        first = self.read("/api/leads?limit=50")
        lead = first["leads"][0]
        stage = urllib.request.quote(lead["stage"])
        yield "the first 50 leads by score", "/api/leads?limit=50"
        yield "the next 50", f"/api/leads?limit=50&cursor={first['next_cursor']}"
        yield "50 leads of a stage", f"/api/leads?limit=50&stage={stage}"
        yield "a lead", f"/api/leads/{lead['id']}"
        yield "50 hand-offs by urgency", "/api/hand-offs?limit=50"

    def median(self, path):
        times = []
        for _ in range(READS):
            start = time.perf_counter()
            self.read(path)
            times.append(time.perf_counter() - start)
        return statistics.median(times) * 1e3

    def peak(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            kib = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
        return f"{kib / 1024:,.0f} MiB"


main()
