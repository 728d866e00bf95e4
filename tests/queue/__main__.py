#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""run.py - the queue: what callers are promised, what becomes of messages, who sends them when. Suite "queue"

`python3 tests/queue/run.py [WORD...]` runs the cases whose names contain one of the words.
"""
import addresses
import belated
import contracts
import deliverable
import errors
import extensions
import everybody
import filters
import importing
import later
import places
import providers
import quiet
import refused
import reported
import runs
import seeing
import waiting
from scene import Suite


def main():
    suite = Suite("queue")
    for module in (addresses, contracts, errors, extensions, waiting, runs, seeing, filters, importing, later, refused,
                   reported, places, everybody, deliverable, providers, belated, quiet):
        module.add_cases(suite)
    suite.main()


if __name__ == "__main__":
    main()
