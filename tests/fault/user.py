# SPDX-License-Identifier: GPL-3.0-or-later
"""user.py - a user of the fault suite: a queue, a relay, messages to count, and runs with a fault"""
import asyncio
import collections
import contextlib
import ctypes
import fcntl
import itertools
import os
import pathlib
import re
import shutil
import signal
import socket
import stat
import subprocess
import threading
import time
from tests.lib import patience, relay as relays, spool as spools
from tests.lib.harness import PROGRAM, Failure, expect
from tests.lib.user import Home, held_port


SHIM = pathlib.Path(os.environ.get("FAULT_SHIM", pathlib.Path(PROGRAM).parent / "tests/fault/fault-shim.so"))
FAULTS = ["kill", "term", "eio", "enospc", "edquot", "eintr", "emfile", "econnreset", "short"]
ENDINGS = ["kill", "term", "int", "hup", "quit", "alrm", "vtalrm", "xcpu", "usr1"]  # faults that kill the process
NO_MEMORY = ("nomem", "nomem-on")  # faults of memory.c: one allocation fails, or all from that one on
SIGKILL, SIGTERM = -9, -15
PASSING = {"eintr", "eagain", "short"}  # faults that no call has repeatedly
FAILURES_MAX = 40
PATIENCE = 60  # machine seconds after which a run that has not ended fails the case
SETTINGS = {"timeout": "300", "final_timeout": "300"}  # so that a process that waits for them is found to hang
SYSTEM_SPOOL = pathlib.Path("/var/spool")
CLONE_NEWNS = 0x20000


def hide_mounts():
    """Give this process mounts of its own, and root an empty default queue of its own."""
    hide_mounts.is_done = os.geteuid() == 0
    if not hide_mounts.is_done:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) != 0:
        raise OSError(ctypes.get_errno(), "mounts of our own can't be had")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0755", "none", str(SYSTEM_SPOOL)], check=True)


hide_mounts.is_done = False


def default_queue(home):
    """The default place of the queue."""
    return SYSTEM_SPOOL / "mailchute" if hide_mounts.is_done else home / ".local/state/mailchute"


class Message:
    """A message that differs from all others, to find it again and to compare it."""

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
    """The end of a run of the program, and whether the ordered fault happened."""

    def __init__(self, status, stdout, stderr, seconds, cpu, told, fault):
        self.status, self.stdout, self.stderr, self.seconds, self.cpu = status, stdout, stderr, seconds, cpu
        self.told, self.fault = told, fault

    @property
    def hits(self):
        """The faults that happened: (system call, fault)."""
        return [tuple(line.split()[1:3]) for line in self.told.splitlines() if line.startswith("hit ")]

    @property
    def is_hit(self):
        return bool(self.hits)

    @property
    def call(self):
        """The system call that was hit first, or None."""
        return self.hits[0][0] if self.hits else None

    @property
    def calls(self):
        """The calls that have failed."""
        return {call for call, fault in self.hits if fault not in ENDINGS}

    @property
    def is_cut(self):
        """Whether the program, or its part in the background, was ended in the middle of its work."""
        return self.status < 0 or any(fault in ENDINGS for _, fault in self.hits)

    def __str__(self):
        hits = ", ".join(f"{fault} of {call}" for call, fault in sorted(set(self.hits)))
        return f"exit {self.status} ({hits}), stderr: {self.stderr.decode(errors='replace')!r}"


def ends_process(run):
    """The kind of the run's end: "killed", "withdrawn" by a signal that it may answer, "" by itself."""
    if run.status >= 0:
        return ""
    if -run.status not in [getattr(signal, f"SIG{name.upper()}") for name in ENDINGS]:
        return None
    return "killed" if run.status == SIGKILL else "withdrawn"


class Peer:
    """Our end of a unix socket whose other end is both the program's stdin and its stdout."""

    def __init__(self):
        self.ours, self.theirs = socket.socketpair()

    def give(self, data):
        self.theirs.close()
        with contextlib.suppress(OSError):
            self.ours.sendall(data)
            self.ours.shutdown(socket.SHUT_WR)

    def read(self):
        """All bytes until the program and its children have closed the socket, or have died with unread input."""
        said = b""
        with contextlib.suppress(ConnectionError):
            while piece := self.ours.recv(65536):
                said += piece
        return said

    def close(self):
        self.ours.close()


