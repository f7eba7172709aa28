"""Runs schemathesis with the settings beside this file: `run.py URL`."""

import json
import pathlib
import string
import sys

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


settings = pathlib.Path(__file__).with_name("schemathesis.toml")
sys.argv = ["schemathesis", "--config-file", str(settings), "run", sys.argv[1] + "/api/openapi.json", *sys.argv[2:]]
command()
