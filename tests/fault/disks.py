# SPDX-License-Identifier: GPL-3.0-or-later
"""disks.py - a queue on a disk that is full, or read-only: the message is sent directly, none is lost"""
import contextlib
import email
import os
import re
import shutil
import subprocess
from tests.lib.harness import expect
from . import user as users
from .cases import IS_FULL, NOBODY, check_failed, count, expect_empty, expect_once, gather, suite
from .user import Message, FaultUser


SIZES = range(64, 204, 4 if IS_FULL else 8)  # KiB


def mount(*args):
    done = subprocess.run(["mount", *map(str, args)], capture_output=True, text=True)
    expect(done.returncode == 0, f"can't mount, which needs root: {done.stderr}")


@contextlib.contextmanager
def small_disk(user, kib, inodes=100):
    """The queue on a disk of its own."""
    user.spool.mkdir(0o700, exist_ok=True)
    mount("-t", "tmpfs", "-o", f"size={kib}k,nr_inodes={inodes},mode=0700", "none", user.spool)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(user.spool)], check=True)


def write_full(path):
    with contextlib.suppress(OSError), open(path, "wb", 0) as file:
        while True:
            file.write(bytes(512))


def give_in(user, messages):
    """Send messages while the relay is stopped: returns those that are promised, and those that are not."""
    taken, refused = [], []
    for message in messages:
        run = user.send(message)
        (refused if run.status else taken).append(message)
    return taken, refused


def filled_up(folder, kib, inodes=100):
    with FaultUser(folder) as user, small_disk(user, kib, inodes):
        user.wants_relay(False)
        taken, refused = give_in(user, [Message(lines=300) for _ in range(20)])
        expect(refused, "the disk never was full")
        user.wants_relay(True)
        direct = Message(lines=300)
        run = user.send(direct)
        expect(run.status == 0, f"not sent because the disk is full: {run}")
        expect_once(user, [direct])
        user.drain()
        expect_once(user, taken)
        expect(not any(user.transactions(m) for m in refused), "reported as not sent, and sent")
        expect_empty(user)


@suite.case
def disk_fills_up(folder):
    gather((f"{kib} KiB", lambda k=kib: filled_up(folder, k)) for kib in SIZES)


@suite.case
def disk_without_inodes(folder):
    gather((f"{n} inodes", lambda n=n: filled_up(folder, 4096, n)) for n in range(1, 16))


@suite.case
def full_disk_lets_the_queue_go(folder):
    """The changes of an attempt need no room on disk; a notice does, and waits until there is room."""
    def trial():
        with FaultUser(folder) as user, small_disk(user, 100):
            good, bad = [Message() for _ in range(3)], Message(["nobody@example.org"])
            user.wants_relay(False)
            expect(give_in(user, [*good, bad])[1] == [], "no room for four messages")
            user.wants_relay(True)
            user.play(NOBODY)
            write_full(user.spool / "filler")
            run = user.run(["-qf"])
            expect_once(user, good)
            expect(len(user.find(bad)) == 1, f"the refused one: {user.find(bad)}")
            (user.spool / "filler").unlink()
            user.drain()
            check_failed(user, bad, user.copies(bad), run)
            expect_once(user, good)
    gather([("full", trial)])


@suite.case
def read_only_disk(folder):
    def trial():
        with FaultUser(folder) as user, small_disk(user, 400):
            waiting = [Message(), Message()]
            user.wants_relay(False)
            give_in(user, waiting)
            mount("-o", "remount,ro", user.spool)
            lost = Message()
            expect(user.send(lost).status != 0, "promised what can't be kept")
            user.wants_relay(True)
            direct = Message()
            run = user.send(direct)
            expect(run.status == 0, f"not sent although the relay is there: {run}")
            expect_once(user, [direct])
            user.run(["-qf"])
            expect(all(len(user.find(m)) == 1 for m in waiting), "lost from a disk that can't be written")
            mount("-o", "remount,rw", user.spool)
            user.drain()
            expect_once(user, waiting)
            expect(not user.transactions(lost), "reported as not sent, and sent")
            expect_empty(user)
    gather([("read-only", trial)])


