# SPDX-License-Identifier: GPL-3.0-or-later
"""__main__.py - the SMTP server on standard input and output. Suite "stdio"

`python3 -m tests.stdio [WORD...]` runs the cases whose names contain one of the words.
"""
import os
import re
import select
import smtplib
import socket
import struct
import subprocess
import time
from tests.lib import patience, relay as relays
from tests.lib.harness import (PROGRAM, Failure, Suite, environment_with_queue, expect, finish, run_program,
                               wait_until, with_queue, write_private)


suite = Suite("stdio")

HELLO = "EHLO here\n"
MAIL = "MAIL FROM:<alice@a.example>\n"
RCPT = "RCPT TO:<bob@b.example>\n"
BODY = "Subject: A test\n\nHello.\n.\n"
MESSAGE = MAIL + RCPT + "DATA\n" + BODY
DEAD_PORT = 1  # no process listens there
DEFAULT = "state/mailchute"  # where the queue is without a config
LIMIT = 30  # machine seconds in which something has to happen


def crlf(text):
    return text.replace("\n", "\r\n")


# The program and its queue

def configure(folder, port=DEAD_PORT, more=""):
    """Write a config whose relay is a port of this machine, and return the arguments that name it."""
    write_private(folder / "config", f"""account default
host 127.0.0.1
port {port}
tls off
from anybody@a.example
allow_from_override on
queue_folder {folder}/queue
{more}
""")
    return ["-C", folder / "config"]


def start(folder, args, through=(), **descriptors):
    env = {k: v for k, v in os.environ.items() if k not in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "SMTPSERVER", "EMAIL")}
    env.update(HOME=str(folder), LC_ALL="C.UTF-8", **environment_with_queue(folder / DEFAULT))
    return subprocess.Popen(with_queue(folder / DEFAULT, [*through, PROGRAM, *map(str, args), "-bs"]), env=env, stderr=subprocess.PIPE, **descriptors)


def talk(folder, given, *args, limit=LIMIT, **more):
    """Give a whole session to the program in one write; returns the result."""
    data = given if isinstance(given, bytes) else given.encode()
    return run_program([*args, "-bs"], data, home=folder, limit=limit, env=more, queue=folder / DEFAULT)


def codes(result):
    """The replies' codes, the greeting's included, joined by blanks."""
    lines = result.stdout.decode().split("\r\n")
    expect(lines.pop() == "", f"a reply without its end: {result}")
    expect(all(re.fullmatch(r"[2-5]\d\d[ -][ -~]*", line) for line in lines), f"no reply: {result}")
    expect(all(len(line) <= 510 for line in lines), f"too long: {result}")
    return " ".join(line[:3] for line in lines if line[3] == " ")


def queued(folder, name="queue"):
    """The files of the queue, each without its first block."""
    place = folder / name / "q"
    files = sorted(place.iterdir()) if place.exists() else []
    found = [file.read_bytes()[4096:] for file in files]
    for file, text in zip(files, found):
        expect(b"\nEND " + file.name.encode() + b"\n" in text, f"incomplete: {text!r}")
    return found


class Client(smtplib.SMTP):
    """smtplib on one end of a socketpair; the program has the other."""

    def __init__(self, folder, *args):
        super().__init__(local_hostname="here")
        self.sock, theirs = socket.socketpair()
        self.process = start(folder, args, stdin=theirs, stdout=theirs)
        theirs.close()
        code, _ = self.getreply()
        expect(code == 220, f"greeted by {code}")

    def end(self):
        """Wait for the program; returns its standard error."""
        self.close()
        _, errors = finish(self.process)
        expect(self.process.returncode == 0, f"exit {self.process.returncode}: {errors.decode()}")
        return errors.decode()


# Dialogues: a whole session in one write, and the codes of all replies; `N` messages in the queue

def line_of(length):
    return "NOOP " + "x" * (length - 5) + "\n"


UTF_16 = "A\0:\0 \0b\0\n"  # a header that can't be read

