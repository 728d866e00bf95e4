# SPDX-License-Identifier: GPL-3.0-or-later
"""asking.py - requests to a run that already has the lock: done by that run or a later one, never lost"""
import contextlib
import fcntl
import os
import pathlib
import signal
import time
from tests.lib.harness import expect
from .cases import count, doubts, expect_empty, expect_once, fill, gather, suite
from .runners import wait_for_stop
from .user import SIGKILL, Message, FaultUser, sweep, wait_until_free


BOB, CAROL = "bob@example.org", "carol@example.org"
ASKED = b"was asked to do this, too"
FAULTS = ["eio", "enospc", "emfile", "enfile", "enomem", "enolck", "eintr", "kill"]


def messages_that_are_not_due(user):
    """A queue with a message that a route's failure has deferred, and two that the relay has deferred."""
    messages = [Message([BOB]), Message([BOB], sender="dave@example.org"), Message([CAROL])]
    fill(user, messages[:1])
    user.play("rcpt: 451 4.3.0 later")
    for message in messages[1:]:
        done = user.send(message)
        expect(done.status == 0 and b"queued as" in done.stderr, f"not queued: {done}")
    user.play("")
    user.relay.wait_idle()
    user.save()
    return messages


def ids_of(user, message):
    return user.find(message, ("q",))[0][1]


def commands(user, messages):
    """The kinds of requests, and the messages of each."""
    return {"all": (["-qf"], messages), "recipient": (["-qR", "bob@"], messages[:2]),
            "sender": (["-qSdave"], messages[1:2]), "id": (["-qI", ids_of(user, messages[0])], messages[:1]),
            "retry": (["--queue-retry", ids_of(user, messages[2])], messages[2:])}


def check_asked(run):
    expect(run.status == 0, f"not accepted: {run}")
    return ASKED in run.stderr


def beside_a_run(folder, way, end):
    """A run of due messages stops at each of its calls. A request made then is done without being repeated."""
    with FaultUser(folder) as user:
        messages = messages_that_are_not_due(user)
        args, wanted = commands(user, messages)[way]

        def shoot(fault):
            user.restore()
            user.forget()
            holder = user.start(["-q"], fault=("stop", fault[1]))
            if not wait_for_stop(holder):
                shoot.is_asked = None
                return user.finish(holder)
            told = holder.told.read_text()
            shoot.asker = user.run(args)
            os.kill(holder.pid, end)
            run = user.finish(holder)
            run.told = told
            return run

        def check(run):
            if not run.call:
                return
            is_left = check_asked(shoot.asker)
            expect(run.status in (0, SIGKILL), f"{run}")
            wait_until_free(user.spool / "run.lock")
            if is_left and end == signal.SIGKILL:
                done = user.run(["-q"])
                expect(done.status == 0, f"{done}")
            user.relay.wait_idle()
            for message in messages:
                copies = user.copies(message)
                expect(copies == [int(message in wanted)], f"{copies} copies; asked: {shoot.asker}; {run}")
            expect(not leftovers(user), f"left over: {leftovers(user)}; {run}")
            check.asked += is_left
        check.asked = 0
        count(sweep(shoot, check, ["stop"]))
        expect(check.asked > 5, f"only {check.asked} were asked beside a run")


def leftovers(user):
    return [name for name in os.listdir(user.spool) if name.startswith(("request.", "running."))]


def beside_a_child(folder):
    """A run that follows a message on its connection has the lock, too, and sends only for its own route."""
    with FaultUser(folder) as user:
        messages = messages_that_are_not_due(user)

        def shoot(fault):
            user.restore()
            user.forget()
            shoot.sent = Message()
            sender = user.start(["-f", shoot.sent.sender, *shoot.sent.recipients], shoot.sent.text,
                                ("stop", fault[1]), FAULT_CHILD="1")
            child = stopped_child(sender)
            if not child:
                return user.finish(sender)
            told = sender.told.read_text()
            shoot.asker = user.run(["-qf"])
            os.kill(child, signal.SIGCONT)
            run = user.finish(sender)
            run.told = told
            return run

        def check(run):
            expect(run.status == 0, f"{run}")
            if not run.call:
                return
            check.asked += check_asked(shoot.asker)
            wait_until_free(user.spool / "run.lock")
            user.relay.wait_idle()
            expect_once(user, [*messages, shoot.sent])
            expect_empty(user)
            expect(not leftovers(user), f"left over: {leftovers(user)}; {run}")
        check.asked = 0
        count(sweep(shoot, check, ["stop"]))
        expect(check.asked > 5, f"only {check.asked} were asked beside a run")


