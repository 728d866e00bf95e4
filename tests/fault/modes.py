# SPDX-License-Identifier: GPL-3.0-or-later
"""modes.py - a fault at every system call of reading the queue, changing it, and running it for all users"""
import contextlib
import json
import os
import re
import subprocess
from tests.lib.harness import expect
from tests.lib.user import passwd_entry
from .cases import (NOBODY, check_alive, check_drained, check_files, check_run, doubts, expect_empty, expect_once, fill,
                    has_spoken)
from .sweeps import each_kind
from .user import Message, FaultUser, hide_mounts


UIDS = (30001, 30002, 30003)


def names_of(user, messages):
    return [user.find(message)[0][1] for message in messages]


# Modes that only read

def is_unread(run):
    """Whether the reader of the output has closed it, which is a normal end."""
    return run.hits == [("write", "epipe")] * len(run.hits) and bool(run.hits)


def look_operation(args_for, check_output):
    """A mode that lists or shows prints everything, or an error; it changes nothing."""
    def prepare(user):
        messages = [Message(), Message(), Message()]
        fill(user, messages)
        ids = names_of(user, messages)
        expect(user.run([f"--queue-hold={ids[2]}"]).status == 0, "not held")
        user.save()

        def shoot(fault):
            user.restore()
            shoot.before = user.contents()
            return user.run(args_for(ids), fault=fault)

        def check(run):
            check_alive(run)
            expect(user.contents() == shoot.before, f"the queue was changed by looking at it: {run}")
            if is_unread(run):
                expect(run.status == 0 and not run.stderr, f"not a quiet end: {run}")
            elif run.status == 0:
                check_output(run, messages, ids)
            elif run.status > 0:
                expect(has_spoken(run), f"nothing was said: {run}")
        return shoot, check
    return prepare


def check_list(run, _, ids):
    text = run.stdout.decode()
    found = re.findall(r"(?m)^([0-9A-Z]{24})  (\w+), .*\n    from alice@example.org\n    to   bob@example.org\n", text)
    expect(found == list(zip(ids, ("waiting", "waiting", "held"))), f"not all are listed: {run}")


def check_json(run, _, ids):
    items = json.loads(run.stdout)
    expect([item["id"] for item in items] == ids, f"not all are listed: {run}")
    expect([item["state"] for item in items] == ["waiting", "waiting", "held"], f"not as they are: {run}")


def check_show(run, messages, ids):
    expect(ids[0].encode() in run.stdout and messages[0].text in run.stdout, f"not as it was: {run}")


# Modes that change a message

def failed_one(user):
    """A queue with a message that waits and a message that has failed, whose notice has been sent."""
    other, message = Message(), Message(["nobody@example.org"])
    fill(user, [message])
    user.play(NOBODY)
    user.drain()
    user.play("")
    expect([folder for folder, _, _ in user.find(message)] == ["failed"], "it has not failed")
    user.save()
    user.wants_relay(False)
    expect(user.send(other).status == 0, "not queued")
    user.save()
    user.wants_relay(True)
    return other, message


def waiting_one(user):
    messages = Message(), Message()
    fill(user, messages)
    return messages


def held_one(user):
    other, message = waiting_one(user)
    expect(user.run([f"--queue-hold={names_of(user, [message])[0]}"]).status == 0, "not held")
    user.save()
    return other, message


def change_operation(option, make, verify, more=()):
    """A change of one of two messages leaves the other unchanged."""
    def prepare(user):
        other, message = make(user)
        name = names_of(user, [message])[0]
        path = f"q/{names_of(user, [other])[0]}"

        def shoot(fault):
            user.restore()
            user.forget()
            shoot.before = user.contents()[path]
            return user.run([f"{option}={name}", *more], fault=fault)

        def check(run):
            check_alive(run)
            user.relay.wait_idle()
            expect(user.contents().get(path) == shoot.before, f"the other message was changed: {run}")
            if run.status > 0:
                expect(has_spoken(run), f"nothing was said: {run}")
            verify(user, run, message)
            user.drain()
            expect_once(user, [other])
            expect_empty(user)
        return shoot, check
    return prepare


def folders_of(user, message):
    return [folder for folder, _, _ in user.find(message)]


def check_held(user, run, message):
    """The message is in hold/ after exit 0, else in one of the two places."""
    check_files(user, run, [message], may_hold=True, others=True)
    there = folders_of(user, message)
    expect(there in (["q"], ["hold"]), f"it is in {there}: {run}")
    expect(run.status != 0 or there == ["hold"], f"reported as held, and it is in {there}: {run}")
    is_unsure = run.is_cut or "fsync" in run.calls or "write" in run.calls
    expect(run.status <= 0 or there == ["q"] or is_unsure, f"reported as not held, but it is: {run}")
    let_go(user, message)


def let_go(user, message):
    """A message that is still there can be sent by a command, and arrives once."""
    if any(folder != "q" for folder in folders_of(user, message)):
        again = user.run([f"--queue-retry={names_of(user, [message])[0]}"])
        expect(again.status == 0, f"not released: {again}")
    user.drain()
    expect_once(user, [message])


