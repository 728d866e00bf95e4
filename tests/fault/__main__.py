# SPDX-License-Identifier: GPL-3.0-or-later
"""__main__.py - the queue under faults: every system call, relay, disk and clock. Suite "fault"

`python3 -m tests.fault [--full] [WORD...]` runs the cases whose names contain one of the words. Most
cases are sweeps: the same operation again and again, each time with another fault: a signal, an error, or an
error that lasts, at each system call that can have it. After each fault the result for the caller (exit status
or death) is compared with the relay's messages and with the queue. Then the queue is run without
faults: the promised messages must have arrived, and no others. The sweeps over the modes of the program
take an even sample of the faults; with --full all faults. The last lines count the faults of each mode.
Full and read-only disks are made of mounts of our own, for which root is needed.
"""
import pathlib
import sys
import tempfile
# each adds its cases to the suite as it is imported
from . import (allocations, asking, clocks, compound, disks, edges, lastbyte, limits, listing, modes, oldfs, partly,
               poison, powercut, relayfaults, runners, settling, sweeps)
from .cases import IS_FULL, suite
from .user import SHIM


if __name__ == "__main__":
    if not SHIM.exists():
        sys.exit(f"{SHIM} is missing: build with -Dtests=true")
    if IS_FULL:
        sys.argv.remove("--full")
    if pathlib.Path("/dev/shm").is_dir():
        tempfile.tempdir = "/dev/shm"
    sys.exit(suite.main())