DIALOGUES = [
    ("empty", "", "220", 0),
    ("quit", "QUIT\n", "220 221", 0),
    ("quit-crlf", "QUIT\r\n", "220 221", 0),
    ("quit-in-small-letters", "quit\n", "220 221", 0),
    ("nothing-behind-quit", "QUIT\nNOOP\n", "220 221", 0),
    ("unended-line", "NOOP", "220", 0),
    ("helo", "HELO here\nQUIT\n", "220 250 221", 0),
    ("helo-in-mixed-case", "hElO here\nQUIT\n", "220 250 221", 0),
    ("ehlo", "EHLO here\nQUIT\n", "220 250 221", 0),
    ("ehlo-literal", "EHLO [127.0.0.1]\nQUIT\n", "220 250 221", 0),
    ("ehlo-twice", "EHLO a\nEHLO b\nQUIT\n", "220 250 250 221", 0),
    ("ehlo-without-name", "EHLO\nQUIT\n", "220 501 221", 0),
    ("helo-without-name", "HELO\nQUIT\n", "220 501 221", 0),
    ("noop", "NOOP\nNOOP words\nQUIT\n", "220 250 250 221", 0),
    ("help", "HELP\nHELP DATA\nQUIT\n", "220 214 214 221", 0),
    ("vrfy", "VRFY bob\nVRFY\nQUIT\n", "220 252 501 221", 0),
    ("expn", "EXPN list\nQUIT\n", "220 502 221", 0),
    ("starttls", "STARTTLS\nQUIT\n", "220 502 221", 0),
    ("auth", "AUTH PLAIN AGEAYg==\nQUIT\n", "220 502 221", 0),
    ("bdat", "BDAT 1 LAST\nQUIT\n", "220 502 221", 0),
    ("unknown-verb", "BANANA\nQUIT\n", "220 500 221", 0),
    ("empty-line", "\n\r\nQUIT\n", "220 500 500 221", 0),
    ("quit-with-argument", "QUIT now\nQUIT\n", "220 501 221", 0),
    ("rset-with-argument", "RSET now\nQUIT\n", "220 501 221", 0),
    ("rset", HELLO + "RSET\nQUIT\n", "220 250 250 221", 0),
    ("rset-before-hello", "RSET\nQUIT\n", "220 250 221", 0),
    ("mail-before-hello", MAIL + "QUIT\n", "220 503 221", 0),
    ("mail-twice", HELLO + MAIL + MAIL + "QUIT\n", "220 250 250 503 221", 0),
    ("mail-rset-mail", HELLO + MAIL + "RSET\n" + MAIL + "QUIT\n", "220 250 250 250 250 221", 0),
    ("mail-ehlo-mail", HELLO + MAIL + HELLO + MAIL + "QUIT\n", "220 250 250 250 250 221", 0),
    ("rcpt-before-mail", HELLO + RCPT + "QUIT\n", "220 250 503 221", 0),
    ("rcpt-after-rset", HELLO + MAIL + "RSET\n" + RCPT + "QUIT\n", "220 250 250 250 503 221", 0),
    ("data-before-mail", HELLO + "DATA\nQUIT\n", "220 250 503 221", 0),
    ("data-before-rcpt", HELLO + MAIL + "DATA\nQUIT\n", "220 250 250 554 221", 0),
    ("data-after-refused-rcpt", HELLO + MAIL + "RCPT TO:<>\nDATA\nQUIT\n", "220 250 250 501 554 221", 0),
    ("data-with-argument", HELLO + MAIL + RCPT + "DATA x\nQUIT\n", "220 250 250 250 501 221", 0),
    ("data-after-rset", HELLO + MAIL + RCPT + "RSET\nDATA\nQUIT\n", "220 250 250 250 250 503 221", 0),
    ("rcpt-behind-message", HELLO + MESSAGE + RCPT + "QUIT\n", "220 250 250 250 354 250 503 221", 1),
    ("data-behind-message", HELLO + MESSAGE + "DATA\nQUIT\n", "220 250 250 250 354 250 503 221", 1),
    ("refused-rcpt-among-others", HELLO + MAIL + "RCPT TO:<a b>\n" + RCPT + "DATA\n" + BODY + "QUIT\n",
     "220 250 250 501 250 354 250 221", 1),
    ("message", HELLO + MESSAGE + "QUIT\n", "220 250 250 250 354 250 221", 1),
    ("message-crlf", crlf(HELLO + MESSAGE + "QUIT\n"), "220 250 250 250 354 250 221", 1),
    ("message-after-helo", "HELO here\n" + MESSAGE + "QUIT\n", "220 250 250 250 354 250 221", 1),
    ("message-in-small-letters-msmtp-59", (HELLO + MESSAGE).lower(), "220 250 250 250 354 250", 1),
    ("message-without-quit", HELLO + MESSAGE, "220 250 250 250 354 250", 1),
    ("three-messages", HELLO + MESSAGE * 3 + "QUIT\n", "220 250" + " 250 250 354 250" * 3 + " 221", 3),
    ("message-rset-message", HELLO + MESSAGE + "RSET\n" + MESSAGE + "QUIT\n",
     "220 250 250 250 354 250 250 250 250 354 250 221", 2),
    ("null-sender", HELLO + "MAIL FROM:<>\n" + RCPT + "DATA\n" + BODY, "220 250 250 250 354 250", 1),
    ("bare-names", HELLO + "MAIL FROM:<cron>\nRCPT TO:<root>\nDATA\n" + BODY, "220 250 250 250 354 250", 1),
    ("blank-behind-colon", HELLO + "MAIL FROM: <a@a.example>\nRCPT TO: <b@b.example>\nDATA\n" + BODY,
     "220 250 250 250 354 250", 1),
    ("no-brackets", HELLO + "MAIL FROM:a@a.example\nRCPT TO:b@b.example\nDATA\n" + BODY,
     "220 250 250 250 354 250", 1),
    ("parameters", HELLO + "MAIL FROM:<a@a.example> SIZE=20 BODY=8BITMIME SMTPUTF8 RET=FULL ENVID=x\n"
     "RCPT TO:<b@b.example> NOTIFY=NEVER ORCPT=rfc822;b@b.example\nDATA\n" + BODY, "220 250 250 250 354 250", 1),
    ("unknown-parameter", HELLO + "MAIL FROM:<a@a.example> X=1\nQUIT\n", "220 250 555 221", 0),
    ("unknown-parameter-of-rcpt", HELLO + MAIL + "RCPT TO:<b@b.example> X=1\nQUIT\n", "220 250 250 555 221", 0),
    ("parameter-of-the-other", HELLO + MAIL + "RCPT TO:<b@b.example> SIZE=1\nQUIT\n", "220 250 250 555 221", 0),
    ("wrong-size", HELLO + "MAIL FROM:<a@a.example> SIZE=big\nQUIT\n", "220 250 501 221", 0),
    ("wrong-body", HELLO + "MAIL FROM:<a@a.example> BODY=9BIT\nQUIT\n", "220 250 501 221", 0),
    ("wrong-notify", HELLO + MAIL + "RCPT TO:<b@b.example> NOTIFY=NEVER,DELAY\nQUIT\n", "220 250 250 501 221", 0),
    ("wrong-sender", HELLO + "MAIL FROM:<a@@b>\nQUIT\n", "220 250 501 221", 0),
    ("wrong-recipient", HELLO + MAIL + "RCPT TO:<b@>\nQUIT\n", "220 250 250 501 221", 0),
    ("announced-too-large", HELLO + "MAIL FROM:<a@a.example> SIZE=99999999999\nQUIT\n", "220 250 552 221", 0),
    ("line-of-510", line_of(510) + "QUIT\n", "220 250 221", 0),
    ("line-of-4096", line_of(4096) + "QUIT\n", "220 250 221", 0),
    ("line-of-4097", line_of(4097) + "QUIT\n", "220 500 221", 0),
    ("line-of-4097-crlf", crlf(line_of(4097)) + "QUIT\r\n", "220 500 221", 0),
    ("line-of-a-million", line_of(1000000) + "NOOP\nQUIT\n", "220 500 250 221", 0),
    ("line-without-end", "x" * 1000000, "220", 0),
    ("rcpt-of-1000", HELLO + MAIL + "RCPT TO:<b@b.example> ORCPT=rfc822;" + "x" * 490 + " " * 400 + "\nQUIT\n",
     "220 250 250 250 221", 0),
    ("rcpt-of-a-long-name", HELLO + MAIL + f"RCPT TO:<{'b' * 800}@b.example> ORCPT=rfc822;{'b' * 800}@b.example\nDATA\n" +
     BODY + "QUIT\n", "220 250 250 250 354 250 221", 1),
    ("same-but-for-the-domains-case", HELLO + MAIL + "RCPT TO:<b@b.example>\nRCPT TO:<b@B.Example>\nDATA\n" + BODY +
     "QUIT\n", "220 250 250 250 250 354 250 221", 1),
    ("rcpt-of-5000", HELLO + MAIL + "RCPT TO:<b@b.example>" + " " * 5000 + "\nQUIT\n", "220 250 250 500 221", 0),
    ("nul-in-command", "NOOP \0\nQUIT\n", "220 500 221", 0),
    ("cr-in-command", "NOOP\rQUIT\r\nQUIT\r\n", "220 500 221", 0),
    ("two-crs", "QUIT\r\r\nQUIT\r\n", "220 500 221", 0),
    ("escape-in-command", "NOOP \x1b[2J\nQUIT\n", "220 500 221", 0),
    ("invalid-utf-8", b"NOOP \xff\nQUIT\n", "220 500 221", 0),
    ("utf-8-in-noop", "NOOP ö\nQUIT\n", "220 250 221", 0),
    ("nul-in-content", HELLO + MAIL + RCPT + "DATA\nSubject: x\n\n\0\n.\nQUIT\n", "220 250 250 250 354 250 221", 1),
    ("nul-in-header", HELLO + MAIL + RCPT + "DATA\nSubject: \0\n\nx\n.\nQUIT\n", "220 250 250 250 354 250 221", 1),
    ("utf-16-content", HELLO + MAIL + RCPT + "DATA\n" + UTF_16 + "\n.\nQUIT\n", "220 250 250 250 354 554 221", 0),
    ("cr-in-content", HELLO + MAIL + RCPT + "DATA\nSubject: x\n\na\rb\n.\nQUIT\n", "220 250 250 250 354 250 221", 1),
    ("cr-in-header", HELLO + MAIL + RCPT + "DATA\nSubject: a\rb\n\nb\n.\nQUIT\n", "220 250 250 250 354 250 221", 1),
    ("smuggled-by-crs", crlf(HELLO + MAIL + RCPT + "DATA\nSubject: x\n\na") + "\r\r\n.\r\r\n" + crlf(MESSAGE + "QUIT\n"),
     "220 250 250 250 354 250 221", 1),
    ("smuggled-by-cr-in-the-header", crlf(HELLO + MAIL + RCPT + "DATA\nSubject: x") + "\r.\r" + crlf(MESSAGE + "QUIT\n"),
     "220 250 250 250 354 250 221", 1),
    ("message-behind-refused-content",
     HELLO + MAIL + RCPT + "DATA\n" + UTF_16 + "MAIL FROM:<x>\n.\n" + MESSAGE + "QUIT\n",
     "220 250 250 250 354 554 250 250 354 250 221", 1),
    ("end-in-content", HELLO + MAIL + RCPT + "DATA\nSubject: x\n\nhello\n", "220 250 250 250 354", 0),
    ("end-in-content-behind-message", HELLO + MESSAGE + MAIL + RCPT + "DATA\nSubject: x\n\nhello\n",
     "220 250 250 250 354 250 250 250 354", 1),
    ("end-behind-354", HELLO + MAIL + RCPT + "DATA\n", "220 250 250 250 354", 0),
    ("end-before-data", HELLO + MAIL + RCPT, "220 250 250 250", 0),
    ("empty-content", HELLO + MAIL + RCPT + "DATA\n.\nQUIT\n", "220 250 250 250 354 250 221", 1),
    ("utf-8-address", HELLO + "MAIL FROM:<a@a.example> SMTPUTF8\nRCPT TO:<jörg@b.example>\nDATA\n" + BODY,
     "220 250 250 250 354 250", 1),
    ("idn-domain", HELLO + MAIL + "RCPT TO:<b@bücher.example>\nDATA\n" + BODY, "220 250 250 250 354 250", 1),
    ("source-route", HELLO + MAIL + "RCPT TO:<@x.example:b@b.example>\nDATA\n" + BODY, "220 250 250 250 354 250", 1),
    ("smuggled-lf-dot-lf",
     crlf(HELLO + MAIL + RCPT + "DATA\nSubject: x\n\na") + "\n.\n" + crlf(MESSAGE + "QUIT\n"),
     "220 250 250 250 354 250 221", 1),
    ("smuggled-lf-dot-crlf",
     crlf(HELLO + MAIL + RCPT + "DATA\nSubject: x\n\na") + "\n.\r\n" + crlf(MESSAGE + "QUIT\n"),
     "220 250 250 250 354 250 221", 1),
    ("smuggled-crlf-dot-lf",
     crlf(HELLO + MAIL + RCPT + "DATA\nSubject: x\n\na\n") + ".\n" + crlf(MESSAGE + "QUIT\n"),
     "220 250 250 250 354 250 221", 1),
    ("smuggled-cr-dot-cr",
     crlf(HELLO + MAIL + RCPT + "DATA\nSubject: x\n\na") + "\r.\r" + crlf(MESSAGE + "QUIT\n"),
     "220 250 250 250 354 250 221", 1),
    ("smuggled-cr-dot-crlf",
     crlf(HELLO + MAIL + RCPT + "DATA\nSubject: x\n\na") + "\r.\r\n" + crlf(MESSAGE + "QUIT\n"),
     "220 250 250 250 354 250 221", 1),
    ("smuggled-crlf-dot-cr",
     crlf(HELLO + MAIL + RCPT + "DATA\nSubject: x\n\na\n") + ".\r" + crlf(MESSAGE + "QUIT\n"),
     "220 250 250 250 354 250 221", 1),
    ("smuggled-in-the-header",
     crlf(HELLO + MAIL + RCPT + "DATA\nSubject: x") + "\n.\n" + crlf(MESSAGE + "QUIT\n"),
     "220 250 250 250 354 250 221", 1),
    ("lf-session-ends-on-crlf", HELLO + MAIL + RCPT + "DATA\n" + crlf(BODY) + "QUIT\n",
     "220 250 250 250 354 250 221", 1),
    ("data-decides", crlf(HELLO + MAIL + RCPT) + "DATA\n" + BODY + "QUIT\r\n", "220 250 250 250 354 250 221", 1),
]


