# SPDX-License-Identifier: GPL-3.0-or-later
"""login.py - a user with an account that has to log in, and what the relay heard of the password"""
import base64
import os
import re
import subprocess
from tests.lib.harness import clean_environment, with_queue
from tests.lib.user import MESSAGE, User


AWKWARD = "p#1 :\"x' ,\\$y"
BOB = "bob@example.org"
LOGIN = {"auth": ("PLAIN",), "auth_in_clear": True}


class LoginUser(User):
    """A User whose account has a user name; `lines` say where its password is."""

    def __init__(self, folder, *lines, **options):
        super().__init__(folder, **options)
        self.login(*lines)

    def login(self, *lines):
        return self.configure("auth on", "user tester", *lines)

    def up(self, *dialogue, **options):
        return super().up(*dialogue, **{**LOGIN, **options})

    def start_in(self, env):
        """The whole environment of a process."""
        return clean_environment(self.home, {**self.environment(), **env})

    def give(self, *args, stdin=MESSAGE, **more):
        """Send a message to Bob, as User.send, with more for run()."""
        return self.run(*args, BOB, stdin=stdin, **more)

    def start_with(self, *args, env=None, **more):
        """Start it with a message, as User.start does, with more for subprocess."""
        message = self.folder / "message"
        message.write_bytes(MESSAGE)
        with open(message, "rb") as stdin:
            words = with_queue(self.spool.path, [self.programs["mailchute"], *args])
            return subprocess.Popen(words, env=self.start_in(env or {}), stdin=stdin, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, **more)

    def netrc(self, text, mode=0o600):
        path = self.home / ".netrc"
        path.write_text(text)
        path.chmod(mode)
        return path


def passwords(relay):
    """The passwords that AUTH PLAIN has brought, in their order."""
    heard = b"\n".join(bytes(c.clear) for c in relay.connections)
    found = re.findall(rb"^AUTH PLAIN (\S+)\r?$", heard, re.MULTILINE)
    return [base64.b64decode(word).split(b"\0")[2].decode() for word in found]


class Pipe:
    """An open descriptor from which some bytes can be read, for a child."""

    def __init__(self, data):
        self.read, write = os.pipe()
        os.write(write, data)
        os.close(write)

    def __enter__(self):
        return self.read

    def __exit__(self, *_):
        os.close(self.read)


def in_shell(text):
    """A text as a word of /bin/sh."""
    return "'" + text.replace("'", "'\\''") + "'"
