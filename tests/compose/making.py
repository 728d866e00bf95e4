# SPDX-License-Identifier: GPL-3.0-or-later
"""making.py - cases: the messages made of options, texts and files"""
import functools
import os
import pty
import random
import re
import subprocess
from tests.lib.harness import PROGRAM, expect, finish
from tests.lib.relay import Relay
from .writer import Writer, content, parse, shape


TO = ("--to", "bob@example.net")


# The parts of a message

SHAPES = {  # the options, the text on stdin, the parts
    "text": ((), b"text\n", "plain"),
    "no-text": ((), b"", "plain"),
    "html-alone": (("--html-file", "page"), b"", "html"),
    "text-and-html": (("--html-file", "page"), b"text\n", "alternative(plain, html)"),
    "file": (("--attach", "a.pdf"), b"text\n", "mixed(plain, pdf)"),
    "file-alone": (("--attach", "a.pdf"), b"", "mixed(pdf)"),
    "html-and-file": (("--html-file", "page", "--attach", "a.pdf"), b"", "mixed(html, pdf)"),
    "everything": (("--html-file", "page", "--attach", "a.pdf", "--attach", "b.png", "--attach", "c"), b"text\n",
                   "mixed(alternative(plain, html), pdf, png, octet-stream)"),
    "text-from-a-file": (("--body-file", "note"), b"left alone", "plain"),
    "text-from-stdin-by-name": (("--body-file", "-"), b"text\n", "plain"),
    "empty-text-from-a-file": (("--body-file", "empty", "--attach", "a.pdf"), b"left alone", "mixed(pdf)"),
    "html-from-stdin": (("--html-file", "-"), b"<p>\n", "html"),
    "html-from-stdin-and-text": (("--html-file", "-", "--body-file", "note"), b"<p>\n", "alternative(plain, html)"),
    "file-from-stdin": (("--attach", "-", "--attach-name", "a.pdf"), b"%PDF", "mixed(pdf)"),
    "file-from-stdin-and-text": (("--attach", "-", "--attach-name", "x.csv", "--body-file", "note"), b"1,2\n",
                                 "mixed(plain, csv)"),
}


def parts(options, stdin, expected, folder):
    user = Writer(folder)
    for name, data in {"page": b"<p>page</p>\n", "note": b"note\n", "a.pdf": b"%PDF", "b.png": b"PNG", "c": b"\0",
                       "empty": b""}.items():
        user.file(name, data)
    paths = [str(folder / word) if word in ("page", "note", "a.pdf", "b.png", "c", "empty") and before != "--attach-name"
             else word for before, word in zip(("", *options), options)]
    message = user.read(*TO, *paths, stdin=stdin)
    expect(shape(message) == expected, f"{shape(message)} instead of {expected}")
    texts = [content(part) for part in message.walk() if part.get_content_type() == "text/plain"]
    wanted = b"note\r\n" if "note" in options else stdin.replace(b"\n", b"\r\n") if "plain" in expected else None
    expect(wanted is None or texts == [wanted], f"{texts} instead of {wanted}")


# Texts

