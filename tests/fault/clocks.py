# SPDX-License-Identifier: GPL-3.0-or-later
"""clocks.py - a clock that jumps by years: no message expires untried, and there are no repeated notices"""
from tests.lib.harness import expect
from .cases import expect_empty, expect_once, fill, gather, suite
from .user import Message, FaultUser

TEN_YEARS = 10 * 365 * 24 * 60 * 60
JUMPS = {
    "ahead": [TEN_YEARS],
    "back": [-TEN_YEARS],
    "ahead and back": [TEN_YEARS, 0] * 4,
    "back and ahead": [-TEN_YEARS, 0] * 4,
    "to and fro": [TEN_YEARS, -TEN_YEARS] * 4,
    "a week of travelling": [day * 86400 * (-1) ** day for day in range(8)],
}


def clock(seconds):
    return {"FAULT_CLOCK": str(seconds)}


def jumped(user, messages, jumps, args):
    user.restore()
    user.forget()
    user.play("greeting: 421 4.3.2 not now ; close")
    for seconds in jumps:
        begun = len(user.relay.connections)
        run = user.run(args, **clock(seconds))
        expect(run.status in (0, 75), f"{run}")
        expect(len(user.relay.connections) - begun <= 3, "a storm of connections in one run")
        expect(not user.names("failed") and not user.names("hold"), "something was given up")
        expect(len(user.names("q")) == len(messages), f"{len(user.names('q'))} are left")
        if args == ["-q"]:
            begun = len(user.relay.connections)
            user.run(args, **clock(seconds + 5))
            expect(len(user.relay.connections) == begun, "tried again after five seconds")
    user.play("")
    user.run(["-qf"])
    user.relay.wait_idle()
    expect_once(user, messages)
    expect_empty(user)


@suite.case
def clock_jumps(folder):
    with FaultUser(folder) as user:
        messages = [Message() for _ in range(3)]
        fill(user, messages)
        gather((f"{name}, {args[0]}", lambda j=jumps, a=args: jumped(user, messages, j, a))
               for name, jumps in JUMPS.items() for args in (["-q"], ["-qf"]))


@suite.case
def sent_with_a_wrong_clock(folder):
    """A message queued while the clock is wrong leaves when the clock is right again, without a forced run."""
    with FaultUser(folder) as user:
        user.save("empty")

        def trial(seconds):
            user.restore("empty")
            user.forget()
            message = Message()
            user.wants_relay(False)
            run = user.send(message, **clock(seconds))
            expect(run.status == 0, f"{run}")
            user.wants_relay(True)
            user.run(["-q"], **clock(6 * 3600 if seconds > 0 else 0))
            user.relay.wait_idle()
            expect_once(user, [message])
            expect_empty(user)
        gather((f"{seconds} s off", lambda s=seconds: trial(s)) for seconds in (TEN_YEARS, -TEN_YEARS, 7200, -7200))


@suite.case
def expires_only_when_tried(folder):
    """The machine is off for a month, then the relay defers repeatedly: five counted attempts precede the expiry."""
    with FaultUser(folder) as user:
        message = Message()
        fill(user, [message])
        user.play("greeting: 421 4.3.2 not now ; close")

        def trial():
            day = 86400
            for n in range(4):
                user.run(["-qf"], **clock(60 * day + n * 3600))
                expect(len(user.names("q")) == 1, f"given up after {n + 1} attempts")
            for n in range(4, 8):
                user.run(["-qf"], **clock(60 * day + n * 3600))
            expect([f for f, _, _ in user.find(message)] == ["failed"], f"never given up: {user.find(message)}")
            user.play("")
            user.run(["-qf"], **clock(61 * day))
            user.relay.wait_idle()
            expect(len(user.notices(message)) == 1, "no notice")
        gather([("a month off", trial)])
