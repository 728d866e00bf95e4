# SPDX-License-Identifier: GPL-3.0-or-later
"""reported.py - cases: what people have reported of other mail programs, and must not be reported of this one"""
import email
import json
import os
import subprocess
from tests.lib import relay as relays
from tests.lib.harness import copy_program, expect, write_private
from tests.lib.user import MESSAGE, User
from .contracts import BOB, CAROL
from .runs import fill, numbers_in


DAVE = "dave@example.org"
PATCH = b"""\
From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001
From: Alice <alice@example.org>
Date: Mon, 2 Mar 2026 10:00:00 +0000
Subject: [PATCH] one thing
To: bob@example.org

From here on it is text.
---
 file | 2 +-
 1 file changed, 1 insertion(+), 1 deletion(-)

--\x20
2.39.5

"""


def sent(user, *args, stdin=MESSAGE, name="mailchute", **options):
    """Send over a relay that is up; returns what it took, which is one message."""
    with user.up(**options) as relay:
        result = user.run(*args, name=name, stdin=stdin)
        relay.wait_idle()
        expect(result.status == 0 and len(relay.received) == 1, f"{len(relay.received)} arrived: {result}")
        user.expect_empty()
        return relay.received[0]


def git_patch(folder):
    """Of git format-patch the first line is none of the header; it goes, and the rest stays."""
    message = sent(User(folder), "-t", stdin=PATCH)
    expect(message.recipients == [BOB], f"it went to {message.recipients}")
    wanted = PATCH.split(b"\n", 1)[1].replace(b"\n", b"\r\n")
    expect(message.content.endswith(wanted.split(b"\r\n", 3)[3]) and b"0123456789abcdef" not in message.content,
           message.content.decode())
    expect(message.content.count(b"From: ") == 1, message.content.decode())


def empty_from(folder):
    """An empty From field is replaced, and never taken for the sender."""
    for number, field in enumerate((b"From:\n", b"From: \n", b"From:\n \n", b"from:\t\n")):
        (folder / str(number)).mkdir()
        message = sent(User(folder / str(number)), BOB, stdin=field + b"Subject: x\n\ny\n")
        header = message.content.split(b"\r\n\r\n")[0].lower().split(b"\r\n")
        found = [line for line in header if line.startswith(b"from:")]
        expect(found == [b"from: alice@example.org"] and message.sender == "alice@example.org", str(header))


def only_hidden_recipients(folder):
    """Bcc and an empty group: it goes to those in Bcc, who are not named in it."""
    text = b"To: undisclosed-recipients:;\nBcc: bob@example.org, carol@example.org\nSubject: x\n\ny\n"
    message = sent(User(folder), "-t", stdin=text)
    expect(message.recipients == [BOB, CAROL], f"it went to {message.recipients}")
    expect(b"bob@" not in message.content and b"To: undisclosed-recipients:;\r\n" in message.content,
           message.content.decode())


def alias_of_root_at_this_host(folder):
    """Some programs write the host's name after root; an alias can do that as well."""
    table = folder / "aliases"
    table.write_text(f"root: {BOB}\nroot@host.example: root\n")
    user = User(folder, f"aliases {table}", "maildomain host.example")
    for name in ("mailchute", "sendmail"):
        for recipient in ("root", "root@host.example", "root@Host.Example"):
            message = sent(user, recipient, name=name)
            expect(message.recipients == [BOB], f"{recipient}, {name}: {message.recipients}")


def sender_field(folder):
    """A Sender field makes no envelope sender, and stays in the message."""
    text = b"Sender: secretary@example.net\n" + MESSAGE
    user = User(folder)
    for words in ((BOB,), ("--read-envelope-from", BOB)):
        message = sent(user, *words, stdin=text)
        expect(message.sender == "alice@example.org", f"{words}: {message.sender}")
        expect(message.content.count(b"Sender: secretary@example.net\r\n") == 1, message.content.decode())


