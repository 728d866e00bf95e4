# SPDX-License-Identifier: GPL-3.0-or-later
"""relayfaults.py - a relay that refuses, cuts, stalls or babbles, at every step and every byte"""
from tests.lib.harness import expect
from .cases import NOBODY, check_arrived, expect_empty, expect_once, fill, gather, suite
from .world import Message, World

STEPS = ("greeting", "ehlo", "mail", "rcpt", "data", "content", "dot", "rset", "quit")
ACTIONS = {
    "defers": "451 4.3.0 not now",
    "refuses": "550 5.3.0 never",
    "closes": "421 4.3.2 I am closing ; close",
    "drops": "drop",
    "resets": "reset",
    "stalls": "hang",
    "babbles": "raw what?\\r\\n",
}
FINAL = "250 2.0.0 taken\\r\\n"
LENGTH = len("250 2.0.0 taken\r\n")
ABOUT_MESSAGE = ("mail", "rcpt", "data", "content", "dot")
SETTINGS = {"timeout": "1", "final_timeout": "1"}
LATE = 4  # seconds: three sessions that stall


def arrived(world, message, action="drops"):
    """Copies, those included whose receipt the relay could not say: it may have kept them."""
    has_said = action in ("defers", "refuses", "closes")
    return world.copies(message)[0] if has_said else len(world.transactions(message))


def is_idle(run):
    expect(run.cpu < 0.5, f"{run.cpu} s of CPU for a relay that does nothing; {run}")
    expect(run.seconds < LATE, f"took {run.seconds} s")


def check_fate(world, messages, step, action, extra):
    """With a relay in order again: all have arrived, those excepted that it has refused for good."""
    world.play("")
    world.drain()
    for message in messages:
        copies = arrived(world, message, action)
        if action == "refuses" and step in ABOUT_MESSAGE and world.find(message, ("failed",)):
            expect(not any(world.copies(message)), "has failed and was received")
            notices = len(world.notices(message)) + world.kept_notices(message)
            expect(notices == 1, f"{notices} notices")
        else:
            expect(1 <= copies <= 1 + extra, f"{copies} copies, {1 + extra} allowed")
    expect_empty(world)


def in_run(world, messages, step, action):
    world.restore()
    world.forget()
    world.play(f"{step}: {ACTIONS[action]}")
    run = world.run(["-qf"])
    expect(run.status in (0, 75), f"{run}")
    is_idle(run)
    if step not in ABOUT_MESSAGE:
        expect(not world.names("failed"), "the route's trouble has changed a message")
    rounds = 3 if step == "dot" and action not in ("defers", "refuses") else 0
    check_fate(world, messages, step, action, rounds)


def in_send(world, step, action):
    world.restore("empty")
    world.forget()
    world.play(f"{step}: {ACTIONS[action]}")
    message = Message()
    run = world.send(message)
    is_idle(run)
    taken = arrived(world, message, action)
    if run.status == 0:
        check_fate(world, [message], step, action, 1)
    else:
        world.play("")
        world.drain()
        expect(arrived(world, message, action) == taken == 0,
               f"reported as not sent, and sent: {run}")
        expect_empty(world)


def each_action(action):
    def run(folder):
        with World(folder, SETTINGS) as world:
            world.save("empty")
            messages = [Message() for _ in range(2)]
            fill(world, messages)
            trials = [(f"{step} in a run", lambda s=step: in_run(world, messages, s, action)) for step in STEPS]
            trials += [(f"{step} in a send", lambda s=step: in_send(world, s, action)) for step in STEPS]
            gather(trials)
    suite.add(f"relay-{action}", run)


for each in ACTIONS:
    each_action(each)


def cut_send(world, how, number):
    world.restore("empty")
    world.forget()
    world.play(f"dot: raw {cut(number)} ; {how}" if number else f"dot: {how}")
    message = Message()
    run = world.send(message)
    expect(run.status == 0, f"{run}")
    expect(world.find(message), "not in the queue")
    world.play("")
    world.drain()
    expect(arrived(world, message) == 2, f"{arrived(world, message)} copies")
    expect_empty(world)


def cut(number):
    return FINAL.replace("\\r\\n", "\r\n")[:number].replace("\r", "\\r").replace("\n", "\\n")


@suite.case
def last_reply_cut_at_every_byte_msmtp_14(folder):
    with World(folder, SETTINGS) as world:
        world.save("empty")
        gather((f"{how} after {number}", lambda h=how, n=number: cut_send(world, h, n))
               for how in ("drop", "reset") for number in range(LENGTH))


@suite.case
def cut_at_every_byte_in_a_run(folder):
    """The other messages of the run go, each once."""
    with World(folder, SETTINGS) as world:
        messages = [Message() for _ in range(3)]
        fill(world, messages)

        def trial(number):
            world.restore()
            world.forget()
            world.play(f"dot#1: raw {cut(number)} ; drop" if number else "dot#1: drop")
            run = world.run(["-qf"])
            expect(run.status in (0, 75), f"{run}")
            world.play("")
            world.drain()
            copies = [arrived(world, m) for m in messages]
            in_doubt = 3 if number < LENGTH else 0
            expect(min(copies) >= 1 and sum(copies) <= len(messages) + in_doubt, f"{copies} copies")
            expect_empty(world)
        gather((f"after {n}", lambda n=n: trial(n)) for n in range(LENGTH + 1))


@suite.case
def never_an_answer(folder):
    """A relay that takes messages and never says so gets each three times, and then they are held."""
    with World(folder, SETTINGS) as world:
        messages = [Message(), Message()]
        fill(world, messages)
        world.play("dot: drop")

        def trial():
            for _ in range(6):
                world.run(["-qf"])
            for message in messages:
                expect(arrived(world, message) <= 4, f"{arrived(world, message)} copies")
                expect([f for f, _, _ in world.find(message)] == ["hold"], f"{world.find(message)}")
        gather([("dropped", trial)])


@suite.case
def one_is_always_refused(folder):
    """It leaves the others alone, fails with a notice, and one login is all that a run takes."""
    with World(folder) as world:
        messages = [Message(), Message(["nobody@example.org"]), Message()]
        fill(world, messages)
        world.play(NOBODY)

        def trial():
            run = world.run(["-qf"])
            expect_once(world, [messages[0], messages[2]])
            world.drain()
            check_arrived(world, run, messages[1], messages[1].recipients, world.copies(messages[1]), 0)
            expect(len(world.notices(messages[1])) == 1, "no notice, or more than one")
        gather([("refused", trial)])


@suite.case
def login_refused(folder):
    """One attempt a run, no message changed, and all go when the password is right."""
    with World(folder, auth=("PLAIN",), auth_in_clear=True) as world:
        messages = [Message() for _ in range(3)]
        fill(world, messages)
        login = {"auth": "plain", "user": "tester"}

        def trial():
            world.settings.update(login, password="wrong")
            world.wants_relay(True)
            run = world.run(["-qf"])
            tries = [c for connection in world.relay.connections for c in connection.commands if c.startswith("AUTH")]
            expect(len(tries) == 1, f"{len(tries)} logins in a run")
            states = {state for m in messages for _, _, state in world.find(m)}
            expect(states == {"."} and len(world.names("q")) == 3, f"changed: {states} {run}")
            world.settings.update(password="secret")
            world.wants_relay(True)
            world.drain()
            expect_once(world, messages)
            expect_empty(world)
        gather([("wrong password", trial)])
