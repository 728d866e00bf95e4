# SPDX-License-Identifier: GPL-3.0-or-later
"""clocks.py - a clock that jumps by years: nothing expires that was not tried, and nobody is pestered"""
from tests.lib.harness import expect
from .cases import expect_empty, expect_once, fill, gather, suite
from .world import Message, World

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


def jumped(world, messages, jumps, args):
    world.restore()
    world.forget()
    world.play("greeting: 421 4.3.2 not now ; close")
    for seconds in jumps:
        begun = len(world.relay.connections)
        run = world.run(args, **clock(seconds))
        expect(run.status in (0, 75), f"{run}")
        expect(len(world.relay.connections) - begun <= 3, "a storm of connections in one run")
        expect(not world.names("failed") and not world.names("hold"), "something was given up")
        expect(len(world.names("q")) == len(messages), f"{len(world.names('q'))} are left")
        if args == ["-q"]:
            begun = len(world.relay.connections)
            world.run(args, **clock(seconds + 5))
            expect(len(world.relay.connections) == begun, "tried again after five seconds")
    world.play("")
    world.run(["-qf"])
    world.relay.wait_idle()
    expect_once(world, messages)
    expect_empty(world)


@suite.case
def clock_jumps(folder):
    with World(folder) as world:
        messages = [Message() for _ in range(3)]
        fill(world, messages)
        gather((f"{name}, {args[0]}", lambda j=jumps, a=args: jumped(world, messages, j, a))
               for name, jumps in JUMPS.items() for args in (["-q"], ["-qf"]))


@suite.case
def sent_with_a_wrong_clock(folder):
    """Given in while the clock is wrong, it leaves when it is right again, without being forced."""
    with World(folder) as world:
        world.save("empty")

        def trial(seconds):
            world.restore("empty")
            world.forget()
            message = Message()
            world.wants_relay(False)
            run = world.send(message, **clock(seconds))
            expect(run.status == 0, f"{run}")
            world.wants_relay(True)
            world.run(["-q"], **clock(6 * 3600 if seconds > 0 else 0))
            world.relay.wait_idle()
            expect_once(world, [message])
            expect_empty(world)
        gather((f"{seconds} s off", lambda s=seconds: trial(s)) for seconds in (TEN_YEARS, -TEN_YEARS, 7200, -7200))


@suite.case
def expires_only_when_tried(folder):
    """Off for a month, then refused again and again: five attempts that count come before the end."""
    with World(folder) as world:
        message = Message()
        fill(world, [message])
        world.play("greeting: 421 4.3.2 not now ; close")

        def trial():
            day = 86400
            for n in range(4):
                world.run(["-qf"], **clock(60 * day + n * 3600))
                expect(len(world.names("q")) == 1, f"given up after {n + 1} attempts")
            for n in range(4, 8):
                world.run(["-qf"], **clock(60 * day + n * 3600))
            expect([f for f, _, _ in world.find(message)] == ["failed"], f"never given up: {world.find(message)}")
            world.play("")
            world.run(["-qf"], **clock(61 * day))
            world.relay.wait_idle()
            expect(len(world.notices(message)) == 1, "no notice")
        gather([("a month off", trial)])
