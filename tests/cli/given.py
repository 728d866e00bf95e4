# SPDX-License-Identifier: GPL-3.0-or-later
"""given.py - what is made of a message as programs give it in: its line ends, what stands above its header, its fields"""
from tests.lib.harness import expect, run_program, write_private

CONFIG = "host h\nfrom alice@example.org\nset_date_header off\nset_msgid_header off\nset_mime_headers off\n"
FROM = b"From: alice@example.org\n"
HEAD = FROM + b"Subject: x\n"

# The message given, and what is sent of it
LINE_ENDS = {
    "lf": (HEAD + b"\nbody\n", HEAD + b"\nbody\n"),
    "crlf": ((HEAD + b"\nbody\n").replace(b"\n", b"\r\n"), HEAD + b"\nbody\n"),
    # swiftmailer PR 688, php-src 8086, PHPMailer 953
    "php-src-8086-cr-cr-lf": ((HEAD + b"\nbody\n\nmore\n").replace(b"\n", b"\r\r\n"), HEAD + b"\nbody\n\nmore\n"),
    "cr-cr-cr-lf": ((HEAD + b"\nbody\n").replace(b"\n", b"\r\r\r\n"), HEAD + b"\nbody\n"),
    "header-crlf-body-cr-cr-lf": (HEAD.replace(b"\n", b"\r\n") + b"\r\n" + b"body\r\r\n", HEAD + b"\nbody\n"),
    "only-the-empty-line-cr-cr-lf": (HEAD + b"\r\r\nbody\n", HEAD + b"\nbody\n"),
    "only-one-field-cr-cr-lf": (FROM + b"Subject: x\r\r\n\nbody\n", HEAD + b"\nbody\n"),
    "continuation-cr-cr-lf": (FROM + b"Subject: x\r\r\n y\r\r\n\r\r\nbody\n", FROM + b"Subject: x\n y\n\nbody\n"),
    "last-line-ends-in-cr": (HEAD + b"\nbody\r", HEAD + b"\nbody\r\n"),
    "last-field-ends-in-cr": (FROM + b"Subject: x\r", FROM + b"Subject: x \n\n"),
    "cr-in-the-body-stays": (HEAD + b"\n1%\r2%\rdone\n", HEAD + b"\n1%\r2%\rdone\n"),
    "body-of-crs": (HEAD + b"\n\r\r\r\n\r\n", HEAD + b"\n\n\n"),
    # Icinga2 7184, PHPMailer 947
    "icinga2-7184-cr-in-a-field": (FROM + b"Subject: DISK OK\r - /\n\nbody\n", FROM + b"Subject: DISK OK  - /\n\nbody\n"),
    "cr-in-a-continuation": (FROM + b"Subject: x\n y\rz\n\nbody\n", FROM + b"Subject: x\n y z\n\nbody\n"),
    "cr-begins-a-field": (FROM + b"Subject:\rx\n\nbody\n", FROM + b"Subject: x\n\nbody\n"),
    "cr-hides-a-field": (FROM + b"Subject: x\rBcc: eve@example.net\n\nbody\n",
                         FROM + b"Subject: x Bcc: eve@example.net\n\nbody\n"),
    "cr-hides-a-body": (FROM + b"Subject: x\r\rbody\n\nbody\n", FROM + b"Subject: x  body\n\nbody\n"),
    "cr-after-lf-goes-on-with-the-field": (FROM + b"Subject: x\n\ry\n\nbody\n", FROM + b"Subject: x\n y\n\nbody\n"),
    "nul-in-a-field": (FROM + b"Subject: a\0b\n\nbody\n", FROM + b"Subject: a b\n\nbody\n"),
    "nul-ends-a-field": (FROM + b"Subject: x\0\n\nbody\n", FROM + b"Subject: x \n\nbody\n"),
    "nul-in-a-continuation": (FROM + b"Subject: x\n\0y\n\nbody\n", FROM + b"Subject: x\n y\n\nbody\n"),
    "nul-in-a-name": (FROM + b"Sub\0ject: x\n\nbody\n", HEAD + b"\nbody\n"),
    "nul-and-cr": (FROM + b"Subject: a\0\r\0b\r\n\r\nbody\n", FROM + b"Subject: a   b\n\nbody\n"),
    "nul-in-the-body-stays": (HEAD + b"\na\0b\n", HEAD + b"\na\0b\n"),
    "blank-before-the-colon": (b"From : alice@example.org\nSubject\t :x\n y\n\nbody\n", FROM + b"Subject: x\n y\n\nbody\n"),
    "blank-before-the-colon-signed": (b"DKIM-Signature: v=1; h=subject; b=x\nSubject : x\n" + FROM + b"\nbody\n",
                                      b"DKIM-Signature: v=1; h=subject; b=x\nSubject : x\n" + FROM + b"\nbody\n"),
    "nul-in-the-last-line": (FROM + b"Subject: x\0", FROM + b"Subject: x \n\n"),
}

