# SPDX-License-Identifier: GPL-3.0-or-later
"""msmtp_queues.py - messages queued by msmtp's own scripts are imported and arrive"""
import contextlib
import os
import subprocess
from tests.lib.harness import expect, run_program, write_private
from tests.lib.relay import Relay
from .clients import DownRelay
from .msmtp import MSMTP


LIBEXEC = MSMTP.parents[1] / "libexec/msmtp"
MESSAGE = b"From: Alice <alice@example.org>\nTo: Bob <bob@example.net>\nMessage-ID: <%d@x>\nSubject: s\n\n.hello\n"
WORDS = (("-oi", "-f", "x@y.example", "--", "bob@example.net", "*"), ("-t",), ("--read-envelope-from", "c@d.example"))
WANTED = [("x@y.example", ["bob@example.net", "*"]), ("a@b.example", ["bob@example.net"]),
          ("alice@example.org", ["c@d.example"])]


def give_in(script, home, work):
    """Three messages; in the folder a shell would replace * by file names."""
    env = {"HOME": str(home), "PATH": os.environ["PATH"], "MSMTP": str(MSMTP), "EMAIL_CONN_TEST": "x",
           "EMAIL_QUEUE_QUIET": "t", "LC_ALL": "C.UTF-8"}
    for number, words in enumerate(WORDS):
        subprocess.run([script, *words], input=MESSAGE % number, env=env, cwd=work, check=True, capture_output=True)


def taken_over(script, folder_name, folder):
    """The third message waits in the default queue, as its account is known only by its header."""
    home, work, relay, default = folder / "home", folder / "work", DownRelay(), folder / "default/mailchute"
    home.mkdir()
    work.mkdir()
    (work / "a-file").touch()
    write_private(home / ".msmtprc", f"host 127.0.0.1\nport {relay.port}\nfrom a@b.example\nqueue_folder {folder}/queue\n")
    give_in(LIBEXEC / script, home, work)
    old = home / folder_name
    expect(len(list(old.glob("*.mail"))) == 3, f"the script has queued {sorted(old.iterdir())}")
    result = run_program([f"--queue-import={old}"], home=home, queue=default)
    expect(result.status == 0 and result.stdout.endswith(b"3 imported, 0 left\n"), str(result))
    expect(not list(old.iterdir()), f"left {sorted(old.iterdir())}")
    with contextlib.closing(relay.holder), Relay(port=relay.port) as up:
        result = run_program(["-qf"], home=home, queue=default)
        up.wait_idle()
        found = sorted((t.sender, t.recipients) for t in up.received)
        expect(found == sorted(WANTED), f"{found} arrived: {result}")
        expect(all(t.content.endswith(b"\r\n\r\n.hello\r\n") for t in up.received), "another content")


def msmtpq(folder):
    taken_over("msmtpq/msmtpq", ".msmtp.queue", folder)


def msmtpqueue(folder):
    taken_over("msmtpqueue/msmtp-enqueue.sh", ".msmtpqueue", folder)


def add_cases(suite):
    suite.add("msmtp-queue-of-msmtpq", msmtpq)
    suite.add("msmtp-queue-of-msmtpqueue", msmtpqueue)
