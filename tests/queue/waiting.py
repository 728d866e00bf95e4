# SPDX-License-Identifier: GPL-3.0-or-later
"""waiting.py - cases: when a message is tried again, when it expires, and who is notified"""
import email
import re
from tests.lib import lint
from tests.lib.harness import expect, wait_until
from tests.lib.user import User
from .contracts import BOB, CAROL, GONE


MINUTE, HOUR = 60, 60 * 60
MESSAGE_STEPS = [MINUTE, 3 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 4 * HOUR, 4 * HOUR]
ROUTE_STEPS = [MINUTE * 2 ** n for n in range(6)] + [HOUR, HOUR]
ALICE = "alice@example.org"


def expect_steps(user, steps):
    """The attempt that was made, and then one for each further step, wait as long as they should."""
    seen = []
    for number, step in enumerate(steps):
        if number:
            user.flush()
        delay = user.spool.messages()[0].delay
        expect(0.8 * step <= delay <= 1.2 * step, f"attempt {number + 1}: next one in {delay} s, not about {step}")
        seen.append(delay / step)
    expect(len({round(ratio, 3) for ratio in seen}) > 2, f"no chance in it: {seen}")


def steps_of_message(folder):
    user = User(folder)
    with user.up("mail: 451 4.3.0 not now"):
        user.queue()
        expect_steps(user, MESSAGE_STEPS)


def steps_of_route(folder):
    user = User(folder)
    user.queue()
    expect_steps(user, ROUTE_STEPS)


def only_what_is_due(folder):
    user = User(folder)
    user.queue()
    with user.up() as relay:
        user.run("-q")
        expect(not relay.connections, "a run takes what is not due")
        user.spool.make_due()
        user.run(name="runq")
        expect(len(relay.received) == 1, "a run leaves what is due")


def count_of_attempts(folder):
    """Attempts within ten minutes count once."""
    user = User(folder)
    user.queue()
    for number in range(1, 4):
        user.flush()
        expect(user.spool.messages()[0].progress["counted"] == number, f"close attempts count: {number}")
        record = user.spool.messages()[0]
        record.change(last=record.progress["last"] - 11 * MINUTE)
        user.flush()
    expect(user.spool.messages()[0].progress["ended"] == 7, "not seven attempts")


def expiry(folder):
    """Too old and tried five times at least: expired, kept in failed/, reported once, never sent again."""
    user = User(folder)
    record = user.queue()
    for days in (6, 6.1, 6.2):
        user.flush(days=days)
    expect([r.id for r in user.spool.messages()] == [record.id], "given up after four attempts")
    result = user.flush(days=6.3)
    failed = user.spool.messages("failed")
    expect([r.id for r in failed] == [record.id] and failed[0].status == "F", f"not given up: {result}")
    expect([n.recipients for n in user.spool.notices()] == [[ALICE]], "nobody is told")
    with user.up() as relay:
        user.flush(days=6.4)
        expect([t.recipients for t in relay.received] == [[ALICE]], "what was given up is sent")
    user.expect_empty()


def no_expiry_by_tries_alone(folder):
    user = User(folder)
    user.queue()
    for number in range(1, 8):
        user.flush(days=number / 10)
    expect(user.spool.messages()[0].progress["counted"] >= 7, "attempts that lie apart do not count")
    expect(not user.spool.files("failed"), "given up within a day")


def expiry_by_setting(folder):
    user = User(folder, "queue_expire 1")
    user.queue()
    for days in (0.2, 0.4, 0.6, 0.8):
        user.flush(days=days)
    expect(not user.spool.files("failed"), "given up too early")
    user.flush(days=1.1)
    expect(len(user.spool.messages("failed")) == 1, "not given up")


def clock_jumps(folder):
    """Ten years forth and back: nothing expires, nothing waits for ten years."""
    user = User(folder)
    user.queue()
    for days in (0.1, 0.2, 0.3, 0.4):
        user.flush(days=days)
    user.run("-q", days=3650)
    expect(len(user.spool.messages()) == 1, "given up by a clock that jumped")
    with user.up() as relay:
        user.run("-q")
        expect(len(relay.received) == 1, "still waiting for the day to which the clock had jumped")


