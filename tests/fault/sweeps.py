# SPDX-License-Identifier: GPL-3.0-or-later
"""sweeps.py - a fault at every system call of sending, of running the queue, of the server on stdin"""
import collections
import contextlib
import os
import re
import shutil
import struct
import zlib
from tests.lib.harness import expect
from .cases import (IS_FULL, NOBODY, TWO, check_alive, check_files, check_queue_run, check_sent, count, doubts,
                    expect_empty, expect_once, fill, has_spoken, suite)
from .user import ENDINGS, PASSING, Message, Peer, FaultUser, ends_process, is_notice, sample, sweep


REJECTED = "mail: 550 5.7.1 not from you"
LATER = "rcpt <carol@example.org>: 451 4.7.1 later"
CALM = ("", 0, {"FAULT_LIST": "1"})  # no fault, but a list of the calls
# Without --full one of so many injections of each kind is made
THINNED = {"signals": 6, "errors": 8, "lasting": 8}


def listed(told):
    """From a list of calls: how many can have each error."""
    words = [line.split()[2:] for line in told.splitlines() if line.startswith("call ")]
    return len(words), collections.Counter(error for errors in words for error in errors)


def orders_of(kind, told):
    """The faults of a kind that a run can meet, as (names, orders)."""
    _, errors = listed(told)
    names = sorted(errors)
    if kind == "signals":
        return [(ENDINGS, {})]
    if kind == "errors":
        return [(names, {})]
    names = [name for name in names if name not in PASSING]
    return [(names, {"FAULT_EVER": "1"}), (names, {"FAULT_EVER": "2"})]


def thinned(name, kind, told):
    """An even sample of all injections of a kind, a different sample for each name."""
    calls, errors = listed(told)
    every = [(fault, number, orders) for names, orders in orders_of(kind, told) for fault in names
             for number in range(1, 1 + (calls if kind == "signals" else errors[fault]))]
    return every_nth(f"{name} {kind}", THINNED[kind], every)


def every_nth(name, step, every):
    return every[zlib.crc32(name.encode()) % step::step]


def each_kind(mode, name, operation, expected=0, **options):
    """A case for each kind of fault; operation(user) prepares, and returns what sweep() asks for."""
    def add(kind):
        def run(folder):
            with FaultUser(folder, **options) as user:
                shoot, check = operation(user)
                calm = shoot(CALM)
                expect(calm.status == expected, f"not as expected without a fault: {calm}")
                check(calm)
                if IS_FULL:
                    for names, orders in orders_of(kind, calm.told):
                        count(sweep(shoot, check, names, orders))
                else:
                    count(sample(shoot, check, thinned(name, kind, calm.told)))
        suite.add(f"{name}-{kind}", run, mode)
    for kind in THINNED:
        add(kind)


NO_CHUNKS = "bdat: 500 5.5.1 no such thing"
NO_SIZE = "mail#1: 555 5.5.4 no such parameter"


def send_operation(recipients=("bob@example.org",), refused=(), is_up=True, dialogue="", later="",
                   program="mailchute", options=(), lines=20):
    """A message is sent; the relay follows `dialogue` then, and `later` when the queue is run."""
    def prepare(user):
        def shoot(fault):
            user.restore()
            user.forget()
            user.wants_relay(is_up)
            user.play(dialogue)
            shoot.message = Message(recipients, lines=lines)
            return user.send(shoot.message, fault, options, program=program)

        def check(run):
            user.relay.wait_idle()
            user.play(later)
            if is_up and not dialogue and run.fault in ("enospc", "edquot") and not run.is_cut:
                expect(run.status == 0, f"not sent because the disk is full: {run}")
            check_sent(user, run, shoot.message, refused, program)
        return shoot, check
    return prepare


def run_operation(count_of_messages=3, refused=(), dialogue="", recipients=("bob@example.org",), also=(),
                  options=("-qf",), lines=20, **environment):
    """A run of the queue."""
    def prepare(user):
        messages = [Message(recipients, lines=lines) for _ in range(count_of_messages)]
        messages += [Message([address]) for address in also]
        fill(user, messages)
        user.play(dialogue)
        bad = [m for m in messages if m.recipients[0] in refused]

        def shoot(fault):
            user.restore()
            user.forget()
            return user.run(options, fault=fault, **environment)

        def check(run):
            check_queue_run(user, run, messages, bad)
        return shoot, check
    return prepare


