"""Measures every page of the web app: how soon the service has answered with all of it, with the demo's data and a large store.

Run it as `cargo xtask bench pages`, which builds bantam and installs what this needs. The pages are those of
`crates/bantam-server/tests/pages/pages.txt`, which a test holds to the service's own list.
"""

import http.client
import re
import shutil
import statistics
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path

import data
import jobs
from options import at_least_one, parser
from tables import Table, measured

HOST, PORT = "127.0.0.1", 7599
PAGES = Path(__file__).parents[2] / "crates/bantam-server/tests/pages/pages.txt"
TABLE = Table("pages", ["store", "page", ">median", ">slowest", "measured"], keys=2)
ROLES = ["viewer", "marketing", "sales", "admin"]
PASSWORD = "a bench of quiet words"
# How long to wait for the service, and for leads that are decided and reports that are computed in the background.
PATIENCE = 1_800
# How far a list is followed before a page of it is measured.
DEEP = 20
# What needs a link or an upload that is used up, goes to another host, or goes on for ever.
UNMEASURED = {
    "/assets/{name}", "/changes", "/set-up/{link}", "/invitation/{link}", "/reset/{link}", "/sign-in/code", "/sign-in/sso",
    "/sign-in/sso/callback", "/data/import/columns", "/data/import/result", "/data/import/rejects.csv",
}


class Visitor:
    """Somebody with a session."""

    def __init__(self, cookie=""):
        self.cookie, self.connection = cookie, http.client.HTTPConnection(HOST, PORT, timeout=PATIENCE)

    def ask(self, path, fields=None):
        """Returns the status, the seconds until the whole answer was there, of a list as a file until it begins, and the answer."""
        headers = {"cookie": self.cookie, "sec-fetch-site": "same-origin"}
        body = None if fields is None else urllib.parse.urlencode(fields)
        if body is not None:
            headers["content-type"] = "application/x-www-form-urlencoded"
        start = time.perf_counter()
        self.connection.request("GET" if body is None else "POST", path, body, headers)
        answer = self.connection.getresponse()
        if path.startswith("/leads.csv"):
            # A list as a file is written while it is read, as long as that takes.
            text, taken = answer.read(1), time.perf_counter() - start
            self.connection.close()
        else:
            text, taken = answer.read(), time.perf_counter() - start
        self.location = answer.getheader("location")
        if (cookie := answer.getheader("set-cookie")) and answer.status == 303:
            self.cookie = cookie.split(";")[0]
        return answer.status, taken, text.decode(errors="replace")

    def page(self, path):
        return self.ask(path)[2]

    def token(self):
        return re.search(r'name="token" value="([^"]+)"', self.page("/account"))[1]

    def first(self, path, pattern):
        """Returns what a page links to; nothing where it does not."""
        found = re.search(pattern, self.page(path))
        return found and found[1].replace("&amp;", "&").replace("&#38;", "&")


def main():
    made = parser("pages", leads=1_000_000, events=20_000_000, rounds=20)
    made.add_argument("--store", type=Path, help="a store in which nobody can sign in yet, instead of one that is filled")
    made.add_argument("--no-demo", action="store_true", help="measure the large store only")
    options = made.parse_args()
    folder = options.data / "pages"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rows = [] if options.no_demo else of_demo(options, folder)
    rows += of_store(options, folder)
    TABLE.show(rows)
    if options.write:
        TABLE.write(rows)
    shutil.rmtree(folder)


def of_demo(options, folder):
    command = [options.bantam, "demo", "--serve", "--listen", f"{HOST}:{PORT}"]
    with Process(command, folder, r"password: (.*)") as process:
        names = list(dict.fromkeys(re.findall(r"([\w.]+@[\w.]+)", process.said)))
        everybody = [Visitor() for _ in names]
        for visitor, name in zip(everybody, names):
            visitor.ask("/sign-in", {"email": name, "password": process.found.strip()})
        return measure("demo", everybody, options.rounds)


