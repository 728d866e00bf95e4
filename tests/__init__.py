# SPDX-License-Identifier: GPL-3.0-or-later
"""__init__.py - the Python suites: `python3 -m tests.SUITE [NAMEPART...]`, from the top of the tree

A folder with a __main__.py is a suite. It imports its own modules as `from . import ...`, and what suites share
as `from tests.lib import ...`.
"""
