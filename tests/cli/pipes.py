# SPDX-License-Identifier: GPL-3.0-or-later
"""pipes.py - output whose reader wants no more of it: nothing is said of that, and what was asked for is done"""
import functools
import json
import os
import re
import subprocess
from tests.lib import patience
from tests.lib.harness import PROGRAM, clean_environment, expect
from tests.lib.relay import Relay
from tests.lib.user import Home


MESSAGE = b"Subject: x\n\n" + b"a line of the text\n" * 20000

# Modes that only show something: their words, in which {id} is a message of the queue
SHOWS = {
    "help": ["--help"], "version": ["--version"], "pretend": ["-P"], "print-config": ["--print-config"],
    "explain": ["--explain", "b@b.example"], "dry-run": ["--dry-run", "b@b.example"], "queue-list": ["--queue-list"],
    "queue-list-json": ["--queue-list=json"], "bp": ["-bp"], "queue-show": ["--queue-show={id}"],
    "verify": ["-bv", *["b@b.example"] * 3000], "serverinfo": ["-S"], "aliases": ["-bi"],
}


class PipeUser(Home):
    """A user with messages in the queue, and a relay that takes some."""

    def __init__(self, folder, port, more=""):
        super().__init__(folder)
        self.write("root: a@b.example", name="aliases")
        self.write("host 127.0.0.1", f"port {port}", "from a@b.example", f"queue_folder {folder}/q",
                   f"aliases {folder}/aliases", more)

    def run(self, *words, **more):
        return super().run(*words, stdin=MESSAGE, **more)

    def enqueue(self, *words):
        self.run(*words, "-odq", "b@b.example")
        return self.listed()[-1]["id"]

    def listed(self):
        return json.loads(self.run("--queue-list=json").stdout)

    def run_into(self, stdout, *words):
        """The program, with stdout going elsewhere; status and stderr."""
        process = subprocess.Popen([PROGRAM, *words], stdin=subprocess.PIPE, stdout=stdout, stderr=subprocess.PIPE,
                                   env=clean_environment(self.folder))
        _, stderr = process.communicate(MESSAGE if words[-1:] == ("b@b.example",) else b"", timeout=100)
        return process.returncode, stderr.decode()

    def run_unread(self, *words):
        read, write = os.pipe()
        os.close(read)
        try:
            return self.run_into(write, *words)
        finally:
            os.close(write)


def show_to_nobody(words, folder):
    with Relay() as relay:
        user = PipeUser(folder, relay.port)
        message_id = user.enqueue()
        words = [word.format(id=message_id) for word in words]
        expect(user.run_unread(*words) == (0, ""), f"{words}: {user.run_unread(*words)}")


def show_to_head(words, folder):
    """A reader that has read a line."""
    with Relay() as relay:
        user = PipeUser(folder, relay.port)
        message_id = user.enqueue()
        line = " ".join(f"'{word.format(id=message_id)}'" for word in words)
        (folder / "message").write_bytes(MESSAGE)
        script = f"'{PROGRAM}' {line} < message | head -1; echo ${{PIPESTATUS[0]}}"
        done = patience.run(["bash", "-c", script], b"", 60, env=clean_environment(folder), cwd=folder)
        expect(done.stdout.endswith(b"\n0\n") and not done.stderr, f"{words}: {done}")


def full_device(folder):
    """A failed write is still an error."""
    user = PipeUser(folder, 1)
    message_id = user.enqueue()
    for words in ("--help",), ("--queue-list",), (f"--queue-show={message_id}",), ("-P",):
        with open("/dev/full", "wb") as full:
            status, text = user.run_into(full, *words)
        expect(status == 74 and "cannot write to standard output" in text, f"{words}: {status} {text}")


def sends(folder):
    """A session whose output no process reads: the message is sent, and the status says so."""
    with Relay() as relay:
        user = PipeUser(folder, relay.port, "logfile -\n")
        for number, words in enumerate((["-v"], ["--debug"], []), 1):
            expect(user.run_unread(*words, "b@b.example") == (0, ""), f"{words}")
            expect(len(relay.received) == number, f"{len(relay.received)} messages arrived")
        expect(not user.listed(), "a message is left")


def tells_the_truth(folder):
    """A failure to send is told on stderr and by the status."""
    user = PipeUser(folder, 1)
    status, text = user.run_unread("-v", "b@b.example")
    expect(status == 0 and re.search(r"queued as \w+: 127.0.0.1:1: cannot connect", text), f"{status} {text}")
    status, text = user.run_unread("-v", "--queue=off", "b@b.example")
    expect(status == 75 and "cannot connect" in text, f"{status} {text}")
    expect(len(user.listed()) == 1, f"{user.listed()}")


def changes(folder):
    """An operation on a message is done."""
    with Relay() as relay:
        user = PipeUser(folder, relay.port)
        first = user.enqueue()
        expect(user.run_unread(f"--queue-hold={first}") == (0, ""), "hold")
        expect([i["state"] for i in user.listed()] == ["held"], f"{user.listed()}")
        expect(user.run_unread(f"--queue-retry={first}") == (0, "") and len(relay.received) == 1, "retry")
        second = user.enqueue()
        expect(user.run_unread(f"--queue-remove={second}") == (0, "") and not user.listed(), "remove")
        user.enqueue()
        expect(user.run_unread("-v", "-qf")[0] == 0, "run")
        expect(len(relay.received) == 2 and not user.listed(), f"{len(relay.received)} arrived")


def add_cases(suite):
    for name, words in SHOWS.items():
        suite.add(f"pipe-{name}-unread", functools.partial(show_to_nobody, words))
        suite.add(f"pipe-{name}-head", functools.partial(show_to_head, words))
    for case in (full_device, sends, tells_the_truth, changes):
        suite.add(f"pipe-{case.__name__.replace('_', '-')}", case)
