# SPDX-License-Identifier: GPL-3.0-or-later
"""oldfs.py - a file system without RENAME_NOREPLACE and O_TMPFILE, such as NFS: no file is lost or replaced"""
import shutil
from tests.lib.harness import expect
from .cases import IS_FULL, NOBODY, check_queue_run, check_sent, count, doubts, expect_empty, fill, gather, suite
from .poison import BLOCK, FIRST, corrupt_at, good_for
from .user import FAULTS, Message, FaultUser, sweep


LACKS = {"FAULT_LACKS": "renameat2 tmpfile"}
ENDS = [fault for fault in FAULTS if fault != "reset"] if IS_FULL else ["kill", "eio"]


def each_end(name, operation):
    for fault in ENDS:
        def run(folder, fault=fault):
            with FaultUser(folder) as user:
                shoot, check = operation(user)
                count(sweep(shoot, check, [fault]))
        suite.add(f"old-file-system-{name}-{fault}", run)


def sent(user):

    def shoot(fault):
        user.restore("empty")
        user.forget()
        shoot.message = Message()
        return user.send(shoot.message, fault, **LACKS)
    return shoot, lambda run: check_sent(user, run, shoot.message)


def refused(user):
    message = Message(["nobody@example.org"])
    fill(user, [message])

    def shoot(fault):
        user.restore()
        user.forget()
        user.play(NOBODY)
        return user.run(["-qf"], fault=fault, **LACKS)
    return shoot, lambda run: check_queue_run(user, run, [message], [message])


def held_and_let_go(user):
    """Hold and release: after an end at any call the message is in one place for the next reader, and not lost."""
    message = Message()
    fill(user, [message])
    name = user.names("q")[0]

    def shoot(fault):
        user.restore()
        user.forget()
        run = user.run(["--queue-hold", name], fault=fault, **LACKS)
        return run if run.call else user.run(["--queue-retry", name], fault=fault, **LACKS)

    def check(run):
        extra = doubts(user, run, message)
        user.run(["-qf"])
        places = [folder for folder, _, _ in user.find(message)]
        expect(len(places) <= 1, f"in {places}; {run}")
        if places:
            user.run(["--queue-retry", name])
        copies = user.copies(message)[0]
        expect(1 <= copies <= 1 + extra, f"{copies} copies, {1 + extra} allowed; {run}")
        expect_empty(user)
    return shoot, check


each_end("send", sent)
each_end("refused", refused)
each_end("hold", held_and_let_go)


@suite.case
def old_file_system_replaces_nothing(folder):
    """An existing file of that name stays unchanged, and so does the file that was to be moved."""
    def trial(lacks):
        with FaultUser(folder) as user:
            user.restore("empty")
            message = Message(["nobody@example.org"])
            fill(user, [message])
            name = user.names("q")[0]
            (user.spool / "failed" / name).write_bytes(b"another one")
            (user.spool / "failed" / name).chmod(0o600)
            user.play(NOBODY)
            run = user.run(["-qf"], **lacks)
            expect((user.spool / "failed" / name).read_bytes() == b"another one", f"it was replaced; {run}")
            expect([folder for folder, _, _ in user.find(message)] == ["q"], f"{user.find(message)}; {run}")
            shutil.rmtree(user.spool)
    gather([("with it", lambda: trial({})), ("without it", lambda: trial(LACKS))])


@suite.case
def old_file_system_sets_aside(folder):
    with FaultUser(folder) as user:
        fill(user, [Message()])
        donor = (user.spool / "q" / user.names("q")[0]).read_bytes()

        def trial():
            makes = corrupt_at(BLOCK + 50)
            user.restore()
            user.forget()
            path = user.spool / "q" / FIRST
            makes(path, good_for(path, donor, makes))
            run = user.run(["-qf"], **LACKS)
            expect(user.names("hold") == [FIRST], f"in hold/: {user.names('hold')}; {run}")
            expect(user.names("q") == [], f"in q/: {user.names('q')}; {run}")
        gather([("a damaged one", trial)])
