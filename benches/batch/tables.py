"""The tables of docs/benchmarks.md: rows are printed, and put into the page between the marks of their table."""

import os
import platform
import sys
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent.parent / "docs" / "benchmarks.md"


class Table:
    """A table of the page, between `<!-- NAME: begin -->` and `<!-- NAME: end -->`.

    A heading that begins with `>` stands above figures, which are set to the right. The first `keys` cells of a row say which
    measurement it is.
    """

    def __init__(self, name, headings, keys):
        self.begin, self.end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        self.headings, self.keys = headings, keys

    def show(self, rows):
        print("\n" + "\n".join([line(heading.lstrip(">") for heading in self.headings), *map(line, rows)]), flush=True)

    def write(self, rows):
        """Puts rows into the page, each in the place of the earlier one of the same measurement."""
        before, rest = PAGE.read_text().split(self.begin)
        text, after = rest.split(self.end)
        table = {tuple(row[:self.keys]): row for row in [*self.rows_of(text), *rows]}
        lines = [*self.top(), *map(line, table.values())]
        PAGE.write_text("\n".join([before + self.begin, *lines, self.end + after]))
        print(f"rows written into {PAGE.relative_to(HERE.parent.parent)}: {len(rows)}")

    def top(self):
        rule = "|".join("---:" if heading.startswith(">") else "---" for heading in self.headings)
        return [line(heading.lstrip(">") for heading in self.headings), f"|{rule}|"]

    def rows_of(self, text):
        """Reads the rows that stand in the page; the two lines above them are written anew."""
        rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in text.splitlines() if row.startswith("|")][2:]
        if any(len(row) != len(self.headings) for row in rows):
            sys.exit(f"{PAGE.name}: rows below {self.begin} have other columns; take them out or measure them anew")
        return rows


def line(cells):
    return "| " + " | ".join(cells) + " |"


def seconds(run):
    return f"{run.seconds:.2f} s"


def peak(run):
    return f"{run.peak_mib:,.0f} MiB"


def measured(rounds, with_duckdb=False):
    """When it was measured, how often, and what the figures depend on beside the code."""
    often = "once" if rounds == 1 else f"medians of {rounds}"
    duckdb = f", DuckDB {version_of('duckdb')}" if with_duckdb else ""
    return f"{date.today()}, {often}; {processor()}, {os.cpu_count()} cores, {platform.system()}{duckdb}"


def version_of(package):
    pinned = (HERE.parent / "requirements.txt").read_text().split()
    return next(word.split("==")[1] for word in pinned if word.startswith(f"{package}=="))


def processor():
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        for fact in facts.read_text().splitlines():
            if fact.startswith("model name"):
                return fact.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