def queue_path_with_blanks(folder):
    place = folder / "my mail (old)" / "the queue's"
    user = User(folder, f"queue_folder {place}", f"on_failure touch '{folder}/told'")
    result = user.send(BOB)
    kept = list((place / "q").iterdir())
    expect(result.status == 0 and len(kept) == 1, str(result))
    item, = json.loads(user.run("--queue-list=json").stdout)
    expect(item["id"] == kept[0].name, str(item))
    with user.up() as relay:
        result = user.run(f"--queue-retry={item['id']}")
        expect(len(relay.received) == 1 and not list((place / "q").iterdir()), str(result))


def one_of_three(folder):
    """Deferred, it gets the message later and the others now; rejected, a person's message is sent to no recipient."""
    rows = (("450", "mailchute", [BOB, DAVE], [CAROL]), ("450", "sendmail", [BOB, DAVE], [CAROL]),
            ("550", "mailchute", [], []), ("550", "sendmail", [BOB, DAVE], []))
    for code, name, now, later in rows:
        place = folder / f"{code}-{name}"
        place.mkdir()
        user = User(place, f"logfile {place}/log")
        with user.up(f"rcpt <{CAROL}>: {code} not {CAROL}") as relay:
            result = user.send(BOB, CAROL, DAVE, name=name)
            relay.wait_idle()
            found = [r for t in relay.received if t.sender for r in t.recipients]
            expect(found == now, f"{code}, {name}: {found} now: {result}")
            expect((result.status == 65) == (code == "550" and name == "mailchute"), str(result))
            said = (place / "log").read_bytes() if name == "sendmail" else result.stderr
            expect(CAROL.encode() in said and code.encode() in said, f"{said}{result}")
        with user.up() as relay:
            user.flush()
            found = [r for t in relay.received if t.sender for r in t.recipients]
            expect(found == later, f"{code}, {name}: {found} later")
        user.expect_empty(f"{code}, {name}")


def so_many_in_a_session(folder):
    """A relay answers MAIL with 452 from the fourth message on: the others go over new connections."""
    user = User(folder)
    fill(user, 10)
    too_many = "452 4.5.3 too many messages"
    with user.up(f"mail#4: {too_many}", *[f"maybe at mail#{number}: {too_many}" for number in range(5, 20)]) as relay:
        result = user.flush()
        relay.wait_idle()
        expect(numbers_in(relay) == dict.fromkeys(range(10), 1), f"{numbers_in(relay)}: {result}")
        expect(len(relay.connections) == 4, f"{len(relay.connections)} connections")
    user.expect_empty()


def full_relay_is_let_alone(folder):
    """A relay that accepts nothing more is asked once more on a new connection, and not for every message."""
    user = User(folder)
    for sender in ("first@example.org", *["other@example.org"] * 6):
        user.queue(options=("-f", sender))
    with user.up("mail <other@example.org>: 452 4.3.1 full") as relay:
        user.flush()
        relay.wait_idle()
        expect(len(relay.received) == 1 and len(relay.connections) == 2, f"{len(relay.connections)} connections")
    expect(len(user.spool.files()) == 6, "the others do not wait")


def log_that_can_not_be_written(folder):
    """The failure is told, changes no exit status, and delays nothing."""
    fifo = folder / "fifo"
    os.mkfifo(fifo)
    for number, log in enumerate(("/nowhere/log", folder, "/dev/full", fifo)):
        (folder / str(number)).mkdir()
        user = User(folder / str(number), f"logfile {log}")
        with user.up() as relay:
            result = user.send(BOB)
            expect(result.status == 0 and len(relay.received) == 1 and str(log).encode() in result.stderr, str(result))
            expect(b"recipients=bob@example.org" in result.stderr, f"the line is lost: {result}")
        user.expect_empty()


