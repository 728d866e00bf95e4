# SPDX-License-Identifier: GPL-3.0-or-later
"""runners.py - several runs and senders at once, and a run that stops at any call while others continue"""
import os
import pathlib
import signal
import time
from tests.lib import patience
from tests.lib.harness import Failure, expect
from .cases import count, doubts, expect_empty, expect_once, fill, suite
from .user import PATIENCE, Message, FaultUser, sweep


HOURS_LATER = {"FAULT_CLOCK": "7200"}


def eight_at_once(user, args, messages, **more):
    fill(user, messages)
    for run in [user.start(args, **more) for _ in range(8)]:
        done = user.finish(run)
        count()
        expect(done.status == 0, f"a runner failed: {done}")
    user.relay.wait_idle()
    expect_once(user, messages)
    expect_empty(user)
    used = sum(bool(c.transactions) for c in user.relay.connections)
    expect(used == 1, f"one connection would do for all, and {used} were used")


@suite.case
def eight_runners(folder):
    with FaultUser(folder) as user:
        eight_at_once(user, ["-qf"], [Message() for _ in range(100)])


@suite.case
def eight_scheduled_runners(folder):
    with FaultUser(folder) as user:
        eight_at_once(user, ["-q"], [Message() for _ in range(100)], **HOURS_LATER)


@suite.case
def runners_and_senders(folder):
    """Runs, and senders, each of which starts a run after its message."""
    with FaultUser(folder) as user:
        messages, sent = [Message() for _ in range(30)], [Message() for _ in range(8)]
        fill(user, messages)
        runs = [user.start(["-qf"]) for _ in range(4)]
        runs += [user.start(["-f", m.sender, "--", *m.recipients], m.text) for m in sent]
        for run in runs:
            done = user.finish(run)
            count()
            expect(done.status == 0, f"one failed: {done}")
        user.drain()
        expect_once(user, messages + sent)
        expect_empty(user)


def wait_for_stop(process):
    """Whether the program stops; False when it ends instead."""
    end = patience.now() + PATIENCE
    while patience.now() < end:
        state = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        if state in "TZ":
            return state == "T"
        time.sleep(0.001)
    raise Failure("neither stopped nor ended")


def stopped_run(folder, end):
    """A run stops at each of its calls; another run and a sender work meanwhile; then it gets the signal `end`."""
    with FaultUser(folder) as user:
        messages = [Message() for _ in range(3)]
        fill(user, messages)

        def shoot(fault):
            user.restore()
            user.forget()
            shoot.sent = None
            first = user.start(["-qf"], fault=("stop", fault[1]))
            if not wait_for_stop(first):
                return user.finish(first)
            told = first.told.read_text()
            second = user.run(["-qf"])
            expect(second.status == 0, f"the second run is not free: {second}")
            shoot.sent = Message()
            sender = user.send(shoot.sent)
            expect(sender.status == 0, f"a sender is not free: {sender}")
            os.kill(first.pid, end)
            run = user.finish(first)
            run.told = told
            return run

        def check(run):
            extra = [doubts(user, run, m) if run.is_cut else 0 for m in messages]
            user.drain()
            for message, allowed in zip(messages, extra):
                copies = user.copies(message)
                expect(1 <= min(copies) and max(copies) <= 1 + allowed, f"{copies} copies, {allowed} in doubt")
            expect_once(user, [shoot.sent] if shoot.sent else [])
            expect_empty(user)
        count(sweep(shoot, check, ["stop"]))


@suite.case
def run_beside_a_stopped_one(folder):
    stopped_run(folder, signal.SIGCONT)


@suite.case
def run_beside_a_killed_one(folder):
    stopped_run(folder, signal.SIGKILL)


@suite.case
def run_beside_a_stopped_sender(folder):
    """A run leaves alone a message that is being sent in the foreground."""
    with FaultUser(folder) as user:
        def shoot(fault):
            user.forget()
            shoot.sent = Message()
            sender = user.start(["-f", shoot.sent.sender, *shoot.sent.recipients], shoot.sent.text, ("stop", fault[1]))
            is_stopped, told = wait_for_stop(sender), sender.told.read_text()
            if is_stopped:
                run = user.run(["-qf"])
                expect(run.status == 0, f"the run is not free: {run}")
                os.kill(sender.pid, signal.SIGCONT)
            run = user.finish(sender)
            run.told = told
            return run

        def check(run):
            expect(run.status == 0, f"{run}")
            user.drain()
            expect_once(user, [shoot.sent])
            expect_empty(user)
        count(sweep(shoot, check, ["stop"]))


@suite.case
def crash_loop(folder):
    """A message that crashes each run while it is in doubt is set aside, and the next message is sent."""
    with FaultUser(folder) as user:
        messages = [Message(), Message()]
        fill(user, messages)
        for _ in range(8):
            # the first name to be removed is that of the notes about the relay
            user.run(["-qf"], fault=("kill", 2), FAULT_CALL="unlinkat")
            count()
        user.run(["-qf"])
        user.relay.wait_idle()
        copies = [user.copies(m) for m in messages]
        expect(max(copies[0]) <= 4, f"{copies[0]} copies of what was in doubt, 4 allowed")
        expect(max(copies[1]) >= 1, f"the second message never went: {user.names('q')}")
        expect([f for f, _, _ in user.find(messages[0])] == ["hold"], f"not held: {user.find(messages[0])}")
