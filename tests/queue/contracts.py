# SPDX-License-Identifier: GPL-3.0-or-later
"""contracts.py - cases: what each kind of caller gets, whatever the relay does

A row gives a trouble and what a person (who calls mailchute) and a program (which calls sendmail) get: exit
status, messages left in q/, messages in failed/, and to whom the relay took it meanwhile. What is left in
q/ goes out when the trouble is over, to those who have not got it, once.
"""
import dataclasses
import functools
import os
import signal
import time
from tests.lib import patience
from tests.lib.harness import expect, wait_until, write_private
from tests.lib.user import MESSAGE, User


BOB, CAROL = "bob@example.org", "carol@example.org"
LOGIN = {"auth": ("PLAIN",), "auth_in_clear": True}
GONE = f"rcpt <{BOB}>: 550 5.1.1 no such user"
LATER = f"rcpt <{BOB}>: 450 4.2.0 come back later"


@dataclasses.dataclass
class Row:
    person: tuple
    sendmail: tuple
    dialogue: tuple = ()
    config: tuple = ()
    relay: dict = dataclasses.field(default_factory=dict)
    recipients: tuple = (BOB,)
    is_down: bool = False
    is_noticed: bool = False  # the sender is told by mail, unless the exit status says it all


KEPT = (0, 1, 0, ())
ROWS = {
    "relay-down": Row(KEPT, KEPT, is_down=True),
    "no-such-host": Row(KEPT, KEPT, config=("host no-such-relay.invalid",)),
    "greeting-421": Row(KEPT, KEPT, ("greeting: 421 4.3.2 too busy",)),
    "greeting-554": Row((69, 0, 0, ()), KEPT, ("greeting: 554 5.7.1 go away",)),
    "greeting-garbage": Row(KEPT, KEPT, ("greeting: raw hello there\\r\\n",)),
    "ehlo-421": Row(KEPT, KEPT, ("ehlo: 421 4.3.2 going down",)),
    "mail-451": Row(KEPT, KEPT, ("mail: 451 4.3.0 not now",)),
    "data-451": Row(KEPT, KEPT, ("data: 451 4.3.0 not now",)),
    "dot-451": Row(KEPT, KEPT, ("dot: 451 4.3.0 not now",)),
    "lost-after-mail": Row(KEPT, KEPT, ("mail: drop",)),
    "auth-454": Row(KEPT, KEPT, ("auth: 454 4.7.0 not now",), relay=LOGIN),
    "auth-535": Row((77, 0, 0, ()), KEPT, config=("password wrong",), relay=LOGIN),
    "auth-not-offered": Row((69, 0, 0, ()), KEPT, config=("auth on", "user tester", "password secret")),
    "certificate": Row((69, 0, 0, ()), KEPT, config=("tls_trust_file system",), relay={"tls": "starttls"}),
    "no-starttls": Row((69, 0, 0, ()), KEPT, config=("tls on",)),
    "recipient-refused": Row((65, 0, 0, ()), (0, 0, 1, (CAROL,)), (GONE,), recipients=(BOB, CAROL),
                             is_noticed=True),
    "all-recipients-refused": Row((65, 0, 0, ()), (0, 0, 1, ()), (GONE,), is_noticed=True),
    "recipient-deferred": Row((0, 1, 0, (CAROL,)), (0, 1, 0, (CAROL,)), (LATER,), recipients=(BOB, CAROL)),
    "mail-530": Row((77, 0, 0, ()), KEPT, ("mail: 530 5.7.0 Authentication required",)),
    "mail-550-tls": Row((69, 0, 0, ()), KEPT, ("mail: 550 5.7.1 Session encryption is required",)),
    "rcpt-530-postal-175": Row((77, 0, 0, ()), KEPT, ("rcpt: 530 5.7.57 Client not authenticated to send mail",)),
    "rcpt-530-of-one": Row((77, 0, 0, ()), (0, 1, 0, (CAROL,)), (f"rcpt <{BOB}>: 530 5.7.0 Authentication required",),
                           recipients=(BOB, CAROL)),
    "rcpt-504-helo-bitwarden-4062": Row((69, 0, 0, ()), KEPT, ("rcpt: 504 5.5.2 <localhost>: Helo command rejected: "
                                                               "need fully-qualified hostname",)),
    "rcpt-450-helo": Row(KEPT, KEPT, ("rcpt: 450 4.7.1 <host>: Helo command rejected: Host not found",)),
    "data-530-docker-smtp-37": Row((77, 0, 0, ()), KEPT, ("data: 530 5.7.57 Client not authenticated to send mail",)),
    "dot-530": Row((77, 0, 0, ()), KEPT, ("dot: 530 5.7.57 Client not authenticated to send mail",)),
    "mail-550": Row((65, 0, 0, ()), (65, 0, 1, ()), ("mail: 550 5.7.1 not you",)),
    "data-554": Row((65, 0, 0, ()), (65, 0, 1, ()), ("data: 554 5.6.0 no",)),
    "dot-554": Row((69, 0, 0, ()), (69, 0, 1, ()), ("dot: 554 5.7.1 spam",)),
    "partial-send": Row((65, 0, 1, (CAROL,)), (0, 0, 1, (CAROL,)), (GONE,), config=("partial send",),
                        recipients=(BOB, CAROL), is_noticed=True),
    "partial-abort": Row((65, 0, 0, ()), (65, 0, 1, ()), (GONE,), config=("partial abort",),
                         recipients=(BOB, CAROL)),
    "queue-exit-75": Row((75, 1, 0, ()), (75, 1, 0, ()), config=("queue_exit 75",), is_down=True),
    "queue-always": Row(KEPT, KEPT, config=("queue always", "password wrong"), relay=LOGIN),
    "queue-off": Row((75, 0, 0, ()), (75, 0, 0, ()), config=("queue off",), is_down=True),
    "queue-off-and-deferred": Row((75, 0, 0, ()), (75, 0, 0, ()), (LATER,), config=("queue off",),
                                  recipients=(BOB, CAROL)),
}


