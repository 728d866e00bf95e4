# SPDX-License-Identifier: GPL-3.0-or-later
"""lastbyte.py - the last byte of a content stays here until its in-doubt mark is written"""
import os
import signal
from tests.lib import relay as relays
from tests.lib.harness import expect
from .cases import IS_FULL, check_queue_run, check_sent, count, expect_once, fill, gather, suite
from .runners import wait_for_stop
from .user import SIGTERM, Message, FaultUser, sweep


PIECE = 16384  # the size of one write of the program, and the most that a TLS record holds
RELAY = ("PIPELINING", "SIZE", "8BITMIME")
KINDS = {
    "data": ({}, {"extensions": RELAY}),
    "bdat": ({}, {"extensions": (*RELAY, "CHUNKING")}),
    "data-tls": ({"tls": "on", "tls_starttls": "off"}, {"extensions": RELAY, "tls": "implicit"}),
    "bdat-tls": ({"tls": "on", "tls_starttls": "off"}, {"extensions": (*RELAY, "CHUNKING"), "tls": "implicit"}),
    "bdat-refused": ({}, {"extensions": (*RELAY, "CHUNKING"), "dialogue": "bdat: 500 5.5.1 no such thing"}),
    "bdat-for-commands": ({}, {"extensions": (*RELAY, "CHUNKING"), "dialogue": "unread: 500 5.5.1 no such thing"}),
}
WHOLE = ("data", "bdat", "data-tls", "bdat-tls")  # the relay reads the first bytes
SINCE = {"FAULT_SINCE": "connect"}
MARK = 2  # the pwrite that marks a message as in doubt, counted from the connection; number 1 begins the attempt


class Sized(Message):
    """A message of `size` octets on the wire."""

    def __init__(self, size):
        super().__init__(lines=0)
        missing = size - len(self.wire)
        if missing:
            line = b"x" * 70 + b"\n"
            lines, rest = divmod(missing, len(line) + 1)
            lines, rest = (lines, rest) if rest != 1 else (lines - 1, rest + len(line) + 1)
            self.text += line * lines + (b"y" * (rest - 2) + b"\n" if rest else b"")
            self.wire = self.text.replace(b"\n", b"\r\n")
        expect(len(self.wire) == size, f"made {len(self.wire)} octets instead of {size}")


def sizes(kind):
    """Message sizes with which content, command or dot end at the edge of a piece, or close to an edge."""
    for pieces in (1, 2, 3):
        around = pieces * PIECE
        command = len(f"BDAT {around} LAST\r\n") if kind.startswith("bdat") else 0
        dot = 0 if command else len(".\r\n")
        for more in range(-2, 3):
            yield from {around + more, around + more - command, around + more - dot}


def a_world(folder, kind):
    settings, options = KINDS[kind]
    if "tls" in settings:
        settings = {**settings, "tls_trust_file": relays.default_certs().ca}
    return FaultUser(folder, settings, **options)


def stopped_before_mark(user, message):
    """The program is stopped before its mark until the relay has read everything that was sent."""
    user.forget()
    process = user.start(["-f", message.sender, *message.recipients], message.text, ("stop", MARK),
                         FAULT_CALL="pwrite", **SINCE)
    try:
        expect(wait_for_stop(process), "it never stopped")
        user.let_relay_read()
        taken, states = user.transactions(message), [state for _, _, state in user.find(message)]
    finally:
        os.kill(process.pid, signal.SIGCONT)
        run = user.finish(process)
    expect(states == ["."], f"not stopped before the mark: {states}")
    expect(not taken, f"all of {len(message.wire)} octets had left before the mark")
    expect(run.status == 0, f"{run}")
    expect_once(user, [message])


def delay_case(kind):
    def run(folder):
        with a_world(folder, kind) as user:
            gather((f"{size} octets", lambda s=size: stopped_before_mark(user, Sized(s)))
                   for size in sorted(set(sizes(kind))))
    suite.add(f"last-byte-delay-{kind}", run)


def check_withdrawn(user, run, message):
    """A message that was withdrawn because its sender ended is one that the relay can't have."""
    user.relay.wait_idle()
    if run.status == SIGTERM and not user.find(message):
        expect(not user.transactions(message), f"withdrawn, and the relay has it: {run}")
    check_sent(user, run, message)


def cut_send(kind, size, fault):
    """The program ends at any of its calls after the connection, and the relay has had the time to answer."""
    def run(folder):
        with a_world(folder, kind) as user:
            def shoot(wanted):
                user.restore("empty")
                user.forget()
                shoot.message = Sized(size)
                return user.send(shoot.message, wanted, **SINCE)
            count(sweep(shoot, lambda run: check_withdrawn(user, run, shoot.message), [fault]))
    suite.add(f"last-byte-{fault}-{kind}-{size}", run)


def cut_run(kind, size, fault):
    """The same for a run of the queue, in which another message follows."""
    def run(folder):
        with a_world(folder, kind) as user:
            messages = [Sized(size), Sized(size)]
            fill(user, messages)

            def shoot(wanted):
                user.restore()
                user.forget()
                return user.run(["-qf"], fault=wanted, **SINCE)
            count(sweep(shoot, lambda run: check_queue_run(user, run, messages), [fault]))
    suite.add(f"last-byte-run-{fault}-{kind}-{size}", run)


for each in KINDS:
    if each in WHOLE:
        delay_case(each)
    whole = PIECE - len(f"BDAT {PIECE} LAST\r\n") if each.startswith("bdat") else PIECE
    chosen = sorted(set(sizes(each))) if IS_FULL else [whole]
    for one in chosen:
        for end in ("kill", "term"):
            cut_send(each, one, end)
    if IS_FULL or each in ("data", "bdat", "bdat-refused", "bdat-for-commands"):
        for one in [whole]:
            cut_run(each, one, "kill")
