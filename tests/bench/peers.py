# SPDX-License-Identifier: GPL-3.0-or-later
"""peers.py - shared by the benches: mailchute and two peers with queues, a sink, a delay, a table

The peers are Debian's packages, unpacked under build/servers by `sh tests/setup aside` and laid over /usr, /etc
and /var/spool in a mount namespace that only the bench sees, for their paths are compiled in.
"""
import asyncio
import contextlib
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
PROGRAM = os.path.realpath(os.environ.get("MAILCHUTE", TOP / "build" / "mailchute"))
SERVERS = TOP / "build" / "servers"
WORK = TOP / "build" / "bench"  # on the disk that is measured
INSIDE = "MAILCHUTE_BENCH_INSIDE"
MESSAGE = (b"From: Alice <alice@example.org>\nTo: Bob <bob@example.org>\nSubject: A bench\n\n"
           + b"The quick brown fox jumps over the lazy dog, over and over.\n" * 32)


def go_inside():
    """Begin again in a mount namespace, as root, with the peers in their places."""
    if os.environ.get(INSIDE):
        return
    for name in ("dma", "nullmailer"):
        if not (SERVERS / name).is_dir():
            sys.exit(f"{SERVERS / name} is missing: run `sh tests/setup aside`")
    shutil.rmtree(WORK, ignore_errors=True)
    for name in ("etc/dma", "etc/nullmailer", "spool/dma", "spool/mailchute"):
        (WORK / name).mkdir(parents=True)
    (WORK / "etc/mailname").write_text("bench.test\n")
    for name in ("queue", "tmp", "failed"):
        (WORK / "spool/nullmailer" / name).mkdir(parents=True)
    os.mkfifo(WORK / "spool/nullmailer/trigger")
    (WORK / "spool/mailchute").chmod(0o700)
    subprocess.run(["gcc", "-O2", "-o", WORK / "sink", HERE / "sink.c"], check=True)
    usr = ":".join(str(SERVERS / name / "usr") for name in ("dma", "nullmailer"))
    mounts = (f"mount -t overlay bench -o lowerdir={usr}:/usr /usr && "
              f"mount -t overlay bench -o lowerdir={WORK}/etc:/etc /etc && mount --bind {WORK}/spool /var/spool")
    os.environ[INSIDE] = "yes"
    os.execvp("unshare", ["unshare", "-m", "--propagation", "private", "sh", "-c", f'{mounts} && exec "$@"', "sh",
                          sys.executable, *sys.argv])


def wait_until(question, limit=120):
    end = time.monotonic() + limit
    while not question():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {limit} s")
        time.sleep(0.0005)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Sink:
    """The relay; `counts` are connections and messages."""

    def __init__(self):
        self.port, self.file = free_port(), WORK / "counts"
        self.file.unlink(missing_ok=True)
        self.process = subprocess.Popen([WORK / "sink", str(self.port), self.file])
        wait_until(self.is_up, 10)

    def is_up(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    @property
    def counts(self):
        return struct.unpack("QQ", self.file.read_bytes())

    def stop(self):
        self.process.kill()
        self.process.wait()


class Delay:
    """A way to a port that takes `seconds` in each direction."""

    def __init__(self, target, seconds):
        self.target, self.seconds = target, seconds
        ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self.serve(ready)), daemon=True).start()
        ready.wait()

    async def serve(self, ready):
        server = await asyncio.start_server(self.join, "127.0.0.1", 0, backlog=512)
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await server.serve_forever()

    async def join(self, reader, writer):
        there, back = await asyncio.open_connection("127.0.0.1", self.target)
        await asyncio.gather(self.carry(reader, back), self.carry(there, writer))

    async def carry(self, reader, writer):
        """Every piece is handed on so long after it came; the end likewise."""
        loop = asyncio.get_running_loop()
        try:
            while data := await reader.read(65536):
                loop.call_later(self.seconds, writer.write, data)
        except OSError:
            pass
        loop.call_later(self.seconds, writer.close)


class Peer:
    """A program with a queue, which holds a file that fits `pattern` for every message."""
    env = {}
    pattern = "*"

    def enqueue(self):
        subprocess.run(self.enqueue_command, input=MESSAGE, env=self.environment, check=True, capture_output=True)

    @property
    def environment(self):
        return {"PATH": os.environ["PATH"], "HOME": str(WORK), "USER": "root", "LOGNAME": "root", **self.env}

    def waiting(self):
        return len(list(pathlib.Path(self.folder).glob(self.pattern)))

    def drain(self, prefix=()):
        """Start what empties the queue."""
        return subprocess.Popen([*prefix, *self.drain_command], env=self.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Mailchute(Peer):
    name = "mailchute"
    enqueue_command = [PROGRAM, "-odq", "bob@example.org"]
    drain_command = [PROGRAM, "-qf"]
    folder = "/var/spool/mailchute/q"

    def configure(self, port):
        config = WORK / ".mailchuterc"
        config.write_text(f"account default\nhost 127.0.0.1\nport {port}\nfrom alice@example.org\n")
        config.chmod(0o600)


class Dma(Peer):
    name = "dma"
    enqueue_command = ["/usr/sbin/dma", "-i", "-f", "alice@example.org", "bob@example.org"]
    drain_command = ["/usr/sbin/dma", "-q1"]
    folder = "/var/spool/dma"
    pattern = "Q*"

    def configure(self, port):
        (WORK / "etc/dma/dma.conf").write_text(f"SMARTHOST 127.0.0.1\nPORT {port}\nDEFER\nMAILNAME bench.test\n")
        (WORK / "etc/dma/auth.conf").write_text("")
        shutil.chown("/var/spool/dma", "root", "mail")
        os.chmod("/var/spool/dma", 0o2775)
        os.chmod(WORK / "etc/dma", 0o755)


class Nullmailer(Peer):
    name = "nullmailer"
    enqueue_command = [SERVERS / "nullmailer/usr/sbin/sendmail", "-f", "alice@example.org", "bob@example.org"]
    drain_command = ["/usr/sbin/nullmailer-send"]
    folder = "/var/spool/nullmailer/queue"

    def configure(self, port):
        (WORK / "etc/nullmailer/remotes").write_text(f"127.0.0.1 smtp --port={port}\n")
        for path in (WORK / "spool/nullmailer", *(WORK / "spool/nullmailer").iterdir()):
            shutil.chown(path, "mail", "mail")


PEERS = (Mailchute(), Dma(), Nullmailer())


def end_tracees(strace):
    """A daemon that is traced, not strace itself: that would let it run on."""
    try:
        children = pathlib.Path(f"/proc/{strace}/task/{strace}/children").read_text()
    except FileNotFoundError:
        return
    for pid in map(int, children.split()):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


def counted(peer, command, stdin, wait=None):
    """System calls and syncs of one run under strace, children included."""
    report = WORK / "strace"
    process = subprocess.Popen(["strace", "-f", "-c", "-U", "calls,name", "-o", report, *command],
                               env=peer.environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    process.stdin.write(stdin)
    process.stdin.close()
    if wait:
        wait()
        end_tracees(process.pid)
    process.wait()
    calls = {name: int(n) for n, name in re.findall(r"^\s*(\d+)\s+(\w+)$", report.read_text(), re.M)}
    total = calls.pop("total")
    return total, sum(calls.get(name, 0) for name in ("fsync", "fdatasync", "sync", "syncfs"))


def show(heads, rows):
    """A table: the first column to the left, the others to the right."""
    table = [heads, *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(heads))]
    for row in table:
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  ".join(cells))
    print(flush=True)


median = statistics.median
