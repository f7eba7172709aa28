"""Runs programs in turns and takes the time and the most memory of each.

Like all that imports it, it uses the standard library alone: on Linux a child's peak of memory begins at the size of the process
that started it, so the measuring process stays small.
"""

import os
import resource
import statistics
import subprocess
import sys
import time


class Job:
    """A program to measure.

    `says_seconds`: it prints its seconds, which count instead of those of the whole process.
    `address_space`: the most bytes of memory it may ask for, used or not.
    """

    def __init__(self, name, command, says_seconds=False, address_space=None):
        self.name, self.command = name, [str(word) for word in command]
        self.says_seconds, self.address_space = says_seconds, address_space


class Run:
    """A finished program, or the medians of several."""

    def __init__(self, seconds, peak_mib):
        self.seconds, self.peak_mib = seconds, peak_mib


def in_turns(jobs, rounds, folder, after_round, warm=True):
    """Returns the medians of every job by its name.

    All jobs run in every round, in changing order. Where they are to be warm there is one round more, the first, which fills
    caches and is not counted. `after_round` gets the number of the round and the runs of it by name.
    """
    runs = {job.name: [] for job in jobs}
    for turn in range(0 if warm else 1, rounds + 1):
        done = {job.name: run(job, folder) for job in (jobs if turn % 2 else reversed(jobs))}
        if turn > 0:
            for name, finished in done.items():
                runs[name].append(finished)
        after_round(turn, done)
    return {name: medians(of_name) for name, of_name in runs.items()}


def run(job, folder):
    """Runs a program to its end; what it prints is kept in files of its name."""
    said, talk = folder / f"{job.name}.out", folder / f"{job.name}.err"
    with open(said, "w") as sink, open(talk, "w") as errors:
        limit = None if job.address_space is None else lambda: limit_address_space(job.address_space)
        start = time.perf_counter()
        child = subprocess.Popen(job.command, stdout=sink, stderr=errors, preexec_fn=limit)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        where = f" within {job.address_space / (1 << 30):g} GiB of address space" if job.address_space else ""
        sys.exit(f"{' '.join(job.command)}\nended with {child.returncode}{where}\n{talk.read_text()[-2000:]}")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Run(float(said.read_text()) if job.says_seconds else seconds, usage.ru_maxrss / unit)


def limit_address_space(most):
    """What `ulimit -v` does; runs in the child before it becomes the program."""
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def medians(runs):
    return Run(statistics.median(run.seconds for run in runs), statistics.median(run.peak_mib for run in runs))