def add_dialogue(name, given, expected, count):
    def run(folder):
        result = talk(folder, given, *configure(folder), "-odq")
        found = codes(result)
        expect(found == expected, f"replies {found}, expected {expected}\n{result}")
        left = [text for text in queued(folder) if b"multipart/report" not in text]
        expect(len(left) == count, f"{len(left)} queued\n{result}")
        is_cut = found.endswith("354")
        expect(result.status == (75 if is_cut and not count else 0), str(result))
        expect(result.stderr == b"", str(result))
    suite.add("dialogue-" + name, run)


for dialogue in DIALOGUES:
    add_dialogue(*dialogue)


@suite.case
def turkish_client(folder):
    """In its locale "I" is no capital of "i"; in SMTP it is."""
    made = subprocess.run(["localedef", "-i", "tr_TR", "-f", "UTF-8", folder / "tr_TR.UTF-8"], check=False,
                          capture_output=True)
    expect(made.returncode == 0, str(made))
    session = "ehlo here\nmail from:<a@a.example> size=9 body=8bitmime\nrcpt to:<b@b.example> notify=never\nquit\n"
    result = talk(folder, session, *configure(folder), LC_ALL="tr_TR.UTF-8", LOCPATH=str(folder))
    expect(codes(result) == "220 250 250 250 221", str(result))


# Stored bodies: the content given, the body kept (all in a session with LF, then in one with CRLF)

CONTENTS = [
    ("plain", "Hello.\n", "Hello.\n"),
    ("stuffed-dot", "..hidden\n", ".hidden\n"),
    ("stuffed-lone-dot", "..\n", ".\n"),
    ("unstuffed-dot", ".x\n", "x\n"),
    ("three-dots", "...\n", "..\n"),
    ("dot-at-the-end-of-a-line", "a.\n", "a.\n"),
    ("8-bit", "ö\n", "ö\n"),
    ("long-line", "x" * 100000 + "\n", "x" * 100000 + "\n"),
    ("empty-lines", "\n\n\n", "\n\n\n"),
    ("mbox-line", "From here on\n", "From here on\n"),
]


def add_content(name, given, kept, make):
    def run(folder):
        session = make(HELLO + MAIL + RCPT + "DATA\nSubject: x\n\n" + given + ".\nQUIT\n")
        result = talk(folder, session, *configure(folder), "-odq")
        expect(codes(result) == "220 250 250 250 354 250 221", str(result))
        [found] = queued(folder)
        wanted = crlf(kept).encode()
        expect(found.startswith(wanted + b"From: alice@a.example\r\n"), f"kept: {found[:200]!r}")
    suite.add(f"content-{name}-{make.__name__}", run)


def lf(text):
    return text


for content in CONTENTS:
    add_content(*content, lf)
    add_content(*content, crlf)


@suite.case
def content_cut_at_every_byte(folder):
    """The end is found wherever the reads are cut: each byte of the content is a write of its own."""
    client = Client(folder, *configure(folder), "-odq")
    client.ehlo()
    client.mail("a@a.example")
    client.rcpt("b@b.example")
    client.putcmd("data")
    expect(client.getreply()[0] == 354, "DATA is taken")
    for byte in b"Subject: x\r\n\r\n..a\r\n\n.\nb\r\n..\r\n.\r\n":
        client.sock.send(bytes([byte]))
        time.sleep(0.001)
    expect(client.getreply()[0] == 250, "the message is taken")
    client.quit()
    client.end()
    [found] = queued(folder)
    expect(found.startswith(b".a\r\n\r\n.\r\nb\r\n.\r\nFrom: "), f"kept: {found!r}")


# Envelopes

@suite.case
def dsn_goes_through_to_the_relay(folder):
    with relays.Relay() as relay:
        result = talk(folder, HELLO + "MAIL FROM:<a@a.example> RET=hdrs ENVID=one+2Btwo\n"
                      "RCPT TO:<b@b.example> NOTIFY=success,failure ORCPT=rfc822;old@b.example\n"
                      "RCPT TO:<c@b.example> NOTIFY=NEVER\nRCPT TO:<d@b.example>\nDATA\n" + BODY,
                      *configure(folder, relay.port))
        expect(codes(result).endswith("354 250"), str(result))
        relay.wait_message()
        [message] = relay.received
        expect("RET=HDRS" in message.mail and "ENVID=one+2Btwo" in message.mail, message.mail)
        lines = [line for line, _ in message.rcpts]
        expect(lines == ["RCPT TO:<b@b.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;old@b.example",
                         "RCPT TO:<c@b.example> NOTIFY=NEVER", "RCPT TO:<d@b.example>"], str(lines))