TEXTS = {  # the text; charset; encoding
    "ascii": (b"Hello.\n-- \nAlice\n", "us-ascii", "7bit"),
    "no-line-end": (b"Hello.", "us-ascii", "7bit"),
    "crlf": (b"one\r\ntwo\r\n", "us-ascii", "7bit"),
    "mixed-ends": (b"one\r\ntwo\nthree", "us-ascii", "7bit"),
    "cr-cr-lf": (b"one\r\r\ntwo\r\r\r\n\r\r\n", "us-ascii", "7bit"),
    "dots": (b".\n..\n.x\nFrom x\n>From x\n", "us-ascii", "7bit"),
    "like-a-header": (b"Bcc: eve@example.org\nSubject: other\n\nbody\n", "us-ascii", "7bit"),
    "empty-lines": (b"\n\n\nx\n\n\n", "us-ascii", "7bit"),
    "blanks-at-the-end": (b"a \nb\t\n \n", "us-ascii", "7bit"),
    "998": (b"x" * 998 + b"\n", "us-ascii", "7bit"),
    "999": (b"x" * 999 + b"\n", "us-ascii", "quoted-printable"),
    "a-million": (b"x" * 1000000 + b"\n", "us-ascii", "quoted-printable"),
    "escapes": (b"\x1b[31mred\x07\n", "us-ascii", "7bit"),
    "german": ("Grüße an alle, die das hier lesen.\n".encode(), "utf-8", "quoted-printable"),
    "german-blanks": ("Grüße \n = und \t\nmehr=\n".encode(), "utf-8", "quoted-printable"),
    "long-german": (("ü" + "x" * 3000 + "\n").encode(), "utf-8", "quoted-printable"),
    "russian": ("Привет, мир\n".encode(), "utf-8", "base64"),
    "long-chinese": (("你好" * 40000 + "\n").encode(), "utf-8", "base64"),
    "emoji": ("😀".encode(), "utf-8", "base64"),
    "latin-1": ("Grüße an alle, die das hier lesen.\n".encode("latin-1"), "unknown-8bit", "quoted-printable"),
    "all-bytes": (bytes(range(256)), "unknown-8bit", "base64"),
    "nul": (b"a\0b\n", "us-ascii", "quoted-printable"),
    "progress": (b"1%\r2%\r100%\n", "us-ascii", "quoted-printable"),
    "cr-at-the-end": (b"x\r", "us-ascii", "quoted-printable"),
    "like-a-boundary": (b"--=_0123456789abcdef0123456789abcdef\n--\n", "us-ascii", "7bit"),
    "a-megabyte": (b"line of a long text\n" * 50000, "us-ascii", "7bit"),
}


def as_sent(text):
    """Every line ends CRLF, the last one too."""
    data = re.sub(rb"\r*\n", b"\r\n", text)
    return data + (b"" if not data or data.endswith(b"\n") else b"\r\n")


def text_travels(text, charset, encoding, folder):
    """A text as the only part, with an attached file, and as HTML."""
    user = Writer(folder)
    file, page = user.file("x.bin", b"x"), user.file("page", text)
    for options in ((), ("--attach", file), ("--html-file", page), ("--html-file", page, "--attach", file)):
        message = user.read(*TO, *options, stdin=text)
        found = [p for p in message.walk() if p.get_content_maintype() == "text"]
        expect(len(found) == (2 if page in options else 1), f"with {options}: {shape(message)}")
        for part in found:
            expect(content(part) == as_sent(text), f"with {options}: {content(part)[:200]!r}")
            expect((part.get_content_charset(), part["Content-Transfer-Encoding"]) == (charset, encoding),
                   f"{part.get_content_charset()}, {part['Content-Transfer-Encoding']}")


# File names

NAMES = {  # the name; the name in the message
    "report.pdf": "report.pdf",
    "a b.txt": "a b.txt",
    "semi;colon=x.txt": "semi;colon=x.txt",
    'quo"te\\.txt': 'quo"te\\.txt',
    "per%20cent*'.txt": "per%20cent*'.txt",
    "Bericht Ä.pdf": "Bericht Ä.pdf",
    "报告😀.pdf": "报告😀.pdf",
    "ü" * 120 + ".txt": "ü" * 120 + ".txt",
    "x" * 200 + ".txt": "x" * 200 + ".txt",
    "new\nline\r.txt": "new_line_.txt",
    "esc\x1b[2J\x7f.txt": "esc_[2J_.txt",
    "\u202efdp.exe": "_fdp.exe",
    "می\u200cخواهم.txt": "می\u200cخواهم.txt",
    b"latin-\xfc.txt": "latin-_.txt",
    "=?UTF-8?Q?x?=.txt": "=?UTF-8?Q?x?=.txt",
    "-dash.txt": "-dash.txt",
    ".hidden": ".hidden",
    " blanks ": "blanks",  # Python removes the folds
}


def names_of_files(folder):
    user = Writer(folder)
    for number, (name, expected) in enumerate(NAMES.items()):
        path = user.file(name, b"%d" % number)
        for options in (("--attach", path), ("--attach", folder / "report.pdf", "--attach-name", os.fsdecode(name))):
            message = user.read(*TO, *options)
            part, = message.iter_parts()
            expect(part.get_filename() == expected, f"{part.get_filename()!r} instead of {expected!r}")
            expect(part.get_content_disposition() == "attachment", f"{part['Content-Disposition']}")