def clock_set_back(folder):
    user = User(folder)
    user.queue()
    with user.up() as relay:
        user.run("-q", days=-3650)
        expect(len(relay.received) == 1, "not due when the clock was set back")


# Doubt and crashes

def doubt(folder):
    """The reply is lost each time: three copies under one Message-ID, then a person is asked."""
    user = User(folder)
    with user.up("dot: drop") as relay:
        record = user.queue()
        delays = [user.spool.messages()[0].delay]
        user.flush()
        delays.append(user.spool.messages()[0].delay)
        result = user.flush()
        relay.wait_idle()
        ids = {email.message_from_bytes(t.content)["Message-ID"] for t in relay.transactions}
        expect(len(relay.transactions) == 3 and ids == {record.message_id}, f"three times one message: {ids}")
    expect(delays[0] < delays[1], f"the delay does not grow: {delays}")
    user.expect_empty("after three rounds")
    expect([r.id for r in user.spool.messages("hold")] == [record.id], f"not held: {result}")
    expect(record.id.encode() in result.stderr, f"nobody is told: {result}")
    with user.up() as relay:
        user.flush()
        expect(not relay.received, "a held message is sent")
        result = user.run("--queue-retry", record.id)
        expect(len(relay.received) == 1, f"not sent on demand: {result}")
    expect(not user.spool.files("hold"), "still held")


def crashes(folder):
    """A message on which mailchute crashes three times is held, so that it delays no other."""
    user = User(folder)
    record = user.queue()
    with user.up("data: hang") as relay:
        for number in range(1, 4):
            process = user.start("-qf")
            wait_until(f"attempt {number}", lambda: "DATA" in [v for c in relay.connections[number - 1:]
                                                               for v in c.verbs])
            process.kill()
            process.communicate()
    other = user.queue(CAROL)
    with user.up() as relay:
        result = user.flush()
        expect([t.recipients for t in relay.received] == [[CAROL]], f"not set aside: {result}")
    expect([r.id for r in user.spool.messages("hold")] == [record.id], f"not held; {other.id} was sent: {result}")


# Notices

def refused(folder, *config, options=(), dialogue=GONE):
    """A message to Bob, who is refused, and Carol. Returns the user afterwards."""
    user = User(folder, *config)
    with user.up(dialogue) as relay:
        result = user.send(BOB, CAROL, name="sendmail", options=options)
        expect(result.status == 0, f"not sent to the others: {result}")
        relay.wait_idle()
    return user


def notice(folder):
    """RFC 3464 and 6522: from the null sender, to the sender, with the header and without the body; once."""
    user = refused(folder)
    record = user.spool.messages("failed")[0]
    with user.up() as relay:
        user.flush()
        user.flush()
        expect([(t.sender, t.recipients) for t in relay.received] == [("", [ALICE])], "not one notice")
        lint.check(relay.received[0].content)
        told = email.message_from_bytes(relay.received[0].content)
    expect(told.get_content_type() == "multipart/report" and told.get_param("report-type") == "delivery-status",
           f"it is {told['Content-Type']}")
    status = told.get_payload(1).as_string()
    for pattern in (rf"(?i)Final-Recipient: *rfc822; *{BOB}", r"Action: failed", r"Status: 5\.1\.1",
                    r"Diagnostic-Code: *smtp; *550 5.1.1 no such user"):
        expect(re.search(pattern, status), f"lacks {pattern}: {status}")
    expect(CAROL not in status, "it names one who got the message")
    expect("auto-replied" in told["Auto-Submitted"] or "auto-generated" in told["Auto-Submitted"], "no Auto-Submitted")
    text = told.as_string()
    expect(record.message_id in text and "Hello Bob" not in text, f"not the header alone: {text}")


def no_notice_about_notices(folder):
    for number, options in enumerate((("-f", "<>"), ("-f", ""))):
        (folder / str(number)).mkdir()
        user = refused(folder / str(number), options=options)
        expect(not user.spool.files() and len(user.spool.files("failed")) == 1, f"with {options}")