def give_in_for_later(user, message, fault=None):
    return user.run(["--at=+1d", "-f", message.sender, "--", *message.recipients], message.text, fault)


def expect_waits(user, message):
    """The message is still there after any run, and sent to no recipient."""
    user.run(["-qf"])
    user.relay.wait_idle()
    expect(not any(user.copies(message)), "sent before its time")
    expect([folder for folder, _, _ in user.find(message)] == ["q"], f"it is in {user.find(message)}")


def later_operation(user):
    """A message for tomorrow is kept, or refused; it is not sent today."""
    def shoot(fault):
        user.restore()
        user.forget()
        shoot.message = Message()
        return give_in_for_later(user, shoot.message, fault)

    def check(run):
        message = shoot.message
        check_alive(run)
        check_files(user, run, [message])
        if run.status == 0 or (run.is_cut and user.find(message)):
            expect_waits(user, message)
            user.run(["--queue-retry", user.find(message)[0][1]])
            expect_once(user, [message])
        else:
            user.run(["-qf"])
            expect(not user.find(message), f"reported as not kept, but it waits: {run}")
            expect(not any(user.copies(message)), f"reported as not kept, and sent: {run}")
            expect(run.status < 0 or has_spoken(run), f"nothing was said: {run}")
        expect_empty(user)
    return shoot, check


def run_past_later_operation(user):
    """A run of the queue, with any result, leaves a message for tomorrow alone."""
    due, later = Message(), Message()
    fill(user, [due])
    expect(give_in_for_later(user, later).status == 0, "not kept")
    user.save()

    def shoot(fault):
        user.restore()
        user.forget()
        return user.run(["-qf"], fault=fault)

    def check(run):
        check_alive(run)
        check_files(user, run, [due, later])
        most = 1 + doubts(user, run, due)
        expect_waits(user, later)
        expect(1 <= user.copies(due)[0] <= most, f"{user.copies(due)} copies of the other one, {most} allowed")
    return shoot, check


def detached_operation(user):
    """The fault hits the run in the background that follows a sent message."""
    messages = [Message(), Message()]
    fill(user, messages)

    def shoot(fault):
        user.restore()
        user.forget()
        shoot.message = Message()
        return user.send(shoot.message, fault, FAULT_CHILD="1")

    def check(run):
        expect(run.status == 0, f"the run in the background changes the sender's exit status: {run}")
        check_queue_run(user, run, [*messages, shoot.message], may_be_silent=True)
        expect_once(user, [shoot.message])
    return shoot, check


def session_for(message):
    recipients = "".join(f"RCPT TO:<{r}>\r\n" for r in message.recipients)
    content = re.sub(rb"(?m)^\.", b"..", message.wire)
    return f"EHLO me\r\nMAIL FROM:<{message.sender}>\r\n{recipients}DATA\r\n".encode() + content + b".\r\nQUIT\r\n"


def server_operation(more, is_strict=False, is_peer=False):
    """A message sent to -bs, SMTP on stdin. The reply to its content is the result that counts.

    With `is_strict` a message without a reply must not be sent either.
    """
    def prepare(user):
        def shoot(fault):
            user.restore()
            user.forget()
            shoot.message = message = Message()
            return user.run(["-bs", *more], session_for(message), fault, peer=Peer() if is_peer else None)

        def check(run):
            verdict = re.search(rb"354 [^\n]*\n(\d)", run.stdout)
            check_alive(run)
            user.relay.wait_idle()
            check_files(user, run, [shoot.message])
            first, extra = user.copies(shoot.message), doubts(user, run, shoot.message)
            user.drain()
            last = user.copies(shoot.message)
            expect(max(last) <= 1 + extra, f"{last} copies, {1 + extra} allowed; {run}")
            if verdict and verdict[1] == b"2":
                expect(min(last) >= 1, f"250 was said, and it never arrived; {run}")
            elif verdict:
                expect(last == first, f"{verdict[1]} was said, and it was sent later; {run}")
            elif is_strict:
                expect(not any(last), f"nothing was said, and it was sent; {run}")
            expect_empty(user)
        return shoot, check
    return prepare