TYPES = {
    "a.pdf": "application/pdf", "A.PDF": "application/pdf", "a.unknown": "application/octet-stream",
    "pdf": "application/octet-stream", "a.eml": "application/octet-stream", "a.png": "image/png",
}


def types_of_files(folder):
    user = Writer(folder)
    for name, kind in TYPES.items():
        part, = user.read(*TO, "--attach", user.file(name, b"x")).iter_parts()
        expect(part.get_content_type() == kind, f"{name} is {part.get_content_type()}")
    part, = user.read(*TO, "--attach", folder / "a.unknown", "--attach-name", "some/folder/b.pdf").iter_parts()
    expect((part.get_content_type(), part.get_filename()) == ("application/pdf", "b.pdf"), f"{part.as_string()}")


CONTENTS = {
    "empty": b"", "one": b"x", "two": b"xy", "three": b"xyz", "57": b"x" * 57, "58": b"x" * 58, "lf": b"a\nb\n",
    "crlf": b"a\r\nb\r\n", "cr": b"a\rb\r", "nul": b"\0" * 1000, "all": bytes(range(256)) * 300,
    "piece": b"p" * 48 * 1024, "piece-and-one": b"p" * (48 * 1024 + 1), "boundary": b"\r\n--=_0\r\n.\r\n",
}


def bytes_of_files(folder):
    """The content of any file arrives unchanged, including a text's line ends."""
    user = Writer(folder)
    for name, data in CONTENTS.items():
        for ending in (".bin", ".txt"):
            path = user.file(name + ending, data)
            part, = user.read(*TO, "--attach", path).iter_parts()
            expect(content(part) == data, f"{name}{ending}: {content(part)[:100]!r}")
            with open(path, "rb") as stdin:
                part, = user.read(*TO, "--attach", "-", "--attach-name", name + ending, stdin=stdin).iter_parts()
            expect(content(part) == data, f"{name}{ending} on stdin: {content(part)[:100]!r}")


def charsets_of_files(folder):
    user = Writer(folder)
    for data, charset in ((b"a\n", "us-ascii"), ("ü".encode(), "utf-8"), (b"\xfc", "unknown-8bit"),
                          (b"a" * 100000 + "ü".encode(), "utf-8")):
        part, = user.read(*TO, "--attach", user.file("a.txt", data)).iter_parts()
        expect(part.get_content_charset() == charset, f"{part['Content-Type']} of {data[-10:]}")
        part, = user.read(*TO, "--attach", "-", "--attach-name", "a.txt", stdin=data).iter_parts()
        expect(part.get_content_charset() == charset, f"{part['Content-Type']} of {data[-10:]} on stdin")


# The header

SUBJECTS = {
    "Report": "Report",
    "Größe des Berichts": "Größe des Berichts",
    "  blanks  ": "blanks",
    "two\nlines": "two lines",
    "a\r\nBcc: eve@example.org": "a  Bcc: eve@example.org",
    "=?UTF-8?Q?x?=": "=?UTF-8?Q?x?=",
    "x" * 300: "x" * 300,
    "word " * 200: ("word " * 200).strip(),
    "ein wörterreicher Betreff " * 40: ("ein wörterreicher Betreff " * 40).strip(),
    "👨‍👩‍👧 family": "👨‍👩‍👧 family",
    "你好" * 100: "你好" * 100,
}


def subjects(folder):
    user = Writer(folder)
    for subject, expected in SUBJECTS.items():
        message = user.read(*TO, "--subject", subject)
        expect(message["Subject"] == expected, f"{message['Subject']!r} instead of {expected!r}")
    for subject in (("--subject", ""), ("--subject", " \n"), ()):
        expect(user.read(*TO, *subject)["Subject"] is None, f"a subject of {subject}")


def header_fields(folder):
    """Each address field, also in UTF-8; the sender's from the account."""
    user = Writer(folder, "from_full_name Alice Ä.")
    data = user.make("--to", "Bob <bob@example.net>, Team: x@a.example, y@a.example;", "--to", "Jürgen <j@b.example>",
                     "--cc", '"Carol, C." <carol@example.com>', "--reply-to", "Büro <office@example.org>",
                     "--subject", "s", "dave@example.com", "--header", "X-Kind: report")
    message = parse(data)
    wanted = {"From": '"Alice Ä." <alice@example.org>', "Reply-To": "Büro <office@example.org>",
              "To": "Bob <bob@example.net>, x@a.example, y@a.example, Jürgen <j@b.example>, dave@example.com",
              "Cc": '"Carol, C." <carol@example.com>', "Subject": "s", "X-Kind": "report", "MIME-Version": "1.0"}
    found = {name: message[name] for name in wanted}
    expect(found == wanted, f"{found}")


