# SPDX-License-Identifier: GPL-3.0-or-later
"""extensions.py - cases: relays that offer what they can't do, and what is remembered of that

Three messages wait. A row says what the relay does with each connection, how many connections the runs
need, how many runs until all have arrived, and which word stands in the file beside the route's hint.
No recipient gets a message twice, except where the relay has left doubt; no message fails or is held.
"""
import dataclasses
import functools
from tests.lib.harness import expect, wait_until
from tests.lib.user import MESSAGE, User
from .contracts import LOGIN


CHUNKING = ("PIPELINING", "SIZE", "8BITMIME", "DSN", "SMTPUTF8", "CHUNKING")
WHO = ("bob@example.org", "carol@example.org", "dave@example.org")
BIG = b"A line that fills the message.\n" * 1000
QUICK = ("timeout 1", "final_timeout 1")


@dataclasses.dataclass
class Row:
    dialogue: str
    learnt: str = "CHUNKING"
    connections: int = 1
    runs: int = 1
    text: bytes = b""
    config: tuple = ()
    relay: dict = dataclasses.field(default_factory=dict)
    is_in_doubt: bool = False
    without: str = "BDAT"  # a verb that is not heard any more once it is learnt


TAKES_COMMANDS = "unread: 500 5.5.2 unknown command"
ROWS = {
    **{f"bdat-{code}": Row(f"bdat: {code} 5.5.1 no such thing") for code in (500, 501, 502, 503, 504)},
    "bdat-500-big": Row("bdat: 500 5.5.1 what?", text=BIG),
    "bdat-503-login": Row("bdat: 503 5.5.1 what?", relay={**LOGIN, "tls": "starttls"}),
    "bdat-500-without-pipelining": Row("bdat: 500 5.5.1 what?", relay={"extensions": ("SIZE", "CHUNKING")}),
    "bdat-500-lmtp": Row("bdat: 500 5.5.1 what?", config=("protocol lmtp",), relay={"lmtp": True}),
    "bdat-500-the-second-time": Row("bdat#2: 503 5.5.1 bad sequence"),
    "bdat-500-the-last-time": Row("bdat#3: 503 5.5.1 bad sequence", connections=2),
    "bdat-taken-for-commands": Row(TAKES_COMMANDS, connections=2),
    "bdat-taken-for-commands-big": Row(TAKES_COMMANDS, connections=2, text=BIG),
    "bdat-then-drop": Row("bdat: 500 5.5.1 what?\nrset: drop", connections=2),
    "bdat-hang": Row("bdat: hang", runs=2, connections=2, config=QUICK, is_in_doubt=True),
    "bdat-drop": Row("bdat: drop", runs=2, connections=2, is_in_doubt=True),
    "bdat-reset": Row("bdat: reset", runs=2, connections=2, is_in_doubt=True),
    "group-hang": Row("rcpt#1: hang", "PIPELINING", runs=2, connections=2, config=QUICK, without="none",
                      relay={"extensions": ("PIPELINING", "SIZE")}),
    "group-hang-at-data": Row("data#1: hang", "PIPELINING", runs=2, connections=2, config=QUICK, without="none",
                              relay={"extensions": ("PIPELINING", "SIZE")}),
    "group-hang-behind-dot": Row("mail#2: hang", "PIPELINING", connections=3, config=QUICK, without="none",
                                 relay={"extensions": ("PIPELINING", "SIZE")}),
    "mail-555": Row("mail#1: 555 5.5.4 what is SIZE?", "SIZE", without="none"),
    "mail-501-chunked": Row("mail#1: 501 5.5.4 what is SIZE?", "SIZE", without="none"),
    "bdat-250-and-554": Row("bdat: 250 2.0.0 ok | 554 5.7.1 spam", connections=2, runs=2, is_in_doubt=True),
    "bdat-250-and-554-big": Row("bdat: 250 2.0.0 ok | 554 5.7.1 spam", connections=2, text=BIG),
}


def broken_files(user):
    return list((user.spool.path / "route").glob("*-x"))


def learnt(user):
    """The words that are remembered."""
    return " ".join(" ".join(path.read_text().split()[1:]) for path in broken_files(user))


def rules_of(row, number):
    """What the relay does in that run. In the second one BDAT is not heard any more.

    A relay that hangs or drops at RCPT or DATA does so for a group alone: it takes lone commands.
    """
    rules = row.dialogue.splitlines()
    if number and row.learnt == "PIPELINING":
        return []
    return [f"never at {rule}" for rule in rules] if number else rules


