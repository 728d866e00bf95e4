# SPDX-License-Identifier: GPL-3.0-or-later
"""__init__.py - what suites share: the harness, the test relay, a user with a queue, a network, tables"""