ABOVE = {
    "empty-line": b"\n", "empty-lines": b"\n\n\n", "empty-crlf-lines": b"\r\n\r\n", "blank-line": b" \n", "blank-lines": b"\t\n \n",
    "cr-cr-lf": b"\r\r\n", "mark": b"\xef\xbb\xbf", "mark-and-empty-line": b"\xef\xbb\xbf\n", "nul": b"\0",
    "from": b"From bob@example.net Mon Jan  1 00:00:00 2024\n",
    "from-alone": b"From bob@example.net\n",
    "from-with-zone": b"From bob@example.net Mon Jan  1 00:00:00 2024 +0100\n",
    "from-with-zone-before-the-year": b"From bob@example.net Mon Jan  1 00:00:00 CET 2024\n",
    # dma PR 136
    "dma-136-iso-date": b"From bob@example.net 2024-01-01T00:00:00\n",
    "from-with-iso-date-and-zone": b"From bob@example.net 2024-01-01 00:00:00+01:00\n",
    "from-with-rfc-date": b"From bob@example.net 1 Jan 2024 00:00:00 +0000\n",
    "from-with-comma": b"From bob@example.net Mon, 1 Jan 2024 00:00:00 +0000\n",
    "from-in-french": b"From bob lun. janv. 1 10:20:30 CET 2024\n",
    "from-without-sender": b"From  Mon Jan  1 00:00:00 2024\n",
    "from-with-blanks-in-the-sender": b"From Bob Smith Mon Jan  1 00:00:00 2024\n",
    "from-quoted": b">From bob@example.net Mon Jan  1 00:00:00 2024\n",
    "from-remote": b"From bob Mon Jan  1 00:00:00 2024 remote from host\n>From bob Mon Jan  1 00:00:00 2024 remote from host\n",
    "from-crlf": b"From bob@example.net Mon Jan  1 00:00:00 2024\r\n",
    "from-of-thunderbird": b"From - Mon Jan 01 00:00:00 2024\n",
    "from-of-git": b"From 1234567890abcdef1234567890abcdef12345678 Mon Sep 17 00:00:00 2001\n",
    "from-and-empty-line": b"From bob@example.net Mon Jan  1 00:00:00 2024\n\n",
    "empty-line-and-from": b"\nFrom bob@example.net Mon Jan  1 00:00:00 2024\n",
    "mark-and-from": b"\xef\xbb\xbfFrom bob@example.net Mon Jan  1 00:00:00 2024\n",
    "return-path": b"Return-Path: <x@example.org>\n",
    "return-path-and-from": b"Return-Path: <x@example.org>\nFrom bob@example.net Mon Jan  1 00:00:00 2024\n",
    "from-and-return-path": b"From bob@example.net Mon Jan  1 00:00:00 2024\nReturn-Path: <x@example.org>\n",
    "mmdf": b"\1\1\1\1\n", "mmdf-and-from": b"\1\1\1\1\nFrom bob@example.net Mon Jan  1 00:00:00 2024\n",
}

# The message given is a text without a header, whatever its beginning looks like.
TEXTS = {
    "text": (b"hello\n", b"hello\n"),
    "empty-header": (b"\nhello\n", b"hello\n"),
    "empty-header-and-an-empty-line": (b"\n\nhello\n", b"\nhello\n"),
    "empty-header-and-a-text-with-a-colon": (b"\nWarning: disk full\n", b"Warning: disk full\n"),
    "empty-header-and-a-report": (b"\nHost: web1\nStatus: DOWN\n at once\nDate: today\n\nSubject: x\n",
                                  b"Host: web1\nStatus: DOWN\n at once\nDate: today\n\nSubject: x\n"),
    "empty-header-and-a-line-with-a-colon": (b"\n\nWarning: disk full", b"\nWarning: disk full\n"),
    "empty-header-and-a-report-in-words": (b"\nHost: web1\nis down\nTo: do\n", b"Host: web1\nis down\nTo: do\n"),
    "empty-header-and-a-url": (b"\nhttps://example.org/\n", b"https://example.org/\n"),
    "from-now-on": (b"From now on we are closed\n", b"From now on we are closed\n"),
    "from-a-day": (b"From Sat on we are closed\n", b"From Sat on we are closed\n"),
    "from-an-hour": (b"From 10:20 to 11:20 we are closed\n", b"From 10:20 to 11:20 we are closed\n"),
    "quoted-from": (b">From here\n", b">From here\n"),
    "from-and-a-text": (b"From a@b Mon\nhello\n", b"hello\n"),
    "from-and-an-empty-header": (b"From a@b Mon\n\nhello\n", b"hello\n"),
    "blank-line": (b" \nhello\n", b" \nhello\n"),
    "indented": (b"  From: a@b\n  To: c@d\n", b"  From: a@b\n  To: c@d\n"),
    "mark": (b"\xef\xbb\xbfhello you\n", b"\xef\xbb\xbfhello you\n"),
    "progress": (b"10%\r20%\rDone: yes\n", b"10%\r20%\rDone: yes\n"),
    "progress-in-a-word": (b"Begun\rDone: yes\n", b"Begun\rDone: yes\n"),
}

