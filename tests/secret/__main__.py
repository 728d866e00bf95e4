#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""run.py - passwords and tokens: where they come from, and where they must not get. Suite "secret"

`python3 tests/secret/run.py [WORD...]` runs the cases whose names contain one of the words.
"""
import place  # noqa: F401
import leaks
import sources
import terminal
import tokens
from harness import Suite


def main():
    suite = Suite("secret")
    for module in (sources, terminal, tokens, leaks):
        module.add_cases(suite)
    suite.main()


if __name__ == "__main__":
    main()
