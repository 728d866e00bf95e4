# SPDX-License-Identifier: GPL-3.0-or-later
"""refused.py - cases: a message that mailchute itself rejects leaves a copy, a bounce and a log line"""
import functools
import json
from tests.lib.harness import expect
from tests.lib.user import MESSAGE, User
from .contracts import BOB, CAROL
from .filters import script


ALICE = "alice@example.org"
HEAD = b"From: Alice <alice@example.org>\nTo: Bob <bob@example.org>\n"
REFUSING = "filter sh -c 'cat > /dev/null; exit 65'"

# arguments, config, standard input; a word of the reason; the recipients that the copy names
ROWS = {
    "utf-16": ((BOB,), (), (HEAD + b"\nHello\nBob.\n").decode().encode("utf-16"), "UTF-16", [BOB]),
    "utf-16-and-a-long-body": ((BOB,), (), (HEAD + b"\n" + b"text\n" * 50000).decode().encode("utf-16-be"), "UTF-16", [BOB]),
    "header-for-ever": ((BOB,), (), b"A: b\n" * (33 * 1024 * 1024 // 5) + b"\nHello\n", "longer than", [BOB]),
    "line-for-ever": ((BOB,), (), b"A: " + b"x" * 33 * 1024 * 1024 + b"\n\nHello\n", "longer than", [BOB]),
    "utf-16-with-recipients": (("-t",), (), (HEAD + b"\nHello\n").decode().encode("utf-16"), "UTF-16", ["unknown"]),
    "recipient-without-meaning": (("bob@@example.org",), (), MESSAGE, "recipient", ["bob@@example.org"]),
    "recipient-with-an-escape": (("bob\x1b[2J@@",), (), MESSAGE, "recipient", None),
    "header-with-an-address-without-meaning": (("-t",), (), b"From: a@example.org\nTo: bob@@example.org\n\nHello\n",
                                               "To", ["bob@@example.org"]),
    "header-without-recipients": (("-t",), (), b"Subject: x\n\nHello\n", "no recipients", ["unknown"]),
    "strict": (("-f", "eve@example.net", BOB), ("strict on",), MESSAGE, "strict", [BOB]),
    "filter": ((BOB, CAROL), (REFUSING,), MESSAGE, "refuses", [BOB, CAROL]),
}


def crlf(text):
    return text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def program(words, config, stdin, reason, recipients, folder):
    user = User(folder, f"logfile {folder}/log", *config)
    result = user.run(*words, name="sendmail", stdin=stdin)
    wanted = 64 if "without-recipients" in reason or reason == "no recipients" else 65
    expect(result.status == wanted and reason in result.stderr.decode(), f"{result}")
    copies = user.spool.messages("failed")
    expect(len(copies) == 1 and not user.spool.messages(), f"kept: {copies}, {user.spool.messages()}: {result}")
    copy = copies[0]
    expect(copy.id in result.stderr.decode(), f"not said where it is: {result}")
    expect(set(copy.status) == {"F"}, f"{copy.status}")
    expect(recipients is None or copy.recipients == recipients, f"{copy.recipients}")
    expect_original(copy, stdin)
    expect(reason in (folder / "log").read_text(), "no line in the log")
    sender = words[1] if words[0] == "-f" else ALICE
    expect([n.recipients for n in user.spool.notices()] == [[sender]], f"{user.spool.notices()}")
    expect(reason.encode() in user.spool.notices()[0].body.replace(b"\r\n    ", b" "), "the notice does not say why")
    listed = json.loads(user.run("--queue-list=json").stdout)
    found = [e for e in listed if e["id"] == copy.id][0]
    expect(found["state"] == "failed" and reason in found["last"]["text"], f"{found}")
    expect(b"\x1b" not in user.run("--queue-show", copy.id).stdout + user.run(name="mailq").stdout, "an escape")


def expect_original(copy, stdin):
    """All bytes that were given are there, in their order where the header could not be read."""
    header, _, body = crlf(stdin).partition(b"\r\n\r\n")
    if copy.header == b"\r\n":
        expect(copy.body.rstrip(b"\r\n") == crlf(stdin).rstrip(b"\r\n"), f"{copy.body[:200]} of {stdin[:200]}")
        return
    expect(copy.body == body, f"the body is {copy.body}")
    for line in header.split(b"\r\n"):
        expect(line in copy.header, f"{line} is not in {copy.header}")


def person(words, config, stdin, reason, _recipients, folder):
    """A caller that looks at the exit status has the result, so nothing is kept."""
    user = User(folder, *config)
    result = user.run(*words, stdin=stdin)
    expect(result.status in (64, 65) and reason in result.stderr.decode(), f"{result}")
    left = [f for name in ("q", "failed", "hold") for f in user.spool.files(name)]
    expect(not left, f"{left}")


def over_smtp(folder):
    user = User(folder, f"logfile {folder}/log", REFUSING)
    begin = b"EHLO me\r\nMAIL FROM:<carol@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n"
    for number, (text, reason) in enumerate(((b"Subject: x\r\n\r\nHello\r\n", "refuses"),
                                             ("Subject: x\r\n".encode("utf-16") + b"\r\nHello\r\n", "UTF-16"))):
        result = user.run("-bs", "-odq", stdin=begin + text + b".\r\nQUIT\r\n")
        expect(b"\r\n554 5.6.0 " in result.stdout and result.status == 0, f"{result}")
        copies = user.spool.messages("failed")
        expect(len(copies) == number + 1 and copies[-1].recipients == [BOB], f"{copies}")
        expect_original(copies[-1], text)
        expect(len(user.spool.notices()) == number + 1 and user.spool.notices()[-1].recipients == [CAROL], "a notice")
        expect(reason in (folder / "log").read_text(), "no line in the log")
    expect(not user.spool.messages(), "something is left to be sent")


def no_notice(folder):
    """The null sender is not answered, nor what a program has sent by itself."""
    for number, (words, head) in enumerate(((("-f", "<>"), b""), ((), b"Auto-Submitted: auto-replied\n"))):
        (folder / str(number)).mkdir()
        user = User(folder / str(number), REFUSING)
        result = user.run(*words, BOB, name="sendmail", stdin=head + MESSAGE)
        expect(result.status == 65 and len(user.spool.files("failed")) == 1, f"{result}")
        expect(not user.spool.files(), f"{user.spool.records()}")


def sender_without_meaning(folder):
    """No address can be notified, but the copy is kept."""
    user = User(folder)
    result = user.run("-f", "al ice@@", BOB, name="sendmail", stdin=MESSAGE)
    expect(result.status == 65 and len(user.spool.records("failed")) == 1, f"{result}")
    expect(not user.spool.files(), "told somebody")


def on_failure_is_run(folder):
    user = User(folder, f"on_failure echo $MAILCHUTE_ID $MAILCHUTE_REASON >> {folder}/seen", REFUSING)
    user.run(BOB, name="sendmail", stdin=MESSAGE)
    said = (folder / "seen").read_text()
    expect(user.spool.messages("failed")[0].id in said and "refuses" in said and said.count("\n") == 1, said)


def retried(folder):
    """After the filter was mended the copy goes; what can't be read stays, and is shown."""
    user = User(folder, script(folder, "cat > /dev/null; exit 65"))
    user.run(BOB, name="sendmail", stdin=MESSAGE.replace(b"\n\n", b"\nBcc: x@example.org\n\n", 1))
    copy = user.spool.messages("failed")[0]
    script(folder, "sed s/Hello/Goodbye/")
    with user.up() as relay:
        result = user.run("--queue-retry", copy.id)
        expect(result.status == 0 and len(relay.received) == 1, f"{result}")
        expect(relay.received[0].content.endswith(b"Goodbye Bob.\r\n") and relay.received[0].recipients == [BOB],
               f"{relay.received}")
        expect(b"Bcc" not in relay.received[0].content and b"Date:" in relay.received[0].content, "not completed")
    expect(not user.spool.files("failed"), "still there")


def not_retried(folder):
    user = User(folder)
    user.run(BOB, name="sendmail", stdin="Subject: x\n".encode("utf-16") + b"\n\nHello Bob.\n")
    copy = user.spool.messages("failed")[0]
    with user.up() as relay:
        for words in (("--queue-retry", copy.id), ("--queue-retry", copy.id, "-a", "default")):
            result = user.run(*words)
            expect(result.status == 65 and b"--queue-show" in result.stderr, f"{result}")
        user.flush()
        expect(not [t for t in relay.received if t.sender], "sent all the same")
    expect([r.id for r in user.spool.messages("failed")] == [copy.id], "the copy is gone")
    expect(b"Hello Bob." in user.run("--queue-show", copy.id).stdout, "not shown")
    expect(user.run("--queue-remove", copy.id).status == 0 and not user.spool.files("failed"), "not removed")


def notice_has_a_domain(folder):
    """Its author and its Message-ID are at a domain that a strict relay takes, whatever the host is called."""
    for number, (line, domain) in enumerate((("", b"example.org"), ("maildomain example.com", b"example.com"),
                                             ("domain mx.example.com", b"mx.example.com"), ("domain laptop", b"example.org"))):
        (folder / str(number)).mkdir()
        user = User(folder / str(number), line, REFUSING)
        user.run(BOB, name="sendmail", stdin=MESSAGE)
        header = user.spool.notices()[0].header
        expect(b"<MAILER-DAEMON@" + domain + b">\r\n" in header and b".notice@" + domain + b">\r\n" in header, f"{header}")


def without_a_queue(folder):
    """Nothing is kept, and no copy is mentioned."""
    user = User(folder, "queue off", REFUSING)
    result = user.run(BOB, name="sendmail", stdin=MESSAGE)
    expect(result.status == 65 and b"--queue-show" not in result.stderr and not list(user.spool.path.glob("*")), f"{result}")


def add_cases(suite):
    for name, row in ROWS.items():
        suite.add(f"refused-{name}-sendmail", functools.partial(program, *row))
        suite.add(f"refused-{name}-mailchute", functools.partial(person, *row))
    for function in (over_smtp, no_notice, sender_without_meaning, on_failure_is_run, retried, not_retried,
                     notice_has_a_domain, without_a_queue):
        suite.add(f"refused-{function.__name__.replace('_', '-')}", function)