def given_fields(folder):
    """A field that every message needs can be given, too, and is there once."""
    given = {"From": "Cron <cron@example.org>", "Date": "Mon, 02 Mar 2026 10:00:00 +0000", "Message-ID": "<m@b>"}
    message = Writer(folder).read(*TO, "--subject", "s", *[f"--header={name}: {text}" for name, text in given.items()])
    for name, text in given.items():
        expect(message.get_all(name) == [text], f"{name}: {message.get_all(name)}")


def many_recipients(folder):
    user = Writer(folder)
    names = [f"Recipient Nr. {number} <r{number}@example.net>" for number in range(500)]
    message = user.read("--to", ", ".join(names[:250]), *[w for n in names[250:] for w in ("--cc", n)])
    expect(len(message["To"].addresses) == len(message["Cc"].addresses) == 250, "some are missing")


def envelope(folder):
    """All recipients get the message, and hidden recipients are hidden with any settings."""
    words = ("--to", "bob@example.net", "--cc", "carol@example.net, bob@example.net", "--bcc", "eve@example.net",
             "--bcc", "Mallory <mallory@example.net>", "dave@example.net", "--subject", "s")
    for number, line in enumerate(("", "remove_bcc_headers off", "set_to_header on", "keepbcc on",
                                   "set_to_header undisclosed_recipients")):
        (folder / str(number)).mkdir()
        with Relay() as relay:
            user = Writer(folder / str(number), line, port=relay.port)
            user.run(*words, stdin=b"text\n")
            got = relay.received[0]
        expect(sorted(got.recipients) == [f"{n}@example.net" for n in ("bob", "carol", "dave", "eve", "mallory")],
               f"{line}: to {got.recipients}")
        expect(not re.search(rb"eve@|mallory|^bcc", got.content, re.I | re.M), f"{line}: shown: {got.content}")
        expect(got.sender == "alice@example.org", f"from {got.sender}")


def nobody_named(folder):
    """A message that has only hidden recipients."""
    message = Writer(folder).read("--bcc", "eve@example.net", "--subject", "s")
    expect(message["To"] == "undisclosed-recipients:;" and "eve" not in message.as_string(), message.as_string())


def bare_names(folder):
    """Bare names get a domain, in the header and the envelope, after the look-up of aliases."""
    table = folder / "aliases"
    table.write_text("root: Ann <ann@example.net>\n")
    with Relay() as relay:
        user = Writer(folder, f"aliases {table}", port=relay.port)
        user.run("--to", "root, cron", "-f", "backup", "--subject", "s")
        got = relay.received[0]
    expect(got.recipients == ["ann@example.net", "cron@example.org"], f"to {got.recipients}")
    message = parse(got.content)
    expect(message["To"] == "root@example.org, cron@example.org", f"To is {message['To']}")
    expect((got.sender, message["From"]) == ("backup@example.org",) * 2, f"from {got.sender}, {message['From']}")


def settings_that_leave_fields_out(folder):
    user = Writer(folder, "set_from_header off", "set_date_header off", "set_msgid_header off")
    message = user.read(*TO, "--subject", "s")
    expect(message["From"] == "alice@example.org" and message["Date"] and message["Message-ID"], message.as_string())


def other_settings_hold(folder):
    user = Writer(folder, "subject_prefix [host]", "set_header X-Kind: report", "set_to_header undisclosed_recipients")
    message = user.read(*TO, "--subject", "s")
    expect(message["Subject"] == "[host] s" and message["X-Kind"] == "report" and
           message["To"] == "undisclosed-recipients:;", message.as_string())


def different_each_time(folder):
    user = Writer(folder)
    made = [user.make(*TO, "--attach", user.file("a"), stdin=b"x") for _ in range(5)]
    for pattern in (rb"boundary=\"(.*)\"", rb"Message-ID: (.*)"):
        expect(len({re.search(pattern, data)[1] for data in made}) == 5, f"{pattern} is repeated")


