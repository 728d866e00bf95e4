# SPDX-License-Identifier: GPL-3.0-or-later
"""__init__.py - shared by the suites: the harness, the test relay, a user with a queue, a network, tables"""
