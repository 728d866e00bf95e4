# SPDX-License-Identifier: GPL-3.0-or-later
"""settling.py - after every settle the status bytes on disk agree with the relay's mailbox"""
import itertools
import os
import re
import signal
from tests.lib.harness import expect
from .cases import IS_FULL, TWO, count, expect_empty, fill, gather, suite
from .runners import wait_for_stop
from .user import Message, FaultUser, sweep


RCPT = {"takes": None, "defers": "451 4.7.1 later", "refuses": "550 5.1.1 no such user"}
FINAL = {"takes": None, "defers": "451 4.3.0 not now", "refuses": "550 5.7.1 not this",
         "closes": "421 4.3.2 closing ; close", "drops": "drop"}
PERSON, SENDMAIL = "mailchute", "sendmail"
CHUNKING = {"extensions": ("PIPELINING", "SIZE", "8BITMIME", "CHUNKING")}
NONE, TEMPORARY = ("takes", "takes", "takes"), ("defers", "defers", "takes")


def dialogue(bob, carol, final, step="dot"):
    """The relay's replies to each of two recipients, and to the content."""
    lines = [f"rcpt <{address}>: {RCPT[word]}" for address, word in zip(TWO, (bob, carol)) if RCPT[word]]
    return "\n".join(lines + ([f"{step}: {FINAL[final]}"] if FINAL[final] else []))


def check_statuses(user, message, may_doubt, run):
    """Compare the message's place and its recipients' statuses with the relay's mailbox."""
    user.relay.wait_idle()
    there, copies = user.find(message), user.copies(message)
    expect(len(there) <= 1, f"in two places: {there}; {run}")
    for folder, _, states in there:
        expect(len(states) == len(copies), f"no status for each recipient in {folder}: {states!r}; {run}")
        for state, number in zip(states, copies):
            is_right = number > 0 if state == "D" else may_doubt if state == "?" else number == 0
            expect(is_right, f"{folder}/ says {states}, and the relay has taken {copies}; {run}")


def is_promised(user, message, run):
    return run.status == 0 or bool(user.find(message))


def settle_everything(user, message, promised, doubts):
    """Retry what is left, at a relay that accepts everything: no recipient gets it twice."""
    user.play("")
    for _, name, _ in user.find(message):
        user.run(["--queue-retry", name])
    user.drain()
    copies = user.copies(message)
    expect(max(copies) <= 1 + doubts, f"{copies} copies, {1 + doubts} allowed")
    expect(min(copies) >= 1 or not promised, f"{copies} copies of what was promised")
    expect_empty(user)


def rounds_played(user, name, rounds, step="dot"):
    """A message is queued and tried again, each time with other replies of the relay."""
    user.restore("empty")
    user.forget()
    message, doubts, promised = Message(TWO), 0, False
    for number, words in enumerate(rounds):
        user.play(dialogue(*words, step=step))
        run = user.send(message, program=name) if number == 0 else user.run(["-qf"])
        doubts += words[2] == "drops"
        check_statuses(user, message, doubts > 0, run)
        promised = is_promised(user, message, run) if number == 0 else promised
    settle_everything(user, message, promised, doubts)


def all_rounds():
    """Every pair of rounds whose first round leaves something to do."""
    first = [words for words in itertools.product(RCPT, RCPT, FINAL) if words != NONE]
    second = list(itertools.product(RCPT, RCPT, FINAL))
    if IS_FULL:
        return list(itertools.product(first, second))
    return [(one, other) for one in first if one[2] in ("takes", "defers") or one[:2] == ("takes", "takes")
            for other in second if other[2] in ("takes", "drops") or other[:2] == ("takes", "takes")]


def rounds_case(name, how, step, options, settings=None):
    def run(folder):
        with FaultUser(folder, settings, **options) as user:
            gather((f"{name}: {' then '.join('/'.join(words) for words in rounds)}",
                    lambda r=rounds: rounds_played(user, name, r, step)) for rounds in all_rounds())
    suite.add(f"settled-{how}-{name}", run)


rounds_case(SENDMAIL, "data", "dot", {})
if IS_FULL:
    rounds_case(PERSON, "data", "dot", {})
    rounds_case(SENDMAIL, "bdat", "bdat", CHUNKING)


@suite.case
def accepted_in_a_later_round(folder):
    """The first recipient is refused, the second deferred and accepted later: a retry goes only to the first."""
    with FaultUser(folder) as user:
        gather([("refused, then accepted", lambda: rounds_played(
            user, SENDMAIL, [("refuses", "defers", "takes"), NONE]))])


@suite.case
def settled_of_lmtp(folder):
    """LMTP has a verdict for each recipient; a connection lost between two verdicts does not change the first."""
    said = {"takes": None, "defers": "452 4.2.2 full", "refuses": "550 5.2.1 never", "closes": "421 4.3.2 closing ; close",
            "drops": "drop"}
    with FaultUser(folder, {"protocol": "lmtp"}, lmtp=True) as user:

        def trial(bob, carol):
            user.restore("empty")
            user.forget()
            message = Message(TWO)
            user.play("\n".join(f"dot <{address}>: {said[word]}" for address, word in zip(TWO, (bob, carol))
                                if said[word]))
            run = user.send(message, program=SENDMAIL)
            doubts = int("drops" in (bob, carol))
            check_statuses(user, message, doubts, run)
            settle_everything(user, message, is_promised(user, message, run), doubts)
        gather((f"{bob}, {carol}", lambda b=bob, c=carol: trial(b, c)) for bob in said for carol in said)


