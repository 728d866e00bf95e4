# SPDX-License-Identifier: GPL-3.0-or-later
"""supplied.py - the fields that are added: where they are missing, have no content, or can't be read"""
import email
import email.utils
import functools
import pathlib
import socket
from tests.lib.harness import expect
from .given import dry_run


CONFIG = "host 127.0.0.1\nfrom alice@example.org\n"
HEAD = "From: alice@example.org\nDate: Mon, 1 Jan 2024 10:20:30 +0100\nMessage-ID: <given@example.org>\n"
SIGNED = "DKIM-Signature: v=1; a=x; h=From:Date; b=x\n"

# Dates that stay, and dates that become X-Original-Date
GOOD = ("Mon, 1 Jan 2024 10:20:30 +0100", "1 Jan 24 10:20 GMT", "Mon, 1 Jan 2024 10:20:30 +0000 (UTC)", "Mon,\n 1 Jan 2024 10:20:30 +0100",
        "1 Jan 2024 10:20:30 CEST")
BAD = {
    # SmokePing 61, Tripwire 52, fail2ban 70
    "smokeping-61-german": "Mo, 01 Jan 2024 10:20:30 +0100", "tripwire-52-french": "lun. janv. 1 10:20:30 CET 2024",
    "umlaut": "Mon, 01 Mär 2024 10:20:30 +0100", "iso": "2024-01-01T10:20:30Z", "iso-blank": "2024-01-01 10:20:30",
    "asctime": "Mon Jan  1 10:20:30 2024", "date-command": "Mon Jan  1 10:20:30 CET 2024", "no-zone": "Mon, 1 Jan 2024 10:20:30",
    "colon-in-zone": "Mon, 1 Jan 2024 10:20:30 +01:00", "slashes": "01/02/2024", "word": "yesterday", "number": "1704100830",
    "long-names": "Monday, 1 January 2024 10:20:30 +0100", "no-such-day": "30 Feb 2024 10:20:30 +0100", "folded": "Mo,\n 01 Jan 2024",
    "format": "%a, %d %b %Y", "html": "Mon, 1 Jan 2024<br>",
}


def sent(folder, header, *words, config=CONFIG, body="body\n"):
    """The message as it would go, read by Python's email package."""
    data = header.encode() + b"\n" + (body if isinstance(body, bytes) else body.encode())
    result = dry_run(folder, data, *words, config=config)
    expect(result.status == 0, f"{result}")
    return email.message_from_bytes(result.stdout)


def expect_fields(message, **wanted):
    """Each named once with that value; None: it is not there."""
    for name, value in wanted.items():
        found = message.get_all(name.replace("_", "-"), [])
        expect(found == ([] if value is None else [value]), f"{name} is {found}, not {value!r} in {message.items()}")


def is_fresh(message, name, old=None):
    found = message.get_all(name, [])
    expect(len(found) == 1 and str(found[0]).strip() and found[0] != old, f"{name}: {found}")


def without(name):
    return "".join(line + "\n" for line in HEAD.splitlines() if not line.startswith(name + ":"))


# Dates

def good_dates(folder):
    for date in GOOD:
        expect_fields(sent(folder, without("Date") + f"Date: {date}\n"), Date=date, X_Original_Date=None)


def bad_date(date, folder):
    message = sent(folder, without("Date") + f"Date: {date}\n")
    is_fresh(message, "Date")
    email.utils.parsedate_to_datetime(message["Date"])
    old = [value for name, value in message.raw_items() if name == "X-Original-Date"]
    expect([str(value).encode("utf-8", "surrogateescape") for value in old] == [date.encode()], f"{old}")


def bad_dates_that_stay(folder):
    """A signed message, and one to which the user adds no date."""
    for header, config in ((SIGNED, CONFIG), ("", CONFIG + "set_date_header off\n")):
        message = sent(folder, header + without("Date") + "Date: yesterday\n", config=config)
        expect_fields(message, Date="yesterday", X_Original_Date=None)


def two_dates(folder):
    """The one that can be read is the date."""
    message = sent(folder, without("Date") + "Date: yesterday\nDate: 1 Jan 2024 10:20:30 +0100\n")
    expect_fields(message, Date="1 Jan 2024 10:20:30 +0100", X_Original_Date="yesterday")


