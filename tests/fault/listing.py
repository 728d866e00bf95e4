# SPDX-License-Identifier: GPL-3.0-or-later
"""listing.py - faults of the system while the queue is looked at: never "empty", never damaged, never silent"""
import json
import shutil
from tests.lib.harness import expect
from .cases import NETWORK_CALLS, count, expect_empty, expect_once, fill, suite
from .user import Message, FaultUser, sweep


OF_READING = ["eio", "emfile", "enfile", "enomem", "eintr", "short", "enolck"]
ANSWERED = ("pwrite", "unlinkat", "fsync", "fdatasync")  # a verdict that can't be written does not fail the run
LISTS = {"list": ["--queue-list"], "json": ["--queue-list=json"]}
MODES = {"show": "--queue-show", "hold": "--queue-hold", "remove": "--queue-remove", "retry": "--queue-retry"}


def expect_told(run):
    """A failure prints a line, and never says that the queue is empty."""
    is_done = b" waiting, " in run.stderr or b": sent" in run.stdout or run.call in ANSWERED
    is_said = b"cannot" in run.stderr and not is_done
    expect(run.status > 0 or (run.status == 0 and not is_said), f"a problem, and exit 0: {run}")
    expect(run.status == 0 or run.stderr, f"failed without a word: {run}")
    expect(b"is empty" not in run.stdout, f"said to be empty: {run}")


def expect_untouched(user, run, waiting):
    expect(user.names("q") == waiting, f"{user.names('q')} instead of {waiting}: {run}")
    expect(not user.names("hold"), f"set aside: {user.names('hold')}; {run}")


def queue_elsewhere(user, messages):
    """A queue that only the config file leads to; returns what waits there."""
    fill(user, messages)
    return user.names("q")


def places(user, message):
    """The folders that the message is in, if anything is left to do."""
    return [folder for folder, _, status in user.find(message) if status != "D"]


def look(user, args, fault, has_config=True):
    return user.run(args, fault=fault, has_config=has_config)


def listing(folder, mode, has_config=True):
    """Without `has_config` the config file is not named on the command line; it is found in the home."""
    with FaultUser(folder, spool=folder / "elsewhere") as user:
        waiting = queue_elsewhere(user, [Message() for _ in range(3)])

        def check(run):
            expect_told(run)
            expect_untouched(user, run, waiting)
            listed = run.stdout.decode()
            expect(run.status != 0 or all(name in listed for name in waiting), f"not all are listed: {listed}; {run}")
            if mode == "json" and listed:
                json.loads(listed)
        count(sweep(lambda fault: look(user, LISTS[mode], fault, has_config), check, OF_READING))


def change(folder, mode):
    """The change is done, or it is not done and reported as not done."""
    with FaultUser(folder, spool=folder / "elsewhere") as user:
        message = Message()
        waiting, = queue_elsewhere(user, [message])
        done = {"show": ["q"], "hold": ["hold"], "remove": [], "retry": []}[mode]

        def shoot(fault):
            user.restore()
            user.forget()
            return look(user, [MODES[mode], waiting], fault)

        def check(run):
            expect_told(run)
            user.relay.wait_idle()
            where = places(user, message)
            sent = user.copies(message)[0]
            expect(run.fault != "enolck" or b"being sent" not in run.stderr, f"said to be busy: {run}")
            if run.status == 0:
                expect(where == done and sent == (mode == "retry"), f"{where}, {sent} copies: {run}")
            elif b"standard output" not in run.stderr and run.call not in {*ANSWERED, *NETWORK_CALLS}:
                expect(where == ["q"] and not sent, f"{where}, {sent} copies: {run}")
        count(sweep(shoot, check, OF_READING))


def queue_run(folder, fault):
    """Each message is sent or waits unchanged; a file that could not be read makes the run fail."""
    with FaultUser(folder, spool=folder / "elsewhere") as user:
        messages = [Message() for _ in range(3)]
        queue_elsewhere(user, messages)

        def shoot(fault):
            user.restore()
            user.forget()
            return look(user, ["-qf"], fault)

        def check(run):
            expect_told(run)
            user.relay.wait_idle()
            for message in messages if run.call not in NETWORK_CALLS else []:
                where = places(user, message)
                expect(where in ([], ["q"]) and len(where) + user.copies(message)[0] == 1,
                       f"it is in {where}, {user.copies(message)} copies: {run}")
            expect(run.status != 0 or run.stderr or not user.names("q"), f"not sent, and not a word: {run}")
            user.drain()
            expect_once(user, messages if run.call not in NETWORK_CALLS else [])
            expect_empty(user)
        count(sweep(shoot, check, [fault]))


for name in LISTS:
    suite.add(f"looking-{name}", lambda folder, name=name: listing(folder, name))
    suite.add(f"looking-{name}-by-own-config", lambda folder, name=name: listing(folder, name, False))
for name in MODES:
    suite.add(f"looking-{name}", lambda folder, name=name: change(folder, name))
for name in OF_READING:
    suite.add(f"looking-run-{name}", lambda folder, name=name: queue_run(folder, name))


def import_of_all(folder, fault):
    """The folder of msmtp's scripts is read to its end, or there is an error; no import is begun twice."""
    with FaultUser(folder) as user:
        old, message = user.folder / "old", Message()
        fill(user, [message])
        ident, = user.names("q")

        def shoot(fault):
            user.restore()
            shutil.rmtree(old, ignore_errors=True)
            old.mkdir(mode=0o700)
            arguments = f"-f {message.sender} -- {message.recipients[0]}\n".encode()
            for ending, text in (("msmtp", arguments), ("mail", message.text),
                                 ("mailchute", f"{ident} {user.spool}\n".encode())):
                (old / f"pair.{ending}").write_bytes(text)
            for path in old.iterdir():
                path.chmod(0o600)
            return user.run([f"--queue-import={old}"], fault=fault)

        def check(run):
            left = sorted(path.name for path in old.iterdir() if path.name.startswith("pair"))
            expect(user.names("q") == [ident], f"{user.names('q')}: {run}")
            expect(run.status == 0 or run.stderr, f"failed without a word: {run}")
            expect(b"is not in the queue" not in run.stderr, f"said to be missing: {run}")
            expect(run.status != 0 or not left, f"0, and {left} is left: {run}")
        count(sweep(shoot, check, [fault]))


for name in OF_READING[:-1]:
    suite.add(f"looking-import-{name}", lambda folder, name=name: import_of_all(folder, name))