@suite.case
def aliases_keep_their_parameters(folder):
    (folder / "aliases").write_text("root: admin@b.example, second@b.example\n")
    args = configure(folder, more=f"aliases {folder}/aliases")
    result = talk(folder, HELLO + MAIL + "RCPT TO:<root> NOTIFY=NEVER\n" + RCPT + "DATA\n" + BODY, *args, "-odq")
    expect(codes(result).endswith("354 250"), str(result))
    [found] = queued(folder)
    for line in ("<admin@b.example> notify=NEVER", "<second@b.example> notify=NEVER", "<bob@b.example>"):
        expect(f"\nrecipient {line}\n".encode() in found, f"{line}: {found!r}")


@suite.case
def aliases_are_read_once(folder):
    """However many recipients come, each with parameters of its own; for each of them this would take minutes."""
    (folder / "aliases").write_text("".join(f"a{i}: b{i}@b.example\n" for i in range(20000)))
    args = configure(folder, more=f"aliases {folder}/aliases")
    many = "".join(f"RCPT TO:<a{i}> ORCPT=rfc822;a{i}\n" for i in range(10000))
    talk(folder, HELLO + MAIL + many + "DATA\n" + BODY, *args, "-odq")
    [found] = queued(folder)
    expect(b"\nrecipients 10000\n" in found and b"<b9999@b.example> orcpt=rfc822;a9999\n" in found, "not all of them")


@suite.case
def aliases_of_the_same(folder):
    """A recipient named twice gets the message once, with the parameters of the first RCPT."""
    (folder / "aliases").write_text("one: bob@b.example\ntwo: bob@b.example, carol@b.example\n")
    args = configure(folder, more=f"aliases {folder}/aliases")
    talk(folder, HELLO + MAIL + "RCPT TO:<one> NOTIFY=NEVER\nRCPT TO:<two> NOTIFY=DELAY\nDATA\n" + BODY, *args, "-odq")
    [found] = queued(folder)
    expect(b"\nrecipients 2\nrecipient <bob@b.example> notify=NEVER\nrecipient <carol@b.example> notify=DELAY\n"
           in found, f"{found!r}")


@suite.case
def bare_names_are_qualified(folder):
    args = configure(folder, more="maildomain here.example")
    talk(folder, HELLO + "MAIL FROM:<cron>\nRCPT TO:<root>\nDATA\n" + BODY, *args, "-odq")
    [found] = queued(folder)
    expect(b"sender <cron@here.example>" in found and b"recipient <root@here.example>" in found, f"{found!r}")


@suite.case
def null_sender(folder):
    talk(folder, HELLO + "MAIL FROM:<>\n" + RCPT + "DATA\n" + BODY, *configure(folder), "-odq")
    [found] = queued(folder)
    expect(b"sender <>\n" in found and b"\r\nFrom: anybody@a.example\r\n" in found, f"{found!r}")


@suite.case
def bcc_is_removed(folder):
    talk(folder, HELLO + MAIL + RCPT + "DATA\nBcc: secret@b.example\n" + BODY, *configure(folder), "-odq")
    [found] = queued(folder)
    expect(b"secret" not in found, f"{found!r}")


@suite.case
def recipient_named_twice(folder):
    result = talk(folder, HELLO + MAIL + RCPT * 2 + "DATA\n" + BODY, *configure(folder), "-odq")
    expect(codes(result) == "220 250 250 250 250 354 250", str(result))
    expect(b"\nrecipients 1\n" in queued(folder)[0], "once is enough")


@suite.case
def too_many_recipients(folder):
    many = "".join(f"RCPT TO:<r{i}@b.example>\n" for i in range(10002))
    result = talk(folder, HELLO + MAIL + many + "DATA\n" + BODY + "QUIT\n", *configure(folder), "-odq")
    expect(codes(result) == "220 250" + " 250" * 10001 + " 452 452 354 250 221", codes(result)[-100:])
    expect(b"\nrecipients 10000\n" in queued(folder)[0], "10000 are kept")


@suite.case
def sender_chooses_the_account(folder):
    with relays.Relay() as one, relays.Relay() as two:
        args = configure(folder, one.port, f"""
account other : default
port {two.port}
from other@o.example
""")
        other = MESSAGE.replace("alice@a.example", "other@o.example")
        result = talk(folder, HELLO + MESSAGE + other + "QUIT\n", *args)
        expect(codes(result).endswith("250 221"), str(result))
        one.wait_message()
        two.wait_message()
        expect([m.sender for m in one.received] == ["alice@a.example"], str(one.received))
        expect([m.sender for m in two.received] == ["other@o.example"], str(two.received))


@suite.case
def accounts_with_queues_of_their_own(folder):
    with relays.Relay() as relay:
        args = configure(folder, relay.port, f"""
account other : default
queue_folder {folder}/second
from other@o.example
""")
        other = MESSAGE.replace("alice@a.example", "other@o.example")
        talk(folder, HELLO + MESSAGE + other + "QUIT\n", *args)
        relay.wait_message(2)
        relay.wait_idle()
        expect(len(relay.received) == 2, f"{len(relay.received)} received")
        wait_empty(folder, "queue")
        wait_empty(folder, "second")


# Delivery

def wait_empty(folder, name="queue"):
    wait_until("the queue is empty", lambda: not queued(folder, name))


def add_delivery(name, make, end):
    def run(folder):
        with relays.Relay() as relay:
            three = "".join(MESSAGE.replace("Hello", f"Hello {i}") for i in range(3))
            result = talk(folder, make(HELLO + three + end), *configure(folder, relay.port))
            expect(codes(result).count("354 250") == 3, str(result))
            relay.wait_message(3)
            wait_empty(folder)
            relay.wait_idle()
            bodies = sorted(message.content.split(b"\r\n\r\n")[1] for message in relay.received)
            expect(bodies == [b"Hello %d.\r\n" % i for i in range(3)], f"{bodies}")
            expect(len(relay.connections) == 1, f"{len(relay.connections)} connections")
            expect(not relay.faults, str(relay.faults))
    suite.add("delivery-" + name, run)


add_delivery("after-quit", lf, "QUIT\n")
add_delivery("after-quit-crlf", crlf, "QUIT\n")
add_delivery("after-end-of-input", lf, "")


@suite.case
def delivery_while_the_session_is_open(folder):
    with relays.Relay() as relay:
        client = Client(folder, *configure(folder, relay.port))
        for count in (1, 2):
            client.sendmail("a@a.example", "b@b.example", "Subject: x\r\n\r\nx\r\n")
            relay.wait_message(count, limit=20)
        client.quit()
        client.end()
        wait_empty(folder)
        expect(len(relay.received) == 2, f"{len(relay.received)} received")


@suite.case
def nobody_waits_for_the_delivery(folder):
    """The relay says nothing for long; a client that waits for the end of output has it at once."""
    with relays.Relay(dialogue="greeting: delay 3 ; default") as relay:
        result = talk(folder, HELLO + MESSAGE + "QUIT\n", *configure(folder, relay.port))
        expect(not relay.received, "it waited")
        expect(codes(result).endswith("250 221"), str(result))
        relay.wait_message()
        wait_empty(folder)


