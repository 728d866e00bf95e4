#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""run.py - the queue under faults: every system call, relay, disk and clock. Suite "fault"

`python3 tests/fault/run.py [--full] [WORD...]` runs the cases whose names contain one of the words. Most
cases are sweeps: the same operation again and again, each time with another fault: a signal, an error, or an
error that lasts, at each system call that can have it. After each, what the caller was told (exit status or
death) is held against what the relay has received and what is in the queue; then the queue is run without
faults, and what had to arrive must have arrived, and nothing else. Of the sweeps over the modes of the program
an even sample is taken; with --full all of them are done. The last lines say how many faults met which mode.
Full and read-only disks are made of mounts of our own, for which root is needed.
"""
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]
from world import SHIM  # noqa: E402
from cases import IS_FULL, suite  # noqa: E402
import allocations  # noqa: E402,F401
import asking  # noqa: E402,F401
import clocks  # noqa: E402,F401
import compound  # noqa: E402,F401
import disks  # noqa: E402,F401
import edges  # noqa: E402,F401
import lastbyte  # noqa: E402,F401
import limits  # noqa: E402,F401
import listing  # noqa: E402,F401
import modes  # noqa: E402,F401
import oldfs  # noqa: E402,F401
import partly  # noqa: E402,F401
import poison  # noqa: E402,F401
import powercut  # noqa: E402,F401
import relayfaults  # noqa: E402,F401
import runners  # noqa: E402,F401
import settling  # noqa: E402,F401
import sweeps  # noqa: E402,F401


if __name__ == "__main__":
    if not SHIM.exists():
        sys.exit(f"{SHIM} is missing: build with -Dtests=true")
    if IS_FULL:
        sys.argv.remove("--full")
    if pathlib.Path("/dev/shm").is_dir():
        tempfile.tempdir = "/dev/shm"
    sys.exit(suite.main())
