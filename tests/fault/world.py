# SPDX-License-Identifier: GPL-3.0-or-later
"""world.py - what the fault suite needs: a queue, a relay, messages to count, and runs with a fault"""
import collections
import contextlib
import fcntl
import itertools
import os
import pathlib
import re
import shutil
import socket
import stat
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "relay")]
from harness import PROGRAM, Failure, expect  # noqa: E402
import relay as relays  # noqa: E402

SHIM = pathlib.Path(os.environ.get("FAULT_SHIM", pathlib.Path(PROGRAM).parent / "tests/fault/fault-shim.so"))
FAULTS = ["kill", "term", "eio", "enospc", "edquot", "eintr", "emfile", "reset", "short"]
SIGKILL, SIGTERM = -9, -15
FAILURES_MAX = 40
PATIENCE = 30  # seconds after which a run that has not ended fails the case
SETTINGS = {"timeout": "3", "final_timeout": "3"}


class Message:
    """A message that can be told from all others, and found again as it was."""

    numbers = iter(range(1, 1 << 30))
    lock = threading.Lock()

    def __init__(self, recipients=("bob@example.org",), sender="alice@example.org", lines=20):
        with Message.lock:
            self.ident = f"m{os.getpid()}.{next(Message.numbers)}@fault.test"
        self.sender, self.recipients = sender, list(recipients)
        body = "".join(f".line {n} of {self.ident}\n" if n % 7 == 0 else f"line {n} of {self.ident}\n"
                       for n in range(lines))
        self.text = (f"From: <{sender}>\nTo: undisclosed-recipients:;\nSubject: a fault\n"
                     f"Date: Thu, 01 Jan 2026 00:00:00 +0000\nMessage-ID: <{self.ident}>\n\n{body}").encode()
        self.wire = self.text.replace(b"\n", b"\r\n")


class Run:
    """How a run of the program ended, and whether the fault that was ordered came to pass."""

    def __init__(self, status, stdout, stderr, seconds, cpu, told, fault):
        self.status, self.stdout, self.stderr, self.seconds, self.cpu = status, stdout, stderr, seconds, cpu
        self.told, self.fault = told, fault

    @property
    def call(self):
        """The system call that was hit, or None."""
        hits = [line.split()[1] for line in self.told.splitlines() if line.startswith("hit ")]
        return hits[0] if hits else None

    @property
    def is_cut(self):
        """Whether it, or the part of it that runs behind, was ended in the middle of something."""
        return self.status < 0 or (self.fault in ("kill", "term") and self.call is not None)

    def __str__(self):
        return f"exit {self.status} after {self.seconds:.1f} s, stderr: {self.stderr.decode(errors='replace')!r}"


