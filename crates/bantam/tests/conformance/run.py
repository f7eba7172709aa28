"""Runs schemathesis with the settings beside this file, in a folder that may be written to: `run.py URL KEY`."""

import json
import pathlib
import shutil
import string
import sys
import urllib.request

import schemathesis
from hypothesis import strategies as st
from schemathesis.cli import schemathesis as command

# A cursor is opaque, but it is base64 in the alphabet of addresses.
CURSOR = string.ascii_letters + string.digits + "-_"
schemathesis.openapi.format("cursor", st.text(CURSOR, min_size=1, max_size=80))


@schemathesis.serializer("application/x-ndjson")
def lines(ctx, value):
    """Sends a text as the line that it is, and anything else as a line of JSON."""
    return (value if isinstance(value, str) else json.dumps(value)).encode("utf-8", "surrogatepass")


@schemathesis.hook
def map_body(ctx, body):
    """Lets nobody outside of this machine be told anything."""
    if isinstance(body, dict) and isinstance(body.get("url"), str) and "://" in body["url"]:
        body["url"] = "http://127.0.0.1:9/" + body["url"].rsplit("/", 1)[1][:8]
    return body


URL, KEY = sys.argv[1:3]


def known(path, name):
    """Writes down what the service knows something by, so that half of the requests are about what is there."""
    request = urllib.request.Request(URL + path, headers={"authorization": "Bearer " + KEY})
    with urllib.request.urlopen(request) as answer:
        (rows,) = (value for value in json.load(answer).values() if isinstance(value, list))
    pathlib.Path(path.rsplit("/", 1)[1] + ".txt").write_text("".join(json.dumps(row[name]) + "\n" for row in rows))


known("/api/definitions", "fingerprint")
known("/api/hand-offs", "id")
settings = pathlib.Path(__file__).with_name("schemathesis.toml")
shutil.copy(settings, settings.name)
sys.argv = ["schemathesis", "--config-file", settings.name, "run", URL + "/api/openapi.json", *sys.argv[3:]]
command()
