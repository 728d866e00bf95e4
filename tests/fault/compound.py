# SPDX-License-Identifier: GPL-3.0-or-later
"""compound.py - two troubles at once: a delay with a fast relay, a fault with a signal, two processes with a fault"""
import itertools
import os
import signal
from tests.lib.harness import expect
from .cases import (IS_FULL, NETWORK_CALLS, TWO, check_alive, check_files, count, expect_empty, fill, has_spoken,
                    is_excused, suite)
from .runners import wait_for_stop
from .sweeps import CALM, LATER, every_nth, listed, run_operation, send_operation
from .user import Message, FaultUser, sample


CHUNKS = {"extensions": ("PIPELINING", "SIZE", "CHUNKING")}
LONG = 1500  # lines: more than the program sends at once, several times over, and less than a pipe holds


# A delay: the relay reads and answers everything before the program continues

class Slow(FaultUser):
    """Stop each run at the call of the fault "stop", until the relay has nothing to do; then send a signal."""

    then = signal.SIGCONT

    def run(self, args, stdin=b"", fault=None, **more):
        process = self.start(args, stdin, fault, **more)
        if fault and fault[0] == "stop" and wait_for_stop(process):
            self.let_relay_read()
            os.kill(process.pid, self.then)
            os.kill(process.pid, signal.SIGCONT)
        return self.finish(process)


def delays(name, operation, **options):
    def add(then):
        def run(folder):
            with Slow(folder, **options) as user:
                user.then = then
                shoot, check = operation(user)
                calls, _ = listed(shoot(CALM).told)
                every = [("stop", number) for number in range(1, 1 + calls)]
                count(sample(shoot, check, every if IS_FULL else every_nth(name, 5, every)))
        suite.add(f"delay-{name}-{then.name[3:].lower()}", run, "a delay with a fast relay")
    for then in (signal.SIGCONT, signal.SIGTERM, signal.SIGKILL):
        add(then)


delays("send", send_operation())
delays("send-deferred", send_operation(TWO, dialogue=LATER))
delays("send-long", send_operation(lines=LONG))
delays("send-in-chunks", send_operation(lines=LONG), **CHUNKS)
delays("sendmail", send_operation(program="sendmail"))
delays("run", run_operation())
delays("run-in-chunks", run_operation(2, lines=LONG), **CHUNKS)


# A fault, and a signal a few calls later

FIRST = ("eio", "enospc", "emfile", "enomem", "econnreset", "etimedout", "eintr", "short", "elocked")
STEPS = (1, 2, 3, 5, 8)


def pairs(told):
    _, errors = listed(told)
    orders = [{"FAULT_THEN": then, "FAULT_AFTER": str(step)} for then in ("kill", "term") for step in STEPS]
    return [(fault, number, order) for fault in FIRST for number in range(1, 1 + errors[fault]) for order in orders]


def with_signal(name, operation, **options):
    def run(folder):
        with FaultUser(folder, **options) as user:
            shoot, check = operation(user)
            every = pairs(shoot(CALM).told)
            count(sample(shoot, check, every_nth(name, 2 if IS_FULL else 60, every)))
    suite.add(f"with-signal-{name}", run, "a fault with a signal")


with_signal("enqueue", send_operation(is_up=False))
with_signal("send", send_operation(TWO))
with_signal("sendmail", send_operation(program="sendmail"))
with_signal("run", run_operation())
with_signal("run-in-chunks", run_operation(), **CHUNKS)


# Two processes at one queue, with a fault in one of them

SECOND = {
    "run": lambda user, name: ["-qf"],
    "retry": lambda user, name: [f"--queue-retry={name}"],
    "hold": lambda user, name: [f"--queue-hold={name}"],
    "remove": lambda user, name: [f"--queue-remove={name}"],
    "list": lambda user, name: ["--queue-list"],
}
ERRORS = ("eio", "enospc", "emfile", "enomem", "enolck", "econnreset")
STANDING = 40  # calls of a run at which it can be stopped, more or less evenly


def beside(second, has_first_fault):
    """A run stops at a call, another process does its work, and the run continues; one of the two meets the fault."""
    def run(folder):
        with FaultUser(folder) as user:
            messages = [Message(), Message()]
            fill(user, messages)
            names = user.names("q")
            args = SECOND[second](user, names[0])
            shoot, check = two(user, messages, args, has_first_fault, second)
            told = [user.run(words, fault=CALM).told for words in (["-qf"], args)]
            every = injections_of_two(told, has_first_fault)
            count(sample(shoot, check, every if IS_FULL else every_nth(second, 30, every)))
    suite.add(f"two-processes-{second}-{'first' if has_first_fault else 'second'}", run,
              "two processes with a fault in one")


def injections_of_two(told, has_first_fault):
    """As (fault, number, orders): for the first process, which stops before it; or the second, when the first stops."""
    calls, errors = listed(told[0])
    if has_first_fault:
        return [(fault, number, {"FAULT_STOP": "1"}) for fault in ERRORS for number in range(1, 1 + errors[fault])]
    _, errors = listed(told[1])
    stops = itertools.cycle(range(1, 1 + calls, max(1, calls // STANDING)))
    return [(fault, number, {"stop": next(stops)}) for fault in ERRORS for number in range(1, 1 + errors[fault])]


def two(user, messages, args, has_first_fault, second):
    def shoot(fault):
        user.restore()
        user.forget()
        one, other = (fault, None) if has_first_fault else (("stop", fault[2]["stop"]), fault[:2])
        first = user.start(["-qf"], fault=one)
        is_stopped = wait_for_stop(first)
        shoot.second = user.run(args, fault=other)
        if is_stopped:
            os.kill(first.pid, signal.SIGCONT)
        shoot.first = user.finish(first)
        return shoot.first if has_first_fault else shoot.second

    def check(_):
        check_two(user, messages, shoot, second)
    return shoot, check


def check_two(user, messages, shoot, second):
    """Each message is sent once, or waits, or was held, or was removed if exit 0 said so."""
    runs = [shoot.first, shoot.second]
    for run in runs:
        check_alive(run)
        expect(run.status <= 0 or has_spoken(run), f"nothing was said: {run}")
    user.relay.wait_idle()
    faulty = next((run for run in runs if run.calls), runs[0])
    check_files(user, faulty, messages, may_hold=second == "hold")
    # the requested run may already have sent the message in doubt again
    extra = [int(is_excused(faulty) and (bool(faulty.calls & NETWORK_CALLS) or any("?" in s for _, _, s in user.find(m))))
             for m in messages]
    is_removed = second == "remove" and (shoot.second.status == 0 or "fsync" in shoot.second.calls)
    for name in user.names("hold"):
        user.run([f"--queue-retry={name}"])
    user.drain()
    for message, allowed in zip(messages, extra):
        copies = user.copies(message)[0]
        least = 0 if is_removed and message is messages[0] else 1
        expect(least <= copies <= 1 + allowed, f"{copies} copies, {allowed} in doubt: {runs[0]} and {runs[1]}")
    expect_empty(user)


for each in SECOND:
    for is_first in (True, False):
        beside(each, is_first)
