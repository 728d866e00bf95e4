# SPDX-License-Identifier: GPL-3.0-or-later
"""deliverable.py - cases: what a program's address fields become, so that strict relays take its message"""
import email
import functools
import getpass
import socket
from tests.lib.harness import expect, run_program, wait_until
from tests.lib.user import User


BOB = "bob@example.org"
HOST = socket.gethostname()
FROM = "alice@example.org"  # the account's, in every config of a User
DOMAIN = ("maildomain example.com",)
ROOT = "From: root (Cron Daemon)"
# the account's sender is no fixed address
LOOSE = {"none": "from", "user": "from %U@example.org", "pattern": "from *@example.org", "header": "from %F",
         "null": "from <>", "bare": "from root", "automatic": "auto_from on"}

# the From field given, and what it becomes
AUTHORS = {
    "comment": ("root (Cron Daemon)", f"Cron Daemon <{FROM}>"),
    "comment-before": ("(Cron Daemon) root", f"Cron Daemon <{FROM}>"),
    "comment-with-specials": ("root (Cron, the daemon.)", f'"Cron, the daemon." <{FROM}>'),
    "comment-nested": (r"root (Cron (the \) one) here)", f'"Cron (the ) one) here" <{FROM}>'),
    "comment-empty": ("root ()", f"root <{FROM}>"),
    "comment-encoded": ("root (=?UTF-8?Q?K=C3=A4se?=)", f"{FROM} (=?UTF-8?Q?K=C3=A4se?=)"),
    "local-name": ("root", f"root <{FROM}>"),
    "local-name-in-brackets": ("<root>", f"root <{FROM}>"),
    "local-name-quoted": ('"john doe"', f"john doe <{FROM}>"),
    "local-name-with-dots": ("www.data", f'"www.data" <{FROM}>'),
    "anacron": ("Anacron <root>", f"Anacron <{FROM}>"),
    "mdadm": ("mdadm monitoring <root>", f"mdadm monitoring <{FROM}>"),
    "mdadm-of-debian": (f"mdadm monitoring <root@{HOST}>", f"mdadm monitoring <{FROM}>"),
    "cronie": ('"(Cron Daemon)" <root>', f'"(Cron Daemon)" <{FROM}>'),
    "arpwatch": ("arpwatch (Arpwatch host)", f"Arpwatch host <{FROM}>"),
    "php": ("www-data", f"www-data <{FROM}>"),
    "phrase-and-comment": ("Cron <root> (daemon)", f"Cron <{FROM}> (daemon)"),
    "phrase-encoded": ("=?UTF-8?Q?K=C3=A4se?= <root>", f"=?UTF-8?Q?K=C3=A4se?= <{FROM}>"),
    "phrase-folded": ("Cron\n Daemon <root>", f"Cron Daemon <{FROM}>"),
    "two-authors": ("root, Cron <cron>", f"{FROM}, Cron <{FROM}>"),
    "one-of-two": ("bob@example.net, cron", f"bob@example.net, {FROM}"),
    "no-domain": ("root@", f"root <{FROM}>"),
    "no-domain-in-brackets": ("Scanner <scan@>", f"Scanner scan <{FROM}>"),
    "no-address-at-all": ("@", FROM),
    "no-host-name": ("root@(none)", f'"root@(none)" <{FROM}>'),
    "domain-that-is-none": ("root@-", "root@-"),
    "localhost": ("root@localhost", f"root <{FROM}>"),
    "localhost.localdomain": ("Root <root@localhost.localdomain>", f"Root <{FROM}>"),
    "localhost6": ("root@localhost6.localdomain6", f"root <{FROM}>"),
    "localdomain": (f"Root <root@{HOST}.localdomain>", f"Root <{FROM}>"),
    "multicast-dns": (f"nagios@{HOST}.local", f"nagios <{FROM}>"),
    "emacs": (f"Ann <ann@{HOST}.i-did-not-set--mail-host-address--so-tickle-me>", f"Ann <{FROM}>"),
    "host-of-others-on-this-network": ("root@nas.local", "root@nas.local"),
    "domain": ("Shop <shop@example.net>", "Shop <shop@example.net>"),
    "domain-and-comment": ("root@example.com (Cron Daemon)", "root@example.com (Cron Daemon)"),
    "domain-like-the-host": (f"root@{HOST}.example.net", f"root@{HOST}.example.net"),
    "literal": ("root@[192.0.2.1]", "root@[192.0.2.1]"),
}