def taken_by(relay):
    """Everybody to whom the relay took one of our messages, but for notices."""
    return tuple(r for t in relay.received if t.sender for r in t.served)


def play(row, name, folder):
    user = User(folder, *row.config, f"logfile {folder}/log", **row.relay)
    if row.is_down:
        result, taken = user.send(*row.recipients, name=name), ()
    else:
        with user.up(*row.dialogue) as relay:
            result = user.send(*row.recipients, name=name)
            relay.wait_idle()
            taken = taken_by(relay)
    kept = user.spool.messages()
    found = (result.status, len(kept), len(user.spool.messages("failed")), taken)
    wanted = row.sendmail if name == "sendmail" else row.person
    expect(found == wanted, f"wanted {wanted}, found {found}: {result}")
    check_words(result, kept, name, (folder / "log").read_text())
    if row.is_noticed and wanted[2]:
        expect([n.recipients for n in user.spool.notices()] == [["alice@example.org"]], "no notice is queued")
    if kept:
        finish(user, row, taken)


def check_words(result, kept, name, log):
    """A message that stays is named with the reason, to a program whose call succeeds in the log; so is any trouble."""
    is_quiet = name == "sendmail" and result.status == 0
    said = result.stderr.decode()
    expect(bool(said) != is_quiet, f"on stderr: {said}")
    for record in kept:
        expect(f"queued as {record.id}: " in (log if is_quiet else said), f"not said where it is: {said}{log}")
        expect(len(record.notes) == 1, f"not one note in the file: {record.notes}")


def finish(user, row, taken):
    """The trouble is over: a run sends what is left to those who lack it, under the same Message-ID."""
    record = user.spool.messages()[0]
    user.configure()
    with user.up() as relay:
        result = user.flush()
        relay.wait_idle()
        expect(taken_by(relay) == tuple(r for r in row.recipients if r not in taken),
               f"sent to {taken_by(relay)}: {result}")
        expect(record.message_id.encode() in relay.received[-1].content, "another Message-ID")
    user.expect_empty("after a run without trouble")


def add_rows(suite):
    for name, row in ROWS.items():
        for program in ("mailchute", "sendmail"):
            suite.add(f"{name}-{program}", functools.partial(play, row, program))


# Contracts that no row can express

