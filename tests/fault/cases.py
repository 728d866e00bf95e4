# SPDX-License-Identifier: GPL-3.0-or-later
"""cases.py - shared by the cases of the fault suite: running and counting them, a full queue, what must hold"""
import collections
import concurrent.futures
import multiprocessing
import os
import pathlib
import sys
import tempfile
import traceback
from tests.lib.harness import Failure, Suite, expect
from . import user as users
from .user import ENDINGS, NO_MEMORY, ends_process


IS_FULL = "--full" in sys.argv
NETWORK_CALLS = {"sendto", "recvfrom", "sendmsg", "recvmsg", "connect", "poll", "socket"}
STATUS_CALLS = {"pwrite", "fdatasync"}  # calls that write the relay's verdict to disk
TWO = ("bob@example.org", "carol@example.org")
NOBODY = "rcpt <nobody@example.org>: 550 5.1.1 no such user"

injections = collections.Counter()


class FaultSuite(Suite):
    """Cases that a few processes run, each with mounts of its own; `mode` is the program's mode under fault."""

    def __init__(self, name):
        super().__init__(name)
        self.modes = {}

    def add(self, name, function, mode=None):
        super().add(name, function)
        self.modes[name] = mode or function.__module__.rpartition(".")[2]

    def main(self, jobs=3):
        names = {name for name, _ in self.chosen()}
        chosen = [i for i, (name, _) in enumerate(self.cases) if name in names]
        failed, fork = 0, multiprocessing.get_context("fork")
        with concurrent.futures.ProcessPoolExecutor(jobs, fork, users.hide_mounts) as pool:
            for done in concurrent.futures.as_completed([pool.submit(run_case, i) for i in chosen]):
                name, text, counted = done.result()
                injections.update(counted)
                failed += bool(text)
                print(f"{'not ok' if text else 'ok'} - {self.name}/{name}")
                print("".join(f"#   {line}\n" for line in text.splitlines()), end="", flush=True)
        print(f"1..{len(chosen)}")
        print(f"# {sum(injections.values())} injections, which met")
        print("".join(f"# {number:8}  {mode}\n" for mode, number in sorted(injections.items())), end="")
        return 1 if failed else 0


suite = FaultSuite("fault")


def run_case(index):
    """Run a case in one of the processes: returns its name, its failure, and counts of the injections by result."""
    name, function = suite.cases[index]
    injections.clear()
    text = ""
    try:
        with tempfile.TemporaryDirectory(prefix=f"mailchute-{suite.name}-") as folder:
            os.chmod(folder, 0o755)
            count.mode = suite.modes[name]
            function(pathlib.Path(folder))
    except Failure as failure:
        text = str(failure) or "failed"
    except Exception:  # a broken case is a failed case, with its place
        text = traceback.format_exc()
    return name, text, dict(injections)


def count(number=1):
    injections[count.mode] += number


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


def fill(user, messages):
    """Put messages into the queue while the relay is stopped."""
    user.wants_relay(False)
    for message in messages:
        done = user.send(message)
        expect(done.status == 0 and b"queued as" in done.stderr, f"not queued: {done}")
    user.save()
    user.wants_relay(True)


def expect_once(user, messages):
    for message in messages:
        copies = user.copies(message)
        expect(set(copies) == {1}, f"{copies} copies of a message, in the queue: {user.find(message)}")


def expect_empty(user):
    left = [(folder, name) for folder in ("q", "hold") for name in user.names(folder)]
    expect(not left, f"left over: {left}")


# Checks after any run

def check_alive(run):
    """The run ended by itself, or by the ordered signal."""
    is_ordered = any(fault in (*ENDINGS, "stop") for _, fault in run.hits)
    expect(run.status >= 0 or (is_ordered and ends_process(run)), f"died after {run.cpu:.0f} s of CPU: {run}")


def check_files(user, run, messages, refused=(), may_hold=False, others=False, may_reopen=False):
    """Every file of the queue is whole and in its place, and its statuses agree with the relay.

    With `others` there may be messages besides these, and with `may_reopen` a message that is
    being moved out of failed/.
    """
    user.check_modes()
    for folder in ("q", "hold", "failed"):
        for name in user.names(folder):
            record = user.record(folder, name)
            message = next((m for m in messages if m.ident in record.message_id), None)
            if message:
                expect(folder != "hold" or may_hold, f"set aside without being damaged: {run}")
                check_status(user, run, folder, record, message, refused, may_reopen and run.is_hit)
            else:
                expect(others or record.is_notice, f"{folder}/{name} is nobody's: {run}")


def check_status(user, run, folder, record, message, refused, may_reopen):
    expect(len(record.status) == len(message.recipients), f"status bytes {record.status!r}; {run}")
    for recipient, status, got in zip(message.recipients, record.status, user.copies(message, maybe=True)):
        says = f"{folder}/ says {status!r} of {recipient}, who has {got}; {run}"
        expect(status != "." or got == 0, says)
        expect(status != "D" or got > 0, says)
        expect(status not in "fcF" or (got == 0 and recipient in refused), says)
        expect(status != "?" or is_excused(run), says)
    is_open, is_failed = set(record.status) & set(".?fc"), "F" in record.status
    if not run.is_hit:
        expect((folder == "q") == bool(is_open) or folder == "hold", f"{record.status} in {folder}/")
    if folder == "failed" and not may_reopen:
        expect(is_failed and not is_open, f"{record.status} in {folder}/; {run}")