# Refusals

def refusals(folder):
    user = Writer(folder)
    user.file("a", b"x")
    os.mkfifo(folder / "fifo")
    for sparse, size in (("huge", 10 << 30), ("huge.txt", 10 << 30), ("half", 600 << 20)):
        user.file(sparse)
        os.truncate(folder / sparse, size)
    (folder / "locked").mkdir()
    name = str(folder / "a")
    rows = [
        (66, "missing.pdf: No such file", *TO, "--attach", "missing.pdf"),
        (66, "--attach", *TO, "--attach", name, "--attach", folder / "missing"),
        (66, "is not a regular file", *TO, "--attach", folder),
        (66, "is not a regular file", *TO, "--attach", folder / "fifo"),
        (66, "is not a regular file", *TO, "--attach", "/dev/zero"),
        (66, "--attach", *TO, "--attach", ""),
        (66, "huge: over 1024 MB in all can't be attached", *TO, "--attach", folder / "huge"),
        (66, "half: over 1024 MB in all can't be attached", *TO, "--attach", folder / "half", "--attach", folder / "half"),
        (66, "huge.txt: over 1024 MB in all can't be attached", *TO, "--attach", folder / "huge.txt"),
        (66, "missing\\n", *TO, "--attach", folder / "missing\n"),
        (66, "--body-file", *TO, "--body-file", folder / "missing"),
        (66, "--html-file", *TO, "--html-file", folder),
        (64, "only once", *TO, "--attach", "-", "--attach-name", "x", "--body-file", "-"),
        (64, "needs --attach-name", *TO, "--attach", "-"),
        (64, "must follow the --attach", *TO, "--attach-name", "x"),
        (64, "must follow the --attach", *TO, "--attach", name, "--attach-name", "x", "--attach-name", "y"),
        (64, "name of a file", *TO, "--attach", name, "--attach-name", ""),
        (64, "name of a file", *TO, "--attach", name, "--attach-name", "x/"),
        (64, "no recipients", "--subject", "s"),
        (64, "no recipients", "--reply-to", "a@example.org"),
        (64, "-t is for", "-t", *TO),
        (64, "for sending", "-q", "--subject", "s"),
        (64, "for sending", "-bs", *TO),
        (64, "needs a sender", *TO, "-f", "<>"),
        (64, "there is a Subject field already", *TO, "--subject", "s", "--header", "Subject: t"),
        (64, "there is a Content-Type field already", *TO, "--header", "Content-Type: text/html"),
        (64, "recipients are named by --to", *TO, "--header", "Cc: eve@example.net"),
        (64, "recipients are named by --to", *TO, "--header", "Bcc: eve@example.net"),
        (65, "--to", "--to", "no address@"),
        (65, "--cc", *TO, "--cc", "x@y@z"),
        (65, "--reply-to", *TO, "--reply-to", "a@b@c"),
        (65, "--bcc", *TO, "--bcc", "<a@b>\r\nRCPT TO:<c@d>"),
        (65, "recipient", "--subject", "s", "x y z@"),
    ]
    for status, word, *args in rows:
        user.refuse(status, word, *args)


def unreadable_file(folder):
    """A file that the user may not read."""
    user = Writer(folder)
    path = user.file("secret", b"x")
    path.chmod(0)
    for place in (folder, user.config):
        os.chown(place, 65534, 65534)
    words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", PROGRAM, *TO, "--attach", str(path)]
    done = subprocess.run(words, env={"HOME": str(folder), "LC_ALL": "C", **user.environment()}, input=b"",
                          capture_output=True, check=False)
    expect(done.returncode == 66 and b"Permission denied" in done.stderr, f"{done}")


def nothing_sent_where_a_file_fails(folder):
    with Relay() as relay:
        user = Writer(folder, port=relay.port)
        user.refuse(66, "missing", *TO, "--attach", folder / "missing")
        expect(not relay.connections, "the relay was asked")


