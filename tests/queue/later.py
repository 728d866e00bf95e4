# SPDX-License-Identifier: GPL-3.0-or-later
"""later.py - cases: a message that is to be sent at a certain time (--at)"""
import datetime
import email
import email.utils
import json
import re
import time
from tests.lib.harness import expect
from tests.lib.user import DAY, User
from .contracts import BOB


WITHOUT_DATE = b"From: alice@example.org\nTo: bob@example.org\nSubject: later\n\nHello.\n"


def in_days(days):
    """The time so many days from now, as --at takes it."""
    return (datetime.datetime.now() + datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%S")


def put(user, *when, name="mailchute", stdin=WITHOUT_DATE):
    """Give a message in for later; returns its record, and what was said."""
    result = user.send(name=name, options=("--at", *when), stdin=stdin)
    kept = user.spool.messages()
    expect(result.status == 0 and len(kept) == 1, f"not kept: {result}")
    return kept[0], result.stderr.decode()


def kept_until_then(folder):
    """A line names the id and the time, and the relay is not asked although it is up."""
    user = User(folder)
    with user.up() as relay:
        record, said = put(user, in_days(10))
        expect(re.fullmatch(rf"mailchute: queued as {record.id} until \w+, .* \d+:\d+:\d+ .*\n", said), said)
        for words in (("-q",), ("-qf",), ("-qR", "bob"), ("-qI", record.id), ("-M", record.id)):
            user.run(*words)
        user.run("-qf", days=9.9)
        expect(not relay.connections, "sent too early")
        expect(user.spool.messages()[0].progress["begun"] == 0, "an attempt was counted")
        user.run("-q", days=10.1)
        expect([t.recipients for t in relay.received] == [[BOB]], "not sent when its time has come")
    user.expect_empty()


def not_along_with_others(folder):
    """Over the connection of another message only due messages are sent."""
    user = User(folder)
    record, _ = put(user, "+1d")
    with user.up() as relay:
        expect(user.send().status == 0, "the other one is not sent")
        relay.wait_idle()
        user.run("-qf")
        expect(len(relay.received) == 1, "it went along")
    expect([r.id for r in user.spool.messages()] == [record.id], "it is gone")


def torn_progress(folder):
    """A write in place can be torn; the time stands elsewhere in the file."""
    user = User(folder)
    record, _ = put(user, "+1d")
    data = record.path.read_bytes()
    record.path.write_bytes(data.replace(b"\nnext     0", b"\nnext     9", 1))
    with user.up() as relay:
        user.run("-q")
        user.run("-qf")
        expect(not relay.received, "sent early")
        user.run("-q", days=1.1)
        expect(len(relay.received) == 1, "not sent in time")


def clock_jumps(folder):
    """A time that is far away does not mean that the clock was set back."""
    user = User(folder)
    put(user, in_days(3000))
    with user.up() as relay:
        for days in (0, -3650, 2999):
            user.run("-q", days=days)
            user.run("-qf", days=days)
        expect(not relay.received, "sent before its time")
        user.run("-q", days=3001)
        expect(len(relay.received) == 1, "not sent in time")


def sooner_on_demand(folder):
    """--queue-retry lets it go, also when the first attempt fails then."""
    user = User(folder)
    record, _ = put(user, "+1d")
    result = user.run("--queue-retry", record.id)
    expect(result.status != 0 and user.spool.messages()[0].progress["begun"] == 1, f"not tried: {result}")
    with user.up() as relay:
        user.run("-qf")
        expect(len(relay.received) == 1, "a message that was let go waits for its time all the same")


def held_and_let_go(folder):
    user = User(folder)
    record, _ = put(user, "+1d")
    user.run("--queue-hold", record.id)
    with user.up() as relay:
        user.run("-qf", days=2)
        expect(not relay.received, "a held message is sent")
        user.run("--queue-retry", record.id)
        expect(len(relay.received) == 1, "not sent on demand")


def date_of_the_message(folder):
    """A Date field that is added bears the time that was asked for; one that is there stays."""
    user = User(folder)
    record, _ = put(user, "2037-12-24T18:00:00Z")
    date = email.utils.parsedate_to_datetime(email.message_from_bytes(record.header)["Date"])
    expect(date == datetime.datetime(2037, 12, 24, 18, tzinfo=datetime.timezone.utc), f"{record.header}")
    user.run("--queue-remove", record.id)
    record, _ = put(user, "+1d", stdin=b"Date: Mon, 02 Mar 2026 10:00:00 +0000\n" + WITHOUT_DATE)
    expect(record.header.count(b"Date:") == 1 and b"Mon, 02 Mar 2026" in record.header, f"{record.header}")


def expiry_counts_from_then(folder):
    user = User(folder, "queue_expire 5")
    record, _ = put(user, in_days(30))
    left = int(record.block["expires"][0]) - time.time()
    expect(34.9 * DAY < left < 35.1 * DAY, f"expires in {left / DAY} days")
    for days in (30.1, 30.3, 30.5, 30.7, 30.9):
        user.flush(days=days)
    expect(not user.spool.files("failed"), "given up on its first day")
    user.flush(days=35.2)
    expect(len(user.spool.messages("failed")) == 1, "never given up")


def retries_as_usual(folder):
    """After a failed attempt the schedule is the usual one."""
    user = User(folder)
    put(user, "+1h")
    user.run("-q", days=0.05)
    record = user.spool.messages()[0]
    expect(record.progress["begun"] == 1 and 40 < record.delay < 80, f"next try after {record.delay} s")


def mailq_says_when(folder):
    user = User(folder)
    record, _ = put(user, "2037-12-24T18:00:00Z")
    text = " ".join(user.run(name="mailq").stdout.decode().split())
    expect("is to be sent on Thu, 24 Dec 2037" in text and f"--queue-retry {record.id}" in text, text)
    listed = json.loads(user.run("--queue-list=json").stdout)
    expect(listed[0]["not_before"] == listed[0]["next_try"] == 2145290400, f"{listed}")


def from_a_program(folder):
    """The same under sendmail's name; without a config too."""
    user = User(folder)
    with user.up() as relay:
        record, _ = put(user, "+1d", name="sendmail")
        expect(not relay.connections, "sent at once")
        user.run("--queue-remove", record.id)
        config = user.home / ".mailchuterc"
        good = config.read_text()
        config.write_text("nonsense\n")
        _, said = put(user, "+1d", name="sendmail")
        expect(not said, said)
        config.write_text(good)
        user.flush()
        expect(not relay.received, "sent early, once there is a config")
        user.flush(days=1.1)
        expect(len(relay.received) == 1, "not sent in time")


def exit_is_0(folder):
    """queue_exit is about messages that could not be sent."""
    user = User(folder, "queue_exit 75")
    put(user, "+1d")


def nothing_is_logged_before(folder):
    """The log has a line for each attempt, and there was none."""
    log = folder / "log"
    user = User(folder, f"logfile {log}")
    put(user, "+1d")
    expect(not log.exists(), f"logged as if it had been sent: {log.exists() and log.read_text()}")
    with user.up():
        user.run("-q", days=1.1)
    expect(log.read_text().count("exitcode=EX_OK") == 1, log.read_text())


def needs_a_queue(folder):
    """Without one nothing is sent, and nothing kept."""
    user = User(folder)
    with user.up() as relay:
        result = user.send(options=("--at", "+1d", "--queue", "off"))
        expect(result.status == 64 and b"queue is off" in result.stderr, f"queue off: {result}")
        user.configure("queue_max 1")
        put(user, "+1d")
        result = user.send(options=("--at", "+1d"))
        expect(result.status == 71 and b"full" in result.stderr, f"queue full: {result}")
        expect(not relay.connections, "sent at once")


def time_that_is_past(folder):
    user = User(folder)
    for when in (in_days(-1), "2020-01-01T00:00Z", "soon"):
        result = user.send(options=("--at", when))
        expect(result.status == 64 and b"--at" in result.stderr and not user.spool.files(), f"{when}: {result}")


def add_cases(suite):
    for function in (kept_until_then, not_along_with_others, torn_progress, clock_jumps, sooner_on_demand,
                     held_and_let_go, date_of_the_message, expiry_counts_from_then, retries_as_usual,
                     mailq_says_when, from_a_program, exit_is_0, nothing_is_logged_before,
                     needs_a_queue, time_that_is_past):
        suite.add(f"later-{function.__name__.replace('_', '-')}", function)