@suite.case
def no_place_for_a_queue(folder):
    """A queue below a file, or in another user's folder."""
    def trial(make):
        with FaultUser(folder) as user:
            make(user.spool)
            message = Message()
            expect(user.send(message).status == 0, "not sent")
            expect_once(user, [message])
            user.wants_relay(False)
            expect(user.send(Message()).status != 0, "promised what can't be kept")
            os.chmod(user.spool, 0o700)
            user.spool.unlink() if user.spool.is_file() else user.spool.rmdir()

    def of_everybody(path):
        path.mkdir()
        path.chmod(0o777)
    gather([("a file", lambda: trial(lambda path: path.touch())), ("of everybody", lambda: trial(of_everybody))])


# No disk has room for the message: it is held in memory, up to a limit

PLACES = ("/tmp", "/var/tmp")
MEMORY_MAX = 32 << 20


@contextlib.contextmanager
def copied(user):
    """Copy the program and the shim to the user's folder, because the tree may lie below /tmp."""
    before = users.PROGRAM, users.SHIM
    users.PROGRAM = shutil.copy(users.PROGRAM, user.folder / "mailchute")
    users.SHIM = shutil.copy(users.SHIM, user.folder)
    try:
        yield
    finally:
        users.PROGRAM, users.SHIM = before


@contextlib.contextmanager
def all_disks_full(user, room=0):
    """The queue, $TMPDIR, /tmp and /var/tmp each on a disk with room for so many KiB."""
    user.spool.mkdir(0o700, exist_ok=True)
    (user.folder / "tmpdir").mkdir(exist_ok=True)
    disks = [str(user.spool), str(user.folder / "tmpdir"), *PLACES]
    with copied(user), contextlib.ExitStack() as stack:
        for disk in disks:
            # folders and files without a name need a page each
            mount("-t", "tmpfs", "-o", f"size={room + 64}k,mode=0700", "none", disk)
            stack.callback(subprocess.run, ["umount", "-l", disk], check=True)
        user.run(["-q"])  # makes the queue's folders
        for disk in disks:
            write_full(f"{disk}/filler")
            with open(f"{disk}/filler", "rb+") as filler:
                filler.truncate(os.path.getsize(f"{disk}/filler") - room * 1024)
        yield


class Bare:
    """The program without the shim, with a limit on the size of files."""

    def __init__(self, user, size=None):
        self.user = user
        self.limit = ["prlimit", f"--fsize={size}"] if size is not None else []

    def run(self, args, stdin):
        words = [*self.limit, str(users.PROGRAM), "-C", str(self.user.config), *args]
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.user.folder), "LC_ALL": "C.UTF-8",
                       "TMPDIR": str(self.user.folder / "tmpdir")}
        return subprocess.run(words, input=stdin, env=environment, capture_output=True, check=False)

    def send(self, message, *options):
        return self.run([*options, "-f", message.sender, "--", *message.recipients], message.text)


def check_directly(user, bare):
    """A message is sent if the relay is running; else kept if there is room, or refused and never sent."""
    for lines in (1, 200, 20000):
        count()
        message = Message(lines=lines)
        done = bare.send(message)
        expect(done.returncode == 0, f"{lines} lines were not sent: {done}")
        expect_once(user, [message])
        user.wants_relay(False)
        other = Message(lines=lines)
        done = bare.send(other)
        waits = bool(user.find(other, ["q"]))
        expect(done.returncode == (0 if waits else 75), f"not the true status, it waits: {waits}; {done}")
        user.wants_relay(True)
        user.drain()
        expect(user.copies(other) == [waits], f"{user.copies(other)} copies: {done}")
        expect_empty(user)