def of_store(options, folder):
    store = options.store or folder / "leads.db"
    if not options.store:
        files = data.files(data.make_workload(options.data, options.leads, options.events), "time", "parquet")
        for option, path in (("--leads", files.leads), ("--events", files.events)):
            command = [options.bantam, "import", "--store", store, "--definition", jobs.DEFINITION, option, path]
            subprocess.run([*map(str, command)], check=True)
    command = [options.bantam, "serve", "--store", store, "--definition", jobs.DEFINITION, "--listen", f"{HOST}:{PORT}"]
    with Process(command, folder, r"(/set-up/\S+)") as process:
        admin = Visitor()
        admin.ask(process.found, {"name": "Ann", "email": "ann@bench.example", "password": PASSWORD})
        person = admin.first("/settings/people", r'href="(/settings/people/[^"]+)"')
        version = admin.first(person, r'name="version" value="([^"]+)"')
        status, _, page = admin.ask(f"{person}/roles", {"token": admin.token(), "version": version, **{role: "true" for role in ROLES}})
        if status != 303:
            sys.exit(f"the roles are not changed: {status} {page[:500]}")
        admin.ask("/sign-in", {"email": "ann@bench.example", "password": PASSWORD})
        wait(lambda: "being decided anew" not in admin.page(admin.first("/definition", r'href="(/definition/[0-9a-f]{64})"')))
        return measure(f"{options.leads:,} leads", [admin], options.rounds)


def wait(is_so):
    start = time.perf_counter()
    while not is_so():
        if time.perf_counter() - start > PATIENCE:
            sys.exit("this does not end")
        time.sleep(0.5)


