# SPDX-License-Identifier: GPL-3.0-or-later
"""user.py - a user with a home and a config, and a user who also has a queue and a relay"""
import contextlib
import os
import pathlib
import socket
import subprocess
from . import patience, relay as relays
from .harness import PROGRAM, clean_environment, environment_with_queue, expect, run_program, with_queue, write_private
from .spool import Spool


MESSAGE = b"From: Alice <alice@example.org>\nTo: Bob <bob@example.org>\nSubject: A test\n\nHello Bob.\n"
NAMES = ("mailchute", "sendmail", "mailq", "runq")
DAY = 24 * 60 * 60


def passwd_entry(name, uid, home):
    """A line of /etc/passwd for a user with a group of the same number."""
    return f"{name}:x:{uid}:{uid}::{home}:/bin/sh\n"


def held_port():
    """A socket that is bound and never listens: connections are refused, and no other process gets the port."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a test relay can listen there
    return holder


class Home:
    """A user with a config: `home` is HOME of the program, and `folder` has the other files."""

    def __init__(self, folder, home=None):
        self.folder, self.home = pathlib.Path(folder), pathlib.Path(home or folder)
        self.home.mkdir(exist_ok=True)

    def write(self, *lines, name=".mailchuterc"):
        """A file in the home with these lines, readable by its owner only."""
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return write_private(path, "\n".join(lines) + "\n")

    def account(self):
        """The lines of the config that every case needs."""
        return []

    def configure(self, *lines, name=".mailchuterc"):
        """Write the config; `lines` come last, so that they prevail."""
        return self.write(*(patience.stretch(line) for line in (*self.account(), *lines)), name=name)

    def environment(self):
        return {}

    def run(self, *args, env=None, **more):
        """Run the program; `env` is added to the environment, `more` is for run_program."""
        return run_program(args, home=self.home, env={**self.environment(), **(env or {})}, **more)


class User(Home):
    """A Home with a queue and a relay, which is down until up(); `lines` end the config, `options` are the relay's."""

    def __init__(self, folder, *lines, **options):
        super().__init__(folder, folder / "home")
        self.options = options
        self.spool = Spool(folder / "state/mailchute")
        self.port_holder = held_port()
        self.port = self.port_holder.getsockname()[1]
        self.programs = {name: folder / name for name in NAMES}
        for path in self.programs.values():
            path.symlink_to(os.path.realpath(PROGRAM))
        self.configure(*lines)

    def account(self):
        usual = ["account default", "host localhost", f"port {self.port}", "from alice@example.org", "timeout 5"]
        if self.options.get("lmtp"):
            usual.append("protocol lmtp")
        secure = self.options.get("tls", "none") != "none"
        usual.append(f"tls {'on' if secure else 'off'}")
        if secure:
            usual.append(f"tls_trust_file {relays.default_certs().ca}")
        if self.options.get("auth"):
            usual += ["auth on", "user tester", "password secret"]
        return usual

    @contextlib.contextmanager
    def up(self, *dialogue, **options):
        """A running relay that follows the lines of the dialogue."""
        options = {**self.options, **options}
        with relays.Relay(port=self.port, dialogue="\n".join(dialogue), **options) as relay:
            yield relay

    def environment(self):
        return {**environment_with_queue(self.spool.path), "DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}

    def run(self, *args, name="mailchute", days=0, **more):
        """Run the program under one of its names, `days` from now."""
        program, words = self.programs[name], list(args)
        if days:
            words = ["-f", f"{days * DAY:+.0f}s", program, *words]
            program = "/usr/bin/faketime"
        return super().run(*words, program=str(program), queue=self.spool.path, **more)

    def start(self, *args, name="mailchute", stdin=MESSAGE):
        """The same without waiting for its end; with stdin None more can be written to process.stdin."""
        clean = clean_environment(self.home, self.environment())
        process = subprocess.Popen(with_queue(self.spool.path, [self.programs[name], *args]), env=clean,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(stdin)
                process.stdin.close()
            process.stdin = None
        return process

    def send(self, *recipients, name="mailchute", stdin=MESSAGE, options=()):
        return self.run(*options, "--", *(recipients or ("bob@example.org",)), name=name, stdin=stdin)

    def queue(self, *recipients, **how):
        """Put a message into the queue while the relay is stopped; returns its record."""
        before = {path.name for path in self.spool.files()}
        result = self.send(*recipients, **how)
        expect(result.status in (0, 75), f"not queued: {result}")
        fresh = [r for r in self.spool.records() if r.id not in before]
        expect(len(fresh) == 1, f"{len(fresh)} new files in q/: {result}")
        return fresh[0]

    def flush(self, days=0):
        """A queue run that ignores the schedule."""
        return self.run("-qf", days=days)

    def expect_empty(self, what="the queue"):
        left = [f.name for f in self.spool.files()]
        expect(not left, f"{what}: left in q/: {left}")