class FaultUser(Home):
    """A Home whose runs can meet a fault, with a queue and a relay that can be started and stopped."""

    def __init__(self, folder, settings=None, relay=None, spool=None, **options):
        super().__init__(folder)
        self.spool = spool or default_queue(self.folder)
        self.config = self.home / ".mailchuterc"  # where sendmail finds the config, too
        self.runs = itertools.count()
        self.closing = contextlib.ExitStack()
        self.settings = {**SETTINGS, "queue_folder": self.spool, **(settings or {})}
        self.relay = relay or relays.Relay(**options)
        self.closed = held_port()
        self.spool.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.wants_relay(False)

    def __enter__(self):
        self.relay.start()
        self.wants_relay(True)
        return self

    def __exit__(self, *_):
        self.relay.stop()
        self.closed.close()
        self.closing.close()
        shutil.rmtree(self.spool, ignore_errors=True)

    def account(self):
        lines = ["account default", "host 127.0.0.1", f"port {self.port}", "from alice@example.org", "tls off", "auth off"]
        return lines + [f"{name} {value}" for name, value in self.settings.items()]

    def wants_relay(self, is_up):
        """Let the config name the relay, or a port on which no process listens."""
        self.port = self.relay.port if is_up else self.closed.getsockname()[1]
        self.configure()

    def play(self, dialogue):
        self.relay.dialogue = relays.Dialogue(dialogue)

    def let_relay_read(self):
        """Wait until the relay has read and answered everything that was sent to it."""
        while any(line[4].partition(":")[2] != "00000000" for line in tcp_of(self.relay.port)):
            time.sleep(0.0005)
        for _ in range(4):
            asyncio.run_coroutine_threadsafe(asyncio.sleep(0), self.relay.loop).result()

    # running

    def start(self, args, stdin=b"", fault=None, program="mailchute", has_config=True, peer=None, **more):
        """Start the program under that name; `more` is added to its environment. As sendmail it does not accept -C.
        With a Peer it is served on a unix socket.

        `fault` is (name, call number), or with a dict of more orders, which shim.c describes; "": no fault.
        """
        told = self.folder / f"told{next(self.runs)}"
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C.UTF-8",
                       "LD_PRELOAD": str(SHIM), "FAULT_OUT": str(told), **more}
        if fault:
            environment.update(fault[2] if fault[2:] else {})
        if fault and fault[0]:
            environment.update(FAULT_DO=fault[0], FAULT_AT=str(fault[1]))
        names_config = has_config and program == "mailchute"
        config = ["-C", str(self.config)] if names_config else []
        end = peer.theirs if peer else subprocess.PIPE
        process = subprocess.Popen([program, *config, *args], executable=PROGRAM, env=environment,
                                   stdin=end, stdout=end, stderr=subprocess.PIPE)
        process.told, process.begun, process.fault = told, patience.now(), fault and fault[0]
        if peer:
            peer.give(stdin)
            process.stdout = peer
            return process
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(stdin)
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        process.stdin = None
        return process

    def finish(self, process):
        """Wait for the program and all of its processes in the background."""
        with patience.Watchdog(process, PATIENCE):
            stdout, stderr = process.stdout.read(), process.stderr.read()
            _, status, used = os.wait4(process.pid, 0)
        process.stdout.close()
        process.stderr.close()
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = patience.now() - process.begun
        expect(seconds < PATIENCE, f"still running after {PATIENCE} machine seconds")
        told = wait_for_release(process.told)
        return Run(process.returncode, stdout, stderr, seconds, used.ru_utime + used.ru_stime, told, process.fault)

    def run(self, args, stdin=b"", fault=None, **more):
        return self.finish(self.start(args, stdin, fault, **more))

    def send(self, message, fault=None, options=(), **more):
        return self.run([*options, "-f", message.sender, "--", *message.recipients], message.text, fault, **more)

    def drain(self):
        """Run the queue without faults until nothing waits, a few times at most; returns the last run."""
        done = None
        wait_until_free(self.spool / "run.lock")
        for name in self.names("q"):
            wait_until_free(self.spool / "q" / name, fcntl.lockf)
        for _ in range(4):
            if not self.names("q"):
                break
            done = self.run(["-qf"])
            expect(done.status in (0, 75), f"a run without faults failed: {done}")
        self.relay.wait_idle()
        return done

    # the state

    def names(self, folder):
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            return sorted(os.listdir(self.spool / folder))
        return []

    def record(self, folder, name):
        """A file of the queue as it is described in src/queue/record.h; fails the case where it is not whole."""
        path = self.spool / folder / name
        try:
            record = spools.read(path)
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise Failure(f"{folder}/{name} is not whole: {error}") from None
        expect(record.is_whole, f"{folder}/{name} is not whole")
        return record

    def contents(self):
        """All files of the queue with their contents."""
        return {str(path.relative_to(self.spool)): path.read_bytes() for path in sorted(self.spool.rglob("*"))
                if path.is_file()}

    def find(self, message, folders=("q", "hold", "failed")):
        """The places of the message: a list of (folder, name, status bytes)."""
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
        """The number of notices about the message that were refused and kept."""
        kept = [(self.spool / "failed" / name).read_bytes() for name in self.names("failed")]
        return sum(b"multipart/report" in data and f"<{message.ident}>".encode() in data for data in kept)

    def check_modes(self):
        for path in [self.spool, *self.spool.rglob("*")]:
            with contextlib.suppress(FileNotFoundError):
                mode = stat.S_IMODE(path.lstat().st_mode)
                if path.parent.name == "places" and path.is_symlink():
                    continue  # another queue's place, written down as a link, which has no mode of its own
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

    # the relay's messages

    def forget(self):
        """Forget the relay's messages."""
        expect(self.relay.wait_idle(), "a connection never ended")
        self.relay.connections.clear()

    def copies(self, message, maybe=False):
        """How often each recipient got the message; a message that arrived under its name must be unchanged.

        With `maybe` copies count, too, whose receipt the relay could not confirm.
        """
        counts = collections.Counter()
        for transaction in self.transactions(message):
            if transaction.is_acknowledged or maybe:
                expect(transaction.content == message.wire, f"not what was given in: {transaction.content[:300]!r}")
                counts.update(transaction.recipients if maybe else transaction.served)
        return [counts[recipient] for recipient in message.recipients]

    def transactions(self, message):
        """The transactions whose content arrived to its end, and was not refused as a chunk."""
        mark = f"Message-ID: <{message.ident}>\r\n".encode()
        return [t for t in self.relay.transactions if t.is_complete and not (t.is_refused and t.is_chunked) and mark in t.content
                and not is_notice(t)]

    def notices(self, message):
        """The notifications about a message that the relay took."""
        mark = f"<{message.ident}>".encode()
        return [t for t in self.relay.received if is_notice(t) and mark in t.content]