def closed_stdin(folder):
    """Standard input is not needed if the text is in a file; without a text nothing is sent."""
    user = Writer(folder)
    note = user.file("note", b"x\n")
    close = ["sh", "-c", 'exec "$0" "$@" <&-', PROGRAM, "--dry-run", *TO]
    environment = {"HOME": str(folder), "PATH": os.environ["PATH"], **user.environment()}
    done = subprocess.run([*close, "--body-file", str(note)], env=environment, capture_output=True, check=False)
    expect(done.returncode == 0 and done.stdout.endswith(b"\n\nx\n"), f"{done}")
    done = subprocess.run(close, env=environment, capture_output=True, check=False)
    expect(done.returncode == 66 and b"standard input is closed" in done.stderr, f"{done}")


def stdin_is_left_alone(folder):
    """The program does not eat the standard input of a shell loop."""
    user = Writer(folder)
    note, rest = user.file("note", b"x\n"), user.file("list", b"one\ntwo\n")
    script = f'while read -r who; do "$0" --dry-run --to "$who@example.net" --body-file {note}; done < {rest}'
    done = subprocess.run(["sh", "-c", script, PROGRAM], capture_output=True, check=False,
                          env={"HOME": str(folder), "PATH": os.environ["PATH"], **user.environment()})
    expect(done.stdout.count(b"\nTo: ") == 2, f"{done}")


def at_a_terminal(folder):
    """At a terminal the program says that it waits for the text, and reads to the end."""
    user = Writer(folder)
    ours, theirs = pty.openpty()
    process = subprocess.Popen([PROGRAM, "--dry-run", *TO], stdin=theirs, stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, env={"HOME": str(folder), **user.environment()})
    os.close(theirs)
    os.write(ours, b"typed\n\x04")
    out, hint = finish(process)
    os.close(ours)
    expect(b"Ctrl-D" in hint and hint.count(b"\n") == 1, f"{hint}")
    expect(out.endswith(b"\n\ntyped\n"), f"{out}")


def under_other_names(folder):
    """Called as sendmail, the program refuses the options that compose: a caller may pass on words of strangers."""
    user = Writer(folder)
    (folder / "sendmail").symlink_to(os.path.realpath(PROGRAM))
    for words in (TO, ("--cc", "x@y"), ("--bcc", "x@y"), ("--subject", "s"), ("--attach", "/etc/passwd"),
                  ("--attach-name", "x"), ("--body-file", "/etc/passwd"), ("--html-file", "/etc/passwd"),
                  ("--reply-to", "x@y"), ("--dry-run",)):
        result = user.run(*words, "a@example.org", stdin=b"Subject: x\n\n", status=64,
                          program=str(folder / "sendmail"))
        expect(b"not allowed when called by a name of sendmail" in result.stderr, f"{words}: {result}")


# Ways of sending

def dry_run_of_a_message(folder):
    """--print-message also prints a message that was not composed here; nothing is kept or sent."""
    with Relay() as relay:
        user = Writer(folder, port=relay.port)
        printed = user.run("--dry-run", "-t", stdin=b"To: bob@example.net\nBcc: eve@example.net\n\nx\n").stdout
        expect(not relay.connections and not user.state.exists(), "sent or kept")
    expect(printed.startswith(b"From: alice@example.org\nDate: ") and b"Bcc" not in printed and
           printed.endswith(b"\nTo: bob@example.net\n\nx\n"), f"{printed}")


def explained(folder):
    user = Writer(folder)
    shown = user.run("--explain", *TO, "--bcc", "eve@example.net", "--subject", "Größe", stdin=b"x\n").stdout.decode()
    sent = shown.split("Header as it would be sent:")[1]
    expect("<eve@example.net>" in shown and "eve" not in sent and "Subject: =?UTF-8?B?" in sent, shown)


def queued_and_sent(folder):
    """The composed message waits in the queue, and arrives."""
    with Relay() as relay:
        user = Writer(folder, port=relay.port)
        file = user.file("a.bin", bytes(range(256)))
        result = user.run(*TO, "--subject", "s", "--attach", file, "-odq", stdin="ü\n".encode())
        expect(not relay.connections, f"sent at once: {result}")
        user.run("-qf")
        message = parse(relay.received[0].content)
    expect(shape(message) == "mixed(plain, octet-stream)", shape(message))
    expect(content(message.get_payload()[1]) == bytes(range(256)), "another file arrived")