def date_of_a_setting(folder):
    """The value of a setting counts, whatever it is."""
    message = sent(folder, without("Date") + "Date: yesterday\n", config=CONFIG + "add_header Date: tomorrow\n")
    expect_fields(message, Date="tomorrow", X_Original_Date="yesterday")
    expect_fields(sent(folder, "Date: yesterday\n", config=CONFIG + "set_header Date: tomorrow\n"), Date="tomorrow", X_Original_Date=None)


# Fields without content

EMPTY = ("{}:", "{}: ", "{}:\n  \n\t", "{} :", "{}:\n{}: ", "{}: <>", "{}: < >")


def empty(name, folder):
    for form in EMPTY:
        field = form.format(name, name) + "\n"
        is_fresh(sent(folder, field + without(name)), name)
        expect(len(sent(folder, field + HEAD).get_all(name)) == 1, f"{field!r} is left beside another")


def empty_and_off(folder):
    config = CONFIG + "set_date_header off\nset_msgid_header off\nset_from_header off\n"
    expect_fields(sent(folder, "Date:\nMessage-ID:\nFrom:\n", config=config), Date="", Message_ID="", From="")


def empty_and_signed(folder):
    """A signature may say that the field is empty."""
    expect_fields(sent(folder, SIGNED + "Date:\nMessage-ID:\nFrom:\n"), Date="", Message_ID="", From="")


# MIME fields: what is given, body, what is there then

VERSION, TEXT, EIGHT = "1.0", "text/plain; charset=utf-8", "8bit"
HTML = "Content-Type: text/html; charset=iso-8859-1\n"
UTF_8, LATIN_1 = "Käse\n".encode(), b"K\xe4se\n"
PARTS = {
    # omd 22, and Debian's anacron
    "omd-22-type": (HTML, UTF_8, (VERSION, "text/html; charset=iso-8859-1", EIGHT)),
    "anacron": ("Content-Type: text/plain; charset=ANSI_X3.4-1968\n", UTF_8, (VERSION, "text/plain; charset=ANSI_X3.4-1968", EIGHT)),
    "type-latin-1": (HTML, LATIN_1, (VERSION, "text/html; charset=iso-8859-1", EIGHT)),
    "type-and-version": (HTML + "MIME-Version: 1.0\n", UTF_8, (VERSION, "text/html; charset=iso-8859-1", EIGHT)),
    "type-and-encoding": (HTML + "Content-Transfer-Encoding: 8bit\n", UTF_8, (VERSION, "text/html; charset=iso-8859-1", EIGHT)),
    "type-and-odd-encoding": (HTML + "Content-Transfer-Encoding: 8-bit\n", UTF_8, (VERSION, "text/html; charset=iso-8859-1", "8-bit")),
    "version": ("MIME-Version: 1.0\n", UTF_8, (VERSION, TEXT, EIGHT)),
    "version-latin-1": ("MIME-Version: 1.0\n", LATIN_1, (VERSION, None, EIGHT)),
    "version-with-a-comment": ("Mime-Version: 1.0 (tool)\n", UTF_8, ("1.0 (tool)", TEXT, EIGHT)),
    "encoding": ("Content-Transfer-Encoding: 8bit\n", UTF_8, (VERSION, TEXT, EIGHT)),
    "encoding-and-version": ("MIME-Version: 1.0\nContent-Transfer-Encoding: 8bit\n", UTF_8, (VERSION, TEXT, EIGHT)),
    "empty-type": ("Content-Type:\n", UTF_8, (VERSION, TEXT, EIGHT)),
    "all-empty": ("MIME-Version:\nContent-Type: \nContent-Transfer-Encoding:\n", UTF_8, (VERSION, TEXT, EIGHT)),
    "all-empty-latin-1": ("MIME-Version:\nContent-Type: \nContent-Transfer-Encoding:\n", LATIN_1, ("", "", "")),
    "none": ("", UTF_8, (VERSION, TEXT, EIGHT)),
    "none-latin-1": ("", LATIN_1, (None, None, None)),
    "all": ("MIME-Version: 1.0\n" + HTML + "Content-Transfer-Encoding: binary\n", UTF_8,
            (VERSION, "text/html; charset=iso-8859-1", "binary")),
    "type-ascii": (HTML, b"cheese\n", (None, "text/html; charset=iso-8859-1", None)),
    "signed": (SIGNED + HTML, UTF_8, (None, "text/html; charset=iso-8859-1", None)),
}


def label(given, body, wanted, folder):
    message = sent(folder, HEAD + given, body=body)
    version, kind, encoding = wanted
    expect_fields(message, MIME_Version=version, Content_Type=kind, Content_Transfer_Encoding=encoding)