def check_removed(user, run, message):
    check_files(user, run, [message], refused=message.recipients, may_hold=True, others=True)
    there = folders_of(user, message)
    expect(run.status != 0 or not there, f"reported as removed, and it is in {there}: {run}")
    is_unsure = run.is_cut or "fsync" in run.calls or "write" in run.calls
    expect(run.status <= 0 or there or is_unsure, f"reported as not removed, and it is gone: {run}")
    if there:
        let_go(user, message)
    else:
        user.drain()
        expect(not any(user.copies(message)), f"removed, and sent: {run}")


def check_retried(user, run, message):
    """The message is sent, or still in one place and reported."""
    first, extra = user.copies(message), doubts(user, run, message)
    there = folders_of(user, message)
    check_files(user, run, [message], refused=message.recipients, may_hold=True, others=True, may_reopen=True)
    expect(len(there) + all(first) >= 1 and len(there) <= 1, f"it is in {there}, and {first} have it: {run}")
    if run.status == 0:
        expect(all(first) or b"due now" in run.stdout or has_spoken(run), f"neither sent nor said to wait: {run}")
    if there:
        let_go_or_done(user, message, first)
    copies = user.copies(message)
    expect(1 <= min(copies) and max(copies) <= 1 + extra, f"{copies} copies, {1 + extra} allowed; {run}")


def let_go_or_done(user, message, first):
    """A file that could not be removed after all recipients got the message is removed by the next run."""
    is_done = all(first) and "?" not in user.find(message)[0][2]
    if not is_done and folders_of(user, message) != ["q"]:
        user.run([f"--queue-retry={names_of(user, [message])[0]}"])
    user.drain()


each_kind("--queue-list", "list", look_operation(lambda ids: ["--queue-list"], check_list))
each_kind("--queue-list", "list-json", look_operation(lambda ids: ["--queue-list=json"], check_json))
each_kind("--queue-show", "show", look_operation(lambda ids: [f"--queue-show={ids[0]}"], check_show))
each_kind("--queue-hold", "hold", change_operation("--queue-hold", waiting_one, check_held))
each_kind("--queue-remove", "remove", change_operation("--queue-remove", waiting_one, check_removed))
each_kind("--queue-remove", "remove-held", change_operation("--queue-remove", held_one, check_removed))
each_kind("--queue-remove", "remove-failed", change_operation("--queue-remove", failed_one, check_removed))
each_kind("--queue-retry", "retry", change_operation("--queue-retry", waiting_one, check_retried))
each_kind("--queue-retry", "retry-held", change_operation("--queue-retry", held_one, check_retried))
each_kind("--queue-retry", "retry-failed", change_operation("--queue-retry", failed_one, check_retried))
each_kind("--queue-retry", "retry-by-account", change_operation("--queue-retry", held_one, check_retried,
                                                                ["-a", "default"]))


# All users

class OtherUser(FaultUser):
    """Another user with a queue, a config with the relay of `user`, and a message that waits."""

    def __init__(self, user, uid):
        home = user.folder / f"home{uid}"
        home.mkdir(mode=0o700)
        super().__init__(home, relay=user.relay, spool=home / ".local/state/mailchute")
        self.user, self.uid = user, uid
        self.message = Message(sender=f"u{uid}@example.org")
        fill(self, [self.message])
        user.closing.callback(self.closed.close)
        self.own()

    def own(self):
        for path in [self.folder, *self.folder.rglob("*")]:
            os.chown(path, self.uid, self.uid)

    def restore(self, name="template"):
        super().restore(name)
        self.own()

    def drain(self):
        for _ in range(3):
            if self.names("q"):
                self.user.run(["-qf", "--all-users"], has_config=False)
        self.relay.wait_idle()


@contextlib.contextmanager
def only_users(folder, uids):
    """A system with these users and root; only this process sees it."""
    expect(hide_mounts.is_done, "can't make users, which needs root")
    entries = [passwd_entry("root", 0, "/root"), *(passwd_entry(f"u{uid}", uid, folder / f"home{uid}") for uid in uids)]
    (folder / "passwd").write_text("".join(entries))
    subprocess.run(["mount", "--bind", str(folder / "passwd"), "/etc/passwd"], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "/etc/passwd"], check=True)


def all_users_operation(**environment):
    """A variable of the environment chooses the process that meets the fault."""
    def prepare(user):
        user.closing.enter_context(only_users(user.folder, UIDS))
        others = [OtherUser(user, uid) for uid in UIDS]

        def shoot(fault):
            user.forget()
            for other in others:
                other.restore()
            return user.run(["-qf", "--all-users"], fault=fault, has_config=False, **environment)

        def check(run):
            extra = [check_run(other, run, [other.message]) for other in others]
            others[0].drain()
            for other, allowed in zip(others, extra):
                other.drain()
                check_drained(other, run, [other.message], (), allowed)
        return shoot, check
    return prepare


each_kind("-q --all-users", "all-users", all_users_operation())
each_kind("-q --all-users", "all-users-child", all_users_operation(FAULT_CHILD="2"))