def without_config(folder, text):
    """The config is missing or wrong: a person sees an error; a program's message is kept, and sent with a correct config."""
    user = User(folder)
    config = user.home / ".mailchuterc"
    good = config.read_text()
    if text:
        write_private(config, text)
    else:
        config.unlink()
    result = user.send()
    expect(result.status == 78 and not user.spool.files(), f"a person: {result}")
    result = user.send("root", CAROL, name="sendmail", stdin=b"Subject: from cron\n\nbody\n")
    kept = user.spool.messages()
    expect(result.status == 0 and len(kept) == 1 and not result.stderr, f"a program: {result}")
    write_private(config, good + "maildomain example.net\n")
    with user.up() as relay:
        result = user.flush()
        expect(len(relay.received) == 1, f"sent {len(relay.received)} times: {result}")
        message = relay.received[0]
        expect(message.sender == "alice@example.org", f"the sender is {message.sender}")
        expect(message.recipients == ["root@example.net", CAROL], f"it went to {message.recipients}")
        for field in (b"From: ", b"Date: ", b"Message-ID: "):
            expect(message.content.count(b"\r\n" + field) + message.content.startswith(field) == 1,
                   f"not completed: {message.content}")
    user.expect_empty()


def config_missing(folder):
    without_config(folder, "")


def config_wrong(folder):
    without_config(folder, "account default\nhost localhost\nno_such_setting on\n")


def config_without_a_sender(folder):
    """The value of `from` is no address."""
    without_config(folder, "account default\nhost localhost\nfrom alice at example.org\n")


def queue_unusable(folder):
    """Without a queue a message is sent at once, or the true result is returned."""
    for number, name in enumerate(("mailchute", "sendmail")):
        (folder / str(number)).mkdir()
        user = User(folder / str(number), f"queue_folder {folder}/file")
        (folder / "file").write_text("a file, and no folder")
        result = user.send(name=name)
        expect(result.status == 75 and b"not kept in the queue" in result.stderr, f"relay down: {result}")
        with user.up() as relay:
            result = user.send(name=name)
            expect(result.status == 0 and len(relay.received) == 1, f"relay up: {result}")


def queue_full(folder):
    user = User(folder, "queue_max 2")
    user.queue()
    user.queue()
    result = user.send()
    expect(result.status == 75 and b"full" in result.stderr, f"beyond queue_max: {result}")
    expect(len(user.spool.files()) == 2, "more than queue_max")


def queue_elsewhere(folder):
    """queue_folder names another place, for the one who gives in and for the run."""
    user = User(folder, f"queue_folder {folder}/other")
    expect(user.send().status == 0 and not user.spool.files(), "not in queue_folder")
    with user.up() as relay:
        result = user.flush()
        expect(len(relay.received) == 1, f"not found by a run: {result}")


def interrupted(folder, name, step, number):
    """A signal comes while the relay is silent at a step. Returns the user and how the program ended."""
    user = User(folder)
    with user.up(f"{step}: hang") as relay:
        process = user.start("bob@example.org", name=name)
        reached = {"data": lambda: any("DATA" in c.verbs for c in relay.connections),
                   "dot": lambda: any(t.is_complete for t in relay.transactions)}[step]
        wait_until(f"{step} reached", reached)
        process.send_signal(number)
        patience.finish(process)
    return user, process.returncode


def ending_signals():
    """Signals that end the process by default, crashes and real-time signals included. signal(7)."""
    others = {signal.SIGKILL, signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGCONT,
              signal.SIGCHLD, signal.SIGURG, signal.SIGWINCH}
    ignored_by_us = {signal.SIGPIPE, signal.SIGXFSZ}
    return sorted(signal.valid_signals() - others - ignored_by_us)


def place(folder, name):
    (folder / name).mkdir()
    return folder / name


def interrupted_before_content(folder):
    """A person takes the message back by that, whatever the signal; a program's is kept."""
    for number in ending_signals():
        user, ended = interrupted(place(folder, f"person{number}"), "mailchute", "data", number)
        expect(ended == -number, f"ended with {ended}, not by signal {number}")
        user.expect_empty(f"after signal {number}, which a person sent")
    for number in (signal.SIGTERM, signal.SIGALRM, signal.SIGQUIT):
        user, ended = interrupted(place(folder, f"program{number}"), "sendmail", "data", number)
        expect(ended == -number, f"ended with {ended}, not by signal {number}")
        expect([r.status for r in user.spool.messages()] == ["."], "a program's message is not kept")


