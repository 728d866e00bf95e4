# SPDX-License-Identifier: GPL-3.0-or-later
"""seeing.py - cases: who a message goes to under sendmail's names, and what is seen and done in the queue"""
import contextlib
import json
import os
import re
import subprocess
from tests.lib.harness import expect, with_queue
from tests.lib.user import User
from .contracts import BOB, CAROL, GONE


CRON = b"Subject: Cron <root@host> backup\n\ndone\n"


def received_of(user, *recipients, name="sendmail", options=(), stdin=CRON):
    """The envelope and the content that the relay got."""
    with user.up() as relay:
        result = user.send(*recipients, name=name, options=options, stdin=stdin)
        expect(result.status == 0 and len(relay.received) == 1, f"not sent: {result}")
        taken = relay.received[0]
        return taken.sender, taken.recipients, taken.content


def bare_recipient(folder):
    """cron writes to `root`."""
    user = User(folder, "maildomain example.net")
    expect(received_of(user, "root", CAROL)[1] == ["root@example.net", CAROL], "not qualified")


def bare_sender(folder):
    user = User(folder, "maildomain example.net")
    for options in (("-f", "cron"), ("-r", "cron"), ("-fcron",)):
        sender, _, content = received_of(user, BOB, options=options)
        expect(sender == "cron@example.net", f"with {options}: {sender}")
        expect(b"From: " in content and b"cron@example.net" in content, f"with {options}: {content}")


def no_sender_at_all(folder):
    """Under sendmail's name the user's name with a domain; a person is told."""
    user = User(folder, "maildomain example.net")
    config = user.home / ".mailchuterc"
    config.write_text(config.read_text().replace("from alice@example.org\n", ""))
    sender, _, _ = received_of(user, BOB)
    expect(re.fullmatch(r"[^@]+@example\.net", sender), f"the sender is {sender}")
    result = user.send()
    expect(result.status == 78 and not user.spool.files(), f"a person: {result}")


def cron_arguments(folder):
    user = User(folder, "maildomain example.net")
    _, recipients, content = received_of(user, "root", options=("-FCronDaemon", "-i", "-B8BITMIME", "-oem"))
    expect(recipients == ["root@example.net"] and b"CronDaemon" in content, f"{recipients}, {content}")


def aliases(folder):
    """Names, lists, chains and a default; what has a domain is left alone."""
    table = folder / "aliases"
    table.write_text(f"# local names\nroot: admins\nadmins: {BOB}, {CAROL}\ndefault: postmaster@example.net\n")
    user = User(folder, f"aliases {table}")
    expect(received_of(user, "root")[1] == [BOB, CAROL], "root")
    expect(received_of(user, "nobody-known")[1] == ["postmaster@example.net"], "default")
    expect(received_of(user, "root@example.com")[1] == ["root@example.com"], "with a domain")


def aliases_when_queued(folder):
    """Without a config the names wait, and become what the aliases say once there is one."""
    table = folder / "aliases"
    table.write_text(f"root: {CAROL}\n")
    user = User(folder, f"aliases {table}")
    config = user.home / ".mailchuterc"
    good = config.read_text()
    config.write_text("nonsense\n")
    user.queue("root", name="sendmail", stdin=CRON)
    config.write_text(good)
    with user.up() as relay:
        user.flush()
        expect([t.recipients for t in relay.received] == [[CAROL]], f"{[t.recipients for t in relay.received]}")


def config_of_strangers(folder):
    """Under sendmail's names nothing on the command line leads to a file or a command."""
    user = User(folder)
    log = folder / "log"
    with user.up() as relay:
        result = user.send(name="sendmail", options=(f"-X{log}", "-C/nonexistent", f"-oQ{folder}", f"-D{log}"))
        expect(result.status == 0 and len(relay.received) == 1, f"{result}")
    expect(not log.exists(), "it wrote to a file of the caller's choice")
    for words in ((f"--logfile={log}",), ("--passwordeval=id",), ("--file=/dev/null",), ("--on-failure=id",),
                  ("--configure=a@example.org",), (f"--queue-folder={folder}",), (f"--aliases={log}",)):
        result = user.send(name="sendmail", options=words)
        expect(result.status == 64, f"{words}: {result}")


def message_ids(folder):
    """Of a message without one: made once, the same at each attempt; another one for another message."""
    user = User(folder)
    ids = {user.queue(stdin=CRON).message_id for _ in range(3)}
    expect(len(ids) == 3, f"{ids}")
    user.flush()
    with user.up() as relay:
        user.flush()
        got = {re.search(rb"Message-ID: (<.*>)", t.content)[1].decode() for t in relay.received}
        expect(got == ids, f"{got} instead of {ids}")


