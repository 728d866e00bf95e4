# SPDX-License-Identifier: GPL-3.0-or-later
"""filters.py - cases: the filter of an account, and that nothing is sent past it"""
import functools
import json
from tests.lib.harness import expect
from tests.lib.user import MESSAGE, User
from .contracts import BOB, CAROL


BARE = b"To: bob@example.org\nBcc: carol@example.org\nSubject: bare\n\nHello Bob.\n"
REPLACE = "filter sed s/Hello/Goodbye/"


def script(folder, text, name="filter"):
    """A program that does this; returns the line of the config that makes it the filter."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return f"filter {path}"


def received(user, *recipients, **how):
    """The one message that the relay gets."""
    with user.up() as relay:
        result = user.send(*recipients, **how)
        expect(result.status == 0 and len(relay.received) == 1, f"not sent: {result}")
        return relay.received[0]


def fields(content):
    return [line.split(b":")[0].decode() for line in content.split(b"\r\n\r\n")[0].split(b"\r\n")]


def what_it_prints_is_sent(folder):
    for name in ("mailchute", "sendmail"):
        (folder / name).mkdir()
        user = User(folder / name, REPLACE)
        content = received(user, name=name).content
        expect(content.endswith(b"\r\n\r\nGoodbye Bob.\r\n"), f"{content}")
        expect(b"\r\nSubject: A test\r\n" in content and content.count(b"\nFrom: ") + content.startswith(b"From: ") == 1,
               f"{content}")


def what_is_kept_is_filtered(folder):
    """A message is filtered once, before it is put into the queue."""
    counter = folder / "count"
    user = User(folder, script(folder, f"echo x >> {counter}; sed s/Hello/Goodbye/"))
    record = user.queue()
    expect(record.body == b"Goodbye Bob.\r\n", f"kept: {record.body}")
    with user.up() as relay:
        user.flush()
        expect(relay.received[0].content.endswith(b"Goodbye Bob.\r\n"), "another text is sent")
    expect(counter.read_text() == "x\n", f"it ran {counter.read_text().count('x')} times")


def what_it_gets(folder):
    """The completed message with LF, without Bcc; the envelope in its environment, an open stderr."""
    seen = folder / "seen"
    user = User(folder, script(folder, f'tee {seen}; echo "to [$MAILCHUTE_RECIPIENTS] from [$MAILCHUTE_SENDER]" >&2'))
    with user.up() as relay:
        result = user.send(CAROL, options=("-t",), stdin=BARE)
        expect(sorted(relay.received[0].recipients) == [BOB, CAROL], f"{relay.received}")
        content = relay.received[0].content
    expect(f"to [{CAROL} {BOB}] from [alice@example.org]" in result.stderr.decode(), f"its environment: {result}")
    given = seen.read_bytes()
    expect(b"\r" not in given and given.replace(b"\n", b"\r\n") == content, f"it got {given}, sent was {content}")
    expect(sorted(fields(content)) == ["Date", "From", "Message-ID", "Subject", "To"], f"{fields(content)}")


def not_completed_again(folder):
    """Fields that the filter removes are gone, and fields that it adds are there, Bcc included."""
    user = User(folder, script(folder, "printf 'Bcc: x@example.org\\nX-A: b\\n'; sed '/^Date:/d; /^Message-ID:/d'"))
    found = fields(received(user, stdin=BARE).content)
    expect(found == ["Bcc", "X-A", "From", "To", "Subject"], f"{found}")


def line_ends_of_its_output(folder):
    for number, text in enumerate(("printf 'Subject: x\\r\\n\\r\\none\\r\\ntwo'", "printf 'Subject: x\\n\\none\\ntwo\\n'")):
        (folder / str(number)).mkdir()
        content = received(User(folder / str(number), script(folder / str(number), text))).content
        expect(content == b"Subject: x\r\n\r\none\r\ntwo\r\n", f"{content}")


def without_a_shell(folder):
    """Words go to the program as they are; quotes keep them together."""
    user = User(folder, """filter printf 'Subject: %s|%s|%s\\n\\n' "a b" '$HOME;"' '' """)
    content = received(user).content
    expect(content == b'Subject: a b|$HOME;"|\r\n\r\n', f"{content}")


def unread_input(folder):
    """A program that does not read the message is none the worse for it, however long that is."""
    user = User(folder, "filter printf 'Subject: x\\n\\ny\\n'")
    content = received(user, stdin=MESSAGE + b"long\n" * 100000).content
    expect(content == b"Subject: x\r\n\r\ny\r\n", f"{content[:100]}")


def longer_and_shorter(folder):
    """The queue holds the filter's output, and no rest of the longer message before it."""
    user = User(folder, "filter sed 3,$d")
    record = user.queue(stdin=b"A: 1\n\nshort\n" + b"long\n" * 50000)
    data = record.path.read_bytes()
    expect(len(data) < 6000 and b"long" not in data and len(record.notes) == 1, f"{len(data)} octets, {record.notes}")