@suite.case
def queue_only(folder):
    with relays.Relay() as relay:
        talk(folder, HELLO + MESSAGE + "QUIT\n", *configure(folder, relay.port), "-odq")
        expect(len(queued(folder)) == 1 and not relay.connections, "it was sent")
        run_program([*configure(folder, relay.port), "-q"], home=folder)
        relay.wait_message()


@suite.case
def background_flags_of_alpine_smtpd_761(folder):
    with relays.Relay() as relay:
        talk(folder, HELLO + MESSAGE + "QUIT\n", *configure(folder, relay.port), "-odb", "-oem")
        relay.wait_message()
        wait_empty(folder)


@suite.case
def relay_down(folder):
    result = talk(folder, HELLO + MESSAGE + "QUIT\n", *configure(folder))
    expect(codes(result) == "220 250 250 250 354 250 221", str(result))
    expect(re.search(rb"250 2\.0\.0 queued as [0-9A-F]{16}[A-Z2-7]{8}\r\n", result.stdout), str(result))
    expect(len(queued(folder)) == 1, "it is kept")


@suite.case
def wrong_password(folder):
    with relays.Relay(auth=["PLAIN"], auth_in_clear=True) as relay:
        args = configure(folder, relay.port, "auth plain\nuser tester\npassword wrong")
        result = talk(folder, HELLO + MESSAGE + "QUIT\n", *args)
        expect(codes(result).endswith("250 221"), str(result))
        relay.wait_connection()
        relay.wait_idle()
        expect(len(queued(folder)) == 1, "it is kept")


# Configs and queues that don't work

def add_config_trouble(name, text, words):
    def run(folder):
        args = []
        if text is not None:
            write_private(folder / ".mailchuterc", text)
        result = talk(folder, HELLO + MESSAGE + "QUIT\n", *args, "-odq")
        expect(codes(result).endswith("354 250 221"), str(result))
        expect(len(queued(folder, DEFAULT)) == 1, "it is kept")
        expect(words in result.stderr.decode(), str(result))
    suite.add("config-" + name, run)


add_config_trouble("missing", None, "config")
add_config_trouble("wrong", "no such word\n", "no setting")
add_config_trouble("without-default", "account x\nhost 127.0.0.1\n", "default")
add_config_trouble("without-host", "account default\ntls off\n", "host")


def unusable_queue(folder, port, more=""):
    return configure(folder, port, f"queue_folder /proc/mailchute\n{more}")


@suite.case
def no_queue_sends_directly(folder):
    for args in (lambda port: unusable_queue(folder, port), lambda port: configure(folder, port, "queue off")):
        with relays.Relay() as relay:
            result = talk(folder, HELLO + MESSAGE * 2 + "QUIT\n", *args(relay.port))
            expect(codes(result) == "220 250 250 250 354 250 250 250 354 250 221", str(result))
            expect(len(relay.received) == 2, f"{len(relay.received)} received")
            expect(not queued(folder), "nothing is kept")


@suite.case
def unusable_queue_is_told(folder):
    with relays.Relay() as relay:
        result = talk(folder, HELLO + MESSAGE + "QUIT\n", *unusable_queue(folder, relay.port))
        expect(b"not kept in the queue" in result.stderr, str(result))


@suite.case
def full_queue_sends_directly(folder):
    with relays.Relay() as relay:
        args = configure(folder, relay.port, "queue_max 1")
        result = talk(folder, HELLO + MESSAGE * 2 + "QUIT\n", *args, "-odq")
        expect(codes(result).count("354 250") == 2, str(result))
        expect(len(relay.received) == 1 and len(queued(folder)) == 1, str(result))


def add_verdict(name, dialogue, expected, more=""):
    """The relay's reply is passed on; a reply that cannot be passed on becomes a code of mailchute's own."""
    def run(folder):
        with relays.Relay(dialogue=dialogue) as relay:
            args = configure(folder, relay.port, "queue off\n" + more)
            result = talk(folder, HELLO + MESSAGE + "QUIT\n", *args)
            line = result.stdout.decode().split("\r\n")[-3]
            expect(re.match(expected, line), f"{line}, expected {expected}")
            expect(codes(result).endswith("221"), str(result))
            expect(not queued(folder), "nothing is kept")
    suite.add("verdict-" + name, run)


add_verdict("taken", "dot: 250 2.0.0 taken as 17", r"250 2\.0\.0 sent: .*taken as 17")
add_verdict("taken-in-lines", "dot: 250-2.0.0 taken | 250 2.0.0 as 17", r"250 2\.0\.0 sent: 250 2\.0\.0 taken as 17$")
add_verdict("refused-in-lines", "dot: 554-5.7.1 this | 554 5.7.1 not", r"554 5\.7\.1 .*: 554 5\.7\.1 this not$")
add_verdict("recipient-refused", "rcpt: 550 5.1.1 no such user", r"550 5\.1\.1 .*no such user")
add_verdict("recipient-deferred", "rcpt: 450 4.2.1 not now", r"450 4\.2\.1 .*not now")
add_verdict("sender-refused", "mail: 553 5.1.8 not you", r"553 5\.1\.8 .*not you")
add_verdict("message-refused", "dot: 554 5.7.1 spam", r"554 5\.7\.1 .*spam")
add_verdict("without-enhanced-code", "dot: 554 spam", r"554 5\.0\.0 .*spam")
add_verdict("deferred", "dot: 451 4.7.1 later", r"451 4\.7\.1 .*later")
add_verdict("421", "mail: 421 4.3.2 closing ; close", r"451 4\.")
add_verdict("greeting-554", "greeting: 554 5.3.2 no service ; close", r"451 4\.3\.5 .*no service")
add_verdict("lost", "dot: drop", r"451 4\.4\.1 ")
add_verdict("log-on-stdout", "", r"250 2\.0\.0 sent", "logfile -")


@suite.case
def verdict_relay_down(folder):
    result = talk(folder, HELLO + MESSAGE + "QUIT\n", *configure(folder, more="queue off"))
    expect(b"\r\n451 4.4.1 " in result.stdout and not queued(folder), str(result))


@suite.case
def verdict_wrong_password(folder):
    with relays.Relay(auth=["PLAIN"], auth_in_clear=True) as relay:
        args = configure(folder, relay.port, "queue off\nauth plain\nuser tester\npassword wrong")
        result = talk(folder, HELLO + MESSAGE + "QUIT\n", *args)
        expect(b"\r\n451 4.3.5 " in result.stdout, str(result))


@suite.case
def no_config_and_no_queue(folder):
    result = talk(folder, HELLO + MESSAGE + "QUIT\n", "--queue-folder=/proc/mailchute")
    expect(b"\r\n451 4.3.5 " in result.stdout, str(result))


@suite.case
def full_disk(folder):
    """A file that can't grow on refuses one message; the next, which is small, is taken."""
    limit = 200000

    def with_limit(args):
        return ["sh", "-c", f'ulimit -f {limit // 512}; exec "$0" "$@"', PROGRAM, *map(str, args)]
    big = MAIL + RCPT + "DATA\nSubject: x\n\n" + "x" * limit + "\n.\n"
    env = {**os.environ, "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(with_limit([*configure(folder), "-odq", "-bs"]), env=env,
                          input=(HELLO + big + MESSAGE + "QUIT\n").encode(), capture_output=True)
    text = done.stdout.decode()
    found = " ".join(line[:3] for line in text.split("\r\n")[:-1] if line[3] == " ")
    expect(found == "220 250 250 250 354 451 250 250 354 250 221", text)
    expect(len(queued(folder)) == 1, "only the small one is kept")


# Input and output

