# SPDX-License-Identifier: GPL-3.0-or-later
"""scene.py - a user with a home, a queue and a relay that can be down, for the cases of the queue suite"""
import contextlib
import os
import socket
import subprocess
from . import patience, relay as relays
from .harness import PROGRAM, clean_environment, environment_with_queue, expect, run_program, with_queue, write_private
from .spool import Spool


MESSAGE = b"From: Alice <alice@example.org>\nTo: Bob <bob@example.org>\nSubject: A test\n\nHello Bob.\n"
NAMES = ("mailchute", "sendmail", "mailq", "runq")
DAY = 24 * 60 * 60


class Scene:
    """Everything of one user lies in `folder`. `options` are the relay's; it is down until up()."""

    def __init__(self, folder, config=(), **options):
        self.folder, self.options = folder, options
        self.home = folder / "home"
        self.home.mkdir()
        self.spool = Spool(folder / "state/mailchute")
        # bound but never listening: nobody else gets the port while the relay is down
        self.port_holder = socket.socket()
        self.port_holder.bind(("127.0.0.1", 0))
        self.port_holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.port = self.port_holder.getsockname()[1]
        self.programs = {name: folder / name for name in NAMES}
        for path in self.programs.values():
            path.symlink_to(os.path.realpath(PROGRAM))
        self.configure(*config)

    def configure(self, *lines, name=".mailchuterc"):
        """Write the config; `lines` come last, so that they win."""
        usual = ["account default", "host localhost", f"port {self.port}", "from alice@example.org", "timeout 5"]
        if self.options.get("lmtp"):
            usual.append("protocol lmtp")
        secure = self.options.get("tls", "none") != "none"
        usual.append(f"tls {'on' if secure else 'off'}")
        if secure:
            usual.append(f"tls_trust_file {relays.default_certs().ca}")
        if self.options.get("auth"):
            usual += ["auth on", "user tester", "password secret"]
        return write_private(self.home / name, patience.stretch("\n".join([*usual, *lines]) + "\n"))

    @contextlib.contextmanager
    def up(self, *dialogue, **options):
        """The relay is there, and does what the lines of the dialogue say."""
        options = {**self.options, **options}
        with relays.Relay(port=self.port, dialogue="\n".join(dialogue), **options) as relay:
            yield relay

    def environment(self):
        return {**environment_with_queue(self.spool.path), "DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}

    def run(self, *args, name="mailchute", stdin=b"", days=0, limit=60):
        """Run the program under one of its names, `days` from now."""
        program, words = self.programs[name], list(args)
        if days:
            words = ["-f", f"{days * DAY:+.0f}s", program, *words]
            program = "/usr/bin/faketime"
        return run_program(words, stdin, home=self.home, env=self.environment(), limit=limit,
                           program=str(program), queue=self.spool.path)

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
        """Put a message into the queue while the relay is down; returns its record."""
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
