# SPDX-License-Identifier: GPL-3.0-or-later
"""nobody.py - messages whose header was to name the recipients, and names none: the error says why"""
import functools
from tests.lib.harness import expect, run_program, write_private


CONFIG = "account default\nhost 127.0.0.1\nport 1\nfrom a@b.example\nqueue off\n"
INDENTED = "the header is indented, so it is not a header: "
NO_HEADER = "the message has no header, but begins with "
NONE = "the header has no To, Cc or Bcc"

# name: (the message, the text after "no recipients: ")
MESSAGES = {
    "empty": (b"", "the message is empty"),
    "one-line-end": (b"\n", "the message is empty"),
    "blanks": (b" \r\n\t\n\n", "the message is empty"),
    "text": (b"Hello Bob,\nhow are you?\n", NO_HEADER + '"Hello Bob,"'),
    "text-with-a-fields-name": (b"To bob@example.net\n\nHello\n", NO_HEADER + '"To bob@example.net"'),
    "text-without-line-end": (b"Hello", NO_HEADER + '"Hello"'),
    "long-text": (b"x" * 500, NO_HEADER + '"' + "x" * 40 + '..."'),
    "escapes": (b"\x1b[2Jx y\n", NO_HEADER + '"?[2Jx y"'),
    "binary": (b"\xff\xfe\xfd z\n", NO_HEADER),
    "web-page": (b"<!DOCTYPE html>\n", NO_HEADER + '"<!DOCTYPE html>"'),
    "text-below-an-empty-line": (b"\nHello Bob\n", NO_HEADER + '"Hello Bob"'),
    "unknown-field-below-an-empty-line": (b"\nNote: this\n\nHello\n", 'begins with an empty line, so this is not a '
                                          'header: "Note: this"'),
    "indented": (b"  To: bob@example.net\n  Subject: x\n\nHello\n", INDENTED + '"To: bob@example.net"'),
    "indented-by-a-tab": (b"\tTo: bob@example.net\n\tSubject: x\n\nHello\n", INDENTED),
    "indented-and-crlf": (b"    To: bob@example.net\r\n    Subject: x\r\n\r\nHello\r\n", INDENTED + '"To: bob@example.net"'),
    "indented-text": (b"  Hello Bob\n", NO_HEADER + '"Hello Bob"'),
    "subject-alone": (b"Subject: x\n\nHello\n", NONE),
    "from-alone": (b"From: a@b.example\n\nHello\n", NONE),
    "header-only": (b"Subject: x\n", NONE),
    "other-fields": (b"Reply-To: bob@example.net\nSubject: x\n\nHello\n", NONE),
    "to-below-the-header": (b"Subject: x\n\nTo: bob@example.net\n\nHello\n", "To stands below the empty line"),
    "bcc-below-the-header": (b"Subject: x\n\n\nbcc: bob@example.net\n", "Bcc stands below the empty line"),
    "to-empty": (b"To:\nSubject: x\n\nHello\n", "there is no address in To"),
    "to-and-cc-empty": (b"To: \nCc:\nSubject: x\n\nHello\n", "there is no address in To, Cc"),
    "undisclosed": (b"To: undisclosed-recipients:;\nSubject: x\n\nHello\n", "there is no address in To"),
    "resent-empty": (b"Resent-To:\nSubject: x\n\nHello\n", "there is no address in Resent-To"),
}


def try_message(folder, message, says):
    config = write_private(folder / "config", CONFIG)
    result = run_program(["-C", config, "-t"], message)
    expect(result.status == 64, f"expected exit 64\n{result}")
    text = result.stderr.decode()
    expect("no recipients: " in text and says in text, f"expected {says!r}\n{result}")
    expect(text.count("\n") == 1 and text[:-1].isprintable(), f"expected one line for a person\n{result}")


def add_cases(suite):
    for name, (message, says) in MESSAGES.items():
        suite.add(f"nobody-{name}", functools.partial(try_message, message=message, says=says))
