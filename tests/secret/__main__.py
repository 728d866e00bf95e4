# SPDX-License-Identifier: GPL-3.0-or-later
"""__main__.py - passwords and tokens: where they come from, and where they must not get. Suite "secret"

`python3 -m tests.secret [WORD...]` runs the cases whose names contain one of the words.
"""
from tests.lib.harness import Suite
from . import leaks, sources, terminal, tokens


def main():
    suite = Suite("secret")
    for module in (sources, terminal, tokens, leaks):
        module.add_cases(suite)
    suite.main()


if __name__ == "__main__":
    main()
