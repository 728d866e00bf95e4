# SPDX-License-Identifier: GPL-3.0-or-later
"""__main__.py - the queue: what callers are promised, what becomes of messages, who sends them when. Suite "queue"

`python3 -m tests.queue [WORD...]` runs the cases whose names contain one of the words.
"""
from tests.lib.harness import Suite
from . import (addresses, belated, contracts, deliverable, errors, everybody, extensions, filters, importing, later,
               places, providers, quiet, refused, reported, runs, seeing, waiting)


def main():
    suite = Suite("queue")
    for module in (addresses, contracts, errors, extensions, waiting, runs, seeing, filters, importing, later, refused,
                   reported, places, everybody, deliverable, providers, belated, quiet):
        module.add_cases(suite)
    suite.main()


if __name__ == "__main__":
    main()