def figure_of(user):
    """The number of messages counted for this user; None: the figure is damaged, and will be counted anew."""
    path = user.spool / "usage" / str(os.geteuid())
    data = path.read_bytes() if path.exists() else b""
    crc = 0xFFFFFFFF
    for byte in data[:48]:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    if len(data) != 56 or struct.unpack("Q", data[48:])[0] != (crc ^ 0xFFFFFFFF) + 1:
        return None
    return struct.unpack_from("Q", data)[0]


def guest_operation(user):
    """The same on a unix socket, where users are limited: no figure is too low, and none shuts a user out."""
    shoot, check_server = server_operation(["-odq"], is_peer=True)(user)

    def check(run):
        held = sum(len(user.names(folder)) for folder in ("q", "hold", "failed"))
        figure = figure_of(user)
        expect(figure is None or figure >= held, f"{held} are there, and {figure} are counted; {run}")
        check_server(run)
        message = Message()
        again = user.run(["-bs", "-odq"], session_for(message), peer=Peer())
        expect(b"250 2.0.0 queued" in again.stdout, f"shut out: {again.stdout}; {run}")
        user.drain()
        expect_once(user, [message])
        (user.spool / "usage" / "all").unlink()
        user.run(["-q"])
        expect(figure_of(user) == 0, f"nothing is left, and {figure_of(user)} are counted; {run}")
    return shoot, check


def refusal_operation(user):
    """A program's message that mailchute refuses itself: never sent; a copy and a notice, or neither."""
    def shoot(fault):
        user.restore()
        user.forget()
        shoot.message = message = Message()
        text = message.text.decode().encode("utf-16")
        return user.run(["-f", message.sender, "--", *message.recipients], text, fault, program="sendmail")

    def check(run):
        check_alive(run)
        expect(run.status == 65 or ends_process(run) or run.hits, f"not refused; {run}")
        user.drain()
        kept = len(user.names("failed"))
        told = [t for t in user.relay.received if is_notice(t)]
        expect(not [t for t in user.relay.received if not is_notice(t)], f"sent all the same; {run}")
        expect_empty(user)
        expect(kept == len(told) and kept <= 1, f"{kept} copies, {len(told)} notices; {run}")
        is_said = b"not kept" in run.stderr or "write" in run.calls
        expect(kept == 1 or run.is_cut or is_said or run.status != 65, f"no copy; {run}")
    return shoot, check


def import_operation(runs_between):
    """Two messages of msmtp's scripts. After the fault a run may send the messages that are already there."""
    def prepare(user):
        old = user.folder / "old"

        def shoot(fault):
            user.restore()
            user.forget()
            shutil.rmtree(old, ignore_errors=True)
            old.mkdir(mode=0o700)
            shoot.messages = [Message(), Message()]
            for number, message in enumerate(shoot.messages):
                for ending, text in (("msmtp", f"-f {message.sender} -- {message.recipients[0]}\n".encode()),
                                     ("mail", message.text)):
                    (old / f"2026-03-02-10.00.0{number}.{ending}").write_bytes(text)
            for path in old.iterdir():
                path.chmod(0o600)
            return user.run([f"--queue-import={old}"], fault=fault)

        def check(run):
            check_alive(run)
            check_files(user, run, shoot.messages)
            if runs_between:
                user.drain()
            for empty_lock in [old / ".lock"] if not (old / ".lock/mailchute").exists() else []:
                with contextlib.suppress(FileNotFoundError):
                    empty_lock.rmdir()  # as the program's error says
            again = user.run([f"--queue-import={old}"])
            user.drain()
            for message in shoot.messages:
                check_taken_over(user, run, again, message)
            check_left_alone(user, old, run, again)
        return shoot, check
    return prepare


def check_taken_over(user, run, again, message):
    """The message arrived once; or not at all, and then the second import has named it and the file is there."""
    copies = user.copies(message)
    expect(copies in ([0], [1]), f"{copies} copies: {run}; again: {again}")
    if copies == [0]:
        expect(b"an import was interrupted" in again.stderr and again.status == 65, f"lost: {run}; again: {again}")