def stopped_child(process):
    """The child of the program that the shim has stopped; None if all children end without a stop."""
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    while not is_free(process.told):
        hits = [line.split() for line in process.told.read_text().splitlines() if line.startswith("hit ")]
        if hits and pathlib.Path(f"/proc/{hits[0][3]}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T":
            return int(hits[0][3])
        time.sleep(0.001)
    return None


def is_free(path):
    with path.open() as file, contextlib.suppress(BlockingIOError):
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def hold_the_lock(user):
    """A run that is stopped while it has the lock; returns the process."""
    for number in range(1, 200):
        holder = user.start(["-q"], fault=("stop", number), FAULT_CALL="getdents")
        expect(wait_for_stop(holder), "a run ended without ever having the lock")
        if not is_free(user.spool / "run.lock"):
            return holder
        os.kill(holder.pid, signal.SIGCONT)
        user.finish(holder)
    return None


def faults_of_the_asker(folder, fault):
    """The requesting process meets a fault at each of its calls: exit 0 means that the request is done all the same."""
    with FaultUser(folder) as user:
        messages = messages_that_are_not_due(user)
        way = commands(user, messages)["all"]

        def shoot(fault):
            user.restore()
            user.forget()
            holder = hold_the_lock(user)
            run = user.run(way[0], fault=fault)
            os.kill(holder.pid, signal.SIGCONT)
            shoot.holder = user.finish(holder)
            return run

        def check(run):
            wait_until_free(user.spool / "run.lock")
            user.relay.wait_idle()
            copies = [user.copies(message)[0] for message in messages]
            expect(shoot.holder.status == 0, f"the run failed: {shoot.holder}")
            expect(run.status != 0 or copies == [1, 1, 1], f"0, and {copies} copies: {run}; {shoot.holder}")
            expect(run.status <= 0 or run.stderr, f"failed without a word: {run}")
            expect(set(copies) in ({0}, {1}), f"{copies} copies: {run}")
            expect(len(user.names("q")) == copies.count(0) and not user.names("hold"), f"{user.names('q')}: {run}")
        count(sweep(shoot, check, [fault]))


def faults_of_the_asked(folder, fault):
    """A run stops before a fault, gets a request, and meets the fault: the request is done, or waits for a run."""
    with FaultUser(folder) as user:
        messages = messages_that_are_not_due(user)

        def shoot(fault):
            user.restore()
            user.forget()
            holder = user.start(["-q"], fault=fault)
            shoot.asker = None
            if not wait_for_stop(holder):
                return user.finish(holder)
            shoot.asker = user.run(["-qf"])
            os.kill(holder.pid, signal.SIGCONT)
            return user.finish(holder)

        def check(run):
            if not run.call:
                return
            expect(run.status <= 0 or run.stderr, f"failed without a word: {run}")
            expect(shoot.asker.status == 0, f"not accepted: {shoot.asker}")
            wait_until_free(user.spool / "run.lock")
            if leftovers(user):
                again = user.run(["-q"])
                expect(again.status == 0 and not leftovers(user), f"left over: {leftovers(user)}: {again}; {run}")
            user.relay.wait_idle()
            waiting = [message for message in messages if not any(user.copies(message))]
            expect(not waiting or run.stderr, f"{len(waiting)} wait, and not a word: {run}")
            extra = [doubts(user, run, message) for message in messages]
            user.drain()
            for message, more in zip(messages, extra):
                expect(1 <= user.copies(message)[0] <= 1 + more, f"{user.copies(message)} copies: {run}")
            expect_empty(user)
        count(sweep(shoot, check, [fault], {"FAULT_STOP": "1"}))


def taking_under(folder, fault):
    """A request that was left is done by the next run, which meets a fault, or by the run after it."""
    with FaultUser(folder) as user:
        messages = messages_that_are_not_due(user)
        (user.spool / "request.f").touch(0o600)
        (user.spool / "running.f,Rbob@").touch(0o600)
        user.save()

        def shoot(fault):
            user.restore()
            user.forget()
            return user.run(["-q"], fault=fault)

        def check(run):
            expect(run.status <= 0 or run.stderr, f"failed without a word: {run}")
            user.relay.wait_idle()
            extra = [doubts(user, run, message) for message in messages]
            if leftovers(user):
                wait_until_free(user.spool / "run.lock")
                expect(run.status != 0, f"left over, and 0: {leftovers(user)}: {run}")
                again = user.run(["-q"])
                expect(again.status == 0 and not leftovers(user), f"left over: {leftovers(user)}: {again}")
                user.relay.wait_idle()
            user.drain()
            for message, more in zip(messages, extra):
                expect(1 <= user.copies(message)[0] <= 1 + more, f"{user.copies(message)} copies: {run}")
            expect_empty(user)
        count(sweep(shoot, check, [fault]))


@suite.case
def asking_with_odd_texts(folder):
    """A request with any text to search for finds its message, or an error says that it can't be left."""
    texts = ["bob@", "x" * 100, "x" * 250, "y" * 5000, "/etc/passwd", "../../x", "%s%n", "a,Rb", "\n\x1b[2J", "ü" * 30,
             "ü" * 90, "-", "", " "]

    def trial(text):
        with FaultUser(folder) as user:
            messages = messages_that_are_not_due(user)
            holder = hold_the_lock(user)
            before = sorted(os.listdir(folder))
            asker = user.run([f"-qR{text}"] if text else ["-qR", ""])
            os.kill(holder.pid, signal.SIGCONT)
            expect(user.finish(holder).status == 0, "the run failed")
            user.relay.wait_idle()
            matches = [text in message.recipients[0] for message in messages]
            copies = [user.copies(message)[0] for message in messages]
            if asker.status == 0:
                expect(copies == matches and ASKED in asker.stderr, f"{copies}: {asker}")
            else:
                expect(not any(copies) and asker.status == 75 and asker.stderr.count(b"\n") == 1, f"{copies}: {asker}")
            expect(asker.status == 0 or len(text.encode()) > 80, f"{asker}")
            expect(not leftovers(user), f"left over: {leftovers(user)}")
            expect(set(os.listdir(folder)) - set(before) <= {"template"}, "a file elsewhere")
    gather((repr(text)[:20], lambda text=text: trial(text)) for text in texts)


@suite.case
def asking_again_and_again(folder):
    """Equal requests count once; beyond the limit of different requests there is an error."""
    with FaultUser(folder) as user:
        messages = messages_that_are_not_due(user)
        holder = hold_the_lock(user)
        for _ in range(3):
            expect(check_asked(user.run(["-qf"])), "not asked")
        expect(leftovers(user) == ["request.f"], f"{leftovers(user)}")
        (user.spool / "request.unknown").touch(0o600)
        for number in range(63):
            expect(check_asked(user.run(["-qR", f"user{number}@"])), "not asked")
        refused = user.run(["-qR", "one.too.many@"])
        expect(refused.status == 75 and b"too many" in refused.stderr, f"{refused}")
        os.kill(holder.pid, signal.SIGCONT)
        expect(user.finish(holder).status == 0, "the run failed")
        user.relay.wait_idle()
        expect_once(user, messages)
        expect(leftovers(user) == ["request.unknown"], f"left over: {leftovers(user)}")


for way_name in ("all", "recipient", "sender", "id", "retry"):
    suite.add(f"asking-{way_name}", lambda folder, way=way_name: beside_a_run(folder, way, signal.SIGCONT))
suite.add("asking-a-killed-one", lambda folder: beside_a_run(folder, "all", signal.SIGKILL))
suite.add("asking-a-killed-one-to-retry", lambda folder: beside_a_run(folder, "retry", signal.SIGKILL))
suite.add("asking-a-child", beside_a_child)
for fault_name in FAULTS:
    suite.add(f"asking-under-{fault_name}", lambda folder, fault=fault_name: faults_of_the_asker(folder, fault))
    suite.add(f"asking-taken-under-{fault_name}", lambda folder, fault=fault_name: taking_under(folder, fault))
for fault_name in ("eio", "enospc", "emfile", "enomem", "enolck", "kill"):
    suite.add(f"asking-one-under-{fault_name}", lambda folder, fault=fault_name: faults_of_the_asked(folder, fault))