class Packets:
    """A client on a socket whose writes stay apart, so that it sees which replies left together."""

    def __init__(self, folder, *args):
        self.sock, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.process = start(folder, args, stdin=theirs, stdout=theirs)
        theirs.close()

    def ask(self, text):
        self.sock.send(text.encode())
        return self.take()

    def take(self):
        return [line[:3] for line in self.sock.recv(1 << 20).decode().split("\r\n")[:-1]]

    def end(self):
        self.sock.close()
        finish(self.process)
        return self.process.returncode


@suite.case
def replies_leave_in_one_write_a_group(folder):
    client = Packets(folder, *configure(folder), "-odq")
    expect(client.take() == ["220"], "the greeting")
    expect(client.ask(HELLO) == ["250"] * 7, "EHLO is answered in one piece")
    expect(client.ask(MAIL + RCPT * 20 + "DATA\n") == ["250"] * 21 + ["354"], "the envelope is")
    expect(client.ask(BODY + MAIL + RCPT + "DATA\n") == ["250"] * 3 + ["354"], "the message and the next envelope")
    expect(client.ask(BODY + "QUIT\n") == ["250", "221"], "the end is")
    expect(client.end() == 0 and len(queued(folder)) == 2, "two are kept")


@suite.case
def client_that_does_not_read(folder):
    """Many commands, and the client reads no replies: it ends when the client has gone."""
    read, write = os.pipe()
    process = start(folder, configure(folder), stdin=subprocess.PIPE, stdout=write)
    os.close(write)
    try:
        process.communicate(b"NOOP\n" * 20000, timeout=1)
        raise Failure("the replies went nowhere")
    except subprocess.TimeoutExpired:
        pass
    os.close(read)
    _, errors = finish(process)
    expect(process.returncode == 0 and errors == b"", f"exit {process.returncode}: {errors.decode()}")


@suite.case
def client_gone_before_the_greeting(folder):
    read, write = os.pipe()
    os.close(read)
    process = start(folder, configure(folder), stdin=subprocess.PIPE, stdout=write)
    os.close(write)
    _, errors = finish(process, (HELLO + MESSAGE).encode())
    expect(process.returncode == 0 and errors == b"", f"exit {process.returncode}: {errors.decode()}")
    expect(not queued(folder), "nothing is kept")


