"""Makes stacks of calls readable: what starts threads is left out, and kernel and work stealing are one frame each."""

import re

KERNEL = "_[k]"
LEFT_OUT = re.compile(r"(_start|main|start_thread|clone3?|__libc_start\w*)$|<?(std::rt|std::sys|std::thread|core::ops::function)::")
WORK_STEALING = re.compile(r"<?rayon(_core)?::")


def clean(lines):
    """Turns lines of `a;b;c 7` into counts by stack."""
    counts = {}
    for line in lines:
        stack, count = line.rsplit(" ", 1)
        stack = ";".join(frames(stack.split(";")))
        counts[stack] = counts.get(stack, 0) + int(count)
    return counts


def frames(stack):
    kept = []
    for frame in map(name, stack):
        # Recursion is one frame, too: depth says nothing about time.
        if frame is not None and frame not in kept[-1:]:
            kept.append(frame)
    return kept


def name(frame):
    """Returns what a frame is called in the picture, or nothing where it is left out."""
    if frame.endswith(KERNEL):
        return "kernel"
    if LEFT_OUT.match(frame):
        return None
    if WORK_STEALING.match(frame):
        return "rayon"
    # Of a file only its name: where it lies is this machine's business.
    return frame if "/" not in frame else "[" + frame.rsplit("/", 1)[1].rstrip("]") + "]"
