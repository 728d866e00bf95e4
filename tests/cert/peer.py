# SPDX-License-Identifier: GPL-3.0-or-later
"""peer.py - a relay whose TLS is `openssl s_server`, and whose SMTP is just enough for one message"""
import re
import select
import subprocess
import threading
import time
from tests.lib import patience


READY_LIMIT = 20
ANSWERS = {"EHLO": "250 peer", "MAIL": "250 ok", "RCPT": "250 ok", "DATA": "354 go on", ".": "250 taken",
           "QUIT": "221 bye"}


class Peer:
    """Runs from __enter__ to __exit__; `output` is the text of s_server's messages and of the client's lines."""

    def __init__(self, cert, key, *options):
        self.args = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-naccept", "1", "-cert", cert, "-key", key,
                     "-msg", *options]
        self.output = ""
        self.is_greeted = False

    def __enter__(self):
        self.process = subprocess.Popen([*map(str, self.args)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()
        end = patience.now() + READY_LIMIT
        while not (found := re.search(r"ACCEPT 127\.0\.0\.1:(\d+)", self.output)):
            if patience.now() > end or self.process.poll() is not None:
                raise RuntimeError(f"s_server does not listen: {self.output}")
            time.sleep(0.01)
        self.port = int(found[1])
        return self

    def __exit__(self, *_):
        self.wait()

    def wait(self):
        """End the server, which completes its output."""
        self.process.terminate()
        self.process.wait()
        self.thread.join()

    def say(self, line):
        self.process.stdin.write(line.encode() + b"\r\n")
        self.process.stdin.flush()

    def serve(self):
        """Separate s_server's own lines from the client's lines."""
        rest = b""
        while select.select([self.process.stdout], [], [])[0]:
            piece = self.process.stdout.read1()
            if not piece:
                return
            self.output += piece.decode(errors="replace")
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                self.respond(line.rstrip(b"\r").decode(errors="replace"))

    def respond(self, line):
        """Send the greeting after the handshake; then reply to each line of the client."""
        try:
            if "CIPHER is" in line and not self.is_greeted:
                self.is_greeted = True
                self.say("220 peer ESMTP")
            elif line[:4] in ANSWERS:
                self.say(ANSWERS[line[:4]])
        except BrokenPipeError:
            pass
