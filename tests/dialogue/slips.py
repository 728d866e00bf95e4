# SPDX-License-Identifier: GPL-3.0-or-later
"""slips.py - a mistake in a case file fails the case: unknown words, and rules that the relay never follows"""
from tests.lib.harness import TOP, Failure, expect

# A line of a case file, and a part of its error.
SLIPS = [
    ("at rpct: 550 no", "no step rpct"),
    ("at auth.1: 334", "no step auth.1"),
    ("at rcpt.2: 550 no", "no step rcpt.2"),
    ("at rcpt/tsl: 550 no", "not a line of a dialogue"),
    ("at rcpt#0: 550 no", "not a line of a dialogue"),
    ("at data <bob@example.org>: 550 no", "the step data has no address"),
    ("at rcpt: dorp", "not an action: dorp"),
    ("at rcpt: drop now", "not an action: drop now"),
    ("at rcpt: raw", "not an action: raw"),
    ("at rcpt: drip 0.1", "not an action: drip 0.1"),
    ("at rcpt: drop ; 550 no", "nothing can come after drop"),
    ("at rcpt: repeat forever x ; drop", "nothing can come after repeat"),
    ("at rcpt: delay soon", "not a number: soon"),
    ("at rcpt: 55 no", "not a line of a reply"),
    ("at rcpt: 550-a | b", "not a line of a reply"),
    (r"at rcpt: raw 550 \q", "unknown escape"),
    ("At rcpt: 550 no", "nor a rule: At rcpt"),
    ("not at rcpt: 550 no", "nor a rule: not at rcpt"),
    ("< a\nexti: 65", "nor a rule: exti"),
    ("exit: 65\nexit: 66", "given twice"),
    ("exit: EX_USAGE", "not a value of exit"),
    ("place: yes", "not a value of place"),
    ("body: encoded", "not a value of body"),
    ("login: PLIAN", "not a value of login"),
    ("waits: few", "not a value of waits"),
    ("relay: --strattls", "unrecognized arguments: --strattls"),
    ("relay: --without PIPELINNING", "not offered anyway: PIPELINNING"),
    ("stderr: (a", "unterminated"),
    ("stderr: a*", "fits any text"),
    ("verbs: .*", "fits any text"),
    ("stderr!: localhost:{prot}", "no value has the name prot"),
    ("content!: {port}", "no value has the name port"),
    ("<a", "nor a rule: <a"),
    (r"< \q", "unknown escape"),
]
REFUSED = "exit: 65\nstderr: no such user"
# Rules, and a part of the failure if they are followed, or if they are not; "" where the case passes.
RULES = [
    (f"at rcpt: 550 5.1.1 no such user\n{REFUSED}", ""),
    (f"maybe at rcpt: 550 5.1.1 no such user\nmaybe at rset: 250 ok\n{REFUSED}", ""),
    (f"never at rcpt: 550 5.1.1 no such user\n{REFUSED}", "followed: never at rcpt: 550"),
    ("never at rcpt#2: 550 5.1.1 no such user", ""),
    ("at rcpt#2: 550 5.1.1 no such user", "never followed: at rcpt#2: 550"),
    ("at mail: default\nat mail: 550 no", "never followed: at mail: 550"),
]


def error_of(play, folder, text):
    """Run a case file with this text; returns the failure, "" if it passes."""
    path = folder / "slip.case"
    path.write_text(f"# A case.\n{text}\n")
    try:
        play(path, folder)
    except (Failure, ValueError) as error:
        return str(error)
    return ""


def check_slips(play, folder):
    for text, wanted in SLIPS:
        error, number = error_of(play, folder, text), 2 + text.count("\n")
        expect(error.startswith(f"{folder}/slip.case:{number}: ") and wanted in error, f"{text!r}: {error!r}")


def check_rules(play, folder):
    for text, wanted in RULES:
        error = error_of(play, folder, text)
        expect(error.startswith(wanted) and bool(error) == bool(wanted), f"{text!r}: {error!r}")


def check_example(_):
    """The example of CONTRIBUTING.md is the case that it names."""
    text = (TOP / "tests/dialogue/cases/rcpt-greylisted.case").read_text()
    expect(f"```\n{text}```\n" in (TOP / "CONTRIBUTING.md").read_text(), "the example is another")


def add_cases(suite, play):
    suite.add("example-in-contributing", check_example)
    suite.add("slip-in-a-word", lambda folder: check_slips(play, folder))
    suite.add("slip-in-a-rule", lambda folder: check_rules(play, folder))