# mailq and the rest

def text_of(user, *words, name="mailchute"):
    """The output, with each run of blanks and line ends as one blank: long lines are folded."""
    return " ".join(user.run(*words, name=name).stdout.decode().split())


def mailq_empty(folder):
    user = User(folder)
    for words, name in (((), "mailq"), (("-bp",), "sendmail"), (("--queue-list",), "mailchute")):
        result = user.run(*words, name=name)
        expect(result.status == 0 and result.stdout.startswith(b"Mail queue is empty"), f"{name}: {result}")


def mailq_says_why_and_when(folder):
    user = User(folder)
    record = user.queue(BOB, CAROL)
    for words, name in (((), "mailq"), (("-bp",), "sendmail"), (("--queue-list",), "mailchute")):
        text = text_of(user, *words, name=name)
        for pattern in (record.id, "alice@example\\.org", BOB, CAROL, "Connection refused", rf"localhost:{user.port}",
                        r"next try in \d+ (s|min)", "expires in 5 d", r"1 time"):
            expect(re.search(pattern, text), f"{name} lacks {pattern}: {text}")
        last = user.run(*words, name=name).stdout.decode().splitlines()[-1]
        expect(re.fullmatch(r"-- \d+ Kbytes in 1 Requests?\.", last), f"the last line: {last}")


def mailq_tells_who_is_left(folder):
    """Of the recipients, and the relay's own words about them."""
    user = User(folder)
    with user.up(f"rcpt <{BOB}>: 450 4.2.0 mailbox busy, really"):
        user.queue(BOB, CAROL)
    text = text_of(user, name="mailq")
    expect(BOB in text and "450 4.2.0 mailbox busy, really" in text, text)
    expect(CAROL not in text or re.search(rf"{CAROL}.*(sent|done|delivered)", text), f"Carol has it: {text}")


def mailq_of_a_failure(folder):
    user = User(folder)
    with user.up(GONE):
        user.send(BOB, CAROL, name="sendmail")
    text = text_of(user, "--queue-list")
    failed = user.spool.messages("failed")[0]
    expect(failed.id in text and "failed" in text and "550 5.1.1 no such user" in text, text)
    expect("--queue-retry" in text, f"not said what to do: {text}")


def list_as_json(folder):
    user = User(folder)
    expect(json.loads(user.run("--queue-list=json").stdout) == [], "an empty queue")
    records = [user.queue(BOB, options=("-f", "o'neil@example.org")), user.queue(CAROL)]
    listed = json.loads(user.run("--queue-list=json").stdout)
    expect([e["id"] for e in listed] == [r.id for r in records], f"{listed}")
    expect(listed[0]["sender"] == "o'neil@example.org" and "refused" in listed[0]["last"]["text"], f"{listed}")
    expect(listed[1]["next_try"] == records[1].progress["next"], f"{listed}")


def show(folder):
    user = User(folder)
    record = user.queue()
    for name in (record.id, record.id[-6:]):
        text = user.run("--queue-show", name).stdout.decode()
        expect(record.message_id in text and "Hello Bob." in text and "Connection refused" in text, text)


def on_terminal(user, *words):
    """The output on a terminal."""
    ours, theirs = os.openpty()
    process = subprocess.Popen(with_queue(user.spool.path, [user.programs["mailchute"], *words]),
                               stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
                               env={"PATH": os.environ["PATH"], "HOME": str(user.home), **user.environment()})
    os.close(theirs)
    said = b""
    with contextlib.suppress(OSError):  # the end of a terminal
        while piece := os.read(ours, 65536):
            said += piece
    os.close(ours)
    process.wait()
    return said


def terminal_escapes(folder):
    """A foreign text is shown without its control bytes."""
    user = User(folder)
    with user.up("mail: 451 4.3.0 \\x1b]0;title\\x07 \\x1b[2J and so on"):
        record = user.queue(stdin=b"Subject: \x1b[31mred\n\n\x1b[2Jbody \xff\n")
    for words in (("--queue-list",), ("--queue-list=json",), ("--queue-show", record.id)):
        said = on_terminal(user, *words)
        expect(record.id.encode() in said and b"\x1b" not in said, f"from {words}: {said}")


def hold_and_retry(folder):
    user = User(folder)
    record = user.queue()
    expect(user.run("--queue-hold", record.id).status == 0, "--queue-hold")
    with user.up() as relay:
        user.flush()
        expect(not relay.received, "a held message is sent")
        result = user.run("--queue-retry", record.id)
        expect(result.status == 0 and len(relay.received) == 1, f"--queue-retry: {result}")
    expect(not user.spool.files("hold") and not user.spool.files(), "it is still there")