def add_silence(name, given, status):
    def run(folder):
        process = start(folder, [*configure(folder), patience.stretch("--timeout=1")], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        process.stdin.write(given.encode())
        process.stdin.flush()
        text = process.stdout.read().decode()
        finish(process)
        expect(text.split("\r\n")[-2].startswith("421 4.4.2 "), text)
        expect(process.returncode == status and not queued(folder), f"exit {process.returncode}")
    suite.add("silence-" + name, run)


add_silence("at-once", "", 0)
add_silence("behind-hello", HELLO, 0)
add_silence("in-the-envelope", HELLO + MAIL + RCPT, 0)
add_silence("in-the-content", HELLO + MAIL + RCPT + "DATA\nSubject: x\n", 75)


def add_every_byte(name, make):
    def run(folder):
        session = make("EHLO x\nMAIL FROM:<a@a.example>\nRCPT TO:<b@b.example>\nDATA\nSubject: x\n\nx\n.\nQUIT\n")
        end = session.index(make("\n.\n")) + len(make("\n.\n"))
        for length in range(len(session) + 1):
            place = folder / str(length)
            place.mkdir()
            result = talk(place, session[:length], *configure(place), "-odq")
            is_taken = b"250 2.0.0 queued" in result.stdout
            expect(is_taken == (length >= end), f"{length} of {end}: {result}")
            expect(len(queued(place)) == is_taken, f"{length} of {end}: {result}")
    suite.add("end-at-every-byte-" + name, run)


add_every_byte("lf", lf)
add_every_byte("crlf", crlf)


@suite.case
def killed_in_the_content(folder):
    client = Client(folder, *configure(folder))
    client.ehlo()
    client.mail("a@a.example")
    client.rcpt("b@b.example")
    client.putcmd("data")
    client.getreply()
    client.sock.send(b"Subject: x\r\n\r\n" + b"x" * 500000)
    client.process.terminate()
    finish(client.process)
    left = [file for file in (folder / "queue").rglob("*") if file.is_file() and file.name != "run.lock"]
    expect(not left, f"left behind: {left}")


@suite.case
def smtplib_by_socket(folder):
    client = Client(folder, *configure(folder), "-odq")
    client.ehlo()
    for word in ("pipelining", "8bitmime", "smtputf8", "size", "dsn", "enhancedstatuscodes"):
        expect(client.has_extn(word), word)
    for _ in range(3):
        client.sendmail("a@a.example", ["b@b.example", "c@b.example"], "Subject: x\r\n\r\n.\r\n..\r\nend\r\n")
    client.quit()
    client.end()
    found = queued(folder)
    expect(len(found) == 3 and all(f.startswith(b".\r\n..\r\nend\r\n") for f in found), f"{found}")


@suite.case
def debug_stays_out_of_the_dialogue(folder):
    with relays.Relay() as relay:
        result = talk(folder, HELLO + MESSAGE + "QUIT\n", *configure(folder, relay.port, "queue off"), "-v")
        expect(codes(result) == "220 250 250 250 354 250 221", str(result))


# Sockets that a service manager passes

@suite.case
def peer_of_a_socket(folder):
    """The message belongs to the user at the other end, who may not be the one who runs the program."""
    uid = 65534 if os.getuid() == 0 else os.getuid()
    path = folder / "submit"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        path.chmod(0o666)
        listener.listen()
        code = ("import socket, sys; s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1])\n"
                "s.sendall(sys.argv[2].encode())\nwhile s.recv(4096): pass")
        client = subprocess.Popen(["/usr/bin/python3", "-c", code, str(path), HELLO + MESSAGE + "QUIT\n"],
                                  **({"user": uid} if os.getuid() == 0 else {}))
        connection, _ = listener.accept()
        server = start(folder, [*configure(folder), "-odq"], stdin=connection, stdout=connection)
        connection.close()
        finish(server)
        finish(client)
    [found] = queued(folder)
    expect(b"\n" + b"uid %d\n" % uid in found, f"{found!r}")


PASS_ON = """import socket, sys
ours = socket.socket(fileno=int(sys.argv[1]))
peer = socket.socket(socket.AF_UNIX)
peer.connect(sys.argv[2])
socket.send_fds(ours, [b"x"], [peer.fileno()])
"""
NOBODY, DAEMON = (65534, 1) if os.getuid() == 0 else (os.getuid(), None)


def connected_as(uid, path):
    """Both ends of a connection that a user has made: ours, and the one of a server."""
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        path.chmod(0o666)
        listener.listen()
        ours, theirs = socket.socketpair()
        with ours, theirs:
            subprocess.run(["/usr/bin/python3", "-c", PASS_ON, str(theirs.fileno()), str(path)], check=True,
                           pass_fds=[theirs.fileno()], **({"user": uid} if os.getuid() == 0 else {}))
            _, [fd], _, _ = socket.recv_fds(ours, 1, 1)
        connection, _ = listener.accept()
    return socket.socket(fileno=fd), connection


class Guest(Client):
    """A client on a unix socket who is a user of their own for the program."""

    def __init__(self, folder, uid, *args, greeting=220, through=()):
        smtplib.SMTP.__init__(self, local_hostname="here", timeout=LIMIT)
        self.sock, theirs = connected_as(uid, folder / "submit")
        self.sock.settimeout(LIMIT)
        self.process = start(folder, args, stdin=theirs, stdout=theirs, through=through)
        theirs.close()
        code, text = self.getreply()
        expect(code == greeting, f"greeted by {code} {text}")

    def begin(self, sender="a@a.example"):
        """The code of the reply to DATA."""
        self.ehlo_or_helo_if_needed()
        self.mail(sender)
        self.rcpt("b@b.example")
        self.putcmd("data")
        return self.getreply()[0]

    def go_on(self, content=b"Subject: x\r\n\r\nx\r\n"):
        self.sock.sendall(content + b".\r\n")
        return self.getreply()[0]

    def give(self, sender="a@a.example", **content):
        """The code of the reply to DATA, or to what follows it."""
        code = self.begin(sender)
        return self.go_on(**content) if code == 354 else code


def figures(folder, uid):
    """How many messages and octets of a user are counted."""
    return struct.unpack("7Q", (folder / "queue" / "usage" / str(uid)).read_bytes())[:2]


def held_by(folder, uid):
    """The same from the files themselves."""
    files = [f for name in ("q", "hold", "failed") for f in (folder / "queue" / name).iterdir()]
    own = [f.read_bytes() for f in files if b"\nuid %d\n" % uid in f.read_bytes()]
    size = 0
    for data in own:
        words = {line.split()[0]: line.split()[1:] for line in data[:4096].split(b"\n") if b" " in line.strip()}
        size += int(words[b"body"][1]) + int(words[b"header"][1])
    return len(own), size


def put_copies(folder, count, where):
    """More of the message that is in q/, as if they had been handed in."""
    [first, *_] = sorted((folder / "queue" / "q").iterdir())
    for number in range(count):
        name = f"{int(first.name[:16], 16) + 1 + number:016X}{first.name[16:]}"
        (folder / "queue" / where / name).write_bytes(first.read_bytes())


@suite.case
def one_user_can_not_fill_the_queue(folder):
    """1000 messages over all sessions, those counted that are held or have failed; others are not affected."""
    first = Guest(folder, NOBODY, *configure(folder), "-odq")
    expect(first.give() == 250, "the first message")
    put_copies(folder, 400, "q")
    put_copies(folder, 500, "failed")
    put_copies(folder, 98, "hold")
    (folder / "queue" / "usage" / str(NOBODY)).write_bytes(b"damaged")
    expect([first.give(), first.give()] == [250, 452], "the thousandth, and one more")
    second = Guest(folder, NOBODY, *configure(folder), "-odq")
    expect(second.give() == 452, "another session")
    if DAEMON is not None:
        other = Guest(folder, DAEMON, *configure(folder), "-odq")
        expect(other.give() == 250, "another user")
        other.end()
    next((folder / "queue" / "failed").iterdir()).unlink()
    expect([second.give(), first.give()] == [250, 452], "one was removed by hand")
    first.end()
    second.end()


def put_large(folder, size):
    """A copy of the message that is in q/ as if it had so many octets, with a hole for a body."""
    [first] = (folder / "queue" / "q").iterdir()
    data = first.read_bytes()
    own = sum(int(data[:4096].split(name)[1].split()[1]) for name in (b"\nbody ", b"\nheader "))

    def moved(match):
        return b"%s%015d" % (match[1], int(match[2]) + size - own)
    head = re.sub(rb"(?m)^((?:header|envelope|status|notes) +)(\d{15})", moved, data[:4096])
    head = re.sub(rb"(?m)^(body +\d{15} )(\d{15})", moved, head)
    with open(folder / "queue" / "failed" / f"{int(first.name[:16], 16) + 1:016X}{first.name[16:]}", "wb") as file:
        file.write(head)
        file.seek(size - own, os.SEEK_CUR)
        file.write(data[4096:])


@suite.case
def one_user_can_not_fill_the_disk(folder):
    """1000 MB over all sessions, what has failed included, whatever a client says of the size."""
    first = Guest(folder, NOBODY, *configure(folder), "-odq")
    expect(first.give() == 250, "the first message")
    put_large(folder, 1000000000 - 3000)
    (folder / "queue" / "usage" / str(NOBODY)).write_bytes(b"damaged")
    second = Guest(folder, NOBODY, *configure(folder), "-odq")
    large, small = (b"Subject: x\r\n\r\n" + b"x" * 78 * n + b"\r\n" for n in (50, 20))
    expect([second.give(content=c) for c in (large, small, small, b"x\r\n")] == [452, 250, 452, 250], "not what fits")
    first.ehlo()
    first.mail("a@a.example", options=["SIZE=4000"])
    first.rcpt("b@b.example")
    expect(first.docmd("data")[0] == 452, "too large as announced")
    first.end()
    second.end()


@suite.case
def two_at_once_do_not_get_the_last_place(folder):
    first, second = (Guest(folder, NOBODY, *configure(folder), "-odq") for _ in range(2))
    expect(first.give() == 250, "the first message")
    put_copies(folder, 998, "failed")
    (folder / "queue" / "usage" / str(NOBODY)).write_bytes(b"damaged")
    expect([first.begin(), second.begin()] == [354, 354], "there is a place left")
    expect([second.go_on(), first.go_on()] == [250, 452], "there was one")
    first.end()
    second.end()


@suite.case
def what_a_user_has_is_not_listed(folder):
    """The figures that are kept count, so that the check costs the same however long the queue is."""
    guest = Guest(folder, NOBODY, *configure(folder), "-odq")
    expect(guest.give() == 250, "the first message")
    put_copies(folder, 2000, "failed")
    expect(guest.give() == 250 and figures(folder, NOBODY)[0] == 2, "it was counted")
    guest.end()


WATCHED = ("getdents64", "openat", "newfstatat", "statx", "pread64", "flock")


def calls_of_a_session(folder, length):
    """How often a session for two messages asks for files, in a queue that has so many already."""
    folder.mkdir(mode=0o755)
    args = [*configure(folder), "-odq"]
    first = Guest(folder, NOBODY, *args)
    expect(first.give() == 250, "the first message")
    first.end()
    put_copies(folder, length, "q")
    put_copies(folder, length, "failed")
    # leaks can't be looked for in what is traced
    guest = Guest(folder, NOBODY, *args, through=(
        "env", f"ASAN_OPTIONS={os.environ.get('ASAN_OPTIONS', '')}:detect_leaks=0",
        "strace", "-f", "-qq", "-e", "trace=" + ",".join(WATCHED), "-o", folder / "trace"))
    expect([guest.give(), guest.give()] == [250, 250], "two more")
    guest.end()
    words = [line.split("(")[0].split()[-1] for line in (folder / "trace").read_text().splitlines() if "(" in line]
    return {name: words.count(name) for name in WATCHED}


@suite.case
def a_long_queue_costs_no_more(folder):
    short, long = (calls_of_a_session(folder / str(n), n) for n in (5, 3000))
    expect(short == long and short["openat"] > 0, f"{short}, {long}")


@suite.case
def figures_follow_the_queue(folder):
    """Rejected and sent messages; a wrong figure is corrected by the next run after a boot."""
    with relays.Relay(dialogue="rcpt <b@b.example>: 550 5.1.1 no such user ; default") as relay:
        args = configure(folder, relay.port)
        guest = Guest(folder, NOBODY, *args, "-odq")
        expect(guest.give() == 250 and guest.give(content=crlf(UTF_16 + "\nx\n").encode()) == 554, "two")
        expect(figures(folder, NOBODY) == held_by(folder, NOBODY), "after the session")
        guest.end()
        run_program([*args, "-qf"], home=folder)
        expect(figures(folder, NOBODY) == held_by(folder, NOBODY) and held_by(folder, NOBODY)[0] == 2, "after a refusal")
    with relays.Relay() as relay:
        args = configure(folder, relay.port)
        guest = Guest(folder, NOBODY, *args, "-odq")
        guest.give()
        guest.end()
        run_program([*args, "-qf"], home=folder)
        expect(figures(folder, NOBODY) == held_by(folder, NOBODY) and held_by(folder, NOBODY)[0] == 2, "after a run")
        for name in ("all", str(NOBODY)):
            (folder / "queue" / "usage" / name).write_bytes(struct.pack("7Q", 999, 1, 1, 1, 1, 1, 1))
        run_program([*args, "-q"], home=folder)
        expect(figures(folder, NOBODY) == held_by(folder, NOBODY), "not counted anew")


@suite.case
def notices_count_for_the_service(folder):
    """Bounces count for the service's own user, which gains no room by messages of its own."""
    own = os.getuid()
    with relays.Relay(dialogue="rcpt <b@b.example>: 550 5.1.1 no such user ; default") as relay:
        args = configure(folder, relay.port)
        guest = Guest(folder, own, *args, "-odq")
        expect([guest.give(), guest.give(content=crlf(UTF_16 + "\nx\n").encode())] == [250, 554], "two")
        expect(figures(folder, own) == held_by(folder, own), "with a notice")
        run_program([*args, "-qf"], home=folder)
        run_program([*args, "-qf"], home=folder)
        expect(held_by(folder, own)[0] == 2 and not queued(folder), "the notices are there")
        expect(figures(folder, own) == held_by(folder, own), f"{figures(folder, own)}")
        run_program([*args, "-f", "a@a.example", "-odq", "b@b.example"], b"Subject: x\n\nx\n", home=folder)
        expect(figures(folder, own) == held_by(folder, own) and len(queued(folder)) == 1, "what came by no session")
        guest.end()


@suite.case
def a_full_queue_is_full_for_guests(folder):
    """The limit of the whole queue is kept by the figures, and by a look where these are not known."""
    args = [*configure(folder, more="queue_max 3"), "-odq"]
    guest = Guest(folder, NOBODY, *args)
    expect([guest.give() for _ in range(3)] == [250] * 3, "the first three")
    reply = guest.give()
    expect(reply != 250 and len(queued(folder)) == 3, f"one too many: {reply}")
    (folder / "queue" / "usage" / "all").unlink()
    expect(guest.give() != 250 and len(queued(folder)) == 3, "where nothing was counted")
    guest.end()


@suite.case
def many_sessions_of_one_user(folder):
    """Eight at once, whatever becomes of them; other users have places of their own."""
    args = [*configure(folder), "-odq"]
    guests = [Guest(folder, NOBODY, *args) for _ in range(8)]
    for _ in range(2):
        Guest(folder, NOBODY, *args, greeting=421).end()
    if DAEMON is not None:
        Guest(folder, DAEMON, *args).end()
    guests[3].process.kill()
    guests[3].process.communicate()
    again = Guest(folder, NOBODY, *args)
    expect(again.give() == 250, "a place that was left is free")
    for guest in [again, *guests[:3], *guests[4:]]:
        guest.end()


def drip(guest, text):
    """Send this byte for byte, again and again, until the server ends it; returns its last reply."""
    guest.sock.setblocking(False)
    said = b""
    end = patience.now() + LIMIT
    while patience.now() < end:
        for byte in text:
            try:
                guest.sock.send(bytes([byte]))
            except OSError:
                pass
        try:
            piece = guest.sock.recv(65536)
        except BlockingIOError:
            select.select([guest.sock], [], [], 0.005)
            continue
        except ConnectionError:
            piece = b""
        if not piece:
            return said.split(b"\r\n")[-2]
        said += piece
    raise Failure("it goes on and on")


def add_slow_session(name, content, *more, through=(), why=b"this session takes too long"):
    def run(folder):
        guest = Guest(folder, NOBODY, *configure(folder), "-odq", *map(patience.stretch, more), through=through)
        guest.ehlo()
        if content:
            guest.mail("a@a.example")
            guest.rcpt("b@b.example")
            guest.putcmd("data")
            expect(guest.getreply()[0] == 354, "DATA is taken")
        last = drip(guest, content or b"NOOP\r\n")
        guest.sock.close()
        finish(guest.process)
        expect(last.startswith(b"421 4.4.2 ") and last.endswith(why), f"{last}")
        expect(not queued(folder) and guest.process.returncode == (75 if content else 0), f"{guest.process.returncode}")
    suite.add("slow-session-" + name, run)


add_slow_session("of-commands", b"", "--session-timeout=1")
add_slow_session("in-the-content", b"x", "--session-timeout=1")
# a sanitizer does not like that a library is loaded before its own
FASTER = ("env", f"ASAN_OPTIONS={os.environ.get('ASAN_OPTIONS', '')}:verify_asan_link_order=0", "faketime", "-f", "+0 x20")
add_slow_session("below-the-rate", b"x", through=FASTER, why=b"the message comes too slowly")


@suite.case
def own_sessions_may_last(folder):
    """A pipe is no place that others wait for."""
    process = start(folder, [*configure(folder), "--session-timeout=1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    expect(process.stdout.readline().startswith(b"220"), "greeted")
    begin = time.monotonic()
    while time.monotonic() < begin + 1.1:
        process.stdin.write(b"NOOP\n")
        process.stdin.flush()
        expect(process.stdout.readline().startswith(b"250"), "its time is over")
    finish(process)


ROWS = [  # who hands it in, as whom, and where the notice goes
    ("own-name", NOBODY, "nobody@here.example", "nobody@here.example"),
    ("own-name-with-detail", NOBODY, "nobody+cron@here.example", "nobody+cron@here.example"),
    ("own-name-at-the-domain-of-from", NOBODY, "nobody@a.example", "nobody@a.example"),
    ("account", NOBODY, "anybody@a.example", "anybody@a.example"),
    ("stranger", NOBODY, "victim@v.example", "nobody@here.example"),
    ("own-name-elsewhere", NOBODY, "nobody@v.example", "nobody@here.example"),
    ("other-user", NOBODY, "daemon@here.example", "nobody@here.example"),
    ("longer-name", NOBODY, "nobodyelse@here.example", "nobody@here.example"),
    ("quoted", NOBODY, '"nobody@here.example"@v.example', "nobody@here.example"),
    ("user-whom-nobody-knows", 54321, "victim@v.example", None),
    ("null-sender", NOBODY, "", None),
    ("root", 0, "victim@v.example", "victim@v.example"),
]


def add_notice(name, uid, sender, told):
    """A failure is reported only to the user who has sent the message, whatever sender is named."""
    def run(folder):
        refusing = "rcpt <b@b.example>: 550 5.1.1 no such user ; default"
        for number, more in enumerate(("maildomain here.example", "maildomain here.example\nbounce_to admin@x.example")):
            place = folder / str(number)
            place.mkdir(mode=0o755)
            with relays.Relay(dialogue=refusing) as relay:
                args = configure(place, relay.port, more)
                guest = Guest(place, uid, *args, "-odq")
                found = [guest.give(sender), guest.give(sender, content=crlf(UTF_16 + "\nx\n").encode())]
                guest.end()
                expect(found == [250, 554], f"{found}")
                for _ in range(2):
                    run_program([*args, "-qf"], home=place)
                got = [r for m in relay.received for r in m.recipients]
            wanted = (told if not number else "admin@x.example") if sender else None
            expect(got == ([wanted] * 2 if wanted else []), f"told {got}, expected {wanted}")
            expect(len(list((place / "queue" / "failed").iterdir())) == 2, "no copies")
    if os.getuid() == 0:
        suite.add("notice-of-" + name, run)


for row in ROWS:
    add_notice(*row)


if __name__ == "__main__":
    suite.main()