# the config, the options, the header, what its fields become (None: there is none)
ROWS = {
    "all-fields": (DOMAIN, (), f"{ROOT}\nSender: cron\nReply-To: Ops <ops>, x@example.net\n"
                   "To: root, Bob <bob>\nCc: Team: ann, ben@example.net;",
                   {"From": f"Cron Daemon <{FROM}>", "Sender": "cron@example.com",
                    "Reply-To": "Ops <ops@example.com>, x@example.net",
                    "To": "root@example.com, Bob <bob@example.com>",
                    "Cc": "Team: ann@example.com, ben@example.net;"}),
    "resent-fields": (DOMAIN, (), "Resent-From: root\nResent-Sender: cron\nResent-To: bob\nResent-Cc: carol\n"
                      "From: x@example.net\nTo: y@example.net",
                      {"Resent-From": f"root <{FROM}>", "Resent-Sender": "cron@example.com",
                       "Resent-To": "bob@example.com", "Resent-Cc": "carol@example.com",
                       "From": "x@example.net", "To": "y@example.net"}),
    "sender-without-maildomain": ((), (), f"{ROOT}\nSender: cron", {"Sender": FROM}),
    "sender-of-this-host": ((), (), f"{ROOT}\nSender: cron@{HOST}", {"Sender": FROM}),
    "no-from-field": (DOMAIN, ("-FCronDaemon",), "Subject: x", {"From": f"CronDaemon <{FROM}>"}),
    "full-name-for-a-bare-one": (DOMAIN, ("-FAnacron",), "From: root", {"From": f"root <{FROM}>"}),
    "two-fields": (DOMAIN, (), "From: root\nSubject: x\nTo: a\nTo: b", {"To": "a@example.com"}),
    "words-without-an-address": (DOMAIN, (), "From: Cron Daemon", {"From": f"Cron Daemon <{FROM}>"}),
    "empty-brackets": (DOMAIN, (), "From: Cron <>", {"From": f"Cron <{FROM}>"}),
    "to-of-this-host-stays": (DOMAIN, (), f"From: root\nTo: root@{HOST}", {"To": f"root@{HOST}"}),
    "to-empty-group": (DOMAIN, (), "From: root\nTo: undisclosed-recipients:;", {"To": "undisclosed-recipients:;"}),
    "alias-is-not-shown": ((*DOMAIN, "aliases ALIASES"), (), "From: root\nTo: root", {"To": "root@example.com"}),
    "null-sender": (DOMAIN, ("-f", "<>"), "From: Vacation <root>\nTo: bob",
                    {"From": f"Vacation <{FROM}>", "To": "bob@example.com"}),
    "sender-given": (DOMAIN, ("-f", "shop@example.net"), "From: www-data", {"From": f"www-data <{FROM}>"}),
    "host-is-maildomain": ((f"maildomain {HOST}",), (), f"From: root@{HOST}", {"From": f"root@{HOST}"}),
    "as-smtp": (DOMAIN, ("-bs",), f"{ROOT}\nTo: root", {"From": f"Cron Daemon <{FROM}>", "To": "root@example.com"}),
    # settings of the user's count
    "explicit-auto": ((*DOMAIN, "set_from_header auto"), (), ROOT, {"From": "root (Cron Daemon)"}),
    "explicit-off": ((*DOMAIN, "set_from_header off"), (), ROOT, {"From": "root (Cron Daemon)"}),
    "explicit-qualify": ((*DOMAIN, "set_from_header qualify"), (), ROOT, {"From": "root@example.com (Cron Daemon)"}),
    "explicit-on": ((*DOMAIN, "set_from_header on"), (), "From: Bob <bob@example.net>", {"From": f"Bob <{FROM}>"}),
    "explicit-to-off": ((*DOMAIN, "set_to_header off"), (), "From: root\nTo: bob\nCc: carol",
                        {"From": f"root <{FROM}>", "To": "bob", "Cc": "carol"}),
    "explicit-to-aliases": ((*DOMAIN, "aliases ALIASES", "set_to_header aliases"), (), "From: root\nTo: root",
                            {"To": "carol@example.net"}),
    "explicit-on-the-command-line": (DOMAIN, ("--set-from-header=auto",), ROOT, {"From": "root (Cron Daemon)"}),
    "signed": (DOMAIN, (), "DKIM-Signature: v=1; d=x\nFrom: root\nTo: bob", {"From": "root", "To": "bob"}),
}

# the config, the options, the sender's domain, or in brackets the sender
PATTERNS = {
    "with-a-domain": (("from *@example.org",), (), "example.org"),
    "with-a-domain-and-maildomain": (("from *@example.org", *DOMAIN), (), "example.org"),
    "with-a-pattern-of-domains": (("from *@*.example.org", *DOMAIN), (), "example.com"),
    "without-an-at": (("from *", *DOMAIN), (), "example.com"),
    "sender-given": (("from *@example.org",), ("-f", "cron@example.org"), "<cron@example.org>"),
}


