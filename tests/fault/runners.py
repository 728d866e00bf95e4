# SPDX-License-Identifier: GPL-3.0-or-later
"""runners.py - several runs and senders at once, and a run that stops at any place while others go on"""
import os
import pathlib
import signal
import time
from tests.lib import patience
from tests.lib.harness import Failure, expect
from .cases import count, doubts, expect_empty, expect_once, fill, suite
from .world import PATIENCE, Message, World, sweep


HOURS_LATER = {"FAULT_CLOCK": "7200"}


def eight_at_once(world, args, messages, **more):
    fill(world, messages)
    for run in [world.start(args, **more) for _ in range(8)]:
        done = world.finish(run)
        count()
        expect(done.status == 0, f"a runner failed: {done}")
    world.relay.wait_idle()
    expect_once(world, messages)
    expect_empty(world)
    used = sum(bool(c.transactions) for c in world.relay.connections)
    expect(used == 1, f"one connection would do for all, and {used} were used")


@suite.case
def eight_runners(folder):
    with World(folder) as world:
        eight_at_once(world, ["-qf"], [Message() for _ in range(100)])


@suite.case
def eight_scheduled_runners(folder):
    with World(folder) as world:
        eight_at_once(world, ["-q"], [Message() for _ in range(100)], **HOURS_LATER)


@suite.case
def runners_and_senders(folder):
    """Runs, and senders whose messages are followed by a run each."""
    with World(folder) as world:
        messages, sent = [Message() for _ in range(30)], [Message() for _ in range(8)]
        fill(world, messages)
        runs = [world.start(["-qf"]) for _ in range(4)]
        runs += [world.start(["-f", m.sender, "--", *m.recipients], m.text) for m in sent]
        for run in runs:
            done = world.finish(run)
            count()
            expect(done.status == 0, f"one failed: {done}")
        world.drain()
        expect_once(world, messages + sent)
        expect_empty(world)


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
    """A run stops at each of its calls; meanwhile another run and a sender; then it gets the signal `end`."""
    with World(folder) as world:
        messages = [Message() for _ in range(3)]
        fill(world, messages)

        def shoot(fault):
            world.restore()
            world.forget()
            shoot.sent = None
            first = world.start(["-qf"], fault=("stop", fault[1]))
            if not wait_for_stop(first):
                return world.finish(first)
            told = first.told.read_text()
            second = world.run(["-qf"])
            expect(second.status == 0, f"the second run is not free: {second}")
            shoot.sent = Message()
            sender = world.send(shoot.sent)
            expect(sender.status == 0, f"a sender is not free: {sender}")
            os.kill(first.pid, end)
            run = world.finish(first)
            run.told = told
            return run

        def check(run):
            extra = [doubts(world, run, m) if run.is_cut else 0 for m in messages]
            world.drain()
            for message, allowed in zip(messages, extra):
                copies = world.copies(message)
                expect(1 <= min(copies) and max(copies) <= 1 + allowed, f"{copies} copies, {allowed} in doubt")
            expect_once(world, [shoot.sent] if shoot.sent else [])
            expect_empty(world)
        count(sweep(shoot, check, ["stop"]))


@suite.case
def run_beside_a_stopped_one(folder):
    stopped_run(folder, signal.SIGCONT)


@suite.case
def run_beside_a_killed_one(folder):
    stopped_run(folder, signal.SIGKILL)


@suite.case
def run_beside_a_stopped_sender(folder):
    """A message that is being sent in the foreground is not the run's."""
    with World(folder) as world:
        def shoot(fault):
            world.forget()
            shoot.sent = Message()
            sender = world.start(["-f", shoot.sent.sender, *shoot.sent.recipients], shoot.sent.text, ("stop", fault[1]))
            is_stopped, told = wait_for_stop(sender), sender.told.read_text()
            if is_stopped:
                run = world.run(["-qf"])
                expect(run.status == 0, f"the run is not free: {run}")
                os.kill(sender.pid, signal.SIGCONT)
            run = world.finish(sender)
            run.told = told
            return run

        def check(run):
            expect(run.status == 0, f"{run}")
            world.drain()
            expect_once(world, [shoot.sent])
            expect_empty(world)
        count(sweep(shoot, check, ["stop"]))


@suite.case
def crash_loop(folder):
    """A message whose sending ends in a crash each time, in doubt, is set aside, and the next one goes."""
    with World(folder) as world:
        messages = [Message(), Message()]
        fill(world, messages)
        for _ in range(8):
            # the first name to be removed is that of what was remembered of the relay
            world.run(["-qf"], fault=("kill", 2), FAULT_CALL="unlinkat")
            count()
        world.run(["-qf"])
        world.relay.wait_idle()
        copies = [world.copies(m) for m in messages]
        expect(max(copies[0]) <= 4, f"{copies[0]} copies of what was in doubt, 4 allowed")
        expect(max(copies[1]) >= 1, f"the second message never went: {world.names('q')}")
        expect([f for f, _, _ in world.find(messages[0])] == ["hold"], f"not held: {world.find(messages[0])}")