class Process:
    """The service, as long as the block lasts; what it says until it says what is looked for."""

    def __init__(self, command, folder, pattern):
        self.process = subprocess.Popen([*map(str, command)], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.said, found = "", None
        while not (found and "listening on" in self.said):
            line = self.process.stderr.readline()
            if not line:
                sys.exit(f"the service does not start:\n{self.said}")
            self.said += line
            found = found or re.search(pattern, line)
        self.found = found[1]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def measure(store, everybody, rounds):
    """Returns a row for each page. Each is asked for by whoever may see it."""
    rows = []
    # Whoever has signed in sees no page that lets them in.
    everybody = [*everybody, Visitor()]
    for name, path, fields in places(everybody[:-1]):
        visitor = next((one for one in everybody if one.ask(path, form(one, fields))[0] == 200), None)
        if visitor is None:
            sys.exit(f"{path}: nobody may see it: {everybody[0].ask(path, form(everybody[0], fields))[::2]}")
        # The first answer may say that something is computed in the background; that is an answer, too.
        times = [visitor.ask(path, form(visitor, fields))[1] * 1e3 for _ in range(rounds)]
        rows.append([store, name, f"{statistics.median(times):,.1f} ms", f"{max(times):,.1f} ms", measured(rounds)])
        print(*rows[-1][:4], sep="  ", flush=True)
    return rows


def form(visitor, fields):
    return None if fields is None else {"token": visitor.token(), **fields}


def places(everybody):
    """Yields what is measured: its name, its address, and the fields of a form."""
    patterns = [line.split()[1] for line in PAGES.read_text().splitlines() if "GET" in line.split()[0]]
    known = dict(parts(everybody))
    for pattern in patterns:
        if pattern in UNMEASURED:
            continue
        found = known.get(pattern, pattern)
        for name, path in found if isinstance(found, list) else [(pattern, found)]:
            if path is None:
                print(f"{name}: nothing there to look at", file=sys.stderr)
            elif "{" in path:
                sys.exit(f"{path}: say in `parts` what to fill it with")
            else:
                yield name, path, None
    text = everybody[1 % len(everybody)].page("/definition/edit")
    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", text, re.S)[1]
    text = re.sub(r"&#(\d+);", lambda code: chr(int(code[1])), text).replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")
    turned = re.sub(r"points: (\d+)", lambda found: f"points: {int(found[1]) + 5}", text, count=1)
    yield "/definition/try", "/definition/try", {"from": "", "text": turned}


def parts(everybody):
    """Yields for paths with parts, and for those with a query, what is looked at."""
    someone, writer, admin = everybody[0], everybody[1 % len(everybody)], everybody[-1]
    lead = someone.first("/leads", r'href="(/leads/[^"?]+)"')
    active = someone.first("/definition", r'href="(/definition/[0-9a-f]{64})"')
    draft = drafted(writer, active)
    # Leads are counted in the background.
    wait(lambda: someone.first("/leads", STAGE))
    stage = someone.first("/leads", STAGE)
    grade = someone.first("/leads", r'href="/leads\?grade=([^"&]+)"')
    yield "/", [("/", "/queue")]
    yield "/queue", [("/queue", "/queue"), *((f"/queue?only={only}", f"/queue?only={only}") for only in ("overdue", "cooling"))]
    lists = {f"sort={sort}": f"sort={sort}" for sort in ("-score", "fit", "engagement", "changed", "id")}
    lists |= {"q": f"q={urllib.parse.quote(lead.rsplit('/', 1)[1][:2])}", "attribute": "attribute=industry&is=software", "attribute, none": "attribute=industry&is=x", "at_least": "attribute=employees&at_least=1000"}
    lists |= {"stage": f"stage={stage}"} | ({"grade": f"grade={grade}"} if grade else {})
    lists |= {f"stage, sort={sort}": f"stage={stage}&sort={sort}" for sort in ("-score", "fit", "changed", "id")}
    deep = "/leads"
    for _ in range(DEEP):
        deep = someone.first(deep, r'href="(/leads\?[^"]*)" rel="next"') or deep
    yield "/leads", [("/leads", "/leads"), *((f"/leads?{name}", f"/leads?{query}") for name, query in lists.items()), (f"/leads, page {DEEP + 1}", deep)]
    yield "/leads.csv", [("/leads.csv, until it begins", "/leads.csv")]
    yield "/leads/{id}", lead
    yield "/leads/{id}/export", f"{lead}/export"
    yield "/definition/compare", [("/definition/compare", "/definition/compare"), ("/definition/compare, two", f"/definition/compare?a={active.rsplit('/', 1)[1]}&b={draft.rsplit('/', 1)[1]}")]
    yield "/definition/{fingerprint}", [("/definition/{fingerprint}", active), ("/definition/{fingerprint}, a draft", draft)]
    yield "/definition/{fingerprint}/file", f"{active}/file"
    names = sorted(set(re.findall(r'href="/reports/([a-z-]+)', someone.page("/reports")))) or REPORTS
    yield "/reports/{name}", [*((f"/reports/{name}", f"/reports/{name}") for name in names), ("/reports/key-metrics?cut=source", "/reports/key-metrics?cut=source&by=week")]
    yield "/reports/{name}/{table}", [("/reports/{name}/{table}", "/reports/waterfall/own-stages.csv")]
    yield "/data/quarantine/{id}", [("/data/quarantine/{id}", someone.first("/data/quarantine", r'href="(/data/quarantine/\d+)"'))]
    yield "/settings/people/{id}", admin.first("/settings/people", r'href="(/settings/people/[^"]+)"')
    yield "/settings/teams/{name}", [("/settings/teams/{name}", someone.first("/settings/teams", r'href="(/settings/teams/[^"]+)"'))]
    for kind in ("webhooks", "connectors"):
        path = f"/settings/{kind}/{{id}}"
        yield path, [(path, admin.first(f"/settings/{kind}", rf'href="(/settings/{kind}/[^"]+)"'))]


STAGE = r'href="/leads\?stage=([^"&]+)"'
REPORTS = ["key-metrics", "waterfall", "calibration", "threshold", "wasted", "missed", "journeys", "speed", "drift", "turned"]


def drafted(writer, active):
    """Keeps a draft that differs from the active definition in one number; returns its page."""
    text = writer.page(f"{active}/file")
    turned = re.sub(r"points: (\d+)", lambda found: f"points: {int(found[1]) + 1}", text, count=1)
    status, _, page = writer.ask("/definition/edit", {"token": writer.token(), "from": "", "text": turned, "do": "keep"})
    if status != 303:
        sys.exit(f"the draft is not kept: {status} {page[:500]}")
    return writer.location


if __name__ == "__main__":
    main()