def play(row, folder):
    user = User(folder, *row.config, **{"extensions": CHUNKING, **row.relay})
    for who in WHO:
        user.queue(who, stdin=MESSAGE + row.text)
    connections, taken = 0, []
    for number in range(row.runs):
        with user.up(*rules_of(row, number)) as relay:
            result = user.flush()
            relay.wait_idle()
            connections += len(relay.connections)
            taken += [r for t in relay.received for r in t.recipients]
            verbs = [verb for c in relay.connections for verb in c.verbs]
            expect(relay.received or number + 1 < row.runs, f"nothing was taken in run {number}: {result}")
            if number:
                expect(row.without not in verbs, f"{row.without} once more: {verbs}")
        if not user.spool.messages():
            break
    user.expect_empty(f"{result}")
    expect(not user.spool.files("failed") and not user.spool.files("hold"), f"failed or held: {result}")
    expect(set(taken) == set(WHO), f"taken for {taken}")
    expect(row.is_in_doubt or len(taken) == len(WHO), f"more than once: {taken}")
    expect(connections <= row.connections or row.is_in_doubt, f"{connections} connections")
    expect(learnt(user) == row.learnt, f"learnt {learnt(user)!r}, not {row.learnt!r}")


# The extensions file

def verbs_of_next(user, relay, days=0, options=()):
    before = len(relay.connections)
    result = user.run(*options, "--", WHO[0], stdin=MESSAGE, days=days)
    relay.wait_idle()
    expect(result.status == 0, f"{result}")
    expect(len(relay.connections) == before + 1, f"{len(relay.connections) - before} connections")
    return relay.connections[-1].verbs


def remembered_for_a_day(folder):
    """The next message does not ask again, whichever account's settings make the same route; two days later it does."""
    user = User(folder, extensions=CHUNKING)
    with user.up("bdat: 500 5.5.1 what?") as relay:
        expect("BDAT" in verbs_of_next(user, relay), "CHUNKING was not tried")
        for _ in range(2):
            expect("BDAT" not in verbs_of_next(user, relay), "asked once more")
        user.configure("# written anew")
        expect("BDAT" not in verbs_of_next(user, relay), "forgotten with a new config")
        expect("BDAT" in verbs_of_next(user, relay, days=2), "remembered for ever")
        expect("BDAT" in verbs_of_next(user, relay, days=-2), "remembered when the clock was set back")
        for path in broken_files(user):
            path.unlink()
        expect("BDAT" in verbs_of_next(user, relay), "remembered elsewhere")


def remembered_nonsense(folder):
    """A file that is no list of extensions is ignored."""
    user = User(folder, extensions=CHUNKING)
    with user.up("bdat: 500 5.5.1 what?") as relay:
        verbs_of_next(user, relay)
        path = broken_files(user)[0]
        for text in (b"", b"x", b"9" * 30 + b" CHUNKING\n", b"1 CHUNKING\n", b"\0" * 2000, b"99 \xff\n" * 500):
            path.write_bytes(text)
            expect("BDAT" in verbs_of_next(user, relay), f"believed: {text[:20]}")
        until = path.read_text().split()[0]
        path.write_text(f"{until} STARTTLS AUTH SIZE\n")
        expect("BDAT" in verbs_of_next(user, relay), "believed")


def not_remembered_without_a_queue(folder):
    user = User(folder, "queue off", extensions=CHUNKING)
    with user.up("bdat: 500 5.5.1 what?") as relay:
        for _ in range(2):
            verbs = verbs_of_next(user, relay)
            expect(verbs[-5:] == ["RSET", "MAIL", "RCPT", "DATA", "QUIT"], f"{verbs}")
    expect(not user.spool.path.exists() or not broken_files(user), "a file where there is no queue")


def another_session_without_a_queue(folder):
    """A finding of this process serves its second session."""
    user = User(folder, "queue off", extensions=CHUNKING)
    with user.up(TAKES_COMMANDS) as relay:
        result = user.send(WHO[0])
        relay.wait_idle()
        expect(result.status == 0 and len(relay.received) == 1, f"{result}")
        expect(len(relay.connections) == 2, f"{len(relay.connections)} connections")