def interrupted_in_doubt(folder):
    """After the last byte the outcome is unknown: the message stays, and goes out again under its Message-ID."""
    for number in (signal.SIGTERM, signal.SIGALRM, signal.SIGQUIT, signal.SIGUSR1, signal.SIGXCPU):
        user, ended = interrupted(place(folder, str(number)), "mailchute", "dot", number)
        kept = user.spool.messages()
        expect(ended == -number and [r.status for r in kept] == ["?"], f"not in doubt: {ended}, {kept}")
        with user.up() as relay:
            user.flush()
            expect(kept[0].message_id.encode() in relay.received[0].content, "another Message-ID")
        user.expect_empty()


def interrupted_by_the_callers_alarm(folder):
    """An alarm survives exec: it takes a person's message back, and leaves a program's in the queue."""
    script = "alarm 1; exec @ARGV; die"
    for name, left in (("mailchute", []), ("sendmail", ["."])):
        user = User(place(folder, name))
        user.programs["perl"] = "/usr/bin/perl"
        with user.up("data: hang") as relay:
            process = user.start("-e", script, user.programs[name], "bob@example.org", name="perl")
            patience.finish(process)
            relay.wait_idle()
        expect(process.returncode == -signal.SIGALRM, f"{name}: ended with {process.returncode}")
        kept = [record.status for record in user.spool.messages()]
        # a slow machine may have ended it before there was a message
        expect(kept in ([], left), f"{name}: {kept} is left")


def not_interrupted_by_what_the_caller_ignores(folder):
    """Of two signals, the one that the caller ignores has no effect."""
    user = User(folder)
    user.programs["perl"] = "/usr/bin/perl"
    with user.up("data: hang") as relay:
        process = user.start("-e", "$SIG{USR1} = 'IGNORE'; exec @ARGV; die", user.programs["mailchute"],
                             "bob@example.org", name="perl")
        wait_until("DATA", lambda: any("DATA" in c.verbs for c in relay.connections))
        process.send_signal(signal.SIGUSR1)
        process.send_signal(signal.SIGTERM)
        patience.finish(process)
    expect(process.returncode == -signal.SIGTERM, f"ended with {process.returncode}")
    user.expect_empty()


def interrupted_while_reading(folder):
    """A message that never ended is nowhere."""
    user = User(folder)
    process = user.start("bob@example.org", name="sendmail", stdin=None)
    process.stdin.write(MESSAGE)
    process.stdin.flush()
    wait_until("the queue's folder is made", (user.spool.path / "q").is_dir)
    process.send_signal(signal.SIGTERM)
    patience.finish(process)
    user.expect_empty()


def route_in_back_off(folder):
    """A person tries at once; a program's message is queued without asking the relay again."""
    user = User(folder)
    with user.up("greeting: 421 4.3.2 too busy") as relay:
        user.queue(name="sendmail")
        user.queue(name="sendmail")
        relay.wait_idle()
        expect(len(relay.connections) == 1, "a program asks again at once")
        user.queue()
        expect(len(relay.connections) == 2, "a person does not")


def used_until_end(process):
    """Waits for the end; returns the seconds of processor time that it took, and what it said."""
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime, said


def idle_while_relay_stalls(folder):
    """Waiting costs no processor time, and ends at the limit."""
    user = User(folder, "timeout 1")
    for step in ("greeting", "ehlo", "mail", "data"):
        with user.up(f"{step}: hang"):
            begun, limit = time.monotonic(), patience.now() + 10 * patience.factor()
            process = user.start("bob@example.org")
            used, said = used_until_end(process)
            took = time.monotonic() - begun
            expect(process.returncode == 0 and b"queued" in said, f"{step}: {process.returncode}, {said}")
            expect(took > 0.9 and used < 0.4, f"{step}: {took:.1f} s, {used:.2f} s of processor time")
            expect(patience.now() < limit, f"{step}: it went on for {took:.1f} s")


def add_cases(suite):
    add_rows(suite)
    for function in (config_missing, config_wrong, config_without_a_sender, queue_unusable, queue_full, queue_elsewhere,
                     interrupted_before_content, interrupted_in_doubt, interrupted_while_reading,
                     interrupted_by_the_callers_alarm, not_interrupted_by_what_the_caller_ignores,
                     route_in_back_off, idle_while_relay_stalls):
        suite.case(function)
