# SPDX-License-Identifier: GPL-3.0-or-later
"""sizes.py - messages that are large in one respect, to a relay without extensions: they arrive, and memory stays small

A body is streamed, whatever becomes of it. A header and a list of recipients are held, and what that costs grows
with their length and not faster: a square would make the cases below run into their time limit.
"""
import email
import hashlib
from tests.lib.harness import PROGRAM, expect, run_program
from tests.lib.user import User
from . import pieces


TOP = b"From: Alice <alice@example.org>\nTo: bob@example.org\nSubject: x\n"
MIXED = b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
CHEESE = "Käse\n".encode()
MB = 1024 * 1024
RECIPIENTS = 50_000


def deep(levels):
    return b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(levels))


# name: (the text after TOP, MB of memory at most)
SIZES = {
    "text": (b"\n" + CHEESE * (2 * MB), 8),
    "line": (b"\n" + b"x" * (12 * MB), 8),
    "line-without-end-in-utf-8": (b"\n" + "ä".encode() * (5 * MB), 8),
    "bare-cr": (b"\n" + b"\r" * (10 * MB), 8),
    "nul": (b"\n" + b"\0" * (10 * MB), 8),
    "lines": (b"\n" + b"\n" * (5 * MB), 8),
    "dots": (b"\n" + b".\n" * (4 * MB), 8),
    "parts": (MIXED + b"".join(b"--b\n\n%d " % n + CHEESE for n in range(9900)) + b"--b--\n", 16),
    "boundaries": (MIXED + b"--b\n\n--c\n" * (MB // 4), 8),
    "deep": (deep(90) + b"\n" + CHEESE * 1000, 8),
    "deeper-than-anybody": (deep(5000) + b"\nx\n", 16),
    "messages-in-messages": (b"Content-Type: message/rfc822\n\n" * 5000 + b"\nx\n", 8),
    "fields": (b"".join(b"X-%d: %d " % (n, n) + CHEESE for n in range(50_000)) + b"\nx\n", 24),
    "parameter-of-400-kb": (b"Content-Type: text/plain; name=" + "é".encode() * 200_000 + b"\n\nx\n", 16),
    "field-of-100-kb": (b"X-Long: " + b"word " * 20_000 + b"\n\nx\n", 8),
    "field-of-1-mb-in-utf-8": (b"Comments: " + "wörter ".encode() * 150_000 + b"\n\nx\n", 32),
}


def send_measured(user, message, *arguments):
    """Through time(1), which starts the program from a small process; returns the peak in kB."""
    note = user.folder / "memory"
    with open(message, "rb") as text:
        result = run_program(["-q", "-f", "%M", "-o", note, PROGRAM, *arguments], text, home=user.home,
                             env=user.environment(), program="/usr/bin/time")
    expect(result.status == 0, f"exit 0 expected: {result}")
    return int(note.read_text().split()[-1])


def digest(data):
    return hashlib.sha256(data).hexdigest()


def check_size(folder, content, limit):
    user, message = User(folder, "timeout 60"), folder / "message"
    message.write_bytes(TOP + content)
    with user.up(extensions=("PIPELINING", "SIZE")) as relay:
        peak = send_measured(user, message, "bob@example.org")
        expect(relay.wait_idle() and len(relay.received) == 1, "it did not arrive")
        check_content(TOP + content, relay.received[0].content)
    expect(peak < limit * 1024, f"peak memory {peak} kB")


def check_content(given, content):
    expect(content.isascii() and not pieces.is_unfit(content), "the relay can't take it in this form")
    if content.endswith(pieces.with_line_ends(given)):
        return
    before, after = email.message_from_bytes(given), email.message_from_bytes(content)
    if after.get_content_maintype() != "text":
        expect(len(list(before.walk())) == len(list(after.walk())), "another number of parts")
        return
    fields, body = pieces.given(given)
    expect(len(fields) <= len(after.items()), "fields are missing")
    expect(digest(after.get_payload(decode=True)) == digest(body), "another content")


def many_recipients(folder):
    """Many recipients from the header; each takes a few hundred octets of memory."""
    user, message = User(folder, "timeout 60", "set_to_header on"), folder / "message"
    names = [f"user{n}@example.org" for n in range(RECIPIENTS)]
    message.write_text("Subject: x\nTo: " + ",\n ".join(names) + "\n\nx\n")
    with user.up() as relay:
        peak = send_measured(user, message, "-t")
        expect(relay.wait_idle() and sum((t.recipients for t in relay.received), []) == names, "others got it")
    expect(peak < 32 * 1024, f"peak memory {peak} kB")


def too_many_parts(folder):
    """A message that could not be read to its end is not sent in part."""
    user, message = User(folder), TOP + MIXED + (b"--b\n\n" + CHEESE) * 10_001
    with user.up(extensions=("PIPELINING", "SIZE")) as relay:
        result = user.send(stdin=message)
        expect(result.status == 65 and b"over 10000 parts" in result.stderr, f"no reason: {result}")
        expect(relay.wait_idle() and not relay.received, "it arrived")


def add_cases(suite):
    for name, (content, limit) in SIZES.items():
        suite.add(f"size-{name}", lambda folder, row=(content, limit): check_size(folder, *row))
    suite.add("size-recipients", many_recipients)
    suite.add("size-too-many-parts", too_many_parts)
