# SPDX-License-Identifier: GPL-3.0-or-later
"""__main__.py - messages that are made of options, texts and files. Suite "compose"

`python3 -m tests.compose [WORD...]` runs the cases whose names contain one of the words.
"""
from tests.lib.harness import Suite
from . import linting, making, pages, readers


def main():
    suite = Suite("compose")
    for module in (linting, making, readers, pages):
        module.add_cases(suite)
    suite.main()


if __name__ == "__main__":
    main()