class World:
    """A folder with a queue and a config, and a relay that can be up or down."""

    def __init__(self, folder, settings=None, **options):
        self.folder = pathlib.Path(folder)
        self.spool = self.folder / "spool"
        self.config = self.folder / "config"
        self.runs = itertools.count()
        self.settings = dict(SETTINGS, queue_folder=self.spool, **(settings or {}))
        self.relay = relays.Relay(**options)
        self.closed = socket.socket()
        self.closed.bind(("127.0.0.1", 0))
        self.wants_relay(False)

    def __enter__(self):
        self.relay.start()
        self.wants_relay(True)
        return self

    def __exit__(self, *_):
        self.relay.stop()
        self.closed.close()

    def wants_relay(self, is_up):
        """Lets the config name the relay, or a port where nobody listens."""
        port = self.relay.port if is_up else self.closed.getsockname()[1]
        lines = ["account default", "host 127.0.0.1", f"port {port}", "from alice@example.org", "tls off", "auth off"]
        lines += [f"{name} {value}" for name, value in self.settings.items()]
        self.config.write_text("\n".join(lines) + "\n")
        self.config.chmod(0o600)

    def play(self, dialogue):
        self.relay.dialogue = relays.Dialogue(dialogue)

    # running

    def start(self, args, stdin=b"", fault=None, program=PROGRAM, **more):
        """Start the program; `fault` is (name, call number), `more` goes into its environment."""
        told = self.folder / f"told{next(self.runs)}"
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C.UTF-8",
                       "LD_PRELOAD": str(SHIM), "FAULT_OUT": str(told),
                       "STATE_DIRECTORY": str(self.spool), **more}  # the queue also without a config
        if fault:
            environment.update(FAULT_DO=fault[0], FAULT_AT=str(fault[1]))
        process = subprocess.Popen([program, "-C", str(self.config), *args], env=environment,
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        process.told, process.begun, process.fault = told, time.monotonic(), fault and fault[0]
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(stdin)
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        process.stdin = None
        return process

    def finish(self, process):
        """Wait for the program and all that it left in the background."""
        watch = threading.Timer(PATIENCE, process.kill)
        watch.start()
        stdout, stderr = process.stdout.read(), process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        watch.cancel()
        process.stdout.close()
        process.stderr.close()
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.monotonic() - process.begun
        expect(seconds < PATIENCE, f"still running after {PATIENCE} s")
        told = wait_for_release(process.told)
        return Run(process.returncode, stdout, stderr, seconds, used.ru_utime + used.ru_stime, told, process.fault)

    def run(self, args, stdin=b"", fault=None, **more):
        return self.finish(self.start(args, stdin, fault, **more))

    def send(self, message, fault=None, **more):
        return self.run(["-f", message.sender, "--", *message.recipients], message.text, fault, **more)

    def drain(self):
        """Run the queue without faults until nothing waits, a few times at most; returns the last run."""
        done = None
        wait_until_free(self.spool / "run.lock")
        for _ in range(4):
            if not self.names("q"):
                break
            done = self.run(["-qf"])
            expect(done.status in (0, 75), f"a run without faults failed: {done}")
        self.relay.wait_idle()
        return done

    # what there is

    def names(self, folder):
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            return sorted(os.listdir(self.spool / folder))
        return []

    def find(self, message, folders=("q", "hold", "failed")):
        """Where the message is: a list of (folder, name, status bytes)."""
        found = []
        for folder in folders:
            for name in self.names(folder):
                with contextlib.suppress(OSError):
                    path = self.spool / folder / name
                    data = path.read_bytes() if stat.S_ISREG(path.lstat().st_mode) else b""
                    is_it = f"Message-ID: <{message.ident}>".encode() in data
                    if is_it and b"Content-Type: multipart/report" not in data:
                        found.append((folder, name, status_bytes(data, name, len(message.recipients))))
        return found

    def kept_notices(self, message):
        """How many notices about the message were refused themselves, and kept."""
        kept = [(self.spool / "failed" / name).read_bytes() for name in self.names("failed")]
        return sum(b"multipart/report" in data and f"<{message.ident}>".encode() in data for data in kept)

    def check_modes(self):
        for path in [self.spool, *self.spool.rglob("*")]:
            with contextlib.suppress(FileNotFoundError):
                mode = stat.S_IMODE(path.lstat().st_mode)
                expect(mode == (0o700 if path.is_dir() else 0o600), f"mode {mode:o} of {path}")

    def save(self, name="template"):
        """Keep a copy of the queue, to be put back by restore."""
        shutil.rmtree(self.folder / name, ignore_errors=True)
        if self.spool.exists():
            shutil.copytree(self.spool, self.folder / name, symlinks=True)

    def restore(self, name="template"):
        shutil.rmtree(self.spool, ignore_errors=True)
        if (self.folder / name).exists():
            shutil.copytree(self.folder / name, self.spool, symlinks=True)

    # what the relay got

    def forget(self):
        """Let the relay begin at nought."""
        expect(self.relay.wait_idle(), "a connection never ended")
        self.relay.connections.clear()

    def copies(self, message):
        """How often each recipient got the message; what arrived under its name must be it."""
        counts = collections.Counter()
        for transaction in self.transactions(message):
            if transaction.is_acknowledged:
                expect(transaction.content == message.wire, f"not what was given in: {transaction.content[:300]!r}")
                counts.update(transaction.recipients)
        return [counts[recipient] for recipient in message.recipients]

    def transactions(self, message):
        """Those whose content arrived to its end."""
        mark = f"Message-ID: <{message.ident}>\r\n".encode()
        return [t for t in self.relay.transactions if t.is_complete and mark in t.content and not is_notice(t)]

    def notices(self, message):
        """The notifications about a message that the relay took."""
        mark = f"<{message.ident}>".encode()
        return [t for t in self.relay.received if is_notice(t) and mark in t.content]


def wait_for_lock(file):
    end = time.monotonic() + PATIENCE
    while True:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        expect(time.monotonic() < end, "something that it started stays behind")
        time.sleep(0.001)


def wait_for_release(path):
    """What was told in a file, once nobody has it locked any more; removes it."""
    with open(path, encoding="utf-8") as file:
        wait_for_lock(file)
        path.unlink()
        return file.read()


def wait_until_free(path):
    """The kernel gives back the locks of a process that was killed in no order that we know of."""
    with contextlib.suppress(FileNotFoundError), open(path, encoding="utf-8") as file:
        wait_for_lock(file)


def is_notice(transaction):
    return b"multipart/report" in transaction.content


def status_bytes(data, name, count):
    """The status of each recipient in a queue file; "" where it has none."""
    end = data.rfind(b"END " + name.encode())
    found = re.search(rb"[.?DF]{%d}\s?\Z" % count, data[:max(end, 0)])
    return found[0].decode().strip() if found else ""


def sweep(shoot, check, faults=FAULTS):
    """For the 1st, 2nd, ... call that each fault can happen to, until one is not hit: shoot(fault), which
    returns a Run, and check(run). Returns how many were hit. What fails is gathered, to see all of it.
    """
    hits, failures = 0, collections.Counter()
    for name in faults:
        number, call = 1, "?"
        while call:
            try:
                run = shoot((name, number))
                call = run.call
                check(run)
            except Failure as failure:
                text = re.sub(r"\b[0-9A-F]{16}[A-Z2-7]{8}\b|after [0-9.]+ s", "...", str(failure))
                failures[f"{name} at {call or 'nothing'}: {text}"] += 1
                expect(len(failures) < FAILURES_MAX, report(failures))
            hits, number = hits + bool(call), number + 1
    expect(not failures, report(failures))
    expect(hits > 0, "no call was hit")
    return hits


def report(failures):
    return "\n".join(f"({count} times) {text}" for text, count in failures.items())
