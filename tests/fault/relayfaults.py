# SPDX-License-Identifier: GPL-3.0-or-later
"""relayfaults.py - a relay that refuses, cuts, stalls or babbles, at every step and every byte"""
from tests.lib.harness import expect
from .cases import NOBODY, check_arrived, expect_empty, expect_once, fill, gather, suite
from .user import Message, FaultUser

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


def arrived(user, message, action="drops"):
    """Copies, including those that the relay received but could not confirm."""
    has_said = action in ("defers", "refuses", "closes")
    return user.copies(message)[0] if has_said else len(user.transactions(message))


def is_idle(run):
    expect(run.cpu < 0.5, f"{run.cpu} s of CPU for a relay that does nothing; {run}")
    expect(run.seconds < LATE, f"took {run.seconds} s")


def check_fate(user, messages, step, action, extra):
    """With a good relay: all messages have arrived except those that were refused permanently."""
    user.play("")
    user.drain()
    for message in messages:
        copies = arrived(user, message, action)
        if action == "refuses" and step in ABOUT_MESSAGE and user.find(message, ("failed",)):
            expect(not any(user.copies(message)), "has failed and was received")
            notices = len(user.notices(message)) + user.kept_notices(message)
            expect(notices == 1, f"{notices} notices")
        else:
            expect(1 <= copies <= 1 + extra, f"{copies} copies, {1 + extra} allowed")
    expect_empty(user)


def in_run(user, messages, step, action):
    user.restore()
    user.forget()
    user.play(f"{step}: {ACTIONS[action]}")
    run = user.run(["-qf"])
    expect(run.status in (0, 75), f"{run}")
    is_idle(run)
    if step not in ABOUT_MESSAGE:
        expect(not user.names("failed"), "the route's trouble has changed a message")
    rounds = 3 if step == "dot" and action not in ("defers", "refuses") else 0
    check_fate(user, messages, step, action, rounds)


def in_send(user, step, action):
    user.restore("empty")
    user.forget()
    user.play(f"{step}: {ACTIONS[action]}")
    message = Message()
    run = user.send(message)
    is_idle(run)
    taken = arrived(user, message, action)
    if run.status == 0:
        check_fate(user, [message], step, action, 1)
    else:
        user.play("")
        user.drain()
        expect(arrived(user, message, action) == taken == 0,
               f"reported as not sent, and sent: {run}")
        expect_empty(user)


def each_action(action):
    def run(folder):
        with FaultUser(folder, SETTINGS) as user:
            user.save("empty")
            messages = [Message() for _ in range(2)]
            fill(user, messages)
            trials = [(f"{step} in a run", lambda s=step: in_run(user, messages, s, action)) for step in STEPS]
            trials += [(f"{step} in a send", lambda s=step: in_send(user, s, action)) for step in STEPS]
            gather(trials)
    suite.add(f"relay-{action}", run)


for each in ACTIONS:
    each_action(each)


def cut_send(user, how, number):
    user.restore("empty")
    user.forget()
    user.play(f"dot: raw {cut(number)} ; {how}" if number else f"dot: {how}")
    message = Message()
    run = user.send(message)
    expect(run.status == 0, f"{run}")
    expect(user.find(message), "not in the queue")
    user.play("")
    user.drain()
    expect(arrived(user, message) == 2, f"{arrived(user, message)} copies")
    expect_empty(user)


def cut(number):
    return FINAL.replace("\\r\\n", "\r\n")[:number].replace("\r", "\\r").replace("\n", "\\n")


@suite.case
def last_reply_cut_at_every_byte_msmtp_14(folder):
    with FaultUser(folder, SETTINGS) as user:
        user.save("empty")
        gather((f"{how} after {number}", lambda h=how, n=number: cut_send(user, h, n))
               for how in ("drop", "reset") for number in range(LENGTH))


@suite.case
def cut_at_every_byte_in_a_run(folder):
    """The other messages of the run are sent, each once."""
    with FaultUser(folder, SETTINGS) as user:
        messages = [Message() for _ in range(3)]
        fill(user, messages)

        def trial(number):
            user.restore()
            user.forget()
            user.play(f"dot#1: raw {cut(number)} ; drop" if number else "dot#1: drop")
            run = user.run(["-qf"])
            expect(run.status in (0, 75), f"{run}")
            user.play("")
            user.drain()
            copies = [arrived(user, m) for m in messages]
            in_doubt = 3 if number < LENGTH else 0
            expect(min(copies) >= 1 and sum(copies) <= len(messages) + in_doubt, f"{copies} copies")
            expect_empty(user)
        gather((f"after {n}", lambda n=n: trial(n)) for n in range(LENGTH + 1))


@suite.case
def never_an_answer(folder):
    """A relay that accepts messages and never confirms gets each three times; then they are held."""
    with FaultUser(folder, SETTINGS) as user:
        messages = [Message(), Message()]
        fill(user, messages)
        user.play("dot: drop")

        def trial():
            for _ in range(6):
                user.run(["-qf"])
            for message in messages:
                expect(arrived(user, message) <= 4, f"{arrived(user, message)} copies")
                expect([f for f, _, _ in user.find(message)] == ["hold"], f"{user.find(message)}")
        gather([("dropped", trial)])


@suite.case
def one_is_always_refused(folder):
    """A message refused for its login does not affect the others, fails with a notice, and a run logs in once."""
    with FaultUser(folder) as user:
        messages = [Message(), Message(["nobody@example.org"]), Message()]
        fill(user, messages)
        user.play(NOBODY)

        def trial():
            run = user.run(["-qf"])
            expect_once(user, [messages[0], messages[2]])
            user.drain()
            check_arrived(user, run, messages[1], messages[1].recipients, user.copies(messages[1]), 0)
            expect(len(user.notices(messages[1])) == 1, "no notice, or more than one")
        gather([("refused", trial)])


@suite.case
def login_refused(folder):
    """A wrong password: one attempt a run, no message changed; all are sent when the password is right."""
    with FaultUser(folder, auth=("PLAIN",), auth_in_clear=True) as user:
        messages = [Message() for _ in range(3)]
        fill(user, messages)
        login = {"auth": "plain", "user": "tester"}

        def trial():
            user.settings.update(login, password="wrong")
            user.wants_relay(True)
            run = user.run(["-qf"])
            tries = [c for connection in user.relay.connections for c in connection.commands if c.startswith("AUTH")]
            expect(len(tries) == 1, f"{len(tries)} logins in a run")
            states = {state for m in messages for _, _, state in user.find(m)}
            expect(states == {"."} and len(user.names("q")) == 3, f"changed: {states} {run}")
            user.settings.update(password="secret")
            user.wants_relay(True)
            user.drain()
            expect_once(user, messages)
            expect_empty(user)
        gather([("wrong password", trial)])
