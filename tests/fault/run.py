#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""run.py - the queue under faults: every system call, relay, disk and clock. Suite "fault"

`python3 tests/fault/run.py [--full] [WORD...]` runs the cases whose names contain one of the words. Most
cases are sweeps: the same operation again and again, each time with a fault one step later, until none is
left. After each, what the caller was told (exit status or death) is held against what the relay has
received and what is in the queue; then the queue is run without faults, and what had to arrive must have
arrived, and nothing else. Full and read-only disks are made of mounts of our own, for which root is needed.
"""
import os
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]
from world import SHIM  # noqa: E402
from cases import IS_FULL, injections, suite  # noqa: E402
import clocks, disks, lastbyte, listing, poison, powercut, relayfaults, runners, sweeps  # noqa: E401,E402,F401

MINE = "FAULT_SUITE_HAS_MOUNTS"


def hide_mounts():
    """Start again where nobody sees what is mounted, and what is left goes with the last process."""
    if os.geteuid() == 0 and MINE not in os.environ:
        os.environ[MINE] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv])


if __name__ == "__main__":
    if not SHIM.exists():
        sys.exit(f"{SHIM} is missing: build with -Dtests=true")
    hide_mounts()
    if IS_FULL:
        sys.argv.remove("--full")
    if pathlib.Path("/dev/shm").is_dir():
        tempfile.tempdir = "/dev/shm"
    try:
        suite.main(jobs=3)
    finally:
        print(f"# {sum(injections.values())} injections")