# Fields that are not sent on, as they are given
RESIDUE = ("Return-Path: <x@example.org>", "Content-Length: 3", "Lines: 7", "Status: RO", "Lines:", "return-path:<>",
           "STATUS: O\n folded", "Content-length :3")
# and those that stay, though they look like them
KEPT = ("Delivered-To: bob@example.net", "X-Original-To: bob", "X-Content-Length: 3", "X-Lines: 2", "Message-Status: sent",
        "Received: by x", "X-Status: A", "X-Mozilla-Status: 0001")
SIGNED = "DKIM-Signature: v=1; h=From:Subject :\n Return-Path:status; b=x\n"


def dry_run(folder, message, *words, config=CONFIG, **more):
    """The message as it would go out."""
    path = write_private(folder / "rc", config)
    return run_program(["-C", path, "--dry-run", *words, "bob@example.net"], message, home=folder, **more)


def expect_sent(folder, message, wanted, *words, **more):
    result = dry_run(folder, message, *words, **more)
    expect(result.status == 0 and result.stdout == wanted, f"{result}\ninstead of\n{wanted}")


def fields_below_an_empty_line(folder):
    """Fields below an empty line are the header where one of them is a field that only messages have."""
    head = b"Status-Of: a\r\r\nDate: today\n and tomorrow\nFoo: b\0ar\n" + HEAD + b"Date: then\n"
    wanted = b"Status-Of: a\nDate: today\n and tomorrow\nFoo: b ar\n" + HEAD + b"Date: then\n"
    for above in (b"\n", b"\n\n", b"\nFrom bob Mon Jan  1 00:00:00 2024\n", b"\n\xef\xbb\xbf"):
        expect_sent(folder, above + head + b"\nbody\n", wanted + b"\nbody\n")
    expect_sent(folder, b"\nStatus: RO\nLines: 3\n" + HEAD + b"\nbody\n", HEAD + b"\nbody\n")


def all_residue(folder):
    for field in RESIDUE:
        message = f"From: alice@example.org\n{field}\nSubject: x\n\nbody\n".encode()
        expect_sent(folder, message, HEAD + b"\nbody\n")
    for field in KEPT:
        message = f"From: alice@example.org\n{field}\nSubject: x\n\nbody\n".encode()
        expect_sent(folder, message, message)


def residue_of_a_setting(folder):
    """A field that a setting adds is intended."""
    config = CONFIG + "add_header Lines: 3\nset_header Status: down\n"
    expect_sent(folder, b"Status: RO\n" + HEAD + b"\nbody\n", b"Status: down\nLines: 3\n" + HEAD + b"\nbody\n", config=config)


def signed_residue(folder):
    """A field that a signature covers stays."""
    fields = "Return-Path: <x@example.org>\nStatus: RO\n"
    message = (SIGNED + fields + "Lines: 3\n").encode() + HEAD + b"\nbody\n"
    expect_sent(folder, message, (SIGNED + fields).encode() + HEAD + b"\nbody\n")


def recipients_are_found(folder):
    """Lines above the header hide no recipient."""
    for name, above in ABOVE.items():
        path = write_private(folder / "rc", CONFIG)
        message = above + HEAD + b"To: Bob <bob@example.net>\n\nbody\n"
        result = run_program(["-C", path, "--explain", "-t"], message, home=folder)
        expect(result.status == 0 and b"bob@example.net" in result.stdout.split(b"Header")[0], f"{name}: {result}")


def utf_16(folder):
    text = (HEAD + b"\nbody\n").decode()
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        for message in (text, text.replace("\n", "\r\n"), "\ufeff" * ("-" in encoding) + text):
            result = dry_run(folder, message.encode(encoding))
            expect(result.status == 65 and b"UTF-16" in result.stderr, f"{encoding}: {result}")
    expect_sent(folder, b"a\0b\0c\0d \n", FROM + b"\na\0b\0c\0d \n")


def add_cases(suite):
    rows = {f"line-end/{name}": row for name, row in LINE_ENDS.items()}
    rows |= {f"above/{name}": (above + HEAD + b"\nbody\n", HEAD + b"\nbody\n") for name, above in ABOVE.items()}
    rows |= {f"text/{name}": (text, FROM + b"\n" + body) for name, (text, body) in TEXTS.items()}
    for name, row in rows.items():
        suite.add(f"given/{name}", lambda folder, row=row: expect_sent(folder, *row))
    for function in (fields_below_an_empty_line, all_residue, residue_of_a_setting, signed_residue, recipients_are_found, utf_16):
        suite.add(f"given/{function.__name__.replace('_', '-')}", function)