def is_excused(run):
    """Whether a verdict of the relay may have been lost, or could not be read for lack of memory.

    A name that could not be removed is no excuse, as the verdict can be written into the file.
    """
    lacks_memory = run.is_hit and run.fault in NO_MEMORY
    return run.is_cut or lacks_memory or bool(run.calls & (NETWORK_CALLS | STATUS_CALLS))


def doubts(user, run, message):
    """The number of extra copies of the message that are allowed: one if a verdict may have been lost."""
    is_marked = any("?" in status for _, _, status in user.find(message))
    return int(is_marked and is_excused(run))


def check_sent(user, run, message, refused=(), program="mailchute"):
    """After a send by a person, or by a program that calls sendmail. The relay refuses the recipients `refused`."""
    check_alive(run)
    user.relay.wait_idle()
    check_files(user, run, [message], refused)
    first, extra = user.copies(message), doubts(user, run, message)
    saw_end = bool(user.transactions(message)) or extra > 0
    waiting = user.find(message, ("q", "hold"))
    is_withdrawn = program == "mailchute" and ends_process(run) == "withdrawn" and not saw_end
    user.wants_relay(True)
    user.drain()
    last = user.copies(message)
    if run.status == 0:
        check_arrived(user, run, message, refused, last, extra)
    elif run.status > 0 or is_withdrawn:
        expect(not waiting, f"reported as not sent, but it waits: {waiting}; {run}")
        expect(last == first, f"reported as not sent, and sent later: {first} then {last}; {run}")
    else:
        at_least = first if not waiting else [recipient not in refused for recipient in message.recipients]
        expect(all(a >= b for a, b in zip(last, at_least)), f"lost: {at_least} wanted, {last} arrived; {run}")
        expect(max(last) <= 1 + extra, f"sent too often: {last}; {run}")
    # a message that could not be queued was sent without the queue
    if program == "mailchute" and ends_process(run) == "withdrawn" and saw_end and not run.calls:
        expect(waiting, f"taken out of the queue, and the relay has it; {run}")
    if run.status > 0 and not run.calls & NETWORK_CALLS:
        expect(not any(first), f"reported as not sent, but the relay took it: {first}; {run}")
    expect(run.status <= 0 or has_spoken(run), f"nothing was said: {run}")
    expect_empty(user)


def has_spoken(run):
    """Whether there was an error text, or it could not be written."""
    return bool(run.stderr) or "write" in run.calls


def check_arrived(user, run, message, refused, copies, extra):
    for recipient, number in zip(message.recipients, copies):
        if recipient in refused:
            expect(number == 0, f"{recipient} was refused and has {number}; {run}")
            expect(user.find(message, ("failed",)), f"refused, and no copy was kept; {run}")
        else:
            expect(1 <= number <= 1 + extra, f"{recipient} got {number} copies; {run}")


def check_queue_run(user, run, messages, refused=(), may_be_silent=False):
    """After a run of the queue, in which all messages except the refused ones must have left or still wait."""
    extra = check_run(user, run, messages, refused, may_be_silent)
    user.drain()
    check_drained(user, run, messages, refused, extra)


def check_run(user, run, messages, refused=(), may_be_silent=False):
    """Before the queue is run again; returns how many extra copies of each message are allowed."""
    check_alive(run)
    user.relay.wait_idle()
    addresses = {recipient for message in refused for recipient in message.recipients}
    check_files(user, run, messages, addresses)
    waiting = 0
    for message in messages:
        there, got = user.find(message), user.copies(message)
        waiting += any(folder == "q" for folder, _, _ in there)
        expect(len(there) + all(got) >= 1, f"gone without a copy anywhere: {run}")
        expect(len(there) <= 1, f"in two places: {there}")
    is_elsewhere = any(fault == "elocked" for _, fault in run.hits)
    if waiting and run.status >= 0 and not is_elsewhere and not may_be_silent:
        expect(has_spoken(run), f"{waiting} wait, and nothing was said: {run}")
    return [doubts(user, run, message) for message in messages]


def check_drained(user, run, messages, refused, extra):
    for message, allowed in zip(messages, extra):
        copies = user.copies(message)
        if message in refused:
            check_failed(user, message, copies, run)
        else:
            expect(all(1 <= n <= 1 + allowed for n in copies), f"{copies} copies, {1 + allowed} allowed; {run}")
    expect_empty(user)


def check_failed(user, message, copies, run):
    expect(not any(copies), f"refused, and received; {run}")
    expect([f for f, _, _ in user.find(message)] == ["failed"], f"no copy in failed/: {run}")
    notices = user.notices(message)
    most = 2 if run.is_cut or run.fault in NO_MEMORY or run.calls & NETWORK_CALLS else 1  # the verdict on the first one may be lost
    expect(1 <= len(notices) <= most, f"{len(notices)} notices about a failure; {run}")
    expect(all(b"could not be delivered" in n.content for n in notices), "a notice that says nothing")
