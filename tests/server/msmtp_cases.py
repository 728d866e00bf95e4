# SPDX-License-Identifier: GPL-3.0-or-later
"""msmtp_cases.py - cases: where mailchute and msmtp agree, where they differ, and that the manual lists the differences

They need the msmtp that tests/setup unpacks, and neither Postfix nor Dovecot; alone they are run by

    python3 -m tests.server.msmtp_cases [WORD...]
"""
import functools
import re
from tests.lib import commands
from tests.lib.harness import TOP, Suite, expect
from . import msmtp_defects, msmtp_differences, msmtp_generator, msmtp_queues, msmtp_trials
from .msmtp import check, check_command, check_made

SECTIONS = ("WHAT IS WIDER", "WHAT IS DIFFERENT ON PURPOSE")


def titles_in_manual():
    text = (TOP / "doc/mailchute-msmtp.7.scd").read_text()
    parts = dict(re.findall(r"^# ([A-Z ]+)\n(.*?)(?=^# |\Z)", text, re.M | re.S))
    return [title for section in SECTIONS for title in re.findall(r"^\*(.+)\*$", parts[section], re.M)]


def titles_in_use():
    """The titles that a trial or the table of the commands names."""
    trials = (*msmtp_trials.sent(), *msmtp_differences.trials())
    uses = commands.all_uses(commands.COMMANDS)
    return {thing.differs for thing in (*trials, *uses) if thing.differs}


def manual_explains(_):
    """Every difference has a trial and a paragraph, and every paragraph is about one of them."""
    named, explained = titles_in_use(), titles_in_manual()
    known = set(msmtp_differences.DIFFERENCES)
    expect(len(explained) == len(set(explained)), "two paragraphs have the same title")
    expect(known == named, f"without a trial, or unknown: {known ^ named}")
    expect(set(msmtp_generator.PREDICATES) <= known, f"unknown: {set(msmtp_generator.PREDICATES) - known}")
    expect(known == set(explained), f"mailchute-msmtp(7) and the trials differ: {known ^ set(explained)}")


def add_cases(suite):
    msmtp_defects.add_cases(suite)
    msmtp_queues.add_cases(suite)
    for trial in (*msmtp_trials.pretended(), *msmtp_trials.sent(), *msmtp_differences.trials()):
        suite.add(f"msmtp-{trial.name}", functools.partial(check, trial))
    for name in commands.COMMANDS:
        suite.add(f"msmtp-command-{name}", functools.partial(check_command, name))
    suite.add("msmtp-manual-explains", manual_explains)
    for trial in msmtp_generator.trials():
        suite.add(f"msmtp-{trial.name}", functools.partial(check_made, trial, msmtp_generator.reason))


if __name__ == "__main__":
    alone = Suite("server")
    add_cases(alone)
    alone.main()