def as_nobody(folder, program, *args, **more):
    """Run a copy of the program as a user who is not root."""
    copy = folder / "copy"
    if not copy.exists():
        copy_program(copy, program)
    return subprocess.run([copy, *args], user=65534, group=65534, extra_groups=[], capture_output=True, check=False,
                          env={"HOME": str(folder), "LC_ALL": "C.UTF-8"}, **more)


def config_that_can_not_be_read(folder):
    """The config that cannot be read is named, with the reason; mailchute does not say that there is none."""
    if os.geteuid() != 0:
        return
    user = User(folder)
    for name in (".msmtprc", ".mailchuterc"):
        path = write_private(folder / name, "host h\n")
        found = as_nobody(folder, user.programs["mailchute"], "-P", stdin=subprocess.DEVNULL)
        line = f": account default: {path}: Permission denied\n".encode()
        expect(found.returncode == 78 and found.stderr.endswith(line), str(found))
    named = as_nobody(folder, user.programs["mailchute"], "-P", "-C", folder / ".msmtprc", stdin=subprocess.DEVNULL)
    expect(named.returncode == 74 and b"Permission denied" in named.stderr, str(named))


def without_new_privileges(folder):
    """A service that can gain no privilege sends, and keeps what can't be sent."""
    user = User(folder)
    words = ["--no-new-privs", "--inh-caps=-all", user.programs["sendmail"], BOB]
    user.programs["setpriv"] = "/usr/bin/setpriv"
    with user.up() as relay:
        result = user.run(*words, name="setpriv", stdin=MESSAGE)
        expect(result.status == 0 and relay.wait_message() and not user.spool.files(), str(result))
    result = user.run(*words, name="setpriv", stdin=MESSAGE)
    expect(result.status == 0 and len(user.spool.files()) == 1, str(result))


def null_sender_stays(folder):
    """Through the queue, and by every way of saying it."""
    for number, words in enumerate((("-f", "<>"), ("-f", ""), ("-f<>",), ("-r", "<>"), ("--from=",))):
        (folder / str(number)).mkdir()
        user = User(folder / str(number))
        result = user.run(*words, BOB, stdin=MESSAGE)
        expect(result.status == 0 and len(user.spool.files()) == 1, str(result))
        with user.up() as relay:
            user.flush()
            mails = [t.mail.split(" SIZE")[0] for t in relay.received]
            expect(mails == ["MAIL FROM:<>"], f"{words}: {mails}")
        user.expect_empty()


def address_that_begins_with_a_dash(folder):
    """A recipient that begins with a hyphen is never an option: after --, in the message, and in a -bs session."""
    dashed = "-oQ@example.org"
    user = User(folder)
    expect(sent(user, "--", dashed).recipients == [dashed], "after --")
    expect(sent(user, "-t", stdin=f"To: {dashed}\nBcc: -X/tmp/x@example.org\n\nx\n".encode()).recipients[0] == dashed,
           "in the message")
    session = f"EHLO x\r\nMAIL FROM:<-f@example.org>\r\nRCPT TO:<{dashed}>\r\nDATA\r\n\r\nx\r\n.\r\nQUIT\r\n".encode()
    with user.up() as relay:
        result = user.run("-bs", stdin=session)
        relay.wait_message()
        taken, = relay.received
        expect((taken.sender, taken.recipients) == ("-f@example.org", [dashed]), f"{taken.sender}: {result}")


def nothing_in_tmp(folder):
    """Without a queue, too, no folder for temporary files is needed; those that there are may be closed."""
    if os.geteuid() != 0:
        return
    user = User(folder, "queue off")
    script = 'mount --bind "$1" /mnt; for d in /tmp /var/tmp; do mount -t tmpfs -o mode=000 tmpfs $d; done; shift; ' \
        'export HOME=/mnt/home; unset TMPDIR; exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"'
    copy = copy_program(folder / "copy")
    os.chown(user.home / ".mailchuterc", 65534, 65534)
    with user.up() as relay:
        done = subprocess.run(["unshare", "--mount", "--propagation", "private", "sh", "-ec", script, "sh", folder,
                               "/mnt/copy", BOB], input=MESSAGE, capture_output=True, check=False)
        expect(done.returncode == 0 and len(relay.received) == 1, str(done))


