# SPDX-License-Identifier: GPL-3.0-or-later
"""patience.py - a clock that is slower on a busy machine, and waiting by this clock

No test may fail because the machine is busy. So every limit in the tests counts *machine seconds*:
if thirty processes want two processors, fifteen real seconds are one machine second. On an idle machine
both are the same. A process that still works is never reported as hanging.
"""
import contextlib
import os
import re
import subprocess
import threading
import time

PROCESSORS = len(os.sched_getaffinity(0))
SAMPLE = 0.1  # seconds between two measurements of the load
SLICE = 1  # seconds of a wait until its progress is checked
WORK_MAX = 900  # seconds of processor time after which a process counts as an endless loop
STRETCHES = (1, 10, 60)  # how much longer the program's own time-outs may be
TIMEOUT = re.compile(r"(\w*timeout[ =])(\d+)")


def wanted_processors():
    """The number of processes that want a processor at this moment, this one included."""
    try:
        with open("/proc/loadavg", encoding="ascii") as file:
            return max(1, int(file.read().split()[3].split("/")[0]))
    except OSError:
        return 1


class Clock:
    """Machine seconds since the start, summed up in the background."""

    def __init__(self):
        self.lock = threading.Lock()
        self.seconds, self.seen, self.thread = 0.0, time.monotonic(), None

    def sample(self):
        with self.lock:
            now = time.monotonic()
            self.seconds += (now - self.seen) * min(1, PROCESSORS / wanted_processors())
            self.seen = now
            return self.seconds

    def run(self):
        while True:
            time.sleep(SAMPLE)
            self.sample()

    def now(self):
        if not self.thread:
            self.thread = threading.Thread(target=self.run, daemon=True)
            self.thread.start()
        return self.sample()


now = Clock().now


# The program's own time-outs count real seconds: on a busy machine a relay that answers at once may exceed
# `timeout 1`. A case that fails after such a time-out may have passed is tried again with longer time-outs. A failure
# before the time-out, or with the longest time-outs, is final.
stretching = threading.local()


def begin(factor):
    """A case begins, in this thread."""
    stretching.factor, stretching.since, stretching.shortest = factor, time.monotonic(), None


def factor():
    return getattr(stretching, "factor", 1)


def may_stretch():
    """Whether a time-out of the case may have passed, and longer time-outs are left to try."""
    shortest = stretching.shortest
    return factor() != STRETCHES[-1] and shortest is not None and time.monotonic() - stretching.since >= shortest


def stretch(text):
    """Lines of a config, or an option, with their time-outs multiplied by factor()."""
    seconds = [int(m[2]) * factor() for m in TIMEOUT.finditer(text) if int(m[2])]
    known = getattr(stretching, "shortest", None)
    stretching.shortest = min([*seconds, *([] if known is None else [known])], default=None)
    return TIMEOUT.sub(lambda m: f"{m[1]}{int(m[2]) * factor()}", text)


def wait_until(question, limit, pause=0.005):
    """The question's first true answer, or its last one after `limit` machine seconds."""
    end = now() + limit
    while True:
        answer = question()
        if answer or now() > end:
            return answer
        time.sleep(pause)


def fields_of(pid):
    """The fields of /proc/PID/stat from the state on; [] if the process has ended."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b") ")[2].split()
    except OSError:
        return []


def processes():
    """Every process: its id to the fields of /proc/PID/stat."""
    found = ((int(name), fields_of(name)) for name in os.listdir("/proc") if name.isdigit())
    return {pid: fields for pid, fields in found if fields}


def tree(pid, everything=None):
    """A process and its descendants, as in processes()."""
    everything = everything or processes()
    children = {}
    for child, fields in everything.items():
        children.setdefault(int(fields[1]), []).append(child)
    found, left = {}, [pid]
    while left:
        one = left.pop()
        if one in everything and one not in found:
            found[one] = everything[one]
            left += children.get(one, [])
    return found


def work_of(tree_of_processes):
    """Seconds of processor time, with that of ended children."""
    ticks = sum(sum(map(int, fields[11:15])) for fields in tree_of_processes.values())
    return ticks / os.sysconf("SC_CLK_TCK")


class Progress:
    """Tells whether a process and its descendants still work."""

    def __init__(self, pid, limit):
        self.pid, self.limit = pid, limit
        self.work, self.since = 0.0, now()

    def is_stuck(self):
        """True after `limit` machine seconds without work, or after far too much work; to be called repeatedly."""
        there = tree(self.pid)
        work = work_of(there)
        if work > self.work or any(fields[0] in (b"R", b"D") for fields in there.values()):
            self.work, self.since = max(work, self.work), now()
        return work > WORK_MAX or now() - self.since > self.limit


class Stuck(Exception):
    """Raised by finish() for a process that has stopped working; the process has been killed."""


def feed(process, data):
    """Write the input in a thread, because communicate() forgets the rest of its input after a timeout."""
    pipe, process.stdin = process.stdin, None

    def write():
        with contextlib.suppress(BrokenPipeError), pipe:
            pipe.write(data)

    threading.Thread(target=write, daemon=True).start()


def finish(process, stdin=None, limit=60):
    """The stdout and stderr of a process, however long it works. Raises Stuck for a process that only waits."""
    progress = Progress(process.pid, limit)
    if stdin is not None:
        feed(process, stdin)
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=SLICE)
        if progress.is_stuck():
            process.kill()
            process.communicate()
            raise Stuck(f"nothing happened for {limit} s, or it goes in circles")


class Watchdog:
    """Inside this context a process that has stopped working is killed."""

    def __init__(self, process, limit):
        self.process, self.limit, self.progress = process, limit, None
        self.timer = None

    def look(self):
        self.progress = self.progress or Progress(self.process.pid, self.limit)
        if self.progress.is_stuck():
            self.process.kill()
        else:
            self.__enter__()

    def __enter__(self):
        self.timer = threading.Timer(SLICE, self.look)
        self.timer.daemon = True
        self.timer.start()

    def __exit__(self, *_):
        self.timer.cancel()


def run(args, stdin=None, limit=60, **more):
    """As subprocess.run, with finish() for the end; output is captured."""
    if isinstance(stdin, bytes):
        more["stdin"] = subprocess.PIPE
    elif stdin is not None:
        more["stdin"], stdin = stdin, None
    process = subprocess.Popen(args, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
    with process:
        stdout, stderr = finish(process, stdin, limit)
    return subprocess.CompletedProcess(args, process.returncode, stdout, stderr)