def notice_refused_nullmailer_54(folder):
    """A bounce that is rejected ends in failed/, and makes no further bounce."""
    user = refused(folder)
    with user.up("mail: 550 5.7.1 no notices here") as relay:
        for _ in range(3):
            user.flush()
        user.expect_empty("after runs against a relay that refuses notices")
        kept = len(user.spool.files("failed"))
        expect(kept == 2, f"{kept} files in failed/, not the message and its notice")


def notice_with_a_sender(folder):
    """Where the relay refuses the null sender the notice goes out under the account's."""
    user = refused(folder)
    with user.up("mail <>: 550 5.7.1 null sender refused") as relay:
        for _ in range(2):
            user.flush()
        expect([(t.sender, t.recipients) for t in relay.received] == [(ALICE, [ALICE])],
               f"received: {[(t.sender, t.recipients) for t in relay.received]}")


def notice_to_somebody(folder):
    user = refused(folder, "bounce_to postmaster@example.net")
    expect([n.recipients for n in user.spool.notices()] == [["postmaster@example.net"]], "bounce_to is not heeded")


def notice_expires(folder):
    """After a day, and it is not told about."""
    user = refused(folder)
    for days in (0.3, 0.5, 0.7, 0.9, 1.2):
        user.flush(days=days)
    user.expect_empty("after a day and five attempts")
    expect(len(user.spool.files("failed")) == 2, "the notice is not kept")


def on_failure(folder):
    """The command's environment says which message, whose, to whom, and why; its failing changes nothing."""
    told = folder / "told"
    user = refused(folder, f'on_failure env | grep ^MAILCHUTE_ > {told}; cat >> {told}; exit 3')
    record = user.spool.messages("failed")[0]
    values = dict(line.split("=", 1) for line in told.read_text().splitlines())
    expect(values["MAILCHUTE_ID"] == record.id and values["MAILCHUTE_SENDER"] == ALICE, f"{values}")
    expect(values["MAILCHUTE_RECIPIENTS"] == BOB and "550 5.1.1 no such user" in values["MAILCHUTE_REASON"],
           f"{values}")


def on_failure_of_many(folder):
    """The system starts no program with a variable that long; nor does a command that comes later suffer by it."""
    told = folder / "told"
    user = User(folder, "domain a.example", "auth plain", "user tester", "passwordeval echo secret",
                f"on_failure env | grep ^MAILCHUTE_ > {told}",
                "account other : default", "domain z.example", "from carol@example.org")
    many = ", ".join(f"{'x' * 60}{i}@example.org" for i in range(2000))
    user.run("-t", "-odq", name="sendmail", stdin=f"To: {many}\n\nHello.\n".encode())
    user.send(options=("-odq", "-a", "other"), name="sendmail")
    with user.up(f"rcpt <{BOB}>: 250 ok", "rcpt: 550 5.1.1 no such user", auth=("PLAIN",), auth_in_clear=True,
                 password="secret") as relay:
        result = user.flush()
        expect([t.recipients for t in relay.received] == [[BOB]], f"the other one is not sent: {result}")
    expect(told.exists() and "MAILCHUTE_ID" in told.read_text(), f"the command was not run: {result}")


def failed_again(folder):
    """A message in failed/ can be sent on demand, to the recipients who lack it."""
    user = refused(folder)
    record = user.spool.messages("failed")[0]
    with user.up() as relay:
        result = user.run("--queue-retry", record.id)
        got = [t.recipients for t in relay.received if t.sender]
        expect(got == [[BOB]], f"sent to {got}: {result}")
    expect(not user.spool.messages("failed"), "still in failed/")


def add_cases(suite):
    for function in (steps_of_message, steps_of_route, only_what_is_due, count_of_attempts, expiry,
                     no_expiry_by_tries_alone, expiry_by_setting, clock_jumps, clock_set_back, doubt, crashes,
                     notice, no_notice_about_notices, notice_refused_nullmailer_54, notice_with_a_sender, notice_to_somebody,
                     notice_expires, on_failure, on_failure_of_many, failed_again):
        suite.case(function)