FAILURES = {  # the script, a person's exit status, whether a program's message is kept, a word on stderr
    "refused": ("cat; exit 65", 65, False, "refuses"),
    "for-now": ("cat; exit 75", 75, True, "can't do it now"),
    "status-1": ("cat; exit 1", 78, True, "status 1"),
    "status-127": ("exec /nonexistent/program 2>/dev/null", 78, True, "the command was not found (status 127)"),
    "signal": ("kill -9 $$", 78, True, "status 137"),
    "nothing": ("exit 0", 78, True, "printed nothing"),
    "no-header": ("echo; echo text", 78, True, "printed no message"),
    "only-text": ("echo this is no header", 78, True, "printed no message"),
    "utf-16": ("printf 'A\\0:\\0 \\0b\\0\\n\\0\\n\\0'", 78, True, "UTF-16"),
    "too-much": ("echo A: b; echo; exec yes", 78, True, "far more"),
}


def failing(script_text, status, is_kept, word, name, folder):
    log = folder / "log"
    user = User(folder, script(folder, script_text), f"logfile {log}")
    with user.up() as relay:
        result = user.send(name=name)
        said = log.read_text() if name == "sendmail" and result.status == 0 else result.stderr.decode()
        expect(word in said and "filter" in said, f"not told: {said}{result}")
        expect(not relay.connections, "sent past the filter")
        kept = user.spool.messages()
        if name == "mailchute" or not is_kept:
            expect(result.status == status and not kept, f"wanted exit {status}: {result}")
            return
        expect(result.status == 0 and len(kept) == 1, f"not kept: {result}")
        expect(kept[0].body == b"Hello Bob.\r\n", f"not kept as it was: {kept[0].body}")
        user.flush()
        expect(not relay.transactions, "an attempt went past the filter")
        expect(word in user.run(name="mailq").stdout.decode().replace("\n    ", " "), "mailq does not say why")
        user.configure(REPLACE)
        user.flush()
        expect([t.content[-14:] for t in relay.received] == [b"Goodbye Bob.\r\n"], f"{relay.received}")
    user.expect_empty()


def kept_without_a_queue(folder):
    """If a program's message cannot be kept, the result is the filter's, and nothing is sent."""
    user = User(folder, script(folder, "exit 75"), "queue off")
    with user.up() as relay:
        result = user.send(name="sendmail")
        expect(result.status == 75 and not relay.connections, f"{result}")


def refused_later(folder):
    """A message that waited for its filter, which then refuses it: kept in failed/, and its sender is told."""
    user = User(folder, script(folder, "exit 75"))
    user.queue(name="sendmail")
    script(folder, "exit 65")
    with user.up() as relay:
        user.flush()
        user.flush()
        expect([(t.sender, t.recipients) for t in relay.received] == [("", ["alice@example.org"])], f"{relay.received}")
    failed = user.spool.messages("failed")
    expect(len(failed) == 1 and failed[0].status == "F", f"{failed}")


def raw_message(folder):
    """A message accepted without a config goes through the filter of the later config."""
    user = User(folder)
    config = user.home / ".mailchuterc"
    good = config.read_text()
    config.write_text("nonsense\n")
    user.queue(name="sendmail")
    config.write_text(good + script(folder, "exit 75") + "\n")
    with user.up() as relay:
        user.flush()
        expect(not relay.transactions and len(user.spool.messages()) == 1, "sent past the filter")
        script(folder, "sed s/Hello/Goodbye/")
        user.flush()
        expect(relay.received[0].content.endswith(b"Goodbye Bob.\r\n"), f"{relay.received[0].content}")


def filter_taken_out(folder):
    """Without a filter in the account a message that waited for one is sent as it is."""
    user = User(folder, script(folder, "exit 75"))
    user.queue(name="sendmail")
    user.configure()
    with user.up() as relay:
        user.flush()
        expect(relay.received[0].content.endswith(b"Hello Bob.\r\n"), "changed, or not sent")