def tcp_of(port):
    """The lines of /proc/net/tcp for the connections that are accepted, or still waiting for it, on this port."""
    with open("/proc/net/tcp", encoding="ascii") as file:
        lines = [line.split() for line in file][1:]
    return [line for line in lines if line[1].endswith(f":{port:04X}")]


def wait_for_lock(file, lock=fcntl.flock):
    end = patience.now() + PATIENCE
    while True:
        with contextlib.suppress(BlockingIOError):
            lock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        expect(patience.now() < end, "a process that it started is still running")
        time.sleep(0.001)


def wait_for_release(path):
    """The lines that the shim wrote to a file, after its lock is released; removes the file."""
    with open(path, encoding="utf-8") as file:
        wait_for_lock(file)
        path.unlink()
        return file.read()


def wait_until_free(path, lock=fcntl.flock):
    """The kernel releases the locks of an ended process in an order that is not known."""
    with contextlib.suppress(FileNotFoundError), open(path, "rb+") as file:
        wait_for_lock(file, lock)


def is_notice(transaction):
    return b"multipart/report" in transaction.content


def status_bytes(data, name, count):
    """The status of each recipient in a queue file; "" where it has none."""
    end = data.rfind(b"END " + name.encode())
    found = re.search(rb"[.?DfcF]{%d}\s?\Z" % count, data[:max(end, 0)])
    return found[0].decode().strip() if found else ""


class Tally:
    """The results of a sweep's injections; failures are collected, to show all of them."""

    def __init__(self):
        self.hits, self.failures = 0, collections.Counter()

    def shoot(self, shoot, check, fault):
        """Make one injection; returns the call that was hit, or None."""
        call = "?"
        try:
            run = shoot(fault)
            call = run.call
            check(run)
        except Failure as failure:
            text = re.sub(r"\b[0-9A-F]{16}[A-Z2-7]{8}\b|\bm[0-9]+\.[0-9]+@|127\.0\.0\.1:[0-9]+", "...", str(failure))
            self.failures[f"{named(fault)} at {call or 'nothing'}: {text}"] += 1
            expect(len(self.failures) < FAILURES_MAX, self.report())
        self.hits += bool(call)
        return call

    def report(self):
        return "\n".join(f"({count} times) {text}" for text, count in self.failures.items())

    def end(self):
        expect(not self.failures, self.report())
        expect(self.hits > 0, "no call was hit")
        return self.hits


def named(fault):
    """A fault with its orders, as it is reported."""
    orders = fault[2] if fault[2:] and fault[0] not in NO_MEMORY else {}
    return " ".join([fault[0], *(f"{key.removeprefix('FAULT_').lower()}={value}" for key, value in orders.items())])


def sweep(shoot, check, faults=FAULTS, orders=None):
    """For the 1st, 2nd, ... call that each fault can happen to, until no call is hit: shoot(fault), which
    returns a Run, and check(run). Returns how many were hit.
    """
    tally = Tally()
    for name in faults:
        number = 1
        while tally.shoot(shoot, check, (name, number, orders or {})):
            number += 1
    return tally.end()


def sample(shoot, check, injections):
    """As sweep, for injections that were chosen beforehand."""
    tally = Tally()
    for fault in injections:
        tally.shoot(shoot, check, fault)
    return tally.end()