def replies_of_several_lines(folder):
    """All lines of the reply stand in the log, mailq, --queue-show, the JSON list and the bounce."""
    user = User(folder, f"logfile {folder}/log")
    said = "550 5.7.1 This mail was not taken. For more information, call us"
    with user.up("rcpt: 550-5.7.1 This mail was not taken. For more | 550 5.7.1 information, call us"):
        result = user.send(name="sendmail")
    expect(said in (folder / "log").read_text() and not result.stderr, f"{result}")
    record = user.spool.messages("failed")[0]
    notice = user.spool.notices()[0].path.read_text()
    for text in (text_of(user, name="mailq"), text_of(user, "--queue-show", record.id),
                 user.run("--queue-list=json").stdout.decode(), " ".join(notice.split())):
        expect(said in text and "\\n550" not in text, f"not {said}: {text}")


def retry_that_fails(folder):
    """A message whose retry fails stays, and the exit status says so."""
    user = User(folder)
    record = user.queue()
    user.run("--queue-hold", record.id)
    result = user.run("--queue-retry", record.id)
    expect(result.status != 0 and b"refused" in result.stderr, f"{result}")
    expect([r.id for r in user.spool.messages()] == [record.id], "not back in q/")


def held(user, record):
    """The texts of mailq, of the JSON list and of --queue-show about a held message."""
    listed = [e for e in json.loads(user.run("--queue-list=json").stdout) if e["id"] == record.id]
    return text_of(user, name="mailq"), listed[0], text_of(user, "--queue-show", record.id)


def hold_says_why(folder):
    """By command, in doubt, crashed, several hard links, another user's, damaged, moved there by the user."""
    def by_command(user, record):
        user.run("--queue-hold", record.id)

    def in_doubt(_scene, record):
        record.change(begun=3, ended=3, doubts=3)

    def crashed(_scene, record):
        record.change(begun=3, ended=0)

    def two_names(user, record):
        os.link(record.path, user.folder / "other")
        user.flush()
        (user.folder / "other").unlink()

    def still_two_names(user, record):
        os.link(record.path, user.folder / "other")

    def of_somebody_else(_scene, record):
        os.chown(record.path, 65534, 65534)

    def damaged(_scene, record):
        record.path.write_bytes(record.path.read_bytes().replace(b"done", b"DONE"))

    def no_file(_scene, record):
        record.path.unlink()
        os.mkfifo(record.path)

    def by_hand(user, record):
        record.path.rename(user.spool.path / "hold" / record.id)

    rows = [(by_command, "held by --queue-hold"), (in_doubt, "several copies"), (crashed, "ended in a crash"),
            (two_names, "several hard links"), (still_two_names, "several hard links"),
            (damaged, "checksum"), (no_file, "regular file"), (by_hand, "held by the user")]
    if os.getuid() == 0:
        rows.append((of_somebody_else, "belongs to another user"))
    for change, why in rows:
        (folder / change.__name__).mkdir()
        user = User(folder / change.__name__)
        record = user.queue(stdin=CRON)
        change(user, record)
        user.flush()
        expect([p.name for p in user.spool.files("hold")] == [record.id], f"{change.__name__}: not held")
        text, listed, shown = held(user, record)
        expect(why in text and why in listed["problem"], f"{change.__name__}: {text}, {listed}")
        said = shown + user.run("--queue-show", record.id).stderr.decode()
        expect(why in said, f"{change.__name__}: {said}")
        is_damaged = listed["state"] == "damaged"
        expect(not is_damaged or "--queue-retry" not in said, f"{change.__name__}: never sent, but: {said}")


def remove(folder):
    user = User(folder)
    record = user.queue()
    expect(user.run("--queue-remove", record.id).status == 0, "--queue-remove")
    user.expect_empty()
    for words in (("--queue-remove", record.id), ("--queue-show", record.id), ("--queue-show", "../run.lock"),
                  ("--queue-remove", "../../home"), ("--queue-show", "")):
        expect(user.run(*words).status in (64, 65, 66), f"{words} is no error")
    expect(user.home.is_dir(), "something else was removed")


def add_cases(suite):
    for function in (bare_recipient, bare_sender, no_sender_at_all, cron_arguments, aliases, aliases_when_queued,
                     config_of_strangers, message_ids, mailq_empty, mailq_says_why_and_when, mailq_tells_who_is_left,
                     mailq_of_a_failure, list_as_json, show, terminal_escapes, hold_and_retry, hold_says_why,
                     replies_of_several_lines, retry_that_fails, remove):
        suite.case(function)