# The null sender, and the right side of a Message-ID

def host_names():
    """The names that this machine may use there."""
    name, mail_name = socket.gethostname(), pathlib.Path("/etc/mailname")
    return [name if "." in name else name + ".localdomain", mail_name.exists() and mail_name.read_text().strip()]


# lines of the config, words; the right side
RIGHT_SIDES = {
    "sender": ("", (), "example.org"), "domain": ("domain mx.example.com\n", (), "mx.example.com"),
    "domain-literal": ("domain [192.0.2.1]\n", (), "[192.0.2.1]"), "bare-domain": ("domain laptop\n", (), "example.org"),
    "domain-localhost": ("domain localhost\n", (), "example.org"), "bare-sender": ("maildomain example.com\n", ("-f", "root"), "example.com"),
    "sender-at-localhost": ("maildomain example.com\n", ("-f", "root@localhost"), "example.com"),
    "sender-beyond-ascii": ("", ("-f", "alice@müller.example"), "xn--mller-kva.example"),
    "null-sender": ("", ("-f", "<>"), "example.org"), "null-sender-and-maildomain": ("maildomain example.com\n", ("-f", ""), "example.com"),
    "null-sender-of-the-config": ("maildomain example.com\nfrom\n", (), "example.com"),
    "null-sender-and-no-account": ("from\nmaildomain localhost\n", (), None),
    "sender-at-a-bare-host": ("from root@vm\nhost 192.0.2.1\n", (), None),
}


def right_side(lines, words, wanted, folder):
    message = sent(folder, "Subject: x\n", *words, config=CONFIG + lines)
    found = message["Message-ID"].strip("<>").partition("@")[2]
    expect(found == wanted or not wanted and found in host_names(), f"{found} instead of {wanted or host_names()}")


# lines of the config, words, the header given; its From
AUTHORS = {
    "opencast-6554": ("", ("-f", "<>"), "Subject: x\n", "alice@example.org"), "empty-word": ("", ("-f", ""), "", "alice@example.org"),
    "empty-field": ("", ("-f", "<>"), "From:\n", "alice@example.org"), "mailer-daemon": ("", ("-f", "MAILER-DAEMON"), "", "alice@example.org"),
    "with-a-name": ("from_full_name Alice\n", ("-f", "<>"), "", "Alice <alice@example.org>"),
    "set-from-header-on": ("set_from_header on\n", ("-f", "<>"), "", "alice@example.org"),
    "set-from-header-off": ("set_from_header off\n", ("-f", "<>"), "", None),
    "qualify": ("set_from_header qualify\n", ("-f", "<>"), "", "alice@example.org"),
    "it-is-there": ("", ("-f", "<>"), "From: Bounces <b@example.net>\n", "Bounces <b@example.net>"),
    "null-sender-of-the-config": ("from\nmaildomain example.com\n", (), "", "caller@example.com"),
    "pattern": ("from *@example.org\nmaildomain example.com\n", ("-f", "<>"), "", "caller@example.com"),
    "user": ("from %U@example.org\nmaildomain example.com\n", ("-f", "<>"), "", "caller@example.com"),
    "signed": ("", ("-f", "<>"), SIGNED, None),
}


def author(lines, words, header, wanted, folder):
    data = header.encode() + b"\nbody\n"
    result = dry_run(folder, data, *words, config=CONFIG + lines, env={"USER": "caller"})
    expect(result.status == 0, f"{result}")
    expect_fields(email.message_from_bytes(result.stdout), From=wanted)


def much_residue(folder):
    """Time grows with the number of fields and no faster."""
    message = sent(folder, HEAD + "Status:\n" * 100000)
    expect_fields(message, Status=None)


def add_cases(suite):
    for function in (much_residue, good_dates, bad_dates_that_stay, two_dates, date_of_a_setting, empty_and_off, empty_and_signed):
        suite.add(f"supplied/{function.__name__.replace('_', '-')}", function)
    for name, date in BAD.items():
        suite.add(f"supplied/date-{name}", functools.partial(bad_date, date))
    for name in ("Date", "Message-ID", "From"):
        suite.add(f"supplied/empty-{name.lower()}", functools.partial(empty, name))
    for kind, table, function in (("label", PARTS, label), ("message-id", RIGHT_SIDES, right_side), ("from", AUTHORS, author)):
        for name, row in table.items():
            suite.add(f"supplied/{kind}-{name}", functools.partial(function, *row))
