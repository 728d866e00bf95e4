#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""run.py - messages that are made of options, texts and files. Suite "compose"

`python3 tests/compose/run.py [WORD...]` runs the cases whose names contain one of the words.
"""
import linting
import making
import pages
import readers
from desk import Suite


def main():
    suite = Suite("compose")
    for module in (linting, making, readers, pages):
        module.add_cases(suite)
    suite.main()


if __name__ == "__main__":
    main()
