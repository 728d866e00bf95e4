# SPDX-License-Identifier: GPL-3.0-or-later
"""belated.py - cases: what a program gave in without a config that works is completed once there is one

The header that arrives is the one that would have gone had there been a config.
"""
import email
import functools
import re
import socket
from tests.lib import relay as relays
from tests.lib.harness import expect, wait_until, write_private
from tests.lib.user import User
from tests.lib.strict import PROVIDERS
from .providers import OWN, PROGRAMS, given_by, readme_config


BOB = "bob@example.net"
HOST = socket.gethostname()
DOMAIN = "maildomain example.com"
CRON = "From: root (Cron Daemon)\nTo: root"
TWO = "account shop\nhost 127.0.0.1\nport {port}\ntls off\nfrom shop@example.net\n"

# the config that comes later, the options, the header, the envelope's sender, what the fields become (None: there is none)
ROWS = {
    "cron": ((), (), CRON, OWN, {"From": f"Cron Daemon <{OWN}>", "To": f"root@{HOST}"}),
    "comment-without-end": ((), (), "From: root@localhost (Cron Daemon\nTo: root", OWN, {"From": f"Cron Daemon <{OWN}>"}),
    "maildomain": ((DOMAIN,), (), CRON, OWN, {"From": f"Cron Daemon <{OWN}>", "To": "root@example.com"}),
    "full-name": ((), ("-FCronDaemon",), "Subject: x", OWN, {"From": f"CronDaemon <{OWN}>"}),
    "no-from-field": ((), (), "Subject: x", OWN, {"From": OWN}),
    "no-fixed-sender": ((DOMAIN, "from"), ("-f", "cron"), CRON, "cron@example.com", {"From": "root@example.com (Cron Daemon)"}),
    "sender-of-this-machine": ((), ("-f", "root"), CRON, OWN, {"From": f"Cron Daemon <{OWN}>"}),
    "sender-at-localhost": ((), ("-f", "root@localhost"), CRON, OWN, {"From": f"Cron Daemon <{OWN}>"}),
    "sender-with-maildomain": ((DOMAIN,), ("-f", "cron"), CRON, "cron@example.com", {"From": f"Cron Daemon <{OWN}>"}),
    "sender-of-others": ((), ("-f", BOB), f"From: Bob <{BOB}>", BOB, {"From": f"Bob <{BOB}>"}),
    "sender-not-to-be-overridden": (("allow_from_override off",), ("-f", BOB), f"From: Bob <{BOB}>", OWN,
                                    {"From": f"Bob <{BOB}>"}),
    "null-sender": ((), ("-f", "<>"), "From: Vacation <root>", "", {"From": f"Vacation <{OWN}>"}),
    "account-by-sender": ((TWO,), ("-f", "shop@example.net"), "Subject: x", "shop@example.net", {"From": "shop@example.net"}),
    "set-from-header-off": (("set_from_header off",), (), "Subject: x", OWN, {"From": None}),
    "set-from-header-off-bare": (("set_from_header off",), (), CRON, OWN, {"From": "root (Cron Daemon)"}),
    "set-from-header-auto": (("set_from_header auto",), ("-FCron",), "Subject: x", OWN, {"From": f"Cron <{OWN}>"}),
    "set-from-header-on": (("set_from_header on",), (), f"From: Bob <{BOB}>", OWN, {"From": f"Bob <{OWN}>"}),
    "fields": (("add_header X-Host: one", "set_header X-Kind: two", "remove_header X-Old", "subject_prefix [host]"), (),
               f"{CRON}\nX-Old: three\nSubject: x", OWN,
               {"X-Host": "one", "X-Kind": "two", "X-Old": None, "Subject": "[host] x"}),
    "fields-of-the-command-line": ((), ("--add-header=X-Host: one", "--subject-prefix=[host]"), f"{CRON}\nSubject: x", OWN,
                                   {"X-Host": "one", "Subject": "[host] x"}),
    "signed": ((), (), "DKIM-Signature: v=1; d=x\nFrom: root", OWN, {"From": "root"}),
    "resent": ((), (), f"Resent-From: root\nResent-To: {BOB}\nFrom: x@example.net", OWN,
               {"Resent-From": f"root <{OWN}>", "From": "x@example.net"}),
}


def row(config, options, header, sender, fields, folder):
    """The relay defers it once, so that it is completed twice."""
    user = User(folder)
    write_private(user.home / ".mailchuterc", "nonsense\n")
    record = user.queue(BOB, name="sendmail", options=options, stdin=f"{header}\n\nbody\n".encode())
    user.configure(*(line.format(port=user.port) for line in config))
    with user.up("dot#1: 451 4.3.0 not now"):
        user.flush()
    with user.up() as relay:
        user.flush()
        expect(len(relay.received) == 1 and relay.received[0].sender == sender, f"{relay.received}")
        content = relay.received[0].content
    message = email.message_from_bytes(content)
    fields = {**fields, "Message-ID": record.message_id}
    for name, wanted in fields.items():
        found = message.get_all(name, [])
        expect(found == ([] if wanted is None else [wanted]), f"{name}: {found} instead of {wanted}:\n{content}")
    expect(len(message.get_all("Date")) == 1 and content.endswith(b"\r\n\r\nbody\r\n"), f"{content}")


def arrives_later(provider, options, header, folder):
    user = User(folder)
    (user.home / "aliases").write_text("root: carol@example.net\noperator: dave@example.net\n")
    write_private(user.home / ".mailchuterc", "nonsense\n")
    result = user.run(*options, name="sendmail", stdin=given_by(options, header))
    expect(result.status == 0 and not result.stderr, f"{result}")
    with relays.Relay(strict=provider, identity=OWN, tls="implicit", auth=("PLAIN",), user="alice", password="secret") as relay:
        readme_config(user.home, relay)
        result = user.flush()
        relay.wait_message()  # a run that -bs left behind may be asked to do it
        expect([t.is_acknowledged for t in relay.received] == [True], f"{result}")
        wait_until("the queue is empty", lambda: not list(user.spool.files()))
    user.expect_empty()


def by_another_account(folder):
    user = User(folder)
    write_private(user.home / ".mailchuterc", "nonsense\n")
    record = user.queue(BOB, name="sendmail", stdin=f"{CRON}\n\nbody\n".encode())
    user.configure(TWO.format(port=user.port))
    with user.up() as relay:
        result = user.run("-a", "shop", "--queue-retry", record.id)
        expect(result.status == 0 and relay.received[0].sender == "shop@example.net", f"{result}")
        expect(re.search(rb"^From: Cron Daemon <shop@example.net>\r$", relay.received[0].content, re.M),
               f"{relay.received[0].content}")


def add_cases(suite):
    for name, cells in ROWS.items():
        suite.add(f"belated/{name}", functools.partial(row, *cells))
    providers = list(PROVIDERS)
    for number, (name, (options, header)) in enumerate(PROGRAMS.items()):
        provider = providers[number % len(providers)]
        suite.add(f"belated/{provider}-{name}", functools.partial(arrives_later, provider, options, header))
    suite.add("belated/by-another-account", by_another_account)