@suite.case
def everything_is_full(folder):
    with FaultUser(folder) as user, all_disks_full(user):
        check_directly(user, Bare(user))


@suite.case
def everything_fills_up(folder):
    """The part that was already read moves from one disk to the next, and into memory."""
    for room in (4, 60, 100, 400):
        with FaultUser(folder) as user, all_disks_full(user, room):
            check_directly(user, Bare(user))


@suite.case
def no_file_may_grow(folder):
    for size in (0, 1, 4096, 5000, 100000):
        with FaultUser(folder) as user:
            check_directly(user, Bare(user, size))


@suite.case
def full_disks_and_the_server(folder):
    with FaultUser(folder) as user, all_disks_full(user):
        message = Message(lines=2000)
        content = re.sub(rb"(?m)^\.", b"..", message.wire)
        done = Bare(user).run(["-bs"], b"EHLO me\r\nMAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n"
                              + content + b".\r\nQUIT\r\n")
        expect(b"250 2.0.0 sent" in done.stdout, f"{done}")
        expect_once(user, [message])
        count()


@suite.case
def full_disks_and_a_filter(folder):
    with FaultUser(folder, {"filter": "sed s/^line/LINE/"}) as user, all_disks_full(user):
        message = Message(lines=20000)
        message.wire = re.sub(rb"(?m)^line", b"LINE", message.wire)
        done = Bare(user).send(message)
        expect(done.returncode == 0, f"{done}")
        expect_once(user, [message])
        count()


@suite.case
def no_file_may_grow_for_a_filter(folder):
    """No memory file can be made either. A filter that leaves most of its input unread works with a pipe, too."""
    for size in (0, 1, 4096, 100000):
        with FaultUser(folder, {"filter": "sed s/^line/LINE/"}) as user:
            for lines in (1, 200, 20000):
                count()
                message = Message(lines=lines)
                message.wire = re.sub(rb"(?m)^line", b"LINE", message.wire)
                done = Bare(user, size).send(message)
                expect(done.returncode == 0, f"{lines} lines were not sent: {done}")
                expect_once(user, [message])
    with FaultUser(folder, {"filter": "sed -n '1,/^$/p;/^$/q'"}) as user:
        done = Bare(user, 0).send(Message(lines=20000))
        expect(done.returncode == 0 and len(user.relay.received) == 1, f"{done}")


@suite.case
def full_disks_and_what_is_made(folder):
    """A text from standard input is read twice, and an attachment arrives like any other."""
    with FaultUser(folder) as user, all_disks_full(user):
        attached = user.folder / "attached.bin"
        attached.write_bytes(os.urandom(300000))
        for size in (None, 0):
            words = ["--subject=made", f"--attach={attached}", "bob@example.org"]
            done = Bare(user, size).run(words, "täxt\n".encode() * 50000)
            expect(done.returncode == 0, f"{done}")
            count()
        for taken in user.relay.received:
            parts = [part.get_payload(decode=True) for part in email.message_from_bytes(taken.content).walk()]
            expect(attached.read_bytes() in parts, "the attachment arrives otherwise")
            expect("täxt\n".encode() * 50000 in [(part or b"").replace(b"\r\n", b"\n") for part in parts], "the text")
        expect(len(user.relay.received) == 2, "not sent twice")


@suite.case
def memory_has_a_bound(folder):
    with FaultUser(folder) as user, all_disks_full(user):
        message = Message()
        for size, status in ((MEMORY_MAX - 100_000, 0), (MEMORY_MAX + 1, 74)):
            text = message.text + (b"x" * 69 + b"\n") * (size // 71)
            done = Bare(user).run(["-f", message.sender, "bob@example.org"], text + b"y" * (size % 71))
            expect(done.returncode == status, f"{size} bytes: {done.returncode}, {done.stderr}")
            expect((status == 0) != (b"memory only 32 MB" in done.stderr), f"{done.stderr}")
            expect(len(user.relay.received) == 1, "sent although there is no room")
            count()
