#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""run.py - the queue under faults: every system call, relay, disk and clock. Suite "fault"

`python3 tests/fault/run.py [--full] [WORD...]` runs the cases whose names contain one of the words. A case
is a sweep: the same operation again and again, each time with a fault one system call later, until a run
is not hit any more. After each, what the caller was told (exit status or death) is held against what the
relay has received and what is in the queue; then the queue is run without faults, and what had to arrive
must have arrived, and nothing else.
"""
import os
import pathlib
import shutil
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE)]
from world import (FAULTS, SHIM, SIGKILL, SIGTERM, Failure, Message, World, expect, sweep)  # noqa: E402
from harness import Suite  # noqa: E402

suite = Suite("fault")
injections = {}
TWO = ("bob@example.org", "carol@example.org")
NETWORK_CALLS = ("sendto", "recvfrom", "connect", "poll", "socket")


def count(name, number):
    injections[name] = number


# What must hold after a foreground send, and after a run of the queue

def check_alive(world, run):
    expect(run.status >= 0 or run.status in (SIGKILL, SIGTERM), f"died: {run}")
    expect(run.seconds < 2, f"waited although the relay answers at once: {run}")
    world.check_modes()


def doubts(world, run, message):
    """How many extra copies of the message are allowed: one where a verdict may have been lost.

    A name that could not be removed is no excuse, as the verdict can be written into the file.
    """
    if run.status >= 0 and run.call == "unlinkat":
        return 0
    return int(any("?" in status for _, _, status in world.find(message)))


def check_sent(world, run, message, refused=()):
    """After a foreground send by a person: invariants 1 to 6. `refused` are those whom the relay refuses."""
    check_alive(world, run)
    world.relay.wait_idle()
    first, extra = world.copies(message), doubts(world, run, message)
    saw_end = bool(world.transactions(message)) or extra > 0
    waiting = world.find(message, ("q", "hold"))
    world.wants_relay(True)
    world.drain()
    last = world.copies(message)
    if run.status == 0:
        check_arrived(world, message, refused, last, extra)
    elif run.status > 0 or (run.status == SIGTERM and not saw_end):
        expect(not waiting, f"reported as not sent, but it waits: {waiting}; {run}")
        expect(last == first, f"reported as not sent, and sent later: {first} then {last}; {run}")
    else:
        at_least = first if not waiting else [recipient not in refused for recipient in message.recipients]
        expect(all(a >= b for a, b in zip(last, at_least)), f"lost: {at_least} wanted, {last} arrived; {run}")
        expect(max(last) <= 1 + extra, f"sent too often: {last}; {run}")
    if run.status > 0 and run.call not in NETWORK_CALLS:
        expect(not any(first), f"reported as not sent, but the relay took it: {first}; {run}")
    expect(not world.names("q") and not world.names("hold"), f"left over: {world.find(message)}; {run}")


def check_arrived(world, message, refused, copies, extra):
    for recipient, number in zip(message.recipients, copies):
        if recipient in refused:
            expect(number == 0, f"{recipient} was refused and has {number}")
            expect(world.find(message, ("failed",)), "refused, and no copy was kept")
        else:
            expect(1 <= number <= 1 + extra, f"{recipient} got {number} copies")


def check_queue_run(world, run, messages, refused=()):
    """After a run of the queue, in which all messages but the refused ones must have left or still wait."""
    check_alive(world, run)
    world.relay.wait_idle()
    first, extra = [world.copies(m) for m in messages], [doubts(world, run, m) for m in messages]
    for message, got in zip(messages, first):
        there = world.find(message)
        expect(len(there) + all(got) >= 1, f"gone without a copy anywhere: {run}")
        expect(len(there) <= 1, f"in two places: {there}")
        expect("hold" not in [folder for folder, _, _ in there], f"set aside without being damaged: {run}")
    world.drain()
    for message, allowed in zip(messages, extra):
        copies = world.copies(message)
        if message in refused:
            check_failed(world, message, copies, run)
        else:
            expect(all(1 <= n <= 1 + allowed for n in copies), f"{copies} copies, {1 + allowed} allowed; {run}")
    expect(not world.names("q") and not world.names("hold"), f"left over: {world.names('q')} {world.names('hold')}")


def check_failed(world, message, copies, run):
    expect(not any(copies), "refused, and received")
    expect([f for f, _, _ in world.find(message)] == ["failed"], f"no copy in failed/: {run}")
    notices = len(world.notices(message))
    most = 2 if run.status < 0 else 1
    expect(1 <= notices <= most, f"{notices} notices about a failure; {run}")


@suite.case
def crash_loop(folder):
    """A message whose sending ends in a crash each time, in doubt, is set aside, and the next one goes."""
    with World(folder) as world:
        messages = [Message(), Message()]
        fill(world, messages)
        for _ in range(8):
            world.run(["-qf"], fault=("kill", 1), FAULT_CALL="unlinkat")
        world.run(["-qf"])
        world.relay.wait_idle()
        copies = [world.copies(m) for m in messages]
        expect(max(copies[0]) <= 4, f"{copies[0]} copies of what was in doubt, 4 allowed")
        expect(max(copies[1]) >= 1, f"the second message never went: {world.names('q')}")
        expect([f for f, _, _ in world.find(messages[0])] == ["hold"], f"not held: {world.find(messages[0])}")


# Sweeps over the system calls

def each_fault(name, operation, faults=FAULTS, expected=0):
    """A case for each fault; operation(world) prepares, and returns the pair that sweep() asks for."""
    for fault in faults:
        def run(folder, fault=fault):
            with World(folder) as world:
                shoot, check = operation(world)
                expect(shoot(("eio", 0)).status == expected, "not as expected without a fault")
                count(f"{name}-{fault}", sweep(shoot, check, [fault]))
        suite.add(f"{name}-{fault}", run)


def send_operation(recipients, refused=(), is_up=True, dialogue="", later=""):
    """A send by a person; the relay plays `dialogue` then, and `later` when the queue is run."""
    def prepare(world):
        def shoot(fault):
            world.restore()
            world.forget()
            world.wants_relay(is_up)
            world.play(dialogue)
            shoot.message = Message(recipients)
            return world.send(shoot.message, fault)

        def check(run):
            world.relay.wait_idle()
            world.play(later)
            if is_up and not dialogue and run.fault in ("enospc", "edquot"):
                expect(run.status == 0, f"not sent because the disk is full: {run}")
            check_sent(world, run, shoot.message, refused)
        return shoot, check
    return prepare


def fill(world, messages):
    """Put messages into the queue of a relay that is down."""
    world.wants_relay(False)
    for message in messages:
        done = world.send(message)
        expect(done.status == 0 and b"queued as" in done.stderr, f"not queued: {done}")
    world.save()
    world.wants_relay(True)


def run_operation(count_of_messages=3, refused=(), dialogue="", recipients=("bob@example.org",), also=()):
    def prepare(world):
        messages = [Message(recipients) for _ in range(count_of_messages)]
        messages += [Message([address]) for address in also]
        fill(world, messages)
        world.play(dialogue)
        bad = [m for m in messages if m.recipients[0] in refused]

        def shoot(fault):
            world.restore()
            world.forget()
            return world.run(["-qf"], fault=fault)

        def check(run):
            check_queue_run(world, run, messages, bad)
        return shoot, check
    return prepare


NOBODY = "rcpt <nobody@example.org>: 550 5.1.1 no such user"
LATER = "rcpt <carol@example.org>: 451 4.7.1 later"

each_fault("enqueue", send_operation(["bob@example.org"], is_up=False))
each_fault("send", send_operation(["bob@example.org"]))
each_fault("send-two", send_operation(TWO))
each_fault("send-deferred", send_operation(TWO, dialogue=LATER))
each_fault("send-refused", send_operation(["bob@example.org", "nobody@example.org"], dialogue=NOBODY),
           expected=65)
each_fault("run", run_operation())
each_fault("run-refused", run_operation(1, dialogue=NOBODY, also=["nobody@example.org"],
                                        refused=["nobody@example.org"]))

if __name__ == "__main__":
    if not SHIM.exists():
        sys.exit(f"{SHIM} is missing: build with -Dtests=true")
    if pathlib.Path("/dev/shm").is_dir():
        tempfile.tempdir = "/dev/shm"
    try:
        suite.main(jobs=3)
    finally:
        print(f"# {sum(injections.values())} injections")