def another_session_for_a_client(folder):
    """A client of -bs without a queue gets the verdict of the second session."""
    user = User(folder, "queue off", extensions=CHUNKING)
    with user.up(TAKES_COMMANDS) as relay:
        lines = ("EHLO me", "MAIL FROM:<alice@example.org>", f"RCPT TO:<{WHO[0]}>", "DATA", "Subject: x", "", "y", ".", "QUIT")
        result = user.run("-bs", stdin="".join(line + "\r\n" for line in lines).encode())
        relay.wait_idle()
        expect(b"\n250 2.0.0 sent: " in result.stdout and len(relay.received) == 1, f"{result}")
        expect(len(relay.connections) == 2, f"{len(relay.connections)} connections")


def another_session_by_another_account(folder):
    """--queue-retry with -a sends on a second session, too, and the route is remembered."""
    user = User(folder, extensions=CHUNKING)
    record = user.queue(WHO[0])
    with user.up(TAKES_COMMANDS) as relay:
        result = user.run("-a", "default", "--queue-retry", record.id)
        relay.wait_idle()
        expect(result.status == 0 and len(relay.received) == 1, f"{result}")
        expect(len(relay.connections) == 2, f"{len(relay.connections)} connections")
    user.expect_empty()


def one_route_does_not_speak_for_another(folder):
    user = User(folder, extensions=CHUNKING)
    with user.up("bdat: 500 5.5.1 what?") as relay:
        verbs_of_next(user, relay)
        expect("BDAT" in verbs_of_next(user, relay, options=("--domain=other.example",)), "another route knows")


def quit_goes_along(folder):
    """A relay that has taken a chunk within a day hears QUIT with the next one, and may have changed since."""
    user = User(folder, extensions=CHUNKING)
    with user.up() as relay:
        waits = []
        for _ in range(3):
            verbs_of_next(user, relay)
            waits.append(relay.connections[-1].client_waits)
        expect(waits == [4, 3, 3], f"waited {waits} times")
    with user.up("bdat: 500 5.5.1 what?") as relay:
        result = user.send(WHO[0])
        relay.wait_idle()
        expect(result.status == 0 and len(relay.received) == 1, f"not sent on another session: {result}")
        expect("BDAT" not in verbs_of_next(user, relay), "asked once more")


def dsn_of_a_client(folder):
    """A parameter that a client of -bs has given is left out where the relay rejects it."""
    lines = ("EHLO me", "MAIL FROM:<alice@example.org> RET=HDRS ENVID=x", f"RCPT TO:<{WHO[0]}> NOTIFY=FAILURE", "DATA",
             "Subject: x", "", "y", ".", "QUIT")
    for refusal in ("rcpt#1: 555 5.5.4 NOTIFY not recognized", "mail#1: 501 5.5.4 RET?", "rcpt#1: 501 5.5.4 NOTIFY?"):
        own = folder / refusal.replace(" ", "-")
        own.mkdir()
        user = User(own, extensions=("PIPELINING", "DSN"))
        user.run("-bs", stdin="".join(line + "\r\n" for line in lines).encode())
        with user.up(refusal) as relay:
            wait_until("a delivery", lambda: user.flush() and relay.received)
            relay.wait_idle()
            expect(len(relay.received) == 1, "sent more than once")
            done = relay.received[0]
            expect("=" not in done.mail + done.rcpts[0][0], f"{done.mail} {done.rcpts}")
        expect(learnt(user) == "DSN", learnt(user))


def silence_in_foreground(folder):
    """A person's message is kept, and goes with the next run, one command after the other."""
    user = User(folder, *QUICK, extensions=("PIPELINING", "SIZE"))
    with user.up("rcpt#1: hang") as relay:
        result = user.send(WHO[0])
        expect(b"set ignore_extensions PIPELINING)" in result.stderr, f"{result}")
        relay.wait_idle()
    with user.up() as relay:
        user.flush()
        relay.wait_idle()
        expect(len(relay.received) == 1 and relay.connections[0].client_waits >= 6,
               f"waited {relay.connections[0].client_waits} times")
    user.expect_empty()


def add_cases(suite):
    for name, row in ROWS.items():
        suite.add(f"extensions-{name}", functools.partial(play, row))
    for function in (remembered_for_a_day, remembered_nonsense, not_remembered_without_a_queue,
                     another_session_without_a_queue, another_session_for_a_client, another_session_by_another_account,
                     one_route_does_not_speak_for_another, dsn_of_a_client,
                     quit_goes_along, silence_in_foreground):
        suite.add("extensions-" + function.__name__.replace("_", "-"), function)
