# SPDX-License-Identifier: GPL-3.0-or-later
"""post.py - many messages through the program as a program sends them: into the queue, and out in one run"""
import concurrent.futures
import dataclasses
import pathlib
import re
import shutil
import subprocess
from tests.lib import parts
from tests.lib.harness import expect
from tests.lib.user import User

HERE = pathlib.Path(__file__).resolve().parent

READER = HERE / "reader.pl"
VERBS = {"EHLO", "MAIL", "RCPT", "DATA", "BDAT", "RSET", "QUIT"}


@dataclasses.dataclass
class Letter:
    """A message by its name, the result of queueing it, and its record in the queue's folder."""
    name: str
    data: bytes
    refusal: str = ""  # standard error, if it was not queued


def enqueue(user, letters):
    """Store each message as sendmail; its recipient identifies it."""
    def store(pair):
        number, letter = pair
        result = user.run("-odq", "-f", "alice@example.org", "--", f"m{number}@corpus.test", name="sendmail",
                          stdin=letter.data)
        if result.status:
            letter.refusal = f"{result.status}: {result.stderr.decode(errors='replace')}"

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(store, enumerate(letters)))


def number_of(recipient):
    return int(re.fullmatch(r"m(\d+)@corpus\.test", recipient)[1])


def send_all(folder, queue, offer):
    """Send a copy of the queue to a relay with this offer; returns (transactions, refusals), each by number."""
    user = User(folder, "timeout 60")
    shutil.copytree(queue, user.spool.path, symlinks=True)
    with user.up(extensions=("PIPELINING", "SIZE", *offer.extensions)) as relay:
        result = user.run("-qf", limit=300)
        expect(result.status == 0, f"the run failed: {result}")
        expect(relay.wait_idle(), "a connection stays open")
        expect(not relay.faults, f"the relay saw faults: {relay.faults[:5]}")
        odd = {verb for c in relay.connections for verb in c.verbs} - VERBS
        expect(not odd, f"content was taken for commands: {odd}")
        sent = {number_of(t.recipients[0]): t for t in relay.received if t.sender}
    left = user.spool.messages()
    expect(not left, f"left in the queue: {[(r.recipients, r.notes) for r in left[:3]]}")
    refused = {number_of(r.recipients[0]): "\n".join(r.notes) for r in user.spool.messages("failed")}
    return sent, refused


# The second reader

def texts_of(name, *texts):
    """The text of a field; domains in the form that they may get on the way."""
    found = [bytes.fromhex(text) for text in texts]
    if name not in parts.ADDRESSES:
        return found
    return [parts.as_bytes(parts.ascii_address(text.decode("utf-8", "surrogateescape"))) if number % 2 else text
            for number, text in enumerate(found)]


def parse_record(text):
    """The lines of a message in the form for promises.compare: (depth, type, fields, content) of each part."""
    found = []
    for words in (line.split("\t") for line in text.splitlines()):
        if words[0] == "part":
            found.append([int(words[1]), words[2], [], None])
        elif words[0] == "body":
            found[-1][3] = words[1]
        elif words[1] not in parts.MECHANICS:
            found[-1][2].append((words[1], texts_of(*words[1:])))
    return found


def read_by_mime_tools(messages):
    """The result of MIME::Tools for each message; None if it fails. It does not know message/global of RFC 6532."""
    messages = [re.sub(rb"(?im)^(Content-Type:\s*)message/global\b", rb"\1message/rfc822", m) for m in messages]
    feed = b"".join(b"%d\n%s" % (len(data), data) for data in messages)
    done = subprocess.run(["perl", str(READER)], input=feed, capture_output=True)
    expect(done.returncode == 0, f"reader.pl: {done.stderr.decode(errors='replace')}")
    records = done.stdout.decode("latin-1").split("\n\n")[:-1]
    expect(len(records) == len(messages), f"{len(records)} answers of {len(messages)}")
    return [parse_record(record) if record.strip() else None for record in records]