def several_on_one_connection(folder):
    """A filter that fails at one message holds up no other. Its word has letters that are in no Message-ID."""
    user = User(folder, script(folder, "exit 75"))
    for text in (b"one", b"wrong", b"two"):
        user.queue(name="sendmail", stdin=MESSAGE.replace(b"Hello", text))
    script(folder, "message=$(cat); case $message in *wrong*) exit 75;; esac; echo \"$message\" | sed s/Bob/Carol/")
    with user.up() as relay:
        user.flush()
        expect([t.content[-12:] for t in relay.received] == [b"one Carol.\r\n", b"two Carol.\r\n"], f"{relay.received}")
        expect(len(relay.connections) == 1, f"{len(relay.connections)} connections")
    expect([b"wrong" in r.body for r in user.spool.messages()] == [True], f"{user.spool.messages()}")


def by_another_account(folder):
    """--queue-retry -a: the filter of the account that sends."""
    user = User(folder)
    user.configure(script(folder, "exit 75"), "account other : default", REPLACE)
    record = user.queue(name="sendmail")
    with user.up() as relay:
        result = user.run("--queue-retry", record.id)
        expect(result.status == 75 and not relay.transactions, f"by its own account: {result}")
        result = user.run("--queue-retry", record.id, "-a", "other")
        expect(relay.received[0].content.endswith(b"Goodbye Bob.\r\n"), f"by the other: {result}")
    user.expect_empty()


def at_a_later_time(folder):
    """--at: the filter is run when the message is given in."""
    user = User(folder, REPLACE)
    user.send(options=("--at", "+1d"))
    expect(user.spool.messages()[0].body == b"Goodbye Bob.\r\n", f"{user.spool.messages()[0].body}")


def over_smtp(folder):
    """-bs: accepted and kept in any case, sent filtered."""
    talk = (b"EHLO me\r\nMAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\nSubject: s\r\n\r\n"
            b"Hello\r\n.\r\nQUIT\r\n")
    user = User(folder, script(folder, "exit 75"))
    result = user.run("-bs", "-odq", stdin=talk)
    expect(b"250 2.0.0 queued as" in result.stdout and b"can't do it now" in result.stderr, f"{result}")
    script(folder, "sed s/Hello/Goodbye/")
    with user.up() as relay:
        user.run("-bs", "-odq", stdin=talk)
        user.flush()
        expect([t.content[-9:] for t in relay.received] == [b"Goodbye\r\n"] * 2, f"{relay.received}")


def explained(folder):
    user = User(folder, "filter sed 's/^Subject: .*/Subject: other/'")
    result = user.send(options=("--explain",))
    before, after = result.stdout.decode().split("Header as it would be sent:")
    expect("Subject: A test" in before and "Subject: other" in after, f"{result}")


def many_recipients(folder):
    """More than fit into a variable: it is not set, and the message goes all the same."""
    user = User(folder, script(folder, "printf 'X-Set: %s\\n' \"${MAILCHUTE_RECIPIENTS-no}\"; cat"))
    taken = received(user, *(f"r{number}.{'x' * 50}@example.org" for number in range(2000)))
    expect(len(taken.recipients) == 2000 and taken.content.startswith(b"X-Set: no\r\n"), f"{taken.content[:50]}")


def in_config_and_list(folder):
    """The value is shown as it can be written; of a message that is kept it is not remembered twice."""
    user = User(folder, """filter sed "s/a b/c/" 'd'""")
    shown = user.run("--print-config").stdout.decode()
    expect('filter = sed "s/a b/c/" d (' in shown, shown)
    expect(json.loads(user.run("--queue-list=json").stdout) == [], "a queue")


def add_cases(suite):
    for name, row in FAILURES.items():
        for program in ("mailchute", "sendmail"):
            suite.add(f"filter-{name}-{program}", functools.partial(failing, *row, program))
    for function in (what_it_prints_is_sent, what_is_kept_is_filtered, what_it_gets, not_completed_again,
                     line_ends_of_its_output, without_a_shell, unread_input, longer_and_shorter, kept_without_a_queue,
                     refused_later, raw_message, filter_taken_out, several_on_one_connection, by_another_account,
                     at_a_later_time, over_smtp, explained, many_recipients, in_config_and_list):
        suite.add(f"filter-{function.__name__.replace('_', '-')}", function)