def line_of_1000_octets(folder):
    """998 and the line end: the longest line there may be, with LF and with CRLF."""
    line = b"." + b"x" * 997
    user = User(folder)
    for end in (b"\n", b"\r\n"):
        message = sent(user, BOB, stdin=MESSAGE.replace(b"\n", end) + line + end)
        expect(message.content.endswith(b"\r\n" + line + b"\r\n"), "another line arrives")
        expect(message.wire.endswith(b"\r\n." + line + b"\r\n"), "the dot is not doubled")


def one_relay_hangs(folder):
    """A relay that falls silent after RCPT holds up neither the run nor the messages for another one."""
    user = User(folder)
    with relays.Relay(dialogue="rcpt: hang") as silent, user.up() as good:
        user.configure("timeout 1", "account silent : default", f"port {silent.port}")
        for number in range(40):
            user.run("-odq", "-a", "silent" if number % 2 else "default", BOB, stdin=MESSAGE)
        expect(len(user.spool.files()) == 40, f"{len(user.spool.files())} in the queue")
        result = user.run("-q", limit=30)
        good.wait_idle()
        expect(result.status == 0 and len(good.received) == 20, f"{len(good.received)} arrived: {result}")
        expect(len(silent.connections) == 1, f"{len(silent.connections)} connections to the silent one")
        expect(len(user.spool.files()) == 20, "not all of the others wait")


# where it was reported, and what: the names of the cases
def progress_bars(folder):
    """A CR alone, as programs write for people who watch, reaches the reader as it was written."""
    for name, text in (("ascii", b" 10%\r 20%\r100%\ndone\n"), ("utf-8", "▏ \r▎\r█\n".encode())):
        (folder / name).mkdir()
        message = sent(User(folder / name), BOB, stdin=b"Subject: backup\n\n" + text)
        read = email.message_from_bytes(message.content)
        expect(b"\r" not in message.content.replace(b"\r\n", b""), "a bare CR on the wire")
        expect(read.get_payload(decode=True) == text.replace(b"\n", b"\r\n"), message.content.decode())
        expect(read.get_content_type() == "text/plain", read["Content-Type"])


CASES = {
    "msmtp-155-git-patch": git_patch,
    "msmtp-145-progress-bars": progress_bars,
    "msmtp-8-empty-from": empty_from,
    "msmtp-29-only-hidden-recipients": only_hidden_recipients,
    "msmtp-146-alias-of-root-at-this-host": alias_of_root_at_this_host,
    "msmtp-51-sender-field": sender_field,
    "msmtp-87-queue-path-with-blanks": queue_path_with_blanks,
    "msmtp-20-one-of-three": one_of_three,
    "stalwart-1384-so-many-in-a-session": so_many_in_a_session,
    "full-relay-is-let-alone": full_relay_is_let_alone,
    "msmtp-115-log-that-can-not-be-written": log_that_can_not_be_written,
    "msmtp-63-msmtp-177-config-that-can-not-be-read": config_that_can_not_be_read,
    "smtpd-1155-without-new-privileges": without_new_privileges,
    "nullmailer-27-null-sender-stays": null_sender_stays,
    "msmtp-1.8.19-address-that-begins-with-a-dash": address_that_begins_with_a_dash,
    "msmtp-178-nothing-in-tmp": nothing_in_tmp,
    "dma-18-line-of-1000-octets": line_of_1000_octets,
    "nullmailer-75-one-relay-hangs": one_relay_hangs,
}


def add_cases(suite):
    for name, function in CASES.items():
        suite.add(f"reported-{name}", function)
