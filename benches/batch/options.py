"""What the measurements can be asked for, so that they all spell it alike."""

import argparse
from pathlib import Path


def parser(task, leads, events, rounds=None, program="--bantam"):
    """Returns a parser with what every measurement has. Where no rounds are given there is one and no option for it."""
    made = argparse.ArgumentParser(prog=f"cargo xtask bench {task}")
    # Given by xtask, which knows what to measure and the folder for builds.
    made.add_argument(program, type=Path, required=True, help=argparse.SUPPRESS)
    made.add_argument("--data", type=Path, required=True, help=argparse.SUPPRESS)
    made.add_argument("--leads", type=at_least_one, default=leads, metavar="N")
    made.add_argument("--events", type=at_least_one, default=events, metavar="N")
    if rounds is not None:
        made.add_argument("--rounds", type=at_least_one, default=rounds, metavar="N")
    made.add_argument("--write", action="store_true", help="put the figures into docs/benchmarks.md")
    return made


def add_choice(parser, name, known, default):
    """Adds an option for one or more of the known words, with commas between."""
    def read(text):
        words = text.split(",")
        for word in words:
            if word not in known:
                raise argparse.ArgumentTypeError(f"`{word}` is none of {', '.join(known)}")
        return words
    parser.add_argument(name, type=read, default=default.split(","), help=f"some of {','.join(known)} (default: {default})")


def at_least_one(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1 is needed")
    return number


def counts(text):
    """Reads numbers with commas between, smallest first."""
    return sorted({at_least_one(word) for word in text.split(",")})
