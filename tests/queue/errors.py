# SPDX-License-Identifier: GPL-3.0-or-later
"""errors.py - cases: what an error at each step means for the message, for its recipients and for the next one

Two messages wait: one to Bob and Carol, one to Dave. A run meets a relay that errs at the first of them. A
row gives what the relay does, the status bytes of the first message then, whether the second one was sent
in that run (None: either), and the seconds until the next try. Then the relay is well again, and everybody
a recipient who neither got the message nor was rejected gets it, once.
"""
import dataclasses
import functools
from tests.lib import relay as relays
from tests.lib.harness import expect
from tests.lib.user import MESSAGE, User
from .contracts import BOB, CAROL, LOGIN, taken_by


DAVE = "dave@example.org"
FILLER = b"A line that fills the message.\n"
CHUNKING, LMTP = {"extensions": (*relays.Options.extensions, "CHUNKING")}, {"lmtp": True}
# after the second attempt: of the route; of the message; where a person has to mend something
ROUTE, MESSAGE_ITSELF, OPERATOR, ANY = (96, 144), (144, 216), (1440, 2160), (96, 2160)


@dataclasses.dataclass
class Row:
    dialogue: str
    status: str
    is_second_sent: bool
    delay: tuple = (0, 0)
    config: tuple = ()
    relay: dict = dataclasses.field(default_factory=dict)
    lines: int = 100  # in the first message


ROWS = {
    "greeting-421": Row("greeting: 421 4.3.2 busy", "..", False, ROUTE),
    "greeting-554": Row("greeting: 554 5.7.1 go away", "..", False, ANY),
    "greeting-lost": Row("greeting: drop", "..", False, ROUTE),
    "ehlo-421": Row("ehlo: 421 4.3.2 busy", "..", False, ROUTE),
    "ehlo-and-helo-550": Row("ehlo: 550 no\nhelo: 550 no", "..", False, ANY),
    "starttls-454": Row("starttls: 454 4.7.0 not now", "..", False, ANY, relay={"tls": "starttls"}),
    "starttls-not-offered": Row("", "..", False, OPERATOR, config=("tls on",)),
    "certificate": Row("", "..", False, OPERATOR, config=("tls_trust_file system",), relay={"tls": "starttls"}),
    "auth-454": Row("auth: 454 4.7.0 not now", "..", False, ROUTE, relay=LOGIN),
    "auth-535": Row("", "..", False, OPERATOR, config=("password wrong",), relay=LOGIN),
    "mail-530": Row("mail: 530 5.7.0 log in first", "..", False, OPERATOR),
    "mail-503-auth-first": Row("mail: 503 AUTH first (#5.5.1)", "..", False, OPERATOR),
    "mail-550-session-encryption": Row("mail: 550 5.7.1 Session encryption is required", "..", False, OPERATOR),
    "mail-421": Row("mail: 421 4.3.2 going down", "..", False, ROUTE),
    "mail-lost": Row("mail#1: drop", "..", None, ROUTE),
    "mail-451": Row("mail#1: 451 4.3.0 not now", "..", True, MESSAGE_ITSELF),
    "mail-550": Row("mail#1: 550 5.7.1 not you", "FF", True),
    "size": Row("", "FF", True, relay={"size": 2000}),
    "rcpt-421": Row("rcpt: 421 4.3.2 going down", "..", False, ROUTE),
    "rcpt-450": Row(f"rcpt <{BOB}>: 450 4.2.0 later", ".D", True, MESSAGE_ITSELF),
    "rcpt-452": Row(f"rcpt <{BOB}>: 452 4.5.3 too many", ".D", True, MESSAGE_ITSELF),
    "rcpt-552": Row(f"rcpt <{BOB}>: 552 5.5.3 too many", ".D", True, MESSAGE_ITSELF),
    "rcpt-550": Row(f"rcpt <{BOB}>: 550 5.1.1 no such user", "FD", True),
    "rcpt-450-and-550": Row(f"rcpt <{BOB}>: 450 4.2.0 later\nrcpt <{CAROL}>: 550 5.1.1 no", ".F", True,
                            MESSAGE_ITSELF),
    "rcpt-530-postal-175": Row("rcpt: 530 5.7.57 Client not authenticated to send mail", "..", False, OPERATOR),
    "rcpt-530-of-one": Row(f"rcpt <{BOB}>: 530 5.7.0 Authentication required", ".D", True, OPERATOR),
    "rcpt-530-and-550": Row(f"rcpt <{BOB}>: 530 5.7.0 Authentication required\nrcpt <{CAROL}>: 550 5.1.1 no", ".F",
                            True, OPERATOR),
    "rcpt-550-and-530": Row(f"rcpt <{BOB}>: 550 5.1.1 no\nrcpt <{CAROL}>: 530 5.7.0 Authentication required", "F.",
                            True, OPERATOR),
    "rcpt-530-then-data-451": Row(f"rcpt#1 <{BOB}>: 530 5.7.0 log in\ndata#1: 451 4.3.0 not now", "..", None, ANY),
    "rcpt-550-then-data-451": Row(f"rcpt <{BOB}>: 550 5.1.1 no\ndata#1: 451 4.3.0 not now", "F.", True,
                                  MESSAGE_ITSELF),
    "rcpt-550-login": Row("rcpt: 550 5.7.1 Authentication required", "..", False, OPERATOR),
    "rcpt-504-helo-bitwarden-4062": Row("rcpt: 504 5.5.2 <localhost>: Helo command rejected: need fully-qualified "
                                        "hostname", "..", False, OPERATOR),
    "rcpt-450-helo": Row(f"rcpt <{BOB}>: 450 4.7.1 <host>: Helo command rejected: Host not found", ".D", True,
                         MESSAGE_ITSELF),
    "rcpt-550-of-a-group": Row(f"rcpt <{BOB}>: 550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; "
                               "authentication required", "FD", True),
    "data-530-docker-smtp-37": Row("data: 530 5.7.57 Client not authenticated to send mail", "..", False, OPERATOR),
    "data-530-after-rcpt-550": Row(f"rcpt <{BOB}>: 550 5.1.1 no\ndata: 530 5.7.0 log in", "F.", False, OPERATOR),
    "bdat-530": Row("bdat: 530 5.7.0 Authentication required", "..", False, OPERATOR, relay=CHUNKING),
    "bdat-530-at-rcpt": Row("rcpt: 530 5.7.0 Authentication required", "..", False, OPERATOR, relay=CHUNKING),
    "bdat-530-at-mail": Row("mail: 530 5.7.0 Authentication required", "..", False, OPERATOR, relay=CHUNKING),
    "data-421": Row("data: 421 4.3.2 going down", "..", False, ROUTE),
    "data-451": Row("data#1: 451 4.3.0 not now", "..", True, MESSAGE_ITSELF),
    "data-554": Row("data#1: 554 5.6.0 no", "FF", True),
    "dot-421": Row("dot: 421 4.3.2 going down", "..", False, ROUTE),
    "dot-451": Row("dot#1: 451 4.3.0 not now", "..", True, MESSAGE_ITSELF),
    "dot-554": Row("dot#1: 554 5.7.1 spam", "FF", True),
    "dot-530": Row("dot: 530 5.7.57 Client not authenticated to send mail", "..", False, OPERATOR),
    "dot-550-login": Row("dot: 550 5.7.1 Authentication required", "..", False, OPERATOR),
    "dot-550-dmarc": Row("dot#1: 550 5.7.1 Authentication required: DMARC validation failed", "FF", True),
    "content-530": Row("content#1: 530 5.7.0 Authentication required; close", "..", False, OPERATOR, lines=400_000),
    "lmtp-530": Row("dot: 530 5.7.0 Authentication required", "..", False, OPERATOR, relay=LMTP),
    "lmtp-530-of-one": Row("dot#1: 530 5.7.0 Authentication required", ".D", True, OPERATOR, relay=LMTP),
    "content-lost": Row("content: drop", "??", None, ANY),
    "content-lost-in-the-middle": Row("content#1: reset", "..", None, ROUTE, lines=400_000),
    "dot-lost": Row("dot#1: drop", "??", None, ANY),
    "dot-garbage": Row("dot#1: raw what\\r\\n", "??", None, ANY),
}