def check_left_alone(user, old, run, again):
    """The remaining files are whole pairs, each with its marker."""
    expect_empty(user)
    left = sorted(path.name for path in old.iterdir())
    markers = [name.removesuffix(".mailchute") for name in left if name.endswith(".mailchute")]
    expect(len(left) == 3 * len(markers) and bool(markers) == (again.status != 0), f"left {left}: {run}; {again}")


each_kind("send", "enqueue", send_operation(is_up=False))
each_kind("send", "send", send_operation())
each_kind("send", "send-two", send_operation(TWO))
each_kind("send", "send-deferred", send_operation(TWO, dialogue=LATER))
each_kind("send", "send-refused", send_operation(["bob@example.org", "nobody@example.org"], dialogue=NOBODY),
          expected=65)
each_kind("send", "send-in-chunks", send_operation(lines=2000), extensions=("PIPELINING", "CHUNKING"))
each_kind("send", "send-chunk-unknown", send_operation(TWO, dialogue=NO_CHUNKS), extensions=("PIPELINING", "CHUNKING"))
each_kind("send", "send-chunks-unknown", send_operation(dialogue=NO_CHUNKS, lines=2000),
          extensions=("PIPELINING", "CHUNKING"))
each_kind("send", "send-size-unknown", send_operation(TWO, dialogue=NO_SIZE), extensions=("PIPELINING", "SIZE"))
each_kind("send --at", "later", later_operation)
each_kind("send -odq", "queue-only", send_operation(options=["-odq"]))
each_kind("sendmail", "sendmail", send_operation(program="sendmail"))
each_kind("sendmail", "sendmail-down", send_operation(program="sendmail", is_up=False))
each_kind("sendmail", "sendmail-refused", send_operation(TWO[:1] + ("nobody@example.org",), ["nobody@example.org"],
                                                         dialogue=NOBODY, later=NOBODY, program="sendmail"))
each_kind("sendmail", "sendmail-rejected", send_operation(refused=["bob@example.org"], dialogue=REJECTED,
                                                          later=REJECTED, program="sendmail"), expected=65)
each_kind("sendmail -odq", "sendmail-queue-only", send_operation(program="sendmail", options=["-odq"]))
each_kind("sendmail", "refusal", refusal_operation, expected=65)
each_kind("-qf", "run", run_operation())
each_kind("-qf", "run-refused", run_operation(1, dialogue=NOBODY, also=["nobody@example.org"],
                                              refused=["nobody@example.org"]))
each_kind("-qf", "run-past-later", run_past_later_operation)
each_kind("-qf", "run-in-chunks", run_operation(), extensions=("PIPELINING", "CHUNKING"))
each_kind("-qf", "run-chunk-unknown", run_operation(dialogue=NO_CHUNKS), extensions=("PIPELINING", "CHUNKING"))
each_kind("-qf", "run-second-chunk-unknown", run_operation(dialogue="bdat#2: 503 5.5.1 bad sequence"),
          extensions=("PIPELINING", "CHUNKING"))
each_kind("-qf", "run-hangs-up-on-chunks", run_operation(dialogue="bdat#2: 500 5.5.1 what?\nrset: drop"),
          extensions=("PIPELINING", "CHUNKING"))
each_kind("-q", "run-of-what-is-due", run_operation(options=["-q"], FAULT_CLOCK="7200"))
each_kind("the run after a send", "detached", detached_operation)
each_kind("-bs", "server", server_operation(["-odq"]))
each_kind("-bs", "server-run", server_operation([]))
each_kind("-bs", "guest", guest_operation)
each_kind("--queue-import", "import", import_operation(False))
each_kind("--queue-import", "import-then-run", import_operation(True))
if IS_FULL:
    each_kind("-qf", "run-ten", run_operation(10, recipients=TWO))
    each_kind("-qf", "run-of-all-kinds", run_operation(3, dialogue=NOBODY, recipients=TWO,
                                                       also=["nobody@example.org"] * 3,
                                                       refused=["nobody@example.org"]))