def sent_by(user, options, header, name="sendmail"):
    """The message that the relay gets."""
    given = f"{header}\n\nbody\n".encode()
    words = [*options, "--", BOB]
    if "-bs" in options:
        lines = b"".join(line + b"\r\n" for line in given.splitlines())
        given = f"EHLO x\r\nMAIL FROM:<{FROM}>\r\nRCPT TO:<{BOB}>\r\nDATA\r\n".encode() + lines + b".\r\nQUIT\r\n"
        words = options
    with user.up() as relay:
        result = user.run(*words, name=name, stdin=given)
        expect(result.status == 0, f"not taken: {result}")
        wait_until("the message", lambda: relay.received, 10)
        return email.message_from_bytes(relay.received[0].content)


def expect_fields(message, fields):
    for name, wanted in fields.items():
        found = message[name].replace("\r\n", "").replace("\n", "") if message[name] else None
        expect(found == wanted, f"{name}: {found} instead of {wanted}:\n{message}")


def row(config, options, header, fields, folder):
    (folder / "aliases").write_text("root: carol@example.net\n")
    user = User(folder, *(line.replace("ALIASES", f"{folder}/aliases") for line in config))
    expect_fields(sent_by(user, options, header), fields)


def author(given, wanted, folder):
    row(DOMAIN, (), f"From: {given}\nSubject: x", {"From": wanted}, folder)


def loose_account(line, folder):
    """Without a fixed sender of the account's an author gets a domain, as all others do."""
    user = User(folder, *DOMAIN, line)
    message = sent_by(user, ("-f", "cron"), f"{ROOT}\nReply-To: ops")
    expect_fields(message, {"From": "root@example.com (Cron Daemon)", "Reply-To": "ops@example.com"})


def pattern(config, options, sender, folder):
    """A pattern is no sender."""
    user = User(folder, *config)
    with user.up() as relay:
        result = user.run(*options, BOB, name="sendmail", stdin=f"{ROOT}\n\nx\n".encode())
        wait_until("the message", lambda: relay.received, 10)
        wanted = sender[1:-1] if sender[0] == "<" else f"{getpass.getuser()}@{sender}"
        expect(result.status == 0 and relay.received[0].sender == wanted, f"{relay.received[0].sender}: {result}")


def person(folder):
    """A caller of mailchute gets the message as it was written."""
    header = f"{ROOT}\nSender: cron\nReply-To: ops\nTo: root\nCc: Bob <bob>"
    wanted = dict(line.split(": ", 1) for line in header.splitlines())
    expect_fields(sent_by(User(folder, *DOMAIN), (), header, "mailchute"), wanted)


def bare_envelope(folder):
    """A bare sender belongs to the account where no domain was set up for it."""
    for config, sender, wanted in (((), "root", FROM), ((), f"root@{HOST}", FROM), (DOMAIN, "root", "root@example.com"),
                                   ((), "root@example.net", "root@example.net")):
        place = folder / f"{len(config)}{sender}"
        place.mkdir()
        user = User(place, *config)
        with user.up() as relay:
            result = user.run("-f", sender, BOB, name="sendmail", stdin=b"Subject: x\n\nx\n")
            expect(result.status == 0 and relay.received[0].sender == wanted, f"{relay.received[0].sender}: {result}")


def named_host(folder):
    """Where the machine's name has dots, its root and the caller belong to the account, and no other names."""
    words = ["--uts", "sh", "-ec", 'hostname web1.example.com; exec "$@"', "sh"]
    for given, wanted in (("mdadm monitoring <root@web1.example.com>", f"mdadm monitoring <{FROM}>"),
                          ("Shop <shop@web1.example.com>", "Shop <shop@web1.example.com>")):
        place = folder / given[:5]
        place.mkdir()
        user = User(place)
        with user.up() as relay:
            result = run_program([*words, user.programs["sendmail"], BOB], f"From: {given}\n\nx\n".encode(),
                                 home=user.home, env=user.environment(), program="unshare", queue=user.spool.path)
            expect(result.status == 0 and len(relay.received) == 1, f"{result}")
            expect_fields(email.message_from_bytes(relay.received[0].content), {"From": wanted})


def add_cases(suite):
    for name, (given, wanted) in AUTHORS.items():
        suite.add(f"deliverable/author-{name}", functools.partial(author, given, wanted))
    for name, cells in ROWS.items():
        suite.add(f"deliverable/{name}", functools.partial(row, *cells))
    for name, line in LOOSE.items():
        suite.add(f"deliverable/account-{name}", functools.partial(loose_account, line))
    for name, cells in PATTERNS.items():
        suite.add(f"deliverable/pattern-{name}", functools.partial(pattern, *cells))
    suite.add("deliverable/person", person)
    suite.add("deliverable/named-host", named_host)
    suite.add("deliverable/bare-envelope", bare_envelope)