def filtered(folder):
    """The account's filter gets the composed message."""
    user = Writer(folder, "filter sed 's/^Subject:.*/Subject: filtered/'")
    expect(user.read(*TO, "--subject", "s")["Subject"] == "filtered", "not filtered")


def memory(folder):
    """A file of 100 MB is never in memory as a whole, whether it is queued or printed."""
    user = Writer(folder)
    path = folder / "large.bin"
    piece = bytes(range(256)) * 4096
    with open(path, "wb") as file:
        for _ in range(100):
            file.write(piece)
    for words in (("--at", "+1d"), ("--dry-run",)):
        with open(folder / "out", "wb") as out:
            done = subprocess.run(["/usr/bin/time", "-q", "-f", "%M", "-o", folder / "peak", PROGRAM, *words, *TO,
                                   "--attach", path], stdout=out, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                                  env={"HOME": str(folder), **user.environment()}, check=False)
        peak = int((folder / "peak").read_text().split()[-1])
        expect(done.returncode == 0 and peak < 16 * 1024, f"{words}: {peak} kB, {done}")
    part, = parse_large(folder / "out")
    expect(part == piece * 100, "another file was attached")
    kept, = (user.state / "q").iterdir()
    expect(kept.stat().st_size > 130 * 1024 * 1024, "the queue does not have it")


def parse_large(path):
    """The decoded files of a message, without a parser that would take minutes."""
    import base64
    parts = path.read_bytes().split(b"\n\n")[2:]
    return [base64.b64decode(part.split(b"\n--")[0]) for part in parts if part.strip()]


# Random messages

WORDS = ["report", "Größe", "привет", "=?x?=", "\"", "\\", "'", "a b", "\x01", "\n", "%41", "*", "😀", "x" * 90, ";", "<@>", ","]


def by_chance(seed, folder):
    """Any names, subjects, texts and files make a correct message, from which all of them can be read again."""
    dice = random.Random(seed)
    user = Writer(folder)
    subject = "".join(dice.choice(WORDS) + dice.choice(" ") for _ in range(dice.randrange(12)))
    phrase = "".join(dice.choice(WORDS) for _ in range(dice.randrange(4))).replace("\n", "").replace("\x01", "")
    quoted = phrase.replace("\\", "\\\\").replace('"', '\\"')
    text = dice.choice([b"", "ü ".encode() * dice.randrange(900), bytes(dice.randrange(256) for _ in range(999)),
                        b"plain \n" * dice.randrange(300)])
    options, files = [], []
    for number in range(dice.randrange(4)):
        name = "".join(dice.choice(WORDS) for _ in range(dice.randrange(1, 4))).replace("/", "")
        data = bytes(dice.randrange(256) for _ in range(dice.randrange(2000)))
        options += ["--attach", user.file(f"f{number}", data), "--attach-name", name]
        files.append((name.replace("\n", "_").replace("\x01", "_"), data))
    if dice.randrange(2):
        options += ["--html-file", user.file("page", "<p>ü\n".encode())]
    message = user.read("--to", f'"{quoted}" <bob@example.net>', "--subject", subject, *options, stdin=text)
    wanted = re.sub("[\n\x01]", " ", subject).strip(" ")
    expect((message["Subject"] or "") == wanted, f"{message['Subject']!r} instead of {wanted!r}")
    found = [(p.get_filename(), content(p)) for p in message.walk() if p.get_content_disposition() == "attachment"]
    expect(found == files, f"{[n for n, _ in found]} instead of {[n for n, _ in files]}")


def add_cases(suite):
    for name, row in SHAPES.items():
        suite.add(f"parts-{name}", functools.partial(parts, *row))
    for name, row in TEXTS.items():
        suite.add(f"text-{name}", functools.partial(text_travels, *row))
    for function in (names_of_files, types_of_files, bytes_of_files, charsets_of_files, subjects, header_fields,
                     given_fields, many_recipients, envelope, nobody_named, bare_names, settings_that_leave_fields_out,
                     other_settings_hold, different_each_time, refusals, unreadable_file,
                     nothing_sent_where_a_file_fails, closed_stdin, stdin_is_left_alone, at_a_terminal,
                     under_other_names, dry_run_of_a_message, explained, queued_and_sent, filtered, memory):
        suite.case(function)
    for seed in range(40):
        suite.add(f"chance-{seed}", functools.partial(by_chance, seed))