def put_back(user, messages, words, wanted):
    """A session ends after one message: the replies to the next message are written before another session."""
    fill(user, messages)
    user.restore()
    user.forget()
    user.play(words)
    process = user.start(["-qf"], fault=("stop", 2), FAULT_CALL="connect")
    try:
        expect(wait_for_stop(process), "there was no second session")
        states = [state for message in messages for _, _, state in user.find(message)]
    finally:
        os.kill(process.pid, signal.SIGCONT)
        run = user.finish(process)
    expect(states == [wanted], f"left as {states} for the next session; {run}")
    user.play("")
    user.drain()
    for message in messages:
        copies = user.copies(message)
        expect(set(copies) == {1}, f"{copies} copies; {run}")
    expect_empty(user)


@suite.case
def put_back_after_421(folder):
    with FaultUser(folder) as user:
        gather([("to the content", lambda: put_back(user, [Message(TWO), Message(TWO)],
                                                    "dot#2: 421 4.3.2 enough ; close", ".."))])


@suite.case
def put_back_in_lmtp(folder):
    with FaultUser(folder, {"protocol": "lmtp"}, lmtp=True) as user:
        gather([("to one of two", lambda: put_back(user, [Message(TWO), Message(TWO)],
                                                   "dot#4 <carol@example.org>: 421 4.3.2 enough ; close", "D."))])


def window_case(name, words, last, args=("-qf",), settings=None):
    """A run is killed at any call. After the verdict was read there is one call before it is on disk: the call
    that writes it, with the name `last`."""
    def run(folder):
        with FaultUser(folder, settings) as user:
            message = Message(TWO)
            fill(user, [message])

            def is_lost_at(call, number):
                """Whether a received verdict is not on disk; None if there is no such call."""
                user.restore()
                user.forget()
                user.play(words)
                run = user.run([*args], fault=("kill", number), FAULT_SINCE="connect", FAULT_CALL=call)
                check_statuses(user, message, run.is_cut, run)
                states = "".join(states for _, _, states in user.find(message))
                is_lost = "?" in states and any(user.copies(message))
                settle_everything(user, message, True, int("?" in states))
                return is_lost if run.call else None

            def trial(call):
                lost = [*itertools.takewhile(lambda answer: answer is not None,
                                             (is_lost_at(call, number) for number in itertools.count(1)))]
                count(len(lost))
                expect(sum(lost) == (call == last), f"{sum(lost)} of {len(lost)} such calls lose the verdict")
            gather((call, lambda c=call: trial(c)) for call in CALLS)
    suite.add(f"window-{name}", run)


CALLS = ("pwrite", "unlinkat", "fdatasync", "fsync", "openat", "write", "close", "pread", "renameat2", "fcntl")
LOGGED = {"logfile": "~/log"}
window_case("sent", "", "unlinkat", settings=LOGGED)
window_case("partly-sent", f"rcpt <{TWO[1]}>: {RCPT['defers']}", "pwrite", settings=LOGGED)
window_case("partly-refused", f"rcpt <{TWO[1]}>: {RCPT['refuses']}", "pwrite")
window_case("retried", f"rcpt <{TWO[1]}>: {RCPT['defers']}", "pwrite", ("-qR", "carol"))


def commands_of(user):
    path = user.folder / "commands"
    return len(path.read_text().splitlines()) if path.exists() else 0


def told_once(folder, recipients, words, at_calls):
    """The run in which a message fails is killed at any call: there is one notice and one command in every case."""
    with FaultUser(folder, {"on_failure": f"echo $MAILCHUTE_ID $MAILCHUTE_RECIPIENTS >> {folder}/commands"}) as user:
        message = Message(recipients)
        fill(user, [message])

        def shoot(fault):
            user.restore()
            user.forget()
            (user.folder / "commands").unlink(missing_ok=True)
            user.play(words)
            return user.run(["-qf"], fault=fault, FAULT_SINCE="connect", **at_calls)

        def check(run):
            doubts = sum(b"multipart/report" in data and states == "?" for data, states in notices_in_queue(user))
            user.run([f"-qR{message.sender}"])  # the notice alone, where there is one
            user.drain()
            user.relay.wait_idle()
            notices = len(user.notices(message))
            expect(1 <= notices <= 1 + doubts, f"{notices} notices, {1 + doubts} allowed; {run}")
            expect(commands_of(user) <= 1, f"on_failure was run {commands_of(user)} times; {run}")
            expect(commands_of(user) == 1 or run.is_cut, f"on_failure was not run; {run}")
            expect([f for f, _, _ in user.find(message)] == ["failed"], f"{user.find(message)}; {run}")
        count(sweep(shoot, check, ["kill", "eio", "enospc"]))


def notices_in_queue(user):
    for name in user.names("q"):
        data = (user.spool / "q" / name).read_bytes()
        end = data.rfind(b"END " + name.encode())
        found = re.search(rb"([.?DF])\s?\Z", data[:max(end, 0)])
        yield data, found[1].decode() if found else ""


@suite.case
def told_once_of_one(folder):
    told_once(folder, ["nobody@example.org"], "rcpt <nobody@example.org>: 550 5.1.1 no such user", {})


@suite.case
def told_once_of_one_in_two(folder):
    told_once(folder, ["nobody@example.org", "bob@example.org"],
              "rcpt <nobody@example.org>: 550 5.1.1 no such user\nrcpt#2 <bob@example.org>: 451 4.7.1 later", {})
