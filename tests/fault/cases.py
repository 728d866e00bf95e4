# SPDX-License-Identifier: GPL-3.0-or-later
"""cases.py - what the cases of the fault suite share: counting injections, a full queue, what must hold"""
import collections
import sys

from world import SIGKILL, SIGTERM, Failure, expect
from harness import Suite

IS_FULL = "--full" in sys.argv
NETWORK_CALLS = ("sendto", "recvfrom", "connect", "poll", "socket")
TWO = ("bob@example.org", "carol@example.org")
NOBODY = "rcpt <nobody@example.org>: 550 5.1.1 no such user"

suite = Suite("fault")
injections = collections.Counter()


def count(number=1):
    injections["all"] += number


def gather(trials):
    """Do all of the (name, function) pairs, counting them, and fail with the list of those that failed."""
    failures = []
    for name, trial in trials:
        count()
        try:
            trial()
        except Failure as failure:
            failures.append(f"{name}: {failure}")
    expect(not failures, "\n".join(failures))


def fill(world, messages):
    """Put messages into the queue of a relay that is down."""
    world.wants_relay(False)
    for message in messages:
        done = world.send(message)
        expect(done.status == 0 and b"queued as" in done.stderr, f"not queued: {done}")
    world.save()
    world.wants_relay(True)


def expect_once(world, messages):
    for message in messages:
        copies = world.copies(message)
        expect(set(copies) == {1}, f"{copies} copies of a message, in the queue: {world.find(message)}")


def expect_empty(world):
    left = [(folder, name) for folder in ("q", "hold") for name in world.names(folder)]
    expect(not left, f"left over: {left}")


# What must hold after a foreground send, and after a run of the queue

def check_alive(world, run):
    expect(run.status >= 0 or run.status in (SIGKILL, SIGTERM), f"died: {run}")
    expect(run.seconds < 2, f"waited although the relay answers at once: {run}")
    world.check_modes()


def doubts(world, run, message):
    """How many extra copies of the message are allowed: one where a verdict may have been lost.

    A name that could not be removed is no excuse, as the verdict can be written into the file.
    """
    if not run.is_cut and run.call == "unlinkat":
        return 0
    return int(any("?" in status for _, _, status in world.find(message)))


def check_sent(world, run, message, refused=()):
    """After a foreground send by a person. `refused` are those whom the relay refuses."""
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
    expect_empty(world)


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
    expect_empty(world)


def check_failed(world, message, copies, run):
    expect(not any(copies), "refused, and received")
    expect([f for f, _, _ in world.find(message)] == ["failed"], f"no copy in failed/: {run}")
    notices = world.notices(message)
    most = 2 if run.is_cut or run.call in NETWORK_CALLS else 1  # the verdict on the first one may be lost
    expect(1 <= len(notices) <= most, f"{len(notices)} notices about a failure; {run}")
    expect(all(b"could not be delivered" in n.content for n in notices), "a notice that says nothing")
