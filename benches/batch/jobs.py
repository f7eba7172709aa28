"""The two programs that are measured beside each other, and the comparison of what they write."""

import subprocess
import sys
from pathlib import Path

from runs import Job

HERE = Path(__file__).parent
DEFINITION = HERE / "definition.yaml"
AS_OF = "2025-12-17T00:00:00Z"


# What the statement writes: these columns, in no order that was asked for.
AS_BY_HAND = ["--columns", "lead_id,stage,score,fit,engagement", "--order", "input"]


def score(name, bantam, definition, files, threads, output, address_space=None, more=()):
    """bantam: the whole life of the process."""
    command = [bantam, "score", definition, "--leads", files.leads, "--events", files.events, "--as-of", AS_OF,
               "--threads", threads, "--output", output, "--force", *more]
    return Job(name, command, address_space=address_space)


def by_hand(name, files, threads, output, memory="80%"):
    """SQL: the statement alone, since starting Python is not what anybody wants to know."""
    command = [sys.executable, HERE / "by_hand.py", files.leads, files.events, files.ids, output, threads, memory]
    return Job(name, command, says_seconds=True)


def count(result, leads):
    """Ends the measurement where a result has not as many leads as there are."""
    subprocess.run([sys.executable, HERE / "count.py", result, str(leads)], check=True)


def compare(result, other, aloud):
    """Ends the measurement where any lead differs."""
    subprocess.run([sys.executable, HERE / "compare.py", result, other], check=True, stdout=None if aloud else subprocess.DEVNULL)