def play(row, folder):
    user = User(folder, **row.relay)
    first = user.queue(BOB, CAROL, stdin=MESSAGE + FILLER * row.lines)
    second = user.queue(DAVE)
    user.configure(*row.config)
    with user.up(*row.dialogue.splitlines()) as relay:
        result = user.flush()
        relay.wait_idle()
        taken = taken_by(relay)
        logins_refused = sum(line.startswith("535") for c in relay.connections for who, line in c.log)
    check_first(user, row, first, result)
    if row.is_second_sent is not None:
        expect((DAVE in taken) == row.is_second_sent, f"sent to {taken}: {result}")
    expect(logins_refused <= 1, f"{logins_refused} refused logins in one run")
    if DAVE not in taken:
        left = [r for r in user.spool.messages() if r.id == second.id]
        expect([r.status for r in left] == ["."], f"the second message was changed: {left}")
    check_end(user, row, taken)


def check_first(user, row, first, result):
    is_failed = "." not in row.status and "?" not in row.status
    found = [r for r in user.spool.messages("failed" if is_failed else "q") if r.id == first.id]
    expect([r.status for r in found] == [row.status], f"not {row.status}: {[r.status for r in found]}, {result}")
    if not is_failed:
        low, high = row.delay
        expect(low <= found[0].delay <= high, f"next try in {found[0].delay} s, not in {low} to {high}")
        expect(found[0].progress["begun"] == found[0].progress["ended"] == 2, f"{found[0].progress}")
    elsewhere = user.spool.files("hold")
    expect(not elsewhere, f"in hold/: {elsewhere}")


def check_end(user, row, taken):
    """Afterwards each has got it once, but who was refused."""
    user.configure()
    with user.up(size=1 << 30) as relay:
        user.flush()
        relay.wait_idle()
        expect(not relay.faults, f"faults of the client: {relay.faults}")
        taken += taken_by(relay)
    refused = [r for r, s in zip((BOB, CAROL), row.status) if s == "F"]
    wanted = sorted({BOB, CAROL, DAVE} - set(refused))
    expect(sorted(taken) == wanted, f"taken for {sorted(taken)}, not for {wanted}")
    expect(not user.spool.messages(), "something is left in q/")
    expect(len(user.spool.messages("failed")) == bool(refused), "failed/ is not as expected")


def add_cases(suite):
    for name, row in ROWS.items():
        suite.add(f"run-{name}", functools.partial(play, row))
