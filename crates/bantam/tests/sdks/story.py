"""Sends the story with an SDK for Python: `python story.py URL KEY segment|segment-gzip|rudderstack [hold]`."""

import sys
from datetime import datetime

url, key, which, *rest = sys.argv[1:]

if which == "rudderstack":
    from rudderstack.analytics import Client
    arguments = {}
else:
    from segment.analytics import Client
    arguments = {"gzip": which == "segment-gzip"}

failed = []
client = Client(key, host=url, on_error=lambda error, batch: failed.append(error), **arguments)

# A time without a zone, and nulls, as this SDK sends them.
traits = {
    "email": "ann@example.com",
    "industry": "Software",
    "company": {"name": "Acme"},
    "createdAt": datetime(2024, 1, 1),
    "phone": None,
}
client.identify("u1", traits)
client.track("u1", "demo_requested", {"plan": "pro"})
if "hold" in rest:
    client.flush()
    print("half", flush=True)
    sys.stdin.readline()
client.page("u1", name="Pricing", properties={"path": "/pricing", "referrer": "$direct"})
client.group("u1", "g1", {"name": "Acme", "employees": 50})
client.track(anonymous_id="a1", event="ebook_downloaded")
client.alias("a1", "u1")
client.alias("u1", "u1")
client.flush()
client.join()
if failed:
    sys.exit(f"not delivered: {failed}")
