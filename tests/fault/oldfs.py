# SPDX-License-Identifier: GPL-3.0-or-later
"""oldfs.py - a file system without RENAME_NOREPLACE and O_TMPFILE, as NFS is: nothing is lost, or replaced"""
import shutil
from tests.lib.harness import expect
from .cases import IS_FULL, NOBODY, check_queue_run, check_sent, count, doubts, expect_empty, fill, gather, suite
from .poison import BLOCK, FIRST, corrupt_at, good_for
from .world import FAULTS, Message, World, sweep


LACKS = {"FAULT_LACKS": "renameat2 tmpfile"}
ENDS = [fault for fault in FAULTS if fault != "reset"] if IS_FULL else ["kill", "eio"]


def each_end(name, operation):
    for fault in ENDS:
        def run(folder, fault=fault):
            with World(folder) as world:
                shoot, check = operation(world)
                count(sweep(shoot, check, [fault]))
        suite.add(f"old-file-system-{name}-{fault}", run)


def sent(world):

    def shoot(fault):
        world.restore("empty")
        world.forget()
        shoot.message = Message()
        return world.send(shoot.message, fault, **LACKS)
    return shoot, lambda run: check_sent(world, run, shoot.message)


def refused(world):
    message = Message(["nobody@example.org"])
    fill(world, [message])

    def shoot(fault):
        world.restore()
        world.forget()
        world.play(NOBODY)
        return world.run(["-qf"], fault=fault, **LACKS)
    return shoot, lambda run: check_queue_run(world, run, [message], [message])


def held_and_let_go(world):
    """Held, or let go again: cut off anywhere it is in one place for whoever looks next, and not lost."""
    message = Message()
    fill(world, [message])
    name = world.names("q")[0]

    def shoot(fault):
        world.restore()
        world.forget()
        run = world.run(["--queue-hold", name], fault=fault, **LACKS)
        return run if run.call else world.run(["--queue-retry", name], fault=fault, **LACKS)

    def check(run):
        extra = doubts(world, run, message)
        world.run(["-qf"])
        places = [folder for folder, _, _ in world.find(message)]
        expect(len(places) <= 1, f"in {places}; {run}")
        if places:
            world.run(["--queue-retry", name])
        copies = world.copies(message)[0]
        expect(1 <= copies <= 1 + extra, f"{copies} copies, {1 + extra} allowed; {run}")
        expect_empty(world)
    return shoot, check


each_end("send", sent)
each_end("refused", refused)
each_end("hold", held_and_let_go)


@suite.case
def old_file_system_replaces_nothing(folder):
    """A file that is there already under the name stays as it is, and so does the one that was to be moved."""
    def trial(lacks):
        with World(folder) as world:
            world.restore("empty")
            message = Message(["nobody@example.org"])
            fill(world, [message])
            name = world.names("q")[0]
            (world.spool / "failed" / name).write_bytes(b"another one")
            (world.spool / "failed" / name).chmod(0o600)
            world.play(NOBODY)
            run = world.run(["-qf"], **lacks)
            expect((world.spool / "failed" / name).read_bytes() == b"another one", f"it was replaced; {run}")
            expect([folder for folder, _, _ in world.find(message)] == ["q"], f"{world.find(message)}; {run}")
            shutil.rmtree(world.spool)
    gather([("with it", lambda: trial({})), ("without it", lambda: trial(LACKS))])


@suite.case
def old_file_system_sets_aside(folder):
    with World(folder) as world:
        fill(world, [Message()])
        donor = (world.spool / "q" / world.names("q")[0]).read_bytes()

        def trial():
            makes = corrupt_at(BLOCK + 50)
            world.restore()
            world.forget()
            path = world.spool / "q" / FIRST
            makes(path, good_for(path, donor, makes))
            run = world.run(["-qf"], **LACKS)
            expect(world.names("hold") == [FIRST], f"in hold/: {world.names('hold')}; {run}")
            expect(world.names("q") == [], f"in q/: {world.names('q')}; {run}")
        gather([("a damaged one", trial)])
